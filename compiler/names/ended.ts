/** A name that a big operator binds, written where its body has ended: `E[(x, y) ~ D] f(x) + g(y)` stops at the `+`. */
import type { Diagnostic } from '../../grammar/diagnostics.ts';
import type { Span } from '../../grammar/span.ts';
import type { Module } from '../../grammar/tree/declarations.ts';
import type { BigExpr, BinaryExpr, Expr } from '../../grammar/tree/expressions.ts';
import type { Condition } from '../../grammar/tree/problems.ts';
import { nodes, nodesAround, patternNames } from '../../grammar/walk.ts';

const isWithin = (span: Span, whole: Span): boolean => span.start >= whole.start && span.end <= whole.end;

const binds = (big: BigExpr, name: string): boolean =>
  big.binders.some((b) => b.targets.some((t) => patternNames(t).includes(name)));

interface Sides {
  readonly left: Expr;
  readonly right: Expr;
  readonly sign: string;
}

/** Two sides of a sign: of an expression, or of what a condition compares. */
const sidesOf = (node: object): Sides | undefined => {
  if ('kind' in node && node.kind === 'binary') {
    const { left, right, op } = node as BinaryExpr;
    return { left, right, sign: op };
  }
  const { value, compare } = node as Partial<Condition>;
  return value && compare && { left: value, right: compare.bound, sign: compare.op };
};

/** The operator that the name belongs to, and the sign at which its body ends. */
const endedBefore = (module: Module, name: string, span: Span): { big: BigExpr; sign: string } | undefined => {
  for (const node of nodesAround(module, span)) {
    const sides = sidesOf(node);
    if (!sides || !isWithin(span, sides.right.span)) continue;
    const { left, sign } = sides;
    const operators = nodes(left).filter((n) => n.kind === 'big') as unknown as BigExpr[];
    const big = operators.findLast((b) => binds(b, name));
    if (big) return { big, sign };
  }
  return undefined;
};

/** An unknown name that an operator before it binds is said to be behind its end. */
export const withEnd = (d: Diagnostic, module: Module, text: string): Diagnostic => {
  const found = d.code === 'L0201' && d.span && endedBefore(module, text.slice(d.span.start, d.span.end), d.span);
  if (!found) return d;
  const { big, sign } = found;
  const ends = { message: `\`${big.op}[...]\` ends before the \`${sign}\``, span: big.span };
  return {
    ...d,
    notes: [...d.notes, ends],
    help: `write its whole body in parentheses: \`${big.op}[...] (... ${sign} ...)\``,
  };
};
