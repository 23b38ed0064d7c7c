/**
 * One number at a time, with broadcasting. Two-argument operations bring their own loop over a row, so that the hot ones are not calls.
 */
import type { ArrayData, ArrayValue, Operation, OperationOf } from '../../ir/operations.ts';
import { broadcastStrides, sizeOf, stridesOf, type Type } from '../../ir/shape.ts';
import { erf, lgamma, mod, polygamma, round, sigmoid, softplus } from '../../ir/special.ts';
import { eachRow, rowsOf } from '../../ir/walk.ts';
import { allocate, type EvaluationRule, type Precision } from './rule.ts';

const map =
  (f: (x: number) => number) =>
  (_: Operation, [x]: readonly ArrayValue[], type: Type, precision: Precision, given?: ArrayData): ArrayData => {
    const out = given ?? allocate(type.dtype, x.data.length, precision);
    const { data } = x;
    for (let i = 0; i < out.length; i++) out[i] = f(data[i]);
    return out;
  };

/** The same for the hot ones, each with a loop of its own. */
const mapBy =
  (run: (x: ArrayData, out: ArrayData) => void) =>
  (_: Operation, [x]: readonly ArrayValue[], type: Type, precision: Precision, given?: ArrayData): ArrayData => {
    const out = given ?? allocate(type.dtype, x.data.length, precision);
    run(x.data, out);
    return out;
  };

const neg = mapBy((x, out) => {
  for (let i = 0; i < out.length; i++) out[i] = -x[i];
});
const abs = mapBy((x, out) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.abs(x[i]);
});
const expm1 = mapBy((x, out) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.expm1(x[i]);
});
const exp = mapBy((x, out) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.exp(x[i]);
});
const log = mapBy((x, out) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.log(x[i]);
});
const sqrt = mapBy((x, out) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(x[i]);
});
const square = mapBy((x, out) => {
  for (let i = 0; i < out.length; i++) out[i] = x[i] * x[i];
});
const tanh = mapBy((x, out) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.tanh(x[i]);
});

/** out[i..end) from rows of x and y that begin at p and q and step by s and t */
type Row = (
  x: ArrayData,
  p: number,
  s: number,
  y: ArrayData,
  q: number,
  t: number,
  out: ArrayData,
  i: number,
  end: number,
) => void;

/** How far an operand steps where one loop does: it is as long as the result or one number; NaN where its rows must be walked. */
const evenStep = (x: ArrayData, out: ArrayData): number => (x.length === out.length ? 1 : x.length === 1 ? 0 : NaN);

const map2 =
  (row: Row, rowOfIntegers = row) =>
  (_: Operation, [x, y]: readonly ArrayValue[], type: Type, precision: Precision, given?: ArrayData): ArrayData => {
    const out = given ?? allocate(type.dtype, sizeOf(type.shape), precision);
    const run = x.dtype === 'int32' ? rowOfIntegers : row;
    const [m, n] = [evenStep(x.data, out), evenStep(y.data, out)];
    if (m + n >= 0) {
      run(x.data, 0, m, y.data, 0, n, out, 0, out.length);
      return out;
    }
    const { shape } = type;
    const rows = rowsOf(shape, [broadcastStrides(x.shape, shape), broadcastStrides(y.shape, shape), stridesOf(shape)]);
    const [s, t] = rows.steps;
    eachRow(rows, (p, q, i) => run(x.data, p, s, y.data, q, t, out, i, i + rows.size));
    return out;
  };

const slow =
  (f: (a: number, b: number) => number): Row =>
  (x, p, s, y, q, t, out, i, end) => {
    for (; i < end; i++, p += s, q += t) out[i] = f(x[p], y[q]);
  };

const add: Row = (x, p, s, y, q, t, out, i, end) => {
  for (; i < end; i++, p += s, q += t) out[i] = x[p] + y[q];
};
const sub: Row = (x, p, s, y, q, t, out, i, end) => {
  for (; i < end; i++, p += s, q += t) out[i] = x[p] - y[q];
};
const mul: Row = (x, p, s, y, q, t, out, i, end) => {
  for (; i < end; i++, p += s, q += t) out[i] = x[p] * y[q];
};
const div: Row = (x, p, s, y, q, t, out, i, end) => {
  for (; i < end; i++, p += s, q += t) out[i] = x[p] / y[q];
};
const max: Row = (x, p, s, y, q, t, out, i, end) => {
  for (; i < end; i++, p += s, q += t) out[i] = Math.max(x[p], y[q]);
};
const min: Row = (x, p, s, y, q, t, out, i, end) => {
  for (; i < end; i++, p += s, q += t) out[i] = Math.min(x[p], y[q]);
};
const eq: Row = (x, p, s, y, q, t, out, i, end) => {
  for (; i < end; i++, p += s, q += t) out[i] = x[p] === y[q] ? 1 : 0;
};
const ne: Row = (x, p, s, y, q, t, out, i, end) => {
  for (; i < end; i++, p += s, q += t) out[i] = x[p] !== y[q] ? 1 : 0;
};
const lt: Row = (x, p, s, y, q, t, out, i, end) => {
  for (; i < end; i++, p += s, q += t) out[i] = x[p] < y[q] ? 1 : 0;
};
const le: Row = (x, p, s, y, q, t, out, i, end) => {
  for (; i < end; i++, p += s, q += t) out[i] = x[p] <= y[q] ? 1 : 0;
};
const gt: Row = (x, p, s, y, q, t, out, i, end) => {
  for (; i < end; i++, p += s, q += t) out[i] = x[p] > y[q] ? 1 : 0;
};
const ge: Row = (x, p, s, y, q, t, out, i, end) => {
  for (; i < end; i++, p += s, q += t) out[i] = x[p] >= y[q] ? 1 : 0;
};

const choose = (
  c: ArrayData,
  k: number,
  r: number,
  a: ArrayData,
  p: number,
  s: number,
  b: ArrayData,
  q: number,
  t: number,
  out: ArrayData,
  i: number,
  end: number,
): void => {
  for (; i < end; i++, k += r, p += s, q += t) out[i] = c[k] !== 0 ? a[p] : b[q];
};

const select: EvaluationRule<'select'> = (_, [c, a, b], { dtype, shape }, precision, given) => {
  const out = given ?? allocate(dtype, sizeOf(shape), precision);
  const [l, m, n] = [evenStep(c.data, out), evenStep(a.data, out), evenStep(b.data, out)];
  if (l + m + n >= 0) {
    choose(c.data, 0, l, a.data, 0, m, b.data, 0, n, out, 0, out.length);
    return out;
  }
  const strides = [c, a, b].map((x) => broadcastStrides(x.shape, shape));
  const rows = rowsOf(shape, [...strides, stridesOf(shape)]);
  const [r, s, t] = rows.steps;
  eachRow(rows, (k, p, q, i) => choose(c.data, k, r, a.data, p, s, b.data, q, t, out, i, i + rows.size));
  return out;
};

const cast: EvaluationRule<'cast'> = ({ dtype }, [x], _, precision, given) => {
  const out = given ?? allocate(dtype, x.data.length, precision);
  if (dtype === 'bool') for (let i = 0; i < out.length; i++) out[i] = x.data[i] !== 0 ? 1 : 0;
  else out.set(x.data); // to int32: towards zero
  return out;
};

export const elementwise = {
  neg,
  abs,
  sign: map(Math.sign),
  exp,
  expm1,
  log,
  log1p: map(Math.log1p),
  sqrt,
  square,
  reciprocal: map((x) => 1 / x),
  sin: map(Math.sin),
  cos: map(Math.cos),
  tan: map(Math.tan),
  asin: map(Math.asin),
  acos: map(Math.acos),
  atan: map(Math.atan),
  sinh: map(Math.sinh),
  cosh: map(Math.cosh),
  tanh,
  asinh: map(Math.asinh),
  acosh: map(Math.acosh),
  atanh: map(Math.atanh),
  sigmoid: map(sigmoid),
  softplus: map(softplus),
  relu: map((x) => (x > 0 ? x : x === x ? 0 : x)), // NaN stays
  erf: map(erf),
  lgamma: map(lgamma),
  floor: map(Math.floor),
  ceil: map(Math.ceil),
  round: map(round),
  polygamma: (
    operation: OperationOf<'polygamma'>,
    inputs: readonly ArrayValue[],
    type: Type,
    precision: Precision,
    given?: ArrayData,
  ) => map((x) => polygamma(operation.order, x))(operation, inputs, type, precision, given),
  add: map2(
    add,
    slow((a, b) => a + b),
  ),
  sub: map2(
    sub,
    slow((a, b) => a - b),
  ),
  mul: map2(mul, slow(Math.imul)),
  div: map2(
    div,
    slow((a, b) => Math.trunc(a / b)),
  ),
  pow: map2(slow(Math.pow)),
  mod: map2(slow(mod)),
  max: map2(max),
  min: map2(min),
  atan2: map2(slow(Math.atan2)),
  eq: map2(eq),
  ne: map2(ne),
  lt: map2(lt),
  le: map2(le),
  gt: map2(gt),
  ge: map2(ge),
  and: map2(slow((a, b) => a & b)),
  or: map2(slow((a, b) => a | b)),
  not: map((x) => 1 - x),
  select,
  cast,
  stop: (_: Operation, [x]: readonly ArrayValue[]) => x.data,
};
