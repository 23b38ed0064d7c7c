/** Expressions. */
import type { Name, Node } from './node.ts';
import type { Binder, Parameter, Pattern } from './patterns.ts';
import type { ProblemExpr } from './problems.ts';
import type { SpaceExpr } from './spaces.ts';
import type { Statement } from './statements.ts';

export type Expr =
  | NameExpr
  | NumberExpr
  | StringExpr
  | BooleanExpr
  | TupleExpr
  | RecordExpr
  | ArrayExpr
  | ComprehensionExpr
  | CallExpr
  | IndexExpr
  | FieldExpr
  | UnaryExpr
  | BinaryExpr
  | BigExpr
  | IfExpr
  | LambdaExpr
  | BlockExpr
  | DensityExpr
  | AtExpr
  | FoldExpr
  | DistExpr
  | ProblemExpr
  | SpaceExprNode
  | ErrorExpr;

export interface NameExpr extends Node {
  readonly kind: 'name';
  readonly name: string;
}

/** `10_000`, `0.5`, `1e-3`. `text` is as written. */
export interface NumberExpr extends Node {
  readonly kind: 'number';
  readonly value: number;
  readonly text: string;
}

/** `"..."`; `value` is without quotes and with escapes resolved. */
export interface StringExpr extends Node {
  readonly kind: 'string';
  readonly value: string;
}

export interface BooleanExpr extends Node {
  readonly kind: 'boolean';
  readonly value: boolean;
}

/** `(a, b)`. A parenthesised single expression is not a tuple: it is that expression. `()` is the empty tuple. */
export interface TupleExpr extends Node {
  readonly kind: 'tuple';
  readonly items: readonly Expr[];
}

/** `(s = 1, a = 2)` */
export interface RecordExpr extends Node {
  readonly kind: 'record';
  readonly fields: readonly { readonly name: Name; readonly value: Expr }[];
}

/** `[1, 2]` */
export interface ArrayExpr extends Node {
  readonly kind: 'array';
  readonly items: readonly Expr[];
}

/** `[e for x in xs, y in ys if c]`; a second `for` nests to the right of the first and is kept as one more binder. */
export interface ComprehensionExpr extends Node {
  readonly kind: 'comprehension';
  readonly body: Expr;
  readonly binders: readonly Binder[];
  readonly conditions: readonly Expr[];
}

/**
 * `f(a, b, k = 3)`, `p(x | z)`, `KL(q || p)`, `W2(P || Q; epsilon = 0.05)`.
 * With `form: 'given'` the arguments before the bar are `args` and those behind it `given`.
 * With `form: 'divergence'` the two sides of `||` are the first two of `args`.
 * Arguments behind `;` are ordinary (named) arguments; `semicolon` says how many arguments precede it.
 */
export interface CallExpr extends Node {
  readonly kind: 'call';
  readonly callee: Expr;
  readonly args: readonly Argument[];
  readonly form: 'plain' | 'given' | 'divergence';
  readonly given: readonly Argument[];
  readonly semicolon?: number;
}

export interface Argument extends Node {
  readonly name?: Name;
  readonly value: Expr;
}

/**
 * `x[i]`, `x[1:3, :]`, `dense[10]`, `Normal(0, 1)[8]`, `R[28, 28]`: indexing, static arguments, powers of a
 * distribution and arrays of a space are written alike; what `object` is decides.
 */
export interface IndexExpr extends Node {
  readonly kind: 'index';
  readonly object: Expr;
  readonly items: readonly IndexItem[];
}

export type IndexItem =
  | ({ readonly kind: 'at'; readonly value: Expr } & Node)
  | ({ readonly kind: 'slice'; readonly from?: Expr; readonly to?: Expr } & Node)
  | ({ readonly kind: 'named'; readonly name: Name; readonly value: Expr } & Node);

/** `r.age` */
export interface FieldExpr extends Node {
  readonly kind: 'field';
  readonly object: Expr;
  readonly name: Name;
}

export interface UnaryExpr extends Node {
  readonly kind: 'unary';
  readonly op: '-' | 'not';
  readonly operand: Expr;
}

export type BinaryOp =
  '^' | '*' | '/' | '@' | '∘' | '#' | 'mod' | '+' | '-' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'and' | 'or' | '..';

/** `a + b`; `1..40` (both ends included) is the operator `..`. */
export interface BinaryExpr extends Node {
  readonly kind: 'binary';
  readonly op: BinaryOp;
  readonly left: Expr;
  readonly right: Expr;
}

export type BigOp =
  | 'E'
  | 'sum'
  | 'prod'
  | 'mean'
  | 'max'
  | 'min'
  | 'argmax'
  | 'argmin'
  | 'all'
  | 'any'
  | 'logsumexp'
  | 'softmax'
  | 'grad'
  | 'P';

/** `E[x ~ P, y in ys if c; samples = 8] body`; `grad[x] e` has `targets` instead of binders. */
export interface BigExpr extends Node {
  readonly kind: 'big';
  readonly op: BigOp;
  readonly binders: readonly Binder[];
  /** The variables of `grad`; empty for the others. */
  readonly targets: readonly Expr[];
  readonly conditions: readonly Expr[];
  readonly options: readonly { readonly name: Name; readonly value: Expr }[];
  readonly body: Expr;
}

export interface IfExpr extends Node {
  readonly kind: 'if';
  readonly condition: Expr;
  readonly then: Expr;
  readonly else: Expr;
}

/** `x -> e`, `(s, a) -> e`, `([x, v], a: Class[2]) -> e`; stochastic with `~>`. */
export interface LambdaExpr extends Node {
  readonly kind: 'lambda';
  readonly params: readonly Parameter[];
  readonly stochastic: boolean;
  readonly body: Expr;
}

/** `{ statements }`: the last statement is an expression and its value. */
export interface BlockExpr extends Node {
  readonly kind: 'block';
  readonly statements: readonly Statement[];
}

/** `log p(x | z)`, `log P(x)`: `call` is the call behind `log`. A plain `p(x | z)` is a call with `form: 'given'`. */
export interface DensityExpr extends Node {
  readonly kind: 'density';
  readonly call: Expr;
}

/** `q at every 200`, `f at decay 0.99`, `f at start` */
export interface AtExpr extends Node {
  readonly kind: 'at';
  readonly object: Expr;
  readonly time: 'every' | 'decay' | 'start';
  readonly amount?: Expr;
}

/** `fold h = h0 over x in xs { ... }` (last state); `scan` (all states). */
export interface FoldExpr extends Node {
  readonly kind: 'fold';
  readonly all: boolean;
  readonly state: Pattern;
  readonly init: Expr;
  readonly binders: readonly Binder[];
  readonly body: Expr;
}

/** `dist { z ~ prior; g(z) }` */
export interface DistExpr extends Node {
  readonly kind: 'dist';
  readonly body: BlockExpr;
}

/** A space written where an expression is expected and that an expression could not say, e.g. `X -> Y`, `Class[10][28, 28]`. */
export interface SpaceExprNode extends Node {
  readonly kind: 'space';
  readonly space: SpaceExpr;
}

/** Stands where the parser recovered; its diagnostic has been reported. */
export interface ErrorExpr extends Node {
  readonly kind: 'error';
}
