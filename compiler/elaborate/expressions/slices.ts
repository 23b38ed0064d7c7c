/** `xs[0:16]` of rows: of a set that is known its rows, of one that is filtered by something trained the first that remain. */
import type { Span } from '../../../grammar/span.ts';
import type { IndexItem } from '../../../grammar/tree/expressions.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import { newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { subset } from '../data/sets.ts';
import { asScalar, asTensor, asWhole, mapTensors } from '../values/describe.ts';
import { withoutGaps } from '../values/gaps.ts';
import { indexDimension } from './indexing.ts';
import { rowsUnder } from '../data/rows.ts';
import { counting, isSequence, sequence } from '../values/sequences.ts';
import {
  axisToShape,
  constantNumber,
  expandAxes,
  known,
  mapBinary,
  shapeOf,
  tensor,
  toBit,
  unionAxes,
} from '../values/tensors.ts';
import type { Along, Axis, Data, Tensor, Value } from '../values/values.ts';

type Slice = Extract<IndexItem, { kind: 'slice' }>;

/** Rows in the order of `order` (int32 [m]) instead of `axis`. */
const reordered = (v: Value, axis: Axis, order: Node, to: Axis): Value =>
  mapTensors(v, (t) => {
    if (!t.axes.includes(axis)) return t;
    if (t.axes.length > 1) {
      const front = t.axes.indexOf(axis);
      const permutation = [front, ...t.node.shape.map((_, i) => i).filter((i) => i !== front)];
      const rest = t.axes.filter((a) => a !== axis);
      const picked = ir.gather(ir.transpose(t.node, permutation), order);
      const axes = unionAxes({ axes: rest }, { axes: [to] });
      const now = [to, ...rest];
      const back = [...axes.map((a) => now.indexOf(a)), ...shapeOf(t).map((_, i) => i + now.length)];
      return tensor(ir.transpose(picked, back), axes, t.space);
    }
    return tensor(ir.gather(t.node, order), [to], t.space);
  });

const bounds = (item: Slice, size: number, ctx: Context): { from: number; to: number } => {
  const at = (e: Slice['from'], otherwise: number): number => {
    if (!e) return otherwise;
    const x = asWhole(ctx.shared.run.evaluate(e, ctx), e.span, 'the bound of a slice');
    return Math.max(0, Math.min(size, x < 0 ? x + size : x));
  };
  return { from: at(item.from, 0), to: at(item.to, size) };
};

/**
 * `x[1:]`, `x[:-1]`, `x[a:b]` of a sequence: what is left of each one. Bounds that are known only shorten the axis; others, and
 * those counted from the end of what was left, move the entries.
 */
const sliceSequence = (v: Along, length: Tensor, item: Slice, ctx: Context): Along => {
  const { size } = v.axis;
  const zero = constantNumber(0);
  const at = (e: Slice['from'], otherwise: Tensor): Tensor => {
    if (!e) return otherwise;
    const x = asScalar(ctx.shared.run.evaluate(e, ctx), e.span, 'the bound of a slice');
    const n = known(x);
    const place = n === undefined ? x : constantNumber(asWhole(x, e.span, 'the bound of a slice'));
    const counted = n !== undefined && n < 0 ? mapBinary('add', length, place) : place;
    return mapBinary('max', mapBinary('min', counted, length), zero);
  };
  const from = at(item.from, zero);
  const count = mapBinary('max', mapBinary('sub', at(item.to, length), from), zero);
  const [first, last] = [item.from, item.to].map((e) => e && known(asTensor(ctx.shared.run.evaluate(e, ctx), e.span)));
  const start = !item.from ? 0 : first !== undefined && first >= 0 ? Math.min(first, size) : undefined;
  const end = last === undefined ? size : last >= 0 ? Math.min(last, size) : Math.max(0, size + last);
  const room = Math.max(1, end - (start ?? 0));
  const axis = newAxis(ctx, first !== undefined && first < 0 ? Math.min(room, -first) : room, v.axis.name);
  const places = counting(axis, start ?? 0);
  const order = start === undefined ? mapBinary('add', places, from) : places;
  const within = ir.cast(ir.minimum(order.node, ir.scalar(size - 1)), 'int32');
  const element = mapTensors(v.element, (t) =>
    t.axes.includes(v.axis) ? entriesAt(t, v.axis, { ...order, node: within }, item.span) : t,
  );
  return sequence(axis, element, count);
};

/** The entries of an axis at places that may differ from example to example. */
const entriesAt = (t: Tensor, axis: Axis, order: Tensor, span: Span): Tensor => {
  if (order.axes.length === 1) return reordered(t, axis, order.node, order.axes[0]) as Tensor;
  return indexDimension(axisToShape(t, axis), 0, order, span);
};

export const sliceAlong = (v: Along | Data, item: Slice, ctx: Context, span: Span): Value => {
  if (isSequence(v)) {
    const counted = withoutGaps(v, ctx, span);
    return sliceSequence(counted, counted.length, item, ctx);
  }
  const size = v.kind === 'data' ? v.rows : v.axis.size;
  const { from, to } = bounds(item, size, ctx);
  const count = Math.max(0, to - from);
  if (count === 0) return fail('L0504', span, { what: 'the slice holds no rows' });
  if (v.kind === 'data' && !v.view) {
    const rows = Array.from({ length: count }, (_, i) => from + i);
    return subset(v, rows, {}, ctx);
  }
  const opened = v.kind === 'data' ? rowsUnder(v, {}, ctx) : { axis: v.axis, row: v.element, mask: v.mask };
  const axis = newAxis(ctx, count, opened.axis.name);
  const keep = opened.mask ? expandAxes(toBit(opened.mask), [opened.axis]).node : undefined;
  // Rows that are kept come first, in their order.
  const order = keep
    ? ir.slice(ir.argsort(ir.sub(ir.scalar(1), ir.cast(keep, 'float32'))), { begin: [from], size: [count] })
    : ir.constant({ dtype: 'int32', shape: [count], data: Int32Array.from({ length: count }, (_, i) => from + i) });
  const element = reordered(opened.row, opened.axis, order, axis);
  const mask =
    opened.mask && (reordered(toBit(expandAxes(opened.mask, [opened.axis])), opened.axis, order, axis) as Tensor);
  return element.kind === 'tensor' && !mask ? { kind: 'along', axis, element } : { kind: 'along', axis, element, mask };
};
