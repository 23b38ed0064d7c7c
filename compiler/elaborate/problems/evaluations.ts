/** What follows `subject to`, at the members as they are: each `eval` and each constraint is a number, as a graph. */
import type { Span } from '../../../grammar/span.ts';
import type { Expr } from '../../../grammar/tree/expressions.ts';
import type { Condition, ProblemExpr } from '../../../grammar/tree/problems.ts';
import { writtenIn } from '../../../grammar/written.ts';
import { fail } from '../../messages.ts';
import { each } from '../../failure.ts';
import { graphOf } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import type { Decision, Evaluation } from '../../program.ts';
import { checkDomains } from './outside.ts';
import { measured } from './constraints.ts';
import { bind, childScope, findEntry, inScope, lookup } from '../context.ts';
import type { Context } from '../context.ts';
import { asStatic } from '../values/describe.ts';
import { commonInputs } from '../members/inputs.ts';
import { evaluationValue, feedsOf, inProblem, newProblem } from './objectives.ts';
import { sharesRows } from '../data/leakage.ts';
import type { Bound } from './over.ts';
import { openDraws } from '../expressions/sources.ts';
import { checkThreshold, mentions, warnOfThreshold, warnOfUnrelated } from './suspicions.ts';
import { known } from '../values/tensors.ts';
import type { Data, Value } from '../values/values.ts';

/** Not what a function was given: `as e` does not mean the library's number, nor `eval drift as drift` that of `let drift = ...`. */
const isFree = (name: string, ctx: Context): boolean => {
  const found = findEntry(ctx.scope, name);
  const value = lookup(ctx.scope, name);
  const ofTheFile = found?.scope.parent === ctx.shared.library && value?.kind === 'tensor';
  return value === undefined || ofTheFile || value === lookup(ctx.shared.library, name);
};

const labelOf = (as: Expr, ctx: Context): string => {
  if (as.kind === 'name' && isFree(as.name, ctx)) return as.name;
  if (as.kind === 'string') return as.value;
  const value = ctx.shared.run.evaluate(as, ctx);
  if (value.kind === 'text') return value.text;
  // A member's own name (`as sd`) is a name; a number that is known is its digits (`as k` in a `def`).
  if (value.kind === 'tensor' && (as.kind !== 'name' || known(value) !== undefined))
    return String(asStatic(value, as.span, 'the name of an evaluation'));
  return as.kind === 'name' ? as.name : writtenIn(as.span, ctx.shared.sources);
};

/** `eval on P^n`: n draws, made for the evaluation, are a set. */
const sampleOf = (data: Value, ctx: Context, span: Span): Value => {
  if (data.kind !== 'dist' || !data.power || data.data) return data;
  const opened = openDraws(data, ctx, span, 'draw');
  return opened.kind === 'axis' ? { kind: 'along', axis: opened.axis, element: opened.value } : data;
};

/** A condition at the members as they are: what an `eval` says, or how far a constraint is met. */
const conditionAt = (
  c: Condition,
  bound: readonly Bound[],
  data: Value | undefined,
  ctx: Context,
): { readonly name: string; readonly node: Node; readonly compare?: Evaluation['compare'] } => {
  if (!c.evaluated) return measured(c, ctx);
  const value = evaluationValue(
    c.value,
    bound.map((b) => b.value),
    data,
    ctx,
  );
  const compare = c.compare && {
    op: c.compare.op,
    bound: asStatic(ctx.shared.run.evaluate(c.compare.bound, ctx), c.compare.bound.span, 'a threshold'),
  };
  const name = c.as ? labelOf(c.as, ctx) : writtenIn(c.value.span, ctx.shared.sources);
  if (compare) {
    checkThreshold(name, value.node, compare, c.compare?.bound.span ?? c.value.span);
    warnOfThreshold(name, c, value.node, compare, ctx);
  }
  return { name, node: value.node, compare };
};

/** The sets that a condition may speak of: the one evaluated on, and the one trained on last. */
export interface Sets {
  readonly held?: Value;
  readonly trained?: Value;
}

const evaluationOf = (
  c: Condition,
  problem: ProblemExpr,
  bound: readonly Bound[],
  sets: Sets,
  ctx: Context,
): { readonly evaluation: Evaluation; readonly decisions: readonly Decision[]; readonly remembered?: Data } => {
  const state = newProblem('eval');
  const scope = childScope(ctx.scope);
  const inner = inProblem(inScope(ctx, scope), state);
  const needed = c.value.kind === 'name' || mentions(c.value, 'D_eval');
  const held = sets.held && needed ? sampleOf(sets.held, inner, c.value.span) : sets.held;
  if (held) bind(scope, 'D_eval', held);
  if (sets.trained) bind(scope, 'D_tr', sets.trained);
  if (!c.evaluated)
    for (const { name, value } of problem.players[0].where)
      bind(scope, name.text, ctx.shared.run.evaluate(value, inner));
  const { name, node, compare } = conditionAt(c, bound, held, inner);
  checkDomains([node], [...state.feeds.values()], ctx);
  const evaluation: Evaluation = {
    name,
    graph: graphOf([{ name: 'value', node }], commonInputs),
    feeds: feedsOf(state.feeds.values()),
    compare,
    span: c.evaluated ? c.value.span : c.span,
  };
  const { trained } = sets;
  const read = [...state.feeds.values()].map((f) => f.data);
  const remembered =
    c.evaluated && trained?.kind === 'data' && !needed
      ? read.find((d) => d !== held && d !== trained && sharesRows(d.roots, [trained], ctx.shared))
      : undefined;
  return { evaluation, decisions: state.decisions, remembered };
};

/** Two measures of one name would be one line of the report. The same measure may have a threshold on either side. */
const checkNames = (conditions: readonly Condition[], names: readonly string[], { shared }: Context): void =>
  names.forEach((name, i) => {
    const [first, own] = [conditions[names.indexOf(name)], conditions[i]];
    const written = (c: Condition): string => writtenIn(c.value.span, shared.sources);
    if (own.as && written(first) !== written(own)) fail('L0202', own.as.span, { name });
  });

/** Every condition, constraints first. */
export const evaluationsOf = (problem: ProblemExpr, bound: readonly Bound[], sets: Sets, ctx: Context) => {
  const ordered = [...problem.conditions].sort((a, b) => Number(a.evaluated) - Number(b.evaluated));
  const found = each(ordered, (c) => evaluationOf(c, problem, bound, sets, ctx));
  checkNames(
    ordered,
    found.map((f) => f.evaluation.name),
    ctx,
  );
  warnOfUnrelated(
    problem,
    found.map(({ evaluation }, i) => ({ condition: ordered[i], node: evaluation.graph.outputs[0].node })),
    ctx,
  );
  const remembered = new Map(ordered.flatMap((c, i) => (found[i].remembered ? [[c, found[i].remembered]] : [])));
  return { evaluations: found.map((f) => f.evaluation), decisions: found.flatMap((f) => f.decisions), remembered };
};
