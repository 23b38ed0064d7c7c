/**
 * A problem -> a stage: its members are made, its protocol is followed, and every training and evaluation in it becomes a graph.
 */
import type { Expr, Over, Player, ProblemExpr } from '../../grammar/tree.ts';
import { freeNames } from '../explain/walk.ts';
import { fail } from '../messages.ts';
import { sizeOf } from '../ir/shape.ts';
import { graphOf } from '../ir/graph.ts';
import type { Action, Decision, Evaluation, Stage, Variable } from '../program.ts';
import { printSpace } from '../spaces/space.ts';
import { bind, childScope, inScope, lookup } from './context.ts';
import type { Context, ProblemContext } from './context.ts';
import { asCount, asStatic, describe } from './describe.ts';
import { newStore, pointParameter, variablesOf } from './members.ts';
import { isKnownIntrinsic } from './intrinsics/index.ts';
import { leak } from './leakage.ts';
import { commonInputs, evaluationValue, feedsOf, inProblem, newProblem } from './objectives.ts';
import { nested } from './nested.ts';
import { train } from './training.ts';
import type { Contestant } from './training.ts';
import { copyStart } from './start.ts';
import type { Data, Paradigm, ProtocolStep, StageValue, Store, Value } from './values.ts';

/** The name of the member: written, or the one free name of the objective. */
const memberName = (over: Over, player: Player, ctx: Context): string => {
  if (over.name) return over.name.text;
  const taken = new Set(player.over.flatMap((o) => (o.name ? [o.name.text] : [])));
  const where = new Set(player.where.map((w) => w.name.text));
  const known = (name: string): boolean =>
    lookup(ctx.scope, name) !== undefined ||
    taken.has(name) ||
    where.has(name) ||
    isReserved(name) ||
    isKnownIntrinsic(name);
  const free = freeNames(player.objective, known);
  if (free.length === 1) return free[0];
  return fail('L0403', over.span, { model: over.domain.kind === 'name' ? over.domain.name : 'the model', free });
};

const reserved = new Set([
  'D_tr',
  'D_eval',
  'missing',
  'R',
  'Positive',
  'Bit',
  'Nat',
  'Int',
  'Circle',
  'Interval',
  'Class',
  'Simplex',
  'Sphere',
  'Ball',
  'Seq',
  'Set',
  'Dist',
  'Sampler',
]);
const isReserved = (name: string): boolean => reserved.has(name);

interface Bound {
  readonly name: string;
  readonly value: Value;
  readonly store: Store;
  readonly model: string;
}

/** `f in M`, `z in R[2]`, `g in M from f` */
const openOver = (over: Over, player: Player, ctx: Context, taken: Set<string>): Bound => {
  const name = memberName(over, player, ctx);
  if (over.tuning) fail('L0601', over.tuning.span, { what: '`tuning`' });
  if (taken.has(name)) fail('L0202', over.span, { name });
  taken.add(name);
  const domain = ctx.shared.run.evaluate(over.domain, ctx);
  const store = newStore(name);
  switch (domain.kind) {
    case 'model': {
      if (over.from) copyStart(store, ctx.shared.run.evaluate(over.from, ctx), ctx, over.from.span);
      return {
        name,
        value: { kind: 'member', model: domain, store },
        store,
        model: over.domain.span ? textOf(over.domain, ctx) : '',
      };
    }
    case 'space': {
      if (domain.space.kind !== 'tensor')
        return fail('L0302', over.domain.span, {
          expected: 'a space of numbers',
          seen: printSpace(domain.space),
          where: '`over`',
        });
      const value = pointParameter(name, domain.space, store, ctx, over.span);
      return { name, value, store, model: printSpace(domain.space) };
    }
    default:
      return fail('L0302', over.domain.span, {
        expected: 'a model, or a space',
        seen: describe(domain),
        where: '`over`',
      });
  }
};

export const textOf = (e: Expr, ctx: Context): string =>
  (ctx.shared.sources.get(e.span.file) ?? '').slice(e.span.start, e.span.end).replace(/\s+/g, ' ');

const paradigmOf = (problem: ProblemExpr, ctx: Context): Paradigm => {
  if (!problem.on) return { kind: 'paradigm', name: '', steps: [] };
  const value = ctx.shared.run.evaluate(problem.on, ctx);
  if (value.kind === 'paradigm') return value;
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
  });
};

const evaluationName = (e: Expr, ctx: Context): string => textOf(e, ctx);

const labelOf = (as: Expr, ctx: Context): string => {
  if (as.kind === 'name' && lookup(ctx.scope, as.name) === undefined) return as.name;
  if (as.kind === 'string') return as.value;
  const value = ctx.shared.run.evaluate(as, ctx);
  if (value.kind === 'text') return value.text;
  if (value.kind === 'tensor') return String(asStatic(value, as.span, 'the name of an evaluation'));
  return as.kind === 'name' ? as.name : textOf(as, ctx);
};

interface Setting {
  readonly problem: ProblemExpr;
  readonly ctx: Context;
  readonly bound: readonly Bound[];
  readonly created: Variable[];
  readonly decisions: Decision[];
}

/** Every `eval` of the conditions on one set. */
const evaluations = (
  { problem, ctx, bound, created, decisions }: Setting,
  data: Value | undefined,
  trained: Value | undefined,
): Evaluation[] =>
  problem.conditions
    .filter((c) => c.evaluated)
    .map((c) => {
      const state = newProblem('eval', undefined, created);
      const scope = childScope(ctx.scope);
      if (data) bind(scope, 'D_eval', data);
      if (trained) bind(scope, 'D_tr', trained);
      const inner = inProblem(inScope(ctx, scope), state);
      const value = evaluationValue(
        c.value,
        bound.map((b) => b.value),
        data,
        inner,
      );
      const compare = c.compare && {
        op: c.compare.op,
        bound: asStatic(ctx.shared.run.evaluate(c.compare.bound, inner), c.compare.bound.span, 'a threshold'),
      };
      const name = c.as ? labelOf(c.as, inner) : evaluationName(c.value, ctx);
      decisions.push(
        ...state.decisions.filter(
          (d) => !decisions.some((k) => k.span?.start === d.span?.start && k.choice === d.choice),
        ),
      );
      return {
        name,
        graph: graphOf([{ name: 'value', node: value.node }], commonInputs),
        feeds: feedsOf(state.feeds.values()),
        compare,
        span: c.value.span,
      };
    });

const dataOf = (v: Value): Data | undefined => (v.kind === 'data' ? v : undefined);

/** Follows the protocol. */
const actionsOf = (setting: Setting, steps: readonly ProtocolStep[], contestants: readonly Contestant[]): Action[] => {
  const { problem, created } = setting;
  const actions: Action[] = [];
  const held = steps.flatMap((s) => (s.kind === 'eval' ? (dataOf(s.data) ? [dataOf(s.data) as Data] : []) : []));
  let trained: Value | undefined;
  const evaluate = (data: Value | undefined, label?: string): void => {
    const found = evaluations(setting, data, trained);
    if (found.length > 0) actions.push({ kind: 'eval', label, evaluations: found });
  };
  const doTrain = (data: Value | undefined, step?: Extract<ProtocolStep, { kind: 'train' }>): void => {
    const { solver, loss, decisions } = train(problem, contestants, data, step, setting.ctx, created);
    for (const { node, span } of loss) {
      const what = leak(node, data && dataOf(data), held, setting.ctx.shared);
      if (what) fail('L0404', span, { set: what });
    }
    setting.decisions.push(
      ...decisions.filter(
        (d) =>
          !setting.decisions.some(
            (k) => k.subject === d.subject && k.choice === d.choice && k.span?.start === d.span?.start,
          ),
      ),
    );
    actions.push({
      kind: 'train',
      label: contestants.map((c) => c.bound.map((b) => b.name).join(', ')).join(' | '),
      solver,
    });
    trained = data;
  };
  for (const step of steps) {
    if (step.kind === 'train') doTrain(step.data, step);
    else if (step.kind === 'eval') evaluate(step.data, step.label);
    else actions.push({ kind: 'restart' });
  }
  if (steps.length === 0) doTrain(undefined);
  if (!steps.some((s) => s.kind === 'eval')) evaluate(undefined);
  return actions;
};

const membersOf = (bound: readonly Bound[]) =>
  bound.map((b) => ({
    name: b.name,
    model: b.model,
    parameters: variablesOf(b.store).reduce((n, v) => n + sizeOf(v.shape), 0),
  }));

export const solve = (problem: ProblemExpr, ctx: Context, name: string | undefined): Value => {
  if (ctx.problem) return nested(problem, ctx);
  const { shared } = ctx;
  const id = `stage${shared.counters.stage++}`;
  const created: Variable[] = [];
  const decisions: Decision[] = [];
  const scope = childScope(ctx.scope);
  const making: ProblemContext = newProblem('train', undefined, created);
  const inner = { ...inScope(ctx, scope), problem: undefined };
  const outer: Context = { ...inner, problem: making };
  const taken = new Set<string>();
  const contestants = problem.players.map((player): Contestant => {
    if (player.over.length === 0)
      return fail('L0602', player.span, { what: 'a problem without `over`: what may change?' });
    const bound = player.over.map((over) => openOver(over, player, outer, taken));
    return { player, bound };
  });
  const bound = contestants.flatMap((c) => [...c.bound]);
  for (const b of bound) bind(scope, b.name, b.value);
  for (const c of problem.conditions)
    if (!c.evaluated)
      fail(
        'L0601',
        c.span,
        { what: 'a constraint on the solution' },
        { help: 'to measure it, write `eval` before it' },
      );
  const paradigm = paradigmOf(problem, inner);
  const setting: Setting = { problem, ctx: inner, bound, created, decisions };
  const actions = actionsOf(setting, paradigm.steps, contestants);
  const seeds = problem.seeds ? asCount(shared.run.evaluate(problem.seeds, inner), problem.seeds.span, '`seeds`') : 1;
  if (seeds < 1)
    fail('L0302', problem.seeds?.span ?? problem.span, {
      expected: 'at least 1',
      seen: String(seeds),
      where: '`seeds`',
    });
  const seed = problem.seed
    ? asCount(shared.run.evaluate(problem.seed, inner), problem.seed.span, '`seed`')
    : undefined;
  const stageName = name ?? ctx.naming ?? 'problem';
  const stage: Stage = {
    id,
    name: stageName,
    span: problem.span,
    variables: created.map((v) => v.id),
    members: membersOf(bound),
    actions,
    decisions,
    seed,
    seeds,
    formula: { unicode: '', latex: '' },
  };
  shared.stages.push(stage);
  const lastTrain = paradigm.steps.findLast((s) => s.kind === 'train');
  const lastEval = paradigm.steps.findLast((s) => s.kind === 'eval');
  const value: StageValue = {
    kind: 'stage',
    id,
    members: new Map(bound.map((b) => [b.name, b.value])),
    train: lastTrain && 'data' in lastTrain ? dataOf(lastTrain.data) : undefined,
    evaluation: lastEval && 'data' in lastEval ? dataOf(lastEval.data) : undefined,
  };
  const argument = ['argmin', 'argmax'].includes(problem.players[0].sense);
  if (argument) return bound.length === 1 ? bound[0].value : { kind: 'tuple', items: bound.map((b) => b.value) };
  return value;
};

export type { Bound };
