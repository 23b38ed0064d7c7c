/** The formatter at its doors: the examples are formatted, the Prettier plugin is the same printer, one line for messages. */
import { readdirSync, readFileSync } from 'node:fs';
import { check, format as prettify } from 'prettier';
import { describe, expect, test } from 'vitest';
import * as plugin from '../editor/prettier.ts';
import { parseExpression } from '../grammar/parse.ts';
import { format, printExpression } from '../grammar/print.ts';

const folder = new URL('../examples/', import.meta.url).pathname;
const examples = readdirSync(folder).filter((f) => f.endsWith('.learn'));

test.each(examples)('examples/%s is formatted', async (file) => {
  const text = readFileSync(folder + file, 'utf8');
  expect(await format(text, { symbols: 'keep', file })).toBe(text);
});

describe('as a Prettier plugin', () => {
  const options = { plugins: [plugin], filepath: 'spec.learn' };

  test.each(examples)('%s comes out as from learn fmt', async (file) => {
    const text = readFileSync(folder + file, 'utf8');
    expect(await prettify(text, options)).toBe(text);
    expect(await check(text, options)).toBe(true);
  });

  test('the width is Prettier’s option, 100 unless told otherwise', async () => {
    const text = 'let y = some_function(first_argument + 1, second_argument * 2, third_argument - 3)\n';
    expect(await prettify(text, options)).toBe(text);
    const narrow = await prettify(text, { ...options, printWidth: 50 });
    expect(Math.max(...narrow.split('\n').map((l) => l.length))).toBeLessThanOrEqual(50);
  });

  test('a syntax error is one for Prettier, with its place', async () => {
    const failed = prettify('let x = 3\nlet y = f(1 2)\n', options);
    await expect(failed).rejects.toThrow(/nothing joins the number `1` and the number `2` \(L0112\)/);
    await failed.catch((e: { loc: unknown }) =>
      expect(e.loc).toEqual({ start: { line: 2, column: 13 }, end: { line: 2, column: 14 } }),
    );
  });

  test('line ends as the options say', async () => {
    expect(await prettify('let x=1\r\nlet y=2\r\n', { ...options, endOfLine: 'lf' })).toBe('let x = 1\nlet y = 2\n');
  });
});

describe('an expression on one line', () => {
  const printed = (text: string, symbols?: 'unicode'): string =>
    printExpression(parseExpression(text, 'e').expr!, symbols && { symbols });
  test('whatever its lines were', () => {
    expect(printed('f(\n  x,\n  y) +\n {\n  a = 1\n  a\n}')).toBe('f(x, y) + { a = 1; a }');
  });
  test('in Unicode', () => {
    expect(printed('E[x ~ P] f(x) * 2 <= R', 'unicode')).toBe('𝔼[x ∼ P] f(x) · 2 ≤ ℝ');
  });
});
