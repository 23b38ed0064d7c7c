/** The bodies of paradigms. */
import type { Expr } from './expressions.ts';
import type { Name, Node } from './node.ts';
import type { Binder } from './patterns.ts';
import type { Duration } from './problems.ts';
import type { AssignStatement, ErrorStatement } from './statements.ts';

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
