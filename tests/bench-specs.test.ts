/**
 * The specs of the benchmark compile, and a step of theirs on `wasm` and on `native` takes less than 1.3 of the most bytes that are alive at
 * once in its plan: what it lays out for itself (patches of convolutions included) together with its results.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { optimise } from '../compiler/passes/index.ts';
import { plan } from '../compiler/plan.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { legaliseFor } from '../runtime/engines/legalise.ts';
import { heldBytes, prepare } from '../runtime/engines/wasm/prepare.ts';

const folder = fileURLToPath(new URL('../bench/specs/', import.meta.url));

it.each(readdirSync(folder))('%s', async (name) => {
  const file = folder + name;
  const { program, diagnostics } = await compile(file, readFileSync(file, 'utf8'), nodeHost(), { seed: 1 });
  expect(diagnostics).toEqual([]);
  const players = program!.stages[0].actions.flatMap((action) =>
    action.kind === 'train' && action.solver.kind === 'gradient' ? action.solver.players : [],
  );
  expect(players.length).toBeGreaterThan(0);
  for (const { graph } of players)
    for (const engine of ['wasm', 'native'] as const) {
      const made = plan(optimise(legaliseFor(engine, graph)));
      expect(heldBytes(prepare(made, true))).toBeLessThan(1.3 * made.peakBytes);
    }
});
