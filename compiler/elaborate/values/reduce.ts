/** Reducing over several axes, with entries left out by a mask. */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import { R } from '../../spaces/space.ts';
import { expandAxes, reduceAxis, shapeOf, tensor, toBit, unionAxes } from './tensors.ts';
import type { Axis, Tensor } from './values.ts';

/** What an entry that is not there counts as among those compared: the end of single precision, still finite. */
export const infinity = 3.4e38;

export const masked = (t: Tensor, mask: Tensor | undefined, instead: number): Tensor => {
  if (!mask) return t;
  const axes = unionAxes(t, mask);
  const x = expandAxes(t, axes);
  const m = expandAxes(mask, axes).node;
  const shape = [...m.shape, ...shapeOf(x).map(() => 1)];
  return tensor(ir.select(ir.reshape(m, shape), x.node, ir.scalar(instead)), axes, x.space);
};

export const overAxes = (t: Tensor, axes: readonly Axis[], step: (t: Tensor, axis: Axis) => Tensor): Tensor =>
  [...axes].reverse().reduce(step, t);

/** Masked mean: sum over count. */
export const meanOver = (t: Tensor, axes: readonly Axis[], mask: Tensor | undefined, span: Span): Tensor => {
  if (!mask) {
    const varying = axes.filter((a) => t.axes.includes(a));
    const count = varying.reduce((n, a) => n * a.size, 1);
    if (varying.length === 0) return t;
    const total = overAxes(t, varying, (u, axis) => reduceAxis('sum', u, axis, span));
    return tensor(ir.mul(total.node, ir.scalar(1 / count), span), total.axes, total.space);
  }
  const m = tensor(ir.cast(toBit(mask).node, 'float32'), mask.axes, R());
  const total = overAxes(masked(t, mask, 0), axes, (u, axis) => reduceAxis('sum', u, axis, span));
  const count = overAxes(m, axes, (u, axis) => reduceAxis('sum', u, axis, span));
  const both = unionAxes(total, count);
  const c = expandAxes(count, both).node;
  const shape = [...c.shape, ...shapeOf(total).map(() => 1)];
  return tensor(
    ir.div(expandAxes(total, both).node, ir.reshape(ir.maximum(c, ir.scalar(1)), shape), span),
    both,
    total.space,
  );
};

/** log sum exp over a binder's axis, the largest taken out first. */
export const logsumexpAxis = (t: Tensor, axis: Axis, span?: Span): Tensor => {
  const full = expandAxes(t, unionAxes(t, { axes: [axis] }));
  const at = full.axes.indexOf(axis);
  const top = ir.stop(ir.maxOver(full.node, [at], true));
  // where all are -infinity, the difference would be NaN
  const safe = ir.select(ir.gt(top, ir.scalar(-3e38)), top, ir.scalar(0));
  const sum = ir.sum(ir.exp(ir.sub(full.node, safe, span)), [at], true);
  const node = ir.add(ir.log(sum, span), safe);
  return tensor(
    ir.reshape(
      node,
      node.shape.filter((_, i) => i !== at),
    ),
    full.axes.filter((a) => a !== axis),
    t.space,
  );
};
