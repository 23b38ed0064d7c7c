/**
 * From a file's name to what the compiler makes of it, with its diagnostics on the screen and the exit code they mean.
 */
import { resolve } from 'node:path';
import { compile } from '../compiler/compile.ts';
import type { Host } from '../compiler/host.ts';
import { position, render } from '../grammar/diagnostics.ts';
import type { Diagnostic } from '../grammar/diagnostics.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { codes } from './exit.ts';
import type { ExitCode } from './exit.ts';
import { readText } from './files.ts';
import { paint } from './terminal.ts';
import type { Terminal } from './terminal.ts';

export type Compilation = Awaited<ReturnType<typeof compile>>;

export interface Loaded {
  readonly file: string;
  readonly text: string;
  readonly compilation: Compilation;
}

export const host = (): Host => nodeHost();

/** Files are named from the folder the command runs in, so that messages show what the user wrote. */
export const load = async (
  file: string,
  terminal: Terminal,
  options: { readonly seed?: number } = { seed: 1 },
): Promise<Loaded> => {
  const text = readText(file, terminal.cwd);
  return { file, text, compilation: await compile(resolve(terminal.cwd, file), text, host(), options) };
};

const errors = (diagnostics: readonly Diagnostic[]): Diagnostic[] => diagnostics.filter((d) => d.severity === 'error');

/** L05xx are about data files: a spec with no other errors may be right, and its data missing. */
export const codeOf = (diagnostics: readonly Diagnostic[]): ExitCode => {
  const found = errors(diagnostics);
  if (found.length === 0) return codes.ok;
  return found.every((d) => d.code.startsWith('L05')) ? codes.file : codes.spec;
};

/** `2 errors, 1 warning` */
export const counted = (diagnostics: readonly Diagnostic[]): string => {
  const count = (n: number, word: string): string[] => (n === 0 ? [] : [`${n} ${word}${n === 1 ? '' : 's'}`]);
  const wrong = errors(diagnostics).length;
  return [...count(wrong, 'error'), ...count(diagnostics.length - wrong, 'warning')].join(', ') || 'no errors';
};

const coloured = (text: string, d: Diagnostic, terminal: Terminal): string => {
  const colour = d.severity === 'error' ? 'red' : 'yellow';
  return text
    .split('\n')
    .map((line, i) => {
      if (i === 0) return line.replace(/^\w+\[\w+\]/, (head) => paint(terminal, colour, head));
      if (/^\s+\|\s+\^/.test(line)) return line.replace(/\^+.*/, (mark) => paint(terminal, colour, mark));
      return line.replace(/^( {2}help:)/, (head) => paint(terminal, 'green', head));
    })
    .join('\n');
};

/** Shows diagnostics on standard error; `named`: a file and how the user wrote it. */
export const showDiagnosticsOf = (
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  terminal: Terminal,
  named?: { readonly file: string; readonly shown: string },
): void => {
  for (const d of diagnostics) {
    const text = render(d, sources);
    terminal.err(`${coloured(named ? text.replaceAll(named.file, named.shown) : text, d, terminal)}\n`);
  }
};

export const showDiagnostics = ({ file, compilation }: Loaded, terminal: Terminal): void =>
  showDiagnosticsOf(compilation.diagnostics, compilation.sources, terminal, {
    file: resolve(terminal.cwd, file),
    shown: file,
  });

/** A diagnostic for machines: lines and columns from 1. */
export const diagnosticJson = (d: Diagnostic, sources: ReadonlyMap<string, string>): object => {
  const place = (span: Diagnostic['span']): object => {
    if (!span) return {};
    const text = sources.get(span.file) ?? '';
    return {
      file: span.file,
      start: { offset: span.start, ...position(text, span.start) },
      end: { offset: span.end, ...position(text, span.end) },
    };
  };
  const { code, severity, message, label, help, fixes } = d;
  const notes = d.notes.map((n) => ({ message: n.message, ...place(n.span) }));
  return { code, severity, message, ...place(d.span), label, notes, help, fixes };
};
