/**
 * The few operations on vectors of doubles that the solvers need.
 */

export const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

export const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

/** The largest absolute value; NaN if there is one. */
export const largest = (a: Float64Array): number => {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]));
  return most;
};

/** y += s x */
export const axpy = (s: number, x: Float64Array, y: Float64Array): void => {
  for (let i = 0; i < y.length; i++) y[i] += s * x[i];
};

/** x + s d, anew */
export const moved = (x: Float64Array, s: number, d: Float64Array): Float64Array =>
  x.map((value, i) => value + s * d[i]);
