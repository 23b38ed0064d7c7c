/** Errors behind the syntax, as `learn check` shows them: a golden case for every code. */
import { describe, expect, test } from 'vitest';
import type { Compilation } from '../compiler/compile.ts';
import { messages } from '../compiler/messages.ts';
import { checked, rendered } from './errors-harness.ts';
import { casesOf, golden } from './golden.ts';

const isSyntax = (name: string): boolean => name.startsWith('L01');

/** What the editor offers: the line as it becomes. */
const edits = ({ diagnostics }: Compilation, source: string): string =>
  diagnostics
    .flatMap((d) => d.fixes.map((f) => ({ ...f, code: d.code })))
    .map(({ code, title, span, replacement, guess }) => {
      const text = source.slice(0, span.start) + replacement + source.slice(span.end);
      const from = text.lastIndexOf('\n', span.start - 1) + 1;
      const end = text.indexOf('\n', span.start + replacement.trimEnd().length);
      return `${code}${guess ? ', one way' : ''}: ${title}\n  ${text.slice(from, end < 0 ? undefined : end)}`;
    })
    .join('\n');

golden('errors', async (source, c) => {
  if (isSyntax(c.name)) return Object.fromEntries([...c.sections].filter(([name]) => name !== 'SOURCE'));
  const found = await checked(source);
  return { PROBLEMS: rendered(found), FIXES: edits(found, source) };
});

const cases = casesOf('errors').filter((c) => !isSyntax(c.name));

describe('codes', () => {
  test.each(Object.keys(messages).sort())('%s has a case that shows it', (code) => {
    const own = cases.filter((c) => c.name.startsWith(code));
    expect(own.length).toBeGreaterThan(0);
    for (const c of own) expect(c.sections.get('PROBLEMS')).toContain(`[${code}]`);
  });
});

describe('places', () => {
  test.each(cases.map((c) => [c.name, c] as const))('%s: every span is inside its file', async (_, c) => {
    const { diagnostics, sources } = await checked(c.sections.get('SOURCE')!);
    for (const { span, notes } of diagnostics)
      for (const s of [span, ...notes.map((n) => n.span)])
        if (s) {
          expect(s.start).toBeLessThanOrEqual(s.end);
          expect(s.end).toBeLessThanOrEqual(sources.get(s.file)!.length);
        }
  });
});
