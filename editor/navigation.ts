/** Where a name is defined, everywhere it is used, and another name for it in all those places. */
import { hardWords } from '../grammar/tokens.ts';
import type { Span } from '../grammar/span.ts';
import { sameDefinition } from '../compiler/names/definition.ts';
import type { Definition, Occurrence } from '../compiler/names/definition.ts';
import { occurrenceAt } from './places.ts';
import { read } from './view.ts';
import type { View } from './view.ts';

/** Of an overloaded name all definitions; a definition is its own. */
export const definitionsAt = (view: View, offset: number): readonly Definition[] =>
  occurrenceAt(view, offset)?.definitions ?? [];

const shares = (o: Occurrence, definitions: readonly Definition[]): boolean =>
  o.definitions.some((d) => definitions.some((other) => sameDefinition(d, other)));

/** Overloads of one name are one name. */
const meaning = (view: View, offset: number): readonly Definition[] => {
  const here = definitionsAt(view, offset);
  const together = view.names.occurrences.filter((o) => shares(o, here)).flatMap((o) => o.definitions);
  return [...new Set([...here, ...together])];
};

/** In the text itself; `withDefinition`: also where it is defined. */
export const referencesAt = (view: View, offset: number, withDefinition = true): Span[] => {
  const definitions = meaning(view, offset);
  if (definitions.length === 0) return [];
  return view.names.occurrences
    .filter((o) => shares(o, definitions) && (withDefinition || o.role === 'use'))
    .map((o) => o.span);
};

export interface Edit {
  readonly span: Span;
  readonly replacement: string;
}

export type Renaming = { readonly edits: readonly Edit[] } | { readonly refused: string };

/** The name that would be renamed, or why it cannot be. */
export const renameable = (
  view: View,
  offset: number,
): { readonly span: Span; readonly name: string } | { readonly refused: string } => {
  const occurrence = occurrenceAt(view, offset);
  const definitions = occurrence ? meaning(view, offset) : [];
  if (!occurrence || definitions.length === 0) return { refused: 'there is no name of this file here' };
  if (definitions.some((d) => d.span.file !== view.file))
    return { refused: `\`${occurrence.name}\` is defined in ${definitions[0].span.file}` };
  if (definitions.some((d) => d.kind === 'supplied'))
    return { refused: `\`${occurrence.name}\` is what \`on\` supplies: it has this name everywhere` };
  return { span: occurrence.span, name: occurrence.name };
};

const applied = (text: string, edits: readonly Edit[]): string =>
  [...edits]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce((t, { span, replacement }) => t.slice(0, span.start) + replacement + t.slice(span.end), text);

/** What every name of a file means, by the order in which names are written: places move, meanings must not. */
const meanings = (view: View): string => {
  const order = new Map(view.names.occurrences.map((o, i) => [o.span.start, i]));
  return view.names.occurrences
    .map((o) =>
      o.definitions
        .map((d) => (d.span.file === view.file ? (order.get(d.span.start) ?? d.kind) : `${d.span.file} ${d.name}`))
        .join(),
    )
    .join(' ');
};

export const rename = (view: View, offset: number, name: string): Renaming => {
  const subject = renameable(view, offset);
  if ('refused' in subject) return subject;
  if (!/^[\p{L}_][\p{L}\p{M}\p{Nd}\p{Pc}]*['′]*$/u.test(name)) return { refused: `\`${name}\` is not a name` };
  if ((hardWords as readonly string[]).includes(name)) return { refused: `\`${name}\` is a word of the language` };
  const edits = referencesAt(view, offset).map((span) => ({ span, replacement: name }));
  const after = read(view.file, applied(view.text, edits), view.around);
  if (meanings(after) !== meanings(view))
    return { refused: `\`${name}\` already means something where \`${subject.name}\` is used` };
  return { edits };
};
