/** Nothing leaks: while an example trains, what its engine holds stays the same. All examples for 10,000 steps: bench/memory.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sampled } from '../bench/memory-of.ts';
import { compile } from '../compiler/compile.ts';
import type { Program } from '../compiler/program.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import type { Engine } from '../runtime/engines/engine.ts';
import { root } from './fixtures/process.ts';
import { quick } from './fixtures/quick-examples.ts';
import { engineFor } from './session-programs.ts';

const steps = 100;

const programOf = async (example: string): Promise<Program> => {
  const path = join(root, 'examples', example);
  const { program } = await compile(path, readFileSync(path, 'utf8'), nodeHost(), {});
  return program as Program;
};

/** Of each training its second half: by then every evaluation has run once and has its data in place. */
const settled = async (program: Program, engine: Engine) => {
  const samples = (await sampled(program, engine, steps)).filter((s) => s.step >= steps / 2);
  const trainings = [...new Set(samples.map((s) => s.training))];
  return trainings.map((t) =>
    samples.filter((s) => s.training === t).map(({ buffers, bytes, arena }) => ({ buffers, bytes, arena })),
  );
};

const byGradient = (program: Program): boolean =>
  program.stages.some((s) => s.actions.some((a) => a.kind === 'train' && a.solver.kind === 'gradient'));

describe(`memory over ${steps} steps`, () => {
  test.each(quick)('%s', { timeout: 120_000 }, async (example) => {
    const program = await programOf(example);
    if (!byGradient(program)) return;
    const trainings = await settled(program, await engineFor());
    expect(trainings.length).toBeGreaterThan(0);
    for (const samples of trainings) {
      expect(samples.length).toBeGreaterThan(5);
      for (const later of samples) expect(later).toEqual(samples[0]);
    }
  });

  test('an engine that forgets to release is seen', async () => {
    const engine = await engineFor();
    let asked = 0;
    const forgetful: Engine = {
      ...engine,
      release: (buffer) => {
        if (++asked % 100 > 0) engine.release(buffer);
      },
    };
    const [samples] = await settled(await programOf('06-gan.learn'), forgetful);
    expect((samples.at(-1) as { buffers: number }).buffers).toBeGreaterThan(samples[0].buffers);
  });
});
