/** Things told apart by which they are, in texts that other things are found by. */
const numbers = new WeakMap<object, number>();
let count = 0;

export const numberOf = (x: object): number => {
  const found = numbers.get(x) ?? count++;
  numbers.set(x, found);
  return found;
};
