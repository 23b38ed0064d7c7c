/**
 * One number at a time: operators of ONNX where they are exact, compositions of them where there is none or where it loses digits.
 */
import { elementTypes } from '../model.ts';
import type { Writer } from '../writer.ts';
import { named, viaInt, type Lowerings, type Operand } from './rule.ts';
import type { BinaryOp, ComparisonOp, LogicalOp, UnaryOp } from '../../../../compiler/ir/operations.ts';
import { lgamma, polygamma } from './special.ts';

type Names = readonly Operand[];
/** A composition over names alone. */
const composed =
  (f: (w: Writer, a: string, b: string) => string) =>
  (_: unknown, inputs: Names, __: unknown, w: Writer): string =>
    f(w, inputs[0].name, inputs[1]?.name);

/** log(1 + x) = x log(u) / (u - 1), u = 1 + x rounded (Kahan): the error of u cancels. Answers with log u too. */
const kahan = (w: Writer, x: string): { log: string; exact: string } => {
  const one = w.number(1);
  const u = w.add('Add', [x, one]);
  const log = w.add('Log', [u]);
  const ratio = w.add('Mul', [log, w.add('Div', [x, w.add('Sub', [u, one])])]);
  return { log, exact: w.add('Where', [w.add('Equal', [u, one]), x, ratio]) };
};

const log1p = (w: Writer, x: string): string => {
  const { log, exact } = kahan(w, x);
  // infinity over infinity is no number
  return w.add('Where', [w.add('Greater', [x, w.number(1)]), log, exact]);
};

/** eˣ - 1 = 2 t / (1 - t), t = tanh(x / 2), near zero. */
const expm1 = (w: Writer, x: string): string => {
  const one = w.number(1);
  const half = w.number(0.5);
  const t = w.add('Tanh', [w.add('Mul', [x, half])]);
  const near = w.add('Div', [w.add('Add', [t, t]), w.add('Sub', [one, t])]);
  const far = w.add('Sub', [w.add('Exp', [x]), one]);
  return w.add('Where', [w.add('Less', [w.add('Abs', [x]), half]), near, far]);
};

/** max(x, 0) + log(1 + e^-|x|): keeps its digits where it is small, which the operator does not. */
const softplus = (w: Writer, x: string): string => {
  const small = w.add('Exp', [w.add('Neg', [w.add('Abs', [x])])]);
  return w.add('Add', [relu(w, x), kahan(w, small).exact]);
};

/** 1 / (1 + e⁻ˣ): the operator is zero already where x is -20. */
const sigmoid = (w: Writer, x: string): string =>
  w.add('Reciprocal', [w.add('Add', [w.add('Exp', [w.add('Neg', [x])]), w.number(1)])]);

/** The operator drops NaN. */
const relu = (w: Writer, x: string): string => w.add('Max', [x, w.number(0)]);

/** The angle of (x, y): arctangent of the smaller over the larger, then the octant. */
const atan2 = (w: Writer, y: string, x: string): string => {
  const zero = w.number(0);
  const [p, q] = [w.add('Abs', [x]), w.add('Abs', [y])];
  const ratio = w.add('Div', [w.add('Min', [p, q]), w.add('Max', [p, q])]);
  const equal = w.add('Where', [w.add('Equal', [q, zero]), zero, w.number(1)]);
  const angle = w.add('Atan', [w.add('Where', [w.add('Equal', [p, q]), equal, ratio])]);
  const steep = w.add('Where', [w.add('Greater', [q, p]), w.add('Sub', [w.number(Math.PI / 2), angle]), angle]);
  const left = w.add('Where', [w.add('Less', [x, zero]), w.add('Sub', [w.number(Math.PI), steep]), steep]);
  return w.add('Where', [w.add('Less', [y, zero]), w.add('Neg', [left]), left]);
};

/** a - b ⌊a/b⌋; of whole numbers the processor must never see a division by 0, nor by -1. */
const mod = (_: unknown, [a, b]: Names, __: unknown, w: Writer): string => {
  if (a.dtype === 'int32') {
    const bad = w.add('Or', [
      w.add('Equal', [b.name, w.number(0, 'int32')]),
      w.add('Equal', [b.name, w.number(-1, 'int32')]),
    ]);
    return w.add('Mod', [a.name, w.add('Where', [bad, w.number(1, 'int32'), b.name])]);
  }
  const zero = w.number(0);
  const rest = w.add('Mod', [a.name, b.name], { fmod: 1 });
  const signs = w.add('Xor', [w.add('Less', [rest, zero]), w.add('Less', [b.name, zero])]);
  const wrong = w.add('And', [signs, w.add('Not', [w.add('Equal', [rest, zero])])]);
  return w.add('Where', [wrong, w.add('Add', [rest, b.name]), rest]);
};

/** Whole numbers through doubles, which hold them exactly; a quotient by zero is 0. */
const div = (_: unknown, [a, b]: Names, __: unknown, w: Writer): string => {
  if (a.dtype !== 'int32') return w.add('Div', [a.name, b.name]);
  const [p, q] = [a, b].map(({ name }) => w.add('Cast', [name], { to: elementTypes.float64 }));
  const quotient = w.add('Cast', [w.add('Div', [p, q])], { to: elementTypes.int32 });
  const zero = w.number(0, 'int32');
  return w.add('Where', [w.add('Equal', [b.name, zero]), zero, quotient]);
};

/** Of truth values as of 0 and 1. */
const compare =
  (op: string, negate = false) =>
  (_: unknown, inputs: Names, __: unknown, w: Writer): string => {
    const names = inputs.map(({ name, dtype }) => (dtype === 'bool' && op !== 'Equal' ? viaInt(w, name) : name));
    const result = w.add(op, names);
    return negate ? w.add('Not', [result]) : result;
  };

/** There is no kernel that chooses truth values. */
const select: Lowerings['select'] = (_, [c, a, b], { dtype }, w) => {
  if (dtype !== 'bool') return w.add('Where', [c.name, a.name, b.name]);
  const otherwise = w.add('And', [w.add('Not', [c.name]), b.name]);
  return w.add('Or', [w.add('And', [c.name, a.name]), otherwise]);
};

const unary: { readonly [K in UnaryOp]: Lowerings[K] } = {
  neg: named('Neg'),
  abs: named('Abs'),
  sign: named('Sign'),
  exp: named('Exp'),
  expm1: composed(expm1),
  log: named('Log'),
  log1p: composed(log1p),
  sqrt: named('Sqrt'),
  square: composed((w, x) => w.add('Mul', [x, x])),
  reciprocal: named('Reciprocal'),
  sin: named('Sin'),
  cos: named('Cos'),
  tan: named('Tan'),
  asin: named('Asin'),
  acos: named('Acos'),
  atan: named('Atan'),
  sinh: named('Sinh'),
  cosh: named('Cosh'),
  tanh: named('Tanh'),
  asinh: named('Asinh'),
  acosh: named('Acosh'),
  atanh: named('Atanh'),
  sigmoid: composed(sigmoid),
  softplus: composed(softplus),
  relu: composed(relu),
  erf: named('Erf'),
  lgamma,
  floor: named('Floor'),
  ceil: named('Ceil'),
  round: named('Round'),
};

const binary: { readonly [K in BinaryOp]: Lowerings[K] } = {
  add: named('Add'),
  sub: named('Sub'),
  mul: named('Mul'),
  div,
  pow: named('Pow'),
  mod,
  max: named('Max'),
  min: named('Min'),
  atan2: composed(atan2),
};

const comparison: { readonly [K in ComparisonOp]: Lowerings[K] } = {
  eq: compare('Equal'),
  ne: compare('Equal', true),
  lt: compare('Less'),
  le: compare('LessOrEqual'),
  gt: compare('Greater'),
  ge: compare('GreaterOrEqual'),
};

const logical: { readonly [K in LogicalOp]: Lowerings[K] } = { and: named('And'), or: named('Or') };

export const elementwise = {
  ...unary,
  ...binary,
  ...comparison,
  ...logical,
  polygamma,
  not: named('Not'),
  select,
  cast: (({ dtype }, [x], _, w) =>
    x.dtype === dtype ? x.name : w.add('Cast', [x.name], { to: elementTypes[dtype] })) as Lowerings['cast'],
  stop: ((_, [x]) => x.name) as Lowerings['stop'],
};
