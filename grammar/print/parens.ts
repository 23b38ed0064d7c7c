/** Where an expression needs parentheses to be read as the same tree. */
import { BIG, isComparison, precedence, UNARY } from '../build.ts';
import { bigWords } from '../tokens.ts';
import type { BinaryExpr, BinaryOp, Expr, IndexExpr } from '../tree/expressions.ts';

/** Reaches as far to the right as it can: parentheses wherever an operator could follow. */
const isGreedy = (e: Expr): boolean =>
  e.kind === 'if' || e.kind === 'lambda' || e.kind === 'problem' || (e.kind === 'space' && e.space.kind === 'function');

/** May a call, an index or a field stand right behind it? */
export const objectNeedsParens = (e: Expr): boolean => {
  return !['name', 'tuple', 'record', 'array', 'comprehension', 'call', 'index', 'field', 'dist', 'error'].includes(
    e.kind,
  );
};

/** `sum[i < n]` would be read as a big operator. */
export const indexedNeedsParens = ({ object, items }: IndexExpr): boolean => {
  if (objectNeedsParens(object)) return true;
  if (object.kind !== 'name' || !(bigWords as readonly string[]).includes(object.name)) return false;
  const binds = items.some((i) => i.kind === 'at' && i.value.kind === 'binary' && leftmost(i.value) === '<');
  return object.name === 'grad' || binds || (object.name === 'E' && items.some((i) => i.kind === 'named'));
};

/** The operator that the first name is followed by. */
const leftmost = (e: BinaryExpr): string => (e.left.kind === 'binary' ? leftmost(e.left) : e.op);

/** What stands behind `at every`, or behind `as`. */
export const simpleNeedsParens = (e: Expr): boolean =>
  e.kind !== 'number' && e.kind !== 'string' && e.kind !== 'boolean' && objectNeedsParens(e);

/** Where operators may stand, but neither `if` nor an arrow: sources, conditions, options of clauses. */
export const operatorsNeedParens = (e: Expr): boolean => isGreedy(e);

/** A count of steps: `for x < n` would be read as a loop. */
export const countNeedsParens = (e: Expr): boolean =>
  isGreedy(e) || (e.kind === 'binary' && precedence[e.op] < precedence['+']);

/** Before a comma: the lists of a problem would go on behind it. */
export const itemNeedsParens = (e: Expr): boolean => {
  if (e.kind === 'problem') return true;
  if (e.kind === 'lambda') return itemNeedsParens(e.body);
  return e.kind === 'if' && itemNeedsParens(e.else);
};

export const operandNeedsParens = (e: Expr): boolean => {
  if (isGreedy(e)) return true;
  // `--` begins a comment.
  if (e.kind === 'unary') return e.op === '-';
  return e.kind === 'binary' && precedence[e.op] < UNARY;
};

export const bodyNeedsParens = (e: Expr): boolean => isGreedy(e) || (e.kind === 'binary' && precedence[e.op] < BIG);

/** `mod` among other arithmetic is easier to read in parentheses. */
const mixes = (outer: BinaryOp, inner: BinaryOp): boolean =>
  inner === 'mod' && outer !== 'mod' && precedence[outer] >= precedence['+'];

export const leftNeedsParens = (parent: BinaryExpr): boolean => {
  const e = parent.left;
  const strength = precedence[parent.op];
  if (isGreedy(e)) return true;
  if (strength >= BIG && endsInBig(e)) return true;
  if (parent.op === '^') return e.kind === 'unary' || e.kind === 'binary' || e.kind === 'density';
  if (e.kind !== 'binary') return false;
  if (mixes(parent.op, e.op)) return true;
  return precedence[e.op] < strength || (isComparison(parent.op) && isComparison(e.op));
};

export const rightNeedsParens = (parent: BinaryExpr): boolean => {
  const e = parent.right;
  if (isGreedy(e)) return true;
  // It would not reach over the quotient, but who reads it knows?
  if (e.kind === 'big') return ['/', '@', 'mod', '^'].includes(parent.op);
  if (e.kind !== 'binary') return false;
  if (mixes(parent.op, e.op)) return true;
  return parent.op === '^' ? precedence[e.op] < UNARY : precedence[e.op] <= precedence[parent.op];
};

/** Would an operator behind it belong to the body of a big operator at its end? */
const endsInBig = (e: Expr): boolean => {
  switch (e.kind) {
    case 'big':
      return true;
    case 'unary':
      return !operandNeedsParens(e.operand) && endsInBig(e.operand);
    case 'binary':
      return !rightNeedsParens(e) && endsInBig(e.right);
    default:
      return false;
  }
};
