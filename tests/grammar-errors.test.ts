/** Syntax errors as the reader sees them: a golden case for every code, and every fix does what it says. */
import { describe, expect, test } from 'vitest';
import { render } from '../grammar/diagnostics.ts';
import { messages } from '../grammar/messages.ts';
import { parse } from '../grammar/parse.ts';
import { casesOf, golden } from './golden.ts';

const FILE = 'spec.learn';

const isSyntax = (name: string): boolean => name.startsWith('L01');

golden('errors', (source, c) => {
  if (!isSyntax(c.name)) return Object.fromEntries([...c.sections].filter(([name]) => name !== 'SOURCE'));
  const { diagnostics } = parse(source, FILE);
  return { PROBLEMS: diagnostics.map((d) => render(d, new Map([[FILE, source]]))).join('\n\n') };
});

const cases = casesOf('errors').filter((c) => isSyntax(c.name));

describe('codes', () => {
  test.each(Object.keys(messages).sort())('%s has a case that shows it', (code) => {
    const own = cases.filter((c) => c.name.startsWith(code));
    expect(own.length).toBeGreaterThan(0);
    for (const c of own) {
      const { diagnostics } = parse(c.sections.get('SOURCE')!, FILE);
      expect(diagnostics.map((d) => d.code)).toContain(code);
    }
  });

  test.each(Object.entries(messages))('%s is explained in two to five sentences', (_, { explanation }) => {
    const sentences = explanation.replace(/`[^`]*`/g, '').match(/[.!?](\s|$)/g) ?? [];
    expect(sentences.length).toBeGreaterThanOrEqual(2);
    expect(sentences.length).toBeLessThanOrEqual(5);
  });
});

describe('fixes', () => {
  const fixed = cases.flatMap((c) => {
    const source = c.sections.get('SOURCE')!;
    return parse(source, FILE).diagnostics.flatMap((d) => d.fixes.map((fix) => ({ name: c.name, source, d, fix })));
  });
  test('there are some', () => expect(fixed.length).toBeGreaterThan(15));
  test.each(fixed.map((f) => [`${f.name}: ${f.fix.title}`, f] as const))('%s', (_, { source, d, fix }) => {
    const { start, end } = fix.span;
    const mended = source.slice(0, start) + fix.replacement + source.slice(end);
    const count = (text: string): number => parse(text, FILE).diagnostics.filter((x) => x.code === d.code).length;
    expect(count(mended)).toBeLessThan(count(source));
  });
});
