/** The tables of diagnostics as one: what a code is about, for its page and for `learn help L0312`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messages as semantic } from '../../compiler/messages.ts';
import type { Severity } from '../../grammar/diagnostics.ts';
import { messages as syntax } from '../../grammar/messages.ts';
import { packageFolder } from '../../runtime/data/node-library.ts';

export interface CodeEntry {
  readonly code: string;
  readonly severity: Severity;
  readonly title: string;
  readonly explanation: string;
}

export const families: readonly (readonly [string, string])[] = [
  ['L01', 'Syntax'],
  ['L02', 'Names'],
  ['L03', 'Spaces and values'],
  ['L04', 'Problems'],
  ['L05', 'Data'],
  ['L06', 'Not available'],
  ['L09', 'Warnings'],
];

export const codeEntries = (): CodeEntry[] =>
  Object.entries({ ...syntax, ...semantic })
    .map(([code, { severity, title, explanation }]) => ({ code, severity, title, explanation }))
    .sort((a, b) => (a.code < b.code ? -1 : 1));

/** The examples of its page, for a terminal: what is fenced there is indented. */
const examplesOf = (code: string): string => {
  try {
    const page = readFileSync(join(packageFolder(), 'docs/reference/diagnostics', `${code}.md`), 'utf8');
    return page
      .slice(page.indexOf('\n## ') + 1, page.indexOf('[All codes]'))
      .replace(/^```[^\n]*\n([\s\S]*?)^```$/gm, (_, text: string) => text.trimEnd().replace(/^(?=.)/gm, '    '))
      .replace(/^## /gm, '')
      .trimEnd();
  } catch {
    return '';
  }
};

export const codeText = ({ code, severity, title, explanation }: CodeEntry): string =>
  [`${severity} ${code}: ${title}`, explanation, examplesOf(code)].filter((part) => part !== '').join('\n\n');
