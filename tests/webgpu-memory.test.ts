/**
 * What a training step holds on a graphics card at once is less than 1.3 of the most bytes alive at once in its plan, for every spec of the
 * benchmark at its own size; and it asks for fewer kernels than there are instructions. Counted on Dawn's device that computes nothing.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { backend } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { boundOf, watchMemory } from '../bench/device-memory.ts';
import { installIdleCard } from '../bench/idle-card.ts';
import { compiled, opened, openTraining } from '../bench/training.ts';

const folder = fileURLToPath(new URL('../bench/specs/', import.meta.url));
/** The package is optional. */
const installed = await installIdleCard();

it.skipIf(!installed).each(readdirSync(folder))('%s', { timeout: 120_000 }, async (name) => {
  const engine = await opened('webgpu');
  expect(engine.description).toContain('null-backend');
  const training = await openTraining(await compiled(folder + name), engine);
  const memory = watchMemory(backend());
  for (const player of training.players) training.move(player, 0);
  await training.losses();
  const bounds = training.players.map(({ prepared }) => boundOf(prepared.plan));
  for (const [i, player] of training.players.entries()) {
    memory.begin();
    training.move(player, 1);
    expect(memory.held.most - memory.held.before).toBeLessThan(1.3 * bounds[i]);
    expect(memory.held.taken).toBeGreaterThan(0);
  }
});
