/**
 * Diagnostics: what is wrong (code, span), why (notes with their spans), and a way out. Values, never exceptions;
 * the texts are in tables keyed by code (syntax: `grammar/messages.ts`, the rest: `compiler/messages.ts`, which joins both).
 */
import type { Span } from './span.ts';

export type Severity = 'error' | 'warning';

/** A mechanical edit that mends the error. */
export interface Fix {
  readonly title: string;
  readonly span: Span;
  readonly replacement: string;
  /** One way of several, or with a number made up: offered, and not taken by `learn check --fix`. */
  readonly guess?: boolean;
}

export interface Diagnostic {
  /** `L0312` */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence in the reader's terms. */
  readonly message: string;
  /** Where; absent only for errors outside any source file. */
  readonly span?: Span;
  /** What is to be said right under the caret. */
  readonly label?: string;
  /** The reason, each with its own place. */
  readonly notes: readonly { readonly message: string; readonly span?: Span }[];
  /** One way out. */
  readonly help?: string;
  /** What the name (of a thing, a field, a file) was meant to be. */
  readonly meant?: string;
  readonly fixes: readonly Fix[];
  /** What the texts were made from, for the fixes of the code. */
  readonly details?: object;
}

/** One row of a table of messages; `P` is what the texts need to know. */
export interface Message<P> {
  readonly severity: Severity;
  /** What the code is about, for its page in the docs: a short noun phrase. */
  readonly title: string;
  /** One sentence; names and code in backquotes. */
  readonly text: (p: P) => string;
  readonly label?: (p: P) => string | undefined;
  readonly help?: (p: P) => string | undefined;
  /** A name that is spelt nearly so, or that does it here: "did you mean" is the help then, unless there is another. */
  readonly meant?: (p: P) => string | undefined;
  /** Two to five sentences for the code's page: why it is an error, and what to do. */
  readonly explanation: string;
}

export const message = <P>(m: Message<P>): Message<P> => m;

type ParametersOf<T, C extends keyof T> = T[C] extends Message<infer P> ? P : never;

export interface Extra {
  readonly label?: string;
  readonly help?: string;
  readonly meant?: string;
  readonly notes?: Diagnostic['notes'];
  readonly fixes?: readonly Fix[];
}

/** What follows a name that does not exist. */
export const didYouMean = (name: string): string => `did you mean \`${name}\`?`;

/** Makes the function that builds diagnostics from one table; a wrong code or a missing parameter does not compile. */
export const reporter =
  <T extends Record<string, Message<never>>>(table: T) =>
  <C extends keyof T & string>(
    code: C,
    span: Span | undefined,
    p: ParametersOf<T, C>,
    extra: Extra = {},
  ): Diagnostic => {
    const row = table[code] as unknown as Message<ParametersOf<T, C>>;
    const meant = extra.meant ?? row.meant?.(p);
    return {
      code,
      severity: row.severity,
      message: row.text(p),
      span,
      label: extra.label ?? row.label?.(p),
      notes: extra.notes ?? [],
      help: extra.help ?? (meant ? didYouMean(meant) : row.help?.(p)),
      meant,
      fixes: extra.fixes ?? [],
      details: p as object,
    };
  };

/** Line and column (both from 1) of an offset. */
export const position = (text: string, offset: number): { line: number; column: number } => {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
};

/** The text of a diagnostic as `learn` prints it, without colour; `sources` maps a file's name to its text. */
export const render = (d: Diagnostic, sources: ReadonlyMap<string, string>): string => {
  const lines = [`${d.severity}[${d.code}]: ${d.message}`];
  const place = (span: Span, label: string | undefined, main: boolean) => {
    const text = sources.get(span.file);
    if (text === undefined) return;
    const { line, column } = position(text, span.start);
    const source = text.split('\n')[line - 1] ?? '';
    const number = String(line);
    const width = Math.max(1, Math.min(span.end - span.start, source.length - column + 1));
    if (main) lines.push(`  --> ${span.file}:${line}:${column}`);
    lines.push(`  ${number} | ${source}`);
    lines.push(
      `  ${' '.repeat(number.length)} | ${' '.repeat(column - 1)}${(main ? '^' : '-').repeat(width)}${label ? ' ' + label : ''}`,
    );
  };
  if (d.span) place(d.span, d.label, true);
  for (const note of d.notes) {
    if (note.span) place(note.span, note.message, false);
    else lines.push(`  note: ${note.message}`);
  }
  if (d.help) lines.push(`  help: ${d.help}`);
  return lines.join('\n');
};
