/**
 * `P[x ~ D] (x > c and x <= d)`: where the distribution of one number knows its distribution function, what it says of the event, exact
 * and differentiable. Draws would be compared, and through a comparison no gradient goes.
 */
import type { Span } from '../../../grammar/span.ts';
import type { BigExpr, BinaryExpr, Expr } from '../../../grammar/tree/expressions.ts';
import { lookup } from '../context.ts';
import type { Context } from '../context.ts';
import { toDistribution } from '../distributions/distributions.ts';
import { finitePoints, smallSupport } from '../distributions/finite.ts';
import { settle } from '../expressions/operators.ts';
import { mentions } from '../problems/suspicions.ts';
import { asTensor } from '../values/describe.ts';
import {
  compareTensors,
  constantNumber,
  mapBinary,
  mapUnary,
  selectTensors,
  shapeOf,
  toReal,
} from '../values/tensors.ts';
import type { Dist, Tensor, Value } from '../values/values.ts';
import { decide } from './decisions.ts';

/** x is on this side of `at`; `closed`: or there. */
interface Cut {
  readonly side: 'above' | 'below';
  readonly at: Expr;
  readonly closed: boolean;
}

/** One of several cases holds, a case if all of its cuts do. */
type Event = readonly (readonly Cut[])[];

/** More are not written by hand: the number of terms doubles with each. */
const mostCases = 4;

const not = ({ side, at, closed }: Cut): Cut => ({ side: side === 'above' ? 'below' : 'above', at, closed: !closed });

const both = (a: Event, b: Event): Event => a.flatMap((x) => b.map((y) => [...x, ...y]));

const joined = (op: '+' | '-', left: Expr, right: Expr): Expr => ({
  kind: 'binary',
  op,
  left,
  right,
  span: {
    ...left.span,
    start: Math.min(left.span.start, right.span.start),
    end: Math.max(left.span.end, right.span.end),
  },
});

const negative = (operand: Expr): Expr => ({ kind: 'unary', op: '-', operand, span: operand.span });

const other = (side: Cut['side']): Cut['side'] => (side === 'above' ? 'below' : 'above');

/** The event `e` is on this side of `at`, as cuts of x; `e` mentions x. Sums and absolute values are undone. */
const cut = (e: Expr, x: string, { side, at, closed }: Cut, ctx: Context): Event | undefined => {
  const again = (inner: Expr, to: Cut): Event | undefined => cut(inner, x, to, ctx);
  switch (e.kind) {
    case 'name':
      return [[{ side, at, closed }]];
    case 'tuple':
      return e.items.length === 1 ? again(e.items[0], { side, at, closed }) : undefined;
    case 'unary':
      return e.op === '-' ? again(e.operand, { side: other(side), at: negative(at), closed }) : undefined;
    case 'binary': {
      if (e.op !== '+' && e.op !== '-') return undefined;
      const [left, right] = [mentions(e.left, x), mentions(e.right, x)];
      if (left && right) return undefined;
      if (left) return again(e.left, { side, at: joined(e.op === '+' ? '-' : '+', at, e.right), closed });
      return e.op === '+'
        ? again(e.right, { side, at: joined('-', at, e.left), closed })
        : again(e.right, { side: other(side), at: joined('-', e.left, at), closed });
    }
    case 'call': {
      if (e.callee.kind !== 'name' || e.callee.name !== 'abs' || e.args.length !== 1) return undefined;
      const abs = lookup(ctx.scope, 'abs');
      if (abs?.kind !== 'function' || !abs.overloads.every((f) => f.kind === 'intrinsic')) return undefined;
      const inner = e.args[0].value;
      const far = again(inner, { side, at, closed });
      const near = again(inner, { side: other(side), at: negative(at), closed });
      if (!far || !near) return undefined;
      return side === 'above' ? [...far, ...near] : both(far, near);
    }
    default:
      return undefined;
  }
};

const comparison = (e: BinaryExpr, x: string, negated: boolean, ctx: Context): Event | undefined => {
  const left = mentions(e.left, x);
  if (left === mentions(e.right, x)) return undefined;
  const less = e.op.startsWith('<');
  const direct: Cut = {
    side: less === left ? 'below' : 'above',
    at: left ? e.right : e.left,
    closed: e.op.endsWith('='),
  };
  return cut(left ? e.left : e.right, x, negated ? not(direct) : direct, ctx);
};

/** The condition as cuts of x; undefined where it says more of x than on which side it is of what does not depend on it. */
const eventOf = (e: Expr, x: string, negated: boolean, ctx: Context): Event | undefined => {
  if (e.kind === 'tuple' && e.items.length === 1) return eventOf(e.items[0], x, negated, ctx);
  if (e.kind === 'unary' && e.op === 'not') return eventOf(e.operand, x, !negated, ctx);
  if (e.kind !== 'binary') return undefined;
  if (['<', '<=', '>', '>='].includes(e.op)) return comparison(e, x, negated, ctx);
  if (e.op !== 'and' && e.op !== 'or') return undefined;
  const [a, b] = [eventOf(e.left, x, negated, ctx), eventOf(e.right, x, negated, ctx)];
  if (!a || !b) return undefined;
  return (e.op === 'and') === negated ? [...a, ...b] : both(a, b);
};

/** The distribution function and what is above it, of one number. */
interface Law {
  readonly below: (x: Tensor) => Tensor;
  readonly above: (x: Tensor) => Tensor;
  readonly counts: boolean;
}

const lawOf = (dist: Dist, ctx: Context, span: Span): Law | undefined => {
  const kind = dist.event?.shape.length === 0 ? dist.event.element.kind : undefined;
  const cdf = dist.facts.get('cdf')?.(ctx);
  if (!cdf || !kind || !['R', 'Positive', 'Interval', 'Nat', 'Int'].includes(kind)) return undefined;
  const of =
    (f: Value) =>
    (x: Tensor): Tensor =>
      toReal(asTensor(settle(ctx.shared.run.apply(f, [{ value: x, span }], ctx, span), ctx, span), span));
  const survival = dist.facts.get('survival')?.(ctx);
  const below = of(cdf);
  return {
    below,
    above: survival ? of(survival) : (x) => mapBinary('sub', constantNumber(1), below(x), span),
    counts: kind === 'Nat' || kind === 'Int',
  };
};

const one = constantNumber(1);

const probability = (law: Law, cuts: readonly (Omit<Cut, 'at'> & { readonly at: Tensor })[], span: Span): Tensor => {
  // Counts: the last that is below, and the last before those that are above.
  const place = ({ side, closed, at }: (typeof cuts)[number]): Tensor =>
    !law.counts
      ? at
      : (side === 'below') === closed
        ? mapUnary('floor', at, span)
        : mapBinary('sub', mapUnary('ceil', at, span), one, span);
  const on = (side: Cut['side']): Tensor | undefined => {
    const places = cuts.filter((c) => c.side === side).map(place);
    return places.length > 0
      ? places.reduce((a, b) => mapBinary(side === 'above' ? 'max' : 'min', a, b, span))
      : undefined;
  };
  const [from, to] = [on('above'), on('below')];
  if (from && to) {
    const [start, end] = [law.below(from), law.below(to)];
    // where most is below, what is above has the digits
    const late = compareTensors('gt', start, constantNumber(0.5), span);
    const between = selectTensors(
      late,
      mapBinary('sub', law.above(from), law.above(to), span),
      mapBinary('sub', end, start, span),
      span,
    );
    return mapBinary('max', between, constantNumber(0), span);
  }
  return to ? law.below(to) : law.above(from as Tensor);
};

/** P(A or B or ...) from the probabilities of what several of them have in common. */
const ofAny = (law: Law, cases: readonly (readonly (Omit<Cut, 'at'> & { at: Tensor })[])[], span: Span): Tensor => {
  const subsets = Array.from({ length: 2 ** cases.length - 1 }, (_, i) => cases.filter((_, k) => ((i + 1) >> k) & 1));
  return subsets
    .map((s) => ({ p: probability(law, s.flat(), span), add: s.length % 2 === 1 }))
    .reduce<Tensor>((sum, { p, add }) => mapBinary(add ? 'add' : 'sub', sum, p, span), constantNumber(0));
};

/** What `P[x ~ D] event` or `E[x ~ D] event` is by the distribution function of D; undefined where that does not say it. */
export const byDistributionFunction = (e: BigExpr, ctx: Context): Tensor | undefined => {
  const [binder] = e.binders;
  const free = e.binders.length === 1 && e.conditions.length === 0 && e.options.length === 0;
  if (!free || binder.relation !== '~' || binder.targets.length !== 1) return undefined;
  const [target] = binder.targets;
  const event = target.kind === 'name' ? eventOf(e.body, target.name, false, ctx) : undefined;
  if (!event || event.length > mostCases) return undefined;
  const source = ctx.shared.run.evaluate(binder.source, ctx);
  if (source.kind !== 'dist' && source.kind !== 'member') return undefined;
  const dist = toDistribution(source, ctx, binder.source.span);
  // few points are summed over
  if (finitePoints(dist, ctx, smallSupport)) return undefined;
  const law = lawOf(dist, ctx, e.span);
  if (!law) return undefined;
  const cases = event.map((cuts) =>
    cuts.map((c) => ({
      ...c,
      at: toReal(asTensor(settle(ctx.shared.run.evaluate(c.at, ctx), ctx, c.at.span), c.at.span, 'what is compared')),
    })),
  );
  if (cases.flat().some((c) => shapeOf(c.at).length > 0)) return undefined;
  decide(ctx, binder.span, 'by the distribution function', 'a draw is compared with what does not depend on it');
  return ofAny(law, cases, e.span);
};
