/** Mixtures: one of several components, each with its probability; the components stand under an axis. */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { inAxes } from '../context.ts';
import type { Context } from '../context.ts';
import { asTensor, mapTensors } from '../values/describe.ts';
import { logsumexpAxis } from '../values/reduce.ts';
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
} from '../values/tensors.ts';
import type { Axis, Dist, FunctionValue, Tensor, Value } from '../values/values.ts';

export type Fact = (ctx: Context) => Value;

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

/** Σ w x over the axes of the components. */
const weighted = (x: Tensor, logWeights: Tensor, over: readonly Axis[]): Tensor => {
  const axes = unionAxes(x, logWeights, { axes: over });
  const weight = ir.exp(expandAxes(logWeights, axes).node);
  const shaped = ir.reshape(weight, [...weight.shape, ...shapeOf(x).map(() => 1)]);
  const all = tensor(ir.mul(expandAxes(x, axes).node, shaped), axes, x.space);
  return over.reduce((t, axis) => reduceAxis('sum', t, axis), all);
};

/** Components under axes with their log probabilities, and what is known of each. */
export interface Components {
  readonly axes: readonly Axis[];
  readonly logWeights: Tensor;
  /** Where the components stand. */
  readonly inside: Context;
  fact(name: string): Value | undefined;
}

/** What a mixture knows of itself if its components do. */
export const mixedFacts = ['mean', 'variance', 'mode', 'cdf', 'survival'] as const;

/** Where the modes of the components lie: of numbers, that of the mixture lies between them. */
export const modeBounds = [
  ['mode_from', 'min_over'],
  ['mode_to', 'max_over'],
] as const;

/** A distribution function: the mean of those of the components. */
const mixedFunction = (name: string, of: (ctx: Context) => Components): FunctionValue => ({
  kind: 'function',
  name,
  overloads: [],
  run: (ctx, args, span) => {
    const { axes, logWeights, inside, fact } = of(ctx);
    const each = inside.shared.run.apply(fact(name) as Value, args, inside, span);
    return weighted(toReal(asTensor(each, span)), logWeights, axes);
  },
});

/** Mean, variance and distribution function of a mixture whose components have those of `names`. */
export const factsOf = (names: readonly string[], of: (ctx: Context) => Components): ReadonlyMap<string, Fact> => {
  const facts = new Map<string, Fact>();
  for (const name of ['cdf', 'survival']) if (names.includes(name)) facts.set(name, () => mixedFunction(name, of));
  const number = (c: Components, name: string): Tensor => toReal(asTensor(c.fact(name) as Value, noSpan));
  if (names.includes('mode'))
    for (const [name, op] of modeBounds)
      facts.set(name, (ctx) => {
        const c = of(ctx);
        const modes = number(c, 'mode');
        const all = expandAxes(modes, unionAxes(modes, { axes: c.axes }));
        return c.axes.reduce((t, axis) => reduceAxis(op, t, axis), all);
      });
  if (!names.includes('mean')) return facts;
  facts.set('mean', (ctx) => {
    const c = of(ctx);
    return weighted(number(c, 'mean'), c.logWeights, c.axes);
  });
  if (!names.includes('variance')) return facts;
  // E v + E m^2 - (E m)^2
  const variance = (ctx: Context): Tensor => {
    const c = of(ctx);
    const m = number(c, 'mean');
    const second = mapBinary('add', number(c, 'variance'), mapUnary('square', m));
    const mean = weighted(m, c.logWeights, c.axes);
    return mapBinary('sub', weighted(second, c.logWeights, c.axes), mapUnary('square', mean));
  };
  facts.set('variance', variance);
  facts.set('std', (ctx) => mapUnary('sqrt', variance(ctx)));
  return facts;
};

/**
 * log Σ exp(joint) as Σ r (joint - log r), r the posterior of the components, held: the same value and slope here, and a lower bound
 * wherever else the parameters go (Neal & Hinton 1998).
 */
const bounded = (joint: Tensor, over: readonly Axis[], posteriors: Node[], span: Span): Tensor => {
  const whole = expandAxes(summedOut(joint, over, span), joint.axes);
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
  const bound = tensor(ir.mul(r, gap, span), joint.axes, joint.space);
  return over.reduce((t, axis) => reduceAxis('sum', t, axis, span), bound);
};

const summedOut = (joint: Tensor, over: readonly Axis[], span: Span): Tensor =>
  over.reduce((t, axis) => logsumexpAxis(t, axis, span), joint);

/** log Σ exp(joint) over the axes of what is latent; for `em` its bound. */
export const marginalOver = (joint: Tensor, over: readonly Axis[], ctx: Context, span: Span): Tensor => {
  if (over.length === 0) return joint;
  const full = expandAxes(joint, unionAxes(joint, { axes: over }));
  const posteriors = ctx.problem?.posteriors;
  return posteriors ? bounded(full, over, posteriors, span) : summedOut(full, over, span);
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
        return marginalOver(joint, [axis], ctx, span);
      }),
    facts: factsOf(
      mixedFacts.filter((name) => component.facts.has(name)),
      (ctx) => ({
        axes: [axis],
        inside: inAxes(ctx, axis),
        logWeights: shapeToAxis(logWeights, axis),
        fact: (name) => component.facts.get(name)?.(inAxes(ctx, axis)),
      }),
    ),
    reparameterised: false,
    event: component.event,
    lacks: component.lacks,
    implicit: false,
  };
};
