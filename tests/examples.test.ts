/**
 * The examples: each compiles (or is in the table of those that wait for a later version, with what they wait for), is formatted, and
 * the quick ones are trained until their thresholds are met. All of them: `npm run examples`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compile, compileExpression } from '../compiler/compile.ts';
import { laterNames } from '../compiler/elaborate/later.ts';
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

/** What is "not available yet" (L0601) in an example: the name, or the construct in words. This table may only shrink. */
const later: Readonly<Record<string, readonly string[]>> = {};

test('the table of what comes later names examples that exist', () =>
  expect(Object.keys(later).filter((file) => !examples.includes(file))).toEqual([]));

test.each([...laterNames])('%s is not in the library yet, and using it says so', async (name) => {
  const { diagnostics } = await compileExpression(name, nodeHost(), {});
  expect(diagnostics.map((d) => d.code)).toEqual(['L0601']);
});

describe.each(examples)('%s', (file) => {
  test('compiles, or waits for exactly what the table says', async () => {
    const path = join(folder, file);
    const { diagnostics, sources, program } = await compile(path, read(file), nodeHost(), {});
    const errors = diagnostics.filter((d) => d.severity === 'error');
    const waiting = errors
      .filter((d) => d.code === 'L0601')
      .map((d) => d.message.replace(' is part of the language, but not available yet', ''));
    const wrong = errors.filter((d) => d.code !== 'L0601');
    expect(wrong.map((d) => render(d, sources)).join('\n\n')).toBe('');
    expect([...new Set(waiting)].sort()).toEqual([...(later[file] ?? [])].sort());
    expect(program !== undefined).toBe(errors.length === 0);
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
