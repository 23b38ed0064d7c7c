/**
 * `x[i]`, `x[1:3, :]`: taking entries and slices of arrays. An index may be a number known while compiling, the position on a
 * binder's axis (then nothing is computed, the dimension becomes the axis), a class, or any whole number.
 */
import type { Span } from '../../../grammar/span.ts';
import type { IndexItem } from '../../../grammar/tree/expressions.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import { printSpace } from '../../spaces/space.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import type { Context } from '../context.ts';
import { checkColumn } from '../distributions/points.ts';
import { asTensor, asWhole, describe, mapTensors } from '../values/describe.ts';
import {
  expandAxes,
  known,
  knownArray,
  shapeOf,
  shapeToAxis,
  sizesOf,
  tensor,
  toReal,
  unionAxes,
} from '../values/tensors.ts';
import type { Tensor, Value } from '../values/values.ts';

type Slice = Extract<IndexItem, { kind: 'slice' }>;

/** The array whose dimensions `x[...]` counts: a class counts as its one-hot vector, a point of a simplex as its numbers. */
const indexable = (t: Tensor): Tensor =>
  t.space.shape.length === 0 || t.space.shape.length < shapeOf(t).length ? toReal(t) : t;

const dropDimension = (space: TensorSpace, at: number): TensorSpace => ({
  ...space,
  shape: space.shape.filter((_, i) => i !== at),
});

/** A place that is known when compiling is whole, and from `first` up to n - 1. */
const checkPlace = (i: number, first: number, n: number, span: Span): void => {
  if (!Number.isInteger(i)) fail('L0302', span, { expected: 'a whole number', seen: String(i), where: 'the index' });
  if (i < first || i >= n) fail('L0306', span, { index: String(i), size: n });
};

/** One entry along dimension `at`, its place known: negative ones count from the end. */
const entryOf = (t: Tensor, at: number, i: number, span: Span): Tensor => {
  const axes = t.axes.length;
  const n = shapeOf(t)[at];
  checkPlace(i, -n, n, span);
  const cut = ir.sliceAxis(t.node, axes + at, i < 0 ? i + n : i, 1, 1, span);
  return tensor(
    ir.reshape(
      cut,
      t.node.shape.filter((_, k) => k !== axes + at),
      span,
    ),
    t.axes,
    dropDimension(t.space, at),
  );
};

/** Places in an array of n. `filtered`: what is computed here may not count, then a place outside is none that anybody asked for. */
const placesIn = ({ node, space }: Tensor, n: number, span: Span, filtered = false): Node => {
  const { operation } = node;
  if (filtered && space.element.kind !== 'Class')
    return ir.cast(ir.minimum(ir.maximum(ir.cast(node, 'float32'), ir.scalar(0)), ir.scalar(n - 1)), 'int32');
  if (operation.op !== 'constant' || space.element.kind === 'Class') return ir.cast(node, 'int32');
  const { shape, data: written } = operation.value;
  for (const x of written) checkPlace(x, 0, n, span);
  return ir.constant({ dtype: 'int32', shape, data: Int32Array.from(written) });
};

/** Entries by an index that is a tensor itself: a row each for every example. */
const gathered = (t: Tensor, at: number, index: Tensor, span: Span, filtered: boolean): Tensor => {
  const n = shapeOf(t)[at];
  const place = index.counts;
  if (place && place.offset === 0 && place.axis.size === n && !t.axes.includes(place.axis))
    return shapeToAxis(t, place.axis, at, span);
  if (place && place.offset >= 0 && place.offset + place.axis.size <= n && !t.axes.includes(place.axis)) {
    const cut = tensor(ir.sliceAxis(t.node, t.axes.length + at, place.offset, place.axis.size), t.axes, {
      ...t.space,
      shape: t.space.shape.map((d, i) => (i === at ? place.axis.size : d)),
    });
    return shapeToAxis(cut, place.axis, at, span);
  }
  if (!filtered && place && (place.offset < 0 || place.offset + place.axis.size > n))
    fail('L0306', span, {
      index: String(place.offset < 0 ? place.offset : place.offset + place.axis.size - 1),
      size: n,
    });
  const i = placesIn(index, n, span, filtered);
  const own = shapeOf(t);
  if (t.axes.length === 0 && at === 0) return tensor(ir.gather(t.node, i, span), index.axes, dropDimension(t.space, 0));
  // x[i] = sum_k 1[k = i] x[k]: batches over the axes of both
  const axes = unionAxes(t, index);
  const hot = expandAxes(
    tensor(ir.oneHot(i, n), index.axes, { kind: 'tensor', element: { kind: 'R' }, shape: [n] }),
    axes,
  );
  const full = expandAxes(t, axes);
  const mask = ir.reshape(hot.node, [...sizesOf(axes), ...own.map((d, k) => (k === at ? d : 1))]);
  const real = full.node.dtype === 'float32' ? full.node : ir.cast(full.node, 'float32');
  // select rather than multiply: what is not chosen may be infinite
  const chosen = ir.select(ir.gt(mask, ir.scalar(0.5)), real, ir.scalar(0));
  const summed = ir.sum(chosen, [axes.length + at], false, span);
  return tensor(ir.cast(summed, t.node.dtype), axes, dropDimension(t.space, at));
};

const isOne = (t: Tensor): boolean => shapeOf(t).length === 0;

/** The dimensions of one example in another order. */
const reordered = (t: Tensor, order: readonly number[]): Tensor => {
  if (order.every((from, to) => from === to)) return t;
  const lead = t.axes.map((_, i) => i);
  const node = ir.transpose(t.node, [...lead, ...order.map((d) => d + lead.length)]);
  return tensor(node, t.axes, { ...t.space, shape: order.map((d) => t.space.shape[d]) });
};

/** `x[[0, 2, 5]]`, `y[argsort(x)]` along the first dimension: the dimensions of the index come in its place. */
const gatherFirst = (t: Tensor, index: Tensor, span: Span): Tensor => {
  const [n, ...rest] = shapeOf(t);
  const dims = shapeOf(index);
  const space = { ...t.space, shape: [...dims, ...t.space.shape.slice(1)] };
  const places = placesIn(index, n, span);
  if (t.axes.length === 0) return tensor(ir.gather(t.node, places, span), index.axes, space);
  const m = sizeOf(dims);
  const axes = unionAxes(t, index);
  const sizes = sizesOf(axes);
  const flat = ir.reshape(places, [...sizesOf(index.axes), m]);
  const hot = expandAxes(
    tensor(ir.oneHot(flat, n), index.axes, { kind: 'tensor', element: { kind: 'R' }, shape: [m, n] }),
    axes,
  );
  const x = ir.reshape(ir.cast(expandAxes(t, axes).node, 'float32'), [...sizes, n, sizeOf(rest)]);
  const product = ir.matmul(hot.node, x, {}, span);
  return tensor(ir.cast(ir.reshape(product, [...sizes, ...dims, ...rest]), t.node.dtype), axes, space);
};

/** The same along dimension `at`. */
const gatherMany = (t: Tensor, at: number, index: Tensor, span: Span): Tensor => {
  const rank = shapeOf(t).length;
  const before = Array.from({ length: at }, (_, i) => i);
  const after = Array.from({ length: rank - at - 1 }, (_, i) => at + 1 + i);
  const found = gatherFirst(reordered(t, [at, ...before, ...after]), index, span);
  const k = shapeOf(index).length;
  const own = Array.from({ length: k }, (_, i) => i);
  return reordered(found, [...before.map((d) => d + k), ...own, ...after.map((d) => d + k - 1)]);
};

/** `x[i:i + 8]` with i the position on a binder's axis: a window of the same length at every place. */
const movingWindow = (item: Slice, n: number, first: Value | undefined, end: Value | undefined): Tensor | undefined => {
  if (!first || !end || !item.from || !item.to) return undefined;
  const from = asTensor(first, item.from.span, 'the bound of a slice');
  const to = asTensor(end, item.to.span, 'the bound of a slice');
  const [a, b] = [from.counts, to.counts];
  if (!a || a.axis !== b?.axis || known(from) !== undefined) return undefined;
  const length = b.offset - a.offset;
  const last = a.axis.size - 1 + b.offset;
  if (length <= 0 || a.offset < 0 || last > n)
    return fail('L0306', item.span, { index: String(a.offset < 0 ? a.offset : last - 1), size: n });
  const within = ir.constant({ dtype: 'int32', shape: [length], data: Int32Array.from({ length }, (_, i) => i) });
  const begin = ir.reshape(ir.cast(from.node, 'int32'), [...from.node.shape, 1]);
  return tensor(ir.add(begin, within), from.axes, { kind: 'tensor', element: { kind: 'Int' }, shape: [length] });
};

const bound = (v: Value, n: number, span: Span): number => {
  const x = asWhole(v, span, 'the bound of a slice');
  return Math.max(0, Math.min(n, x < 0 ? x + n : x));
};

/** Dimension `at` of every example by one index: an array of places puts its own dimensions there. */
export const indexDimension = (t: Tensor, at: number, value: Value, span: Span, filtered = false): Tensor => {
  const n = shapeOf(t)[at];
  const index = asTensor(value, span, 'the index');
  const { element } = index.space;
  if (element.kind === 'Class' && element.size !== n)
    return fail('L0302', span, {
      expected: `a \`Class[${n}]\`: the axis has length ${n}`,
      seen: describe(value),
      where: 'the index',
    });
  const place = known(index);
  if (place !== undefined) return entryOf(t, at, place, span);
  const real = element.kind === 'R' && index.node.dtype === 'float32' && !knownArray(index);
  if (real) checkColumn(index.node, { kind: 'Class', size: n }, span, `the places of an axis of length ${n}`);
  if (real && shapeOf(index).length > 1) return fail('L0302', span, { expected: 'an index', seen: describe(value) });
  return isOne(index) ? gathered(t, at, index, span, filtered) : gatherMany(t, at, index, span);
};

/** `a:b` of dimension `at`. */
const sliceDimension = (t: Tensor, at: number, item: Slice, ctx: Context, span: Span): Tensor => {
  const n = shapeOf(t)[at];
  const [first, end] = [item.from, item.to].map((e) => e && ctx.shared.run.evaluate(e, ctx));
  const window = movingWindow(item, n, first, end);
  if (window) return gatherMany(t, at, window, item.span);
  const from = item.from && first ? bound(first, n, item.from.span) : 0;
  const to = item.to && end ? bound(end, n, item.to.span) : n;
  if (from === 0 && to === n) return t;
  const length = Math.max(0, to - from);
  return tensor(ir.sliceAxis(t.node, t.axes.length + at, from, length, 1, span), t.axes, {
    ...t.space,
    shape: t.space.shape.map((d, i) => (i === at ? length : d)),
  });
};

/** `x[a, b:c, :]` on one array. */
export const indexTensor = (whole: Tensor, items: readonly IndexItem[], ctx: Context, span: Span): Tensor => {
  let t = indexable(whole);
  const rank = shapeOf(t).length;
  if (items.length > rank)
    return fail('L0302', span, {
      expected: rank === 0 ? 'an array' : `at most ${rank} ${rank === 1 ? 'index' : 'indices'}`,
      seen: rank === 0 ? printSpace(whole.space) : `${items.length}`,
      where: 'indexing',
    });
  let at = 0;
  for (const item of items) {
    const before = shapeOf(t).length;
    if (item.kind === 'named')
      return fail('L0302', item.span, { expected: 'an index', seen: `\`${item.name.text} =\`` });
    t =
      item.kind === 'slice'
        ? sliceDimension(t, at, item, ctx, span)
        : indexDimension(t, at, ctx.shared.run.evaluate(item.value, ctx), item.span, ctx.filtered);
    at += 1 + shapeOf(t).length - before;
  }
  return t;
};

/** Part `i` of an array, for patterns. */
export const entryAt = (t: Tensor, i: number, span: Span): Tensor => entryOf(indexable(t), 0, i, span);

/** Entry `i` of a value held under an axis of its own. */
export const entryUnder = (v: Extract<Value, { kind: 'along' }>, i: number, span: Span): Value =>
  mapTensors(v.element, (t) => {
    if (!t.axes.includes(v.axis)) return t;
    const at = t.axes.indexOf(v.axis);
    if (i < 0 || i >= v.axis.size) fail('L0306', span, { index: String(i), size: v.axis.size });
    const cut = ir.sliceAxis(t.node, at, i, 1);
    const axes = t.axes.filter((a) => a !== v.axis);
    return tensor(
      ir.reshape(
        cut,
        cut.shape.filter((_, k) => k !== at),
      ),
      axes,
      t.space,
    );
  });
