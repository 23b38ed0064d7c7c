/** What `subject to` says, taken apart: `a <= 1 and b <= 2` into two constraints, `e <= c` into value, comparison and bound. */
import type { BinaryOp, Expr } from './tree/expressions.ts';
import type { Condition } from './tree/problems.ts';

type Comparison = NonNullable<Condition['compare']>;

const isBound = (op: BinaryOp): op is Comparison['op'] => ['<=', '>=', '<', '>', '=='].includes(op);

/** An expression in parentheses begins behind the token it was read from. */
const inParentheses = (e: Expr, start: number): boolean => e.span.start > start;

/** `a <= 1 and b <= 2` are two conditions. */
export const conjuncts = (e: Expr, start: number): readonly Expr[] =>
  e.kind === 'binary' && e.op === 'and' && !inParentheses(e, start)
    ? [...conjuncts(e.left, start), ...conjuncts(e.right, e.right.span.start)]
    : [e];

export const compared = (e: Expr, start: number): Pick<Condition, 'value' | 'compare'> =>
  e.kind === 'binary' && isBound(e.op) && !inParentheses(e, start)
    ? { value: e.left, compare: { op: e.op, bound: e.right } }
    : { value: e };
