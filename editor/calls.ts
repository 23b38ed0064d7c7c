/** The call around the cursor, read from tokens: it is there while the line is half typed and has no tree. */
import type { IToken } from 'chevrotain';
import { endOf, lex } from '../grammar/lex.ts';
import { T } from '../grammar/tokens.ts';

export interface OpenCall {
  readonly name: string;
  /** Where the name begins. */
  readonly start: number;
  readonly bracket: '(' | '[';
  /** Which argument the cursor is in, and how many are behind the `;` before it. */
  readonly argument: number;
  /** Names of arguments already given, and the one being given. */
  readonly given: readonly string[];
  readonly current?: string;
}

const closing = new Set([T.RParen, T.RBracket, T.RBrace]);
const isWord = (t: IToken): boolean =>
  t.tokenType === T.Identifier || (t.tokenType.CATEGORIES?.includes(T.Word) ?? false);

/** The opening bracket whose contents the cursor is in; undefined inside a block or outside of brackets. */
const opener = (tokens: readonly IToken[]): number | undefined => {
  let depth = 0;
  for (let i = tokens.length - 1; i >= 0; i--) {
    const { tokenType } = tokens[i];
    if (closing.has(tokenType)) depth++;
    else if (tokenType === T.LParen || tokenType === T.LBracket || tokenType === T.LBrace) {
      if (depth === 0) return tokenType === T.LBrace ? undefined : i;
      depth--;
    }
  }
  return undefined;
};

/** `dense[10](`: the name is before the brackets. */
const nameBefore = (tokens: readonly IToken[], open: number): IToken | undefined => {
  let i = open - 1;
  while (i >= 0 && tokens[i].tokenType === T.RBracket) {
    let depth = 0;
    do {
      if (closing.has(tokens[i].tokenType)) depth++;
      else if (tokens[i].tokenType === T.LBracket || tokens[i].tokenType === T.LParen) depth--;
      i--;
    } while (i >= 0 && depth > 0);
  }
  const adjacent = i === open - 1 || tokens[open].tokenType === T.LParen;
  return i >= 0 && adjacent && isWord(tokens[i]) ? tokens[i] : undefined;
};

const separators = new Set([T.Comma, T.Semicolon, T.Divides]);

export const callAt = (text: string, offset: number): OpenCall | undefined => {
  const tokens = lex(text.slice(0, offset), '').tokens;
  const open = opener(tokens);
  if (open === undefined) return undefined;
  const name = nameBefore(tokens, open);
  if (!name || endOf(name) > tokens[open].startOffset) return undefined;
  const given: string[] = [];
  let argument = 0;
  let current: string | undefined;
  let depth = 0;
  for (let i = open + 1; i < tokens.length; i++) {
    const { tokenType } = tokens[i];
    if (closing.has(tokenType)) depth--;
    else if (tokenType === T.LParen || tokenType === T.LBracket || tokenType === T.LBrace) depth++;
    else if (depth > 0) continue;
    else if (separators.has(tokenType)) {
      argument++;
      current = undefined;
    } else if (tokenType === T.Assign && isWord(tokens[i - 1])) {
      current = tokens[i - 1].image;
      given.push(current);
    }
  }
  const bracket = tokens[open].tokenType === T.LParen ? '(' : '[';
  return { name: name.image, start: name.startOffset, bracket, argument, given, current };
};
