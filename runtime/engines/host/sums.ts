/**
 * Host kernels that fold an axis away: sums, products, extremes and where they are, and the order along the last axis.
 */
import type { HostKernel, HostTable, Spec } from './kernel.ts';
import { sizeOf, stridesOf } from '../../../compiler/ir/shape.ts';
import { collapse, eachRow, innermost, type Data } from './walk.ts';

/** Walks the kept axes outside and the reduced axes inside, accumulating in float64. */
const reduce = (
  axes: readonly number[],
  [input]: readonly Spec[],
  start: number,
  step: (total: number, x: number) => number,
): HostKernel => {
  const own = stridesOf(input.shape);
  const pick = (reduced: boolean): number[] =>
    own.map((_, axis) => axis).filter((axis) => axes.includes(axis) === reduced);
  const shapeOf = (of: number[]): number[] => of.map((axis) => input.shape[axis]);
  const kept = pick(false);
  const gone = pick(true);
  const outside = collapse(shapeOf(kept), [kept.map((axis) => own[axis]), stridesOf(shapeOf(kept))]);
  const inside = innermost(collapse(shapeOf(gone), [gone.map((axis) => own[axis])]));
  if (sizeOf(shapeOf(kept)) === 0) return () => {};
  if (sizeOf(shapeOf(gone)) === 0) return (_, out) => out.fill(start);
  // A leading axis summed over contiguous rows: rows are added whole, which is what the memory likes.
  const row = kept.length > 0 && kept[0] > Math.max(-1, ...gone) ? sizeOf(shapeOf(kept)) : 0;
  if (row > 1) {
    const rounds = sizeOf(shapeOf(gone));
    return ([x], out) => {
      const totals = new Float64Array(row).fill(start);
      for (let k = 0, at = 0; k < rounds; k++) for (let i = 0; i < row; i++, at++) totals[i] = step(totals[i], x[at]);
      out.set(totals);
    };
  }
  const stride = inside.strides[0];
  return ([x], out) =>
    eachRow(outside.sizes, outside.strides, (from, to) => {
      let total = start;
      eachRow(inside.outer.sizes, inside.outer.strides, (offset) => {
        for (let i = 0, at = from + offset; i < inside.size; i++, at += stride) total = step(total, x[at]);
      });
      out[to] = total;
    });
};

/** `better(a, b)`: a is kept before b. NaN loses. */
const extremeAt = (axis: number, [input]: readonly Spec[], better: (a: number, b: number) => boolean): HostKernel => {
  const length = input.shape[axis];
  const step = stridesOf(input.shape)[axis];
  return ([x], out) => {
    for (let line = 0; line < out.length; line++) {
      const start = Math.floor(line / step) * step * length + (line % step);
      let best = 0;
      for (let i = 1, at = start + step; i < length; i++, at += step)
        if (better(x[at], x[start + best * step])) best = i;
      out[line] = best;
    }
  };
};

/** NaN is last. */
const compare = (a: number, b: number): number =>
  a < b ? -1 : a > b ? 1 : a === b ? 0 : Number(a !== a && b < Infinity) - Number(b !== b && a < Infinity);

const argsort = (length: number) => (x: Data, out: Data) => {
  const order = new Array<number>(length);
  for (let start = 0; start < x.length; start += length) {
    for (let i = 0; i < length; i++) order[i] = i;
    order.sort((i, j) => compare(x[start + i], x[start + j]) || i - j);
    out.set(order, start);
  }
};

export const reducing = {
  sum: ({ axes }, inputs) => reduce(axes, inputs, 0, (total, x) => total + x),
  prod: ({ axes }, inputs) => reduce(axes, inputs, 1, (total, x) => total * x),
  max_over: ({ axes }, inputs) => reduce(axes, inputs, -Infinity, Math.max),
  min_over: ({ axes }, inputs) => reduce(axes, inputs, Infinity, Math.min),
  argmax: ({ axis }, inputs) => extremeAt(axis, inputs, (a, b) => a > b || (b !== b && a === a)),
  argmin: ({ axis }, inputs) => extremeAt(axis, inputs, (a, b) => a < b || (b !== b && a === a)),
  argsort: (_, [input]) => {
    const sort = argsort(input.shape[input.shape.length - 1] ?? 1);
    return ([x], out) => sort(x, out);
  },
} satisfies Partial<HostTable>;
