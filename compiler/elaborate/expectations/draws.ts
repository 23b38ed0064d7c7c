/** Expectations by draws: through which the gradient goes, or whose score brings it; from a proposal; rows as one draw. */
import type { Binder } from '../../../grammar/tree/patterns.ts';
import { childScope, inAxes, inScope, lookup, newAxis } from '../context.ts';
import { decide } from './decisions.ts';
import { tensorsOf } from '../values/describe.ts';
import { draws, logDensity, toDistribution } from '../distributions/distributions.ts';
import { drawsOfMean, estimatorOf, noGradient } from './estimators.ts';
import { isDifferentiated } from '../values/dependence.ts';
import type { Node } from '../../ir/graph.ts';
import { rowsUnder } from '../data/rows.ts';
import { flattened } from '../values/flat.ts';
import { mapBinary, mapUnary, axisToShape } from '../values/tensors.ts';
import type { Options } from './options.ts';
import type { Dist, Value } from '../values/values.ts';
import type { State } from './opened.ts';
import { enter, several } from './opened.ts';

/** All pairs of a sample up to so many; of a larger one each target has draws of its own. */
const mostPairs = 2 ** 24;
/** Draws, as many as are asked for or usual; of several targets one sample, whose entries are paired. */
export const sampled = (state: State, binder: Binder, dist: Dist, options: Options): State => {
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

/** log p - log q at the draws of a proposal; of several targets each has its own. */
export const importance = (state: State, binder: Binder, dist: Dist, proposal: Value, options: Options): State => {
  const { span } = binder.source;
  if (binder.targets.length > 1)
    return flattened([binder]).reduce((at, one) => importance(at, one, dist, proposal, options), state);
  const from = toDistribution(proposal, state.ctx, span);
  const scope = childScope(state.ctx.scope);
  const hidden: Binder = { ...binder, targets: [{ kind: 'name', name: '_draw', span }] };
  const drawn = sampled({ ...state, ctx: inScope(state.ctx, scope) }, hidden, from, {
    ...options,
    proposal: undefined,
  });
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

/** `xs ~ D^128`: a batch of different rows as one draw. */
export const batchOfRows = (state: State, binder: Binder, dist: Dist, options: Options): State => {
  const { ctx } = state;
  if (!ctx.problem || ctx.axes.length > 0 || (options.samples ?? 1) > 1 || !dist.data || !dist.power)
    return sampled(state, binder, dist, options);
  const count = dist.power.count;
  const rows = rowsUnder(dist.data, { batch: Math.min(count, dist.data.rows), stream: `^${count}` }, ctx);
  decide(ctx, binder.span, `minibatches of ${rows.axis.size} rows`, 'independent draws of a data set');
  const array: Value =
    rows.row.kind === 'tensor' && !rows.mask
      ? axisToShape(rows.row, rows.axis)
      : { kind: 'along', axis: rows.axis, element: rows.row, mask: rows.mask };
  const entered = enter(state, binder, [array], []);
  return { ...entered, ctx: { ...entered.ctx, averaged: true } };
};
