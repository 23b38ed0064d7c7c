/** Stands for packages of Node in the browser's bundle, where the code that asks for them is never reached. */
export default {};
