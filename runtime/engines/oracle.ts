/**
 * The reference engine: the same interface over the evaluator in plain arrays. Every result is rounded to float32, as on an engine;
 * sums within one operation are kept in double precision.
 */
import type { ArrayValue, Operation } from '../../compiler/ir/operations.ts';
import { evaluateOperation, rounded } from '../../compiler/rules/evaluation.ts';
import type { Instruction, Plan } from '../../compiler/plan.ts';
import type { Buffer, Engine, Step } from './engine.ts';

interface Held extends Buffer {
  value: ArrayValue | undefined;
}

const valueOf = (buffer: Buffer): ArrayValue => {
  const { value } = buffer as Held;
  if (!value) throw new Error('internal: a buffer is read after its release');
  return value;
};

const elementOf = ({ dtype, shape, data }: ArrayValue, round: number): ArrayValue => {
  const size = data.length / shape[0];
  return { dtype, shape: shape.slice(1), data: data.subarray(round * size, (round + 1) * size) };
};

const runScan = (
  operation: Extract<Operation, { op: 'scan' }>,
  body: Plan,
  inputs: readonly ArrayValue[],
): ArrayValue[] => {
  const { length, carries, sequences, reverse } = operation;
  let carried = inputs.slice(0, carries);
  const rounds: ArrayValue[][] = [];
  for (let k = 0; k < length; k++) {
    const round = reverse ? length - 1 - k : k;
    const index: ArrayValue = { dtype: 'int32', shape: [], data: Int32Array.of(round) };
    const elements = inputs.slice(carries, carries + sequences).map((sequence) => elementOf(sequence, round));
    const made = runPlan(body, [index, ...carried, ...elements, ...inputs.slice(carries + sequences)]);
    carried = made.slice(0, carries);
    rounds[round] = made.slice(carries);
  }
  const stacks = (rounds[0] ?? []).map((first, i) => {
    const type = first.dtype === 'float32' ? Float32Array : first.dtype === 'int32' ? Int32Array : Uint8Array;
    const data = new type(length * first.data.length);
    rounds.forEach((results, round) => data.set(results[i].data, round * first.data.length));
    return { dtype: first.dtype, shape: [length, ...first.shape], data };
  });
  return [...carried, ...stacks];
};

const runInstruction = (instruction: Instruction, plan: Plan, inputs: readonly ArrayValue[]): ArrayValue[] => {
  const { operation, outputs, body } = instruction;
  if (operation.op === 'scan') return runScan(operation, body as Plan, inputs);
  return [evaluateOperation(operation, inputs, plan.slots[outputs[0]], 'float32')];
};

interface Made {
  readonly instruction: Instruction;
  readonly values: readonly ArrayValue[];
}

/** Goes through a plan one instruction at a time; returns its outputs. */
function* execute(plan: Plan, inputs: readonly ArrayValue[]): Generator<Made, ArrayValue[]> {
  const slots: ArrayValue[] = [];
  for (const { slot, value } of plan.constants) slots[slot] = rounded(value, 'float32');
  plan.inputs.forEach(({ slot }, i) => (slots[slot] = inputs[i]));
  for (const instruction of plan.instructions) {
    const values = runInstruction(
      instruction,
      plan,
      instruction.inputs.map((slot) => slots[slot]),
    );
    instruction.outputs.forEach((slot, i) => slot >= 0 && (slots[slot] = values[i]));
    yield { instruction, values };
  }
  return plan.outputs.map(({ slot }) => slots[slot]);
}

const runPlan = (plan: Plan, inputs: readonly ArrayValue[]): ArrayValue[] => {
  const steps = execute(plan, inputs);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
};

export const openOracle = (): Engine => {
  let buffers = 0;
  let bytes = 0;
  const hold = (value: ArrayValue): Held => {
    buffers++;
    bytes += value.data.byteLength;
    return { shape: value.shape, dtype: value.dtype, value };
  };
  return {
    name: 'oracle',
    description: 'the reference evaluator, plain arrays',
    legalise: (graph) => graph,
    load: (plan): Step => ({
      run: (inputs) => runPlan(plan, inputs.map(valueOf)).map(hold),
      trace: async (inputs, watch) => {
        for (const { instruction, values } of execute(plan, inputs.map(valueOf))) {
          const kept = values.filter((_, i) => instruction.outputs[i] >= 0);
          await watch(instruction, () => kept.map((value) => Promise.resolve(value)));
        }
      },
      dispose: () => {},
    }),
    upload: (value) => hold(rounded({ ...value, data: value.data.slice() }, 'float32')),
    download: async (buffer) => valueOf(buffer),
    release: (buffer) => {
      bytes -= valueOf(buffer).data.byteLength;
      buffers--;
      (buffer as Held).value = undefined;
    },
    memory: () => ({ buffers, bytes }),
    dispose: () => {},
  };
};
