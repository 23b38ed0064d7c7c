/**
 * Laws of passes: each keeps the meaning of random programs, of their gradients and of the gradients' gradients; what it makes is well
 * formed; a pass is done when it says so; and `optimise` ends with no more work than it began with.
 */
import { describe, expect, it } from 'vitest';
import { gradients } from '../../compiler/differentiate.ts';
import * as b from '../../compiler/ir/build.ts';
import { evaluate } from '../../compiler/ir/evaluate.ts';
import { topological, type Graph } from '../../compiler/ir/graph.ts';
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import { verify } from '../../compiler/ir/verify.ts';
import { optimise, passes } from '../../compiler/passes/index.ts';
import { difference } from '../engines-compare.ts';
import { perceptron, randomGraph, startOf } from '../engines-programs.ts';

interface Sample {
  readonly graph: Graph;
  readonly inputs: readonly ArrayValue[];
}

/** A random program, and as more outputs its gradients, `order` times over. */
const sample = (seed: number, size: number, order: number): Sample => {
  const { graph, inputs } = randomGraph(seed, size);
  const outputs = graph.outputs.map(({ node }) => node);
  let total = outputs.map((node) => b.sum(node)).reduce((s, x) => b.add(s, x));
  for (let k = 0; k < order; k++) {
    const slopes = gradients(total, graph.inputs);
    outputs.push(...slopes);
    total = slopes.map((g) => b.sum(b.square(g))).reduce((s, x) => b.add(s, x));
  }
  return { graph: { inputs: graph.inputs, outputs: outputs.map((node, i) => ({ name: `y${i}`, node })) }, inputs };
};

const samples = [
  ...Array.from({ length: 40 }, (_, i) => sample(i + 1, 25, 0)),
  ...Array.from({ length: 30 }, (_, i) => sample(i + 101, 14, 1)),
  ...Array.from({ length: 15 }, (_, i) => sample(i + 91, 9, 2)),
];

const agree = (seen: readonly ArrayValue[], expected: readonly ArrayValue[], what: string): void =>
  expected.forEach((value, i) => {
    const largest = Array.from(value.data).reduce((m, x) => Math.max(m, Math.abs(x)), 1);
    const scaled = (v: ArrayValue): ArrayValue => ({ ...v, data: Float64Array.from(v.data, (x) => x / largest) });
    expect(difference(scaled(seen[i]), scaled(value), 1e-9), `${what}, output ${i}`).toBe(undefined);
  });

const count = ({ outputs }: Graph): number => topological(outputs.map(({ node }) => node)).length;

describe.each(passes)('$name', (pass) => {
  it('keeps the meaning of random programs and their gradients, and their form', () => {
    samples.forEach(({ graph, inputs }, k) => {
      const after = verify(pass.run(graph), ` after ${pass.name} of sample ${k}`);
      expect(after.inputs).toBe(graph.inputs);
      expect(after.outputs.map(({ name }) => name)).toEqual(graph.outputs.map(({ name }) => name));
      agree(evaluate(after, inputs), evaluate(graph, inputs), `sample ${k}`);
    });
  });

  it('gives back the same object when there is nothing to do', () => {
    for (const { graph } of samples.slice(0, 20)) {
      const done = optimise(graph);
      expect(pass.run(done)).toBe(done);
    }
  });
});

describe('optimise', () => {
  it('keeps meaning, is well formed after every pass, and makes no more nodes', () => {
    samples.forEach(({ graph, inputs }, k) => {
      let current = graph;
      for (let round = 0; round < 3; round++)
        for (const pass of passes) current = verify(pass.run(current), ` after ${pass.name} of sample ${k}`);
      const after = verify(optimise(graph));
      expect(count(after), `sample ${k}`).toBeLessThanOrEqual(count(graph));
      agree(evaluate(after, inputs), evaluate(graph, inputs), `sample ${k}`);
    });
  });

  it('keeps a training step, bits of the small numbers aside', () => {
    const graph = perceptron([6, 9, 4], 5, 'adam');
    const start = startOf(graph);
    agree(evaluate(optimise(graph), start), evaluate(graph, start), 'a step');
  });

  it('takes near linear time', () => {
    const deep = (layers: number): Graph =>
      perceptron(
        Array.from({ length: layers }, () => 8),
        4,
        'adam',
      );
    const measure = (graph: Graph): number => {
      const before = performance.now();
      optimise(graph);
      return performance.now() - before;
    };
    measure(deep(40));
    const [small, large] = [deep(50), deep(200)].map((graph) =>
      Math.min(measure(graph), measure(graph), measure(graph)),
    );
    expect(large).toBeLessThan(Math.max(400, 12 * small));
  });
});
