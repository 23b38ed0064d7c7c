/** Slips at the beginning of a declaration or statement, and in its head. */
import { EOF } from 'chevrotain';
import { report } from '../messages.ts';
import { editDistance } from '../similar.ts';
import { clauseWords, hardWords, T } from '../tokens.ts';
import { beginsOperand, found, is, isReading, isWithin, isWord, type Mistake, type Place } from './place.ts';

const declarationWords = ['space', 'data', 'let', 'def', 'model', 'paradigm', 'show', 'import', 'minimize', 'maximize'];

/** Words that begin statements elsewhere, and what is written instead. */
const foreignWords: Readonly<Record<string, string>> = {
  minimise: 'write `minimize`',
  maximise: 'write `maximize`',
  ...Object.fromEntries(['function', 'func', 'fn', 'fun', 'define'].map((w) => [w, 'write `def f(x) = ...`'])),
  ...Object.fromEntries(['const', 'var', 'val', 'mut'].map((w) => [w, 'write `let x = ...`, in a body `x = ...`'])),
  type: 'write `space X = ...`',
  class: 'write `model M(x: X) -> Y { ... }`, or `space X = ...`',
  dataset: 'write `data D = ...`',
  plot: 'write `show name = e as curve`',
  print: 'write `show name = e as table`',
  return: 'the last line of a body is its value: leave `return` out',
  lambda: 'write `x -> e`',
  elif: 'write `else if`',
};

/** The foreign or misspelt word, and what is meant. */
const meant = (word: string, words: readonly string[]): string | undefined => {
  if (Object.hasOwn(foreignWords, word)) return foreignWords[word];
  const near = words.find((w) => word.length > 3 && editDistance(word.toLowerCase(), w) <= (w.length > 5 ? 2 : 1));
  return near && `did you mean \`${near}\`?`;
};

/** A word of another language, wherever it stands before something. */
export const foreignWord: Mistake = ({ look, spanOf }) => {
  const word = look(0);
  if (!isWord(word) || !Object.hasOwn(foreignWords, word.image) || !beginsOperand(look(1))) return undefined;
  return report('L0121', spanOf(word), { word: word.image, meant: foreignWords[word.image]! });
};

/** `minimise L over f in M`, `modle M(x) = ...`: the first of two words side by side. */
const unknownWord: Mistake = ({ look, spanOf }) => {
  const [word, next] = [look(0), look(1)];
  if (!isWord(word) || !(beginsOperand(next) || is(next, T.Minus))) return undefined;
  const help = meant(word.image, declarationWords);
  return help === undefined ? undefined : report('L0121', spanOf(word), { word: word.image, meant: help });
};

const beginning: Mistake = (place) => {
  const { look, spanOf } = place;
  if (!isReading(place, 'declaration') || !is(look(0), T.End, EOF, T.RBrace)) return undefined;
  const [word, next] = [look(1), look(2)];
  const at = spanOf(word);
  if (is(word, T.Push))
    return report('L0126', at, { sign: '#' }, { fixes: [{ title: 'Write `--`', span: at, replacement: '--' }] });
  if (is(word, T.Divide) && is(next, T.Times)) return report('L0126', at, { sign: '/*' });
  if (is(word, T.Param)) return report('L0119', at, { what: 'param' });
  if (clauseWords.includes(word.image) && !is(next, T.Assign, T.Tilde))
    return report('L0123', at, { word: word.image });
  if (is(word, T.Train, T.Eval, T.Collect, T.Repeat, T.Buffer, T.Every) && beginsOperand(next))
    return report('L0119', at, { what: 'expression' }, { help: 'write it in the body of a `paradigm`' });
  const help =
    isWord(word) && beginsOperand(next) && !is(next, T.LParen, T.LBracket)
      ? meant(word.image, declarationWords)
      : undefined;
  if (help) return report('L0121', at, { word: word.image, meant: help });
  const before = { file: at.file, start: at.start, end: at.start };
  const insert = (keyword: string) => ({
    fixes: [{ title: `Write \`${keyword}\``, span: before, replacement: `${keyword} ` }],
  });
  if ((isWord(word) && is(next, T.Assign)) || is(word, T.PatternParen))
    return report('L0119', at, { what: 'name' }, insert('let'));
  if (isWord(word) && is(next, T.Comma)) return report('L0135', at, {});
  if (isWord(word) && is(next, T.Tilde)) return report('L0119', at, { what: 'draw' }, insert('let'));
  if (isWord(word) && is(next, T.DefParen)) return report('L0119', at, { what: 'function' }, insert('def'));
  if (isWord(word) && is(next, T.In)) return report('L0119', at, { what: 'expression' });
  if (beginsOperand(word) || is(word, T.Minus)) return report('L0119', at, { what: 'expression' });
  return undefined;
};

/** A line that goes on with `over ...` behind something that is no problem. */
const strayClause: Mistake = (place) => {
  const word = place.look(1);
  const stray = [...clauseWords, 'subject', 'batch', 'seed', 'seeds'].includes(word.image) && !is(word, T.Else, T.And);
  if (!stray || !isReading(place, 'declaration', 'statement') || is(word, T.ForEach)) return undefined;
  return report('L0123', place.spanOf(word), { word: word.image });
};

/** Statements of other languages in a body. */
const inBody: Mistake = (place) => {
  const { look, spanOf } = place;
  const word = look(1);
  if (is(look(0), T.End, T.LBrace) && isWithin(place, 'statement')) {
    if (is(word, T.Def, T.Let)) return report('L0142', spanOf(word), { word: word.image });
    if (is(word, T.ForEach)) return report('L0143', spanOf(word), { word: 'for' });
    if (is(word, T.Push)) return report('L0126', spanOf(word), { sign: '#' });
  }
  const first = look(0);
  if (!isReading(place, 'statement') || !is(look(-1), T.End, T.LBrace)) return undefined;
  if (is(first, T.For)) return report('L0143', spanOf(first), { word: 'for' });
  if (first.image === 'while') return report('L0143', spanOf(first), { word: 'while' });
  if (is(first, T.Model, T.Space, T.Data, T.Paradigm, T.Show, T.Import) && (isWord(word) || is(word, T.LBrace)))
    return report('L0142', spanOf(first), { word: first.image });
  return unknownWord(place);
};

const what = (place: Place): string =>
  ({
    spaceDeclaration: 'a space',
    dataDeclaration: 'a data set',
    show: 'a picture',
    relation: 'a definition',
    localDef: 'a function',
  })[place.rules.at(-1) ?? ''] ?? 'a declaration';

const imports: Mistake = (place) => {
  const token = place.look(1);
  if (!isWithin(place, 'importDeclaration')) return undefined;
  return report('L0137', place.spanOf(token), { found: found(token) });
};

/** `def` on a line that continues the one before. */
const indented: Mistake = (place) => {
  const { look, spanOf } = place;
  const word = look(1);
  const begins =
    is(word, T.Def, T.Let, T.Minimize, T.Maximize) ||
    (is(word, T.Model, T.Space, T.Data, T.Paradigm, T.Show) && isWord(look(2)));
  if (!begins || !isReading(place, 'declaration', 'statement') || is(look(0), T.End, T.LBrace, EOF)) return undefined;
  return report('L0147', spanOf(word), { word: word.image });
};

/** Between the name of a declaration and its body. */
const head: Mistake = (place) => {
  const { look, spanOf, expected } = place;
  const token = look(1);
  if (isReading(place, 'body')) {
    if (is(token, T.Colon) || isWord(token)) {
      const behind = is(token, T.Colon) || !is(look(2), T.Colon);
      const fixes = is(token, T.Colon) ? [{ title: 'Write `->`', span: spanOf(token), replacement: ' ->' }] : [];
      if (is(look(0), T.RParen) && behind) return report('L0109', spanOf(token), { arrow: '->' }, { fixes });
    }
    const declared = isWithin(place, 'model') ? 'a model' : 'a function';
    return report('L0110', spanOf(token), { what: declared, found: found(token), block: true });
  }
  if (expected === 'Assign' || isReading(place, 'relation')) {
    return report('L0110', spanOf(token), { what: what(place), found: found(token), block: false });
  }
  if (isReading(place, 'param') && expected === 'Colon')
    return report('L0146', spanOf(look(0)), { name: look(0).image });
  return undefined;
};

const names: Readonly<Record<string, string>> = {
  def: 'the name of the function',
  model: 'the name of the model',
  spaceDeclaration: 'the name of the space',
  dataDeclaration: 'the name of the data set',
  paradigm: 'the name of the paradigm',
  show: 'the name of the picture',
  param: 'the name of the parameter',
  buffer: 'the name of the buffer',
  postfix: 'the name of a field',
  pattern: 'a name or a pattern',
};

/** A name has to come: a keyword or something else came. */
const nameMissing: Mistake = (place) => {
  const { look, spanOf, expected } = place;
  const token = look(1);
  const list = isReading(place, 'parameters', 'statics') && !is(look(0), T.RParen, T.RBracket) && !isWord(look(0));
  if (expected !== 'Word' && !isReading(place, 'pattern') && !list) return undefined;
  if ((hardWords as readonly string[]).includes(token.image))
    return report('L0122', spanOf(token), { word: token.image });
  const missing = names[place.rules.at(-1) ?? ''] ?? 'a name';
  return report('L0127', spanOf(token), { found: found(token), what: missing });
};

const forms: Readonly<Record<string, string>> = {
  train: 'train on D for 1 steps',
  evaluate: 'eval on D as name',
  collect: 'collect 1 from P into B',
};

const inProtocol: Mistake = (place) => {
  const { look, spanOf, expected } = place;
  const token = look(1);
  const form = forms[place.rules.at(-1) ?? ''];
  if (form && ['On', 'From', 'Into'].includes(expected))
    return report('L0139', spanOf(token), { word: expected.toLowerCase(), form, found: found(token) });
  if (expected === 'LBrace') {
    const construct =
      isReading(place, 'block') && isWithin(place, 'foldOrScan')
        ? 'a fold'
        : isWithin(place, 'protocolStatement')
          ? 'this statement'
          : 'a paradigm';
    return report('L0138', spanOf(token), { what: construct, found: found(token) });
  }
  if (isReading(place, 'protocolStatement') && is(token, T.Train, T.Eval))
    return report('L0139', spanOf(look(2)), {
      word: 'on',
      form: forms[is(token, T.Train) ? 'train' : 'evaluate']!,
      found: found(look(2)),
    });
  if (isReading(place, 'protocolStatement') && is(look(0), T.End, T.LBrace))
    return report('L0140', spanOf(token), { found: found(token) });
  return undefined;
};

export const declarationMistakes: readonly Mistake[] = [
  imports,
  beginning,
  strayClause,
  indented,
  inBody,
  inProtocol,
  head,
  nameMissing,
];
