/**
 * The evaluator in plain arrays: the oracle for engines, passes and gradients, and what folds data while compiling.
 * A value is dropped after its last use, so that large data sets do not pile up.
 */
import { evaluateOperation, rounded } from '../rules/evaluation.ts';
import type { Precision } from '../rules/evaluation/rule.ts';
import { topological, type Graph, type Node } from './graph.ts';
import type { ArrayValue, OperationOf } from './operations.ts';
import { sameList, sizeOf } from './shape.ts';

export interface EvaluationOptions {
  /** float64 (default): float32 values kept in double precision; float32: every result rounded, as on an engine. */
  readonly precision?: Precision;
}

/** An array, or the parts of a scan. */
type Value = ArrayValue | readonly ArrayValue[];

/** A graph made ready: run it as often as needed. */
export const prepare = (
  graph: Graph,
  options: EvaluationOptions = {},
): ((inputs: readonly ArrayValue[]) => ArrayValue[]) => {
  const precision = options.precision ?? 'float64';
  const order = topological(graph.outputs.map((o) => o.node));
  const position = new Map(order.map((node, i) => [node, i]));
  const reads = order.map((node) => node.inputs.map((x) => position.get(x) as number));
  const last = new Int32Array(order.length);
  reads.forEach((from, i) => from.forEach((j) => (last[j] = i)));
  for (const { node } of graph.outputs) last[position.get(node) as number] = order.length;
  const dies = order.map((_, i) => reads[i].filter((j) => last[j] === i));
  const loops = new Map(
    order.flatMap((node) => (node.operation.op === 'scan' ? [[node, runScan(node.operation, options)] as const] : [])),
  );
  const slotOf = new Map(graph.inputs.map((node, i) => [node, i]));

  const compute = (node: Node, inputs: readonly ArrayValue[], args: readonly Value[]): Value => {
    const { operation } = node;
    if (operation.op === 'input') {
      const given = inputs[slotOf.get(node) ?? -1];
      if (!given) throw new Error(`internal: no value for the input ${operation.name}`);
      if (!sameList(given.shape, node.shape) || given.data.length !== sizeOf(node.shape))
        throw new Error(
          `internal: input ${operation.name} is [${node.shape.join(',')}], given [${given.shape.join(',')}]`,
        );
      return rounded(given, precision);
    }
    if (operation.op === 'scan')
      return (loops.get(node) as (x: readonly ArrayValue[]) => ArrayValue[])(args as ArrayValue[]);
    if (operation.op === 'part') return (args[0] as readonly ArrayValue[])[operation.index];
    return evaluateOperation(operation, args as readonly ArrayValue[], node, precision);
  };

  return (inputs) => {
    const values = new Array<Value | undefined>(order.length);
    for (let i = 0; i < order.length; i++) {
      values[i] = compute(
        order[i],
        inputs,
        reads[i].map((j) => values[j] as Value),
      );
      for (const j of dies[i]) values[j] = undefined;
    }
    return graph.outputs.map(({ node }) => values[position.get(node) as number] as ArrayValue);
  };
};

export const evaluate = (graph: Graph, inputs: readonly ArrayValue[], options: EvaluationOptions = {}): ArrayValue[] =>
  prepare(graph, options)(inputs);

/** Element `round` of a sequence, not copied. */
const elementOf = ({ dtype, shape, data }: ArrayValue, round: number): ArrayValue => {
  const size = sizeOf(shape.slice(1));
  return { dtype, shape: shape.slice(1), data: data.subarray(round * size, (round + 1) * size) };
};

const runScan = (
  operation: OperationOf<'scan'>,
  options: EvaluationOptions,
): ((inputs: readonly ArrayValue[]) => ArrayValue[]) => {
  const { body, length, carries, sequences, reverse } = operation;
  const run = prepare(body, options);
  return (inputs) => {
    let carried = inputs.slice(0, carries);
    const fixed = inputs.slice(carries + sequences);
    const stacks = body.outputs.slice(carries).map(({ node }) => {
      const make = node.dtype === 'int32' ? Int32Array : node.dtype === 'bool' ? Uint8Array : undefined;
      const size = length * sizeOf(node.shape);
      const data = make
        ? new make(size)
        : options.precision === 'float32'
          ? new Float32Array(size)
          : new Float64Array(size);
      return { dtype: node.dtype, shape: [length, ...node.shape], data };
    });
    for (let k = 0; k < length; k++) {
      const round = reverse ? length - 1 - k : k;
      const elements = inputs.slice(carries, carries + sequences).map((x) => elementOf(x, round));
      const index: ArrayValue = { dtype: 'int32', shape: [], data: Int32Array.of(round) };
      const made = run([index, ...carried, ...elements, ...fixed]);
      carried = made.slice(0, carries);
      stacks.forEach((stack, i) => stack.data.set(made[carries + i].data, round * sizeOf(stack.shape.slice(1))));
    }
    return [...carried, ...stacks];
  };
};
