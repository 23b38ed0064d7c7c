/**
 * The evaluator reuses arrays: nothing that somebody still holds may be written over. Loops that hand their states on, swap them and
 * collect them, graphs that are run again, and random graphs against a run in which every value is an output, and so has an array of
 * its own.
 */
import { describe, expect, it } from 'vitest';
import * as b from '../compiler/ir/build.ts';
import { evaluate, prepare } from '../compiler/ir/evaluate.ts';
import { topological, type Graph, type Node } from '../compiler/ir/graph.ts';
import type { ArrayValue } from '../compiler/ir/operations.ts';
import { randomGraph } from './engines-programs.ts';

const graphOf = (inputs: Node[], outputs: Node[]): Graph => ({
  inputs,
  outputs: outputs.map((node, i) => ({ name: `out${i}`, node })),
});
const numbers = (arrays: readonly ArrayValue[]): number[][] => arrays.map((a) => [...a.data]);
const of = (...data: number[]): ArrayValue => ({
  dtype: 'float32',
  shape: [data.length],
  data: Float64Array.from(data),
});

describe('the evaluator', () => {
  it('runs loops that swap their states, hand one on and stack what goes through', () => {
    const [x, y, z] = ['x', 'y', 'z'].map((name) => b.input(name, 'float32', [2]));
    const { carries, results } = b.loop({ length: 3, carries: [x, y, z] }, (_, [u, v, w]) => {
      const s = b.add(u, v);
      return { carries: [v, b.mul(s, b.scalar(1)), w], results: [u, s, b.stop(s)] };
    });
    const run = prepare(graphOf([x, y, z], [...carries, ...results]));
    // Fibonacci's numbers, twice.
    const first = run([of(1, 10), of(1, 10), of(7, 8)]);
    const expected = [
      [3, 30],
      [5, 50],
      [7, 8],
      [1, 10, 1, 10, 2, 20],
      [2, 20, 3, 30, 5, 50],
      [2, 20, 3, 30, 5, 50],
    ];
    expect(numbers(first)).toEqual(expected);
    expect(numbers(run([of(2, 0), of(0, 2), of(1, 1)]))).not.toEqual(expected);
    expect(numbers(first)).toEqual(expected);
  });

  it('runs loops in loops, whose states outlive a round', () => {
    const x = b.input('x', 'float32', [2]);
    const outer = b.loop({ length: 3, carries: [x] }, (_, [u]) => {
      const start = b.add(u, b.scalar(1));
      const inner = b.loop({ length: 2, carries: [start] }, (__, [v]) => ({
        carries: [b.mul(v, b.scalar(2))],
        results: [v],
      }));
      return { carries: [b.add(inner.carries[0], start)], results: [b.reshape(inner.results[0], [4])] };
    });
    const [last, seen] = evaluate(graphOf([x], [outer.carries[0], outer.results[0]]), [of(0, 1)]);
    // u -> 5 (u + 1)
    expect([...last.data]).toEqual([155, 280]);
    expect([...seen.data]).toEqual([1, 2, 2, 4, 6, 11, 12, 22, 31, 56, 62, 112]);
  });

  it.each(Array.from({ length: 100 }, (_, seed) => seed))(
    'makes of random graph %i what it makes when all is held',
    (seed) => {
      const { graph, inputs } = randomGraph(seed, 40);
      const all = topological(graph.outputs.map((o) => o.node));
      const held = evaluate(graphOf([...graph.inputs], [...all]), inputs);
      const lone = evaluate(graph, inputs);
      graph.outputs.forEach(({ node }, i) => expect([...lone[i].data]).toEqual([...held[all.indexOf(node)].data]));
    },
  );
});
