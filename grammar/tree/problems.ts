/** Problems: `minimize ... over ... and ... subject to ... on ... by ... for ... batch ... seed ...`. */
import type { Expr } from './expressions.ts';
import type { Name, Node } from './node.ts';

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
