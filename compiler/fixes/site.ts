/** Where a diagnostic stands: the text there, the tree around it, and edits of it. */
import type { Diagnostic, Fix } from '../../grammar/diagnostics.ts';
import type { Span } from '../../grammar/span.ts';
import type { Declaration, DefDeclaration, Module } from '../../grammar/tree/declarations.ts';
import type { Expr } from '../../grammar/tree/expressions.ts';
import type { Player, ProblemExpr } from '../../grammar/tree/problems.ts';
import { nodesAround, type Fields } from '../../grammar/walk.ts';
import type { PrintedAt } from '../spaces/printed.ts';

/** Any node of the tree; `kind` is absent from some (`Over`, `Player`, `Binder`, `Condition`). */
export interface Found {
  readonly span: Span;
  readonly kind?: string;
}

export interface Site {
  readonly diagnostic: Diagnostic;
  readonly span: Span;
  readonly module: Module;
  /** Of the whole file. */
  readonly text: string;
  /** What stands at the span. */
  readonly written: string;
  /** The nodes around the span, the innermost first. */
  readonly around: readonly Found[];
  /** The printed space of an expression. */
  readonly spaceAt: (span: Span) => string | undefined;
  /** Is there a function of this name that needs no argument? */
  readonly needsNothing: (name: string) => boolean;
}

/** What is known when the diagnostics of a spec are finished. */
export interface Known {
  readonly module: Module;
  readonly sources: ReadonlyMap<string, string>;
  readonly spaces: readonly PrintedAt[];
  /** Functions of the spec and of the library. */
  readonly functions: readonly DefDeclaration[];
}

export const isFound = (x: object): x is Found => 'span' in x && typeof (x as Found).span === 'object';

const length = (s: Span): number => s.end - s.start;

export const siteOf = (diagnostic: Diagnostic, span: Span, known: Known): Site => {
  const text = known.sources.get(span.file) ?? '';
  const around = nodesAround(known.module, span).filter((n): n is Fields & Found => isFound(n));
  // The walk goes from the outside in: of equal spans the outer one comes first.
  around.reverse();
  around.sort((a, b) => length(a.span) - length(b.span));
  return {
    diagnostic,
    span,
    module: known.module,
    text,
    written: text.slice(span.start, span.end),
    around,
    needsNothing: (name) =>
      known.functions.some((f) => f.name.text === name && f.params?.every((p) => p.default !== undefined)),
    spaceAt: (s) =>
      known.spaces.find((x) => x.span.file === s.file && x.span.start === s.start && x.span.end === s.end)?.space,
  };
};

export const textAt = ({ text }: Site, span: Span): string => text.slice(span.start, span.end);

const shown = (code: string): string => `\`${code.replace(/\s+/g, ' ')}\``;

export const write = (span: Span, replacement: string, more: Partial<Fix> = {}): Fix => ({
  title: `Write ${shown(replacement.trim())}`,
  span,
  replacement,
  ...more,
});

export const guess = { guess: true };

/** A place between two letters. */
export const at = (span: Span, offset: number): Span => ({ ...span, start: offset, end: offset });

/** Does it stay one operand with something written behind it: names, calls and indices, whatever is inside their brackets? */
const isOperand = (code: string): boolean => {
  let outside = code;
  for (let inner = ''; inner !== outside;) {
    inner = outside;
    outside = inner.replace(/\([^()[\]]*\)|\[[^()[\]]*\]/g, '');
  }
  return /^[\p{L}\p{N}_.']*$/u.test(outside);
};

/** As one operand: in parentheses where it is more than a name, a call or an index. */
export const operand = (code: string): string => (isOperand(code) ? code : `(${code})`);

/** Around what stands at the span: `wrap(site, 'class')` writes `class(...)`. */
export const call = (site: Site, name: string, span = site.span): string => `${name}(${textAt(site, span)})`;

export const problemAround = ({ around }: Site): ProblemExpr | undefined =>
  around.find((n): n is ProblemExpr => n.kind === 'problem');

export const playerAround = ({ around }: Site): Player | undefined =>
  around.find((n): n is Player => 'sense' in n && 'over' in n);

export const declarationsOf = <K extends Declaration['kind']>(module: Module, kind: K) =>
  module.declarations.filter((d): d is Extract<Declaration, { kind: K }> => d.kind === kind);

/** The one data set that the spec declares. */
export const onlyData = ({ module }: Site): string | undefined => {
  const all = declarationsOf(module, 'data');
  return all.length === 1 ? all[0].name.text : undefined;
};

/** The one member of a model that a problem looks for: `f` of `over f in M`. */
export const memberOf = (problem: ProblemExpr | undefined, model: string): string | undefined => {
  const own = (problem?.players ?? [])
    .flatMap((p) => p.over)
    .filter((o) => o.name && o.domain.kind === 'name' && o.domain.name === model);
  return own.length === 1 ? own[0].name?.text : undefined;
};

/** The expression of this kind that stands exactly at the span. */
export const exact = <K extends Expr['kind']>(site: Site, kind: K): Extract<Expr, { readonly kind: K }> | undefined =>
  site.around.find(
    (n): n is Extract<Expr, { readonly kind: K }> =>
      n.kind === kind && n.span.start === site.span.start && n.span.end === site.span.end,
  );
