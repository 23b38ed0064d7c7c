/** Spaces, as they are written behind `:`. */
import type { Expr } from './expressions.ts';
import type { Name, Node } from './node.ts';

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
