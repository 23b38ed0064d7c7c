/**
 * The evaluator in plain arrays: the oracle for engines, passes and gradients, and what folds data while compiling.
 * A value is dropped after its last use, so that large data sets do not pile up.
 */
import { evaluateOperation, fillsGiven, rounded } from '../rules/evaluation.ts';
import { allocate, type Precision } from '../rules/evaluation/rule.ts';
import { topological, type Graph, type Node } from './graph.ts';
import type { ArrayData, ArrayValue, OperationOf } from './operations.ts';
import { sameList, sizeOf } from './shape.ts';

export interface EvaluationOptions {
  /** float64 (default): float32 values kept in double precision; float32: every result rounded, as on an engine. */
  readonly precision?: Precision;
}

/** An array, or the parts of a scan. */
type Value = ArrayValue | readonly ArrayValue[];

/** These hand on what they are given instead of a copy of it. */
const handsOn: ReadonlySet<string> = new Set(['reshape', 'stop', 'part', 'scan']);

/**
 * Which nodes write into which of a few buffers: those whose rules fill an array that they are given, and whose values nobody holds
 * after their last use, take turns. -1 for all others.
 */
const buffersOf = (order: readonly Node[], dies: readonly (readonly number[])[], held: ReadonlySet<Node>) => {
  const handedOn = new Set(order.flatMap((n) => (handsOn.has(n.operation.op) ? n.inputs : [])));
  const free = new Map<string, number[]>();
  const buffer = new Int32Array(order.length).fill(-1);
  let count = 0;
  const kind = ({ dtype, shape }: Node): string => `${dtype} ${sizeOf(shape)}`;
  order.forEach((node, i) => {
    if (fillsGiven(node.operation) && !handedOn.has(node) && !held.has(node))
      buffer[i] = free.get(kind(node))?.pop() ?? count++;
    for (const j of dies[i]) {
      if (buffer[j] < 0) continue;
      const others = free.get(kind(order[j]));
      if (others) others.push(buffer[j]);
      else free.set(kind(order[j]), [buffer[j]]);
    }
  });
  return buffer;
};

/** Run as often as needed; `lasting`: buffers are kept from run to run, and results are only good until the next one. */
const prepared = (graph: Graph, { precision = 'float64' }: EvaluationOptions, lasting: boolean) => {
  const order = topological(graph.outputs.map((o) => o.node));
  const position = new Map(order.map((node, i) => [node, i]));
  const reads = order.map((node) => node.inputs.map((x) => position.get(x) as number));
  const last = new Int32Array(order.length).fill(-1);
  reads.forEach((from, i) => from.forEach((j) => (last[j] = i)));
  for (const { node } of graph.outputs) last[position.get(node) as number] = order.length;
  const dies = order.map((_, i) => [...new Set(reads[i])].filter((j) => last[j] === i));
  const buffer = buffersOf(order, dies, new Set(lasting ? [] : graph.outputs.map((o) => o.node)));
  const kept: ArrayData[] = [];
  const loops = new Map(
    order.flatMap((node) =>
      node.operation.op === 'scan' ? [[node, runScan(node.operation, precision)] as const] : [],
    ),
  );
  const slotOf = new Map(graph.inputs.map((node, i) => [node, i]));
  const constants = new Map<Node, ArrayValue>();

  const compute = (node: Node, inputs: readonly ArrayValue[], args: readonly Value[], out?: ArrayData): Value => {
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
    if (operation.op === 'constant' && lasting) {
      const value = constants.get(node) ?? rounded(operation.value, precision);
      constants.set(node, value);
      return value;
    }
    if (operation.op === 'scan')
      return (loops.get(node) as (x: readonly ArrayValue[]) => ArrayValue[])(args as ArrayValue[]);
    if (operation.op === 'part') return (args[0] as readonly ArrayValue[])[operation.index];
    return evaluateOperation(operation, args as readonly ArrayValue[], node, precision, out);
  };

  return (inputs: readonly ArrayValue[]): ArrayValue[] => {
    const values = new Array<Value | undefined>(order.length);
    const buffers = lasting ? kept : [];
    for (let i = 0; i < order.length; i++) {
      const from = reads[i];
      const args = new Array<Value>(from.length);
      for (let k = 0; k < args.length; k++) args[k] = values[from[k]] as Value;
      const made = compute(order[i], inputs, args, buffers[buffer[i]]);
      if (buffer[i] >= 0) buffers[buffer[i]] = (made as ArrayValue).data;
      values[i] = made;
      for (const j of dies[i]) values[j] = undefined;
    }
    return graph.outputs.map(({ node }) => values[position.get(node) as number] as ArrayValue);
  };
};

/** A graph made ready: run it as often as needed. */
export const prepare = (
  graph: Graph,
  options: EvaluationOptions = {},
): ((inputs: readonly ArrayValue[]) => ArrayValue[]) => prepared(graph, options, false);

export const evaluate = (graph: Graph, inputs: readonly ArrayValue[], options: EvaluationOptions = {}): ArrayValue[] =>
  prepare(graph, options)(inputs);

/** Element `round` of a sequence, not copied. */
const elementOf = ({ dtype, shape, data }: ArrayValue, round: number): ArrayValue => {
  const size = sizeOf(shape.slice(1));
  return { dtype, shape: shape.slice(1), data: data.subarray(round * size, (round + 1) * size) };
};

const runScan = (
  { body, length, carries, sequences, reverse }: OperationOf<'scan'>,
  precision: Precision,
): ((inputs: readonly ArrayValue[]) => ArrayValue[]) => {
  const run = prepared(body, { precision }, true);
  const empty = ({ dtype, shape }: Node, lead: readonly number[]): ArrayValue => {
    const whole = [...lead, ...shape];
    return { dtype, shape: whole, data: allocate(dtype, sizeOf(whole), precision) };
  };
  return (inputs) => {
    const states = body.outputs.slice(0, carries).map((o) => o.node);
    let carried = inputs.slice(0, carries);
    // What a round makes is written over by the next one.
    let [next, spare] = [states.map((n) => empty(n, [])), states.map((n) => empty(n, []))];
    const fixed = inputs.slice(carries + sequences);
    const stacks = body.outputs.slice(carries).map(({ node }) => empty(node, [length]));
    const sizes = body.outputs.map(({ node }) => sizeOf(node.shape));
    for (let k = 0; k < length; k++) {
      const round = reverse ? length - 1 - k : k;
      const elements = inputs.slice(carries, carries + sequences).map((x) => elementOf(x, round));
      const index: ArrayValue = { dtype: 'int32', shape: [], data: Int32Array.of(round) };
      const made = run([index, ...carried, ...elements, ...fixed]);
      next.forEach((state, i) => state.data.set(made[i].data));
      stacks.forEach((stack, i) => stack.data.set(made[carries + i].data, round * sizes[carries + i]));
      carried = next;
      [next, spare] = [spare, next];
    }
    return [...carried, ...stacks];
  };
};
