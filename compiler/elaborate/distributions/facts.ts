/** What is known of a distribution by name: what it says itself, else the library's expectation. */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import { printSpace } from '../../spaces/space.ts';
import { inAxes, lookup } from '../context.ts';
import type { Context } from '../context.ts';
import { lackNotes, nameOf, toDistribution } from './distributions.ts';
import { finitePoints } from './finite.ts';
import { modeBounds } from './mixtures.ts';
import { expandAxes, tensor, unionAxes } from '../values/tensors.ts';
import type { Dist, Value } from '../values/values.ts';

/** Supports up to this size are gone through for their likeliest point. */
const mostPoints = 4096;

/** Between two bounds that are not infinite: such a distribution has all moments. */
const isBounded = (dist: Dist, ctx: Context): boolean =>
  ['lower', 'upper'].every((name) => {
    const v = dist.facts.get(name)?.(ctx);
    const x = v?.kind === 'tensor' ? ir.uniformValue(v.node) : undefined;
    return v?.kind === 'tensor' && (x === undefined || Math.abs(x) < 1e30);
  });

/**
 * The library's expectation for what a distribution does not say of itself. A family that names no mean may have none (Cauchy); one
 * that ends has one, and of a program or a pushforward there is nothing better than draws: many, since one for each example is noise.
 */
const estimateOf = (dist: Dist, name: string, ctx: Context): Value | undefined => {
  if (!dist.sample) return undefined;
  const ends = dist.data !== undefined || dist.facts.has('last') || isBounded(dist, ctx);
  if (name === 'entropy' ? !dist.logDensity : !['mean', 'variance'].includes(name)) return undefined;
  if (name !== 'entropy' && !ends) {
    const one = dist.family === '' ? dist.sample({ ...ctx, scores: undefined }) : undefined;
    if (one?.kind !== 'tensor') return undefined;
  }
  const alone = ctx.axes.length === 0 && ctx.problem?.mode !== 'train';
  const summed = dist.facts.has('last') || (alone && (ends || name === 'entropy' || dist.pushed !== undefined));
  return lookup(ctx.shared.library, `_${name}_by_${summed ? 'expectation' : 'draws'}`);
};

/** The likeliest point: of a small support all are compared, of a mixture of numbers the densities between the modes of its components. */
const likeliest = (dist: Dist, ctx: Context, span: Span): Value | undefined => {
  if (!dist.logDensity) return undefined;
  const points = finitePoints(dist, ctx, mostPoints);
  if (points) {
    const { axis, value } = points;
    const log = dist.logDensity(inAxes(ctx, axis), value, span);
    const full = expandAxes(log, unionAxes(log, { axes: [axis] }));
    const place = ir.argmax(full.node, full.axes.indexOf(axis), span);
    const axes = full.axes.filter((a) => a !== axis);
    return tensor(ir.gather(value.node, place, span), axes, value.space);
  }
  const bounds = modeBounds.map(([name]) => dist.facts.get(name)?.(ctx));
  if (dist.event?.shape.length !== 0 || !bounds.every((b) => b !== undefined)) return undefined;
  const search = lookup(ctx.shared.library, '_highest') as Value;
  const args = [dist, ...bounds].map((value) => ({ value, span }));
  return ctx.shared.run.apply(search, args, ctx, span);
};

const wayOut = (dist: Dist, name: string): string | undefined => {
  if (name === 'mode' && dist.event && dist.logDensity)
    return `look for it: \`argmax log P(x) over x in ${printSpace(dist.event)}\``;
  return dist.sample ? 'estimate it from draws: `E[x ~ ...] ...`' : undefined;
};

/** mean, mode, variance, entropy, ... of a distribution. */
export const fact = (v: Value, name: string, ctx: Context, span: Span): Value => {
  const dist = toDistribution(v, ctx, span);
  const f = dist.facts.get(name);
  const mode = !f && name === 'mode' ? likeliest(dist, ctx, span) : undefined;
  if (mode) return mode;
  const estimate = f ? undefined : estimateOf(dist, name, ctx);
  return f
    ? f(ctx)
    : estimate
      ? ctx.shared.run.apply(estimate, [{ value: dist, span }], ctx, span)
      : fail(
          'L0313',
          span,
          { name: nameOf(dist), what: name },
          {
            ...(name === 'entropy' ? lackNotes(dist.lacks.density) : {}),
            help: wayOut(dist, name),
          },
        );
};
