/** Big operators and comprehensions: binders open axes, the body is run once under all of them, then the axes are reduced or kept. */
import type { Span } from '../../../grammar/span.ts';
import type { BigExpr, ComprehensionExpr, Expr } from '../../../grammar/tree/expressions.ts';
import type { Binder } from '../../../grammar/tree/patterns.ts';
import * as ir from '../../ir/build.ts';
import { Failure } from '../../failure.ts';
import { fail } from '../../messages.ts';
import { Bit, R } from '../../spaces/space.ts';
import { bindPattern } from './patterns.ts';
import { computeNodes } from '../data/computed.ts';
import { childScope, inAxes, inScope } from '../context.ts';
import type { Context } from '../context.ts';
import { isFed, isRandom } from '../values/dependence.ts';
import { asTensor, describe, poisoned, someToChoose } from '../values/describe.ts';
import { intoShape } from '../distributions/independent.ts';
import { infinity, logsumexpAxis } from '../values/reduce.ts';
import { renamed } from '../values/entries.ts';
import { expectation } from '../expectations/expectations.ts';
import { conjunction, flatAxis, flattened } from '../values/flat.ts';
import { entryUnder } from './indexing.ts';
import { combine } from '../values/lists.ts';
import { settle } from './operators.ts';
import { masked, meanOver, overAxes } from '../values/reduce.ts';
import { openBinder, openEvery } from './sources.ts';
import {
  constantNumber,
  expandAxes,
  reduceAxis,
  shapeOf,
  tensor,
  toBit,
  toReal,
  unionAxes,
} from '../values/tensors.ts';
import type { Axis, Tensor, Value } from '../values/values.ts';
import { comprehendData, needsUnrolling, UnrollSignal } from '../data/comprehend.ts';

/** One binder after the other; `each` is called under all axes, or once for each item of lists. */
export interface Inside {
  readonly ctx: Context;
  readonly axes: readonly Axis[];
  readonly mask?: Tensor;
  /** What each binder's target stands for. */
  readonly bound: readonly Value[];
  /** Of the one sequence that is run over. */
  readonly length?: Tensor;
  readonly front?: true;
}

type Place = Pick<Inside, 'axes' | 'mask' | 'length' | 'front'>;

/** What has an entry at each place: numbers, and whatever is made of them. */
const isRow = (v: Value): boolean => ['tensor', 'tuple', 'record', 'along'].includes(v.kind);

/** `leaf` gives nothing for an item that a condition leaves out. */
const walk = (
  binders: readonly Binder[],
  at: Inside,
  unroll: boolean,
  leaf: (inside: Inside) => Value | undefined,
  joinAll: (parts: readonly Value[]) => Value,
): Value | undefined => {
  const join = (parts: readonly (Value | undefined)[]): Value => joinAll(parts.filter((p) => p !== undefined));
  const [binder, ...rest] = binders;
  if (!binder) return leaf(at);
  const opened = openBinder(binder, at.ctx);
  const enter = (value: Value, ctx: Context): Context => {
    const scope = childScope(ctx.scope);
    bindPattern(scope, binder.targets[0], value, ctx, binder.span);
    return inScope(ctx, scope);
  };
  if (opened.kind === 'items')
    return join(
      opened.items.map((item) =>
        walk(rest, { ...at, ctx: enter(item, at.ctx), bound: [...at.bound, item] }, unroll, leaf, joinAll),
      ),
    );
  if (unroll && !opened.mask && isRow(opened.value)) {
    const { axis, value } = opened;
    const counts = opened.value.kind === 'tensor' ? opened.value.counts : undefined;
    const items = Array.from({ length: axis.size }, (_, i): Value =>
      counts
        ? tensor(ir.scalar(counts.offset + i), [], { kind: 'tensor', element: { kind: 'Int' }, shape: [] })
        : entryUnder({ kind: 'along', axis, element: value }, i, binder.span),
    );
    return join(
      items.map((item) =>
        walk(rest, { ...at, ctx: enter(item, at.ctx), bound: [...at.bound, item] }, unroll, leaf, joinAll),
      ),
    );
  }
  const entered = enter(opened.value, inAxes(at.ctx, opened.axis));
  const ctx = opened.mask ? { ...entered, filtered: true } : entered;
  return walk(
    rest,
    {
      ctx,
      axes: [...at.axes, opened.axis],
      mask: conjunction(at.mask, opened.mask),
      bound: [...at.bound, opened.value],
      length: opened.length,
      front: opened.front,
    },
    unroll,
    leaf,
    joinAll,
  );
};

const withConditions = (inside: Inside, conditions: readonly Expr[]): Inside =>
  conditions.reduce<Inside>((at, c) => {
    const t = toBit(asTensor(settle(at.ctx.shared.run.evaluate(c, at.ctx), at.ctx, c.span), c.span, 'the condition'));
    return {
      ...at,
      ctx: { ...at.ctx, filtered: true },
      mask: conjunction(at.mask, t),
      length: undefined,
      front: undefined,
    };
  }, inside);

/** Items are left out one by one, by a condition that is known. */
const isLeftOut = ({ axes, mask }: Inside, conditions: readonly Expr[]): boolean => {
  if (axes.length > 0 || !mask) return false;
  if (mask.axes.length > 0 || shapeOf(mask).length > 0 || isFed(mask.node) || isRandom(mask.node))
    return fail('L0307', conditions[0].span, { what: 'a condition on the items of a list' });
  return computeNodes([mask.node])[0].data[0] === 0;
};

// ---------------------------------------------------------------- comprehensions

/** What must be known when compiling is, value by value: `[tree[depth = d] ... for d in [1, 2, 3]]`. */
const needsKnown = (error: unknown): boolean =>
  error instanceof Failure && error.diagnostics.length > 0 && error.diagnostics.every((d) => d.code === 'L0307');

/** Runs `run` over axes; where that cannot be (a data set for each), value by value. */
const vectorisedOrUnrolled = (run: (unroll: boolean) => Value, ctx: Context): Value => {
  const inside = ctx.axes.length > 0;
  try {
    return run(false);
  } catch (error) {
    if (inside || !(error instanceof UnrollSignal || needsKnown(error))) throw error;
    try {
      return run(true);
    } catch (again) {
      throw needsKnown(again) ? error : again;
    }
  }
};

/** `leaf` for what the binders introduce and the conditions leave. */
const overBinders = (
  { binders, conditions }: ComprehensionExpr | BigExpr,
  ctx: Context,
  leaf: (at: Inside, unroll: boolean) => Value,
  join: (parts: readonly Value[]) => Value,
): Value => {
  const inside: Inside = { ctx, axes: [], bound: [] };
  const kept =
    (unroll: boolean) =>
    (entered: Inside): Value | undefined => {
      const at = withConditions(entered, conditions);
      return isLeftOut(at, conditions) ? undefined : leaf(at, unroll);
    };
  return vectorisedOrUnrolled((unroll) => walk(flattened(binders), inside, unroll, kept(unroll), join) as Value, ctx);
};

/** `rows`: what is written are the rows of a set, so several binders list all their combinations. `held`: what an entry is kept as. */
export const comprehension = (
  e: ComprehensionExpr,
  ctx: Context,
  { rows = false, held = settle }: { readonly rows?: boolean; readonly held?: typeof settle } = {},
): Value => {
  const binders = flattened(e.binders);
  if (binders.length === 1 && binders[0].relation === 'in') {
    const source = ctx.shared.run.evaluate(binders[0].source, ctx);
    if (source.kind === 'data') {
      if (needsUnrolling(e, ctx)) throw new UnrollSignal(e.span);
      return comprehendData(e, source, { ...ctx, axes: [] });
    }
    if (source.kind === 'poison') return poisoned();
  }
  return overBinders(
    e,
    ctx,
    (at, unroll) => {
      const value = held(at.ctx.shared.run.evaluate(e.body, at.ctx), at.ctx, e.body.span);
      // A list of samples, each to become a set of its own.
      if (!unroll && value.kind === 'dist' && value.power && !ctx.problem && at.axes.length > 0)
        throw new UnrollSignal(e.span);
      const listed = at.axes.length > 1 && (rows || at.mask);
      return listed ? keep(...listing(value, at, ctx), e.span) : keep(value, at, e.span);
    },
    (parts) => combine(parts, ctx),
  );
};

/** Under several binders: one list of all combinations, of which a condition leaves out some. */
const listing = (value: Value, { axes, mask }: Inside, ctx: Context): [Value, Place] => {
  const flat = flatAxis(axes, ctx);
  return [flat.all(value), { axes: [flat.axis], mask: mask && flat.one(mask) }];
};

/** Axes become leading dimensions; with a mask, or for what is no array, the value stays under its axis. */
const keep = (value: Value, { axes, mask, length, front }: Place, span: Span): Value => {
  if (axes.length === 0) return value;
  if (value.kind === 'texts') return value;
  const spread = value.kind === 'tensor' ? expandAxes(value, unionAxes(value, { axes })) : value;
  if (mask) return { kind: 'along', axis: axes[0], element: spread, mask, length, front };
  return [...axes]
    .reverse()
    .reduce<Value>((v, axis) => (v.kind === 'range' ? intoShape(asTensor(v, span), axis) : intoShape(v, axis)), spread);
};

// ---------------------------------------------------------------- big operators

/** What entries that are filtered out count as. */
const neutral = { sum: 0, prod: 1, max: -infinity, min: infinity, logsumexp: -infinity, all: 1, any: 0 } as const;

const reduceBig = (op: BigExpr['op'], value: Tensor, { axes, mask }: Inside, span: Span): Tensor => {
  const t = toReal(value);
  switch (op) {
    case 'mean':
    case 'P':
      return meanOver(t, axes, mask, span);
    case 'sum':
      return overAxes(masked(t, mask, neutral.sum), axes, (u, axis) => reduceAxis('sum', u, axis, span));
    case 'prod':
      return overAxes(masked(t, mask, neutral.prod), axes, (u, axis) => reduceAxis('prod', u, axis, span));
    case 'max':
      return overAxes(masked(t, mask, neutral.max), axes, (u, axis) => reduceAxis('max_over', u, axis, span));
    case 'min':
      return overAxes(masked(t, mask, neutral.min), axes, (u, axis) => reduceAxis('min_over', u, axis, span));
    case 'all':
    case 'any': {
      const bit = tensor(ir.cast(toBit(value).node, 'float32'), value.axes, R(...shapeOf(toBit(value))));
      const reduced = overAxes(masked(bit, mask, neutral[op]), axes, (u, axis) =>
        reduceAxis(op === 'all' ? 'min_over' : 'max_over', u, axis, span),
      );
      return tensor(ir.gt(reduced.node, ir.scalar(0.5)), reduced.axes, Bit(...shapeOf(reduced)));
    }
    case 'logsumexp':
      return overAxes(masked(t, mask, neutral.logsumexp), axes, (u, axis) => logsumexpAxis(u, axis, span));
    default:
      return fail('L0602', span, { what: `\`${op}\` cannot be used with binders like this` });
  }
};

/** `argmax[a in A] e`: the a, not its place; of several binders a tuple. */
const argument = (e: BigExpr, op: 'argmax' | 'argmin', value: Tensor, inside: Inside): Value => {
  const { axes, bound, ctx } = inside;
  if (shapeOf(value).length > 0)
    return fail('L0402', e.body.span, { what: `the body of \`${op}\``, seen: describe(value) });
  const flat = axes.length > 1 ? flatAxis(axes, ctx) : undefined;
  const axis = flat?.axis ?? axes[0];
  someToChoose(op, axis.size, e.span);
  const along = (t: Tensor): Tensor => flat?.one(t) ?? t;
  const score = along(masked(toReal(value), inside.mask, op === 'argmax' ? -infinity : infinity));
  const full = expandAxes(score, unionAxes(score, { axes: [axis] }));
  const at = full.axes.indexOf(axis);
  const place = op === 'argmax' ? ir.argmax(full.node, at, e.span) : ir.argmin(full.node, at, e.span);
  const rest = full.axes.filter((a) => a !== axis);
  const index = tensor(place, rest, { kind: 'tensor', element: { kind: 'Int' }, shape: [] });
  const chosen = bound.map((v) => renamed(flat?.all(v) ?? v, axis, index, e.span));
  return chosen.length === 1 ? chosen[0] : { kind: 'tuple', items: chosen };
};

const overItems = (op: BigExpr['op'], parts: readonly Tensor[], ctx: Context, span: Span): Value => {
  if (parts.length === 0 && op in neutral) return constantNumber(neutral[op as keyof typeof neutral]);
  const stacked = combine(parts, ctx);
  const axis = openEvery(stacked, ctx, span, 'item');
  if (axis.kind !== 'axis' || axis.value.kind !== 'tensor')
    return fail('L0302', span, { expected: 'numbers', seen: 'other values' });
  return reduceBig(op, axis.value, { ctx, axes: [axis.axis], bound: [axis.value] }, span);
};

export const bigOperator = (e: BigExpr, ctx: Context): Value => {
  if (e.op === 'E' || e.op === 'P') return expectation(e, ctx);
  const what = `the body of \`${e.op}\``;
  return overBinders(
    e,
    ctx,
    (at) => {
      const value = asTensor(
        settle(at.ctx.shared.run.evaluate(e.body, at.ctx), at.ctx, e.body.span),
        e.body.span,
        what,
      );
      if (at.axes.length === 0) return value;
      if (e.op === 'argmax' || e.op === 'argmin') return argument(e, e.op, value, at);
      if (e.op === 'softmax') return softmaxOver(value, at, e.span);
      return reduceBig(e.op, value, at, e.span);
    },
    (parts) =>
      overItems(
        e.op,
        parts.map((p) => asTensor(p, e.span)),
        ctx,
        e.span,
      ),
  );
};

const softmaxOver = (value: Tensor, { axes, mask, length }: Inside, span: Span): Value => {
  const t = masked(toReal(value), mask, neutral.logsumexp);
  const full = expandAxes(t, unionAxes(t, { axes }));
  const total = overAxes(full, axes, (u, axis) => logsumexpAxis(u, axis, span));
  const spread = expandAxes(total, full.axes);
  const probabilities = tensor(ir.exp(ir.sub(full.node, spread.node, span)), full.axes, full.space);
  return keep(probabilities, length ? { axes, mask, length } : { axes }, span);
};
