/**
 * Graphs in plain arrays on the host, for what runs once or needs doubles: initial values, exact solutions, small smooth problems.
 */
import { evaluate } from '../compiler/ir/evaluate.ts';
import type { Graph } from '../compiler/ir/graph.ts';
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { DataFeed, Program } from '../compiler/program.ts';
import { dataOf } from './feeds.ts';

export type Named = ReadonlyMap<string, ArrayValue>;

/** Outputs by name. */
export const evaluateNamed = (
  graph: Graph,
  inputs: Named,
  precision: 'float32' | 'float64',
): Map<string, ArrayValue> => {
  const outputs = evaluate(graph, inputs, { precision });
  return new Map(graph.outputs.map(({ name }, i) => [name, outputs[i]]));
};

/** The inputs that these feeds give, every row of the data. */
export const wholeInputs = (program: Program, feeds: readonly DataFeed[]): [string, ArrayValue][] =>
  feeds.flatMap(({ data, inputs }) => {
    const { leaves } = dataOf(program, data);
    return inputs.map(({ name, leaf }): [string, ArrayValue] => [name, leaves[leaf]]);
  });
