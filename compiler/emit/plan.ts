/**
 * A plan as text, for people: one line an instruction with the slots it reads, writes and frees, loop bodies indented, and the memory
 * it needs at most. The same plan always gives the same text.
 */
import { printOperation } from '../ir/print.ts';
import type { ArrayValue } from '../ir/operations.ts';
import type { Plan, Slot } from '../plan.ts';

export const bytesText = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`;
  const [unit, scale] = bytes < 1e6 ? ['kB', 1e3] : bytes < 1e9 ? ['MB', 1e6] : ['GB', 1e9];
  return `${Number((bytes / scale).toPrecision(3))} ${unit}`;
};

const slotText = (i: number): string => (i < 0 ? '_' : `%${i}`);
const typeText = ({ dtype, shape }: Slot): string => `${dtype}[${shape.join(',')}]`;

const constantText = ({ data, shape }: ArrayValue): string => {
  const shown = Array.from(data.slice(0, 6), (x) => String(Number(x.toPrecision(7))));
  return shape.length === 0 ? shown[0] : `{${shown.join(', ')}${data.length > 6 ? ', ...' : ''}}`;
};

const body = (plan: Plan, indent: string): string[] => {
  const typed = (slot: number): string => (slot < 0 ? '_' : `${slotText(slot)} : ${typeText(plan.slots[slot])}`);
  return [
    ...plan.inputs.map(({ name, slot }) => `${indent}${typed(slot)} = input ${name}`),
    ...plan.constants.map(({ slot, value }) => `${indent}${typed(slot)} = constant ${constantText(value)}`),
    ...plan.instructions.flatMap((x) => {
      const frees = x.frees.length > 0 ? `   free ${x.frees.map(slotText).join(' ')}` : '';
      const read = x.inputs.map(slotText).join(' ');
      const line = `${indent}${x.outputs.map(typed).join(', ')} = ${printOperation(x.operation)} ${read}`.trimEnd();
      return [line + frees, ...(x.body ? body(x.body, `${indent}  `) : [])];
    }),
    `${indent}-> ${plan.outputs.map(({ name, slot }) => `${name} = ${slotText(slot)}`).join(', ')}`,
  ];
};

/** Instructions, those of loop bodies once. */
export const countInstructions = (plan: Plan): number =>
  plan.instructions.reduce((n, x) => n + 1 + (x.body ? countInstructions(x.body) : 0), 0);

export const printPlan = (plan: Plan): string =>
  [
    ...body(plan, ''),
    `${countInstructions(plan)} instructions, ${bytesText(plan.peakBytes)} at most at once, ${bytesText(plan.totalBytes)} in all`,
  ].join('\n');
