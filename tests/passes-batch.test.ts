/**
 * Rounds done at once: what leaves a loop, what stays in it, and that the meaning stays.
 */
import { describe, expect, it } from 'vitest';
import { gradients } from '../compiler/differentiate.ts';
import * as b from '../compiler/ir/build.ts';
import { evaluate } from '../compiler/ir/evaluate.ts';
import { topological, type Graph, type Node } from '../compiler/ir/graph.ts';
import type { ArrayValue, OpName } from '../compiler/ir/operations.ts';
import { verify } from '../compiler/ir/verify.ts';
import { batchRounds } from '../compiler/passes/batch.ts';
import { optimise } from '../compiler/passes/index.ts';
import { floats } from './engines-cases.ts';
import { difference } from './engines-compare.ts';

const graphOf = (inputs: readonly Node[], outputs: readonly Node[]): Graph => ({
  inputs,
  outputs: outputs.map((node, i) => ({ name: `y${i}`, node })),
});

const valuesOf = (graph: Graph): ArrayValue[] => graph.inputs.map(({ shape }, i) => floats(shape, -1, 1, i + 1));

/** Both, on the same numbers. */
const agree = (before: Graph, after: Graph): void => {
  const inputs = valuesOf(before);
  const seen = evaluate(verify(after), inputs);
  evaluate(before, inputs).forEach((value, i) =>
    expect(difference(seen[i], value, 1e-9), `output ${i}`).toBe(undefined),
  );
};

const nodesOf = (graph: Graph): Node[] => topological(graph.outputs.map(({ node }) => node));
/** How often an operation occurs in the bodies of loops. */
const inLoops = (graph: Graph, op: OpName): number =>
  nodesOf(graph).reduce(
    (sum, { operation }) =>
      sum +
      (operation.op === 'scan'
        ? nodesOf(operation.body).filter((node) => node.operation.op === op).length + inLoops(operation.body, op)
        : 0),
    0,
  );
const loops = (graph: Graph) => nodesOf(graph).flatMap(({ operation }) => (operation.op === 'scan' ? [operation] : []));

const recurrent = (): Graph => {
  const xs = b.input('xs', 'float32', [6, 4, 3]);
  const [wx, wh, bias, out] = [[3, 5], [5, 5], [5], [5, 2]].map((shape, i) => b.input(`w${i}`, 'float32', shape));
  const { carries, results } = b.loop({ length: 6, carries: [b.full(0, [4, 5])], sequences: [xs] }, (_, [h], [x]) => {
    const next = b.tanh(b.add(b.add(b.matmul(x, wx), b.matmul(h, wh)), bias));
    return { carries: [next], results: [b.matmul(next, out)] };
  });
  const loss = b.add(b.sum(b.square(carries[0])), b.sum(b.square(results[0])));
  return graphOf([xs, wx, wh, bias, out], [loss, ...gradients(loss, [xs, wx, wh, bias, out])]);
};

describe('rounds at once', () => {
  it('a recurrent network and its gradient multiply only the state in their loops', () => {
    const before = recurrent();
    const after = optimise(before);
    agree(before, after);
    // forward h wh, backward g whᵀ: the products with wx and out and all gradients of weights are outside
    expect(inLoops(after, 'matmul')).toBe(2);
    expect(inLoops(optimise(graphOf(before.inputs, [before.outputs[0].node])), 'matmul')).toBe(1);
    expect(inLoops(after, 'sum')).toBe(0);
  });

  it('a carry that is read stays', () => {
    const xs = b.input('xs', 'float32', [4, 2, 3]);
    const { carries, results } = b.loop({ length: 4, carries: [b.full(0, [3])], sequences: [xs] }, (_, [s], [x]) => ({
      carries: [b.add(s, b.sum(x, [0]))],
      results: [b.mul(s, b.scalar(2))],
    }));
    const graph = graphOf([xs], [...carries, ...results]);
    expect(batchRounds.run(graph)).toBe(graph);
  });

  it('sums with signs and factors, of loops that run backwards', () => {
    const xs = b.input('xs', 'float32', [4, 2, 3]);
    const ys = b.input('ys', 'float32', [4, 2, 5]);
    const scale = b.input('scale', 'float32', []);
    const start = b.input('start', 'float32', [5, 3]);
    const { carries } = b.loop(
      { length: 4, carries: [start, b.full(1, [])], sequences: [xs, ys], reverse: true },
      (round, [s, t], [x, y]) => ({
        carries: [
          b.sub(
            b.add(s, b.mul(scale, b.matmul(y, x, { transposeA: true }))),
            b.transpose(b.matmul(b.transpose(x, [1, 0]), b.tanh(y)), [1, 0]),
          ),
          b.add(b.mul(b.cast(round, 'float32'), b.sum(x)), t),
        ],
      }),
    );
    const before = graphOf([xs, ys, scale, start], carries);
    const after = batchRounds.run(before);
    agree(before, after);
    expect(inLoops(after, 'matmul')).toBe(0);
    expect(loops(after).every((loop) => loop.carries === 0)).toBe(true);
  });

  it('a loop of which nothing is left is gone', () => {
    const xs = b.input('xs', 'float32', [4, 2, 3]);
    const { carries } = b.loop({ length: 4, carries: [b.full(0, [3])], sequences: [xs] }, (_, [s], [x]) => ({
      carries: [b.add(s, b.sum(x, [0]))],
    }));
    const before = graphOf([xs], carries);
    const after = batchRounds.run(before);
    agree(before, after);
    expect(loops(after)).toEqual([]);
  });

  it('what is the same in every round, and whole arrays, are not stacked', () => {
    const xs = b.input('xs', 'float32', [3, 20, 30]);
    const fixed = b.input('fixed', 'float32', [20, 30]);
    const { carries } = b.loop({ length: 3, carries: [b.full(0, [20, 30])], sequences: [xs] }, (_, [s], [x]) => ({
      carries: [b.add(s, b.mul(b.tanh(x), fixed))],
    }));
    const graph = graphOf([xs, fixed], carries);
    expect(batchRounds.run(graph)).toBe(graph);
  });

  it('loops in loops', () => {
    const xs = b.input('xs', 'float32', [3, 4, 2, 3]);
    const w = b.input('w', 'float32', [3, 3]);
    const { carries } = b.loop({ length: 3, carries: [b.full(0, [2, 3])], sequences: [xs] }, (_, [s], [x]) => ({
      carries: b.loop({ length: 4, carries: [s], sequences: [x] }, (__, [t], [y]) => ({
        carries: [b.tanh(b.add(t, b.matmul(y, w)))],
      })).carries,
    }));
    const loss = b.sum(b.square(carries[0]));
    const before = graphOf([xs, w], [loss, ...gradients(loss, [xs, w])]);
    const after = optimise(before);
    agree(before, after);
    expect(inLoops(batchRounds.run(graphOf([xs, w], [loss])), 'matmul')).toBe(1);
  });
});
