/**
 * What a processor can do with float32 numbers, as an interface: functions of the library are written over it once, and become
 * WebAssembly SIMD, WGSL or plain numbers by the implementation they are given. F: a float (or four), B: a truth (or four).
 */
export interface Arithmetic<F, B> {
  number(x: number): F;
  add(a: F, b: F): F;
  sub(a: F, b: F): F;
  mul(a: F, b: F): F;
  div(a: F, b: F): F;
  /** a b + c, rounded once or twice. */
  madd(a: F, b: F, c: F): F;
  neg(a: F): F;
  abs(a: F): F;
  sqrt(a: F): F;
  /** NaN if one side is. */
  min(a: F, b: F): F;
  max(a: F, b: F): F;
  floor(a: F): F;
  ceil(a: F): F;
  /** Half to even. */
  nearest(a: F): F;
  /** The magnitude of a with the sign of b, of zeros and infinities too. */
  copySign(a: F, b: F): F;
  /** n = x y rounded to a whole number, |n| < 2²¹; `power` is for `halved`. */
  whole(x: F, y: F): { readonly n: F; readonly power: F };
  /** x 2ⁿ⁻¹, where x and the result are normal. */
  halved(x: F, power: F): F;
  /** x = fraction · 2^exponent, fraction in [1/2, 1), for normal positive x. */
  split(x: F): { readonly fraction: F; readonly exponent: F };
  eq(a: F, b: F): B;
  ne(a: F, b: F): B;
  lt(a: F, b: F): B;
  le(a: F, b: F): B;
  isNaN(a: F): B;
  and(a: B, b: B): B;
  or(a: B, b: B): B;
  not(a: B): B;
  select(c: B, a: F, b: F): F;
}

/** One definition for every target. */
export type Unary = <F, B>(m: Arithmetic<F, B>, x: F) => F;
export type Binary = <F, B>(m: Arithmetic<F, B>, a: F, b: F) => F;

/** c₀ + c₁ x + c₂ x² + ..., by Horner's scheme. */
export const polynomial = <F, B>(m: Arithmetic<F, B>, x: F, coefficients: readonly number[]): F => {
  let sum = m.number(coefficients[coefficients.length - 1]);
  for (let i = coefficients.length - 2; i >= 0; i--) sum = m.madd(sum, x, m.number(coefficients[i]));
  return sum;
};
