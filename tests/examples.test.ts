/**
 * The examples: each compiles, is formatted, and the quick ones are trained until their thresholds are met. All of them:
 * `npm run examples`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { render } from '../grammar/diagnostics.ts';
import { format } from '../grammar/print.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { root } from './fixtures/process.ts';
import { quick } from './fixtures/quick-examples.ts';
import { openDesk } from './fixtures/terminal.ts';

const folder = join(root, 'examples');
const examples = readdirSync(folder)
  .filter((f) => f.endsWith('.learn'))
  .sort();
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

describe.each(examples)('%s', (file) => {
  test('compiles', async () => {
    const path = join(folder, file);
    const { diagnostics, sources, program } = await compile(path, read(file), nodeHost(), {});
    const errors = diagnostics.filter((d) => d.severity === 'error');
    expect(errors.map((d) => render(d, sources)).join('\n\n')).toBe('');
    expect(program).toBeDefined();
  });
  test('is formatted', async () => expect(await format(read(file), { symbols: 'keep', file })).toBe(read(file)));
});

describe('trained to their thresholds', () => {
  const desk = openDesk();
  afterAll(() => desk.remove());
  test.each(quick)('%s', { timeout: 120_000 }, async (file) => {
    const { code, out, err } = await desk.learn('run', join(folder, file), '--check', '--quiet', '--out', file);
    expect([code, err]).toEqual([0, '']);
    expect(out).not.toContain('✗');
  });
});
