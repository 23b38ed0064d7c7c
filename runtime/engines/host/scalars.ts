/**
 * Functions of one or two numbers: the formulas behind the elementwise host kernels.
 */
import type { BinaryOp, ComparisonOp, UnaryOp } from '../../../compiler/ir/operations.ts';

// Lanczos, g = 7, n = 9
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** log |Γ(x)| */
export const lgamma = (x: number): number => {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lgamma(1 - x);
  const z = x - 1;
  let sum = lanczos[0];
  for (let i = 1; i < lanczos.length; i++) sum += lanczos[i] / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
};

/** Abramowitz and Stegun 7.1.26 is not enough: a series for small x, a continued fraction for large. */
export const erf = (x: number): number => {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return NaN;
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    // erf x = 2/√π Σ (-1)ⁿ x²ⁿ⁺¹ / (n! (2n+1))
    let term = x;
    let sum = x;
    for (let n = 1; n < 60; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
      if (Math.abs(term) < 1e-18) break;
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  // erfc x = e^(-x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...))))
  let fraction = 0;
  for (let n = 40; n >= 1; n--) fraction = n / 2 / (a + fraction);
  const erfc = Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction);
  return Math.sign(x) * (1 - erfc);
};

export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Half to even. */
export const round = (x: number): number => {
  const down = Math.floor(x);
  const part = x - down;
  return part < 0.5 ? down : part > 0.5 ? down + 1 : down % 2 === 0 ? down : down + 1;
};

export const unary: { readonly [K in UnaryOp]: (x: number) => number } = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  square: (x) => x * x,
  reciprocal: (x) => 1 / x,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus,
  relu: (x) => Math.max(x, 0),
  erf,
  lgamma,
  floor: Math.floor,
  ceil: Math.ceil,
  round,
};

const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

/** ψ⁽ⁿ⁾(x): recurrence up to a large argument, then the asymptotic series. */
export const polygamma = (order: number, x: number): number => {
  if (order === 0) {
    if (x <= 0 && Number.isInteger(x)) return NaN;
    if (x < 0) return polygamma(0, 1 - x) - Math.PI / Math.tan(Math.PI * x);
    let result = 0;
    let z = x;
    for (; z < 12; z++) result -= 1 / z;
    result += Math.log(z) - 1 / (2 * z);
    for (let k = 0; k < bernoulli.length; k++) result -= bernoulli[k] / ((2 * k + 2) * z ** (2 * k + 2));
    return result;
  }
  if (x <= 0 && Number.isInteger(x)) return order % 2 === 1 ? Infinity : NaN;
  let factorial = 1;
  for (let k = 2; k <= order; k++) factorial *= k;
  const sign = order % 2 === 1 ? 1 : -1;
  // ψ⁽ⁿ⁾(x) = ψ⁽ⁿ⁾(x+1) - (-1)ⁿ n! / xⁿ⁺¹
  let sum = 0;
  let z = x;
  for (; z < 15; z++) sum += factorial / z ** (order + 1);
  // (-1)ⁿ⁺¹ ( (n-1)!/zⁿ + n!/(2 zⁿ⁺¹) + Σ B₂ₖ (2k+n-1)! / ((2k)! z²ᵏ⁺ⁿ) )
  let series = factorial / order / z ** order + factorial / (2 * z ** (order + 1));
  let coefficient = factorial / order;
  for (let k = 0; k < bernoulli.length; k++) {
    const m = 2 * k + 2;
    coefficient *= ((m + order - 2) * (m + order - 1)) / ((m - 1) * m);
    series += (bernoulli[k] * coefficient) / z ** (m + order);
  }
  return sign * (sum + series);
};

/** The sign of the divisor. */
const mod = (a: number, b: number): number => {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
};

export const binaryFloat: { readonly [K in BinaryOp]: (a: number, b: number) => number } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: Math.pow,
  mod,
  max: Math.max,
  min: Math.min,
  atan2: Math.atan2,
};

/** What is stored is cut to 32 bits; division rounds towards zero. */
export const binaryInt: { readonly [K in BinaryOp]: (a: number, b: number) => number } = {
  ...binaryFloat,
  mul: Math.imul,
  div: (a, b) => Math.trunc(a / b),
};

export const comparison: { readonly [K in ComparisonOp]: (a: number, b: number) => number } = {
  eq: (a, b) => (a === b ? 1 : 0),
  ne: (a, b) => (a !== b ? 1 : 0),
  lt: (a, b) => (a < b ? 1 : 0),
  le: (a, b) => (a <= b ? 1 : 0),
  gt: (a, b) => (a > b ? 1 : 0),
  ge: (a, b) => (a >= b ? 1 : 0),
};
