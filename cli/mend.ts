/** `learn check --fix`: takes the sure fixes of errors one by one, each only if its error goes and no other comes. */
import { resolve } from 'node:path';
import { compile } from '../compiler/compile.ts';
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
    x.code === mended.code && x.message === mended.message && x.span?.start === mended.span?.start;
  const count = (c: Compilation, is: (x: Diagnostic) => boolean): number => errors(c).filter(is).length;
  const syntax = (x: Diagnostic): boolean => x.code.startsWith('L01');
  if (count(after, alike) >= count(before, alike) || count(after, syntax) > count(before, syntax)) return false;
  return syntax(mended) || errors(after).length <= errors(before).length;
};

const applied = (text: string, { span, replacement }: Fix): string =>
  text.slice(0, span.start) + replacement + text.slice(span.end);

export interface Mended {
  readonly loaded: Loaded;
  /** What was done, and in which line. */
  readonly done: readonly { readonly title: string; readonly line: number; readonly code: string }[];
}

/** The file is written only where something was mended; one that was formatted stays so. */
export const mend = async (given: Loaded, cwd: string): Promise<Mended> => {
  const path = resolve(cwd, given.file);
  const tidied = (text: string): Promise<string> => format(text, { symbols: 'keep', file: given.file });
  const tidy = (await tidied(given.text)) === given.text;
  const done: { title: string; line: number; code: string }[] = [];
  const tried = new Set<string>();
  let { text, compilation } = given;
  search: while (done.length < most) {
    for (const d of errors(compilation))
      for (const fix of d.fixes) {
        if (fix.guess || fix.span.file !== path) continue;
        const next = applied(text, fix);
        if (tried.has(next)) continue;
        tried.add(next);
        const after = await compile(path, next, host(), { seed: 1 });
        if (!isBetter(compilation, after, d)) continue;
        done.push({ title: fix.title, line: text.slice(0, fix.span.start).split('\n').length, code: d.code });
        [text, compilation] = [next, after];
        continue search;
      }
    break;
  }
  if (done.length > 0) {
    if (tidy) {
      text = await tidied(text);
      compilation = await compile(path, text, host(), { seed: 1 });
    }
    writeFile(path, text);
  }
  return { loaded: { ...given, text, compilation }, done };
};
