/**
 * docs/reference/library.md: every public declaration of the standard library with its signature as written and its `---` comment,
 * in the order in which the modules build on each other.
 */
import type { Declaration, Module } from '../../grammar/tree.ts';
import { parse } from '../../grammar/parse.ts';
import { host } from '../load.ts';

/** The name a reader looks for; undefined for what declares none. */
const nameOf = (d: Declaration): string | undefined => {
  switch (d.kind) {
    case 'def':
    case 'model':
    case 'paradigm':
    case 'space-declaration':
    case 'data':
      return d.name.text;
    case 'let':
      return d.pattern.kind === 'name' ? d.pattern.name : undefined;
    default:
      return undefined;
  }
};

/** Where the body begins: what stands before it is the signature. */
const bodyStart = (d: Declaration): number => {
  switch (d.kind) {
    case 'def':
    case 'model':
      return d.body.span.start;
    case 'paradigm':
      return d.body[0]?.span.start ?? d.span.end;
    default:
      return d.span.end;
  }
};

/** `def KL(q: Dist[X], p: Dist[X])`, as written, on one line. */
const signature = (d: Declaration, source: string): string =>
  source
    .slice(d.span.start, bodyStart(d))
    .replace(/^---.*\n/gm, '')
    .replace(/\s+/g, ' ')
    .replace(/\s*[={]\s*$/, '')
    .trim();

/** A module opens with a comment that says what it is about. */
const opening = (source: string): string => {
  const lines = /^(?:--(?!-).*\n)+/.exec(source)?.[0] ?? '';
  return lines.replace(/^--\s?/gm, '').trim();
};

interface Entry {
  readonly name: string;
  readonly signatures: string[];
  readonly docs: string[];
}

/** Overloads of one name are one entry. A name that begins with `_` is the library's own. */
const entriesOf = (module: Module, source: string): Entry[] => {
  const entries = new Map<string, Entry>();
  for (const d of module.declarations) {
    const name = nameOf(d);
    if (name === undefined || name.startsWith('_')) continue;
    const entry = entries.get(name) ?? { name, signatures: [], docs: [] };
    entry.signatures.push(signature(d, source));
    const docs = 'docs' in d ? d.docs?.trim() : undefined;
    if (docs && !entry.docs.includes(docs)) entry.docs.push(docs);
    entries.set(name, entry);
  }
  return [...entries.values()];
};

const entryText = ({ name, signatures, docs }: Entry): string =>
  [`### ${name.replaceAll('_', '\\_')}`, `\`\`\`text\n${signatures.join('\n')}\n\`\`\``, ...docs].join('\n\n');

const titleOf = (file: string): string => {
  const name = file
    .replace(/^.*\//, '')
    .replace(/\.learn$/, '')
    .replace(/^\d+-/, '');
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
};

export const libraryPage = async (): Promise<string> => {
  const modules = await host().standardLibrary();
  const sections = modules.map(({ file, text }) => {
    const entries = entriesOf(parse(text, file).module, text);
    return [`## ${titleOf(file)}`, opening(text), ...entries.map(entryText)].filter((t) => t !== '').join('\n\n');
  });
  return `${[
    '# The library',
    'The standard library is written in the language wherever the language can say it, and needs no import. Its source is in [stdlib/](../../stdlib).',
    ...sections,
  ].join('\n\n')}\n`;
};
