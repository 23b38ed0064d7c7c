/**
 * Plan -> ONNX graph: one node or a few an instruction, names instead of slots, a loop's plan as the body of a Scan.
 */
import type { OperationOf } from '../../../compiler/ir/operations.ts';
import type { Plan } from '../../../compiler/plan.ts';
import type { Computing } from '../host/kernel.ts';
import { lowerLoop } from './loops.ts';
import { lower } from './lower/table.ts';
import type { OnnxGraph, OnnxType } from './model.ts';
import { lowerConstants, nameOf, results, typed, type Names } from './names.ts';
import { openWriter, type Writer } from './writer.ts';

const lowerInstructions = (plan: Plan, w: Writer, names: Names): void => {
  for (const instruction of plan.instructions) {
    const { operation, inputs, outputs } = instruction;
    if (operation.op === 'scan') {
      lowerLoop(operation, instruction, { plan, w, names, lowerInstructions });
      continue;
    }
    const operands = inputs.map((slot) => ({ ...plan.slots[slot], name: nameOf(names, slot) }));
    names[outputs[0]] = lower(operation as OperationOf<Computing>, operands, plan.slots[outputs[0]], w);
  }
};

export interface Program {
  readonly graph: OnnxGraph;
  /** Slots whose values it takes and makes. */
  readonly inputs: readonly { readonly name: string; readonly slot: number }[];
  readonly outputs: readonly { readonly name: string; readonly slot: number }[];
}

/** `given`: slots that the host has before the model runs. `wanted`: slots that the model is to make; none is given. */
export const programOf = (plan: Plan, given: readonly number[], wanted: readonly number[]): Program => {
  const w = openWriter();
  const names: Names = [];
  for (const slot of given) names[slot] = w.fresh();
  const inputs = given.map((slot) => ({ name: nameOf(names, slot), slot }));
  lowerConstants(plan, w, names);
  const taken = new Set(names.filter((name) => name !== undefined));
  lowerInstructions(plan, w, names);
  const outputs = results(
    w,
    wanted.map((slot) => nameOf(names, slot)),
    taken,
  ).map((name, i) => ({ name, slot: wanted[i] }));
  const described = (list: readonly { readonly name: string; readonly slot: number }[]): OnnxType[] =>
    list.map(({ name, slot }) => typed(name, plan.slots[slot]));
  const whole = w.finish(described(inputs), described(outputs));
  return { ...reached(whole, inputs), outputs };
};

/** Names that a node reads, the bodies of its loops too. */
const reads = ({ nodes, outputs }: Pick<OnnxGraph, 'nodes' | 'outputs'>): string[] => [
  ...outputs.map(({ name }) => name),
  ...nodes.flatMap(({ inputs, attributes }) => [
    ...inputs,
    ...Object.values(attributes).flatMap((value) =>
      typeof value === 'object' && 'nodes' in value ? reads(value) : [],
    ),
  ]),
];

/** Without the inputs and constants that nothing reads: onnxruntime would warn of them. */
const reached = (graph: OnnxGraph, inputs: Program['inputs']): Pick<Program, 'graph' | 'inputs'> => {
  const read = new Set(reads(graph));
  return {
    graph: {
      ...graph,
      inputs: graph.inputs.filter(({ name }) => read.has(name)),
      constants: graph.constants.filter(({ name }) => read.has(name)),
    },
    inputs: inputs.filter(({ name }) => read.has(name)),
  };
};
