/**
 * `scan`: the host's loop over the loaded plan of the body. Each round reads one element of every sequence and one more result is
 * written into its stack; what a round made is freed when the next is done, so that memory does not grow with the length.
 */
import type { OperationOf, Shape } from '../../compiler/ir/operations.ts';
import type { Instruction, Plan } from '../../compiler/plan.ts';
import type { Device, Tensor } from './device.ts';
import { sizeOf } from '../../compiler/ir/shape.ts';
import { prepare } from './kernels/table.ts';
import type { Action, Loaded } from './loaded.ts';
import { prepareProgram } from './webgpu/program.ts';

/** Element `round` of a sequence; `index` is the round as a tensor. */
type Take = (sequence: Tensor, round: number, index: Tensor) => Tensor;

const taker = (device: Device, plan: Plan, slot: number): Take => {
  const { shape, dtype } = plan.slots[slot];
  const element = shape.slice(1);
  const size = sizeOf(element);
  if (device.shared) {
    return (sequence, round) => {
      const result = device.make(element, dtype);
      device.view(result).set(device.view(sequence).subarray(round * size, (round + 1) * size));
      return result;
    };
  }
  // one kernel for all rounds
  const inputs = [
    { shape, dtype },
    { shape: [], dtype: 'int32' as const },
  ];
  const row = prepare({ op: 'gather' }, { device, inputs, output: { shape: element, dtype } });
  return (sequence, _, index) => row([sequence, index]);
};

/** Collects one result a round into [length, ...]; `index` is the round as a tensor. */
interface Stack {
  put(result: Tensor, round: number, index: Tensor): void;
  done(): Tensor;
}

const stacker = (device: Device, plan: Plan, slot: number): (() => Stack) => {
  const { shape, dtype } = plan.slots[slot];
  const element = shape.slice(1);
  const size = sizeOf(element);
  if (device.shared) {
    return () => {
      const stack = device.make(shape, dtype);
      return {
        put: (result, round) => {
          device.view(stack).set(device.view(result), round * size);
          device.free(result);
        },
        done: () => stack,
      };
    };
  }
  if (device.name === 'webgpu' && size > 0) {
    // each row is written where it belongs: nothing is copied again, and no row is kept beside the stack
    const inputs = [
      { shape: element, dtype },
      { shape: [], dtype: 'int32' as const },
    ];
    const source = { label: 'put', body: `result[index + x1[0] * ${size}] = x0[index];`, count: size };
    const write = prepareProgram(device, source, inputs, [{ shape, dtype }]);
    return () => {
      let stack: readonly Tensor[] | undefined;
      return {
        put: (result, _, index) => {
          stack = write([result, index], stack);
          device.free(result);
        },
        done: () => (stack as readonly Tensor[])[0],
      };
    };
  }
  const row: Shape = [1, ...element];
  const inputs = Array.from({ length: shape[0] }, () => ({ shape: row, dtype }));
  const join = prepare({ op: 'concat', axis: 0 }, { device, inputs, output: { shape, dtype } });
  return () => {
    const rows = new Array<Tensor>(shape[0]);
    return {
      put: (result, round) => {
        rows[round] = device.alias(result, row);
        device.free(result);
      },
      done: () => {
        const stack = shape[0] === 1 ? device.alias(rows[0], shape) : join(rows);
        rows.forEach(device.free);
        return stack;
      },
    };
  };
};

/** The body, which takes its elements out of whole sequences itself: kernels read them where they lie. */
const takingWithin = (
  body: Plan,
  { carries }: OperationOf<'scan'>,
  sequences: readonly number[],
  { slots: outer }: Plan,
): Plan => {
  const slots = [...body.slots];
  const inputs = [...body.inputs];
  const taken = sequences.map((sequence, i): Instruction => {
    const { name, slot: element } = body.inputs[1 + carries + i];
    const slot = slots.push(outer[sequence]) - 1;
    inputs[1 + carries + i] = { name, slot };
    return { operation: { op: 'gather' }, inputs: [slot, body.inputs[0].slot], outputs: [element], frees: [] };
  });
  return { ...body, slots, inputs, instructions: [...taken, ...body.instructions] };
};

export const prepareScan = (
  operation: OperationOf<'scan'>,
  instruction: Instruction,
  plan: Plan,
  device: Device,
  load: (plan: Plan, device: Device) => Loaded,
): { act: Action; dispose: () => void } => {
  const { length, reverse } = operation;
  const { inputs, outputs } = instruction;
  if (!instruction.body) throw new Error('internal: a scan without the plan of its body');
  const whole = inputs.slice(operation.carries, operation.carries + operation.sequences);
  const within = device.name === 'webgpu';
  const body = load(within ? takingWithin(instruction.body, operation, whole, plan) : instruction.body, device);
  const carrySlots = inputs.slice(0, operation.carries);
  const sequences = within ? [] : whole.map((slot) => ({ slot, take: taker(device, plan, slot) }));
  const captures = inputs.slice(operation.carries + operation.sequences);
  const results = outputs.slice(operation.carries);
  const stackers = results.map((slot) => (slot < 0 ? undefined : stacker(device, plan, slot)));

  const act: Action = (slots) => {
    let carries = carrySlots.map((slot) => device.alias(slots[slot], plan.slots[slot].shape));
    const fixed = captures.map((slot) => slots[slot]);
    const stacks = stackers.map((start) => start?.());
    for (let k = 0; k < length; k++) {
      const round = reverse ? length - 1 - k : k;
      const index = device.write({ dtype: 'int32', shape: [], data: new Int32Array([round]) });
      const elements = sequences.map(({ slot, take }) => take(slots[slot], round, index));
      const made = body.run([index, ...carries, ...(within ? whole.map((slot) => slots[slot]) : elements), ...fixed]);
      elements.forEach(device.free);
      carries.forEach(device.free);
      carries = made.slice(0, operation.carries);
      stacks.forEach((stack, i) => {
        const result = made[operation.carries + i];
        if (stack) stack.put(result, round, index);
        else device.free(result);
      });
      device.free(index);
    }
    carries.forEach((carry, i) => {
      if (outputs[i] >= 0) slots[outputs[i]] = carry;
      else device.free(carry);
    });
    stacks.forEach((stack, i) => {
      if (stack) slots[results[i]] = stack.done();
    });
  };
  return { act, dispose: () => body.dispose() };
};
