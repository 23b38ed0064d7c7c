/**
 * docs/reference/library.md and library/: an index, and a page a module with every declaration of it, its signature as written and its
 * `---` comment, in the order of the source.
 */
import { docsParts } from '../../grammar/docs.ts';
import { parse } from '../../grammar/parse.ts';
import type { Declaration, Module } from '../../grammar/tree/declarations.ts';
import { declaredNames } from '../../grammar/walk.ts';
import { headOf, written } from '../../grammar/written.ts';
import { host } from '../load.ts';

/** Of a number its value says most. */
const signature = (d: Declaration, source: string): string =>
  d.kind === 'let' ? written(d.span, source) : headOf(d, source);

/** A module opens with a comment that says what it is about. */
const opening = (source: string): string => {
  const lines = /^(?:--(?!-).*\n)+/.exec(source)?.[0] ?? '';
  return lines.replace(/^--\s?/gm, '').trim();
};

export interface Entry {
  readonly name: string;
  readonly signatures: string[];
  readonly docs: string[];
  /** Overload by overload. */
  readonly rules: { readonly signature: string; readonly docs?: string }[];
  readonly bodies: string[];
}

/** Overloads of one name are one entry. A name that begins with `_` is the library's own. */
export const entriesOf = (module: Module, source: string): Entry[] => {
  const entries = new Map<string, Entry>();
  for (const d of module.declarations) {
    const [name] = declaredNames(d);
    if (name === undefined || name.startsWith('_')) continue;
    const entry = entries.get(name) ?? { name, signatures: [], docs: [], rules: [], bodies: [] };
    entry.signatures.push(signature(d, source));
    const docs = 'docs' in d ? d.docs?.trim() : undefined;
    entry.rules.push({ signature: signature(d, source), docs });
    if (d.kind === 'def') entry.bodies.push(source.slice(d.body.span.start, d.body.span.end));
    if (docs && !entry.docs.includes(docs)) entry.docs.push(docs);
    entries.set(name, entry);
  }
  return [...entries.values()];
};

const docsText = (docs: string): string => {
  const { prose, examples } = docsParts(docs);
  return [prose, ...(examples.length > 0 ? [`\`\`\`text\n${examples.join('\n')}\n\`\`\``] : [])].join('\n\n');
};

/** A name in a heading: `_` and `'` stand for themselves. */
const entryText = ({ name, signatures, docs }: Entry): string =>
  [`## \`${name}\``, `\`\`\`text\n${signatures.join('\n')}\n\`\`\``, ...docs.map(docsText)].join('\n\n');

interface Page {
  readonly file: string;
  readonly title: string;
  readonly opening: string;
  readonly entries: readonly Entry[];
}

const baseName = (file: string): string => file.replace(/^.*\//, '').replace(/\.learn$/, '');

const pageOf = (file: string, text: string): Page => {
  const name = baseName(file);
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
  return { file: `${name}.md`, title, opening: opening(text), entries: entriesOf(parse(text, file).module, text) };
};

const pageText = ({ title, opening: about, entries }: Page): string =>
  `${[`# ${title}`, about, ...entries.map(entryText), '[The library](../library.md)'].filter((t) => t !== '').join('\n\n')}\n`;

const indexText = (pages: readonly Page[]): string =>
  `${[
    '# The library',
    'The standard library is written in the language wherever the language can say it, and needs no import. Its source is in [stdlib/](../../stdlib); every example on its pages is evaluated by a test.',
    ...pages.flatMap(({ file, title, opening: about, entries }) => [
      `## [${title}](library/${file})`,
      ...(about === '' ? [] : [about]),
      entries.map(({ name }) => `\`${name}\``).join(' '),
    ]),
  ].join('\n\n')}\n`;

/** By path in docs/reference/. */
export const libraryPages = async (): Promise<[string, string][]> => {
  const pages = (await host().standardLibrary()).map(({ file, text }) => pageOf(file, text));
  return [
    ['library.md', indexText(pages)],
    ...pages.map((page): [string, string] => [`library/${page.file}`, pageText(page)]),
  ];
};
