/**
 * Text -> tree, comments and everything that could not be read:
 *   text --lex--> tokens --layout--> statement ends --classify--> no long lookahead --LearnParser--> tree
 * Never throws; a tree comes out of any text, with `error` nodes where it could not be read.
 */
import type { IToken } from 'chevrotain';
import { classify } from './classify.ts';
import type { Diagnostic } from './diagnostics.ts';
import { withDocs } from './docs.ts';
import { layout } from './layout.ts';
import { lex, type Comment } from './lex.ts';
import { report } from './messages.ts';
import { DEEPEST } from './rules/base.ts';
import { settle } from './reports.ts';
import { LearnParser } from './rules/declarations.ts';
import { T } from './tokens.ts';
import type { Module } from './tree/declarations.ts';
import type { Expr } from './tree/expressions.ts';

export interface Parsed {
  readonly module: Module;
  readonly comments: readonly Comment[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Building the parser takes longer than most files: it is made once. */
let parser: LearnParser | undefined;

/** An editor reads a text, then compiles it. */
let last: { readonly text: string; readonly file: string; readonly parsed: Parsed } | undefined;

export const parse = (text: string, file: string): Parsed => {
  if (last?.text !== text || last.file !== file) last = { text, file, parsed: parsedAnew(text, file) };
  return last.parsed;
};

const parsedAnew = (text: string, file: string): Parsed => {
  const { result, comments, diagnostics } = run(text, file, (p) => p.declarations());
  const declarations = withDocs(result ?? [], comments, text);
  const module: Module = { kind: 'module', declarations, span: { file, start: 0, end: text.length } };
  return { module, comments, diagnostics };
};

export const parseExpression = (
  text: string,
  file: string,
): { expr: Expr | undefined; diagnostics: readonly Diagnostic[] } => {
  const { result, diagnostics } = run(text, file, (p) => p.lone());
  return { expr: result, diagnostics };
};

const run = <R>(text: string, file: string, rule: (p: LearnParser) => R) => {
  const lexed = lex(text, file);
  const laidOut = layout(lexed.tokens, text, file);
  const tokens = classify(laidOut.tokens);
  parser ??= new LearnParser();
  parser.begin(tokens, text, file);
  parser.depths = depths(tokens);
  let result: R | undefined;
  const syntactic: Diagnostic[] = [];
  try {
    result = rule(parser);
    syntactic.push(...parser.diagnostics);
  } catch (e) {
    // The stack is smaller than `DEEPEST` reckons with.
    if (!(e instanceof RangeError)) throw e;
    syntactic.push(report('L0130', { file, start: 0, end: Math.min(1, text.length) }, { deepest: DEEPEST }));
  }
  const diagnostics = settle([...lexed.diagnostics, ...laidOut.diagnostics], syntactic, text);
  return { result, comments: lexed.comments, diagnostics };
};

const depths = (tokens: readonly IToken[]): ReadonlyMap<IToken, number> => {
  const found = new Map<IToken, number>();
  let depth = 0;
  for (const token of tokens) {
    const type = token.tokenType;
    const categories = type.CATEGORIES ?? [];
    if (type === T.RParen || type === T.RBracket || type === T.RBrace) depth -= 1;
    found.set(token, depth);
    const opens = [T.LParen, T.LBracket, T.LBrace];
    if (opens.includes(type) || opens.some((o) => categories.includes(o))) depth += 1;
  }
  return found;
};
