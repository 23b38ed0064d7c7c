/**
 * What is known of names: where each is defined, where it can be seen, and every place that means it: for the checker (unknown.ts) and
 * for the language service.
 * Found from the tree alone, so that it is there while a line is being typed and nothing compiles.
 */
import type { Span } from '../../grammar/span.ts';
import type { Declaration } from '../../grammar/tree/declarations.ts';
import type { Parameter, StaticParameter } from '../../grammar/tree/patterns.ts';

export type DefinitionKind =
  | 'space'
  | 'data'
  | 'value'
  | 'function'
  | 'model'
  | 'paradigm'
  | 'import'
  | 'picture'
  | 'parameter'
  | 'static parameter'
  | 'dimension'
  | 'variable'
  | 'trained parameter'
  | 'member'
  | 'buffer'
  /** `D_tr` and `D_eval`: what `on S` supplies. */
  | 'supplied';

export interface Definition {
  readonly name: string;
  readonly kind: DefinitionKind;
  /** The name where it is written; for what is `supplied`, the expression that supplies it. */
  readonly span: Span;
  /** The declaration, statement or binder around it. */
  readonly whole: Span;
  /** Where the name means this (unless an inner one hides it). */
  readonly visible: Span;
  /** What it is given, where it is one name for one expression. */
  readonly value?: Span;
  readonly docs?: string;
  readonly declaration?: Declaration;
  readonly parameter?: Parameter | StaticParameter;
}

export interface Occurrence {
  readonly name: string;
  readonly span: Span;
  readonly role: 'definition' | 'use';
  /** Several where a name is overloaded; none where nobody defines it. */
  readonly definitions: readonly Definition[];
}

/** The names of one file. */
export interface FileNames {
  readonly definitions: readonly Definition[];
  /** In the order of the text. */
  readonly occurrences: readonly Occurrence[];
  /** What other files can use: the declarations. */
  readonly declared: ReadonlyMap<string, readonly Definition[]>;
  /** Parameters by the declaration they belong to: what a named argument means. */
  readonly parameters: ReadonlyMap<Declaration, ReadonlyMap<string, Definition>>;
}

export const sameDefinition = (a: Definition, b: Definition): boolean =>
  a.span.file === b.span.file && a.span.start === b.span.start && a.name === b.name;
