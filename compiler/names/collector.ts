/** The scopes of a file while its tree is walked, and what the walk has found so far. */
import type { Span } from '../../grammar/span.ts';
import type { Declaration } from '../../grammar/tree/declarations.ts';
import type { Expr } from '../../grammar/tree/expressions.ts';
import type { Name } from '../../grammar/tree/node.ts';
import type { Pattern } from '../../grammar/tree/patterns.ts';
import { isBuiltinSpace } from '../spaces/names.ts';
import type { Definition, DefinitionKind, Occurrence } from './definition.ts';

export interface Scope {
  readonly names: Map<string, Definition[]>;
  readonly span: Span;
  readonly parent?: Scope;
}

/** Who wants to know hears of names that stand for nothing, and of one name twice in a list of them. */
export interface Listener {
  readonly unknown: (name: Name, scope: Scope, kind?: 'space') => void;
  readonly twice: (name: Name) => void;
}

export interface Collector {
  readonly text: string;
  readonly definitions: Definition[];
  readonly occurrences: Occurrence[];
  readonly parameters: Map<Declaration, Map<string, Definition>>;
  /** Named arguments wait until every declaration is known: `callee` is what the function may be. */
  readonly named: { readonly name: string; readonly span: Span; readonly callee: readonly Definition[] }[];
  /** Expressions hold spaces and problems, which hold expressions: the walk is handed down, so that no module imports in a circle. */
  readonly walk: (e: Expr, scope: Scope, c: Collector) => void;
  /** Names from outside the file: the library. */
  readonly outside: (name: string) => readonly Definition[];
  readonly listener?: Listener;
}

export const childOf = (parent: Scope, span: Span): Scope => ({ names: new Map(), span, parent });

export const resolve = (name: string, scope: Scope, c: Collector): readonly Definition[] => {
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    const found = s.names.get(name);
    if (found) return found;
  }
  return c.outside(name);
};

/** What the language itself supplies, or a problem does. */
const supplied = new Set(['missing', 'D_tr', 'D_eval', 'intrinsic']);

/** Does it stand for something here? */
export const isKnown = (name: string, scope: Scope, c: Collector): boolean =>
  resolve(name, scope, c).length > 0 || supplied.has(name) || isBuiltinSpace(name);

/** The same name twice in one list of them. */
export const once = (names: readonly Name[], c: Collector): void => {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.text)) c.listener?.twice(name);
    seen.add(name.text);
  }
};

/** A name begins where its pattern does; an annotation may follow it. */
const nameSpan = (text: string, span: Span): Span => {
  const length = /^(?:[\p{L}_][\p{L}\p{M}\p{Nd}\p{Pc}₀-₉]*['′]*|[∇∑∏])/u.exec(text.slice(span.start, span.end))?.[0]
    .length;
  return { ...span, end: span.start + (length ?? span.end - span.start) };
};

export const use = (name: string, span: Span, scope: Scope, c: Collector, kind?: 'space'): void => {
  const definitions = resolve(name, scope, c);
  c.occurrences.push({ name, span: nameSpan(c.text, span), role: 'use', definitions });
  if (definitions.length === 0 && !isKnown(name, scope, c)) c.listener?.unknown({ text: name, span }, scope, kind);
};

interface Details extends Partial<Pick<Definition, 'docs' | 'declaration' | 'parameter' | 'value'>> {
  readonly whole: Span;
  /** Seen from here on; from the beginning of the scope if not said. */
  readonly from?: number;
  /** Beside others of its name. */
  readonly overload?: boolean;
  /** Nothing is written where it is defined. */
  readonly silent?: boolean;
}

export const define = (
  name: string,
  kind: DefinitionKind,
  span: Span,
  scope: Scope,
  c: Collector,
  { whole, from, overload, silent, ...rest }: Details,
): Definition => {
  const definition: Definition = {
    ...{ name, kind, span, whole, ...rest },
    visible: { ...scope.span, start: Math.max(scope.span.start, from ?? scope.span.start) },
  };
  const others = overload ? (scope.names.get(name) ?? []) : [];
  scope.names.set(name, [...others, definition]);
  c.definitions.push(definition);
  if (!silent) c.occurrences.push({ name, span, role: 'definition', definitions: [definition] });
  return definition;
};

/** Every name of a pattern; `spaces` walks the annotations inside it. */
export const definePattern = (
  p: Pattern,
  kind: DefinitionKind,
  scope: Scope,
  c: Collector,
  details: Details,
  spaces: (space: NonNullable<Extract<Pattern, { kind: 'name' }>['space']>) => void,
): void => {
  if (p.kind === 'name') {
    if (p.space) spaces(p.space);
    define(p.name, kind, nameSpan(c.text, p.span), scope, c, details);
  } else if (p.kind !== 'wildcard')
    for (const item of p.items) definePattern(item, kind, scope, c, { ...details, value: undefined }, spaces);
};
