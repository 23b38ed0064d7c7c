/**
 * One instruction after the other, each a model of its own: slow, but what an instruction makes and how long it takes can be seen.
 */
import type { Instruction, Plan } from '../../../compiler/plan.ts';
import type { Held, Memory } from './buffers.ts';
import { loadStep, type LoadedStep, type Loading } from './step.ts';

/** The plan that consists of this instruction. */
const planOf = (plan: Plan, instruction: Instruction): Plan => {
  const read = [...new Set(instruction.inputs)];
  const constants = plan.constants.filter(({ slot }) => read.includes(slot));
  const fixed = new Set(constants.map(({ slot }) => slot));
  const list = (slots: readonly number[]) => slots.map((slot) => ({ name: `${slot}`, slot }));
  return {
    ...plan,
    constants,
    inputs: list(read.filter((slot) => !fixed.has(slot))),
    outputs: list(instruction.outputs.filter((slot) => slot >= 0)),
    instructions: [{ ...instruction, frees: [] }],
  };
};

export interface Tracing {
  run(
    inputs: readonly Held[],
    watch: (instruction: Instruction, values: readonly Held[]) => Promise<void> | void,
  ): Promise<void>;
  dispose(): void;
}

/** Models are loaded when they are first run. */
export const openTrace = (plan: Plan, loading: Loading, memory: Memory): Tracing => {
  const plans = plan.instructions.map((instruction) => planOf(plan, instruction));
  const steps: LoadedStep[] = [];
  return {
    run: async (inputs, watch) => {
      const values: Held[] = [];
      plan.inputs.forEach(({ slot }, i) => (values[slot] = memory.share(inputs[i])));
      for (const [i, instruction] of plan.instructions.entries()) {
        steps[i] ??= loadStep(plans[i], loading, memory);
        const made = steps[i].run(plans[i].inputs.map(({ slot }) => values[slot]));
        plans[i].outputs.forEach(({ slot }, k) => (values[slot] = made[k]));
        await watch(instruction, made);
        for (const slot of instruction.frees) {
          if (values[slot]) memory.release(values[slot]);
          delete values[slot];
        }
      }
      values.forEach((value) => memory.release(value));
    },
    dispose: () => steps.forEach((step) => step?.dispose()),
  };
};
