/**
 * What the parser found -> nodes of the tree: operators folded by precedence, strings and numbers read, documentation
 * found among the comments.
 */
import type { IToken } from 'chevrotain';
import { canonicalWord } from './tokens.ts';
import type { Span } from './span.ts';
import type { BigExpr, BinaryOp, Expr, UnaryExpr } from './tree/expressions.ts';
import type { Name } from './tree/node.ts';

/** An operand with the extent it takes in the text, its parentheses included. */
export interface Operand {
  readonly kind: 'operand';
  readonly expr: Expr;
  readonly span: Span;
}
export interface Infix {
  readonly kind: 'infix';
  readonly op: BinaryOp;
  readonly span: Span;
}
/** A unary operator, or a big operator up to its closing bracket. */
export type Prefix =
  | { readonly kind: 'prefix'; readonly op: UnaryExpr['op']; readonly span: Span }
  | { readonly kind: 'big'; readonly head: Omit<BigExpr, 'body' | 'span'>; readonly span: Span }
  /** `log` before a big operator. */
  | { readonly kind: 'log'; readonly span: Span };

export type Item = Operand | Infix | Prefix;

/** Binding strength, tightest highest. `associates: 'no'` operators do not chain. */
export const precedence: Readonly<Record<BinaryOp, number>> = {
  '^': 9,
  '*': 7,
  '/': 7,
  '@': 7,
  '∘': 7,
  '#': 7,
  mod: 7,
  '+': 5,
  '-': 5,
  '..': 4,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  and: 2,
  or: 1,
};
export const UNARY = 8;
/** The body of a big operator reaches as far as a product does. */
export const BIG = 6;

export const isComparison = (op: BinaryOp): boolean => precedence[op] === 3;

const join = (a: Span, b: Span): Span => ({ file: a.file, start: a.start, end: b.end });

/** Precedence climbing over a flat list; `onChain` hears of `a < b < c`. */
export const fold = (items: readonly Item[], onChain: (span: Span) => void): Expr => {
  let next = 0;
  const operand = (): Operand => {
    const item = items[next++];
    if (item?.kind === 'operand') return item;
    if (item?.kind === 'prefix') {
      const inner = climb(UNARY);
      const span = join(item.span, inner.span);
      return { kind: 'operand', expr: { kind: 'unary', op: item.op, operand: inner.expr, span }, span };
    }
    if (item?.kind === 'big') {
      const inner = climb(BIG);
      const span = join(item.span, inner.span);
      return { kind: 'operand', expr: { ...item.head, body: inner.expr, span }, span };
    }
    if (item?.kind === 'log') {
      const { expr, span: inside } = operand();
      const span = join(item.span, inside);
      const callee: Expr = { kind: 'name', name: 'log', span: item.span };
      const args = [{ value: expr, span: inside }];
      return { kind: 'operand', expr: { kind: 'call', callee, args, form: 'plain', given: [], span }, span };
    }
    throw new Error('internal: operand expected');
  };
  const climb = (least: number): Operand => {
    let left = operand();
    for (;;) {
      const item = items[next];
      if (item?.kind !== 'infix' || precedence[item.op] < least) return left;
      next += 1;
      const strength = precedence[item.op];
      const right = climb(item.op === '^' ? UNARY : strength + 1);
      const span = join(left.span, right.span);
      left = { kind: 'operand', expr: { kind: 'binary', op: item.op, left: left.expr, right: right.expr, span }, span };
      const following = items[next];
      if (isComparison(item.op) && following?.kind === 'infix' && isComparison(following.op)) onChain(following.span);
    }
  };
  return climb(0).expr;
};

export const number = (token: IToken): number => Number(token.image.replace(/_/g, ''));

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

export const unquote = (image: string): string =>
  image
    .slice(1, image.length > 1 && image.endsWith('"') ? -1 : undefined)
    .replace(/\\u\{([0-9a-fA-F]{1,6})\}|\\(.)/g, (_, code: string | undefined, c: string | undefined) =>
      code === undefined ? (escapes[c ?? ''] ?? c ?? '') : codePoint(parseInt(code, 16)),
    );

const codePoint = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd');

export const name = (token: IToken, span: Span): Name => ({ text: canonicalWord(token.image), span });
