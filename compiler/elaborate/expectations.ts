/**
 * `E[x ~ P] e`: the first rule that applies. Small finite support: the exact sum. Data: a minibatch in training, every row in an
 * evaluation. Otherwise draws; what cannot be differentiated through brings the score function with it (Williams 1992), with the
 * mean of the other draws as baseline.
 */
import type { BigExpr, Binder, Expr, Span } from '../../grammar/tree.ts';
import * as ir from '../ir/build.ts';
import { fail } from '../messages.ts';
import { Bit } from '../spaces/space.ts';
import { childScope, inAxes, inScope, newAxis } from './context.ts';
import type { Context } from './context.ts';
import { asCount, asTensor } from './describe.ts';
import { draws, renameIn, toDistribution } from './distributions.ts';
import { dependsOnParameters } from './dependence.ts';
import { settle } from './operators.ts';
import { bindPattern } from './patterns.ts';
import { meanOver } from './reduce.ts';
import { rowsUnder } from './rows.ts';
import { openBinder } from './sources.ts';
import { expandAxes, logical, mapUnary, reduceAxis, shapeOf, tensor, toBit, toReal, unionAxes } from './tensors.ts';
import type { Axis, Dist, Tensor, Value } from './values.ts';

/** Draws where nothing says how many: of a training step, and of an evaluation. */
const stepDraws = 64;
const evaluationDraws = 1024;
/** Supports up to this size are summed over exactly. */
const smallSupport = 64;

interface Options {
  readonly samples?: number;
  readonly by?: string;
  readonly baseline?: Value;
}

interface State {
  readonly ctx: Context;
  readonly axes: readonly Axis[];
  readonly mask?: Tensor;
  /** Probabilities of the points of exact sums. */
  readonly weights: readonly Tensor[];
}

const optionsOf = (e: BigExpr, ctx: Context): Options => {
  const found: { samples?: number; by?: string; baseline?: Value } = {};
  for (const { name, value } of e.options) {
    if (name.text === 'samples')
      found.samples = asCount(ctx.shared.run.evaluate(value, ctx), value.span, 'the number of samples');
    else if (name.text === 'by') {
      const by = value.kind === 'name' ? value.name : '';
      if (!['score', 'path', 'exact'].includes(by))
        fail('L0302', value.span, {
          expected: '`score`, `path` or `exact`',
          seen: by ? `\`${by}\`` : 'another expression',
          where: '`by`',
        });
      found.by = by;
    } else if (name.text === 'baseline') found.baseline = ctx.shared.run.evaluate(value, ctx);
    else fail('L0303', name.span, { what: `there is no option \`${name.text}\` (samples, by, baseline)`, call: 'E' });
  }
  return found;
};

const decide = (ctx: Context, span: Span, choice: string, reason: string): void => {
  const problem = ctx.problem;
  if (!problem || problem.decisions.some((d) => d.span?.start === span.start && d.span.file === span.file)) return;
  problem.decisions.push({ subject: 'expectation', choice, reason, span });
};

const both = (a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined =>
  a && b ? logical('and', a, b) : (a ?? b);

const enter = (state: State, binder: Binder, values: readonly Value[], axes: readonly Axis[], mask?: Tensor): State => {
  const scope = childScope(state.ctx.scope);
  const ctx = inAxes(state.ctx, ...axes);
  binder.targets.forEach((target, i) => bindPattern(scope, target, values[i], ctx, binder.span));
  return { ...state, ctx: inScope(ctx, scope), axes: [...state.axes, ...axes], mask: both(state.mask, mask) };
};

/** Pairs of different draws of one sample. */
const different = (axes: readonly Axis[]): Tensor | undefined => {
  let mask: Tensor | undefined;
  for (let i = 0; i < axes.length; i++)
    for (let j = i + 1; j < axes.length; j++) {
      const [a, b] = [axes[i], axes[j]];
      const data = Uint8Array.from({ length: a.size * b.size }, (_, k) =>
        Math.floor(k / b.size) === k % b.size ? 0 : 1,
      );
      mask = both(mask, tensor(ir.constant({ dtype: 'bool', shape: [a.size, b.size], data }), [a, b], Bit()));
    }
  return mask;
};

/** The first target has the axis itself, the others the same draws under axes of their own. */
const several = (state: State, binder: Binder, axis: Axis, value: Value, mask?: Tensor): State => {
  const others = binder.targets.slice(1).map(() => newAxis(state.ctx, axis.size, axis.name));
  const values = [value, ...others.map((other) => renameIn(value, axis, other))];
  const masks = others.map((other) => mask && (renameIn(mask, axis, other) as Tensor));
  const all = [axis, ...others];
  return enter(state, binder, values, all, both(masks.reduce(both, mask), different(all)));
};

const exactSum = (state: State, binder: Binder, dist: Dist): State | undefined => {
  if (!dist.points || !dist.logDensity) return undefined;
  let current = state;
  for (const target of binder.targets) {
    const points = dist.points(current.ctx);
    if (!points || points.axis.size > smallSupport) return undefined;
    const inside = inAxes(current.ctx, points.axis);
    const weight = mapUnary('exp', dist.logDensity(inside, points.value, binder.span), binder.span);
    const entered = enter(current, { ...binder, targets: [target] }, [points.value], [points.axis]);
    current = { ...entered, weights: [...entered.weights, weight] };
  }
  decide(state.ctx, binder.span, 'exact sum', 'the support is finite and small');
  return current;
};

const sampled = (state: State, binder: Binder, dist: Dist, options: Options): State => {
  const { ctx } = state;
  const outermost = ctx.axes.length === 0;
  const training = ctx.problem?.mode === 'train';
  const count = options.samples ?? (outermost ? (training ? (ctx.problem?.batch ?? stepDraws) : evaluationDraws) : 1);
  const how = dist.reparameterised && options.by !== 'score' ? 'pathwise' : 'draws with the score function';
  decide(
    ctx,
    binder.span,
    `${count} ${count === 1 ? 'draw' : 'draws'}${outermost ? '' : ' for each example'}, ${how}`,
    dist.reparameterised ? 'the distribution can be reparameterised' : 'it can only be sampled and has a density',
  );
  const given = options.by === 'score' ? { ...dist, reparameterised: false } : dist;
  if (count === 1) {
    const values = binder.targets.map(() => draws(given, ctx, binder.source.span));
    return enter(state, binder, values, []);
  }
  const axis = newAxis(ctx, count, 'draw');
  const value = draws(given, inAxes(ctx, axis), binder.source.span);
  return several(state, binder, axis, value);
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
    const batch = options.samples ?? (training ? ctx.problem?.batch : undefined);
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
  if (dist.power && dist.data && binder.targets.length === 1) return batchOfRows(state, binder, dist, options);
  const exact = options.by === undefined || options.by === 'exact' ? exactSum(state, binder, dist) : undefined;
  if (exact) return exact;
  if (options.by === 'exact')
    fail('L0313', binder.source.span, {
      name: dist.family || 'the distribution',
      what: 'small finite support, so there is no exact sum',
    });
  return sampled(state, binder, dist, options);
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
  return enter(state, binder, [array], []);
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

/** v + stop(v - baseline) (log p - stop(log p)): the value of v, with the gradient that the draws leave out. */
const withScores = (
  value: Tensor,
  scores: readonly Tensor[],
  axes: readonly Axis[],
  baseline: Tensor | undefined,
  span: Span,
): Tensor => {
  if (scores.length === 0) return value;
  const all = unionAxes(value, ...scores);
  const v = expandAxes(value, all);
  const log = scores.map((s) => expandAxes(s, all).node).reduce((a, b) => ir.add(a, b));
  const inside = all.filter((a) => axes.includes(a));
  const n = inside.reduce((p, a) => p * a.size, 1);
  const places = inside.map((a) => all.indexOf(a));
  const others =
    baseline !== undefined
      ? ir.sub(v.node, expandAxes(toReal(baseline), all).node)
      : n > 1
        ? // v - mean of the others = (n v - sum v) / (n - 1)
          ir.div(ir.sub(ir.mul(v.node, ir.scalar(n)), ir.sum(v.node, places, true)), ir.scalar(n - 1))
        : v.node;
  const score = ir.mul(ir.stop(others), ir.sub(log, ir.stop(log)), span);
  return tensor(ir.add(v.node, score, span), all, v.space);
};

export const expectation = (e: BigExpr, ctx: Context): Value => {
  const options = optionsOf(e, ctx);
  const scores: Tensor[] = [];
  const start: State = {
    ctx: { ...ctx, scores: ctx.problem?.mode === 'train' ? scores : undefined },
    axes: [],
    weights: [],
  };
  const opened = e.binders.reduce((state, binder) => openExpectation(state, binder, options), start);
  const conditioned = e.conditions.reduce<State>((state, c) => {
    const t = toBit(
      asTensor(settle(state.ctx.shared.run.evaluate(c, state.ctx), state.ctx, c.span), c.span, 'the condition'),
    );
    return { ...state, mask: both(state.mask, t) };
  }, opened);
  return average(e.body, conditioned, scores, options, e.span);
};

const average = (body: Expr, state: State, scores: Tensor[], options: Options, span: Span): Value => {
  const { ctx, axes, mask, weights } = state;
  const raw = settle(ctx.shared.run.evaluate(body, ctx), ctx, body.span);
  const value = toReal(asTensor(raw, body.span, 'the body of `E`'));
  const used = scores.filter((s) => dependsOnParameters(s.node));
  if (used.length > 0 && shapeOf(value).length > 0)
    return fail('L0601', span, { what: 'the score function of an expectation of an array' });
  const scored = withScores(value, used, axes, baselineOf(options, ctx, span), span);
  const weighted = weights.reduce((t, w) => {
    const all = unionAxes(t, w);
    const full = expandAxes(w, all).node;
    const shaped = ir.reshape(full, [...full.shape, ...shapeOf(t).map(() => 1)]);
    return tensor(ir.mul(expandAxes(t, all).node, shaped, span), all, t.space);
  }, scored);
  // A sum over weighted axes, a mean over the others.
  const exact = axes.filter((axis) => weights.some((w) => w.axes.includes(axis) && isPointAxis(axis)));
  const summed = exact.reduce(
    (t, axis) => (t.axes.includes(axis) ? reduceAxis('sum', maskedZero(t, mask), axis, span) : t),
    weighted,
  );
  const rest = axes.filter((axis) => !exact.includes(axis));
  return meanOver(
    summed,
    rest,
    exact.length > 0 && mask && mask.axes.some((a) => exact.includes(a)) ? undefined : mask,
    span,
  );
};

const isPointAxis = (axis: Axis): boolean => axis.name === 'point';

const maskedZero = (t: Tensor, mask: Tensor | undefined): Tensor => {
  if (!mask || !mask.axes.every((a) => t.axes.includes(a))) return t;
  const m = expandAxes(mask, t.axes).node;
  return tensor(
    ir.select(ir.reshape(m, [...m.shape, ...shapeOf(t).map(() => 1)]), t.node, ir.scalar(0)),
    t.axes,
    t.space,
  );
};

const baselineOf = (options: Options, ctx: Context, span: Span): Tensor | undefined =>
  options.baseline?.kind === 'tensor' ? asTensor(options.baseline, span) : (void ctx, undefined);
