/**
 * `unfold(start, step, length; ends)`: a distribution over sequences that are made entry by entry, each from what the step before left.
 * A sequence that has ended goes on in the arrays, from the state in which it ended, and its mask says that it is not there.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import {
  asNumbers,
  carriedForm,
  grownState,
  leaveScores,
  refill,
  sameStructure,
  underRounds,
} from '../expressions/carried.ts';
import { Failure } from '../../failure.ts';
import { newAxis, runAt } from '../context.ts';
import { isLibrary } from '../../host.ts';
import type { Context } from '../context.ts';
import { asScalar, describe, mapTensors, tensorsOf } from '../values/describe.ts';
import { draws } from './distributions.ts';
import { combine } from '../values/lists.ts';
import { settle } from '../expressions/operators.ts';
import { constantNumber, expandAxes, selectTensors, tensor, toBit } from '../values/tensors.ts';
import type { Dist, Process, Tensor, Value } from '../values/values.ts';

export interface Unfolding {
  readonly start: Value;
  readonly step: Value;
  readonly length: number;
  readonly ends?: Value;
  readonly facts?: ReadonlyMap<string, Value>;
}

/** Draws whatever is still a distribution: a start or a part of it, the value of a stochastic map. */
export const outcome = (v: Value, ctx: Context, span: Span): Value => {
  const part = (x: Value): Value => outcome(x, ctx, span);
  switch (v.kind) {
    case 'dist':
    case 'data':
      return draws(v, ctx, span);
    case 'member':
      return v.model.declaration.params.length === 0 ? draws(v, ctx, span) : settle(v, ctx, span);
    case 'tuple':
      return { ...v, items: v.items.map(part) };
    case 'record':
      return { ...v, fields: new Map([...v.fields].map(([name, x]) => [name, part(x)])) };
    case 'list':
      return combine(v.items.map(part), ctx);
    default:
      return settle(v, ctx, span);
  }
};

const processOf = ({ start, step, length, ends }: Unfolding, home: Context, span: Span): Process => {
  const call = (f: Value, x: Value, ctx: Context): Value =>
    settle(ctx.shared.run.apply(f, [{ value: x, span }], ctx, span), ctx, span);
  return {
    length,
    start: (at) => carriedForm(asNumbers(outcome(start, runAt(home, at), span), 'the start', span)),
    step: (at, state) => {
      const ctx = runAt(home, at);
      const made = call(step, state, ctx);
      if (made.kind !== 'tuple' || made.items.length !== 2)
        return fail('L0302', span, { expected: '(next state, entry)', seen: describe(made), where: '`step`' });
      const [next, entry] = made.items.map((v) => settle(v, ctx, span));
      const after = carriedForm(asNumbers(next, 'the next state', span));
      if (!sameStructure(tensorsOf(state), tensorsOf(after)))
        fail('L0304', span, { name: 'the next state', expected: describe(state), seen: describe(after) });
      return {
        state: after,
        entry: mapTensors(asNumbers(entry, 'an entry', span), (t) => tensor(t.node, t.axes, t.space)),
        ends: ends && toBit(asScalar(call(ends, entry, ctx), span, 'whether a sequence ends there')),
      };
    },
  };
};

/** An error inside of the library's steps is one of the call that gave them. */
const saidAt = <T>(site: Span | undefined, run: () => T): T => {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Failure) || !site) throw error;
    throw new Failure(error.diagnostics.map((d) => (isLibrary(d.span) ? { ...d, span: site, fixes: [] } : d)));
  }
};

/** One sequence for every example in sight. */
const sampled = (process: Process, { facts, ends }: Unfolding, ctx: Context, span: Span): Value => {
  const { length } = process;
  const begun = process.start(ctx);
  // what is carried: the state, and whether the sequence is still there
  const pair = (state: Value, there: Tensor): Value => ({ kind: 'tuple', items: [state, there] });
  const apart = (v: Value): [Value, Tensor] => (v as Extract<Value, { kind: 'tuple' }>).items as [Value, Tensor];
  const [zero, one] = [constantNumber(0), constantNumber(1)];
  const advance = (carried: Value, inner: Context) => {
    const [state, there] = apart(carried);
    const { state: next, entry, ends: over } = process.step(inner, state);
    if (!over) return { next: pair(next, there), entry };
    const still = selectTensors(over, zero, there, span);
    const from = tensorsOf(state);
    const kept = mapTensors(next, (t, i) => (from[i] ? selectTensors(toBit(still), t, from[i], span) : t));
    return { next: pair(kept, still), entry };
  };
  const grown = grownState(pair(begun, one), (dummy) => advance(dummy, { ...ctx, scores: undefined }).next, span);
  const initial = tensorsOf(grown);
  const axesOf = initial.map((t) => t.axes);
  const spaces = initial.map((t) => t.space);
  const axis = newAxis(ctx, length, 'step');
  let shape: Value = grown;
  const drawn: Tensor[] = [];
  const { results } = ir.loop({ length, carries: initial.map((t) => t.node), span }, (round, carried) => {
    const scores: Tensor[] | undefined = ctx.scores && [];
    const before = refill(grown, carried, axesOf, spaces);
    const { next, entry } = advance(before, { ...ctx, key: ir.deriveKey(ctx.key, round), scores });
    const [, there] = apart(before);
    shape = entry;
    const own = scores ?? [];
    drawn.splice(0, drawn.length, ...(ends ? own.map((t) => selectTensors(toBit(there), t, zero, span)) : own));
    return {
      carries: tensorsOf(next).map((t, i) => expandAxes(t, axesOf[i]).node),
      results: [...tensorsOf(entry).map((t) => t.node), ...carried, ...drawn.map((t) => t.node)],
    };
  });
  const entries = tensorsOf(shape);
  const under = entries.map((t, i) => underRounds(results[i], t.axes, t.space, axis));
  const last = initial.length - 1;
  const there = underRounds(results[entries.length + last], axesOf[last], spaces[last], axis);
  const carried = results.slice(entries.length);
  const [before] = apart(mapTensors(grown, (t, i) => underRounds(carried[i], t.axes, t.space, axis)));
  const mask = ends && { there: toBit(there) };
  leaveScores(drawn, results.slice(entries.length + initial.length), { axis, before, ...mask }, ctx);
  return {
    kind: 'along',
    axis,
    element: mapTensors(shape, (_, i) => under[i]),
    ...(mask && { mask: mask.there, front: true as const }),
    ...(facts && { facts }),
  };
};

export const unfolding = (unfold: Unfolding, home: Context, span: Span): Dist => {
  const { site } = home;
  const made = processOf(unfold, home, span);
  const process: Process = {
    ...made,
    start: (ctx) => saidAt(site, () => made.start(ctx)),
    step: (ctx, state) => saidAt(site, () => made.step(ctx, state)),
  };
  return {
    kind: 'dist',
    family: home.family?.name ?? 'unfold',
    args: home.family?.args ?? new Map(),
    sample: (ctx) => saidAt(site, () => sampled(process, unfold, ctx, span)),
    facts: new Map(),
    // its draws are differentiated through one by one: see `scores`
    reparameterised: true,
    lacks: { density: { message: 'a sequence that is made step by step can only be sampled', span } },
    implicit: false,
    process,
  };
};
