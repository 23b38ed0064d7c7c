/**
 * `learn check --fix`: takes the sure fixes of errors one by one, each only if its error goes and no other comes. A fix may lie in a
 * file that the spec imports.
 */
import { relative, resolve } from 'node:path';
import { compile } from '../compiler/compile.ts';
import type { Host } from '../compiler/host.ts';
import type { Diagnostic, Fix } from '../grammar/diagnostics.ts';
import { format } from '../grammar/print.ts';
import { writeFile } from './files.ts';
import { host } from './load.ts';
import type { Compilation, Loaded } from './load.ts';

/** Specs of a few hundred lines have fewer mistakes with a fix. */
const most = 100;

const errors = ({ diagnostics }: Compilation): Diagnostic[] => diagnostics.filter((d) => d.severity === 'error');

/** While a file does not parse, the rest of its errors is not known: only those of the syntax are compared. */
const isBetter = (before: Compilation, after: Compilation, mended: Diagnostic): boolean => {
  const alike = (x: Diagnostic): boolean =>
    x.code === mended.code &&
    x.message === mended.message &&
    x.span?.file === mended.span?.file &&
    x.span?.start === mended.span?.start;
  const count = (c: Compilation, is: (x: Diagnostic) => boolean): number => errors(c).filter(is).length;
  const syntax = (x: Diagnostic): boolean => x.code.startsWith('L01');
  if (count(after, alike) >= count(before, alike) || count(after, syntax) > count(before, syntax)) return false;
  return syntax(mended) || errors(after).length <= errors(before).length;
};

const applied = (text: string, { span, replacement }: Fix): string =>
  text.slice(0, span.start) + replacement + text.slice(span.end);

/** Texts by their file: the spec and what it imports. */
type Texts = ReadonlyMap<string, string>;

const compiled = (path: string, texts: Texts): Promise<Compilation> => {
  const disk = host();
  const readModule: Host['readModule'] = async (name, base) => {
    const found = await disk.readModule(name, base);
    return found && { ...found, text: texts.get(found.file) ?? found.text };
  };
  return compile(path, texts.get(path) ?? '', { ...disk, readModule }, { seed: 1 });
};

export interface Mended {
  readonly loaded: Loaded;
  /** What was done, in which file and line. */
  readonly done: readonly {
    readonly title: string;
    readonly file: string;
    readonly line: number;
    readonly code: string;
  }[];
}

/** A file is written only where something was mended; one that was formatted stays so. */
export const mend = async (given: Loaded, cwd: string): Promise<Mended> => {
  const path = resolve(cwd, given.file);
  const tidied = (file: string, text: string): Promise<string> => format(text, { symbols: 'keep', file });
  const { sources } = given.compilation;
  const before = (file: string): string => (file === path ? given.text : (sources.get(file) ?? ''));
  const shown = (file: string): string => (file === path ? given.file : relative(cwd, file));
  const done: { title: string; file: string; line: number; code: string }[] = [];
  const tried = new Set<string>();
  let texts: Texts = new Map([[path, given.text]]);
  let { compilation } = given;
  search: while (done.length < most) {
    for (const d of errors(compilation))
      for (const fix of d.fixes) {
        if (fix.guess) continue;
        const { file } = fix.span;
        const text = texts.get(file) ?? before(file);
        const next = applied(text, fix);
        if (tried.has(`${file}\n${next}`)) continue;
        tried.add(`${file}\n${next}`);
        const withNext = new Map([...texts, [file, next]]);
        const after = await compiled(path, withNext);
        if (!isBetter(compilation, after, d)) continue;
        const line = text.slice(0, fix.span.start).split('\n').length;
        done.push({ title: fix.title, file: shown(file), line, code: d.code });
        [texts, compilation] = [withNext, after];
        continue search;
      }
    break;
  }
  if (done.length === 0) return { loaded: given, done };
  const tidy = async ([file, text]: readonly [string, string]): Promise<readonly [string, string]> => {
    const was = before(file);
    return [file, (await tidied(file, was)) === was ? await tidied(file, text) : text];
  };
  texts = new Map(await Promise.all([...texts].map(tidy)));
  for (const [file, text] of texts) if (text !== before(file)) writeFile(file, text);
  compilation = await compiled(path, texts);
  return { loaded: { ...given, text: texts.get(path) ?? given.text, compilation }, done };
};
