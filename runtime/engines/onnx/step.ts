/**
 * A loaded plan: what the host draws beforehand, then the whole rest in one run of one model, from arrays into arrays.
 */
import type { Plan } from '../../../compiler/plan.ts';
import type { Held, Memory } from './buffers.ts';
import type { Ort, OrtTensor } from './binding.ts';
import { encodeModel } from './model.ts';
import { programOf } from './program.ts';
import { narrow } from '../device.ts';

export interface LoadedStep {
  run(inputs: readonly Held[]): Held[];
  dispose(): void;
}

export interface Loading {
  readonly ort: Ort;
  readonly threads: number;
}

export const loadStep = (plan: Plan, { ort, threads }: Loading, memory: Memory): LoadedStep => {
  const inputSlots = plan.inputs.map(({ slot }) => slot);
  const constants = new Map(plan.constants.map(({ slot, value }) => [slot, value]));
  const given = [...new Set(inputSlots)];
  const outputSlots = plan.outputs.map(({ slot }) => slot);
  const wanted = [...new Set(outputSlots)].filter((slot) => !given.includes(slot) && !constants.has(slot));
  const program = programOf(plan, given, wanted);
  const session = wanted.length > 0 ? ort.load(encodeModel(program.graph), threads) : undefined;
  const kept = new Map<number, Held>();
  for (const slot of new Set(outputSlots)) {
    const value = constants.get(slot);
    if (!value) continue;
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
      for (const { name, slot } of program.inputs) feeds[name] = slots[slot];
      for (const { name, slot } of program.outputs) fetches[name] = slots[slot] = memory.make(plan.slots[slot]);
      session?.run(feeds, fetches);
      for (const [slot, buffer] of kept) slots[slot] = buffer;
      const made = new Set(wanted);
      return outputSlots.map((slot) => (made.delete(slot) ? slots[slot] : memory.share(slots[slot])));
    },
    dispose: () => {
      session?.dispose();
      for (const buffer of kept.values()) memory.release(buffer);
    },
  };
};
