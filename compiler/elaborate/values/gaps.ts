/**
 * Lists with gaps: what a condition leaves of a list stays where it stood, under a mask. Their entries by number, and the same list
 * without gaps: a sequence, whose entries come first.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { mapTensors } from './describe.ts';
import { indexDimension } from '../expressions/indexing.ts';
import { lengthOf, renameIn, sequence } from './sequences.ts';
import { aligned, axisToShape, expandAxes, shapeOf, tensor, toBit, toReal, unionAxes } from './tensors.ts';
import type { Along, Axis, Tensor, Value } from './values.ts';

/** Is the entry of number i elsewhere than at place i? */
export const hasGaps = ({ mask, length, front }: Along): boolean => mask !== undefined && !length && !front;

/** The mask, its axis among those it varies over. */
const maskOf = ({ axis, mask }: Along): Tensor => {
  const bit = toBit(mask as Tensor);
  return expandAxes(bit, unionAxes(bit, { axes: [axis] }));
};

const whole = { kind: 'tensor', element: { kind: 'Int' }, shape: [] } as const;

/** The number of each entry among those that are there. */
export const numbered = (v: Along): Tensor => {
  const mask = maskOf(v);
  const count = ir.cumsum(ir.cast(mask.node, 'float32'), mask.axes.indexOf(v.axis), { exclusive: true });
  return tensor(count, mask.axes, whole);
};

/** Entry `index` of those that are there: the one of that number is chosen, what else there is may be infinite. */
export const entryAmong = (v: Along, index: Tensor): Value => {
  const [mask, number, i] = [maskOf(v), numbered(v), toReal(index)];
  const axes = unionAxes(mask, i);
  const hit = ir.and(aligned(mask, axes), ir.compare('eq', aligned(number, axes), aligned(i, axes)));
  const chosen = expandAxes(tensor(hit, axes, mask.space), axes);
  return mapTensors(v.element, (t) => {
    if (!t.axes.includes(v.axis)) return t;
    const all = unionAxes(t, chosen);
    const x = expandAxes(t, all);
    const at = expandAxes(chosen, all).node;
    const real = ir.cast(x.node, 'float32');
    const picked = ir.select(ir.reshape(at, [...at.shape, ...shapeOf(x).map(() => 1)]), real, ir.scalar(0));
    const place = all.indexOf(v.axis);
    const node = ir.cast(ir.sum(picked, [place]), t.node.dtype);
    return tensor(
      node,
      all.filter((a) => a !== v.axis),
      t.space,
    );
  });
};

/** What stands under `axis` by places `order` (int32, the last of its axes the new one). */
export const moved = (v: Value, axis: Axis, order: Tensor, span: Span): Value =>
  mapTensors(v, (t) => (t.axes.includes(axis) ? indexDimension(axisToShape(t, axis), 0, order, span) : t));

/** Places as an index under their axes. */
export const places = (node: Node, axes: readonly Axis[]): Tensor => tensor(ir.cast(node, 'int32'), axes, whole);

/** The same entries in the same order, those that are there first. */
export const withoutGaps = (v: Along, ctx: Context, span: Span): Along & { readonly length: Tensor } => {
  if (v.length) return v as Along & { readonly length: Tensor };
  const count = lengthOf(v);
  if (!hasGaps(v)) return { ...sequence(v.axis, v.element, count), length: count };
  const axis = newAxis(ctx, v.axis.size, v.axis.name);
  const mask = renameIn(maskOf(v), v.axis, axis) as Tensor;
  // The new axis is the last: entries that are there are 0 and come first, in their order.
  const order = places(ir.argsort(ir.sub(ir.scalar(1), ir.cast(mask.node, 'float32'))), mask.axes);
  return { ...sequence(axis, moved(v.element, v.axis, order, span), count), length: count };
};
