/**
 * A training: every player's objective with its gradient and update as one graph; or, where the structure allows, a solver that
 * needs no steps. Without `by` the structure decides, and the reason is kept.
 */
import type { Expr, Player, ProblemExpr, Span } from '../../grammar/tree.ts';
import { gradients } from '../differentiate.ts';
import * as ir from '../ir/build.ts';
import { graphOf, topological } from '../ir/graph.ts';
import type { Node } from '../ir/graph.ts';
import { sizeOf } from '../ir/shape.ts';
import { fail } from '../messages.ts';
import type { Decision, PlayerStep, Solver, Variable } from '../program.ts';
import { bind, childScope, inScope } from './context.ts';
import type { Context, Game, ProblemContext } from './context.ts';
import { asCount, asStatic } from './describe.ts';
import { isRandom } from './dependence.ts';
import { emSolver } from './em.ts';
import { variableInput, variablesOf } from './members.ts';
import { commonInputs, feedsOf, inProblem, lossOf, newProblem, stepInput, totalInput } from './objectives.ts';
import { ruleOf, update } from './optimisers.ts';
import type { Rule } from './optimisers.ts';
import type { Bound } from './problems.ts';
import { degreeIn, workOf } from './structure.ts';
import { renewed } from './times.ts';
import type { Data, ProtocolStep, Value } from './values.ts';

export interface Contestant {
  readonly player: Player;
  readonly bound: readonly Bound[];
}

export interface Trained {
  readonly solver: Solver;
  /** What must not read evaluation data. */
  readonly loss: readonly { readonly node: Node; readonly span: Span }[];
  readonly decisions: readonly Decision[];
}

/** Sets up to this size are used whole where no batch is asked for. */
const wholeUpTo = 1024;
const usualBatch = 128;
/** Parameters, and elementary operations of one evaluation, up to which L-BFGS is taken. */
const smallParameters = 5_000;
const smallWork = 3e8;
/** Steps of Adam where nobody says how many. */
const usualSteps = 2_000;
/** Up to so many parameters larger steps are safe: linear models, mixtures, small networks. */
const fewParameters = 10_000;

const isMaximised = (player: Player): boolean => player.sense === 'maximize' || player.sense === 'argmax';

const batchOf = (problem: ProblemExpr, data: Data | undefined, ctx: Context): number | undefined => {
  if (problem.batch) {
    const batch = asCount(ctx.shared.run.evaluate(problem.batch, ctx), problem.batch.span, '`batch`');
    if (batch < 1) fail('L0302', problem.batch.span, { expected: 'at least 1', seen: String(batch), where: '`batch`' });
    return batch;
  }
  return data && data.rows > wholeUpTo ? usualBatch : undefined;
};

interface Built {
  readonly loss: Node;
  readonly span: Span;
  readonly state: ProblemContext;
  readonly variables: readonly Variable[];
}

const objectiveOf = (
  { player, bound }: Contestant,
  data: Value | undefined,
  batch: number | undefined,
  ctx: Context,
  created: Variable[],
  posteriors?: Node[],
): Built => {
  const state = { ...newProblem('train', batch, created), posteriors };
  const scope = childScope(ctx.scope);
  if (data) bind(scope, 'D_tr', data);
  const inner = inProblem(inScope(ctx, scope), state);
  for (const { name, value } of player.where) bind(scope, name.text, ctx.shared.run.evaluate(value, inner));
  const t = lossOf(player.objective, inner);
  const variables = bound.flatMap((b) => variablesOf(b.store));
  return { loss: t.node, span: player.objective.span, state, variables };
};

/** Every member must matter. */
const checkDependence = (built: Built, bound: readonly Bound[], grads: readonly Node[]): void => {
  for (const b of bound) {
    const own = variablesOf(b.store);
    const moved = own.some((v) => {
      const g = grads[built.variables.indexOf(v)];
      return g && ir.uniformValue(g) !== 0;
    });
    if (!moved) fail('L0401', built.span, { name: b.name });
  }
};

const inputsOf = (variables: readonly Variable[], ctx: Context): Node[] => variables.map((v) => variableInput(v, ctx));

const gradientsOf = (built: Built, maximised: boolean, ctx: Context): Node[] => {
  const wrt = inputsOf(built.variables, ctx);
  const grads = gradients(built.loss, wrt);
  return maximised ? grads.map((g) => ir.neg(g)) : grads;
};

/** One player's step as a graph; `turn`: which of its moves within the step. */
const stepGraph = (
  built: Built,
  grads: readonly Node[],
  rule: Rule,
  { every, times }: Pace,
  turn: number,
  ctx: Context,
): PlayerStep['graph'] => {
  const moves = (steps: Node): Node => ir.mul(steps, ir.scalar(times));
  const time =
    times > 1
      ? { step: ir.add(moves(stepInput), ir.scalar(turn)), total: moves(totalInput) }
      : {
          step: every === 1 ? stepInput : ir.floor(ir.div(stepInput, ir.scalar(every))),
          total: every === 1 ? totalInput : ir.ceil(ir.div(totalInput, ir.scalar(every))),
        };
  const inner = { ...inProblem(ctx, built.state) };
  const next = update(built.variables, grads, rule, time, inner, built.span);
  for (const snapshot of ctx.shared.snapshots.values()) {
    const node = next.get(snapshot.of);
    if (!node || snapshot.time.kind === 'start') continue;
    next.set(snapshot.variable, renewed(snapshot, variableInput(snapshot.variable, ctx), node, stepInput));
  }
  const outputs = [...next].map(([v, node]) => ({ name: `var:${v.id}`, node }));
  const statistics = [...built.state.updates].map(([id, node]) => ({ name: `var:${id}`, node }));
  return graphOf([{ name: 'loss', node: built.loss }, ...outputs, ...statistics], commonInputs);
};

/** Steps of the training, and in how many of them every row is seen once. */
const durationOf = (
  problem: ProblemExpr,
  protocol: Extract<ProtocolStep, { kind: 'train' }> | undefined,
  states: readonly ProblemContext[],
  ctx: Context,
): { steps: number | undefined; stepsPerEpoch: number } => {
  const perEpoch = Math.max(
    0,
    ...states.flatMap((s) => [...s.feeds.values()].map((f) => Math.max(1, Math.floor(f.data.rows / f.rows)))),
  );
  const stepsPerEpoch = perEpoch === 0 ? 1 : perEpoch;
  const unit = protocol?.unit ?? problem.duration?.unit;
  const count =
    protocol?.count ??
    (problem.duration &&
      asCount(ctx.shared.run.evaluate(problem.duration.count, ctx), problem.duration.count.span, 'the duration'));
  if (count === undefined || unit === undefined) return { steps: undefined, stepsPerEpoch };
  if (unit === 'epochs' && perEpoch === 0)
    fail(
      'L0602',
      problem.duration?.span ?? problem.span,
      { what: 'an epoch is a pass over a data set, and this objective reads none' },
      { help: 'say how many steps: `for 1000 steps`' },
    );
  return { steps: unit === 'epochs' ? count * stepsPerEpoch : count, stepsPerEpoch };
};

/** How often a player moves: once in `every` steps, or `times` within each. */
interface Pace {
  readonly every: number;
  readonly times: number;
}

/** `every 5 steps`, or `every 1 / 5 steps`: five times a step. */
const paceOf = (player: Player, ctx: Context): Pace => {
  if (!player.every) return { every: 1, times: 1 };
  const { span } = player.every;
  const every = asStatic(ctx.shared.run.evaluate(player.every, ctx), span, '`every`');
  if (Number.isInteger(every) && every >= 1) return { every, times: 1 };
  const times = Math.round(1 / every);
  if (every > 0 && every < 1 && Math.abs(every * times - 1) < 1e-6) return { every: 1, times };
  return fail('L0302', span, {
    expected: 'a number of steps, 1 or more, or `1 / n` for n moves a step',
    seen: String(every),
    where: '`every`',
  });
};

const usualRule = (parameters: number, ctx: Context, span: Span): Rule => {
  const call = (name: string, value: Expr): Expr => ({
    kind: 'call',
    callee: { kind: 'name', name, span },
    args: [{ value, span }],
    form: 'plain',
    given: [],
    span,
  });
  const rate = parameters <= fewParameters ? 1e-2 : 1e-3;
  const by = call('adam', call('cosine', { kind: 'number', value: rate, text: String(rate), span }));
  return ruleOf([by], { ...ctx, scope: ctx.shared.library }) as Rule;
};

/** Somebody who moves: what it descends, how, and how often. */
interface Mover {
  readonly name: string;
  readonly built: Built;
  readonly gradients: readonly Node[];
  readonly rule: Rule;
  readonly pace: Pace;
  readonly maximised: boolean;
}

/** The players that duals of divergences bring in, each with its own variables. */
const gameMovers = (games: readonly Game[], built: Built, rule: Rule, ctx: Context): Mover[] =>
  games.map((game) => {
    const own: Built = {
      loss: game.loss.node,
      span: game.problem.span,
      state: { ...built.state, updates: new Map() },
      variables: variablesOf(game.store),
    };
    const maximised = game.sense === 'maximize';
    return {
      name: game.name,
      built: own,
      gradients: gradientsOf(own, maximised, ctx),
      rule: game.by ?? rule,
      pace: paceOf(game.problem.players[0], { ...ctx, scope: game.scope }),
      maximised,
    };
  });

/**
 * Extragradient (Korpelevich 1976): everybody's gradient is taken where all would be after a step from here. The look ahead
 * uses the same rule and leaves its memory alone.
 */
const lookAhead = (movers: readonly Mover[], ctx: Context): Mover[] => {
  const places = new Map<Node, Node>();
  for (const { built, gradients, rule, pace } of movers) {
    const time = { step: pace.times > 1 ? ir.mul(stepInput, ir.scalar(pace.times)) : stepInput, total: totalInput };
    const next = update(built.variables, gradients, rule, time, inProblem(ctx, built.state), built.span);
    for (const v of built.variables) places.set(variableInput(v, ctx), next.get(v) as Node);
  }
  return movers.map((m) => ({ ...m, gradients: ir.substitute(m.gradients, places) }));
};

const gradientSolver = (
  contestants: readonly Contestant[],
  built: readonly Built[],
  rules: readonly Rule[],
  duration: ReturnType<typeof durationOf>,
  ctx: Context,
): Solver => {
  const movers = contestants.flatMap((c, i): Mover[] => {
    const maximised = isMaximised(c.player);
    const grads = gradientsOf(built[i], maximised, ctx);
    checkDependence(built[i], c.bound, grads);
    const own: Mover = {
      name: c.bound.map((b) => b.name).join(', '),
      built: built[i],
      gradients: grads,
      rule: rules[i],
      pace: paceOf(c.player, ctx),
      maximised,
    };
    return [...gameMovers(built[i].state.games, built[i], rules[i], ctx), own];
  });
  const ahead = rules.some((r) => r.transforms.some((t) => t.name === 'extragradient'));
  // Looking ahead for everybody reads the rows of everybody.
  const feeds = feedsOf(new Map(built.flatMap((b) => [...b.state.feeds])).values());
  const players = (ahead ? lookAhead(movers, ctx) : movers).flatMap((m): PlayerStep[] =>
    Array.from({ length: m.pace.times }, (_, turn) => ({
      name: m.name,
      graph: stepGraph(m.built, m.gradients, m.rule, m.pace, turn, ctx),
      feeds: ahead ? feeds : feedsOf(m.built.state.feeds.values()),
      every: m.pace.every,
      sense: m.maximised ? 'maximize' : 'minimize',
    })),
  );
  return { kind: 'gradient', players, steps: duration.steps ?? usualSteps, stepsPerEpoch: duration.stepsPerEpoch };
};

const wordOf = (n: number): string => (n === 1 ? '1 parameter' : `${n.toLocaleString('en')} parameters`);

const describeRule = ({ rule, transforms }: Rule): string => [rule.text, ...transforms.map((t) => t.text)].join(', ');

/** Why the structure does not allow a solver without steps; undefined if it does. */
const obstacle = (contestants: readonly Contestant[], built: Built, parameters: number): string | undefined => {
  if (contestants.length > 1 || built.state.games.length > 0) return 'there are several players';
  if (built.state.updates.size > 0) return 'the model keeps running statistics';
  if (isRandom(built.loss)) return 'the objective is estimated from draws';
  if (
    topological([built.loss]).some(
      (n) => n.operation.op === 'input' && (n.operation.name === 'step' || n.operation.name === 'total'),
    )
  )
    return 'the objective changes with the step';
  if (parameters > smallParameters) return `${wordOf(parameters)} are many`;
  const work = workOf(built.loss);
  if (work > smallWork) return `an evaluation on all rows takes about ${work.toExponential(0)} operations`;
  return undefined;
};

/** `by em`, of the problem or of a player. */
const emOf = (contestants: readonly Contestant[], problem: ProblemExpr, ctx: Context): boolean =>
  [problem.by, ...contestants.map((c) => c.player.by)].some(
    (by) => by.length > 0 && ruleOf(by, inProblem(ctx, newProblem('train', undefined, [])))?.rule.solver === 'em',
  );

export const train = (
  problem: ProblemExpr,
  contestants: readonly Contestant[],
  value: Value | undefined,
  protocol: Extract<ProtocolStep, { kind: 'train' }> | undefined,
  ctx: Context,
  created: Variable[],
): Trained => {
  const data = value?.kind === 'data' ? value : undefined;
  if (data && data.rows === 0)
    fail('L0504', problem.on?.span ?? problem.span, {
      what: `there is nothing to train on: \`${data.name}\` has no rows`,
    });
  const said = problem.by.length > 0 || contestants.some((c) => c.player.by.length > 0);
  const build = (batch: number | undefined): Built[] =>
    contestants.map((c) => objectiveOf(c, value, batch, ctx, created));
  const lossesOf = (built: readonly Built[]) => built.map((b) => ({ node: b.loss, span: b.span }));
  const decisions: Decision[] = [];
  const byPlace = problem.by[0]?.span ?? problem.span;

  if (!said && !problem.batch && problem.duration?.unit !== 'epochs') {
    const [whole] = build(undefined);
    const [{ player, bound }] = contestants;
    const parameters = whole.variables.reduce((n, v) => n + sizeOf(v.shape), 0);
    const against = obstacle(contestants, whole, parameters);
    if (against === undefined) {
      const wrt = inputsOf(whole.variables, ctx);
      const degree = degreeIn(whole.loss, new Set(wrt));
      const grads = gradientsOf(whole, isMaximised(player), ctx);
      checkDependence(whole, bound, grads);
      const loss = isMaximised(player) ? ir.neg(whole.loss) : whole.loss;
      const exact = degree <= 2;
      decisions.push({
        subject: 'solver',
        choice: exact ? 'exact solution' : 'L-BFGS',
        reason: exact
          ? `the objective is quadratic in its ${wordOf(parameters)}, so one linear system solves it`
          : `${wordOf(parameters)}, the same value at every evaluation, and smooth`,
        span: problem.span,
      });
      const graph = graphOf(
        [{ name: 'loss', node: loss }, ...whole.variables.map((v, i) => ({ name: `grad:${v.id}`, node: grads[i] }))],
        commonInputs,
      );
      const solver: Solver = {
        kind: exact ? 'exact' : 'lbfgs',
        graph,
        feeds: feedsOf(whole.state.feeds.values()),
        over: whole.variables.map((v) => v.id),
        sense: isMaximised(player) ? 'maximize' : 'minimize',
        steps: durationOf(problem, protocol, [whole.state], ctx).steps,
      };
      return { solver, loss: lossesOf([whole]), decisions: [...decisions, ...whole.state.decisions] };
    }
    decisions.push({
      subject: 'solver',
      choice: 'Adam with a rate that falls along a cosine',
      reason: against,
      span: problem.span,
    });
  }

  const em = emOf(contestants, problem, ctx);
  if (em) {
    const [contestant] = contestants;
    const whole = objectiveOf(contestant, value, undefined, ctx, created, []);
    const parameters = whole.variables.reduce((n, v) => n + sizeOf(v.shape), 0);
    const against =
      problem.batch || problem.duration?.unit === 'epochs'
        ? 'every turn reads all rows, so there are no batches and epochs'
        : obstacle(contestants, whole, parameters);
    if (against !== undefined) fail('L0602', byPlace, { what: `\`em\` here: ${against}` });
    const inner = inProblem(ctx, whole.state);
    const { steps } = durationOf(problem, protocol, [whole.state], ctx);
    const solver = emSolver(whole, isMaximised(contestant.player), steps, problem, inner);
    decisions.push({
      subject: 'solver',
      choice: 'expectation-maximisation, each M-step by L-BFGS',
      reason: 'the spec says so; the components are summed over exactly',
      span: byPlace,
    });
    return { solver, loss: lossesOf([whole]), decisions: [...decisions, ...whole.state.decisions] };
  }

  const batch = batchOf(problem, data, ctx);
  const built = build(batch);
  const rules = contestants.map((c, i) => {
    const inner = inProblem(ctx, newProblem('train', batch, created));
    const parameters = built[i].variables.reduce((n, v) => n + sizeOf(v.shape), 0);
    return ruleOf(c.player.by.length > 0 ? c.player.by : problem.by, inner) ?? usualRule(parameters, inner, byPlace);
  });
  if (said)
    decisions.push({
      subject: 'solver',
      choice: [...new Set(rules.map(describeRule))].join('; '),
      reason: 'the spec says so',
      span: byPlace,
    });
  else if (!decisions.some((d) => d.subject === 'solver'))
    decisions.push({
      subject: 'solver',
      choice: describeRule(rules[0]),
      reason: 'a batch or a number of epochs is asked for, which steps along gradients need',
      span: problem.span,
    });
  const duration = durationOf(
    problem,
    protocol,
    built.map((b) => b.state),
    ctx,
  );
  if (duration.steps === undefined)
    decisions.push({
      subject: 'duration',
      choice: `${usualSteps} steps`,
      reason: 'the spec does not say how long to train',
      span: problem.span,
    });
  const solver = gradientSolver(contestants, built, rules, duration, ctx);
  return { solver, loss: lossesOf(built), decisions: [...decisions, ...built.flatMap((b) => b.state.decisions)] };
};
