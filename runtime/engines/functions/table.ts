/**
 * Every operation on one or two float32 numbers, over what a processor can do. Total: an operation without an entry does not compile.
 */
import type { BinaryOp, ComparisonOp, UnaryOp } from '../../../compiler/ir/operations.ts';
import type { Arithmetic, Binary, Unary } from './arithmetic.ts';
import * as e from './exponential.ts';
import * as s from './special.ts';
import * as t from './trigonometric.ts';

export const unaryFunctions: { readonly [K in UnaryOp]: Unary } = {
  neg: (m, x) => m.neg(x),
  abs: (m, x) => m.abs(x),
  sign: (m, x) => m.select(m.lt(m.number(0), m.abs(x)), m.copySign(m.number(1), x), x),
  sqrt: (m, x) => m.sqrt(x),
  square: (m, x) => m.mul(x, x),
  reciprocal: (m, x) => m.div(m.number(1), x),
  relu: (m, x) => m.max(x, m.number(0)),
  floor: (m, x) => m.floor(x),
  ceil: (m, x) => m.ceil(x),
  round: (m, x) => m.nearest(x),
  exp: e.exp,
  expm1: e.expm1,
  log: e.log,
  log1p: e.log1p,
  sigmoid: e.sigmoid,
  softplus: e.softplus,
  sinh: e.sinh,
  cosh: e.cosh,
  tanh: e.tanh,
  asinh: e.asinh,
  acosh: e.acosh,
  atanh: e.atanh,
  sin: t.sin,
  cos: t.cos,
  tan: t.tan,
  asin: t.asin,
  acos: t.acos,
  atan: t.atan,
  erf: s.erf,
  lgamma: s.lgamma,
};

/** a - b ⌊a/b⌋, kept between 0 and b: the quotient may be rounded up to a whole number. */
const mod: Binary = (m, a, b) => {
  const rest = m.sub(a, m.mul(b, m.floor(m.div(a, b))));
  const wrong = m.lt(m.mul(rest, b), m.number(0));
  const mended = m.select(wrong, m.add(rest, b), rest);
  // of a finite number modulo an infinite one: the number, or the infinity on the other side of zero
  const endless = m.and(m.eq(m.abs(b), m.number(Infinity)), m.lt(m.abs(a), m.number(Infinity)));
  const across = m.lt(m.mul(a, m.copySign(m.number(1), b)), m.number(0));
  return m.select(endless, m.select(across, b, a), mended);
};

export const binaryFunctions: { readonly [K in BinaryOp]: Binary } = {
  add: (m, a, b) => m.add(a, b),
  sub: (m, a, b) => m.sub(a, b),
  mul: (m, a, b) => m.mul(a, b),
  div: (m, a, b) => m.div(a, b),
  max: (m, a, b) => m.max(a, b),
  min: (m, a, b) => m.min(a, b),
  pow: e.pow,
  mod,
  atan2: t.atan2,
};

type Comparison = <F, B>(m: Arithmetic<F, B>, a: F, b: F) => B;

export const comparisons: { readonly [K in ComparisonOp]: Comparison } = {
  eq: (m, a, b) => m.eq(a, b),
  ne: (m, a, b) => m.ne(a, b),
  lt: (m, a, b) => m.lt(a, b),
  le: (m, a, b) => m.le(a, b),
  gt: (m, a, b) => m.lt(b, a),
  ge: (m, a, b) => m.le(b, a),
};
