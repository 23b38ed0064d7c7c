/** What is known of a distribution by name: what it says itself, else the library's expectation. */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import { lookup } from '../context.ts';
import type { Context } from '../context.ts';
import { lackNotes, nameOf, toDistribution } from './distributions.ts';
import type { Dist, Value } from '../values/values.ts';

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

/** mean, mode, variance, entropy, ... of a distribution. */
export const fact = (v: Value, name: string, ctx: Context, span: Span): Value => {
  const dist = toDistribution(v, ctx, span);
  const f = dist.facts.get(name);
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
            help: dist.sample ? `estimate it from draws: \`E[x ~ ...] ...\`` : undefined,
          },
        );
};
