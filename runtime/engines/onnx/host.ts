/**
 * What the host computes before the model runs: draws, where their keys come from the inputs. Threefry and the normal quantile take a
 * hundred nodes of ONNX; here they are a loop over an array.
 */
import { prepare } from '../../../compiler/ir/evaluate.ts';
import * as ir from '../../../compiler/ir/build.ts';
import { raw } from '../../../compiler/ir/make.ts';
import type { ArrayValue } from '../../../compiler/ir/operations.ts';
import { fillRandom } from '../../../compiler/ir/random.ts';
import { sizeOf } from '../../../compiler/ir/shape.ts';
import type { Instruction, Plan } from '../../../compiler/plan.ts';
import { narrow } from '../device.ts';
import type { Held } from './buffers.ts';
import { smallSize } from './draws.ts';

/** A loop that draws and does nothing else. */
const onlyDraws = ({ operation, body }: Instruction): boolean =>
  operation.op === 'scan' &&
  operation.carries === 0 &&
  body !== undefined &&
  body.instructions.every(
    (inner) =>
      inner.operation.op === 'random' ||
      onlyDraws(inner) ||
      (inner.operation.op !== 'scan' && inner.outputs.every((slot) => sizeOf(body.slots[slot].shape) <= smallSize)),
  );

/** The instructions that the host takes, in order: draws from keys that are known beforehand, and what leads to those keys. */
export const hostPart = (plan: Plan): Instruction[] => {
  const small = (slot: number): boolean => sizeOf(plan.slots[slot].shape) <= smallSize;
  const known = new Set([...plan.inputs, ...plan.constants].map(({ slot }) => slot).filter(small));
  const candidates: Instruction[] = [];
  const draws = new Set<Instruction>();
  for (const instruction of plan.instructions) {
    const { operation, inputs, outputs } = instruction;
    if (!inputs.every((slot) => known.has(slot))) continue;
    const draw = operation.op === 'random' || onlyDraws(instruction);
    if (draw) draws.add(instruction);
    else if (operation.op === 'scan' || !outputs.every(small)) continue;
    candidates.push(instruction);
    for (const slot of outputs) if (slot >= 0 && small(slot)) known.add(slot);
  }
  const needed = new Set<number>();
  return candidates
    .reverse()
    .filter((instruction) => {
      const wanted = draws.has(instruction) || instruction.outputs.some((slot) => needed.has(slot));
      if (wanted) instruction.inputs.forEach((slot) => needed.add(slot));
      return wanted;
    })
    .reverse();
};

const valueOf = ({ dtype, shape, data }: Held): ArrayValue => ({ dtype, shape, data });

/** Reads arrays, fills arrays: those of the outputs that are read by somebody. */
export type HostAction = (inputs: readonly Held[], outputs: readonly (Held | undefined)[]) => void;

export const hostAction = (instruction: Instruction, plan: Plan): HostAction => {
  const { operation } = instruction;
  if (operation.op === 'random') {
    const { law, site } = operation;
    return ([key], [out]) => out && fillRandom(law, key.data, site, out.data as Float32Array);
  }
  const nodes = instruction.inputs.map((slot, i) => {
    const { dtype, shape } = plan.slots[slot];
    return ir.input(`x${i}`, dtype, shape);
  });
  const made = raw(operation, nodes);
  const parts = instruction.outputs.map((_, i) => (operation.op === 'scan' ? ir.part(made, i) : made));
  const run = prepare(
    { inputs: nodes, outputs: parts.map((node, i) => ({ name: `${i}`, node })) },
    { precision: 'float32' },
  );
  return (inputs, outputs) => run(inputs.map(valueOf)).forEach((value, i) => outputs[i]?.data.set(narrow(value)));
};
