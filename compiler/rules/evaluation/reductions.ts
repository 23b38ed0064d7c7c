/**
 * Reductions over axes, indices of extremes, sorting, and the operations led by integers.
 */
import { deriveKey, fillRandom } from '../../ir/random.ts';
import type { ArrayData, ArrayValue, OperationOf, ReductionOp } from '../../ir/operations.ts';
import { reducedShape, sizeOf, stridesOf, type Type } from '../../ir/shape.ts';
import { eachRow, rowsOf } from '../../ir/walk.ts';
import { allocate, type EvaluationRule, type Precision } from './rule.ts';

/** A whole row into one sum; a row onto a row of sums. */
interface Accumulator {
  readonly start: number;
  readonly into: (sum: number, x: ArrayData, p: number, s: number, n: number) => number;
  readonly onto: (sums: ArrayData, q: number, t: number, x: ArrayData, p: number, s: number, n: number) => void;
}

const adding: Accumulator = {
  start: 0,
  into: (sum, x, p, s, n) => {
    for (let i = 0; i < n; i++, p += s) sum += x[p];
    return sum;
  },
  onto: (sums, q, t, x, p, s, n) => {
    for (let i = 0; i < n; i++, p += s, q += t) sums[q] += x[p];
  },
};

const folding = (start: number, f: (a: number, b: number) => number): Accumulator => ({
  start,
  into: (sum, x, p, s, n) => {
    for (let i = 0; i < n; i++, p += s) sum = f(sum, x[p]);
    return sum;
  },
  onto: (sums, q, t, x, p, s, n) => {
    for (let i = 0; i < n; i++, p += s, q += t) sums[q] = f(sums[q], x[p]);
  },
});

const over =
  ({ start, into, onto }: Accumulator) =>
  ({ axes }: OperationOf<ReductionOp>, [x]: readonly ArrayValue[], type: Type, precision: Precision): ArrayData => {
    const kept = reducedShape(x.shape, axes, true);
    const step = stridesOf(kept);
    const sums = new Float64Array(sizeOf(kept)).fill(start);
    const rows = rowsOf(x.shape, [stridesOf(x.shape), step.map((s, i) => (axes.includes(i) ? 0 : s))]);
    const [s, t] = rows.steps;
    eachRow(rows, (p, q) => {
      if (t === 0) sums[q] = into(sums[q], x.data, p, s, rows.size);
      else onto(sums, q, t, x.data, p, s, rows.size);
    });
    if (type.dtype === 'float32' && precision === 'float64') return sums;
    const out = allocate(type.dtype, sums.length, precision);
    out.set(sums);
    return out;
  };

/** The first of the extremes along an axis; NaN loses. */
const extreme =
  (better: (a: number, b: number) => boolean) =>
  ({ axis }: { readonly axis: number }, [x]: readonly ArrayValue[]): ArrayData => {
    const n = x.shape[axis];
    const inner = sizeOf(x.shape.slice(axis + 1));
    const outer = sizeOf(x.shape.slice(0, axis));
    const out = new Int32Array(outer * inner);
    for (let o = 0; o < outer; o++)
      for (let j = 0; j < inner; j++) {
        let best = 0;
        for (let k = 1; k < n; k++)
          if (better(x.data[(o * n + k) * inner + j], x.data[(o * n + best) * inner + j])) best = k;
        out[o * inner + j] = best;
      }
    return out;
  };

const argsort: EvaluationRule<'argsort'> = (_, [x]) => {
  const n = x.shape[x.shape.length - 1];
  const out = new Int32Array(x.data.length);
  for (let start = 0; start < out.length; start += n) {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    // NaN last; sort is stable
    const key = (i: number): number => (Number.isNaN(x.data[start + i]) ? Infinity : x.data[start + i]);
    order.sort((i, j) => {
      const [a, b] = [key(i), key(j)];
      return a < b ? -1 : a > b ? 1 : i - j;
    });
    out.set(order, start);
  }
  return out;
};

const oneHot: EvaluationRule<'one_hot'> = ({ depth }, [index], _, precision) => {
  const out = allocate('float32', index.data.length * depth, precision);
  for (let k = 0; k < index.data.length; k++) {
    const at = index.data[k];
    if (at >= 0 && at < depth) out[k * depth + at] = 1;
  }
  return out;
};

const random: EvaluationRule<'random'> = ({ law, shape, site }, [key], _, precision) => {
  const out = precision === 'float64' ? new Float64Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
  fillRandom(law, key.data, site, out);
  return out;
};

export const reductions = {
  sum: over(adding),
  prod: over(folding(1, (a, b) => a * b)),
  max_over: over(folding(-Infinity, Math.max)),
  min_over: over(folding(Infinity, Math.min)),
  argmax: extreme((a, b) => a > b || (b !== b && a === a)),
  argmin: extreme((a, b) => a < b || (b !== b && a === a)),
  argsort,
  one_hot: oneHot,
  random,
  derive_key: (_: unknown, [key, index]: readonly ArrayValue[]): ArrayData => deriveKey(key.data, index.data[0]),
};
