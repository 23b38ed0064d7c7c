/**
 * Mathematics as a small tree of boxes, between the syntax tree and its three spellings (unicode.ts, latex.ts, mathml.ts).
 * A `Term` is such a box with what a surrounding formula must know to put parentheses where they are needed, and only there.
 */

export type Box =
  /** One symbol or word; `upright` for words, functions and letters with a meaning of their own. */
  | {
      readonly kind: 'identifier';
      readonly text: string;
      readonly upright: boolean;
      readonly primes: number;
      /** The name in the source that it stands for. */
      readonly name?: string;
    }
  | { readonly kind: 'number'; readonly text: string }
  /** `binary` and `relation` have space around them, `prefix` and `punctuation` (behind) less. */
  | {
      readonly kind: 'operator';
      readonly text: string;
      readonly role: 'binary' | 'relation' | 'prefix' | 'punctuation';
    }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'space' }
  | { readonly kind: 'row'; readonly items: readonly Box[] }
  /** `fenced`: on one line, numerator and denominator need parentheses. */
  | { readonly kind: 'fraction'; readonly top: Box; readonly bottom: Box; readonly fenced: readonly [boolean, boolean] }
  | { readonly kind: 'root'; readonly body: Box; readonly fenced: boolean }
  | { readonly kind: 'script'; readonly base: Box; readonly sub?: Box; readonly sup?: Box; readonly name?: string }
  /** A big operator with what stands beneath and above it; its body follows in the row. */
  | { readonly kind: 'big'; readonly text: string; readonly under?: Box; readonly over?: Box }
  | { readonly kind: 'fence'; readonly open: string; readonly close: string; readonly body: Box }
  | { readonly kind: 'cases'; readonly rows: readonly { readonly value: Box; readonly condition: Box }[] };

/** Binding strength of what is written, tightest highest; as in the grammar, with `open` for what extends to the right. */
export const ATOM = 10;
export const POWER = 9;
export const UNARY = 8;
export const PRODUCT = 7;
export const BIG = 6;
export const SUM = 5;
export const COMPARE = 3;
export const AND = 2;
export const OR = 1;
export const LOOSE = 0;

export interface Term {
  readonly box: Box;
  readonly strength: number;
  /** Ends in the body of a big operator (or the like), which would swallow a factor written behind it. */
  readonly open: boolean;
  /** Begins with a minus sign. */
  readonly signed: boolean;
}

export const term = (box: Box, strength = ATOM, flags: { open?: boolean; signed?: boolean } = {}): Term => ({
  box,
  strength,
  open: flags.open ?? false,
  signed: flags.signed ?? false,
});

export const identifier = (text: string, upright = false, primes = 0): Box => ({
  kind: 'identifier',
  text,
  upright,
  primes,
});
export const number = (text: string): Box => ({ kind: 'number', text });
export const text = (value: string): Box => ({ kind: 'text', text: value });
export const space: Box = { kind: 'space' };
export const binary = (value: string): Box => ({ kind: 'operator', text: value, role: 'binary' });
export const relation = (value: string): Box => ({ kind: 'operator', text: value, role: 'relation' });
export const prefix = (value: string): Box => ({ kind: 'operator', text: value, role: 'prefix' });
export const punctuation = (value: string): Box => ({ kind: 'operator', text: value, role: 'punctuation' });
export const fence = (open: string, body: Box, close: string): Box => ({ kind: 'fence', open, close, body });
export const parens = (body: Box): Box => fence('(', body, ')');
export const big = (symbol: string, under?: Box, over?: Box): Box => ({ kind: 'big', text: symbol, under, over });

/** One row; rows inside it are opened. */
export const row = (...items: readonly Box[]): Box => {
  const flat = items.flatMap((item) => (item.kind === 'row' ? item.items : [item]));
  return flat.length === 1 ? flat[0] : { kind: 'row', items: flat };
};

/** Items with a comma (or another mark) between them. */
export const list = (items: readonly Box[], mark: Box = punctuation(',')): Box =>
  row(...items.flatMap((item, i) => (i === 0 ? [item] : [mark, item])));

/** Adds a subscript; one that is there already is continued behind a comma. */
export const subscript = (base: Box, sub: Box): Box => {
  if (base.kind !== 'script') return { kind: 'script', base, sub };
  if (base.sup) return { kind: 'script', base: parens(base), sub };
  return { ...base, sub: base.sub ? list([base.sub, sub]) : sub };
};

export const superscript = (base: Box, sup: Box): Box => {
  if (base.kind !== 'script') return { kind: 'script', base, sup };
  return base.sup ? { kind: 'script', base: parens(base), sup } : { ...base, sup };
};

/** The box of a term, in parentheses when it binds less than `least`. */
export const within = (t: Term, least: number): Box => (t.strength < least ? parens(t.box) : t.box);

/** A left operand of a product or power: also in parentheses when it would swallow what follows. */
export const before = (t: Term, least: number): Box => (t.strength < least || t.open ? parens(t.box) : t.box);

/** A right operand: also in parentheses when it begins with a minus sign. */
export const behind = (t: Term, least: number): Box => (t.strength < least || t.signed ? parens(t.box) : t.box);
