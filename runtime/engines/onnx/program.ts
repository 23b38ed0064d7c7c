/**
 * Plan -> ONNX graph: one node or a few an instruction, names instead of slots, a loop's plan as the body of a Scan.
 */
import type { OperationOf } from '../../../compiler/ir/operations.ts';
import type { Type } from '../../../compiler/ir/shape.ts';
import type { Instruction, Plan } from '../../../compiler/plan.ts';
import type { Computing } from '../host/kernel.ts';
import { lower } from './lower/table.ts';
import type { OnnxGraph, OnnxType } from './model.ts';
import { openWriter, type Writer } from './writer.ts';

/** Name of each slot, where it has one yet. */
type Names = (string | undefined)[];

const typed = (name: string, { dtype, shape }: Type): OnnxType => ({ name, type: dtype, shape });

const nameOf = (names: Names, slot: number): string => {
  const name = names[slot];
  if (name === undefined) throw new Error(`internal: slot ${slot} is read before it is written`);
  return name;
};

/** Under names of their own, none of which is an input, a constant, or given twice. */
const results = (w: Writer, names: readonly string[], taken: ReadonlySet<string>): string[] => {
  const seen = new Set(taken);
  return names.map((name) => {
    const own = seen.has(name) ? w.add('Identity', [name]) : name;
    seen.add(own);
    return own;
  });
};

const lowerConstants = (plan: Plan, w: Writer, names: Names): void => {
  for (const { slot, value } of plan.constants) names[slot] = w.tensor(value.dtype, value.shape, value.data);
};

/** Scan: carries and sequences are its inputs; what the body captures, the round's number apart, it reads by name from around it. */
const lowerScan = (
  operation: OperationOf<'scan'>,
  { inputs, outputs, body }: Instruction,
  plan: Plan,
  w: Writer,
  names: Names,
): void => {
  if (!body) throw new Error('internal: a scan without the plan of its body');
  const { length, carries, sequences, reverse } = operation;
  const given = inputs.map((slot) => nameOf(names, slot));
  if (length === 0) {
    outputs.forEach((slot, i) => {
      if (slot >= 0)
        names[slot] = i < carries ? given[i] : w.tensor(plan.slots[slot].dtype, plan.slots[slot].shape, []);
    });
    return;
  }
  const inner = w.inner();
  const own: Names = [];
  const entering = [...body.inputs.slice(1, 1 + carries + sequences), body.inputs[0]].map(({ slot }) => {
    own[slot] = inner.fresh();
    return typed(own[slot] as string, body.slots[slot]);
  });
  body.inputs.slice(1 + carries + sequences).forEach(({ slot }, i) => (own[slot] = given[carries + sequences + i]));
  const outside = new Set([...entering.map(({ name }) => name), ...given.slice(carries + sequences)]);
  lowerConstants(body, inner, own);
  for (const { slot } of body.constants) outside.add(nameOf(own, slot));
  lowerInstructions(body, inner, own);
  // results that nobody reads are not stacked
  const wanted = body.outputs.map((_, i) => i).filter((i) => i < carries || outputs[i] >= 0);
  const leaving = results(
    inner,
    wanted.map((i) => nameOf(own, body.outputs[i].slot)),
    outside,
  );
  const graph = inner.finish(
    entering,
    leaving.map((name, k) => typed(name, body.slots[body.outputs[wanted[k]].slot])),
  );
  const rounds = w.tensor(
    'int32',
    [length],
    Array.from({ length }, (_, i) => i),
  );
  const direction = Number(reverse);
  const made = w.addAll('Scan', [...given.slice(0, carries + sequences), rounds], wanted.length, {
    body: graph,
    num_scan_inputs: sequences + 1,
    scan_input_directions: Array.from({ length: sequences + 1 }, () => direction),
    scan_output_directions: wanted.slice(carries).map(() => direction),
  });
  wanted.forEach((i, k) => outputs[i] >= 0 && (names[outputs[i]] = made[k]));
};

const lowerInstructions = (plan: Plan, w: Writer, names: Names): void => {
  for (const instruction of plan.instructions) {
    const { operation, inputs, outputs } = instruction;
    if (operation.op === 'scan') {
      lowerScan(operation, instruction, plan, w, names);
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
