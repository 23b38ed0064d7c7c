/**
 * Every token of Learn in one table, with its ASCII and its Unicode spelling.
 *
 * The lexer, the formatter's choice of symbols and the editor's highlighting all read this table. A word with a
 * meaning of its own is a keyword only where the grammar expects it (category `Word`: it may still be a name),
 * apart from the few `hard` ones.
 */
import { createToken, Lexer, type TokenType } from 'chevrotain';
import type { BinaryOp } from './tree/expressions.ts';

interface Row {
  readonly ascii: string;
  readonly unicode?: string;
  /** Read as well, but never written by the formatter. */
  readonly also?: string;
}

/** Punctuation and operators by token name. */
export const symbols = {
  Arrow: { ascii: '->', unicode: '→' },
  StochasticArrow: { ascii: '~>', unicode: '⇝' },
  Divides: { ascii: '||', unicode: '‖', also: '∥' },
  Range: { ascii: '..' },
  Tilde: { ascii: '~', unicode: '∼' },
  Bar: { ascii: '|' },
  Dot: { ascii: '.' },
  Comma: { ascii: ',' },
  Semicolon: { ascii: ';' },
  Colon: { ascii: ':' },
  Assign: { ascii: '=' },
  LParen: { ascii: '(' },
  RParen: { ascii: ')' },
  LBracket: { ascii: '[' },
  RBracket: { ascii: ']' },
  LBrace: { ascii: '{' },
  RBrace: { ascii: '}' },
  Power: { ascii: '^' },
  Times: { ascii: '*', unicode: '·', also: '⋅' },
  Divide: { ascii: '/' },
  MatMul: { ascii: '@' },
  Compose: { ascii: '<<', unicode: '∘' },
  Push: { ascii: '#' },
  Plus: { ascii: '+' },
  Minus: { ascii: '-', also: '−' },
  Equal: { ascii: '==' },
  NotEqual: { ascii: '!=', unicode: '≠' },
  LessEqual: { ascii: '<=', unicode: '≤' },
  GreaterEqual: { ascii: '>=', unicode: '≥' },
  Less: { ascii: '<' },
  Greater: { ascii: '>' },
} as const satisfies Record<string, Row>;

/** Words spelt otherwise in Unicode; the tree has the ASCII form. `Σ` and `Π` are letters, so only as big operators. */
export const wordSpellings = {
  R: ['ℝ'],
  E: ['𝔼'],
  in: ['∈'],
  sum: ['Σ', '∑'],
  prod: ['Π', '∏'],
  grad: ['∇'],
} as const satisfies Record<string, readonly string[]>;

/** How habits from elsewhere are spelt, and what they are in Learn; the lexer reports them and reads what was meant. */
export const foreign = {
  '**': 'Power',
  ':=': 'Assign',
  '&&': 'And',
  '=>': 'Arrow',
  '//': 'Divide',
  '%': 'Mod',
  '!': 'Not',
  '===': 'Equal',
  '<>': 'NotEqual',
} as const;

/** Words that can never be names. */
export const hardWords = [
  'and',
  'or',
  'not',
  'in',
  'if',
  'then',
  'else',
  'true',
  'false',
  'minimize',
  'maximize',
  'def',
  'let',
] as const;

/** Words with a meaning where the grammar expects it, names everywhere else. */
export const softWords = [
  ...['space', 'data', 'model', 'paradigm', 'import', 'show', 'param', 'mod'],
  ...['over', 'where', 'subject', 'to', 'on', 'by', 'for', 'every', 'batch', 'seed', 'seeds'],
  ...['step', 'steps', 'epoch', 'epochs', 'eval', 'as', 'at', 'decay', 'start', 'from', 'tuning'],
  ...['train', 'collect', 'into', 'buffer', 'repeat', 'restart'],
  ...['fold', 'scan', 'dist', 'log', 'argmin', 'argmax'],
] as const;

export const bigWords = [
  ...['E', 'sum', 'prod', 'mean', 'max', 'min', 'argmax', 'argmin', 'all', 'any'],
  ...['logsumexp', 'softmax', 'grad', 'P'],
] as const;

/** Words that, at the start of a line, continue the statement before. */
export const clauseWords: readonly string[] = ['and', 'over', 'where', 'subject', 'on', 'by', 'for', 'else'];

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** Categories. `Word`: whatever may be a name. `Operator`: what may stand between two operands. */
const Word = createToken({ name: 'Word', pattern: Lexer.NA });
const Operator = createToken({ name: 'Operator', pattern: Lexer.NA });

const operatorNames: readonly string[] = [
  ...['Power', 'Times', 'Divide', 'MatMul', 'Compose', 'Push', 'Plus', 'Minus', 'Range'],
  ...['Equal', 'NotEqual', 'LessEqual', 'GreaterEqual', 'Less', 'Greater', 'And', 'Or', 'Mod'],
];

/** `text` as a pattern of itself. */
export const asPattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const spellings = (row: Row): readonly string[] =>
  [row.ascii, row.unicode, row.also].filter((text) => text !== undefined);

const categories = (name: string, soft: boolean): TokenType[] => [
  ...(soft ? [Word] : []),
  ...(operatorNames.includes(name) ? [Operator] : []),
];

const symbolTypes = Object.entries(symbols as Record<string, Row>).map(([name, row]) =>
  createToken({
    name,
    pattern: new RegExp(spellings(row).map(asPattern).join('|')),
    categories: categories(name, false),
  }),
);

const wordTypes = [
  ...hardWords.map((word) =>
    createToken({ name: capital(word), pattern: Lexer.NA, categories: categories(capital(word), false) }),
  ),
  ...softWords.map((word) =>
    createToken({ name: capital(word), pattern: Lexer.NA, categories: categories(capital(word), true) }),
  ),
];

const foreignTypes = Object.keys(foreign).map((text) =>
  createToken({ name: `Foreign ${text}`, pattern: new RegExp(asPattern(text)) }),
);

/** Letters of any script, `_`, digits (also subscript ones), trailing primes; or one of the mathematical signs. */
const wordPattern = (): { exec: (text: string, offset: number) => RegExpExecArray | null } => ({
  exec: (text, offset) => {
    const pattern = /[\p{L}_][\p{L}\p{M}\p{Nd}\p{Pc}₀-₉]*['′]*|[∇∑∏∈]/uy;
    pattern.lastIndex = offset;
    return pattern.exec(text);
  },
});

const special = {
  Identifier: createToken({ name: 'Identifier', pattern: wordPattern(), line_breaks: false, categories: [Word] }),
  Number: createToken({ name: 'Number', pattern: /\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?/ }),
  Text: createToken({ name: 'Text', pattern: /"(?:[^"\\\n\r]|\\[^\n\r])*"/ }),
  OpenText: createToken({ name: 'OpenText', pattern: /"(?:[^"\\\n\r]|\\[^\n\r])*\\?/ }),
  Comment: createToken({ name: 'Comment', pattern: /--[^\n\r]*/, group: 'comments' }),
  Blank: createToken({ name: 'Blank', pattern: /[ \t\n\r\u00a0\ufeff]+/, group: Lexer.SKIPPED, line_breaks: true }),
};

/** Made by `layout.ts`: the end of a statement, whether from a line end or from `;`. */
const End = createToken({ name: 'End', pattern: Lexer.NA });

/** Made by `classify.ts`, which looks further ahead than the grammar does. */
const find = (name: string): TokenType => {
  const type = [...symbolTypes, ...wordTypes].find((t) => t.name === name);
  if (!type) throw new Error(`internal: no token ${name}`);
  return type;
};
const classified = {
  /** `sum` and its like before binders in brackets. */
  Big: createToken({ name: 'Big', pattern: Lexer.NA }),
  /** `(` and `[` that open the parameters of a lambda. */
  LambdaParen: createToken({ name: 'LambdaParen', pattern: Lexer.NA, categories: [find('LParen')] }),
  LambdaBracket: createToken({ name: 'LambdaBracket', pattern: Lexer.NA, categories: [find('LBracket')] }),
  /** `(` and `[` that open the pattern of `(a, b) = ...` or `(a, b) ~ ...`. */
  PatternParen: createToken({ name: 'PatternParen', pattern: Lexer.NA, categories: [find('LParen')] }),
  PatternBracket: createToken({ name: 'PatternBracket', pattern: Lexer.NA, categories: [find('LBracket')] }),
  /** `(` that opens the parameters of a local definition `a_m(v) = ...`. */
  DefParen: createToken({ name: 'DefParen', pattern: Lexer.NA, categories: [find('LParen')] }),
  /** `(` that opens a record `(s = 1)`, or the space of records `(x: X)`. */
  RecordParen: createToken({ name: 'RecordParen', pattern: Lexer.NA, categories: [find('LParen')] }),
  RecordSpaceParen: createToken({ name: 'RecordSpaceParen', pattern: Lexer.NA, categories: [find('LParen')] }),
  /** `for` before a pattern and its source, not before a duration. */
  ForEach: createToken({ name: 'ForEach', pattern: Lexer.NA }),
  /** `log` before a name. */
  LogOf: createToken({ name: 'LogOf', pattern: Lexer.NA }),
  /** `dist` before a block; `fold` and `scan` before `h = ...`; `argmin` and `argmax` as problems. */
  DistOf: createToken({ name: 'DistOf', pattern: Lexer.NA }),
  FoldOf: createToken({ name: 'FoldOf', pattern: Lexer.NA }),
  ArgProblem: createToken({ name: 'ArgProblem', pattern: Lexer.NA }),
};

type SymbolName = keyof typeof symbols;
type WordName = Capitalize<(typeof hardWords)[number] | (typeof softWords)[number]>;
type TokenName = SymbolName | WordName | keyof typeof special | keyof typeof classified | 'Word' | 'Operator' | 'End';

/** Every token type by name. */
export const T = Object.fromEntries(
  [...symbolTypes, ...wordTypes, ...Object.values(special), ...Object.values(classified), Word, Operator, End].map(
    (type) => [type.name, type],
  ),
) as Record<TokenName, TokenType>;

const longest = (type: TokenType): number =>
  type.name.startsWith('Foreign ')
    ? type.name.length - 8
    : Math.max(...spellings((symbols as Record<string, Row>)[type.name]!).map((s) => s.length));

/** What the lexer matches, in order: the longer symbol first. */
export const lexed: TokenType[] = [
  special.Blank,
  special.Comment,
  special.Identifier,
  special.Number,
  special.Text,
  special.OpenText,
  ...[...symbolTypes, ...foreignTypes].sort((a, b) => longest(b) - longest(a)),
];

/** Every type the parser knows. */
export const vocabulary: TokenType[] = Object.values(T);

export const keywordTypes: ReadonlyMap<string, TokenType> = new Map(
  [...hardWords, ...softWords].map((word) => [word, find(capital(word))]),
);

const canonicalWords: ReadonlyMap<string, string> = new Map([
  ...['ℝ', '𝔼'].map((sign): [string, string] => [sign, sign === 'ℝ' ? 'R' : 'E']),
  ['∈', 'in'],
  ['∇', 'grad'],
  ['∑', 'sum'],
  ['∏', 'prod'],
]);

/** A word as the tree has it: `ℝ` is `R`, a typographic prime is a plain one. */
export const canonicalWord = (image: string): string => canonicalWords.get(image) ?? image.replace(/′/g, "'");

/** A big operator as the tree has it, also `Σ` and `Π`. */
export const canonicalBig = (image: string): string =>
  image === 'Σ' ? 'sum' : image === 'Π' ? 'prod' : canonicalWord(image);

/** The operator that a token of category `Operator` is in the tree. */
export const operatorOf = (type: TokenType): BinaryOp => {
  if (type === T.Compose) return '∘';
  const row = (symbols as Record<string, Row>)[type.name];
  return (row?.ascii ?? type.name.toLowerCase()) as BinaryOp;
};

/** How the token type of that name is written, if it has one spelling. */
export const spellingOf = (name: string): string | undefined => {
  const row = (symbols as Record<string, Row>)[name];
  const word = name.toLowerCase();
  return (
    row?.ascii ??
    ((hardWords as readonly string[]).includes(word) || (softWords as readonly string[]).includes(word)
      ? word
      : undefined)
  );
};
