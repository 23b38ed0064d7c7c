/** Quick fixes: for every wrong spec that has one, the edit mends what is said, and what was formatted stays so. */
import { describe, expect, test } from 'vitest';
import type { Diagnostic, Fix } from '../grammar/diagnostics.ts';
import { format } from '../grammar/print.ts';
import { checked, rendered } from './errors-harness.ts';
import { casesOf } from './golden.ts';

const apply = (text: string, { span, replacement }: Fix): string =>
  text.slice(0, span.start) + replacement + text.slice(span.end);

const cases = casesOf('errors').filter((c) => !c.name.startsWith('L01'));
const tidied = (text: string): Promise<string> => format(text, { symbols: 'keep', file: 'spec.learn' });
/** A line may have become too long: the formatter breaks it, and changes nothing else. */
const words = (text: string): string => text.replace(/\s+/g, ' ');

describe('every fix of a wrong spec', () => {
  let [fixes, mended] = [0, 0];
  test.each(cases.map((c) => [c.name, c] as const))('%s', async (_, c) => {
    const source = c.sections.get('SOURCE')!;
    const { diagnostics } = await checked(source);
    const tidy = await tidied(source);
    for (const d of diagnostics)
      for (const fix of d.fixes) {
        const text = apply(source, fix);
        const after = await checked(text);
        const said = `${fix.title}\n${text}\n${rendered(after)}`;
        const same = (x: Diagnostic): boolean => x.code === d.code && x.message === d.message;
        expect(after.diagnostics.filter(same).length, said).toBeLessThan(diagnostics.filter(same).length);
        if (source === tidy) expect(words(await tidied(text)), said).toBe(words(text));
        fixes++;
        if (after.diagnostics.length < diagnostics.length) mended++;
      }
  });

  test('most of them leave nothing to mend', () => {
    expect(fixes).toBeGreaterThan(90);
    expect(mended / fixes).toBeGreaterThan(0.8);
  });
});
