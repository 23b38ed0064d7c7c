/**
 * Slots of a plan as names of an ONNX graph.
 */
import type { Type } from '../../../compiler/ir/shape.ts';
import type { Plan } from '../../../compiler/plan.ts';
import type { OnnxType } from './model.ts';
import type { Writer } from './writer.ts';

/** Name of each slot, where it has one yet. */
export type Names = (string | undefined)[];

export const typed = (name: string, { dtype, shape }: Type): OnnxType => ({ name, type: dtype, shape });

export const nameOf = (names: Names, slot: number): string => {
  const name = names[slot];
  if (name === undefined) throw new Error(`internal: slot ${slot} is read before it is written`);
  return name;
};

/** Under names of their own, none of which is an input, a constant, or given twice. */
export const results = (w: Writer, names: readonly string[], taken: ReadonlySet<string>): string[] => {
  const seen = new Set(taken);
  return names.map((name) => {
    const own = seen.has(name) ? w.add('Identity', [name]) : name;
    seen.add(own);
    return own;
  });
};

export const lowerConstants = (plan: Plan, w: Writer, names: Names): void => {
  for (const { slot, value } of plan.constants) names[slot] = w.tensor(value.dtype, value.shape, value.data);
};
