/** What names are bound by: patterns, the binders of big operators, the parameters of functions. */
import type { Expr } from './expressions.ts';
import type { Name, Node } from './node.ts';
import type { SpaceExpr } from './spaces.ts';

export type Pattern =
  | ({ readonly kind: 'name'; readonly name: string; readonly space?: SpaceExpr } & Node)
  | ({ readonly kind: 'wildcard' } & Node)
  | ({ readonly kind: 'tuple'; readonly items: readonly Pattern[] } & Node)
  | ({ readonly kind: 'array'; readonly items: readonly Pattern[] } & Node);

/** `x in xs` (every one), `i < n` (0 to n-1), `x ~ P` and `x, x' ~ P` (drawn; several targets: independent draws). */
export interface Binder extends Node {
  readonly targets: readonly Pattern[];
  readonly relation: 'in' | '~' | '<';
  readonly source: Expr;
}

export interface Parameter extends Node {
  readonly pattern: Pattern;
  readonly space?: SpaceExpr;
  readonly default?: Expr;
  /** Behind `;`: must be given by name. */
  readonly keyword: boolean;
}

/** A static parameter: `[n]`, `[K = 10]`, `[h: X -> Y]`. */
export interface StaticParameter extends Node {
  readonly name: Name;
  readonly space?: SpaceExpr;
  readonly default?: Expr;
}
