/** A protocol followed: what is to be done, each training and evaluation as graphs. */
import type { Condition, ProblemExpr } from '../../../grammar/tree/problems.ts';
import { andAlso } from '../../failure.ts';
import { fail } from '../../messages.ts';
import type { Action, Decision, Evaluation, PlayerStep } from '../../program.ts';
import { collector } from './buffers.ts';
import { consolidate } from './consolidation.ts';
import type { Context } from '../context.ts';
import { checkStart } from '../problems/begins.ts';
import { evaluationsOf } from '../problems/evaluations.ts';
import { heldOut, leak, markTrained, sharesRows } from '../data/leakage.ts';
import type { Contestant } from '../problems/over.ts';
import { betweenRestarts, dataOf, flat, setsOf } from './steps.ts';
import { checkDomains } from '../problems/outside.ts';
import { mentions, warnOfSamePlayers, warnOfSeenRows, warnOfSense } from '../problems/suspicions.ts';
import { train } from '../solvers/training.ts';
import type { Trained } from '../solvers/training.ts';
import type { Data, ProtocolStep, TrainStep, Value } from '../values/values.ts';

/** A problem while its protocol is followed. */
interface Followed {
  readonly problem: ProblemExpr;
  readonly contestants: readonly Contestant[];
  readonly steps: readonly ProtocolStep[];
  /** The rows that members were trained on before the problem: where they start from another one. */
  readonly inherited: ReadonlySet<string>;
  readonly ctx: Context;
}

/** Nothing that is trained may read what is held out; afterwards its variables hold what it has read. */
const checkLeaks = ({ loss }: Trained, data: Value | undefined, near: readonly ProtocolStep[], f: Followed): void => {
  const { shared } = f.ctx;
  const own = new Set(f.ctx.created?.map((v) => v.id));
  const held = heldOut(setsOf(near, 'eval'), setsOf(near, 'train'), shared);
  for (const { node, span } of loss) {
    const what = leak(node, dataOf(data), held, own, shared);
    if (what) {
      const ownPart =
        'a part of your own to tune on is taken with `rows(D, 0, 100)`; what `split` holds out is for `eval`';
      fail('L0404', span, { set: what }, held.length > 0 ? {} : { help: ownPart });
    }
    const start = f.contestants.flatMap((c) => c.player.over).find((o) => o.from);
    if (start && sharesRows(f.inherited, held, shared))
      fail('L0404', start.span, { set: 'it starts from a member that was trained on the held-out rows' });
    markTrained(node, dataOf(data), own, shared);
  }
};

const same = (a: Decision, b: Decision): boolean =>
  a.subject === b.subject && a.choice === b.choice && a.span?.start === b.span?.start;

/** Does it speak of `D_eval`, or name a function of it? */
const readsHeldOut = (c: Condition): boolean => mentions(c.value, 'D_eval');

/** `every` of what happens in the first step alone. */
const onlyFirst = Number.MAX_SAFE_INTEGER;

export const actionsOf = (
  followed: Followed,
): { readonly actions: readonly Action[]; readonly decisions: readonly Decision[] } => {
  const { problem, contestants, steps, ctx } = followed;
  const bound = contestants.flatMap((c) => c.bound);
  const actions: Action[] = [];
  const decisions: Decision[] = [];
  /** Run before the players of the next training move. */
  let collectors: PlayerStep[] = [];
  let trained: Value | undefined;
  const decide = (more: readonly Decision[]): void =>
    more.forEach((d) => decisions.some((k) => same(k, d)) || decisions.push(d));

  /** Conditions that read rows that were trained on, from a set that holds others as well. */
  const remembered = new Map<Condition, Data>();
  // A set that is evaluated again, in another round of the protocol, is read by the same graphs.
  const known = new Map<Value | undefined, readonly Evaluation[]>();
  const readsRows = mentions(problem.conditions, 'D_tr') || mentions(problem.players[0].where, 'D_tr');
  const evaluationsOn = (held?: Value): readonly Evaluation[] => {
    const before = readsRows ? undefined : known.get(held);
    if (before) return before;
    const { evaluations, decisions: more, remembered: seen } = evaluationsOf(problem, bound, { held, trained }, ctx);
    decide(more);
    for (const [condition, set] of seen) remembered.set(condition, set);
    known.set(held, evaluations);
    return evaluations;
  };
  const evaluate = (held?: Value, label?: string, every?: number): void => {
    const evaluations = evaluationsOn(held);
    if (evaluations.length > 0) actions.push({ kind: 'eval', label, evaluations, ...(every && { every }) });
  };

  const trainOn = (data?: Value, step?: TrainStep): void => {
    trained = data;
    const made = andAlso(
      () => train({ problem, contestants, data, step, ctx }),
      () => evaluationsOn(flat(steps).find((s) => s.kind === 'eval')?.data),
    );
    checkLeaks(made, data, step ? betweenRestarts(steps, step) : steps, followed);
    checkDomains(
      made.loss.map((l) => l.node),
      made.feeds,
      ctx,
    );
    // rows that are collected while training are not there yet
    if (collectors.length === 0 && actions.every((a) => a.kind !== 'train'))
      checkStart(made.solver, made.feeds, made.loss[0].span, ctx);
    if (made.loss.length === 1 && contestants.length === 1)
      warnOfSense(
        made.loss[0].node,
        contestants[0].player,
        bound,
        problem.conditions.some((c) => !c.evaluated),
        ctx,
      );
    decide(made.decisions);
    const { solver } = made;
    if (collectors.length > 0 && solver.kind !== 'gradient')
      fail('L0602', step?.span ?? problem.span, { what: 'rows are collected, but the objective does not read them' });
    actions.push({
      kind: 'train',
      label: contestants.map((c) => c.bound.map((b) => b.name).join(', ')).join(' | '),
      solver: solver.kind === 'gradient' ? { ...solver, players: [...collectors, ...solver.players] } : solver,
    });
    collectors = [];
  };

  const repeat = (inside: readonly ProtocolStep[]): void => {
    const training = inside.find((s) => s.kind === 'train');
    if (!training) throw new Error('internal: nothing is trained in a `repeat`');
    for (const s of inside) if (s.kind === 'collect') collectors.push(collector(s, training.count ?? 1, ctx));
    // its steps are those of one round: the problem's `for` says how many there are in all
    trainOn(training.data, { ...training, count: undefined, unit: undefined });
    for (const s of inside)
      if (s.kind === 'every') for (const e of s.steps) if (e.kind === 'eval') evaluate(e.data, e.label, s.count);
  };

  for (const [i, step] of steps.entries())
    switch (step.kind) {
      case 'train': {
        trainOn(step.data, step);
        const data = dataOf(step.data);
        const more = steps.slice(i + 1).some((s) => s.kind === 'train');
        if (data && more) actions.push(...contestants.flatMap((c) => consolidate(c, data, ctx) ?? []));
        break;
      }
      case 'eval':
        evaluate(step.data, step.label);
        break;
      case 'collect':
        collectors.push(collector(step, onlyFirst, ctx));
        break;
      case 'repeat':
        repeat(step.steps);
        break;
      case 'restart':
        actions.push({ kind: 'restart' });
        break;
      case 'every':
        throw new Error('internal: `every` outside of `repeat`');
    }
  if (steps.length === 0) trainOn();
  if (!flat(steps).some((s) => s.kind === 'eval')) {
    const reads = steps.length > 0 && problem.conditions.find(readsHeldOut);
    if (reads)
      fail(
        'L0406',
        reads.value.span,
        { what: 'this is evaluated on `D_eval`, and the paradigm never evaluates: its protocol has no `eval on`' },
        { notes: problem.on ? [{ message: 'the paradigm', span: problem.on.span }] : [] },
      );
    evaluate();
  }
  warnOfSamePlayers(problem, ctx);
  warnOfSeenRows(problem, remembered, ctx);
  return { actions, decisions };
};
