/**
 * A loaded plan: what the host draws beforehand, then the whole rest in one run of one model, from arrays into arrays.
 */
import type { Plan } from '../../../compiler/plan.ts';
import { narrow } from '../device.ts';
import type { Ort, OrtTensor } from './binding.ts';
import type { Held, Memory } from './buffers.ts';
import { hostAction, hostPart } from './host.ts';
import { encodeModel } from './model.ts';
import { programOf } from './program.ts';

export interface LoadedStep {
  run(inputs: readonly Held[]): Held[];
  dispose(): void;
}

export interface Loading {
  readonly ort: Ort;
  readonly threads: number;
}

export const loadStep = (plan: Plan, { ort, threads }: Loading, memory: Memory): LoadedStep => {
  const first = hostPart(plan);
  const drawn = new Set(first.flatMap(({ outputs }) => outputs.filter((slot) => slot >= 0)));
  const actions = first.map((instruction) => ({ instruction, act: hostAction(instruction, plan) }));
  const inputSlots = plan.inputs.map(({ slot }) => slot);
  const outputSlots = plan.outputs.map(({ slot }) => slot);
  const constants = new Map(plan.constants.map(({ slot, value }) => [slot, value]));

  const given = [...new Set([...inputSlots, ...drawn])];
  const wanted = [...new Set(outputSlots)].filter((slot) => !given.includes(slot) && !constants.has(slot));
  const taken = new Set(first);
  const rest = { ...plan, instructions: plan.instructions.filter((instruction) => !taken.has(instruction)) };
  const program = programOf(rest, given, wanted);
  const session = wanted.length > 0 ? ort.load(encodeModel(program.graph), threads) : undefined;

  /** Constants that the host reads or that are outputs. */
  const kept = new Map<number, Held>();
  for (const slot of [...outputSlots, ...first.flatMap(({ inputs }) => inputs)]) {
    const value = constants.get(slot);
    if (!value || kept.has(slot)) continue;
    const buffer = memory.make(plan.slots[slot]);
    buffer.data.set(narrow(value));
    kept.set(slot, buffer);
  }
  const feeds: Record<string, OrtTensor> = {};
  const fetches: Record<string, OrtTensor> = {};
  const slots = new Array<Held>(plan.slots.length);

  return {
    run: (inputs) => {
      for (let i = 0; i < inputSlots.length; i++) slots[inputSlots[i]] = inputs[i];
      for (const [slot, buffer] of kept) slots[slot] = buffer;
      for (const slot of drawn) slots[slot] = memory.make(plan.slots[slot]);
      for (const { instruction, act } of actions)
        act(
          instruction.inputs.map((slot) => slots[slot]),
          instruction.outputs.map((slot) => (slot < 0 ? undefined : slots[slot])),
        );
      for (const { name, slot } of program.inputs) feeds[name] = slots[slot];
      for (const { name, slot } of program.outputs) fetches[name] = slots[slot] = memory.make(plan.slots[slot]);
      session?.run(feeds, fetches);
      // an output that is an input, a constant or an earlier output is held once more
      const fresh = new Set([...wanted, ...drawn]);
      const outputs = outputSlots.map((slot) => (fresh.delete(slot) ? slots[slot] : memory.share(slots[slot])));
      for (const slot of drawn) if (fresh.has(slot)) memory.release(slots[slot]);
      return outputs;
    },
    dispose: () => {
      session?.dispose();
      for (const buffer of kept.values()) memory.release(buffer);
    },
  };
};
