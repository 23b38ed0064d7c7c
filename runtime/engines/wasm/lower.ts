/**
 * Plan -> works. Moves become views and cost nothing; what needs dense numbers gets them written out; an output is written where it
 * leaves, unless it is memory that is there already.
 */
import { elementwiseOps, reductionOps, type DType, type OpName, type Shape } from '../../../compiler/ir/operations.ts';
import { sizeOf, stridesOf } from '../../../compiler/ir/shape.ts';
import type { Instruction, Plan } from '../../../compiler/plan.ts';
import { isDense, seenAs } from '../strided.ts';
import { bytesFor, whole, type View } from './views.ts';
import type { Leaving, Place, Work, Works } from './work.ts';

const moves: ReadonlySet<OpName> = new Set<OpName>(['stop', 'reshape', 'broadcast', 'transpose', 'slice', 'reverse']);
const reductions: ReadonlySet<OpName> = new Set<OpName>(reductionOps);
/** Of integers, these are the host's. */
const hostIntegers: ReadonlySet<OpName> = new Set<OpName>(['div', 'mod', 'pow', 'atan2']);

/** Which output each slot is written as: outputs that are another name of a slot pass their place on to it. */
const outputSlots = (plan: Plan): Map<number, number> => {
  const source = new Map<number, number>();
  for (const { operation, inputs, outputs } of plan.instructions)
    if (operation.op === 'reshape' || operation.op === 'stop') source.set(outputs[0], inputs[0]);
  const taken = new Map<number, number>();
  plan.outputs.forEach(({ slot }, index) => {
    let root = slot;
    for (let up = source.get(root); up !== undefined; up = source.get(root)) root = up;
    if (!taken.has(root)) taken.set(root, index);
  });
  return taken;
};

/** `sharing`: outputs may be memory that is there already (inputs, constants, other outputs). */
export const lower = (plan: Plan, sharing: boolean): Works => {
  const { slots } = plan;
  const places: Place[] = [];
  const works: Work[] = [];
  const views = new Map<number, View>();
  const leaving = outputSlots(plan);
  const place = (from: Place['from'], bytes: number, index = -1): number => places.push({ from, bytes, index }) - 1;

  plan.inputs.forEach(({ slot }, index) => {
    const { dtype, shape } = slots[slot];
    views.set(slot, whole(place('input', bytesFor(dtype, shape), index), dtype, shape));
  });
  plan.constants.forEach(({ slot, value }, index) => {
    const { dtype, shape } = slots[slot];
    const literal = value.data.length === 1 ? { literal: value.data[0] } : {};
    places.push({ from: 'constant', bytes: bytesFor(dtype, shape), index, ...literal });
    views.set(slot, whole(places.length - 1, dtype, shape));
  });
  const outputPlaces = plan.outputs.map(({ slot }, index) =>
    place('output', bytesFor(slots[slot].dtype, slots[slot].shape), index),
  );

  const read = (slot: number): View => views.get(slot) as View;
  /** A view of memory not yet written. */
  const fresh = (dtype: DType, shape: Shape): View => whole(place('step', bytesFor(dtype, shape)), dtype, shape);
  const target = (slot: number): View => {
    const { dtype, shape } = slots[slot];
    const output = leaving.get(slot);
    const view = output === undefined ? fresh(dtype, shape) : whole(outputPlaces[output], dtype, shape);
    views.set(slot, view);
    return view;
  };
  const copy = (from: View, to: View): void => {
    works.push({ kind: 'pointwise', operation: { op: 'stop' }, shape: from.shape, args: [from], target: to });
  };
  const written = (view: View): View => {
    if (isDense(view)) return view;
    const to = fresh(view.dtype, view.shape);
    copy(view, to);
    return to;
  };
  /** The same numbers row after row; written out once for all that want them so. */
  const dense = (slot: number): View => {
    const view = written(read(slot));
    views.set(slot, view);
    return view;
  };

  const move = ({ operation, inputs, outputs }: Instruction): void => {
    const view = read(inputs[0]);
    const { shape } = slots[outputs[0]];
    const found = seenAs(operation, view, shape) ?? seenAs(operation, dense(inputs[0]), shape);
    if (!found) throw new Error(`internal: ${operation.op} is no view`);
    views.set(outputs[0], found);
  };

  const pad = (before: readonly number[], interior: readonly number[], from: View, to: View): void => {
    works.push({ kind: 'zeros', args: [], target: to });
    const strides = stridesOf(to.shape);
    copy(from, {
      ...to,
      shape: from.shape,
      offset: before.reduce((sum, b, axis) => sum + b * strides[axis], 0),
      strides: strides.map((s, axis) => s * (interior[axis] + 1)),
    });
  };

  const add = (instruction: Instruction): void => {
    const { operation, inputs, outputs } = instruction;
    const { op } = operation;
    if (moves.has(op)) return move(instruction);
    if (operation.op === 'scan') {
      const args = inputs.map(dense);
      const targets = outputs.map((slot) => (slot < 0 ? undefined : target(slot)));
      if (operation.length === 0) {
        // nothing runs: what is carried leaves as it came, and the results are empty
        targets.slice(0, operation.carries).forEach((to, i) => to && copy(args[i], to));
        return;
      }
      works.push({ kind: 'loop', operation, body: instruction.body as Plan, args, targets });
      return;
    }
    const [slot] = outputs;
    const { shape } = slots[slot];
    const empty = sizeOf(shape) === 0 || inputs.some((x) => sizeOf(slots[x].shape) === 0);
    const hosted = empty || (hostIntegers.has(op) && slots[slot].dtype === 'int32');
    if (elementwiseOps.has(op) && !hosted) {
      const args = inputs.map(read);
      works.push({ kind: 'pointwise', operation, shape, args, target: target(slot) });
    } else if (reductions.has(op) && !hosted) {
      const { axes } = operation as Extract<typeof operation, { axes: readonly number[]; keep: boolean }>;
      const [arg] = inputs.map(read);
      const to = target(slot);
      const kept = arg.shape.filter((_, i) => !axes.includes(i));
      works.push({
        kind: 'reduction',
        op: op as (typeof reductionOps)[number],
        axes,
        shape: arg.shape,
        args: [arg],
        target: { ...to, shape: kept, strides: stridesOf(kept) },
      });
    } else if (operation.op === 'pad' && !hosted) {
      const [from] = inputs.map(read);
      pad(operation.before, operation.interior, from, target(slot));
    } else if (operation.op === 'concat' && !hosted) {
      const { axis } = operation;
      const args = inputs.map(read);
      const to = target(slot);
      let start = 0;
      for (const from of args) {
        copy(from, { ...to, shape: from.shape, offset: start * to.strides[axis] });
        start += from.shape[axis];
      }
    } else if (operation.op === 'matmul' && !hosted) {
      const { transposeA, transposeB } = operation;
      // strides between rows do not matter, as long as one of the two axes is dense
      const fits = ({ strides }: View): boolean => strides.slice(-2).includes(1) && strides.every((s) => s >= 0);
      const args = inputs.map((x) => (fits(read(x)) ? read(x) : dense(x)));
      works.push({ kind: 'product', transposeA, transposeB, args, target: target(slot) });
    } else if ('window' in operation && !hosted) {
      const args = inputs.map(dense);
      const to = target(slot);
      // patches are copied four numbers at a time, also over the end: not into a stack of results
      const own = sharing || op !== 'unfold' ? to : fresh(to.dtype, to.shape);
      works.push({ kind: 'window', op: operation.op, window: operation.window, args, target: own });
      if (own !== to) copy(own, to);
    } else {
      works.push({ kind: 'host', operation, args: inputs.map(dense), target: target(slot) });
    }
  };
  plan.instructions.forEach(add);

  const outputs = plan.outputs.map(({ slot }, index): Leaving => {
    const { dtype, shape } = slots[slot];
    const view = read(slot);
    const { from, bytes } = places[view.place];
    const complete = isDense(view) && view.offset === 0 && bytes === bytesFor(dtype, shape);
    if (complete && view.place === outputPlaces[index]) return { kind: 'written', dtype, shape };
    if (sharing && complete && from !== 'step') return { kind: 'shared', place: view.place, dtype, shape };
    copy(view, whole(outputPlaces[index], dtype, shape));
    return { kind: 'written', dtype, shape };
  });
  return { places, works, outputs };
};
