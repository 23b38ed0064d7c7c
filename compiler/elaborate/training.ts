/**
 * A training: every player's objective with its gradient and update as one graph; or, where the structure allows, a solver that
 * needs no steps. Without `by` the structure decides, and the reason is kept.
 */
import type { Expr, Player, ProblemExpr, Span } from '../../grammar/tree.ts';
import * as ir from '../ir/build.ts';
import { graphOf } from '../ir/graph.ts';
import type { Node } from '../ir/graph.ts';
import { fail } from '../messages.ts';
import type { Decision, PlayerStep, Solver, Variable } from '../program.ts';
import { checkDependence, gradientsOf, isMaximised, objectiveOf, parametersOf } from './built.ts';
import type { Built, Contestant } from './built.ts';
import { augmented, constraintsOf, decision, hasConstraints, multiplierUpdates, projected } from './constraints.ts';
import type { Constrained, Projection } from './constraints.ts';
import { enumerated, hasChoices } from './enumerated.ts';
import type { Context, Game, ProblemContext } from './context.ts';
import { asCount, asStatic } from './describe.ts';
import { commonInputs, stepInput, totalInput } from './inputs.ts';
import { variablesOf } from './members.ts';
import { feedsOf, inProblem, newProblem } from './objectives.ts';
import { ruleOf, update } from './optimisers.ts';
import type { Rule } from './optimisers.ts';
import { renewed } from './times.ts';
import type { Data, ProtocolStep, Value } from './values.ts';
import { variableInput } from './variables.ts';
import { alternating, constraintObstacle, fittedSolver, obstacle, structured, underConstraints } from './whole.ts';

export interface Trained {
  readonly solver: Solver;
  /** What must not read evaluation data. */
  readonly loss: readonly { readonly node: Node; readonly span: Span }[];
  readonly decisions: readonly Decision[];
}

/** Sets up to this size are used whole where no batch is asked for. */
const wholeUpTo = 1024;
const usualBatch = 128;
/** Steps of Adam where nobody says how many. */
const usualSteps = 2_000;
/** Up to so many parameters larger steps are safe: linear models, mixtures, small networks. */
const fewParameters = 10_000;

const batchOf = (problem: ProblemExpr, data: Data | undefined, ctx: Context): number | undefined => {
  if (problem.batch) {
    const batch = asCount(ctx.shared.run.evaluate(problem.batch, ctx), problem.batch.span, '`batch`');
    if (batch < 1) fail('L0302', problem.batch.span, { expected: 'at least 1', seen: String(batch), where: '`batch`' });
    return batch;
  }
  return data && data.rows > wholeUpTo ? usualBatch : undefined;
};

/**
 * Those whose update is looked at: all, or for a quick look one of each shape under each rule, since what is wrong with the update of
 * one is wrong with that of all.
 */
const lookedAt = ({ variables }: Built, { rule, transforms }: Rule, ctx: Context): number[] => {
  const { postponed } = ctx.shared;
  const all = variables.map((_, i) => i);
  if (!postponed) return all;
  const by = [rule, ...transforms].map((r) => r.text).join();
  return all.filter((i) => {
    const key = `${by} ${variables[i].shape.join()}`;
    return !postponed.updates.has(key) && postponed.updates.add(key);
  });
};

/** One player's step as a graph; `turn`: which of its moves within the step. */
const stepGraph = (
  { built, gradients: grads, rule, pace: { every, times } }: Mover,
  turn: number,
  projections: readonly Projection[],
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
  const moved = lookedAt(built, rule, ctx);
  const next =
    moved.length === 0
      ? new Map<Variable, Node>()
      : update(
          moved.map((i) => built.variables[i]),
          moved.map((i) => grads[i]),
          rule,
          time,
          inner,
          built.span,
        );
  for (const { variable, onto } of projections) {
    const node = next.get(variable);
    if (node) next.set(variable, onto(node));
  }
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
      variables: game.stores.flatMap(variablesOf),
      bound: [],
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

/** What keeps the members inside of the constraints. */
interface Bounds {
  readonly projections: readonly Projection[];
  readonly rest?: Constrained;
}

const gradientSolver = (
  contestants: readonly Contestant[],
  built: readonly Built[],
  rules: readonly Rule[],
  duration: ReturnType<typeof durationOf>,
  { projections, rest }: Bounds,
  ctx: Context,
): Solver => {
  const inner = inProblem(ctx, built[0].state);
  if (rest) for (const [id, node] of multiplierUpdates(rest, inner)) built[0].state.updates.set(id, node);
  const movers = contestants.flatMap((c, i): Mover[] => {
    const maximised = isMaximised(c.player);
    const alone = gradientsOf(built[i], maximised, ctx);
    checkDependence(built[i], alone);
    const grads = rest
      ? gradientsOf({ ...built[i], loss: augmented(built[i].loss, rest, maximised, inner) }, maximised, ctx)
      : alone;
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
      graph: stepGraph(m, turn, projections, ctx),
      gradients: graphOf(m.built.variables.map((v, i) => ({ name: `grad:${v.id}`, node: m.gradients[i] }))),
      feeds: ahead ? feeds : feedsOf(m.built.state.feeds.values()),
      every: m.pace.every,
      sense: m.maximised ? 'maximize' : 'minimize',
    })),
  );
  return { kind: 'gradient', players, steps: duration.steps ?? usualSteps, stepsPerEpoch: duration.stepsPerEpoch };
};

const describeRule = ({ rule, transforms }: Rule): string => [rule.text, ...transforms.map((t) => t.text)].join(', ');

/** A class of the library whose members are fitted. */
const isFitted = ({ value }: Contestant['bound'][number]): boolean =>
  value.kind === 'member' && value.model.declaration.span.file.endsWith('fitted.learn');

export const train = (
  problem: ProblemExpr,
  contestants: readonly Contestant[],
  value: Value | undefined,
  protocol: Extract<ProtocolStep, { kind: 'train' }> | undefined,
  ctx: Context,
): Trained => {
  const data = value?.kind === 'data' ? value : undefined;
  if (data && data.rows === 0)
    fail('L0504', problem.on?.span ?? problem.span, {
      what: `there is nothing to train on: \`${data.name}\` has no rows`,
    });
  const statedBy = contestants.map(({ player }) => {
    const inner = inProblem(ctx, newProblem('train'));
    return ruleOf(player.by.length > 0 ? player.by : problem.by, inner);
  });
  const said = problem.by.length > 0 || contestants.some((c) => c.player.by.length > 0);
  const decisions: Decision[] = [];
  const byPlace = problem.by[0]?.span ?? problem.span;
  const [{ player }] = contestants;
  const inBatches = problem.batch !== undefined || problem.duration?.unit === 'epochs';
  const taskOf = (built: Built) => ({
    built,
    maximised: isMaximised(player),
    steps: durationOf(problem, protocol, [built.state], ctx).steps,
  });
  if (hasConstraints(problem) && contestants.length > 1)
    fail('L0601', problem.conditions[0].span, { what: 'a constraint in a game of several players' });
  const trained = (solver: Solver, built: readonly Built[], constrained?: Constrained): Trained => ({
    solver,
    loss: [
      ...built.map((b) => ({ node: b.loss, span: b.span })),
      ...(constrained?.constraints ?? []).map((c) => ({ node: c.excess, span: c.condition.span })),
    ],
    decisions: [...decisions, ...built.flatMap((b) => b.state.decisions)],
  });

  if (contestants.length === 1 && contestants[0].bound.some((b) => isFitted(b))) {
    const [whole] = contestants.map((c) => objectiveOf(c, value, undefined, ctx));
    const solver = fittedSolver(taskOf(whole), data);
    if (solver) {
      if (hasConstraints(problem))
        fail('L0602', byPlace, { what: 'a constraint on a member that is fitted to the rows' });
      if (said)
        fail('L0602', byPlace, { what: 'an update rule for a member that is fitted to the rows, not descended' });
      const { id, name, rows, leaves } = data as Data;
      ctx.shared.data.set(id, { id, name, rows, leaves });
      decisions.push({
        subject: 'solver',
        choice: 'fitted to the rows',
        reason: 'the class has no fixed number of parameters: its members are made from the training rows',
        span: problem.span,
      });
      return trained(solver, [whole]);
    }
  }

  if (!said && !inBatches) {
    const [whole] = contestants.map((c) => objectiveOf(c, value, undefined, ctx));
    if (contestants.length === 1 && hasChoices(whole)) {
      const { solver, decision } = enumerated(problem, taskOf(whole), ctx);
      decisions.push({ ...decision, span: problem.span });
      return trained(solver, [whole]);
    }
    const constrained = constraintsOf(problem, whole, 'turns', ctx);
    const against = obstacle(contestants.length, whole) ?? (constrained && constraintObstacle(whole, constrained));
    if (against === undefined && constrained) {
      decisions.push({
        subject: 'solver',
        choice: 'augmented Lagrangian, each turn by L-BFGS',
        reason: 'the solution is constrained, and the objective is small and the same at every evaluation',
        span: problem.span,
      });
      return trained(underConstraints(taskOf(whole), constrained, inProblem(ctx, whole.state)), [whole], constrained);
    }
    if (against === undefined) {
      const { solver, decision } = structured(taskOf(whole), ctx);
      decisions.push({ ...decision, span: problem.span });
      return trained(solver, [whole]);
    }
    decisions.push({
      subject: 'solver',
      choice: 'Adam with a rate that falls along a cosine',
      reason: against,
      span: problem.span,
    });
  }

  if (statedBy.some((rule) => rule?.rule.solver === 'em')) {
    const posteriors: Node[] = [];
    const whole = objectiveOf(contestants[0], value, undefined, ctx, { posteriors });
    const against = inBatches
      ? 'every turn reads all rows, so there are no batches and epochs'
      : obstacle(contestants.length, whole);
    if (against !== undefined) fail('L0602', byPlace, { what: `\`em\` here: ${against}` });
    if (hasConstraints(problem)) fail('L0602', byPlace, { what: '`em` under a constraint on the solution' });
    if (posteriors.length === 0)
      fail(
        'L0602',
        byPlace,
        {
          what: '`em` without a latent variable: the objective has no log density of a mixture, or of a program that draws one of finitely many values',
        },
        { help: 'leave `by` out, and the compiler chooses a solver' },
      );
    const solver = alternating(taskOf(whole), posteriors, inProblem(ctx, whole.state));
    decisions.push({
      subject: 'solver',
      choice: 'expectation-maximisation, each M-step by L-BFGS',
      reason: 'the spec says so; the components are summed over exactly',
      span: byPlace,
    });
    return trained(solver, [whole]);
  }

  const batch = batchOf(problem, data, ctx);
  const built = contestants.map((c) => objectiveOf(c, value, batch, ctx));
  const rules = statedBy.map((rule, i) => rule ?? usualRule(parametersOf(built[i]), ctx, byPlace));
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
  const constrained = constraintsOf(problem, built[0], 'steps', ctx);
  const {
    projections,
    rest,
    decisions: projectedBy,
  } = constrained ? projected(constrained, built[0], ctx) : { projections: [], rest: undefined, decisions: [] };
  decisions.push(...projectedBy);
  for (const c of rest?.constraints ?? [])
    decisions.push(decision(c, 'augmented Lagrangian, its multiplier moved in every step', 'training goes by steps'));
  const solver = gradientSolver(contestants, built, rules, duration, { projections, rest }, ctx);
  return trained(solver, built, constrained);
};
