/** Mixtures: one of several components, each with its probability; the components stand under an axis. */
import type { Span } from '../../grammar/tree.ts';
import * as ir from '../ir/build.ts';
import type { Node } from '../ir/graph.ts';
import { inAxes } from './context.ts';
import type { Context } from './context.ts';
import { asTensor, mapTensors } from './describe.ts';
import { logsumexpAxis } from './distributions.ts';
import {
  expandAxes,
  mapBinary,
  mapUnary,
  reduceAxis,
  shapeOf,
  shapeToAxis,
  tensor,
  toReal,
  unionAxes,
} from './tensors.ts';
import type { Axis, Dist, Tensor, Value } from './values.ts';

type Fact = (ctx: Context) => Value;

const noSpan: Span = { file: '', start: 0, end: 0 };

/** The draw of the component that `hot` (one-hot, R[K]) picks. */
const chosen = (all: Value, hot: Tensor, axis: Axis): Value => {
  const picked = shapeToAxis(hot, axis);
  return mapTensors(all, (t) => {
    const real = toReal(t);
    const full = expandAxes(real, unionAxes(real, picked, { axes: [axis] }));
    const mask = expandAxes(picked, full.axes);
    const shape = [...mask.node.shape, ...shapeOf(full).map(() => 1)];
    const own = ir.select(ir.gt(ir.reshape(mask.node, shape), ir.scalar(0.5)), full.node, ir.scalar(0));
    return reduceAxis('sum', tensor(own, full.axes, full.space), axis);
  });
};

/** Σ w x over the components. */
const weighted = (x: Tensor, logWeights: Tensor, axis: Axis): Tensor => {
  const w = shapeToAxis(logWeights, axis);
  const axes = unionAxes(x, w, { axes: [axis] });
  const weight = ir.exp(expandAxes(w, axes).node);
  const shaped = ir.reshape(weight, [...weight.shape, ...shapeOf(x).map(() => 1)]);
  return reduceAxis('sum', tensor(ir.mul(expandAxes(x, axes).node, shaped), axes, x.space), axis);
};

const factsOf = (logWeights: Tensor, axis: Axis, component: Dist): ReadonlyMap<string, Fact> => {
  const number = (name: string, ctx: Context): Tensor =>
    toReal(asTensor((component.facts.get(name) as Fact)(inAxes(ctx, axis)), noSpan));
  const facts = new Map<string, Fact>();
  if (!component.facts.has('mean')) return facts;
  facts.set('mean', (ctx) => weighted(number('mean', ctx), logWeights, axis));
  if (!component.facts.has('variance')) return facts;
  // E v + E m^2 - (E m)^2
  const variance = (ctx: Context): Tensor => {
    const m = number('mean', ctx);
    const second = mapBinary('add', number('variance', ctx), mapUnary('square', m));
    const mean = weighted(m, logWeights, axis);
    return mapBinary('sub', weighted(second, logWeights, axis), mapUnary('square', mean));
  };
  facts.set('variance', variance);
  facts.set('std', (ctx) => mapUnary('sqrt', variance(ctx)));
  return facts;
};

/**
 * log Σ exp(joint) as Σ r (joint - log r), r the posterior of the components, held: the same value and slope here, and a lower bound
 * wherever else the parameters go (Neal & Hinton 1998).
 */
const bounded = (joint: Tensor, axis: Axis, posteriors: Node[], span: Span): Tensor => {
  const whole = expandAxes(logsumexpAxis(joint, axis, span), joint.axes);
  const logPosterior = ir.stop(ir.sub(joint.node, whole.node, span));
  posteriors.push(logPosterior);
  const r = ir.exp(logPosterior, span);
  const positive = ir.gt(r, ir.scalar(0));
  // a component that is impossible adds 0, not 0 times infinity
  const gap = ir.sub(
    ir.select(positive, joint.node, ir.scalar(0)),
    ir.select(positive, logPosterior, ir.scalar(0)),
    span,
  );
  return reduceAxis('sum', tensor(ir.mul(r, gap, span), joint.axes, joint.space), axis, span);
};

/** `logWeights`: R[K]. */
export const mixtureOf = (
  logWeights: Tensor,
  axis: Axis,
  component: Dist,
  sampleIndex: (ctx: Context) => Tensor,
): Dist => {
  const { sample, logDensity } = component;
  return {
    kind: 'dist',
    family: 'mixture',
    args: new Map(),
    sample: sample && ((ctx) => chosen(sample(inAxes(ctx, axis)), sampleIndex(ctx), axis)),
    logDensity:
      logDensity &&
      ((ctx, x, span) => {
        const each = logDensity(inAxes(ctx, axis), x, span);
        const w = shapeToAxis(logWeights, axis);
        const axes = unionAxes(each, w, { axes: [axis] });
        const joint = tensor(ir.add(expandAxes(each, axes).node, expandAxes(w, axes).node, span), axes, each.space);
        return ctx.problem?.posteriors
          ? bounded(joint, axis, ctx.problem.posteriors, span)
          : logsumexpAxis(joint, axis, span);
      }),
    facts: factsOf(logWeights, axis, component),
    reparameterised: false,
    event: component.event,
    lacks: component.lacks,
    implicit: false,
  };
};
