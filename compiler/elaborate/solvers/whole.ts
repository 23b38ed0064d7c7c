/** Solvers that take no steps along gradients of batches: they see the whole objective, again and again the same. */
import * as ir from '../../ir/build.ts';
import { gradients } from '../../differentiate.ts';
import { graphOf, topological } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import { captures } from '../../ir/rebuild.ts';
import { sizeOf } from '../../ir/shape.ts';
import { sharedNode } from '../../passes/share.ts';
import type { Decision, Solver } from '../../program.ts';
import { checkDependence, descended, inputsOf, parametersOf } from '../problems/built.ts';
import { keeping } from './aimed.ts';
import type { Aimed } from './aimed.ts';
import type { Built } from '../problems/built.ts';
import type { Context } from '../context.ts';
import { isRandom } from '../values/dependence.ts';
import { fail } from '../../messages.ts';
import { variablesOf } from '../members/stores.ts';
import { augmented } from '../problems/constraints.ts';
import type { Constrained } from '../problems/constraints.ts';
import { boundOf } from './em.ts';
import { commonInputs } from '../members/inputs.ts';
import { feedsOf } from '../problems/objectives.ts';
import { degreeIn, workOf } from './structure.ts';
import type { Data } from '../values/values.ts';

/** Parameters, and elementary operations of one evaluation, up to which L-BFGS is taken. */
const smallParameters = 5_000;
const smallWork = 3e8;
/** And of what is computed once and kept, with the bytes that it takes. */
const workOnce = 1e11;
const bytesKept = 2 ** 28;

export const wordOf = (n: number): string => (n === 1 ? '1 parameter' : `${n.toLocaleString('en')} parameters`);

/** Why the structure does not allow a solver without steps; undefined if it does. */
export const obstacle = (players: number, built: Built, ctx: Context): string | undefined => {
  if (players > 1 || built.state.games.length > 0) return 'there are several players';
  if (built.state.updates.size > 0) return 'the model keeps running statistics';
  if (isRandom(built.loss)) return 'the objective is estimated from draws';
  if (
    topological([built.loss]).some(
      (n) => n.operation.op === 'input' && (n.operation.name === 'step' || n.operation.name === 'total'),
    )
  )
    return 'the objective changes with the step';
  const parameters = parametersOf(built);
  if (parameters > smallParameters) return `${wordOf(parameters)} are many`;
  const varying = inputsOf(built.variables, ctx);
  const all = workOf(built.loss);
  if (all <= smallWork) return undefined;
  const kept = captures([built.loss], varying).reduce((bytes, { shape }) => bytes + 4 * sizeOf(shape), 0);
  const once = all <= workOnce && kept <= bytesKept;
  const work = once ? workOf(built.loss, varying) : all;
  if (work > smallWork) return `an evaluation on all rows takes about ${work.toExponential(0)} operations`;
  return undefined;
};

export interface Task {
  readonly built: Built;
  readonly maximised: boolean;
  readonly steps: number | undefined;
}

/** `objective` to be made small, with its gradient. */
export const wholeOf = ({ built, maximised, steps }: Task, objective: Node, ctx: Context) => {
  const loss = maximised ? ir.neg(objective) : objective;
  const slopes = gradients(sharedNode(loss), inputsOf(descended(built), ctx));
  checkDependence(built, slopes, ctx);
  return {
    graph: graphOf(
      [{ name: 'loss', node: loss }, ...built.variables.map((v, i) => ({ name: `grad:${v.id}`, node: slopes[i] }))],
      commonInputs,
    ),
    feeds: feedsOf(built.state.feeds.values()),
    over: built.variables.map((v) => v.id),
    sense: maximised ? 'maximize' : 'minimize',
    steps,
  } as const;
};

/** What the structure allows: a linear system for a quadratic, else L-BFGS. */
export const structured = (task: Task, ctx: Context): { solver: Solver; decision: Omit<Decision, 'span'> } => {
  const { built } = task;
  const parameters = wordOf(parametersOf(built));
  const exact = degreeIn(built.loss, new Set(inputsOf(built.variables, ctx))) <= 2;
  return {
    solver: { kind: exact ? 'exact' : 'lbfgs', ...wholeOf(task, built.loss, ctx) },
    decision: {
      subject: 'solver',
      choice: exact ? 'exact solution' : 'L-BFGS',
      reason: exact
        ? `the objective is quadratic in its ${parameters}, so one linear system solves it`
        : `${parameters}, the same value at every evaluation, and smooth`,
    },
  };
};

/** Members that keep rows of the set: they are not descended. Undefined where none does. */
export const fittedSolver = (
  task: Task,
  data: Data | undefined,
  from: { readonly built: Built; readonly aimed: readonly Aimed[] },
): Solver | undefined => {
  const { built, maximised, steps } = task;
  const stores = keeping(built.bound.map((b) => b.store));
  if (stores.length === 0) return undefined;
  const other = built.bound.find((b) => keeping([b.store]).length === 0 || variablesOf(b.store).length > 0);
  if (other || !data)
    fail('L0602', built.span, {
      what: other
        ? `\`${other.name}\` is trained along gradients, beside a member that is fitted to the rows`
        : 'a fitted class without a data set to train on',
    });
  const rows = stores.flatMap((s) =>
    [...s.statistics].flatMap(([key, variable]) =>
      /^rows\.\d+$/.test(key) ? [{ variable: variable.id, leaf: Number(key.slice(5)) }] : [],
    ),
  );
  const parts = from.aimed.flatMap(({ store, leaves }) =>
    leaves.flatMap((node, leaf) => {
      const variable = store.statistics.get(`rows.${leaf}`);
      return variable ? [{ name: variable.id, node }] : [];
    }),
  );
  return {
    kind: 'fitted',
    aims: graphOf(parts, commonInputs),
    aimFeeds: feedsOf(from.built.state.feeds.values()),
    graph: graphOf([{ name: 'loss', node: built.loss }], commonInputs),
    feeds: feedsOf(built.state.feeds.values()),
    over: stores.flatMap((s) => [...s.statistics.values()].map((v) => v.id)),
    sense: maximised ? 'maximize' : 'minimize',
    steps,
    data: (data as Data).id,
    rows,
    counts: stores.flatMap((s) => s.statistics.get('rows.count')?.id ?? []),
    trees: stores.flatMap((s) => [...s.trees.values()]),
  };
};

/** Up to so many elementary operations: the turns are many, in plain arrays. */
const smallTurn = 5e7;

/** Why constraints are left to steps along gradients; undefined if they need not be. */
export const constraintObstacle = (built: Built, { constraints }: Constrained, ctx: Context): string | undefined => {
  if (constraints.some((c) => isRandom(c.excess))) return 'a constraint is estimated from draws';
  const varying = inputsOf(built.variables, ctx);
  const work = [built.loss, ...constraints.map((c) => c.excess)].reduce((n, e) => n + workOf(e, varying), 0);
  return work > smallTurn ? `an evaluation on all rows takes about ${work.toExponential(0)} operations` : undefined;
};

/** Under constraints: the augmented Lagrangian is made small in turns, by L-BFGS. */
export const underConstraints = (task: Task, constrained: Constrained, ctx: Context): Solver => {
  const { built, maximised } = task;
  const { constraints, penalty } = constrained;
  const { graph, ...whole } = wholeOf(task, augmented(built.loss, constrained, maximised, ctx), ctx);
  const outputs = [
    ...graph.outputs,
    { name: 'objective', node: built.loss },
    ...constraints.map((c) => ({ name: `constraint:${c.multiplier.id}`, node: c.excess })),
  ];
  const multipliers = constraints.map(({ multiplier, equal, text }) => ({ id: multiplier.id, equal, text }));
  return { kind: 'constrained', ...whole, graph: graphOf(outputs, commonInputs), penalty: penalty.id, multipliers };
};

/** `by em`: in turns, the posteriors are held and the bound is made best. */
export const alternating = (task: Task, posteriors: readonly Node[], ctx: Context): Solver => {
  const { bound, held } = boundOf(task.built, posteriors, ctx);
  return { kind: 'em', ...wholeOf(task, bound, ctx), held: held.map((v) => v.id) };
};
