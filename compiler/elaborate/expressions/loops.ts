/** `fold` and `scan`: the rounds of one loop in the graph; over a list, whose items may differ, written out. */
import type { Span } from '../../../grammar/span.ts';
import type { Expr, FoldExpr } from '../../../grammar/tree/expressions.ts';
import type { Binder } from '../../../grammar/tree/patterns.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import { bind, childScope, inAxes, inScope } from '../context.ts';
import type { Context } from '../context.ts';
import { describe, mapTensors, tensorsOf, partsOf } from '../values/describe.ts';
import { intoShape } from '../distributions/independent.ts';
import { conjunction, flatAxis, flattened, unflat } from '../values/flat.ts';
import { settle } from './operators.ts';
import { masked } from '../values/reduce.ts';
import { bindPattern } from './patterns.ts';
import { openEvery, openBelow } from './sources.ts';
import type { Opened } from './sources.ts';
import { axisToShape, expandAxes, selectTensors, tensor, toBit } from '../values/tensors.ts';
import type { Axis, Tensor, Value } from '../values/values.ts';
import { asNumbers, sameStructure, carriedForm, grownState, refill, underRounds, leaveScores } from './carried.ts';

const asCarried = (v: Value, span: Span): Value =>
  v.kind === 'along' || partsOf(v) ? v : asNumbers(v, 'the state of a loop', span);

const counted = (v: Value): Value =>
  mapTensors(v, (t) => (t.node.dtype === 'float32' ? tensor(t.node, t.axes, t.space) : t));

/** The next state where the entry is there, else the one before. */
const kept = (there: Tensor, next: Value, before: Value, span: Span): Value => {
  const old = tensorsOf(before);
  const now = tensorsOf(next);
  // What does not fit is said where the states are compared.
  if (!sameStructure(tensorsOf(carriedForm(before)), tensorsOf(carriedForm(next)))) return next;
  return mapTensors(next, (_, i) => selectTensors(there, now[i], old[i], span));
};

/** What a loop runs over: the elements under one axis, one for each binder; of several binders every combination, the last running fastest. */
interface Rounds {
  readonly axis: Axis;
  readonly elements: readonly Value[];
  readonly mask?: Tensor;
  readonly length?: Tensor;
  readonly front?: true;
  /** The binders' own axes. */
  readonly axes: readonly Axis[];
}

const roundsOf = (binders: readonly Binder[], ctx: Context): Rounds | Extract<Opened, { kind: 'items' }> => {
  const [first] = binders;
  const axes: Axis[] = [];
  const elements: Value[] = [];
  let mask: Tensor | undefined;
  let at = ctx;
  for (const binder of binders) {
    const source = ctx.shared.run.evaluate(binder.source, at);
    const open = binder.relation === '<' ? openBelow : openEvery;
    const opened = open(source, at, binder.source.span, 'step');
    if (opened.kind === 'items') {
      if (binder === first) return opened;
      return fail('L0302', binder.source.span, { expected: 'an array, a range or a data set', seen: describe(source) });
    }
    const { axis, value, length, front } = opened;
    if (binders.length === 1) return { axis, elements: [value], mask: opened.mask, length, front, axes: [axis] };
    axes.push(axis);
    elements.push(value);
    mask = conjunction(mask, opened.mask);
    const scope = childScope(at.scope);
    bindPattern(scope, binder.targets[0], value, at, binder.span);
    at = inScope(inAxes(at, axis), scope);
  }
  const flat = flatAxis(axes, ctx);
  return { axis: flat.axis, elements: elements.map(flat.all), mask: mask && flat.one(mask), axes };
};

export const loopOver = (e: FoldExpr, ctx: Context): Value => {
  const { run } = ctx.shared;
  const binders = flattened(e.binders);
  const opened = roundsOf(binders, ctx);
  let state = carriedForm(asCarried(settle(run.evaluate(e.init, ctx), ctx, e.init.span), e.init.span));
  if ('items' in opened) return overItems(e, binders, opened.items, state, ctx);
  const { axis, elements: items } = opened;
  const whole: Value = items.length === 1 ? items[0] : { kind: 'tuple', items };
  // Beside the element whether it is there: where a sequence has ended the state stays as it is.
  const round: Value = opened.mask ? { kind: 'tuple', items: [whole, opened.mask] } : whole;
  // The sequence: the axis first in every tensor of the element.
  const parts = tensorsOf(round).map((t) => {
    const whole = axisToShape(t, axis);
    const at = whole.axes.length;
    const order = [at, ...whole.axes.map((_, i) => i), ...whole.node.shape.map((_, i) => i).slice(at + 1)];
    return { node: ir.transpose(whole.node, order), axes: whole.axes, space: t.space };
  });
  const bodyOf = (carried: Value, elements: Value, key: Node, scores?: Tensor[]): Value => {
    const scope = childScope(ctx.scope);
    const inner: Context = { ...ctx, scope, key, scores, filtered: opened.mask ? true : ctx.filtered };
    const [element, there] =
      opened.mask && elements.kind === 'tuple' ? [elements.items[0], toBit(elements.items[1] as Tensor)] : [elements];
    bindPattern(scope, e.state, carried, inner, e.span);
    const each = binders.length === 1 ? [element] : (element as Extract<Value, { kind: 'tuple' }>).items;
    binders.forEach((b, i) => bindPattern(scope, b.targets[0], each[i], inner, b.span));
    const next = settle(run.evaluate(e.body, inner), inner, e.body.span);
    if (!there) return next;
    scores?.splice(0, scores.length, ...scores.map((t) => masked(t, there, 0)));
    return kept(there, asCarried(next, e.body.span), carried, e.body.span);
  };
  // A first run outside finds the axes and spaces that the state grows into.
  state = grownState(
    state,
    (dummy) => {
      const element = refill(
        round,
        parts.map((p) => ir.input('element0', p.node.dtype, p.node.shape.slice(1))),
        parts.map((p) => p.axes),
        parts.map((p) => p.space),
      );
      return carriedForm(asCarried(bodyOf(dummy, counted(element), ctx.key), e.body.span));
    },
    e.body.span,
  );
  const initial = tensorsOf(state);
  const axesOf = initial.map((t) => t.axes);
  const spaces = initial.map((t) => t.space);
  // Log densities of draws in a round leave the loop as results, with what was carried when the round began.
  const drawn: Tensor[] = [];
  const { carries, results } = ir.loop(
    { length: axis.size, carries: initial.map((t) => t.node), sequences: parts.map((p) => p.node), span: e.span },
    (place, carried, elements) => {
      const element = refill(
        round,
        elements,
        parts.map((p) => p.axes),
        parts.map((p) => p.space),
      );
      const key = ir.deriveKey(ctx.key, place);
      const scores: Tensor[] | undefined = ctx.scores && [];
      const next = carriedForm(
        asCarried(bodyOf(refill(state, carried, axesOf, spaces), counted(element), key, scores), e.body.span),
      );
      const nodes = tensorsOf(next).map((t, i) => expandAxes(t, axesOf[i]).node);
      drawn.splice(0, drawn.length, ...(scores ?? []));
      const begun = drawn.length > 0 ? carried : [];
      return { carries: nodes, results: [...(e.all ? nodes : []), ...begun, ...drawn.map((t) => t.node)] };
    },
  );
  if (drawn.length > 0) {
    const begun = results.slice(e.all ? initial.length : 0);
    const before = mapTensors(state, (t, i) => underRounds(begun[i], t.axes, t.space, axis));
    leaveScores(drawn, begun.slice(initial.length), { axis, before, there: opened.mask }, ctx);
  }
  if (!e.all) return refill(state, carries, axesOf, spaces);
  // All states: the rounds become an axis, then the leading dimension.
  const under = results.slice(0, initial.length).map((node, i) => underRounds(node, axesOf[i], spaces[i], axis));
  const element = mapTensors(state, (_, i) => under[i]);
  if (opened.mask)
    return { kind: 'along', axis, element, mask: opened.mask, length: opened.length, front: opened.front };
  const { axes } = opened;
  if (axes.length === 1) return intoShape(element, axis);
  return axes.toReversed().reduce(intoShape, unflat(element, axis, axes));
};

/** Over a list the loop is written out; further binders are a loop within. */
const overItems = (
  e: FoldExpr,
  [binder, ...rest]: readonly Binder[],
  items: readonly Value[],
  initial: Value,
  ctx: Context,
): Value => {
  const states: Value[] = [];
  let state = initial;
  for (const item of items) {
    const scope = childScope(ctx.scope);
    bindPattern(scope, binder.targets[0], item, ctx, binder.span);
    if (rest.length > 0) {
      const inner = inScope(ctx, scope);
      bind(scope, carried, state);
      const init: Expr = { kind: 'name', name: carried, span: e.init.span };
      if (e.all)
        fail('L0302', binder.source.span, {
          expected: 'an array or a range',
          seen: `a list of ${items.length}`,
          where: '`scan` over several binders',
        });
      state = loopOver({ ...e, init, binders: rest }, inner);
      continue;
    }
    bindPattern(scope, e.state, state, ctx, e.span);
    state = settle(ctx.shared.run.evaluate(e.body, inScope(ctx, scope)), ctx, e.body.span);
    states.push(state);
  }
  return e.all ? { kind: 'list', items: states } : state;
};

/** The name of the state between an outer and an inner loop: none that can be written. */
const carried = ' state';
