/** `g # P`: the distribution of g(x) for x drawn from P. It has a density where P has one and g can be undone (see invert.ts). */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { R, storageShape } from '../../spaces/space.ts';
import { Failure } from '../../failure.ts';
import { quietly } from '../context.ts';
import type { Context } from '../context.ts';
import { asTensor } from '../values/describe.ts';
import { draws, logDensity, toDistribution } from './distributions.ts';
import { invert } from './invert.ts';
import type { Inverse } from './invert.ts';
import { expandAxes, shapeOf, sizesOf, tensor, toReal, unionAxes } from '../values/tensors.ts';
import type { Axis, Dist, Tensor, Value } from '../values/values.ts';

type Map = (x: Value, ctx: Context) => Value;

/** The graph of g under these axes, and its input. */
const traced = (
  g: Map,
  dist: Dist,
  axes: readonly Axis[],
  ctx: Context,
): { holder: Tensor; image: Tensor } | undefined => {
  const { event } = dist;
  if (!event || event.element.kind === 'Class' || event.element.kind === 'Bit') return undefined;
  const node = ir.input('pushed', 'float32', [...sizesOf(axes), ...storageShape(event)]);
  const holder = tensor(node, axes, event);
  const image = g(holder, { ...quietly(ctx), axes });
  if (image.kind !== 'tensor' || image.space.element.kind === 'Class' || image.node.dtype !== 'float32')
    return undefined;
  return { holder, image: expandAxes(toReal(image), axes) };
};

/** x and log |det dg/dx| at a point y. */
const undone = (
  g: Map,
  dist: Dist,
  y: Tensor,
  ctx: Context,
  span: Span,
): { x: Tensor; inverse: Inverse } | undefined => {
  const axes = unionAxes(y, { axes: ctx.axes });
  const t = traced(g, dist, axes, ctx);
  if (!t) return undefined;
  const given = expandAxes(y, axes).node;
  const front = sizesOf(axes);
  const inverse = invert(t.image.node, t.holder.node, given, front, span);
  return inverse && { x: tensor(inverse.x, axes, t.holder.space), inverse };
};

/** Where nothing maps to y the logarithms have no value: the density is 0 there. */
const orImpossible = (log: Node): Node => ir.select(ir.eq(log, log), log, ir.scalar(-Infinity));

/** Does g have an inverse? The shape of its values, if so. */
const imageOf = (g: Map, dist: Dist, ctx: Context, span: Span): Tensor | undefined => {
  if (!dist.logDensity) return undefined;
  try {
    const t = traced(g, dist, ctx.axes, ctx);
    if (!t) return undefined;
    const given = ir.input('image', 'float32', t.image.node.shape);
    const front = sizesOf(ctx.axes);
    return invert(t.image.node, t.holder.node, given, front, span) && t.image;
  } catch (error) {
    if (error instanceof Failure) return undefined; // it will be reported where it is run
    throw error;
  }
};

export const pushforward = (g: Map, base: Value, ctx: Context, span: Span): Dist => {
  const dist = toDistribution(base, ctx, span);
  const image = imageOf(g, dist, ctx, span);
  return {
    kind: 'dist',
    family: '',
    args: new Map(),
    sample: (at) => {
      const v = g(draws(dist, at, span), at);
      return v.kind === 'dist' ? draws(v, at, span) : v;
    },
    logDensity:
      image &&
      ((at, y, where) => {
        const found = undone(g, dist, toReal(asTensor(y, where)), at, where);
        if (!found) throw new Error('internal: a function that could be inverted cannot be any more');
        const log = logDensity(dist, found.x, { ...at, axes: found.x.axes }, where, 'the density of a pushforward');
        const all = unionAxes(log, found.x);
        const jacobian = tensor(found.inverse.logDeterminant, found.x.axes, R());
        const node = ir.sub(expandAxes(log, all).node, expandAxes(jacobian, all).node, where);
        return tensor(orImpossible(node), all, R());
      }),
    facts: new Map(),
    reparameterised: true,
    event: image && R(...shapeOf(image)),
    pushed: { base: dist, map: g },
    lacks: image
      ? {}
      : {
          density: {
            message: dist.logDensity
              ? 'a pushforward has a density where the function can be undone step by step; this one cannot'
              : 'a pushforward can be sampled; for a density its base would need one',
            span,
          },
        },
    implicit: false,
  };
};
