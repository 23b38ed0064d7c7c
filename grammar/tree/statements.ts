/** The statements of a body. */
import type { Expr } from './expressions.ts';
import type { Name, Node } from './node.ts';
import type { Parameter, Pattern } from './patterns.ts';
import type { SpaceExpr } from './spaces.ts';

export type Statement =
  AssignStatement | LocalDef | DrawStatement | ParamStatement | MemberStatement | ExprStatement | ErrorStatement;

/** `name = expr`, `(a, b) = expr`, `x: R[2] = expr` */
export interface AssignStatement extends Node {
  readonly kind: 'assign';
  readonly pattern: Pattern;
  readonly value: Expr;
}

/** `a_m(v) = ...` inside a body */
export interface LocalDef extends Node {
  readonly kind: 'local-def';
  readonly name: Name;
  readonly params: readonly Parameter[];
  readonly body: Expr;
}

/** `z ~ dist` */
export interface DrawStatement extends Node {
  readonly kind: 'draw';
  readonly pattern: Pattern;
  readonly distribution: Expr;
}

/** `param w : R[n] ~ init`, `param b : R = 0`, `param w : X` */
export interface ParamStatement extends Node {
  readonly kind: 'param';
  readonly name: Name;
  readonly space: SpaceExpr;
  readonly init?: { readonly relation: '=' | '~'; readonly value: Expr };
}

/** `g in Model[...]` */
export interface MemberStatement extends Node {
  readonly kind: 'member';
  readonly name: Name;
  readonly model: Expr;
}

export interface ExprStatement extends Node {
  readonly kind: 'expr';
  readonly value: Expr;
}

export interface ErrorStatement extends Node {
  readonly kind: 'error';
}
