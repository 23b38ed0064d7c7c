/** The space of every expression that has one, in the order of the source: `4:6  birds  [(R[3], R)]`. */
import { position } from '../../grammar/diagnostics.ts';
import type { PrintedAt } from '../spaces/printed.ts';

export interface SpaceAt {
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly space: string;
}

/** Longer pieces of source are cut: the place says which they are. */
const shown = 40;

const shortened = (text: string): string => {
  const line = text.replace(/\s+/g, ' ');
  return [...line].length <= shown ? line : `${[...line].slice(0, shown - 1).join('')}…`;
};

export const spacesOf = (spaces: readonly PrintedAt[], file: string, source: string): SpaceAt[] => {
  const seen = new Set<string>();
  return spaces
    .filter(({ span, space }) => {
      const key = `${span.start} ${span.end} ${space}`;
      return span.file === file && !seen.has(key) && seen.add(key);
    })
    .toSorted((a, b) => a.span.start - b.span.start || b.span.end - a.span.end)
    .map(({ span, space }) => ({
      ...position(source, span.start),
      text: shortened(source.slice(span.start, span.end)),
      space,
    }));
};

export const printSpaces = (rows: readonly SpaceAt[]): string => {
  const places = rows.map((r) => `${r.line}:${r.column}`);
  const wide = (texts: readonly string[]): number => Math.max(0, ...texts.map((t) => [...t].length));
  const [a, b] = [wide(places), wide(rows.map((r) => r.text))];
  const pad = (text: string, width: number): string => text + ' '.repeat(width - [...text].length);
  return rows.map((r, i) => `${pad(places[i], a)}  ${pad(r.text, b)}  ${r.space}`).join('\n');
};
