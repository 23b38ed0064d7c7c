/**
 * The syntax tree: what a `.learn` file says, as immutable plain data.
 *
 * Discriminated unions on `kind`; every node carries the span it was written at. The tree keeps all that
 * the printer needs (except comments, which it attaches by position) and knows nothing of types or tensors.
 */

/** A stretch of a source file: offsets in UTF-16 code units, `end` exclusive. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

interface Node {
  readonly span: Span;
}

/** An identifier where it is written: a definition, a field, an argument's name. */
export interface Name extends Node {
  readonly text: string;
}

// ---------------------------------------------------------------- expressions

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

/** `x in xs` (every one), `i < n` (0 to n-1), `x ~ P` and `x, x' ~ P` (drawn; several targets: independent draws). */
export interface Binder extends Node {
  readonly targets: readonly Pattern[];
  readonly relation: 'in' | '~' | '<';
  readonly source: Expr;
}

export type Pattern =
  | ({ readonly kind: 'name'; readonly name: string; readonly space?: SpaceExpr } & Node)
  | ({ readonly kind: 'wildcard' } & Node)
  | ({ readonly kind: 'tuple'; readonly items: readonly Pattern[] } & Node)
  | ({ readonly kind: 'array'; readonly items: readonly Pattern[] } & Node);

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

// ---------------------------------------------------------------- problems

/** `minimize ... over ... and ... subject to ... on ... by ... for ... batch ... seed ...` */
export interface ProblemExpr extends Node {
  readonly kind: 'problem';
  readonly players: readonly Player[];
  readonly conditions: readonly Condition[];
  readonly on?: Expr;
  /** `by` of the whole problem (the last `by`); a player's own is with the player. */
  readonly by: readonly Expr[];
  readonly duration?: Duration;
  readonly batch?: Expr;
  readonly seed?: Expr;
  /** `seeds N`: that many independent trainings. */
  readonly seeds?: Expr;
}

export interface Player extends Node {
  /** `argmin` and `argmax` have the member as their value instead of the optimum. */
  readonly sense: 'minimize' | 'maximize' | 'argmin' | 'argmax';
  readonly objective: Expr;
  readonly over: readonly Over[];
  readonly where: readonly { readonly name: Name; readonly value: Expr }[];
  readonly by: readonly Expr[];
  /** `every K steps`: this player moves only every K steps. */
  readonly every?: Expr;
}

/** `f in M`, `M`, `z in R[2]`, `g in M from f`, `f in M tuning lora[4]` */
export interface Over extends Node {
  readonly name?: Name;
  readonly domain: Expr;
  readonly from?: Expr;
  readonly tuning?: Expr;
}

export interface Duration extends Node {
  readonly count: Expr;
  readonly unit: 'epochs' | 'steps';
}

/** `eval E as name >= c` (`evaluated`), or a plain constraint `e <= c`. */
export interface Condition extends Node {
  readonly evaluated: boolean;
  readonly value: Expr;
  /** The name behind `as`: a name, or an expression for a name such as `u.name`. */
  readonly as?: Expr;
  readonly compare?: { readonly op: '<=' | '>=' | '<' | '>' | '=='; readonly bound: Expr };
}

// ---------------------------------------------------------------- spaces

/** What stands behind `:`. */
export type SpaceExpr =
  /** `R`, `R[28, 28, 1]`, `Class[10][28, 28]` (two groups), `Normal` (a family, in the annotation of an overload). */
  | ({ readonly kind: 'named'; readonly name: Name; readonly groups: readonly (readonly SpaceArgument[])[] } & Node)
  | ({ readonly kind: 'tuple'; readonly items: readonly SpaceExpr[] } & Node)
  | ({ readonly kind: 'record'; readonly fields: readonly { readonly name: Name; readonly space: SpaceExpr }[] } & Node)
  /** `X -> Y`, `X ~> Y` */
  | ({
      readonly kind: 'function';
      readonly from: SpaceExpr;
      readonly to: SpaceExpr;
      readonly stochastic: boolean;
    } & Node)
  /** `[X]`: a data set */
  | ({ readonly kind: 'data'; readonly element: SpaceExpr } & Node)
  /** `(X)[3]`: an array of a space that is not a name */
  | ({ readonly kind: 'array'; readonly element: SpaceExpr; readonly dims: readonly Expr[] } & Node);

/** A dimension (`28`, `n`, `2 * k`), or a space (`Seq[Bit]`, `Dist[X]`). A lone name may be either. */
export type SpaceArgument =
  { readonly kind: 'dimension'; readonly value: Expr } | { readonly kind: 'space'; readonly space: SpaceExpr };

// ---------------------------------------------------------------- statements

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

// ---------------------------------------------------------------- declarations

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

interface Declared extends Node {
  /** The `---` comment before it, joined by line ends, without the dashes. */
  readonly docs?: string;
}

export type Declaration =
  | SpaceDeclaration
  | DataDeclaration
  | LetDeclaration
  | DefDeclaration
  | ModelDeclaration
  | ParadigmDeclaration
  | ImportDeclaration
  | ShowDeclaration
  | ProblemDeclaration
  | ErrorDeclaration;

export interface SpaceDeclaration extends Declared {
  readonly kind: 'space-declaration';
  readonly name: Name;
  readonly space: SpaceExpr;
}

export interface DataDeclaration extends Declared {
  readonly kind: 'data';
  readonly name: Name;
  readonly space?: SpaceExpr;
  readonly value: Expr;
}

/** `let x = e`, `let x : R = e`, `let (a, b) = e`, `let x ~ dist` */
export interface LetDeclaration extends Declared {
  readonly kind: 'let';
  readonly pattern: Pattern;
  readonly space?: SpaceExpr;
  readonly relation: '=' | '~';
  readonly value: Expr;
}

/** `def f(x, y: R[n]; k = 3) -> R = ...`; several `def`s of one name are its overloads. */
export interface DefDeclaration extends Declared {
  readonly kind: 'def';
  readonly name: Name;
  readonly statics: readonly StaticParameter[];
  /** Absent for `def x = ...` without an argument list. */
  readonly params?: readonly Parameter[];
  readonly result?: { readonly space: SpaceExpr; readonly stochastic: boolean };
  readonly body: Expr;
}

/** `model dense[n](x: R[d]) -> R[n] { ... }`. Without an argument list: `params` is empty. */
export interface ModelDeclaration extends Declared {
  readonly kind: 'model';
  readonly name: Name;
  readonly statics: readonly StaticParameter[];
  readonly params: readonly Parameter[];
  readonly result?: { readonly space: SpaceExpr; readonly stochastic: boolean };
  readonly body: Expr;
}

export interface ParadigmDeclaration extends Declared {
  readonly kind: 'paradigm';
  readonly name: Name;
  readonly params: readonly Parameter[];
  readonly body: readonly ProtocolStatement[];
}

/** `import { resnet, cell as block } from "./vision.learn"` */
export interface ImportDeclaration extends Declared {
  readonly kind: 'import';
  readonly names: readonly { readonly name: Name; readonly as?: Name }[];
  readonly from: { readonly path: string; readonly span: Span };
}

/** `show samples = e as images every 10 steps` */
export interface ShowDeclaration extends Declared {
  readonly kind: 'show';
  readonly name: Name;
  readonly value: Expr;
  readonly as?: Name;
  readonly every?: Duration;
}

/** A problem standing by itself. */
export interface ProblemDeclaration extends Declared {
  readonly kind: 'problem-declaration';
  readonly problem: ProblemExpr;
}

export interface ErrorDeclaration extends Declared {
  readonly kind: 'error';
}

// ---------------------------------------------------------------- protocols (bodies of paradigms)

export type ProtocolStatement =
  | AssignStatement
  | ({
      readonly kind: 'for';
      readonly binders: readonly Binder[];
      readonly conditions: readonly Expr[];
      readonly body: readonly ProtocolStatement[];
    } & Node)
  | ({
      readonly kind: 'if-protocol';
      readonly condition: Expr;
      readonly then: readonly ProtocolStatement[];
      readonly else: readonly ProtocolStatement[];
    } & Node)
  /** `train on D for 1 steps` */
  | ({ readonly kind: 'train'; readonly data: Expr; readonly duration?: Duration } & Node)
  /** `eval on D as name` */
  | ({ readonly kind: 'eval'; readonly data: Expr; readonly as?: Expr } & Node)
  /** `restart`: the members return to fresh initial values (each fold of k-fold). */
  | ({ readonly kind: 'restart' } & Node)
  | ({ readonly kind: 'repeat'; readonly body: readonly ProtocolStatement[] } & Node)
  | ({ readonly kind: 'every'; readonly duration: Duration; readonly body: readonly ProtocolStatement[] } & Node)
  /** `buffer B[capacity]` */
  | ({ readonly kind: 'buffer'; readonly name: Name; readonly capacity: Expr } & Node)
  /** `collect 1 from rollout(env, policy) into B` */
  | ({ readonly kind: 'collect'; readonly count: Expr; readonly from: Expr; readonly into: Expr } & Node)
  | ErrorStatement;

/** A whole file. */
export interface Module extends Node {
  readonly kind: 'module';
  readonly declarations: readonly Declaration[];
}
