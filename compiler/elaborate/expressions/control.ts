/** `if`, `fold`, `scan` and `grad`: choosing, looping and differentiating inside of expressions. */
import type { Span } from '../../../grammar/span.ts';
import type { BigExpr, Expr, FoldExpr, IfExpr } from '../../../grammar/tree/expressions.ts';
import type { Binder } from '../../../grammar/tree/patterns.ts';
import { vjp } from '../../differentiate.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import { sameShape } from '../../spaces/space.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import { bind, childScope, inAxes, inScope } from '../context.ts';
import type { Context } from '../context.ts';
import { asTensor, describe, mapTensors, tensorsOf } from '../values/describe.ts';
import { intoShape } from '../distributions/independent.ts';
import { conjunction, flatAxis, flattened, unflat } from '../values/flat.ts';
import { settle } from './operators.ts';
import { masked } from '../values/reduce.ts';
import { bindPattern } from './patterns.ts';
import { openEvery, openBelow } from './sources.ts';
import type { Opened } from './sources.ts';
import {
  axisToShape,
  expandAxes,
  known,
  selectTensors,
  shapeOf,
  tensor,
  toBit,
  toReal,
  unionAxes,
} from '../values/tensors.ts';
import type { Axis, LoopRounds, Member, Tensor, Value } from '../values/values.ts';

// ---------------------------------------------------------------- if

const choose = (condition: Tensor, a: Value, b: Value, span: Span): Value => {
  if (a.kind === 'tuple' && b.kind === 'tuple' && a.items.length === b.items.length)
    return { kind: 'tuple', items: a.items.map((x, i) => choose(condition, x, b.items[i], span)) };
  if (a.kind === 'record' && b.kind === 'record') {
    const fields = [...a.fields].map(([name, x]): [string, Value] => {
      const other = b.fields.get(name);
      return [name, other ? choose(condition, x, other, span) : fail('L0308', span, { field: name, of: describe(b) })];
    });
    return { kind: 'record', fields: new Map(fields) };
  }
  return selectTensors(condition, asTensor(a, span, 'a branch of `if`'), asTensor(b, span, 'a branch of `if`'), span);
};

export const conditional = (e: IfExpr, ctx: Context): Value => {
  const { run } = ctx.shared;
  const condition = toBit(
    asTensor(settle(run.evaluate(e.condition, ctx), ctx, e.condition.span), e.condition.span, 'the condition'),
  );
  const truth = known(condition);
  if (truth !== undefined) return run.evaluate(truth !== 0 ? e.then : e.else, ctx);
  const then = settle(run.evaluate(e.then, ctx), ctx, e.then.span);
  const otherwise = settle(run.evaluate(e.else, ctx), ctx, e.else.span);
  return choose(condition, then, otherwise, e.span);
};

// ---------------------------------------------------------------- fold and scan

/** Puts new nodes in the place of a value's tensors, in order. */
export const refill = (
  v: Value,
  nodes: readonly Node[],
  axes: readonly (readonly Axis[])[],
  spaces: readonly TensorSpace[],
): Value => {
  let i = 0;
  return mapTensors(v, () => {
    const t = tensor(nodes[i], axes[i], spaces[i]);
    i++;
    return t;
  });
};

const counted = (v: Value): Value =>
  mapTensors(v, (t) => (t.node.dtype === 'float32' ? tensor(t.node, t.axes, t.space) : t));

/** The state as the loop carries it: numbers as reals, every tensor over its axes in full. */
export const carriedForm = (v: Value): Value =>
  mapTensors(v, (t) =>
    t.node.dtype === 'float32' || t.space.element.kind === 'Class' ? tensor(t.node, t.axes, t.space) : toReal(t),
  );

export const sameStructure = (a: readonly Tensor[], b: readonly Tensor[]): boolean =>
  a.length === b.length && a.every((t, i) => sameShape(shapeOf(t), shapeOf(b[i])) && t.node.dtype === b[i].node.dtype);

/** The state over all axes that a round of the loop makes it vary over. `next`: one round, from a stand-in. */
export const grownState = (start: Value, next: (dummy: Value) => Value, span: Span): Value => {
  let state = start;
  for (let round = 0; round < 4; round++) {
    const dummy = mapTensors(state, (t) => tensor(ir.input('carry0', t.node.dtype, t.node.shape), t.axes, t.space));
    const made = next(dummy);
    const before = tensorsOf(state);
    const after = tensorsOf(made);
    if (!sameStructure(before, after))
      return fail('L0304', span, { name: 'the next state', expected: describe(state), seen: describe(made) });
    const axes = before.map((t, i) => unionAxes(t, after[i]));
    if (axes.every((own, i) => own.length === before[i].axes.length)) break;
    let i = 0;
    state = mapTensors(state, (t) => expandAxes(t, axes[i++]));
  }
  return state;
};

/** A result of a loop, its rounds first, as a value under the axis of the rounds. */
export const underRounds = (node: Node, axes: readonly Axis[], space: TensorSpace, axis: Axis): Tensor => {
  const now = [axis, ...axes];
  const all = [...now].sort((a, b) => a.order - b.order);
  const rest = node.shape.map((_, i) => i).slice(now.length);
  return tensor(ir.transpose(node, [...all.map((a) => now.indexOf(a)), ...rest]), all, space);
};

/** The next state where the entry is there, else the one before. */
const kept = (there: Tensor, next: Value, before: Value, span: Span): Value => {
  const old = tensorsOf(before);
  const now = tensorsOf(next);
  // What does not fit is said where the states are compared.
  if (!sameStructure(tensorsOf(carriedForm(before)), tensorsOf(carriedForm(next)))) return next;
  let i = 0;
  return mapTensors(next, () => {
    const t = selectTensors(there, now[i], old[i], span);
    i++;
    return t;
  });
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
  let state = carriedForm(asNumbers(settle(run.evaluate(e.init, ctx), ctx, e.init.span), e.init.span));
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
    return kept(there, asNumbers(next, e.body.span), carried, e.body.span);
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
      return carriedForm(asNumbers(bodyOf(dummy, counted(element), ctx.key), e.body.span));
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
        asNumbers(bodyOf(refill(state, carried, axesOf, spaces), counted(element), key, scores), e.body.span),
      );
      const nodes = tensorsOf(next).map((t, i) => expandAxes(t, axesOf[i]).node);
      drawn.splice(0, drawn.length, ...(scores ?? []));
      const begun = drawn.length > 0 ? carried : [];
      return { carries: nodes, results: [...(e.all ? nodes : []), ...begun, ...drawn.map((t) => t.node)] };
    },
  );
  if (drawn.length > 0) {
    const begun = results.slice(e.all ? initial.length : 0);
    let i = 0;
    const before = mapTensors(state, (t) => underRounds(begun[i++], t.axes, t.space, axis));
    leaveScores(drawn, begun.slice(initial.length), { axis, before, there: opened.mask }, ctx);
  }
  if (!e.all) return refill(state, carries, axesOf, spaces);
  // All states: the rounds become an axis, then the leading dimension.
  const under = results.slice(0, initial.length).map((node, i) => underRounds(node, axesOf[i], spaces[i], axis));
  let k = 0;
  const element = mapTensors(state, () => under[k++]);
  if (opened.mask)
    return { kind: 'along', axis, element, mask: opened.mask, length: opened.length, front: opened.front };
  const { axes } = opened;
  if (axes.length === 1) return intoShape(element, axis);
  return axes.toReversed().reduce(intoShape, unflat(element, axis, axes));
};

/** Passes on the scores of a loop's draws, as they left it. */
export const leaveScores = (
  drawn: readonly Tensor[],
  results: readonly Node[],
  rounds: Omit<LoopRounds, 'loop'>,
  ctx: Context,
): void =>
  drawn.forEach((t, i) => {
    const loop = results[i].inputs[0];
    ctx.scores?.push({ ...underRounds(results[i], t.axes, t.space, rounds.axis), rounds: { ...rounds, loop } });
  });

const asNumbers = (v: Value, span: Span): Value => {
  if (v.kind === 'range') return asTensor(v, span);
  if (v.kind === 'along') return v;
  if (['tensor', 'tuple', 'record', 'list'].includes(v.kind)) return v;
  return fail('L0302', span, {
    expected: 'numbers, arrays, tuples or records',
    seen: describe(v),
    where: 'the state of a loop',
  });
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

// ---------------------------------------------------------------- grad

/** `grad[x] e`: one derivative for each number of x, for every example. */
export const gradient = (e: BigExpr, ctx: Context): Value => {
  const results = e.targets.map((target) => derivative(target, e.body, ctx));
  return results.length === 1 ? results[0] : { kind: 'tuple', items: results };
};

const derivative = (target: Expr, body: Expr, ctx: Context): Value => {
  const { run } = ctx.shared;
  const value = run.evaluate(target, ctx);
  const wrt = tensorsOf(value).map((t) => expandAxes(toReal(t), unionAxes(t, { axes: ctx.axes })));
  if (wrt.length === 0)
    return fail('L0302', target.span, { expected: 'a number or an array', seen: describe(value), where: '`grad`' });
  const holders = wrt.map((t) => ir.input('variable', 'float32', t.node.shape));
  let inner: Context = { ...ctx, differentiated: true };
  if (target.kind === 'name') {
    const scope = childScope(ctx.scope);
    let i = 0;
    bind(
      scope,
      target.name,
      mapTensors(value, () => ({ ...wrt[i], node: holders[i++], counts: undefined })),
    );
    inner = inScope(inner, scope);
  } else if (target.kind === 'field' && target.object.kind === 'name') {
    // A parameter of a member: in the body the member has these numbers, one for each example.
    const member = run.evaluate(target.object, ctx);
    const variable = member.kind === 'member' ? plainParameter(member, target.name.text) : undefined;
    if (member.kind === 'member' && variable) {
      const scope = childScope(ctx.scope);
      const values = new Map([
        ...(member.reading?.values ?? []),
        [variable, { ...wrt[0], node: holders[0], counts: undefined }],
      ]);
      bind(scope, target.object.name, { ...member, reading: { ...member.reading, values, stopped: undefined } });
      inner = inScope(inner, scope);
    }
  }
  const y = toReal(
    asTensor(settle(run.evaluate(body, inner), inner, body.span), body.span, 'what `grad` differentiates'),
  );
  if (shapeOf(y).length > 0)
    return fail('L0402', body.span, { what: 'what `grad` differentiates', seen: describe(y), summed: true });
  // Examples are independent: the gradient of their sum holds each one's own.
  const total = ir.sum(y.node);
  const direct = vjp([total], [ir.scalar(1)], holders);
  const reached = direct.some((g) => !isZero(g));
  const found = reached
    ? ir.substitute(direct, new Map(holders.map((h, i) => [h, wrt[i].node])))
    : vjp(
        ir.substitute([total], new Map(holders.map((h, i) => [h, wrt[i].node]))),
        [ir.scalar(1)],
        wrt.map((t) => t.node),
      );
  let i = 0;
  return mapTensors(value, () => {
    const t = wrt[i];
    return tensor(found[i++], t.axes, { kind: 'tensor', element: { kind: 'R' }, shape: shapeOf(t) });
  });
};

/** The id of a parameter whose coordinates are its values. */
const plainParameter = (member: Member, name: string): string | undefined => {
  const found = [...member.store.parameters].find(([key]) => key.endsWith(`/${name}`))?.[1];
  return found?.space.element.kind === 'R' ? found.variable.id : undefined;
};

const isZero = (node: Node): boolean => ir.uniformValue(node) === 0;
