/**
 * Warnings that a comment silences: `-- allow L0901` on the line before the place, at its end, or on the line before the
 * declaration it is in. Errors cannot be silenced.
 */
import { position } from '../grammar/diagnostics.ts';
import type { Diagnostic } from '../grammar/diagnostics.ts';
import type { Module } from '../grammar/tree/declarations.ts';

const allows = (line: string | undefined, code: string): boolean => {
  const found = /--+\s*allow\s+(L\d{4}(?:\s*,\s*L\d{4})*)/.exec(line ?? '');
  return found !== null && found[1].split(/\s*,\s*/).includes(code);
};

/** The lines in which a comment counts: of the place and of its declaration, each with those of comments before it. */
const linesFor = (lines: readonly string[], at: number): string[] => {
  const found = [lines[at]];
  for (let i = at - 1; i >= 0 && /^\s*--/.test(lines[i]); i--) found.push(lines[i]);
  return found;
};

export const withoutAllowed = (
  diagnostics: readonly Diagnostic[],
  module: Module,
  sources: ReadonlyMap<string, string>,
): Diagnostic[] =>
  diagnostics.filter((d) => {
    const text = d.span && sources.get(d.span.file);
    if (d.severity !== 'warning' || !d.span || text === undefined) return true;
    const lines = text.split('\n');
    const { start, file } = d.span;
    const around = module.declarations.find((x) => x.span.file === file && x.span.start <= start && start < x.span.end);
    const places = around ? [start, around.span.start] : [start];
    return !places.some((p) => linesFor(lines, position(text, p).line - 1).some((line) => allows(line, d.code)));
  });
