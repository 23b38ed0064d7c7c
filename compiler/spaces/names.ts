/** The names of spaces that the language has. */

/** Spaces of numbers: name -> number of arguments. */
export const builtinSpaces: ReadonlyMap<string, number> = new Map([
  ['R', 0],
  ['Positive', 0],
  ['Bit', 0],
  ['Nat', 0],
  ['Int', 0],
  ['Circle', 0],
  ['Interval', 2],
  ['Class', 1],
  ['Simplex', 1],
  ['Sphere', 1],
  ['Ball', 1],
]);
/** Spaces of spaces, and what a distribution can do: understood in annotations. */
export const builtinKinds: ReadonlySet<string> = new Set(['Seq', 'Set', 'Dist', 'Sampler', 'Data', 'Text']);

export const isBuiltinSpace = (name: string): boolean => builtinSpaces.has(name) || builtinKinds.has(name);
