/**
 * Looks further ahead than the grammar does, and gives a token the type that its company implies:
 * `sum` before binders is a big operator and a name elsewhere, `(` before parameters and an arrow opens a lambda.
 * After this step the grammar has no choice that the next token, or a gate on the two behind it, does not decide.
 */
import type { IToken, TokenType } from 'chevrotain';
import { endOf, retype } from './lex.ts';
import { bigWords, canonicalBig, clauseWords, T } from './tokens.ts';

const is = (token: IToken | undefined, ...types: TokenType[]): boolean =>
  token !== undefined && types.includes(token.tokenType);

const isWord = (token: IToken | undefined): boolean =>
  token !== undefined && (token.tokenType.CATEGORIES?.includes(T.Word) ?? false);

const opening = [T.LParen, T.LBracket, T.LBrace];
const closing = [T.RParen, T.RBracket, T.RBrace];
const arithmetic = [T.Power, T.Times, T.Divide, T.MatMul, T.Plus, T.Minus];

/** For every bracket the index of its partner. `layout` has made them match. */
const matchBrackets = (tokens: readonly IToken[]): ReadonlyMap<number, number> => {
  const partners = new Map<number, number>();
  const open: number[] = [];
  for (const [i, token] of tokens.entries()) {
    if (is(token, ...opening)) open.push(i);
    else if (is(token, ...closing)) {
      const start = open.pop();
      if (start !== undefined) partners.set(start, i);
    }
  }
  return partners;
};

const softClauses = [...clauseWords, 'to', 'every', 'batch', 'seed', 'seeds', 'as', 'at', 'from', 'tuning', 'into'];
const introducing = new Set([...softClauses, 'eval', 'decay', 'collect', 'argmin', 'argmax', 'mod']);
const statementWords = [T.Def, T.Let, T.Model, T.Buffer];

export const classify = (tokens: readonly IToken[]): IToken[] => {
  const partners = matchBrackets(tokens);
  const at = (i: number): IToken | undefined => tokens[i];
  const after = (i: number): number => (partners.get(i) ?? i) + 1;

  /** Where a pattern that begins at `i` ends, or -1. */
  const afterPattern = (i: number): number =>
    isWord(at(i)) ? i + 1 : is(at(i), T.LParen, T.LBracket) && partners.has(i) ? after(i) : -1;

  /** Patterns separated by commas, then a relation. */
  const binders = (i: number, relations: TokenType[]): boolean => {
    let j = afterPattern(i);
    while (j >= 0 && is(at(j), T.Comma)) j = afterPattern(j + 1);
    return j >= 0 && is(at(j), ...relations);
  };

  const statementStart = (i: number): boolean => i === 0 || is(at(i - 1), T.End, T.LBrace);

  /** An expression may begin here (and none ended just before). */
  const fresh = (i: number): boolean =>
    statementStart(i) ||
    is(at(i - 1), T.Assign, T.LParen, T.LBracket, T.Comma, T.Arrow, T.StochasticArrow, T.Then, T.Else) ||
    is(at(i - 1), T.Semicolon);

  /** `to (x = 1)`: with a gap behind it, a word of a clause is no function that is called. */
  const introduces = (i: number): boolean => {
    const [token, next] = [at(i), at(i + 1)];
    return token !== undefined && next !== undefined && introducing.has(token.image) && endOf(token) < next.startOffset;
  };

  const operandEnd = (i: number): boolean =>
    (isWord(at(i)) && !introduces(i)) || is(at(i), T.Number, T.Text, T.True, T.False, T.RParen, T.RBracket, T.RBrace);

  /** `over` follows at the same depth, before the statement or the bracket ends. */
  const hasOver = (i: number): boolean => {
    for (let j = i; j < tokens.length && j < i + 2000; j++) {
      if (is(at(j), T.Over)) return true;
      if (is(at(j), T.End, ...closing)) return false;
      if (partners.has(j)) j = partners.get(j)!;
    }
    return false;
  };

  /** Where the brackets of big operators close: what follows is their body. */
  const heads = new Set<number>();

  /** A name, not a word that goes on with a clause. */
  const beginsName = (i: number): boolean => {
    const token = at(i);
    if (token === undefined || !isWord(token) || is(token, T.Mod)) return false;
    return !softClauses.includes(token.image) || is(at(i + 1), T.LParen);
  };

  /** `argmin` before an objective: side by side with an operand, or where `argmin(...)` is no call or index. */
  const beginsProblem = (i: number): boolean => {
    const next = at(i + 1);
    const inFold = is(at(i - 1), T.Assign) && is(at(i - 3), T.Fold, T.Scan);
    if (beginsName(i + 1) || is(next, T.Number, T.Text, T.True, T.False, T.LBrace)) return true;
    if (is(next, T.If, T.Not, T.Minimize, T.Maximize)) return true;
    if (is(next, T.Minus)) return fresh(i) || (!inFold && is(at(i - 1), ...arithmetic));
    return is(next, T.LParen, T.LBracket) && !inFold && (fresh(i) || endOf(at(i)!) < next!.startOffset);
  };

  const classifyWord = (i: number): TokenType | undefined => {
    const token = at(i)!;
    const previous = at(i - 1);
    const next = at(i + 1);
    if (is(previous, T.Dot)) return T.Identifier;
    const big = canonicalBig(token.image);
    if ((bigWords as readonly string[]).includes(big) && is(next, T.LBracket) && !is(previous, ...statementWords)) {
      if (big === 'grad') return T.Big;
      const relations = [T.In, T.Tilde, T.Less, ...(big === 'E' ? [T.Assign] : [])];
      if (binders(i + 2, relations)) return T.Big;
    }
    if (is(token, T.Argmin, T.Argmax) && beginsProblem(i) && hasOver(i + 1)) return T.ArgProblem;
    if (is(token, T.Log) && beginsName(i + 1) && !is(previous, ...statementWords)) return T.LogOf;
    if (is(token, T.Dist) && is(next, T.LBrace)) return T.DistOf;
    if (is(token, T.Fold, T.Scan) && !is(previous, ...statementWords)) {
      const end = afterPattern(i + 1);
      if (end >= 0 && is(at(end), T.Assign) && hasOver(end)) return T.FoldOf;
    }
    if (is(token, T.For) && binders(i + 1, [T.In, T.Tilde, T.Less])) return T.ForEach;
    return undefined;
  };

  const classifyBracket = (i: number): TokenType | undefined => {
    const round = is(at(i), T.LParen);
    const behind = at(after(i));
    const word = isWord(at(i - 1));
    if (statementStart(i) && is(behind, T.Assign, T.Tilde, T.Colon)) return round ? T.PatternParen : T.PatternBracket;
    if (round && word && statementStart(i - 1) && is(behind, T.Assign, T.LBrace)) return T.DefParen;
    if (operandEnd(i - 1) && !heads.has(i - 1)) return undefined;
    if (is(behind, T.Arrow, T.StochasticArrow)) return round ? T.LambdaParen : T.LambdaBracket;
    if (round && isWord(at(i + 1)) && is(at(i + 2), T.Assign)) return T.RecordParen;
    if (round && isWord(at(i + 1)) && is(at(i + 2), T.Colon)) return T.RecordSpaceParen;
    return undefined;
  };

  return tokens.map((token, i) => {
    const type = isWord(token) ? classifyWord(i) : is(token, T.LParen, T.LBracket) ? classifyBracket(i) : undefined;
    if (type === T.Big) heads.add(after(i + 1) - 1);
    return type ? retype(token, type) : token;
  });
};
