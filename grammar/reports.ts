/**
 * One slip, one report: what the parser says is left out where a lexer's or layout's report explains it already.
 * A bracket left open is reported where the text first made no sense inside it.
 */
import type { Diagnostic } from './diagnostics.ts';

/** What the parser finds inside a bracket that was left open, when the bracket is to blame. */
const symptoms = new Set(['L0101', 'L0110', 'L0111', 'L0112', 'L0128', 'L0141']);

const start = (d: Diagnostic): number => d.span?.start ?? 0;
const end = (d: Diagnostic): number => d.span?.end ?? 0;

export const settle = (
  lexical: readonly Diagnostic[],
  syntactic: readonly Diagnostic[],
  text: string,
): readonly Diagnostic[] => {
  const left = new Set(syntactic);
  // A string that is not closed swallows the brackets behind it.
  const swallowed = (d: Diagnostic): boolean =>
    d.code === 'L0105' && lexical.some((s) => s.code === 'L0103' && end(s) === end(d));
  const causes = lexical.filter((d) => !swallowed(d));
  const first = causes.map((d) => {
    for (const other of left) {
      const between = text.slice(end(d), start(other));
      // Directly behind a sign that was skipped, or a bracket that was supplied.
      const follows = start(other) >= start(d) && between.trim() === '' && !between.includes('\n');
      if (follows && (d.code === 'L0102' || d.code === 'L0105') && symptoms.has(other.code)) left.delete(other);
    }
    const open = d.code === 'L0105' ? d.notes[0]?.span : undefined;
    if (!open) return d;
    for (const other of left) {
      if (!symptoms.has(other.code) || start(other) < open.end || start(other) > end(d)) continue;
      left.delete(other);
      return { ...d, span: other.span };
    }
    return d;
  });
  return [...first, ...left].sort((a, b) => start(a) - start(b));
};
