/**
 * What the thing under the cursor is: how it was declared, the space it is in, what its author wrote about it,
 * and how the compiler estimates the expectation around it, with the reason.
 */
import type { Span } from '../grammar/span.ts';
import { headOf, written } from '../grammar/written.ts';
import { docsMarkdown } from './docs.ts';
import type { Definition } from '../compiler/names/definition.ts';
import { isBuiltinSpace } from '../compiler/spaces/names.ts';
import { occurrenceAt, smallestAt, spaceOfDefinition, spaceOfSpan, textOf } from './places.ts';
import type { View } from './view.ts';
import { keywordDocs, spaceDocs } from './words.ts';

export interface Hover {
  readonly span: Span;
  readonly markdown: string;
}

const code = (text: string): string => `\`\`\`learn\n${text}\n\`\`\``;

const definedBy = (d: Definition, view: View, space: string | undefined): string => {
  const { declaration } = d;
  const typed = space === undefined ? '' : ` : ${space}`;
  if (declaration && d.parameter === undefined && d.kind !== 'picture') {
    const head = headOf(declaration, textOf(view, declaration.span.file));
    const open = declaration.kind === 'let' || (declaration.kind === 'data' && !declaration.space);
    return open && !head.includes(':') ? head + typed : head;
  }
  if (d.kind === 'trained parameter') return textOf(view, d.span.file).slice(d.whole.start, d.whole.end);
  return `(${d.kind}) ${d.name}${typed}`;
};

/** Several overloads are shown with what each says. */
const definitionText = (definitions: readonly Definition[], view: View, space: string | undefined): string => {
  const heads = definitions.map((d) => definedBy(d, view, space));
  const docs = [...new Set(definitions.flatMap((d) => (d.docs ? [docsMarkdown(d.docs)] : [])))];
  const from = definitions[0].span.file;
  const where = from === view.file ? [] : [`*${from}*`];
  return [code(heads.join('\n')), ...docs, ...where].join('\n\n');
};

const decisionText = (view: View, offset: number): string | undefined => {
  const decision = smallestAt(
    view.decisions.flatMap((d) => (d.span ? [{ ...d, span: d.span }] : [])),
    offset,
  );
  return decision && `**${decision.choice}** — ${decision.reason} (${decision.subject})`;
};

/** A word of the language, where it is not a name. */
const wordHover = (view: View, offset: number): Hover | undefined => {
  const word = /[\p{L}_𝔼ℝ]/u;
  let [start, end] = [offset, offset];
  while (start > 0 && word.test(view.text[start - 1])) start--;
  while (end < view.text.length && word.test(view.text[end])) end++;
  const text = view.text.slice(start, end);
  const docs = isBuiltinSpace(text) ? spaceDocs[text] : keywordDocs[text];
  return docs === undefined
    ? undefined
    : { span: { file: view.file, start, end }, markdown: `${code(text)}\n\n${docs}` };
};

/** The name of a space, where a parameter is declared to be in it: more telling than what it stands for. */
const aliasOf = ({ parameter, span }: Definition, view: View): string | undefined => {
  const space = parameter?.space;
  if (space?.kind !== 'named' || space.groups.length > 0 || isBuiltinSpace(space.name.text)) return undefined;
  const declared = view.names.declared.get(space.name.text)?.some((d) => d.kind === 'space');
  return declared && span.file === view.file ? space.name.text : undefined;
};

export const hover = (view: View, offset: number): Hover | undefined => {
  const occurrence = occurrenceAt(view, offset);
  const expression = smallestAt(view.spaces, offset);
  const decision = decisionText(view, offset);
  const joined = (parts: readonly (string | undefined)[]): string => parts.filter((p) => p !== undefined).join('\n\n');
  if (occurrence && occurrence.definitions.length > 0) {
    const { span, definitions } = occurrence;
    const found = spaceOfSpan(view, span) ?? spaceOfDefinition(view, definitions[0]);
    // What goes by a name is named already.
    const space = aliasOf(definitions[0], view) ?? (found?.instead === 'name' ? undefined : found?.space);
    return { span, markdown: joined([definitionText(definitions, view, space), decision]) };
  }
  const word = wordHover(view, offset);
  if (word) return { ...word, markdown: joined([word.markdown, decision]) };
  if (!expression) return undefined;
  const source = written(expression.span, view.text);
  const shown = source.length > 60 ? `${source.slice(0, 59)}…` : source;
  return { span: expression.span, markdown: joined([code(`${shown} : ${expression.space}`), decision]) };
};
