/**
 * Elementwise instructions put together for the graphics card: no unit reads what is not yet there or no longer there, nothing is computed
 * twice or left out, and a training step is far fewer kernels, and moves fewer bytes, than one kernel an instruction.
 */
import { describe, expect, it } from 'vitest';
import { workloads } from '../bench/steps.ts';
import { gradients } from '../compiler/differentiate.ts';
import * as b from '../compiler/ir/build.ts';
import { evaluate } from '../compiler/ir/evaluate.ts';
import { graphOf, type Graph } from '../compiler/ir/graph.ts';
import type { ArrayValue } from '../compiler/ir/operations.ts';
import { optimise } from '../compiler/passes/index.ts';
import { plan, type Plan } from '../compiler/plan.ts';
import { openEngine } from '../runtime/engines/choose.ts';
import { fusePlan, isGroup, type Unit } from '../runtime/engines/webgpu/fuse.ts';
import { randomGraph } from './engines-programs.ts';

/** What is wrong with the units of a plan. */
const replay = (program: Plan, units: readonly Unit[]): string[] => {
  const wrong: string[] = [];
  const foreign = new Set([...program.inputs, ...program.constants].map(({ slot }) => slot));
  const alive = new Set(foreign);
  units.forEach((unit, i) => {
    for (const slot of unit.inputs)
      if (!alive.has(slot)) wrong.push(`unit ${i} reads slot ${slot}, which is not there`);
    if (isGroup(unit)) {
      const own = new Set(unit.inputs);
      for (const { inputs, outputs } of unit.members) {
        for (const slot of inputs) if (!own.has(slot)) wrong.push(`unit ${i} has no slot ${slot} for a member`);
        own.add(outputs[0]);
      }
    }
    for (const slot of unit.outputs) if (slot >= 0) alive.add(slot);
    for (const slot of unit.frees) {
      if (!alive.delete(slot) || foreign.has(slot)) wrong.push(`unit ${i} frees slot ${slot} wrongly`);
    }
  });
  const kept = new Set(program.outputs.map(({ slot }) => slot));
  for (const slot of kept) if (!alive.has(slot)) wrong.push(`the output in slot ${slot} is not there at the end`);
  for (const slot of alive) if (!kept.has(slot) && !foreign.has(slot)) wrong.push(`slot ${slot} is left behind`);
  // another name for what is written may stand beside the group that knows it too
  const again = units.filter((unit) => !isGroup(unit) && unit.operation.op === 'reshape');
  const members = units.flatMap((unit) => (isGroup(unit) ? unit.members : [unit]));
  const count = new Set(members.map(({ outputs }) => outputs.join())).size;
  if (count !== program.instructions.length || members.length - count > again.length)
    wrong.push(`${members.length} members`);
  return wrong;
};

/** One of everything that kernels are put together from, so that places, loops and names meet each other. */
const mixture = (): { readonly graph: Graph; readonly values: readonly ArrayValue[] } => {
  const value = (shape: readonly number[], f: (i: number) => number): ArrayValue => ({
    dtype: 'float32',
    shape,
    data: Float32Array.from({ length: shape.reduce((p, n) => p * n, 1) }, (_, i) => f(i)),
  });
  const values: ArrayValue[] = [
    value([6, 4], (i) => Math.sin(i)),
    value([4, 5], (i) => Math.cos(2 * i)),
    value([2, 4, 2, 3], (i) => Math.sin(3 * i + 1)),
    { dtype: 'int32', shape: [], data: Int32Array.of(2) },
    { dtype: 'int32', shape: [6], data: Int32Array.of(4, 0, 1, 1, 3, 2) },
  ];
  const [x, w, image, row, classes] = values.map(({ dtype, shape }, i) => b.input(`x${i}`, dtype, shape));
  const product = b.tanh(
    b.add(b.matmul(b.transpose(x, [1, 0]), b.matmul(b.exp(x), w)), b.reshape(b.gather(x, row), [4, 1])),
  );
  const pooled = b.maxOver(b.square(image), [1, 3]);
  const turned = b.mul(b.transpose(b.reverse(b.sin(image), [1]), [0, 2, 1, 3]), b.scalar(0.5));
  const flat = b.reshape(b.add(turned, b.scalar(1)), [16, 3]);
  const part = b.slice(b.neg(flat), { begin: [3, 1], size: [5, 2] });
  const hot = b.sub(b.oneHot(classes, 5), b.matmul(x, w));
  const counted = b.sum(b.mul(hot, hot), [0]);
  const outputs = [product, pooled, flat, b.reshape(flat, [48]), b.exp(part), counted, b.sum(flat, [0])];
  return { graph: graphOf(outputs.map((node, i) => ({ name: `y${i}`, node })), [x, w, image, row, classes]), values }; // prettier-ignore
};

it('what is put together means what the oracle says', { timeout: 60_000 }, async () => {
  const chosen = await openEngine('webgpu');
  if ('failed' in chosen) return; // no adapter, or the package is not installed
  const { engine } = chosen;
  const { graph, values } = mixture();
  const program = plan(graph);
  const units = fusePlan(program, 8);
  expect(units.filter(isGroup).length).toBeGreaterThan(3);
  expect(units.length).toBeLessThan(0.6 * program.instructions.length);
  const inputs = values.map((value) => engine.upload(value));
  const outputs = engine.load(program).run(inputs);
  const wanted = evaluate(graph, values);
  for (const [i, { data }] of wanted.entries()) {
    const found = (await engine.download(outputs[i])).data;
    expect(found.length).toBe(data.length);
    data.forEach((y, k) => expect(found[k]).toBeCloseTo(y, 4));
  }
});

describe('fusing for the graphics card', () => {
  it('keeps the order of random programs and their gradients, within the buffers of a kernel', () => {
    for (let seed = 1; seed <= 120; seed++) {
      const { graph } = randomGraph(seed, 35);
      const total = graph.outputs.map(({ node }) => b.sum(node)).reduce((s, x) => b.add(s, x));
      const outputs = [total, ...gradients(total, graph.inputs)].map((node, i) => ({ name: `y${i}`, node }));
      const both: Graph = { inputs: graph.inputs, outputs };
      for (const program of [plan(both), plan(optimise(both))]) {
        const units = fusePlan(program, 8);
        expect(replay(program, units), `seed ${seed}`).toEqual([]);
        for (const unit of units)
          if (isGroup(unit)) expect(unit.inputs.length + unit.outputs.length).toBeLessThanOrEqual(8);
      }
    }
  });

  it.each(['mlp', 'vae', 'tiny'] as const)(
    'makes a step of %s less than half of the kernels, and moves fewer bytes',
    (name) => {
      const program = plan(optimise(workloads[name]()));
      const units = fusePlan(program, 8);
      const bytes = (
        list: readonly { readonly inputs: readonly number[]; readonly outputs: readonly number[] }[],
      ): number =>
        list
          .flatMap(({ inputs, outputs }) => [...inputs, ...outputs])
          .reduce((sum, slot) => sum + program.slots[slot].bytes, 0);
      expect(units.length).toBeLessThan(0.5 * program.instructions.length);
      expect(bytes(units)).toBeLessThan(0.7 * bytes(program.instructions));
    },
  );
});
