/**
 * Plans: nothing is read before it is written or after it is freed, nothing is freed twice or lives on for nobody, the peak is what a
 * replay of the plan measures, and the order is frugal. Loop bodies are plans under the same laws.
 */
import { describe, expect, it } from 'vitest';
import { gradients } from '../compiler/differentiate.ts';
import * as b from '../compiler/ir/build.ts';
import type { Graph, Node } from '../compiler/ir/graph.ts';
import { optimise } from '../compiler/passes/index.ts';
import { plan, type Plan } from '../compiler/plan.ts';
import { perceptron, randomGraph } from './engines-programs.ts';

const aliases = new Set(['reshape', 'stop']);

/** What is wrong with the lifetimes of a plan, and the most bytes it has alive at once. */
const replay = (program: Plan): { wrong: string[]; peak: number } => {
  const wrong: string[] = [];
  const foreign = new Set([...program.inputs, ...program.constants].map(({ slot }) => slot));
  const kept = new Set(program.outputs.map(({ slot }) => slot));
  const written = new Set(foreign);
  const freed = new Set<number>();
  /** What a slot is kept in, and who still holds on to that. */
  const home = new Map<number, number>();
  const holders = new Map<number, number>();
  let alive = 0;
  let peak = 0;
  program.instructions.forEach(({ operation, inputs, outputs, frees, body }, i) => {
    const at = `instruction ${i} (${operation.op})`;
    for (const slot of inputs) {
      if (!written.has(slot)) wrong.push(`${at} reads slot ${slot} before it is written`);
      if (freed.has(slot)) wrong.push(`${at} reads slot ${slot} after it was freed`);
    }
    for (const slot of outputs) {
      if (slot < 0) continue;
      if (written.has(slot)) wrong.push(`${at} writes slot ${slot} again`);
      written.add(slot);
      const of = aliases.has(operation.op) ? (home.get(inputs[0]) ?? inputs[0]) : slot;
      home.set(slot, of);
      holders.set(of, (holders.get(of) ?? 0) + 1);
      if (of === slot) alive += program.slots[slot].bytes;
    }
    let inside = 0;
    if (body) {
      const loop = replay(body);
      wrong.push(...loop.wrong.map((text) => `${at}: ${text}`));
      inside = loop.peak;
    }
    peak = Math.max(peak, alive + inside);
    for (const slot of frees) {
      if (freed.has(slot)) wrong.push(`${at} frees slot ${slot} twice`);
      if (foreign.has(slot) || kept.has(slot)) wrong.push(`${at} frees slot ${slot}, which is not the plan's to free`);
      freed.add(slot);
      const of = home.get(slot) as number;
      holders.set(of, (holders.get(of) as number) - 1);
      if (holders.get(of) === 0 && !foreign.has(of)) alive -= program.slots[of].bytes;
    }
  });
  for (const slot of written)
    if (!foreign.has(slot) && !kept.has(slot) && !freed.has(slot)) wrong.push(`slot ${slot} is never freed`);
  for (const slot of kept) if (!written.has(slot)) wrong.push(`the output in slot ${slot} is never written`);
  return { wrong, peak };
};

/** Lifetimes are right, and the plan says the peak that a replay measures. */
const check = (graph: Graph): Plan => {
  const program = plan(graph);
  const { wrong, peak } = replay(program);
  expect(wrong).toEqual([]);
  expect(program.peakBytes).toBe(peak);
  return program;
};

const graphOf = (inputs: readonly Node[], outputs: readonly Node[]): Graph => ({
  inputs,
  outputs: outputs.map((node, i) => ({ name: `y${i}`, node })),
});

describe('a plan', () => {
  it('of random programs and their gradients keeps the laws', () => {
    for (let seed = 1; seed <= 80; seed++) {
      const { graph } = randomGraph(seed, 30);
      check(graph);
      const total = graph.outputs.map(({ node }) => b.sum(node)).reduce((s, x) => b.add(s, x));
      const slopes = graphOf(graph.inputs, [total, ...gradients(total, graph.inputs)]);
      check(slopes);
      check(optimise(slopes));
    }
  });

  it('lists inputs that nobody reads, and outputs that are inputs, constants or each other', () => {
    const [x, y] = [b.input('x', 'float32', [4]), b.input('y', 'float32', [4])];
    const twice = b.mul(x, b.scalar(2));
    const { inputs, outputs, slots, instructions } = check(graphOf([x, y], [x, twice, twice, b.scalar(3)]));
    expect(inputs.map(({ name }) => name)).toEqual(['x', 'y']);
    expect(outputs[0].slot).toBe(inputs[0].slot);
    expect(outputs[1].slot).toBe(outputs[2].slot);
    expect(slots[outputs[3].slot].shape).toEqual([]);
    expect(instructions).toHaveLength(1);
  });

  it('counts four bytes a number, one a truth, and none for a reshape', () => {
    const x = b.input('x', 'float32', [6]);
    const doubled = b.add(x, x);
    const test = b.lt(b.reshape(doubled, [2, 3]), b.scalar(0));
    const { peakBytes, totalBytes } = check(graphOf([x], [test]));
    expect(peakBytes).toBe(24 + 6);
    expect(totalBytes).toBe(24 + 6);
  });

  it('keeps a source alive for its reshapes', () => {
    const x = b.input('x', 'float32', [6]);
    const made = b.exp(x);
    const shaped = b.reshape(made, [2, 3]);
    const big = b.broadcastTo(b.sum(made), [100]);
    expect(check(graphOf([x], [big, b.sin(shaped)])).peakBytes).toBeLessThanOrEqual(400 + 24 + 24 + 4);
  });

  it('takes the order that keeps fewer bytes alive', () => {
    // as written, all squares would be there before the first is summed
    const x = b.input('x', 'float32', [1000]);
    const squares = Array.from({ length: 8 }, (_, i) => b.square(b.add(x, b.scalar(i + 1))));
    const joined = b.concat(
      squares.map((s) => b.reshape(b.sum(s), [1])),
      0,
    );
    expect(check(graphOf([x], [joined])).peakBytes).toBeLessThanOrEqual(2 * 4000 + 8 * 4 + 32);
    const late = graphOf(
      [x],
      [
        b.concat(
          squares.map((s) => b.sliceAxis(s, 0, 0, 1)),
          0,
        ),
      ],
    );
    expect(check(late).peakBytes).toBeLessThanOrEqual(2 * 4000 + 8 * 4 + 32);
  });

  it('of a step needs little more than what lives on and the activations', () => {
    const graph = perceptron([64, 128, 128, 10], 32, 'adam');
    const program = check(optimise(graph));
    const leaving = graph.outputs.reduce((sum, { node }) => sum + 4 * node.shape.reduce((p, n) => p * n, 1), 0);
    const activations = 4 * 32 * (128 + 128 + 10);
    const widest = 4 * 128 * 128;
    expect(program.peakBytes).toBeLessThan(leaving + 3 * activations + 2 * widest);
  });

  it('of a loop holds the plan of its body, counted once a round', () => {
    const x = b.input('x', 'float32', [5, 10]);
    const { carries, results } = b.loop({ length: 5, carries: [b.full(0, [10])], sequences: [x] }, (_, [s], [e]) => {
      const t = b.tanh(b.add(b.mul(s, b.scalar(0.5)), e));
      return { carries: [t], results: [b.square(t)] };
    });
    const both = check(graphOf([x], [carries[0], results[0]]));
    const [loop] = both.instructions.filter(({ operation }) => operation.op === 'scan');
    expect(loop.outputs.every((slot) => slot >= 0)).toBe(true);
    expect(both.slots[loop.outputs[1]].shape).toEqual([5, 10]);
    expect(both.totalBytes).toBeGreaterThanOrEqual(5 * (loop.body as Plan).totalBytes);
    const last = check(graphOf([x], [carries[0]])).instructions.find(({ operation }) => operation.op === 'scan');
    expect(last?.outputs[1]).toBe(-1);
  });

  it('of ten thousand nodes is made in well under a second', () => {
    const graph = perceptron(
      Array.from({ length: 200 }, () => 8),
      4,
      'adam',
    );
    const start = performance.now();
    plan(graph);
    expect(performance.now() - start).toBeLessThan(1500);
  });
});
