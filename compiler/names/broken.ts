/** What only follows from a line that could not be read: a name that it would have declared, a member that its model no longer uses. */
import type { Diagnostic } from '../../grammar/diagnostics.ts';
import { asPattern } from '../../grammar/tokens.ts';

const lineAt = (text: string, offset: number): string => {
  const end = text.indexOf('\n', offset);
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, end < 0 ? undefined : end);
};

/** `let x`, `for x in`, `x = ...`, `x ~ ...` */
const declares = (line: string, name: string): boolean => {
  const own = `(?<![\\p{L}\\p{N}_.])${asPattern(name)}(?![\\p{L}\\p{N}_'])`;
  return (
    new RegExp(`\\b(let|data|def|model|space|param|fold|scan)\\s+${own}`, 'u').test(line) ||
    new RegExp(`${own}\\s*(=(?!=)|~|∼|:|in\\b|∈)`, 'u').test(line)
  );
};

export const withoutFollowing = (
  diagnostics: readonly Diagnostic[],
  syntax: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): readonly Diagnostic[] => {
  const broken = syntax.flatMap(({ span }) => (span ? [lineAt(sources.get(span.file) ?? '', span.start)] : []));
  if (broken.length === 0) return diagnostics;
  return diagnostics.filter((d) => {
    const name = (d.details as { readonly name?: string } | undefined)?.name;
    if (d.code === 'L0401') return false;
    return d.code !== 'L0201' || name === undefined || !broken.some((line) => declares(line, name));
  });
};
