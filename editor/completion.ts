/**
 * What may be typed here: columns behind a dot, named arguments inside a call, names in scope, the library with its docs, words of the
 * language where a statement or a clause may begin, Unicode behind a backslash. What fits the clause comes first.
 */
import type { Host } from '../compiler/host.ts';
import { softWords } from '../grammar/tokens.ts';
import type { Span } from '../grammar/span.ts';
import { parameterName } from '../grammar/walk.ts';
import { callOf, headOf } from '../grammar/written.ts';
import { callAt } from './calls.ts';
import { docsMarkdown, docsSummary } from './docs.ts';
import { fieldPlace, fieldsAt } from './fields.ts';
import { filesAt } from './files.ts';
import type { Definition, DefinitionKind } from '../compiler/names/definition.ts';
import { spaceOfDefinition, textOf, visibleAt, wordBefore } from './places.ts';
import { calleesOf, parametersOf } from './signatures.ts';
import { abbreviationAt } from './unicode.ts';
import type { View } from './view.ts';
import { keywordDocs, spaceDocs } from './words.ts';

export type CompletionKind = DefinitionKind | 'field' | 'argument' | 'word' | 'symbol' | 'snippet' | 'file';

export interface Completion {
  readonly label: string;
  readonly kind: CompletionKind;
  /** Replaces `span`. */
  readonly insert: string;
  readonly span: Span;
  /** A space, a signature. */
  readonly detail: string;
  readonly docs: string;
  /** Lower is better. */
  readonly rank: number;
}

/** The clause the cursor is in, by the word before what is being typed. */
const clauses: readonly (readonly [RegExp, (d: Definition) => boolean])[] = [
  [/\b(?:over|in)\s+(?:[\p{L}_]\w*\s+in\s+)?$/u, (d) => d.kind === 'model' || d.kind === 'data'],
  [/\bby\s+$/, (d) => d.span.file.endsWith('optimisers.learn')],
  [/\bon\s+$/, (d) => d.kind === 'paradigm' || (d.kind === 'value' && d.declaration?.kind === 'let')],
  [/[~∼]\s*$/, (d) => /distributions|data\.learn/.test(d.span.file) || d.kind === 'supplied' || d.kind === 'data'],
  [/:\s*$/, (d) => d.kind === 'space'],
];

/** Words that can stand only in one place. */
const following: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\bas\s+$/, ['images', 'scatter', 'curve', 'heatmap', 'table']],
  [/\bsubject\s+$/, ['to']],
  [/\b(?:for|every)\s+[\d_]+\s+$/, ['epochs', 'steps']],
  [/\bat\s+$/, ['start', 'every', 'decay']],
];

const beginnings = ['data', 'let', 'def', 'model', 'space', 'show', 'minimize', 'maximize', 'paradigm', 'import'];
const inside = [
  'over',
  'where',
  'subject',
  'on',
  'by',
  'for',
  'batch',
  'seed',
  'seeds',
  'every',
  'eval',
  'if',
  'then',
  'else',
  'param',
  'and',
  'or',
  'not',
  'in',
  'E',
  'P',
  'sum',
  'prod',
  'grad',
  'fold',
  'scan',
  'dist',
  'stop',
];

const definitionItem = (view: View, d: Definition, span: Span, rank: number): Completion => {
  const declaration = d.parameter ? undefined : d.declaration;
  const source = textOf(view, d.span.file);
  const space = d.span.file === view.file ? spaceOfDefinition(view, d) : undefined;
  const detail = space && space.instead !== 'name' ? space.space : declaration ? headOf(declaration, source) : d.kind;
  return { label: d.name, kind: d.kind, insert: d.name, span, detail, docs: d.docs ? docsMarkdown(d.docs) : '', rank };
};

const argumentItems = (view: View, offset: number, span: Span): Completion[] => {
  const call = callAt(view.text, offset);
  if (!call || call.current !== undefined) return [];
  const names = new Map<string, Completion>();
  for (const d of calleesOf(view, call))
    for (const p of parametersOf(d, call.bracket)) {
      const name = parameterName(p);
      const optional = p.default !== undefined || ('keyword' in p && p.keyword);
      if (name === undefined || !optional || call.given.includes(name)) continue;
      const written = textOf(view, d.span.file).slice(p.span.start, p.span.end);
      const docs = d.declaration ? `\`${callOf(d.declaration)}\`: ${docsSummary(d.docs ?? '')}` : '';
      names.set(name, {
        label: `${name} =`,
        kind: 'argument',
        insert: `${name} = `,
        span,
        detail: written,
        docs,
        rank: 0,
      });
    }
  return [...names.values()];
};

const wordItem = (word: string, span: Span, rank: number): Completion => ({
  ...{ label: word, kind: 'word', insert: word, span, detail: '', docs: keywordDocs[word] ?? '', rank },
});

const spaceItems = (span: Span, rank: number): Completion[] =>
  Object.entries(spaceDocs).map(([label, docs]) => ({
    label,
    kind: 'space',
    insert: label,
    span,
    detail: 'space',
    docs,
    rank,
  }));

/** Whether a declaration may begin here: only blanks before it on its line. */
const beginsLine = (text: string, from: number): boolean => /(?:^|\n)[ \t]*$/.test(text.slice(0, from));

const inComment = (text: string, offset: number): boolean =>
  /--/.test(text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).replace(/"[^"\n]*"?/g, ''));

const inText = (text: string, offset: number): boolean => {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return ((line.match(/(?<!\\)"/g) ?? []).length & 1) === 1;
};

const nameItems = (view: View, offset: number, from: number, span: Span): Completion[] => {
  const before = view.text.slice(0, from);
  const fits = clauses.find(([pattern]) => pattern.test(before))?.[1] ?? (() => false);
  const local = visibleAt(view, offset).filter((d) => d.span.start !== from);
  const hidden = new Set(local.map((d) => d.name));
  const library = [...view.around.library].filter(([name]) => !hidden.has(name) && !name.startsWith('_'));
  const isSpace = /:\s*$/.test(before) && !/[[,]\s*$/.test(before);
  return [
    ...local.map((d) => definitionItem(view, d, span, fits(d) ? 0 : 2)),
    ...library.map(([, [d]]) => definitionItem(view, d, span, fits(d) ? 1 : 4)),
    ...spaceItems(span, isSpace ? 0 : 5),
    ...(beginsLine(view.text, from) ? beginnings.map((w) => wordItem(w, span, 1)) : []),
    ...inside.map((w) => wordItem(w, span, 3)),
    ...(beginsLine(view.text, from)
      ? []
      : softWords.filter((w) => keywordDocs[w] === undefined).map((w) => wordItem(w, span, 6))),
  ];
};

export const complete = async (view: View, offset: number, host: Host): Promise<Completion[]> => {
  const { text, file } = view;
  if (inComment(text, offset)) return [];
  if (inText(text, offset)) {
    const place = await filesAt(view, offset, host);
    const span = { file, start: place?.from ?? offset, end: offset };
    return (place?.names ?? []).map((name) => ({
      ...{ label: name, kind: 'file', insert: name, span, detail: '', docs: '', rank: 0 },
    }));
  }
  const abbreviation = abbreviationAt(text, offset);
  const symbols = (abbreviation?.offers ?? []).map(({ label, insert }): Completion => ({
    ...{
      label,
      kind: 'symbol',
      insert,
      span: { file, start: abbreviation!.start, end: offset },
      detail: insert,
      docs: '',
    },
    rank: 0,
  }));
  if (abbreviation?.written.startsWith('\\')) return symbols;
  const field = fieldPlace(text, offset);
  if (field) {
    const span = { file, start: field.from, end: offset };
    const fields = await fieldsAt(view, field.dot, offset, host);
    return fields.map(({ name, space }) => ({
      ...{ label: name, kind: 'field', insert: name, span, detail: space, docs: '', rank: 0 },
    }));
  }
  const from = offset - wordBefore(text, offset).length;
  const span = { file, start: from, end: offset };
  const only = following.find(([pattern]) => pattern.test(text.slice(0, from)));
  if (only) return only[1].map((w) => wordItem(w, span, 0));
  const items = [...symbols, ...argumentItems(view, offset, span), ...nameItems(view, offset, from, span)];
  const seen = new Set<string>();
  return items.filter(({ label }) => !seen.has(label) && seen.add(label));
};
