/** Laws of grammar and printer: what is printed reads as the same tree, formatting is stable, both spellings say the same. */
import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, parseExpression } from '../../grammar/parse.ts';
import { format, layOut, printExpression, printModule } from '../../grammar/print.ts';
import { anyExpr, anyModule, withoutSpans } from './trees.ts';

const runs = { numRuns: Number(process.env.LEARN_LAW_RUNS ?? 300), seed: 7 };

const read = (text: string): unknown => {
  const { module, diagnostics } = parse(text, 'f.learn');
  expect(
    diagnostics.map((d) => `${d.code} ${d.message}`),
    text,
  ).toEqual([]);
  return withoutSpans(module);
};

describe('random trees', () => {
  test('an expression printed on one line reads as itself', () => {
    fc.assert(
      fc.property(anyExpr, (e) => {
        const text = printExpression(e);
        const { expr, diagnostics } = parseExpression(text, 'f');
        expect(
          diagnostics.map((d) => `${d.code} ${d.message}`),
          text,
        ).toEqual([]);
        expect(text).not.toContain('\n');
        expect(withoutSpans(expr), text).toEqual(withoutSpans(e));
      }),
      runs,
    );
  });

  test.each([100, 40])('a module printed %d columns wide reads as itself', (width) => {
    fc.assert(
      fc.property(anyModule, (module) => {
        expect(read(printModule(module, width))).toEqual(withoutSpans(module));
      }),
      runs,
    );
  });

  test('formatting keeps the tree, is stable, and goes to Unicode and back', async () => {
    const property = fc.asyncProperty(anyModule, async (module) => {
      const text = printModule(module, 60);
      const formatted = await layOut(text, 'f.learn');
      expect(read(formatted)).toEqual(withoutSpans(module));
      expect(await format(formatted, { symbols: 'keep', file: 'f.learn' })).toBe(formatted);
      const unicode = await format(formatted, { symbols: 'unicode', file: 'f.learn' });
      expect(read(unicode)).toEqual(withoutSpans(module));
      expect(await format(unicode, { symbols: 'keep', file: 'f.learn' })).toBe(unicode);
      expect(await format(unicode, { symbols: 'ascii', file: 'f.learn' })).toBe(formatted);
    });
    await fc.assert(property, { ...runs, numRuns: Math.ceil(runs.numRuns / 5) });
  });
});

const root = new URL('../../', import.meta.url).pathname;
const filesIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).flatMap((f) => (f.endsWith('.learn') ? [folder + f] : [])) : [];
const files = ['examples/', 'stdlib/', '../shared/specs/'].flatMap((folder) => filesIn(root + folder));

/** Every word and sign of the comments, in order. */
const commentsOf = (text: string): readonly string[] => parse(text, 'f').comments.map((c) => c.text);

describe.each(files.map((f) => [f.slice(root.length), f]))('%s', (_, file) => {
  const text = readFileSync(file, 'utf8');
  const tree = read(text);

  test.each([100, 70, 40])(
    'formatted %d columns wide it says the same, and formatting again changes nothing',
    async (width) => {
      const formatted = await format(text, { symbols: 'keep', file, width });
      expect(read(await layOut(text, file, width))).toEqual(tree);
      expect(read(formatted)).toEqual(tree);
      expect(commentsOf(formatted)).toEqual(commentsOf(text));
      expect(await format(formatted, { symbols: 'keep', file, width })).toBe(formatted);
      const long = formatted.split('\n').filter((line) => line.length > width && !line.includes('--'));
      // Only what has no place to break may stick out: a string, a long name, a call without arguments.
      for (const line of long) expect(line.trim().split(/(?<=[,(\[{]) ?/).length, line).toBeLessThan(8);
    },
  );

  test('Unicode and back is the identity', async () => {
    const ascii = await format(text, { symbols: 'ascii', file });
    const unicode = await format(ascii, { symbols: 'unicode', file });
    expect(read(unicode)).toEqual(tree);
    expect(await format(unicode, { symbols: 'ascii', file })).toBe(ascii);
    expect(await format(unicode, { symbols: 'keep', file })).toBe(unicode);
  });
});
