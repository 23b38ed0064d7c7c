/**
 * A problem -> a stage: its members are made, its protocol is followed, and every training and evaluation in it becomes a graph.
 */
import type { Expr } from '../../../grammar/tree/expressions.ts';
import type { ProblemExpr } from '../../../grammar/tree/problems.ts';
import { nodes } from '../../../grammar/walk.ts';
import { sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import type { Stage, Variable } from '../../program.ts';
import { actionsOf } from '../protocols/actions.ts';
import { inLibrary, isOfLibrary } from '../functions/blame.ts';
import { bind, childScope, inScope } from '../context.ts';
import { andAlso } from '../../failure.ts';
import type { Context } from '../context.ts';
import { asCount, describe } from '../values/describe.ts';
import { variablesOf } from '../members/stores.ts';
import { nested } from './nested.ts';
import { lossOf } from './objectives.ts';
import { contestantsOf } from './contestants.ts';
import type { Bound } from './over.ts';
import { dataOf, givenTo, setsOf } from '../protocols/steps.ts';
import type { Paradigm, StageValue, Tensor, Value } from '../values/values.ts';

const paradigmOf = (problem: ProblemExpr, ctx: Context): Paradigm => {
  if (!problem.on) return { kind: 'paradigm', name: '', steps: [] };
  const value = ctx.shared.run.evaluate(problem.on, ctx);
  if (value.kind === 'paradigm') return value;
  // A distribution of tasks: the objective draws from it, by its own name or as `D_tr`.
  if (value.kind === 'dist' && !value.power && !value.data) {
    const { span } = problem.on;
    const steps = (['train', 'eval'] as const).map((kind) => ({ kind, data: value, span }));
    return { kind: 'paradigm', name: '', steps };
  }
  if (value.kind === 'function')
    return fail(
      'L0302',
      problem.on.span,
      { expected: 'a paradigm with its data', seen: describe(value), where: '`on`' },
      { help: 'give it its data: `on supervised(D, holdout = 0.2)`' },
    );
  return fail('L0302', problem.on.span, {
    expected: 'a paradigm, such as `supervised(D, holdout = 0.2)`',
    seen: describe(value),
    where: '`on`',
    slip: value.kind !== 'data' ? undefined : value.template.kind === 'tuple' ? 'pairs' : 'rows',
  });
};

/** `D_eval` in what is minimised is evaluation data, whatever it holds. */
const checkObjectives = (problem: ProblemExpr): void => {
  if (!problem.on) return;
  const plain = problem.conditions.filter((c) => !c.evaluated);
  for (const trained of [...problem.players.map(({ objective, where }) => [objective, where]), ...plain])
    for (const n of nodes(trained))
      if (n.kind === 'name' && n.name === 'D_eval' && 'span' in n)
        fail('L0404', n.span as Expr['span'], { set: '`D_eval`' });
};

/** A class that is fitted makes room for the largest set of the protocol. */
const announceRows = (bound: readonly Bound[], { steps }: Paradigm): void => {
  const sets = setsOf(steps, 'train');
  const sizes = sets.map((d) => d.rows);
  if (sets.length > 0)
    for (const { store } of bound) store.rows = { data: sets[0], most: Math.max(...sizes), least: Math.min(...sizes) };
};

const membersOf = (bound: readonly Bound[]): Stage['members'] =>
  bound.map((b) => ({
    name: b.name,
    model: b.model,
    parameters: variablesOf(b.store).reduce((n, v) => n + sizeOf(v.shape), 0),
  }));

const seedsOf = ({ seed, seeds }: ProblemExpr, ctx: Context): Pick<Stage, 'seed' | 'seeds'> => {
  const count = (e: Expr, where: string): number => asCount(ctx.shared.run.evaluate(e, ctx), e.span, where);
  const many = seeds ? count(seeds, '`seeds`') : 1;
  if (seeds && many < 1) fail('L0302', seeds.span, { expected: 'at least 1', seen: String(many), where: '`seeds`' });
  return { seed: seed && count(seed, '`seed`'), seeds: many };
};

/** A problem as an expression: the first player's objective at the members that were found. */
const optimum = (problem: ProblemExpr, data: Value | undefined, inside: Context, at: Context): Tensor => {
  const [player] = problem.players;
  const scope = childScope(inside.scope);
  const ctx = inScope(at, scope);
  if (data) bind(scope, 'D_tr', data);
  for (const { name, value } of player.where) bind(scope, name.text, at.shared.run.evaluate(value, ctx));
  return lossOf(player.objective, ctx);
};

/** What the statements of a library's paradigm do later is said of the problem that it was given to. */
const followed = <T>(
  { on }: ProblemExpr,
  { name }: Paradigm,
  sources: ReadonlyMap<string, string>,
  follow: () => T,
): T => {
  try {
    return follow();
  } catch (error) {
    throw on && isOfLibrary(error) ? inLibrary(error, 'stdlib/', name, on.span, sources) : error;
  }
};

export const solve = (problem: ProblemExpr, ctx: Context, name: string | undefined): Value => {
  // One for every example, or one that is differentiated: it has no run of its own.
  const within = ctx.axes.length > 0 || ctx.differentiated;
  if (ctx.problem || (within && !problem.on)) return nested(problem, ctx);
  const { shared } = ctx;
  const id = `stage${shared.counters.stage++}`;
  const created: Variable[] = [];
  const inner: Context = { ...inScope(ctx, childScope(ctx.scope)), created };
  const contestants = andAlso(
    () => contestantsOf(problem, inner),
    () => problem.on && shared.run.evaluate(problem.on, inner),
  );
  const bound = contestants.flatMap((c) => c.bound);
  for (const b of bound) bind(inner.scope, b.name, b.value);
  checkObjectives(problem);
  const paradigm = paradigmOf(problem, inner);
  const { steps } = paradigm;
  if (steps.length > 0 && givenTo(steps, 'train').length === 0)
    fail('L0406', problem.on?.span, { what: `\`${paradigm.name}\` never trains: its protocol has no \`train on\`` });
  announceRows(bound, paradigm);
  const inherited = new Set(created.flatMap((v) => [...(shared.trainedOn.get(v.id) ?? [])]));
  const { actions, decisions } = followed(problem, paradigm, shared.sources, () =>
    actionsOf({ problem, contestants, steps, inherited, ctx: inner }),
  );
  shared.stages.push({
    id,
    name: name ?? ctx.naming ?? 'problem',
    span: problem.span,
    variables: created.map((v) => v.id),
    members: membersOf(bound),
    actions,
    decisions,
    ...seedsOf(problem, inner),
    formula: { unicode: '', latex: '' },
  });
  if (['argmin', 'argmax'].includes(problem.players[0].sense))
    return bound.length === 1 ? bound[0].value : { kind: 'tuple', items: bound.map((b) => b.value) };
  const data = givenTo(steps, 'train').at(-1);
  return {
    kind: 'stage',
    id,
    members: new Map(bound.map((b) => [b.name, b.value])),
    train: dataOf(data),
    evaluation: dataOf(givenTo(steps, 'eval').at(-1)),
    value: (at) => optimum(problem, data, inner, at),
  } satisfies StageValue;
};
