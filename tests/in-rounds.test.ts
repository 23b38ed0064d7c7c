/**
 * A look at all rows of a large set takes the room of some hundred rows, not of all: the same numbers, within 1.3 of what it must hold
 * anyhow. Compared with the graph as it was, by the oracle and by an engine.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compile } from '../compiler/compile.ts';
import * as b from '../compiler/ir/build.ts';
import { evaluate } from '../compiler/ir/evaluate.ts';
import { graphOf, type Graph, type Node } from '../compiler/ir/graph.ts';
import type { ArrayValue, DType } from '../compiler/ir/operations.ts';
import { optimise } from '../compiler/passes/index.ts';
import { inRounds, looksInRounds } from '../compiler/passes/in-rounds.ts';
import { plan } from '../compiler/plan.ts';
import type { Program } from '../compiler/program.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { engineFor } from './session-programs.ts';

const window = { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], padding: [[1, 1], [1, 1]] } as const; // prettier-ignore

interface Look {
  readonly of: (x: Node, w: Node, labels: Node) => readonly Node[];
  /** Of the rows' own numbers. */
  readonly shape: readonly number[];
  readonly weights: readonly number[];
}

/** Each makes more than 16 MiB of every 2,000 rows, or of 2,003, which come out uneven. */
const looks: Readonly<Record<string, Look>> = {
  'a mean of a perceptron': {
    shape: [8],
    weights: [8, 2200],
    of: (x, w) => [b.mean_(b.square(b.tanh(b.matmul(x, w))))],
  },
  'convolutions, pooled, and how often the largest is right': {
    shape: [12, 12, 2],
    weights: [3, 3, 2, 18],
    of: (x, w, labels) => {
      const h = b.relu(b.conv(x, w, window));
      const pooled = b.maxOver(b.reshape(h, [x.shape[0], 6, 2, 6, 2, 18]), [2, 4]);
      const scores = b.sum(b.transpose(pooled, [0, 3, 1, 2]), [2, 3]);
      return [b.sum(b.cast(b.eq(b.argmax(scores, 1), labels), 'float32'))];
    },
  },
  'results of rows, in their order, and what is made of all of them': {
    shape: [8],
    weights: [8, 2200],
    of: (x, w) => {
      const scores = b.maxOver(b.matmul(x, w), [1]);
      const nearest = b.slice(b.argsort(b.neg(scores)), { begin: [0], size: [5] });
      return [scores, b.gather(x, nearest), b.sum(b.exp(b.sub(scores, b.maxOver(scores, [0]))))];
    },
  },
  'extremes and products over rows, several at once': {
    shape: [4],
    weights: [1, 2200],
    of: (x, w) => {
      const h = b.mul(b.sum(x, [1], true), w);
      const wide = b.concat([h, b.broadcastTo(b.scalar(2), h.shape)], 1);
      return [b.maxOver(wide, [0]), b.minOver(h, [0, 1]), b.prod(b.mean_(b.cos(b.mul(h, b.scalar(1e-3))), [1]), [0])];
    },
  },
};

const numbers = (dtype: DType, shape: readonly number[], f: (i: number) => number): ArrayValue => {
  const size = shape.reduce((p, n) => p * n, 1);
  return { dtype, shape, data: dtype === 'int32' ? Int32Array.from({ length: size }, (_, i) => f(i)) : Float32Array.from({ length: size }, (_, i) => f(i)) }; // prettier-ignore
};

const graphFor = (
  { of, shape, weights }: Look,
  rows: number,
): { readonly graph: Graph; readonly values: ArrayValue[] } => {
  const values = [
    numbers('float32', [rows, ...shape], (i) => Math.sin(i * 1.3)),
    numbers('float32', weights, (i) => Math.cos(i * 0.7) / 4),
    numbers('int32', [rows], (i) => (i * 7) % 18),
  ];
  const [x, w, labels] = values.map(({ dtype, shape: own }, i) => b.input(['data:d:0', 'var:w', 'data:d:1'][i], dtype, own)); // prettier-ignore
  const outputs = of(x, w, labels).map((node, i) => ({ name: `y${i}`, node }));
  return { graph: graphOf(outputs, [x, w, labels]), values };
};

const rounds = (graph: Graph): Graph => inRounds(graph, [graph.inputs[0], graph.inputs[2]]);
const loops = (graph: Graph): number => plan(optimise(graph)).instructions.filter(({ body }) => body).length;

describe('a look at all rows, in rounds', () => {
  for (const [name, look] of Object.entries(looks))
    it.each([2000, 2003])(`${name}: %i rows`, async (rows) => {
      const { graph, values } = graphFor(look, rows);
      const made = rounds(graph);
      expect(loops(made)).toBe(1);
      expect(plan(optimise(made)).peakBytes).toBeLessThan(plan(optimise(graph)).peakBytes / 3);
      const wanted = evaluate(graph, values);
      const found = evaluate(made, values);
      const engine = await engineFor();
      const step = engine.load(plan(optimise(engine.legalise(made))));
      const inputs = values.map((value) => engine.upload(value));
      const outputs = step.run(inputs);
      for (const [i, { data }] of wanted.entries()) {
        const own = (await engine.download(outputs[i])).data;
        const near = (y: number): number => 1e-3 * Math.max(1, Math.abs(y));
        expect(found[i].data.length).toBe(data.length);
        data.forEach((y, k) => expect(Math.abs(found[i].data[k] - y)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(y)))); // prettier-ignore
        data.forEach((y, k) => expect(Math.abs(own[k] - y)).toBeLessThanOrEqual(near(y)));
      }
      [...inputs, ...outputs].forEach((buffer) => engine.release(buffer));
      step.dispose();
    });

  it('what is small, or joins rows on the way, stays as it is', () => {
    const small = graphFor(looks['a mean of a perceptron'], 50).graph;
    expect(rounds(small)).toBe(small);
    const joint: Look = { shape: [8], weights: [8, 2200], of: (x, w) => [b.sum(b.matmul(b.matmul(x, w), b.matmul(x, w), { transposeA: true }))] }; // prettier-ignore
    const { graph } = graphFor(joint, 2000);
    expect(rounds(graph)).toBe(graph);
  });

  it('only for rows that are all seen', () => {
    const { graph } = graphFor(looks['a mean of a perceptron'], 2000);
    const feed = { data: 'd', rows: 2000, inputs: [{ name: 'data:d:0', leaf: 0 }] };
    expect(loops(looksInRounds({ graph, feeds: [{ ...feed, order: 'all' as const }] }).graph)).toBe(1);
    expect(loops(looksInRounds({ graph, feeds: [{ ...feed, order: 'shuffled' as const }] }).graph)).toBe(0);
  });

  it('an evaluation and a picture of 12,000 digits hold less than 10 MB', async () => {
    const file = fileURLToPath(new URL('../examples/02-mnist.learn', import.meta.url));
    const { program } = await compile(file, readFileSync(file, 'utf8'), nodeHost(), { seed: 1 });
    const { stages, shows } = program as Program;
    const looking = [...stages[0].actions.flatMap((a) => (a.kind === 'eval' ? a.evaluations : [])), ...shows];
    expect(looking.length).toBe(2);
    for (const { graph } of looking) expect(plan(optimise(graph)).peakBytes).toBeLessThan(1e7);
  });
});
