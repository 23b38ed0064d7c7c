/**
 * Graphs in plain arrays on the host, for what runs once or needs doubles: initial values, exact solutions, small smooth problems.
 */
import { prepare } from '../compiler/ir/evaluate.ts';
import type { Graph } from '../compiler/ir/graph.ts';
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { DataFeed, Program } from '../compiler/program.ts';
import { sizeOf } from '../compiler/ir/shape.ts';
import { gather, makeData } from './batches.ts';
import { dataOf } from './feeds.ts';

export type Named = ReadonlyMap<string, ArrayValue>;

/** Inputs and outputs by name. */
export const prepareNamed = (
  graph: Graph,
  precision: 'float32' | 'float64',
): ((inputs: Named) => Map<string, ArrayValue>) => {
  const run = prepare(graph, { precision });
  const names = graph.inputs.map(({ operation }) => (operation.op === 'input' ? operation.name : ''));
  return (inputs) => {
    const values = names.map((name) => {
      const value = inputs.get(name);
      if (!value) throw new Error(`internal: nothing feeds the input ${name}`);
      return value;
    });
    const outputs = run(values);
    return new Map(graph.outputs.map(({ name }, i) => [name, outputs[i]]));
  };
};

/** The output `value`, without the entries that `mask` leaves out. */
export const present = (outputs: Named): ArrayValue => {
  const value = outputs.get('value');
  if (!value) throw new Error('internal: a graph without an output `value`');
  const mask = outputs.get('mask');
  if (!mask) return value;
  const rows = Array.from(mask.data, (there, i) => (there ? i : -1)).filter((i) => i >= 0);
  const shape = [rows.length, ...value.shape.slice(1)];
  const data = makeData(value.dtype, sizeOf(shape));
  gather(value, Int32Array.from(rows), data);
  return { dtype: value.dtype, shape, data };
};

/** The inputs that these feeds give, every row of the data. */
export const wholeInputs = (program: Program, feeds: readonly DataFeed[]): [string, ArrayValue][] =>
  feeds.flatMap(({ data, inputs }) => {
    const { leaves } = dataOf(program, data);
    return inputs.map(({ name, leaf }): [string, ArrayValue] => [name, leaves[leaf]]);
  });
