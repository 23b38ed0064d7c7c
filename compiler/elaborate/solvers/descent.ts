/** Steps along gradients: every player's objective with its gradient and update as one graph. */
import type { Span } from '../../../grammar/span.ts';
import type { Expr } from '../../../grammar/tree/expressions.ts';
import * as ir from '../../ir/build.ts';
import { graphOf } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import type { PlayerStep, Solver, Variable } from '../../program.ts';
import { checkDependence, gradientsOf, isMaximised } from '../problems/built.ts';
import type { Built } from '../problems/built.ts';
import { augmented, multiplierUpdates } from '../problems/constraints.ts';
import type { Constrained, Projection } from '../problems/constraints.ts';
import type { Context, Game } from '../context.ts';
import { commonInputs, stepInput, totalInput } from '../members/inputs.ts';
import { variablesOf } from '../members/stores.ts';
import { feedsOf, inProblem } from '../problems/objectives.ts';
import { ruleOf, update } from './optimisers.ts';
import type { Contestant } from '../problems/over.ts';
import { paceOf } from './pace.ts';
import type { Duration, Pace } from './pace.ts';
import { renewed } from '../members/times.ts';
import { variableInput } from '../members/variables.ts';
import type { Rule } from '../values/values.ts';

/** Steps of Adam where nobody says how many. */
export const usualSteps = 2_000;
/** Up to so many parameters larger steps are safe: linear models, mixtures, small networks. */
const fewParameters = 10_000;
/** A family's own parameters, which may be far from where they start: see decision 017. */
const handful = 30;

/** Adam, with a rate that falls along a cosine. `alone`: no other player has to keep up. */
export const usualRule = (parameters: number, alone: boolean, ctx: Context, span: Span): Rule => {
  const call = (name: string, value: Expr): Expr => ({
    kind: 'call',
    callee: { kind: 'name', name, span },
    args: [{ value, span }],
    form: 'plain',
    given: [],
    span,
  });
  const rate = alone && parameters <= handful ? 1e-1 : parameters <= fewParameters ? 1e-2 : 1e-3;
  const by = call('adam', call('cosine', { kind: 'number', value: rate, text: String(rate), span }));
  return ruleOf([by], { ...ctx, scope: ctx.shared.library }) as Rule;
};

export const describeRule = ({ rule, transforms }: Rule): string =>
  [rule.text, ...transforms.map((t) => t.text)].join(', ');

/** Somebody who moves: what it descends, how, and how often. */
interface Mover {
  readonly name: string;
  readonly built: Built;
  readonly gradients: readonly Node[];
  readonly rule: Rule;
  readonly pace: Pace;
  readonly maximised: boolean;
}

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

/** The contestants' own moves, those of the players that their duals bring in before them. */
const moversOf = (
  contestants: readonly Contestant[],
  built: readonly Built[],
  rules: readonly Rule[],
  rest: Constrained | undefined,
  ctx: Context,
): Mover[] =>
  contestants.flatMap((c, i): Mover[] => {
    const maximised = isMaximised(c.player);
    const alone = gradientsOf(built[i], maximised, ctx);
    checkDependence(built[i], alone, ctx);
    const own: Mover = {
      name: c.bound.map((b) => b.name).join(', '),
      built: built[i],
      gradients: rest
        ? gradientsOf({ ...built[i], loss: augmented(built[i].loss, rest, maximised, ctx) }, maximised, ctx)
        : alone,
      rule: rules[i],
      pace: paceOf(c.player, ctx),
      maximised,
    };
    return [...gameMovers(built[i].state.games, built[i], rules[i], ctx), own];
  });

export const gradientSolver = (
  contestants: readonly Contestant[],
  built: readonly Built[],
  rules: readonly Rule[],
  duration: Duration,
  kept: { readonly projections: readonly Projection[]; readonly rest: Constrained } | undefined,
  ctx: Context,
): Solver => {
  const inner = inProblem(ctx, built[0].state);
  if (kept) for (const [id, node] of multiplierUpdates(kept.rest, inner)) built[0].state.updates.set(id, node);
  const movers = moversOf(contestants, built, rules, kept?.rest, ctx);
  const ahead = rules.some((r) => r.transforms.some((t) => t.name === 'extragradient'));
  // Looking ahead for everybody reads the rows of everybody, and so does a constraint that holds for all.
  const together = ahead || (kept !== undefined && kept.rest.constraints.length > 0);
  const feeds = feedsOf(new Map(built.flatMap((b) => [...b.state.feeds])).values());
  const players = (ahead ? lookAhead(movers, ctx) : movers).flatMap((m): PlayerStep[] =>
    Array.from({ length: m.pace.times }, (_, turn) => ({
      name: m.name,
      graph: stepGraph(m, turn, kept?.projections ?? [], ctx),
      gradients: graphOf(m.built.variables.map((v, i) => ({ name: `grad:${v.id}`, node: m.gradients[i] }))),
      feeds: together ? feeds : feedsOf(m.built.state.feeds.values()),
      every: m.pace.every,
      sense: m.maximised ? 'maximize' : 'minimize',
    })),
  );
  return { kind: 'gradient', players, steps: duration.steps ?? usualSteps, stepsPerEpoch: duration.stepsPerEpoch };
};
