/**
 * `E[x ~ P] e`: the first rule that applies. Small finite support: the exact sum. Data: a minibatch in training, every row in an
 * evaluation. A density of one real number in an evaluation: quadrature. Otherwise draws, through which the gradient goes where it
 * can; where it cannot, the score function brings it (see scores.ts).
 */
import type { Span } from '../../../grammar/span.ts';
import type { BigExpr, Expr } from '../../../grammar/tree/expressions.ts';
import type { Binder } from '../../../grammar/tree/patterns.ts';
import { movesSmoothly } from '../../differentiate.ts';
import { Failure } from '../../failure.ts';
import { fail } from '../../messages.ts';
import { meanOfTerms, termsOf } from './averages.ts';
import { rowsOfBuffer } from '../data/buffer-rows.ts';
import { inAxes } from '../context.ts';
import type { Context } from '../context.ts';
import { decide } from './decisions.ts';
import { asScalar, asTensor, describe } from '../values/describe.ts';
import { toDistribution } from '../distributions/distributions.ts';
import { settle } from '../expressions/operators.ts';
import { byDistributionFunction } from './events.ts';
import { jumpsWith } from '../problems/slopes.ts';
import { rowsUnder } from '../data/rows.ts';
import { openBinder } from '../expressions/sources.ts';
import { stopTensor, toBit, toReal } from '../values/tensors.ts';
import { meanOfItems } from './items.ts';
import { optionsOf } from './options.ts';
import type { Options } from './options.ts';
import type { Dist, Tensor, Value } from '../values/values.ts';
import type { Baseline } from './scores.ts';
import type { State } from './opened.ts';
import { several } from './opened.ts';
import { batchOfRows, importance, sampled } from './draws.ts';
import { summedUp } from './sums.ts';

const openExpectation = (state: State, binder: Binder, options: Options): State => {
  const { ctx } = state;
  if (binder.relation !== '~') {
    const opened = openBinder(binder, ctx);
    if (opened.kind === 'items')
      return fail('L0601', binder.span, { what: 'an expectation over a list of different things that is not named' });
    return several(state, binder, opened.axis, opened.value, opened.mask);
  }
  const source = ctx.shared.run.evaluate(binder.source, ctx);
  if (source.kind === 'data') {
    const training = ctx.problem?.mode === 'train';
    const batch = options.rows ?? (training ? ctx.problem?.batch : undefined);
    const rows = rowsUnder(source, { batch }, ctx);
    if (source.rows === 0) fail('L0504', binder.source.span, { what: `the data set \`${source.name}\` has no rows` });
    if (training)
      decide(
        ctx,
        binder.span,
        rows.axis.size < source.rows ? `minibatches of ${rows.axis.size} rows` : 'all rows',
        'a data set has finite support and no density',
      );
    return several(state, binder, rows.axis, rows.row, rows.mask);
  }
  // An array of points is the empirical distribution of its entries.
  if (source.kind === 'tensor' || source.kind === 'along' || source.kind === 'range' || source.kind === 'space') {
    const opened = openBinder({ ...binder, relation: 'in' }, ctx);
    if (opened.kind === 'axis') return several(state, binder, opened.axis, opened.value, opened.mask);
  }
  const dist = toDistribution(source, ctx, binder.source.span);
  if (dist.buffer && ctx.problem?.mode !== 'train' && options.samples === undefined) {
    const { axis, element, mask } = rowsOfBuffer(dist.buffer, ctx, binder.source.span);
    return several(state, binder, axis, element, mask);
  }
  drawnAtOnce(dist, binder);
  if (dist.power && dist.data && binder.targets.length === 1) return batchOfRows(state, binder, dist, options);
  if (options.proposal) return importance(state, binder, dist, options.proposal, options);
  return summedUp(state, binder, dist, options) ?? sampled(state, binder, dist, options);
};

/** `(x, y) ~ P^500`: a draw is five hundred pairs. */
const drawnAtOnce = ({ power }: Dist, { targets, source }: Binder): void => {
  const parts = targets.flatMap((t) => (t.kind === 'tuple' || t.kind === 'array' ? [t.items.length] : []));
  if (power && parts.some((n) => n !== power.count))
    fail(
      'L0302',
      source.span,
      { expected: `${parts[0]} parts`, seen: `${power.count} draws at once`, where: 'the pattern' },
      {
        help: 'draws that are named by `data`, in place of `let`, are rows; of the distribution itself each draw is one',
      },
    );
};

export const expectation = (e: BigExpr, ctx: Context): Value => {
  const exact = byDistributionFunction(e, ctx);
  if (exact) return exact;
  const items = meanOfItems(e, ctx, expectation);
  if (items) return items;
  const options = optionsOf(e, ctx);
  const { mean, jumps, trained } = estimated(e, options, ctx);
  if (!jumps || options.by || options.proposal) return mean;
  // No gradient goes through the draws: the score function brings it.
  const places = e.binders.map((b) => b.span.start);
  const decisions = ctx.problem?.decisions ?? [];
  const before = [...decisions];
  decisions.splice(0, decisions.length, ...decisions.filter((d) => !places.includes(d.span?.start ?? -1)));
  const why = 'what is averaged changes in jumps, so no gradient goes through the draws';
  try {
    return estimated(e, { ...options, by: 'score', why }, ctx).mean;
  } catch (error) {
    // Without a density this is an error, unless something else is trained by it: a critic by its own slope at samples.
    if (!(error instanceof Failure) || !trained) throw error;
    decisions.splice(0, decisions.length, ...before);
    return mean;
  }
};

interface Estimated {
  readonly mean: Value;
  /** What is averaged changes with the draws in jumps alone. */
  readonly jumps: boolean;
  /** It moves smoothly with something trained, otherwise than through the draws. */
  readonly trained: boolean;
}

const estimated = (e: BigExpr, options: Options, ctx: Context): Estimated => {
  const scores: Tensor[] = [];
  const start: State = {
    ctx: { ...ctx, scores: ctx.problem?.mode === 'eval' ? undefined : scores },
    averaged: ctx.averaged ?? false,
    outside: ctx.axes,
    axes: [],
    masks: [],
    samples: [],
    weights: [],
    ratios: [],
    paths: [],
  };
  const opened = e.binders.reduce((state, binder) => openExpectation(state, binder, options), start);
  const state = e.conditions.reduce<State>((at, c) => {
    const t = toBit(asTensor(settle(at.ctx.shared.run.evaluate(c, at.ctx), at.ctx, c.span), c.span, 'the condition'));
    return { ...at, masks: [...at.masks, t] };
  }, opened);
  const parts = state.axes.length > 1 ? termsOf(e.body) : [{ term: e.body, sign: 1 as const }];
  const terms = parts.map(({ term, sign }) => ({ value: bodyOf(term, state), sign }));
  return {
    mean: meanOfTerms(terms, scores, state, baselineOf(options, state.ctx, e.span), e.span),
    jumps: ctx.problem?.mode === 'train' && terms.some(({ value }) => jumpsWith(value.node, state.paths)),
    trained: terms.every(({ value }) => movesSmoothly(value.node, [...ctx.shared.inputs.values()])),
  };
};

const bodyOf = (body: Expr, { ctx }: State): Tensor => {
  const raw = settle(ctx.shared.run.evaluate(body, ctx), ctx, body.span);
  return toReal(asTensor(raw, body.span, 'the body of `E`'));
};

/** `baseline = b`: a number, or a function (a value function, say) of what a loop carried before it drew. */
const baselineOf = (options: Options, ctx: Context, span: Span): Baseline | undefined => {
  const { baseline: value } = options;
  if (value === undefined) return undefined;
  if (value.kind === 'tensor') return asTensor(value, span);
  if (value.kind !== 'member' && value.kind !== 'function')
    return fail('L0302', span, { expected: 'a number or a function', seen: describe(value), where: '`baseline`' });
  return (before, axis) => {
    const inner = { ...inAxes(ctx, axis), scores: undefined };
    const t = asScalar(
      settle(inner.shared.run.apply(value, [{ value: before, span }], inner, span), inner, span),
      span,
      'the baseline',
    );
    return stopTensor(t);
  };
};
