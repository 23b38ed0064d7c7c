/**
 * Plan -> a flat list of closures over an array of slots: everything that does not depend on the numbers is settled here, once.
 * An instruction could as well be a generated kernel: all that runs is `(slots) => void`.
 */
import type { Instruction, Plan } from '../../compiler/plan.ts';
import type { Device, Tensor } from './device.ts';
import { prepare } from './kernels/table.ts';
import type { Action, Loaded } from './loaded.ts';
import { prepareScan } from './scan.ts';
import { fusePlan, isGroup, type Group, type Unit } from './webgpu/fuse.ts';
import { inlined } from './webgpu/inline.ts';
import { mostBuffers, prepareProgram } from './webgpu/program.ts';

interface Prepared {
  readonly act: Action;
  readonly dispose: () => void;
}

const prepareInstruction = (instruction: Instruction, plan: Plan, device: Device): Prepared => {
  const { operation, inputs, outputs } = instruction;
  if (operation.op === 'scan') return prepareScan(operation, instruction, plan, device, load);
  const spec = (slot: number) => plan.slots[slot];
  const run = prepare(operation, { device, inputs: inputs.map(spec), output: spec(outputs[0]) });
  const [target] = outputs;
  const [a, b] = inputs;
  const dispose = () => {};
  if (inputs.length === 1) {
    const args: Tensor[] = [];
    return {
      act: (slots) => {
        args[0] = slots[a];
        slots[target] = run(args);
      },
      dispose,
    };
  }
  if (inputs.length === 2) {
    const args: Tensor[] = [];
    return {
      act: (slots) => {
        args[0] = slots[a];
        args[1] = slots[b];
        slots[target] = run(args);
      },
      dispose,
    };
  }
  return { act: (slots) => (slots[target] = run(inputs.map((slot) => slots[slot]))), dispose };
};

/** A kernel for all members of a group. */
const prepareGroup = ({ members, inputs, outputs }: Group, plan: Plan, device: Device): Prepared => {
  const spec = (slot: number) => plan.slots[slot];
  const source = inlined(members, inputs, outputs, spec);
  const run = prepareProgram(device, source, inputs.map(spec), outputs.map(spec));
  return {
    act: (slots) => run(inputs.map((slot) => slots[slot])).forEach((tensor, i) => (slots[outputs[i]] = tensor)),
    dispose: () => {},
  };
};

/** On a graphics card instructions are put together; `single`: each for itself, to be watched. */
const unitsOf = (plan: Plan, device: Device, single: boolean): readonly Unit[] =>
  device.name === 'webgpu' && !single ? fusePlan(plan, mostBuffers(device)) : plan.instructions;

export const load = (plan: Plan, device: Device, single = false): Loaded => {
  const instructions = unitsOf(plan, device, single);
  const prepared = instructions.map((unit) =>
    isGroup(unit) ? prepareGroup(unit, plan, device) : prepareInstruction(unit, plan, device),
  );
  const actions = prepared.map(({ act }) => act);
  const frees = instructions.map((instruction) => (instruction.frees.length > 0 ? instruction.frees : undefined));
  const constants = plan.constants.map(({ slot, value }) => ({ slot, tensor: device.write(value) }));
  const inputSlots = plan.inputs.map(({ slot }) => slot);
  const foreign = new Set([...inputSlots, ...constants.map(({ slot }) => slot)]);
  // An output that is an input, a constant or an earlier output is handed out as one more reference.
  const seen = new Set<number>();
  const outputs = plan.outputs.map(({ slot }) => {
    const shared = foreign.has(slot) || seen.has(slot);
    seen.add(slot);
    return { slot, shared, shape: plan.slots[slot].shape };
  });

  let watched: Loaded | undefined;
  const begin = (inputs: readonly Tensor[]): Tensor[] => {
    const slots = new Array<Tensor>(plan.slots.length);
    for (const { slot, tensor } of constants) slots[slot] = tensor;
    for (let i = 0; i < inputSlots.length; i++) slots[inputSlots[i]] = inputs[i];
    return slots;
  };
  const end = (slots: Tensor[]): Tensor[] =>
    outputs.map(({ slot, shared, shape }) => (shared ? device.alias(slots[slot], shape) : slots[slot]));

  return {
    run: (inputs) => {
      const slots = begin(inputs);
      for (let i = 0; i < actions.length; i++) {
        actions[i](slots);
        const dead = frees[i];
        if (dead) for (const slot of dead) device.free(slots[slot]);
      }
      return end(slots);
    },
    trace: async (inputs, watch) => {
      if (instructions.some(isGroup)) {
        watched ??= load(plan, device, true);
        return watched.trace(inputs, watch);
      }
      const slots = begin(inputs);
      for (let i = 0; i < actions.length; i++) {
        actions[i](slots);
        const unit = instructions[i] as Instruction;
        await watch(
          unit,
          unit.outputs.filter((slot) => slot >= 0).map((slot) => slots[slot]),
        );
        for (const slot of frees[i] ?? []) device.free(slots[slot]);
      }
      for (const tensor of end(slots)) device.free(tensor);
    },
    pace: async (inputs, settle, watch) => {
      const slots = begin(inputs);
      await settle();
      watch([]);
      await settle();
      watch([]);
      for (const [i, unit] of instructions.entries()) {
        actions[i](slots);
        await settle();
        watch(isGroup(unit) ? unit.members : [unit]);
        for (const slot of frees[i] ?? []) device.free(slots[slot]);
      }
      for (const tensor of end(slots)) device.free(tensor);
    },
    dispose: () => {
      watched?.dispose();
      for (const { dispose } of prepared) dispose();
      for (const { tensor } of constants) device.free(tensor);
    },
  };
};
