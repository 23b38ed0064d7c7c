/** A file and its declarations. */
import type { Span } from '../span.ts';
import type { Expr } from './expressions.ts';
import type { Name, Node } from './node.ts';
import type { Parameter, Pattern, StaticParameter } from './patterns.ts';
import type { Duration, ProblemExpr } from './problems.ts';
import type { ProtocolStatement } from './protocols.ts';
import type { SpaceExpr } from './spaces.ts';

/** A whole file. */
export interface Module extends Node {
  readonly kind: 'module';
  readonly declarations: readonly Declaration[];
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

interface Declared extends Node {
  /** The `---` comment before it, joined by line ends, without the dashes. */
  readonly docs?: string;
}

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
