/**
 * The linear operations that move numbers: each is one strided copy, or a few.
 */
import type { ArrayData, ArrayValue } from '../../ir/operations.ts';
import { broadcastStrides, sizeOf, stridesOf, type Type } from '../../ir/shape.ts';
import { copyStrided } from '../../ir/walk.ts';
import { allocate, type EvaluationRule, type Precision } from './rule.ts';

const fresh = (type: Type, precision: Precision): ArrayData => allocate(type.dtype, sizeOf(type.shape), precision);

/** Reads x with the given strides into a fresh array of the type. */
const read = (
  x: ArrayValue,
  start: number,
  strides: readonly number[],
  type: Type,
  precision: Precision,
): ArrayData => {
  const out = fresh(type, precision);
  copyStrided(type.shape, x.data, start, strides, out, 0, stridesOf(type.shape));
  return out;
};

const transpose: EvaluationRule<'transpose'> = ({ permutation }, [x], type, precision) => {
  const own = stridesOf(x.shape);
  return read(
    x,
    0,
    permutation.map((i) => own[i]),
    type,
    precision,
  );
};

const slice: EvaluationRule<'slice'> = ({ begin, strides }, [x], type, precision) => {
  const own = stridesOf(x.shape);
  const start = begin.reduce((sum, b, i) => sum + b * own[i], 0);
  return read(
    x,
    start,
    own.map((s, i) => s * strides[i]),
    type,
    precision,
  );
};

const pad: EvaluationRule<'pad'> = ({ before, interior }, [x], type, precision) => {
  const out = fresh(type, precision);
  const to = stridesOf(type.shape);
  const start = before.reduce((sum, b, i) => sum + b * to[i], 0);
  const steps = to.map((s, i) => s * (interior[i] + 1));
  if (x.data.length > 0) copyStrided(x.shape, x.data, 0, stridesOf(x.shape), out, start, steps);
  return out;
};

const concat: EvaluationRule<'concat'> = ({ axis }, inputs, type, precision) => {
  const out = fresh(type, precision);
  const to = stridesOf(type.shape);
  let offset = 0;
  for (const x of inputs) {
    copyStrided(x.shape, x.data, 0, stridesOf(x.shape), out, offset * to[axis], to);
    offset += x.shape[axis];
  }
  return out;
};

const reverse: EvaluationRule<'reverse'> = ({ axes }, [x], type, precision) => {
  const own = stridesOf(x.shape);
  const start = axes.reduce((sum, i) => sum + (x.shape[i] - 1) * own[i], 0);
  if (x.data.length === 0) return fresh(type, precision);
  return read(
    x,
    start,
    own.map((s, i) => (axes.includes(i) ? -s : s)),
    type,
    precision,
  );
};

const cumsum: EvaluationRule<'cumsum'> = ({ axis, exclusive, reverse }, [x], type, precision) => {
  const out = fresh(type, precision);
  const n = x.shape[axis];
  const inner = sizeOf(x.shape.slice(axis + 1));
  const outer = sizeOf(x.shape.slice(0, axis));
  const sums = new Float64Array(inner);
  for (let o = 0; o < outer; o++) {
    sums.fill(0);
    for (let k = 0; k < n; k++) {
      const from = (o * n + (reverse ? n - 1 - k : k)) * inner;
      for (let j = 0; j < inner; j++) {
        if (exclusive) out[from + j] = sums[j];
        sums[j] += x.data[from + j];
        if (!exclusive) out[from + j] = sums[j];
      }
    }
  }
  return out;
};

const gather: EvaluationRule<'gather'> = (_, [x, index], type, precision) => {
  const out = fresh(type, precision);
  const row = sizeOf(x.shape.slice(1));
  const rows = x.shape[0];
  for (let k = 0; k < index.data.length; k++) {
    const from = index.data[k];
    if (from < 0 || from >= rows) throw new Error(`internal: gather: row ${from} of ${rows}`);
    if (row > 16) out.set(x.data.subarray(from * row, (from + 1) * row), k * row);
    else for (let j = 0; j < row; j++) out[k * row + j] = x.data[from * row + j];
  }
  return out;
};

const scatterAdd: EvaluationRule<'scatter_add'> = ({ size }, [updates, index], type, precision) => {
  const out = fresh(type, precision);
  const row = sizeOf(type.shape.slice(1));
  for (let k = 0; k < index.data.length; k++) {
    const to = index.data[k];
    if (to < 0 || to >= size) throw new Error(`internal: scatter_add: row ${to} of ${size}`);
    for (let j = 0; j < row; j++) out[to * row + j] += updates.data[k * row + j];
  }
  return out;
};

const same = (_: unknown, [x]: readonly ArrayValue[]): ArrayData => x.data;

const broadcast: EvaluationRule<'broadcast'> = ({ shape }, [x], type, precision) => {
  if (x.data.length === 1) return fresh(type, precision).fill(x.data[0]);
  return read(x, 0, broadcastStrides(x.shape, shape), type, precision);
};

export const rearranging = {
  reshape: same,
  transpose,
  broadcast,
  slice,
  pad,
  concat,
  reverse,
  cumsum,
  gather,
  scatter_add: scatterAdd,
};
