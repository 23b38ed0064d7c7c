/**
 * What a loop carries from round to round: the state as tensors, over all axes that a round makes it vary over, and what draws in a round
 * leave behind: their scores, with the state when the round began.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import { sameShape } from '../../spaces/space.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import type { Context } from '../context.ts';
import { asTensor, describe, mapTensors, tensorsOf, partsOf } from '../values/describe.ts';
import { expandAxes, shapeOf, tensor, toReal, unionAxes } from '../values/tensors.ts';
import type { Axis, LoopRounds, Tensor, Value } from '../values/values.ts';

/** What is carried, and what is an entry: numbers, arrays, tuples and records of them. */
export const asNumbers = (v: Value, where: string, span: Span): Value => {
  if (v.kind === 'range') return asTensor(v, span);
  if (v.kind === 'tensor' || partsOf(v)?.every((x) => asNumbers(x, where, span))) return v;
  return fail('L0302', span, { expected: 'numbers, arrays, tuples or records', seen: describe(v), where });
};

/** Puts new nodes in the place of a value's tensors, in order. */
export const refill = (
  v: Value,
  nodes: readonly Node[],
  axes: readonly (readonly Axis[])[],
  spaces: readonly TensorSpace[],
): Value => mapTensors(v, (_, i) => tensor(nodes[i], axes[i], spaces[i]));

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
    state = mapTensors(state, (t, i) => expandAxes(t, axes[i]));
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
