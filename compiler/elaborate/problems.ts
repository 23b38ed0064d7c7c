/**
 * A problem -> a stage: its members are made, its protocol is followed, and every training and evaluation in it becomes a graph.
 */
import type { Condition, Expr, Over, Player, ProblemExpr, Span } from '../../grammar/tree.ts';
import { freeNames, nodes } from '../../grammar/walk.ts';
import { writtenIn } from '../../grammar/written.ts';
import { fail } from '../messages.ts';
import { sizeOf } from '../ir/shape.ts';
import { graphOf } from '../ir/graph.ts';
import type { Node } from '../ir/graph.ts';
import type { Action, Decision, Evaluation, PlayerStep, Solver, Stage, Variable } from '../program.ts';
import { isBuiltinSpace } from '../spaces/names.ts';
import { collector } from './buffers.ts';
import type { Collecting } from './buffers.ts';
import { bind, childScope, Failure, inScope, lookup } from './context.ts';
import type { Contestant } from './built.ts';
import type { Context } from './context.ts';
import { asCount, asStatic, describe } from './describe.ts';
import { newStore, variablesOf } from './members.ts';
import { isKnownIntrinsic } from './intrinsics/index.ts';
import { checkThreshold, mentions, warnOfSeenRows, warnOfSense } from './suspicions.ts';
import { heldOut, leak, markTrained, sharesRows } from './leakage.ts';
import { commonInputs } from './inputs.ts';
import { evaluationValue, feedsOf, inProblem, lossOf, newProblem } from './objectives.ts';
import { consolidate } from './consolidation.ts';
import { measured } from './constraints.ts';
import { nested } from './nested.ts';
import { opened } from './over.ts';
import type { Bound } from './over.ts';
import { known } from './tensors.ts';
import { openDraws } from './sources.ts';
import { train } from './training.ts';
import { tuningOf } from './tuning.ts';
import type { Data, Paradigm, ProtocolStep, StageValue, Tensor, Value } from './values.ts';

/** The name of the member: written, or the one free name of the objective. */
const memberName = (over: Over, player: Player, ctx: Context): string => {
  if (over.name) return over.name.text;
  const taken = new Set(player.over.flatMap((o) => (o.name ? [o.name.text] : [])));
  const where = new Set(player.where.map((w) => w.name.text));
  const known = (name: string): boolean =>
    lookup(ctx.scope, name) !== undefined ||
    taken.has(name) ||
    where.has(name) ||
    supplied.has(name) ||
    isBuiltinSpace(name) ||
    isKnownIntrinsic(name);
  const free = freeNames(player.objective, known);
  if (free.length === 1) return free[0];
  return fail('L0403', over.span, { model: over.domain.kind === 'name' ? over.domain.name : 'the model', free });
};

/** What a problem supplies, and the language. */
const supplied = new Set(['D_tr', 'D_eval', 'missing']);

const openOver = (over: Over, player: Player, ctx: Context, taken: Set<string>): Bound => {
  const name = memberName(over, player, ctx);
  if (taken.has(name)) fail('L0202', over.span, { name });
  taken.add(name);
  return opened(over, name, newStore(name, over.tuning && tuningOf(over.tuning, ctx)), ctx);
};

const paradigmOf = (problem: ProblemExpr, ctx: Context): Paradigm => {
  if (!problem.on) return { kind: 'paradigm', name: '', steps: [] };
  const value = ctx.shared.run.evaluate(problem.on, ctx);
  if (value.kind === 'paradigm') return value;
  // A distribution of tasks, which the objective draws from itself: there is no set to hand out.
  if (value.kind === 'dist' && !value.power && !value.data) return { kind: 'paradigm', name: '', steps: [] };
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

/** Not a name of the spec's own: `as e` does not mean the library's number. */
const isFree = (name: string, ctx: Context): boolean => {
  const value = lookup(ctx.scope, name);
  return value === undefined || value === lookup(ctx.shared.library, name);
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

interface Setting {
  readonly problem: ProblemExpr;
  readonly ctx: Context;
  readonly bound: readonly Bound[];
  readonly created: Variable[];
  readonly decisions: Decision[];
  /** The rows that members were trained on before the problem: where they start from another one. */
  readonly inherited: ReadonlySet<string>;
}

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
  if (compare) checkThreshold(name, value.node, compare, c.compare?.bound.span ?? c.value.span);
  return { name, node: value.node, compare };
};

/** Every condition on one set, constraints first. */
const evaluations = (
  { problem, ctx, bound, decisions }: Setting,
  data: Value | undefined,
  trained: Value | undefined,
): Evaluation[] =>
  [...problem.conditions]
    .sort((a, b) => Number(a.evaluated) - Number(b.evaluated))
    .map((c) => {
      const state = newProblem('eval');
      const scope = childScope(ctx.scope);
      const inner = inProblem(inScope(ctx, scope), state);
      const read = c.value.kind === 'name' || mentions(c.value, 'D_eval');
      const held = data && read ? sampleOf(data, inner, c.value.span) : data;
      if (held) bind(scope, 'D_eval', held);
      if (trained) bind(scope, 'D_tr', trained);
      if (!c.evaluated)
        for (const { name, value } of problem.players[0].where)
          bind(scope, name.text, ctx.shared.run.evaluate(value, inner));
      const { name, node, compare } = conditionAt(c, bound, held, inner);
      decisions.push(
        ...state.decisions.filter(
          (d) => !decisions.some((k) => k.span?.start === d.span?.start && k.choice === d.choice),
        ),
      );
      return {
        name,
        graph: graphOf([{ name: 'value', node }], commonInputs),
        feeds: feedsOf(state.feeds.values()),
        compare,
        span: c.evaluated ? c.value.span : c.span,
      };
    });

const dataOf = (v: Value): Data | undefined => (v.kind === 'data' ? v : undefined);

/** The sets that steps of a kind are about. */
const setsOf = (steps: readonly ProtocolStep[], kind: 'train' | 'eval'): Data[] =>
  steps.flatMap((s) => (s.kind === kind && s.data.kind === 'data' ? [s.data] : []));

/** The steps around one of them, from one restart to the next. */
const betweenRestarts = (steps: readonly ProtocolStep[], step: ProtocolStep): readonly ProtocolStep[] => {
  const at = steps.indexOf(step);
  const from = steps.slice(0, at).findLastIndex((s) => s.kind === 'restart') + 1;
  const to = steps.findIndex((s, i) => i > at && s.kind === 'restart');
  return steps.slice(from, to < 0 ? steps.length : to);
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

/** The steps with those inside of others. */
const flat = (steps: readonly ProtocolStep[]): ProtocolStep[] =>
  steps.flatMap((s) => (s.kind === 'repeat' || s.kind === 'every' ? flat(s.steps) : [s]));

/** `every` of what happens in the first step alone. */
const onlyFirst = Number.MAX_SAFE_INTEGER;

/** Follows the protocol. */
const actionsOf = (setting: Setting, steps: readonly ProtocolStep[], contestants: readonly Contestant[]): Action[] => {
  const { problem, created } = setting;
  const actions: Action[] = [];
  const { shared } = setting.ctx;
  let trained: Value | undefined;
  // A set that is evaluated again, in another round of the protocol, is read by the same graphs.
  const known = new Map<Value | undefined, Evaluation[]>();
  const readsRows = mentions(problem.conditions, 'D_tr') || mentions(problem.players[0].where, 'D_tr');
  const evaluate = (data: Value | undefined, label?: string, every?: number): void => {
    const found = (readsRows ? undefined : known.get(data)) ?? evaluations(setting, data, trained);
    known.set(data, found);
    if (found.length > 0) actions.push({ kind: 'eval', label, evaluations: found, ...(every && { every }) });
  };
  const collectors: PlayerStep[] = [];
  const collect = (step: Collecting, every: number): void => {
    collectors.push(collector(step, every, setting.ctx));
  };
  const doTrain = (data: Value | undefined, step?: Extract<ProtocolStep, { kind: 'train' }>): void => {
    const { solver, loss, decisions } = train(problem, contestants, data, step, setting.ctx);
    const own = new Set(created.map((v) => v.id));
    const near = step ? betweenRestarts(steps, step) : steps;
    const held = heldOut(setsOf(near, 'eval'), setsOf(near, 'train'), shared);
    for (const { node, span } of loss) {
      const what = leak(node, data && dataOf(data), held, own, shared);
      if (what) fail('L0404', span, { set: what });
      const start = contestants.flatMap((c) => c.player.over).find((o) => o.from);
      if (start && sharesRows(setting.inherited, held, shared))
        fail('L0404', start.span, { set: 'it starts from a member that was trained on the held-out rows' });
      markTrained(node, data && dataOf(data), own, shared);
    }
    if (loss.length === 1 && contestants.length === 1)
      warnOfSense(loss[0].node, contestants[0].player, contestants[0].bound, setting.ctx);
    setting.decisions.push(
      ...decisions.filter(
        (d) =>
          !setting.decisions.some(
            (k) => k.subject === d.subject && k.choice === d.choice && k.span?.start === d.span?.start,
          ),
      ),
    );
    if (collectors.length > 0 && solver.kind !== 'gradient')
      fail('L0602', step?.span ?? problem.span, { what: 'rows are collected, but the objective does not read them' });
    const acting: Solver =
      solver.kind === 'gradient' ? { ...solver, players: [...collectors.splice(0), ...solver.players] } : solver;
    actions.push({
      kind: 'train',
      label: contestants.map((c) => c.bound.map((b) => b.name).join(', ')).join(' | '),
      solver: acting,
    });
    trained = data;
  };
  const repeat = (inside: readonly ProtocolStep[]): void => {
    const training = inside.find((s) => s.kind === 'train');
    if (training?.kind !== 'train') throw new Error('internal: nothing is trained in a `repeat`');
    for (const s of inside) if (s.kind === 'collect') collect(s, training.count ?? 1);
    // its steps are those of one round: the problem's `for` says how many there are in all
    doTrain(training.data, { ...training, count: undefined, unit: undefined });
    for (const s of inside)
      if (s.kind === 'every') for (const e of s.steps) if (e.kind === 'eval') evaluate(e.data, e.label, s.count);
  };
  for (const [i, step] of steps.entries()) {
    if (step.kind === 'train') {
      doTrain(step.data, step);
      const data = dataOf(step.data);
      const more = steps.slice(i + 1).some((s) => s.kind === 'train');
      if (data && more) actions.push(...contestants.flatMap((c) => consolidate(c, data, setting.ctx) ?? []));
    } else if (step.kind === 'eval') evaluate(step.data, step.label);
    else if (step.kind === 'collect') collect(step, onlyFirst);
    else if (step.kind === 'repeat') repeat(step.steps);
    else actions.push({ kind: 'restart' });
  }
  if (steps.length === 0) doTrain(undefined);
  if (!flat(steps).some((s) => s.kind === 'eval')) evaluate(undefined);
  return actions;
};

const membersOf = (bound: readonly Bound[]) =>
  bound.map((b) => ({
    name: b.name,
    model: b.model,
    parameters: variablesOf(b.store).reduce((n, v) => n + sizeOf(v.shape), 0),
  }));

/** A problem as an expression: the first player's objective at the members that were found. */
const optimum = (problem: ProblemExpr, data: Value | undefined, inside: Context, at: Context): Tensor => {
  const [player] = problem.players;
  const scope = childScope(inside.scope);
  const ctx = inScope(at, scope);
  if (data) bind(scope, 'D_tr', data);
  for (const { name, value } of player.where) bind(scope, name.text, at.shared.run.evaluate(value, ctx));
  return lossOf(player.objective, ctx);
};

/** Where the first thing fails the second is looked at as well: its errors are its own. */
const andAlso = <T>(first: () => T, second: () => unknown): T => {
  try {
    return first();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    try {
      second();
    } catch (more) {
      if (more instanceof Failure) throw new Failure([...error.diagnostics, ...more.diagnostics]);
    }
    throw error;
  }
};

export const solve = (problem: ProblemExpr, ctx: Context, name: string | undefined): Value => {
  if (ctx.problem) return nested(problem, ctx);
  const { shared } = ctx;
  const id = `stage${shared.counters.stage++}`;
  const created: Variable[] = [];
  const decisions: Decision[] = [];
  const scope = childScope(ctx.scope);
  const inner: Context = { ...inScope(ctx, scope), created };
  const taken = new Set<string>();
  const entered = (): Contestant[] =>
    problem.players.map((player) => {
      if (player.over.length === 0)
        return fail('L0602', player.span, { what: 'a problem without `over`: what may change?' });
      return { player, bound: player.over.map((over) => openOver(over, player, inner, taken)) };
    });
  const contestants = andAlso(entered, () => problem.on && shared.run.evaluate(problem.on, inner));
  const bound = contestants.flatMap((c) => [...c.bound]);
  for (const b of bound) bind(scope, b.name, b.value);
  checkObjectives(problem);
  const paradigm = paradigmOf(problem, inner);
  if (paradigm.steps.length > 0 && !flat(paradigm.steps).some((s) => s.kind === 'train'))
    fail('L0406', problem.on?.span, { what: `\`${paradigm.name}\` never trains: its protocol has no \`train on\`` });
  const sets = setsOf(paradigm.steps, 'train');
  const sizes = sets.map((d) => d.rows);
  if (sets.length > 0)
    for (const { store } of bound) store.rows = { data: sets[0], most: Math.max(...sizes), least: Math.min(...sizes) };
  const inherited = new Set(created.flatMap((v) => [...(shared.trainedOn.get(v.id) ?? [])]));
  const setting: Setting = { problem, ctx: inner, bound, created, decisions, inherited };
  const actions = actionsOf(setting, paradigm.steps, contestants);
  warnOfSeenRows(problem, inner);
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
  const lastTrain = flat(paradigm.steps).findLast((s) => s.kind === 'train');
  const lastEval = flat(paradigm.steps).findLast((s) => s.kind === 'eval');
  const value: StageValue = {
    kind: 'stage',
    id,
    members: new Map(bound.map((b) => [b.name, b.value])),
    train: lastTrain && 'data' in lastTrain ? dataOf(lastTrain.data) : undefined,
    evaluation: lastEval && 'data' in lastEval ? dataOf(lastEval.data) : undefined,
    value: (at) => optimum(problem, lastTrain && 'data' in lastTrain ? lastTrain.data : undefined, inner, at),
  };
  const argument = ['argmin', 'argmax'].includes(problem.players[0].sense);
  if (argument) return bound.length === 1 ? bound[0].value : { kind: 'tuple', items: bound.map((b) => b.value) };
  return value;
};
