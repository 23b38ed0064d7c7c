/**
 * `[e for x in D if c]` over a data set is a data set. What depends on rows alone is computed now, once; what depends on
 * something that is trained is applied to rows when they are used.
 */
import type { Span } from '../../../grammar/span.ts';
import type { ComprehensionExpr, Expr } from '../../../grammar/tree/expressions.ts';
import { Failure } from '../../failure.ts';
import * as ir from '../../ir/build.ts';
import { keyOfSeed } from '../../ir/random.ts';
import { freeNames, mentioned as namesIn, nodes } from '../../../grammar/walk.ts';
import { diagnose } from '../../messages.ts';
import { childScope, inAxes, inScope, lookup, spanKey } from '../context.ts';
import type { Context } from '../context.ts';
import { asTensor, tensorsOf } from '../values/describe.ts';
import { numberOf } from './identity.ts';
import { isComputable, materialise } from './materialise.ts';
import { statisticsOf } from './leakage.ts';
import { settle } from '../expressions/operators.ts';
import { bindPattern } from '../expressions/patterns.ts';
import { rowsUnder } from './rows.ts';
import { known, logical, toBit } from '../values/tensors.ts';
import type { Data, Tensor, Value } from '../values/values.ts';

/** A data set for every place of an axis: they differ in size, so the binder is run value by value. Where none can be, it is an error. */
export class UnrollSignal extends Failure {
  constructor(span: Span) {
    super([diagnose('L0307', span, { what: 'the rows of a data set' })]);
  }
}

/** What the names in an expression stand for here: those that its own binders introduce are not these, except in what they go over. */
const mentioned = (e: Expr, ctx: Context): Value[] => {
  const sources = e.kind === 'comprehension' ? e.binders.flatMap((b) => namesIn(b.source)) : [];
  const names = new Set([...freeNames(e, () => false), ...sources]);
  return [...names].flatMap((name) => lookup(ctx.scope, name) ?? []);
};

/** Whether the set differs from place to place of the axes around it. */
export const needsUnrolling = (e: Expr, ctx: Context): boolean =>
  ctx.axes.length > 0 && mentioned(e, ctx).some((v) => tensorsOf(v).some((t) => t.axes.length > 0));

/** Tells apart the sets that one comprehension makes in different calls of the function around it. */
const signature = (e: Expr, ctx: Context): string =>
  mentioned(e, ctx)
    .map((v) => (v.kind === 'tensor' ? (known(v) ?? `#${numberOf(v.node)}`) : `#${numberOf(v)}`))
    .join();

const conditionsOf = (e: ComprehensionExpr, ctx: Context, first: Tensor | undefined): Tensor | undefined =>
  e.conditions.reduce<Tensor | undefined>((mask, c) => {
    const t = toBit(asTensor(settle(ctx.shared.run.evaluate(c, ctx), ctx, c.span), c.span, 'the condition'));
    return mask ? logical('and', mask, t) : t;
  }, first);

const enter = (e: ComprehensionExpr, row: Value, ctx: Context): Context => {
  const scope = childScope(ctx.scope);
  bindPattern(scope, e.binders[0].targets[0], row, ctx, e.binders[0].span);
  return inScope(ctx, scope);
};

/** The key of draws that belong to the data itself. */
export const dataKey = (ctx: Context): Context['key'] =>
  ir.constant({ dtype: 'int32', shape: [2], data: keyOfSeed(ctx.shared.seed) });

export const comprehendData = (e: ComprehensionExpr, source: Data, ctx: Context): Data => {
  const label = source.name;
  if (!source.view) {
    const outside: Context = {
      ...ctx,
      problem: undefined,
      key: ctx.problem ? dataKey(ctx) : ctx.key,
      scores: undefined,
    };
    const rows = rowsUnder(source, {}, outside);
    const inner = enter(e, rows.row, inAxes(outside, rows.axis));
    const mask = conditionsOf(e, inner, undefined);
    const value = settle(inner.shared.run.evaluate(e.body, inner), inner, e.body.span);
    if (isComputable(value) && (!mask || isComputable(mask))) {
      const place = `${spanKey(e.span)}@${source.id}:${signature(e, ctx)}`;
      const cached = ctx.shared.comprehensions.get(place);
      if (cached && ctx.problem) return cached;
      const statistics = new Set([...source.statistics, ...statisticsOf(value, rows.axis, ctx)]);
      const data = materialise(
        value,
        [rows.axis],
        mask,
        {
          name: label,
          span: e.body.span,
          placeOf: source.placeOf,
          roots: source.roots,
          statistics,
          evaluation: source.evaluation,
          blame: blameOf(e.body, rows.row, source),
        },
        ctx,
      );
      ctx.shared.comprehensions.set(place, data);
      return data;
    }
  }
  const view: Data['view'] = (at, row) => {
    const seen = source.view ? source.view(at, row) : { value: row };
    const inner: Context = {
      ...enter(e, seen.value, {
        ...at,
        scope: ctx.scope,
        member: ctx.member,
        path: ctx.path,
        reading: ctx.reading,
      }),
    };
    const mask = conditionsOf(e, inner, seen.mask);
    return { value: settle(inner.shared.run.evaluate(e.body, inner), inner, e.body.span), mask };
  };
  return { ...source, view, filtered: source.filtered || e.conditions.length > 0, body: e.body.span };
};

/** Which column of the row is missing, or is none of so many classes: the first that the body mentions. */
const blameOf = (body: Expr, row: Value, source: Data) => (at: number, classes?: number) => {
  if (row.kind !== 'record' || source.template.kind !== 'record') return undefined;
  const { fields } = source.template;
  const mentioned = (root: unknown): string[] =>
    nodes(root).flatMap((n) => (n.kind === 'field' ? [(n.name as { text: string }).text] : []));
  const cell = (name: string): number | undefined => {
    const template = fields.get(name);
    return template?.kind === 'leaf' ? source.leaves[template.leaf].data[at] : undefined;
  };
  const missing = mentioned(body).find((name) => Number.isNaN(cell(name)));
  if (missing !== undefined) return { column: missing, seen: 'missing' };
  if (classes === undefined) return undefined;
  const isClass = (name: string): boolean => {
    const x = cell(name);
    return x === undefined || (Number.isInteger(x) && x >= 0 && x < classes);
  };
  const calls = nodes(body).filter((n) => n.kind === 'call' && mentionsClass(n.callee));
  const odd = calls.flatMap((n) => mentioned(n.args)).find((name) => !isClass(name));
  if (odd === undefined) return undefined;
  const column = fields.get(odd);
  let [low, high] = [Infinity, -Infinity];
  for (const x of column?.kind === 'leaf' ? source.leaves[column.leaf].data : [])
    [low, high] = [Math.min(low, x), Math.max(high, x)];
  const direct = calls.some((n) => {
    const [arg] = n.args as readonly { readonly value: Expr }[];
    return arg?.value.kind === 'field' && arg.value.name.text === odd;
  });
  const way = !direct
    ? undefined
    : low >= 1 && high === classes
      ? `classes are counted from 0: \`class[${classes}](r.${odd} - 1)\``
      : low >= 0 && high >= classes
        ? `the column goes up to ${high}: \`Class[${high + 1}]\``
        : undefined;
  return { column: odd, seen: String(cell(odd)), way };
};

/** `class` or `class[K]` */
const mentionsClass = (callee: unknown): boolean => nodes(callee).some((n) => n.kind === 'name' && n.name === 'class');
