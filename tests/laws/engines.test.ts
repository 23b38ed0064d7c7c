/**
 * Laws of engines: random programs mean what the oracle says, learning is the same everywhere, and memory is flat between steps.
 */
import { findBackend } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/ir/evaluate.ts';
import { openEngine } from '../../runtime/engines/choose.ts';
import type { Buffer, Engine, EngineName } from '../../runtime/engines/engine.ts';
import { difference, engineNames, runOn, traceOn } from '../engines-compare.ts';
import { plan } from '../../compiler/plan.ts';
import { perceptron, randomGraph, startOf } from '../engines-programs.ts';

/** Tensors that TF.js knows of, where it is under the engine. */
const held = (name: EngineName): number => {
  const backend = name === 'tfjs-wasm' ? 'wasm' : name;
  return findBackend(backend)?.numDataIds() ?? 0; // other engines are not TF.js's
};

/** Steps that feed their outputs back; the loss of each. */
const train = async (engine: Engine, steps: number, afterStep: () => void = () => {}): Promise<number[]> => {
  const graph = perceptron([8, 16, 12, 3], 12, 'adam');
  const step = engine.load(plan(engine.legalise(graph)));
  const [x, labels, ...start] = startOf(graph).map(engine.upload);
  let state: Buffer[] = start;
  const losses: number[] = [];
  for (let k = 0; k < steps; k++) {
    const [loss, ...next] = step.run([x, labels, ...state]);
    state.forEach(engine.release);
    state = next;
    if (k % 10 === 0 || steps < 100) losses.push((await engine.download(loss)).data[0]);
    engine.release(loss);
    afterStep();
  }
  [x, labels, ...state].forEach(engine.release);
  step.dispose();
  return losses;
};

const oracle = await openEngine('oracle');
if ('failed' in oracle) throw new Error(oracle.failed);
const expected = await train(oracle.engine, 30);

for (const name of engineNames) {
  const opened = await openEngine(name);
  if ('failed' in opened) {
    describe.skip(`${name} (skipped: ${opened.failed})`, () => it('does not start here', () => {}));
    continue;
  }
  const { engine } = opened;
  const slow = name === 'webgpu';

  describe(name, () => {
    it('random programs mean what the oracle says', async () => {
      for (let seed = 1; seed <= (slow ? 8 : 60); seed++) {
        const { graph, inputs } = randomGraph(seed, 25);
        const wanted = evaluate(graph, inputs, { precision: 'float32' });
        const seen = await runOn(engine, graph, inputs);
        wanted.forEach((value, i) =>
          expect(difference(seen[i], value, 2e-4), `seed ${seed}, output ${i}`).toBe(undefined),
        );
      }
      expect(engine.memory()).toMatchObject({ buffers: 0, bytes: 0 });
    });

    it('a perceptron learns along the same curve', async () => {
      const losses = await train(engine, slow ? 10 : 30);
      losses.forEach((loss, k) => expect(loss, `step ${k}`).toBeCloseTo(expected[k], 3));
      expect(expected[29]).toBeLessThan(expected[0] * 0.7);
    });

    it(`memory is flat over ${slow ? 20 : 1000} steps`, async () => {
      const seen = new Set<string>();
      const tensors = new Set<number>();
      const before = held(name);
      await train(engine, slow ? 20 : 1000, () => {
        seen.add(JSON.stringify(engine.memory()));
        tensors.add(held(name));
      });
      expect([...seen]).toHaveLength(1);
      expect(tensors.size).toBeLessThanOrEqual(1);
      expect(engine.memory()).toMatchObject({ buffers: 0, bytes: 0 });
      expect(held(name)).toBe(before);
    });

    it('a trace shows every instruction, and leaves nothing', async () => {
      const { graph, inputs } = randomGraph(5, 12);
      const { shown, slots } = await traceOn(engine, graph, inputs);
      expect(shown.length).toBe(slots.length);
      expect(engine.memory()).toMatchObject({ buffers: 0, bytes: 0 });
    });
  });
}
