/**
 * `E[x ~ P] e`: the first rule that applies. Small finite support: the exact sum. Data: a minibatch in training, every row in an
 * evaluation. A density of one real number in an evaluation: quadrature. Otherwise draws, through which the gradient goes where it
 * can; where it cannot, the score function brings it (see averages.ts).
 */
import type { Span } from '../../../grammar/span.ts';
import type { BigExpr, Expr } from '../../../grammar/tree/expressions.ts';
import type { Binder } from '../../../grammar/tree/patterns.ts';
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import { meanOfTerms, termsOf } from './averages.ts';
import type { Averaged, Baseline } from './averages.ts';
import { rowsOfBuffer } from '../data/buffer-rows.ts';
import { childScope, inAxes, inScope, lookup, newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { decide } from './decisions.ts';
import { asScalar, asTensor, describe, tensorsOf } from '../values/describe.ts';
import { draws, logDensity, toDistribution } from '../distributions/distributions.ts';
import { drawsOfMean, estimatorOf, noGradient } from './estimators.ts';
import { countsInReach, finitePoints, smallSupport } from '../distributions/finite.ts';
import type { Points } from '../distributions/finite.ts';
import { settle } from '../expressions/operators.ts';
import { bindPattern } from '../expressions/patterns.ts';
import { byDistributionFunction } from './events.ts';
import { isDifferentiated } from '../values/dependence.ts';
import { jumpsWith } from '../problems/slopes.ts';
import type { Node } from '../../ir/graph.ts';
import { quadrature } from './quadrature.ts';
import { rowsUnder } from '../data/rows.ts';
import { openBinder } from '../expressions/sources.ts';
import { mapBinary, mapUnary, stopTensor, tensor, toBit, toReal } from '../values/tensors.ts';
import { optionsOf } from './options.ts';
import type { Options } from './options.ts';
import { renameIn } from '../values/sequences.ts';
import type { Axis, Dist, Tensor, Value } from '../values/values.ts';

/** Larger supports than the small ones, where it is asked for. */
const largestSupport = 65536;
/** All pairs of a sample up to so many; of a larger one each target has draws of its own. */
const mostPairs = 2 ** 24;
/** Counts in an evaluation, one number of them. */
const largestCounts = 4096;

interface State extends Averaged {
  readonly ctx: Context;
  /** The whole stands in another expectation. */
  readonly averaged: boolean;
  /** A binder has as many draws as were asked for: those after it are drawn along, one for each. */
  readonly counted?: boolean;
  /** Draws through which gradients go. */
  readonly paths: readonly Node[];
}

const enter = (state: State, binder: Binder, values: readonly Value[], axes: readonly Axis[], mask?: Tensor): State => {
  const scope = childScope(state.ctx.scope);
  const ctx = inAxes(state.ctx, ...axes);
  binder.targets.forEach((target, i) => bindPattern(scope, target, values[i], ctx, binder.span));
  return {
    ...state,
    ctx: {
      ...inScope(ctx, scope),
      filtered: mask ? true : ctx.filtered,
      averaged: axes.length > 0 ? true : ctx.averaged,
    },
    axes: [...state.axes, ...axes],
    masks: mask ? [...state.masks, mask] : state.masks,
  };
};

/** The first target has the axis itself, the others the same draws under axes of their own. `scores`: of these draws. */
const several = (
  state: State,
  binder: Binder,
  axis: Axis,
  value: Value,
  mask?: Tensor,
  scores: readonly Tensor[] = [],
): State => {
  const others = binder.targets.slice(1).map(() => newAxis(state.ctx, axis.size, axis.name));
  const values = [value, ...others.map((other) => renameIn(value, axis, other))];
  for (const other of others)
    for (const s of scores) if (s.axes.includes(axis)) state.ctx.scores?.push(renameIn(s, axis, other) as Tensor);
  const all = [axis, ...others];
  const masks = mask ? [mask, ...others.map((other) => renameIn(mask, axis, other) as Tensor)] : [];
  const entered = enter(state, binder, values, all);
  return {
    ...entered,
    masks: [...entered.masks, ...masks],
    samples: all.length > 1 ? [...entered.samples, all] : entered.samples,
  };
};

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

/** A density of one real number, when nothing is trained: Gauss's way instead of draws. */
const byQuadrature = (state: State, binder: Binder, dist: Dist): State | undefined => {
  const { ctx } = state;
  if (ctx.problem?.mode === 'train' || ctx.axes.length > 0 || binder.targets.length > 1) return undefined;
  const rule = quadrature(dist, ctx, binder.source.span);
  if (!rule) return undefined;
  decide(ctx, binder.span, `quadrature with ${rule.axis.size} nodes`, 'a density of one real number');
  const entered = enter(state, binder, [rule.value], [rule.axis]);
  return { ...entered, weights: [...entered.weights, { axis: rule.axis, weight: rule.weight }] };
};

/** log p - log q at the draws of a proposal. */
const importance = (state: State, binder: Binder, dist: Dist, options: Options, span: Span): State => {
  if (binder.targets.length > 1)
    fail('L0601', binder.span, { what: 'importance weights of several draws from one binder' });
  const { proposal, ...rest } = options;
  const from = toDistribution(proposal as Value, state.ctx, span);
  const scope = childScope(state.ctx.scope);
  const hidden: Binder = { ...binder, targets: [{ kind: 'name', name: '_draw', span }] };
  const drawn = sampled({ ...state, ctx: inScope(state.ctx, scope) }, hidden, from, rest);
  const x = lookup(drawn.ctx.scope, '_draw') as Value;
  const ratio = mapUnary(
    'exp',
    mapBinary(
      'sub',
      logDensity(dist, x, drawn.ctx, span, 'importance weights'),
      logDensity(from, x, drawn.ctx, span, 'importance weights'),
      span,
    ),
    span,
  );
  decide(state.ctx, binder.span, 'draws from a proposal with importance weights', 'a proposal is given');
  return { ...enter(drawn, binder, [x], []), ratios: [...drawn.ratios, ratio] };
};

const sampled = (state: State, binder: Binder, dist: Dist, options: Options): State => {
  const training = state.ctx.problem?.mode === 'train';
  // Several targets are one sample: it stands beside the rows of other binders, not once for each of them.
  const apart = binder.targets.length > 1 && state.axes.length > 0 ? besideRows(binder, state) : undefined;
  const ctx = apart ? { ...state.ctx, axes: state.outside } : state.ctx;
  const alone = !state.averaged && (state.axes.length === 0 || apart);
  const usual = drawsOfMean(training, state.outside, dist.power?.count);
  const batch = training && state.outside.length === 0 ? ctx.problem?.batch : undefined;
  const count = (state.counted && !apart ? undefined : options.samples) ?? (alone ? (batch ?? usual) : 1);
  const from = apart ?? dist;
  const given = options.by === 'score' ? { ...from, reparameterised: false } : from;
  const before = ctx.scores?.length ?? 0;
  const said = (): void => {
    if (given.buffer) {
      const rows = `minibatches of ${count} from the latest ${given.buffer.capacity.toLocaleString('en')} rows`;
      return decide(ctx, binder.span, rows, 'they are collected while training');
    }
    const each = !alone ? ' for each example' : state.outside.length > 0 ? ' for each entry' : '';
    const many = `${count} ${count === 1 ? 'draw' : 'draws'}${each}`;
    const [how, reason] = estimatorOf(given, (ctx.scores?.length ?? 0) > before);
    decide(ctx, binder.span, `${many}, ${how}`, options.why ?? reason);
  };
  const pathsOf = (values: readonly Value[]): readonly Node[] => {
    const moved = values.flatMap(tensorsOf).flatMap((t) => (isDifferentiated(t.node) ? [t.node] : []));
    if (options.why && !given.logDensity && moved.length > 0) noGradient(given, binder.source.span);
    const scored = !given.reparameterised || (ctx.scores?.length ?? 0) > before;
    return scored ? state.paths : [...state.paths, ...moved];
  };
  if (count === 1) {
    const values = binder.targets.map(() => draws(given, ctx, binder.source.span));
    said();
    return { ...enter(state, binder, values, []), paths: pathsOf(values) };
  }
  const axis = newAxis(ctx, count, 'draw');
  const value = draws(given, inAxes(ctx, axis), binder.source.span);
  const counted = options.samples !== undefined || state.counted;
  if (count ** binder.targets.length > mostPairs) {
    const others = binder.targets.slice(1).map(() => draws(given, inAxes(ctx, axis), binder.source.span));
    said();
    return { ...enter(state, binder, [value, ...others], [axis]), counted, paths: pathsOf([value, ...others]) };
  }
  said();
  const opened = several(state, binder, axis, value, undefined, ctx.scores?.slice(before));
  return { ...opened, counted, paths: pathsOf([value]) };
};

/**
 * The distribution without the axes that earlier binders opened (a program draws under all axes it was made under), unless it depends on
 * what they bind: a draw tells.
 */
const besideRows = (binder: Binder, state: State): Dist | undefined => {
  const ctx = { ...state.ctx, axes: state.outside };
  const dist = toDistribution(ctx.shared.run.evaluate(binder.source, ctx), ctx, binder.source.span);
  const trial = draws(dist, { ...ctx, scores: undefined }, binder.span);
  return tensorsOf(trial).some((t) => t.axes.some((a) => state.axes.includes(a))) ? undefined : dist;
};

const openExpectation = (state: State, binder: Binder, options: Options): State => {
  const { ctx } = state;
  if (binder.relation !== '~') {
    const opened = openBinder(binder, ctx);
    if (opened.kind === 'items')
      return fail('L0601', binder.span, { what: 'an expectation over a list of different things' });
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
  if (options.proposal) return importance(state, binder, dist, options, binder.source.span);
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
  const integrated = free ? (sumInReach(state, binder, dist) ?? byQuadrature(state, binder, dist)) : undefined;
  if (integrated) return integrated;
  if (asked)
    fail('L0313', binder.source.span, {
      name: dist.family || 'the distribution',
      what: 'small finite support, so there is no exact sum',
    });
  return sampled(state, binder, dist, options);
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

/** `xs ~ D^128`: a batch of different rows as one draw. */
const batchOfRows = (state: State, binder: Binder, dist: Dist, options: Options): State => {
  const { ctx } = state;
  if (!ctx.problem || ctx.axes.length > 0 || (options.samples ?? 1) > 1 || !dist.data || !dist.power)
    return sampled(state, binder, dist, options);
  const count = dist.power.count;
  const rows = rowsUnder(dist.data, { batch: Math.min(count, dist.data.rows), stream: `^${count}` }, ctx);
  decide(ctx, binder.span, `minibatches of ${rows.axis.size} rows`, 'independent draws of a data set');
  const array: Value =
    rows.row.kind === 'tensor' && !rows.mask
      ? (arrayOfRows(rows.row, rows.axis) as Value)
      : { kind: 'along', axis: rows.axis, element: rows.row, mask: rows.mask };
  const entered = enter(state, binder, [array], []);
  return { ...entered, ctx: { ...entered.ctx, averaged: true } };
};

const arrayOfRows = (t: Tensor, axis: Axis): Tensor => {
  const rank = t.node.shape.length;
  const at = t.axes.indexOf(axis);
  const rest = t.axes.filter((a) => a !== axis);
  const order = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== at);
  order.splice(rest.length, 0, at);
  const node = order.every((p, i) => p === i) ? t.node : ir.transpose(t.node, order);
  return tensor(node, rest, { ...t.space, shape: [axis.size, ...t.space.shape] });
};

export const expectation = (e: BigExpr, ctx: Context): Value => {
  const exact = byDistributionFunction(e, ctx);
  if (exact) return exact;
  const options = optionsOf(e, ctx);
  const { mean, jumps } = estimated(e, options, ctx);
  if (!jumps || options.by || options.proposal) return mean;
  // No gradient goes through the draws: the score function brings it.
  const places = e.binders.map((b) => b.span.start);
  const decisions = ctx.problem?.decisions ?? [];
  decisions.splice(0, decisions.length, ...decisions.filter((d) => !places.includes(d.span?.start ?? -1)));
  const why = 'what is averaged changes in jumps, so no gradient goes through the draws';
  return estimated(e, { ...options, by: 'score', why }, ctx).mean;
};

const estimated = (e: BigExpr, options: Options, ctx: Context): { readonly mean: Value; readonly jumps: boolean } => {
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
