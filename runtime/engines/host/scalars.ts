/**
 * Functions of one or two numbers: the formulas behind the elementwise host kernels.
 */
import { erf, lgamma, mod, round, sigmoid, softplus } from '../../../compiler/ir/special.ts';
import type { BinaryOp, ComparisonOp, UnaryOp } from '../../../compiler/ir/operations.ts';

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
  sigmoid,
  softplus,
  relu: (x) => (x > 0 ? x : x === x ? 0 : x), // NaN stays
  erf,
  lgamma,
  floor: Math.floor,
  ceil: Math.ceil,
  round,
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
