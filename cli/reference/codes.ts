/** The tables of diagnostics as one: what a code is about, for its page and for `learn help L0312`. */
import { messages as semantic } from '../../compiler/messages.ts';
import type { Severity } from '../../grammar/diagnostics.ts';
import { messages as syntax } from '../../grammar/messages.ts';

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

export const codeText = ({ code, severity, title, explanation }: CodeEntry): string =>
  `${severity} ${code}: ${title}\n\n${explanation}`;
