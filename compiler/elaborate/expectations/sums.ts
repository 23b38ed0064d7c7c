/** Expectations without draws: the exact sum over a finite support, over counts as far as they are probable, quadrature. */
import type { Binder } from '../../../grammar/tree/patterns.ts';
import { fail } from '../../messages.ts';
import { inAxes } from '../context.ts';
import type { Context } from '../context.ts';
import { decide } from './decisions.ts';
import { logDensity } from '../distributions/distributions.ts';
import { countsInReach, finitePoints, smallSupport } from '../distributions/finite.ts';
import type { Points } from '../distributions/finite.ts';
import { quadrature } from './quadrature.ts';
import { mapUnary } from '../values/tensors.ts';
import type { Options } from './options.ts';
import type { Dist } from '../values/values.ts';
import type { State } from './opened.ts';
import { enter } from './opened.ts';

/** Larger supports than the small ones, where it is asked for. */
const largestSupport = 65536;
/** Counts in an evaluation, one number of them. */
const largestCounts = 4096;

/** Points with their probabilities, for each target. */
const summed = (state: State, binder: Binder, dist: Dist, points: (ctx: Context) => Points): State => {
  let current = state;
  for (const target of binder.targets) {
    const { axis, value } = points(current.ctx);
    const inside = inAxes(current.ctx, axis);
    const weight = mapUnary('exp', logDensity(dist, value, inside, binder.span, 'the exact sum'), binder.span);
    const entered = enter(current, { ...binder, targets: [target] }, [value], [axis]);
    current = { ...entered, weights: [...entered.weights, { axis, weight }] };
  }
  return current;
};

/** All points of a finite support. */
const exactSum = (state: State, binder: Binder, dist: Dist, most: number, reason: string): State | undefined => {
  const points = finitePoints(dist, state.ctx, most);
  if (!points || !dist.logDensity) return undefined;
  const { size } = points.axis;
  decide(
    state.ctx,
    binder.span,
    `exact sum over ${size} points`,
    size <= smallSupport ? 'the support is finite and small' : reason,
  );
  return summed(state, binder, dist, (ctx) => finitePoints(dist, ctx, most) as Points);
};

/** Counts without end, when nothing is trained: as far as there is probability to speak of. */
const sumInReach = (state: State, binder: Binder, dist: Dist): State | undefined => {
  const { ctx } = state;
  if (ctx.problem?.mode === 'train' || ctx.axes.length > 0 || binder.targets.length > 1 || !dist.logDensity)
    return undefined;
  const points = countsInReach(dist, ctx, largestCounts);
  if (!points) return undefined;
  decide(
    ctx,
    binder.span,
    `sum over 0 to ${points.axis.size - 1}`,
    'the probability of all that follow is below 1e-16',
  );
  return summed(state, binder, dist, () => points);
};

/** A density of one real number, when nothing is trained: nodes and weights instead of draws. */
const byQuadrature = (state: State, binder: Binder, dist: Dist): State | undefined => {
  const { ctx } = state;
  if (ctx.problem?.mode === 'train' || ctx.axes.length > 0 || binder.targets.length > 1) return undefined;
  const rule = quadrature(dist, ctx, binder.source.span);
  if (!rule) return undefined;
  decide(ctx, binder.span, `quadrature with ${rule.axis.size} nodes`, 'a density of one real number');
  const entered = enter(state, binder, [rule.value], [rule.axis]);
  return { ...entered, weights: [...entered.weights, { axis: rule.axis, weight: rule.weight }] };
};

/** The first way without draws that there is; where it is asked for, there must be one. */
export const summedUp = (state: State, binder: Binder, dist: Dist, options: Options): State | undefined => {
  const { ctx } = state;
  const free = options.by === undefined && options.samples === undefined;
  const asked = options.by === 'exact';
  // counts of one number are as cheap to sum over as draws are to take, when nothing is trained
  const counted = ctx.problem?.mode !== 'train' && ctx.axes.length === 0 && dist.facts.has('last');
  const most = asked ? largestSupport : counted ? largestCounts : smallSupport;
  const exact =
    free || asked
      ? exactSum(
          state,
          binder,
          dist,
          most,
          asked ? 'asked for by `by = exact`' : 'the support is finite, and nothing is trained',
        )
      : undefined;
  if (exact) return exact;
  if (asked)
    fail('L0313', binder.source.span, {
      name: dist.family || 'the distribution',
      what: 'small finite support, so there is no exact sum',
    });
  return free ? (sumInReach(state, binder, dist) ?? byQuadrature(state, binder, dist)) : undefined;
};
