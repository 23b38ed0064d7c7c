/** Several binders, and their axes as one: every combination of places is a place on it, the last axis running fastest. */
import type { Binder } from '../../../grammar/tree/patterns.ts';
import * as ir from '../../ir/build.ts';
import { sizeOf } from '../../ir/shape.ts';
import { newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { mapTensors } from './describe.ts';
import { expandAxes, logical, shapeOf, sizesOf, tensor, unionAxes } from './tensors.ts';
import type { Axis, Tensor, Value } from './values.ts';

/** Binders with several targets are as many binders over the same source. */
export const flattened = (binders: readonly Binder[]): Binder[] =>
  binders.flatMap((b) => (b.targets.length <= 1 ? [b] : b.targets.map((t) => ({ ...b, targets: [t] }))));

export const conjunction = (a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined =>
  a && b ? logical('and', a, b) : (a ?? b);

export interface Flat {
  readonly axis: Axis;
  readonly one: (t: Tensor) => Tensor;
  readonly all: (v: Value) => Value;
}

/** One axis in the place of these, newer than what was made under them. */
export const flatAxis = (axes: readonly Axis[], ctx: Context): Flat => {
  const axis = newAxis(ctx, sizeOf(sizesOf(axes)), axes.map((a) => a.name).join('.'));
  const one = (t: Tensor): Tensor => {
    const full = expandAxes(t, unionAxes(t, { axes }));
    const rest = full.axes.filter((a) => !axes.includes(a));
    const own = shapeOf(full);
    const order = [...[...rest, ...axes].map((a) => full.axes.indexOf(a)), ...own.map((_, i) => full.axes.length + i)];
    const node = ir.reshape(ir.transpose(full.node, order), [...sizesOf(rest), axis.size, ...own]);
    return tensor(node, [...rest, axis], t.space);
  };
  return { axis, one, all: (v) => mapTensors(v, one) };
};

/** What varies over the one axis, over the several again. */
export const unflat = (v: Value, axis: Axis, axes: readonly Axis[]): Value =>
  mapTensors(v, (t) => {
    const at = t.axes.indexOf(axis);
    if (at < 0) return t;
    const rest = t.axes.filter((a) => a !== axis);
    const now = [...rest.slice(0, at), ...axes, ...rest.slice(at)];
    const sorted = [...now].sort((a, b) => a.order - b.order);
    const own = shapeOf(t);
    const split = ir.reshape(t.node, [...sizesOf(now), ...own]);
    const order = [...sorted.map((a) => now.indexOf(a)), ...own.map((_, i) => now.length + i)];
    return tensor(ir.transpose(split, order), sorted, t.space);
  });
