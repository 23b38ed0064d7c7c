/** Where reading stopped, and the words for what stands there. */
import { EOF, type IToken, type TokenType } from 'chevrotain';
import type { Diagnostic } from '../diagnostics.ts';
import { T } from '../tokens.ts';
import type { Span } from '../span.ts';

/** What is known at the place: tokens before (`look(0)`) and from it on (`look(1)`), and what was being read. */
export interface Place {
  readonly look: (ahead: number) => IToken;
  readonly spanOf: (token: IToken) => Span;
  readonly text: string;
  /** The rules being read, the innermost last. */
  readonly rules: readonly string[];
  /** The token type that alone could have come, or ''. */
  readonly expected: string;
}

/** One way to fail: its diagnostic, or undefined when it is another. */
export type Mistake = (place: Place) => Diagnostic | undefined;

export const is = (token: IToken, ...types: TokenType[]): boolean => types.includes(token.tokenType);

const inCategory = (token: IToken, category: TokenType): boolean =>
  token.tokenType.CATEGORIES?.includes(category) ?? false;

export const isWord = (token: IToken): boolean => inCategory(token, T.Word);
export const isOperator = (token: IToken): boolean => inCategory(token, T.Operator);

const opening = [T.LParen, T.LBracket, T.LBrace];
const closing = [T.RParen, T.RBracket, T.RBrace];
export const opens = (token: IToken): boolean =>
  is(token, ...opening) || opening.some((type) => inCategory(token, type));
export const closes = (token: IToken): boolean => is(token, ...closing);

/** Made by the layout: the end of a line, or a bracket that was missing. */
const isVirtual = (token: IToken): boolean => token.image === '';

const classifiedWords = [T.Big, T.LogOf, T.DistOf, T.FoldOf];
export const beginsOperand = (token: IToken): boolean =>
  isWord(token) || opens(token) || is(token, T.Number, T.Text, T.True, T.False, T.If, T.Not, ...classifiedWords);
export const endsOperand = (token: IToken): boolean =>
  isWord(token) || closes(token) || is(token, T.Number, T.Text, T.True, T.False);

export const found = (token: IToken): string => {
  if (is(token, EOF)) return 'the end of the file';
  if (is(token, T.End) && token.image !== ';') return 'the end of the line';
  if (isVirtual(token)) return 'the end of the line';
  if (is(token, T.Text)) return 'a string';
  if (is(token, T.Number)) return `the number \`${token.image}\``;
  return `\`${token.image}\``;
};

export const isReading = (place: Place, ...rules: string[]): boolean => rules.includes(place.rules.at(-1) ?? '');

/** Was any of the rules begun? */
export const isWithin = (place: Place, ...rules: string[]): boolean => place.rules.some((r) => rules.includes(r));

/** The token before the bracket that `look(from)` closes. */
export const beforeBracket = (place: Place, from: number): IToken | undefined => {
  let depth = 0;
  for (let i = from; i > from - 2000; i--) {
    const token = place.look(i);
    if (is(token, EOF)) return undefined;
    if (closes(token)) depth += 1;
    else if (opens(token)) depth -= 1;
    if (depth === 0) return place.look(i - 1);
  }
  return undefined;
};
