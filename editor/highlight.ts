/** Highlighting derived from the grammar's tables: the rules of Monaco's tokenizer and of a TextMate grammar. */
import { bigWords, hardWords, softWords, symbols, wordSpellings } from '../grammar/tokens.ts';
import { builtinKinds, builtinSpaces } from '../compiler/spaces/names.ts';

/** Soft words that are rarely names, so that colouring them by spelling alone seldom misleads. */
const declaring = [
  'space',
  'data',
  'model',
  'paradigm',
  'import',
  'show',
  'param',
  'minimize',
  'maximize',
  'def',
  'let',
];
const clause = softWords.filter(
  (w) => !declaring.includes(w) && !['log', 'data', 'step', 'epoch', 'start', 'decay', 'train', 'to'].includes(w),
);

export const words = {
  declaration: declaring,
  keyword: [...new Set([...hardWords, ...clause, 'train', 'to'])].filter(
    (w) => !declaring.includes(w) && w !== 'true' && w !== 'false',
  ),
  big: [...new Set<string>([...bigWords, ...Object.values(wordSpellings).flat()])].filter(
    (w) => !['∈', 'ℝ'].includes(w),
  ),
  space: [...builtinSpaces.keys(), ...builtinKinds, 'ℝ'],
  constant: ['true', 'false', 'missing'],
};

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

const operators = Object.values(symbols)
  .flatMap((row) => [row.ascii, ...('unicode' in row ? [row.unicode] : []), ...('also' in row ? [row.also] : [])])
  .filter((s) => !/^[()[\]{},;.:]$/.test(s))
  .sort((a, b) => b.length - a.length);

const namePattern = "[\\p{L}_][\\p{L}\\p{M}\\p{Nd}\\p{Pc}₀-₉]*['′]*";
const numberPattern = '\\d[\\d_]*(?:\\.\\d[\\d_]*)?(?:[eE][+-]?\\d+)?';

/** Monaco's Monarch language, as plain data. */
export const monarch = {
  defaultToken: '',
  unicode: true,
  brackets: [
    { open: '{', close: '}', token: 'delimiter.curly' },
    { open: '[', close: ']', token: 'delimiter.square' },
    { open: '(', close: ')', token: 'delimiter.parenthesis' },
  ],
  ...words,
  tokenizer: {
    root: [
      [/---.*$/, 'comment.doc'],
      [/--.*$/, 'comment'],
      [/"(?:[^"\\]|\\.)*"?/, 'string'],
      // A big operator stands before its binders.
      [new RegExp(`(?:${words.big.map(escape).join('|')})(?=\\[)`, 'u'), 'keyword.big'],
      [new RegExp(`(\\.)(${namePattern})`, 'u'), ['delimiter', 'field']],
      [
        new RegExp(namePattern, 'u'),
        {
          cases: {
            '@declaration': 'keyword.declaration',
            '@keyword': 'keyword',
            '@space': 'type',
            '@constant': 'constant',
            '@default': 'identifier',
          },
        },
      ],
      [/[∈∇∑∏]/u, 'keyword.big'],
      [new RegExp(numberPattern), 'number'],
      [/[{}()[\]]/, '@brackets'],
      [new RegExp(operators.map(escape).join('|'), 'u'), 'operator'],
      [/[,;:.]/, 'delimiter'],
    ],
  },
};

const alternatives = (list: readonly string[]): string =>
  `(?<![\\p{L}\\p{N}_])(?:${list.map(escape).join('|')})(?![\\p{L}\\p{N}_'])`;

/** For VS Code and whatever else reads TextMate grammars. */
export const textMate = {
  name: 'Learn',
  scopeName: 'source.learn',
  fileTypes: ['learn'],
  patterns: [
    { name: 'comment.line.documentation.learn', match: '---.*$' },
    { name: 'comment.line.double-dash.learn', match: '--.*$' },
    {
      name: 'string.quoted.double.learn',
      begin: '"',
      end: '"|$',
      patterns: [{ match: '\\\\.', name: 'constant.character.escape.learn' }],
    },
    { name: 'keyword.operator.big.learn', match: `(?:${words.big.map(escape).join('|')})(?=\\[)` },
    { name: 'storage.type.learn', match: alternatives(words.declaration) },
    { name: 'keyword.control.learn', match: alternatives(words.keyword) },
    { name: 'support.type.learn', match: alternatives(words.space) },
    { name: 'constant.language.learn', match: alternatives(words.constant) },
    { name: 'constant.numeric.learn', match: numberPattern },
    { name: 'keyword.operator.learn', match: operators.map(escape).join('|') },
  ],
} as const;
