/** Slips inside expressions, spaces and binders. */
import { report } from '../messages.ts';
import { bigWords, hardWords, T } from '../tokens.ts';
import type { Extra, Fix } from '../diagnostics.ts';
import type { Span } from '../span.ts';
import { foreignWord } from './declarations.ts';
import {
  beforeBracket,
  beginsOperand,
  closes,
  endsOperand,
  found,
  is,
  isOperator,
  isReading,
  isWithin,
  isWord,
  opens,
  type Mistake,
} from './place.ts';

const isBig = (word: string): boolean => (bigWords as readonly string[]).includes(word);

const numbers: Mistake = ({ look, spanOf, text }) => {
  const [before, dot, behind] = [look(0), look(1), look(2)];
  if (!is(dot, T.Dot)) return undefined;
  const at = spanOf(dot);
  if (is(behind, T.Number) && behind.startOffset === at.end) {
    const span = { ...at, end: spanOf(behind).end };
    const digits = `0${text.slice(span.start, span.end)}`;
    return report('L0125', span, { digits }, { fixes: [{ title: `Write \`${digits}\``, span, replacement: digits }] });
  }
  if (is(before, T.Number)) {
    const span = { ...at, start: spanOf(before).start };
    const digits = `${before.image}.0`;
    return report('L0125', span, { digits }, { fixes: [{ title: `Write \`${digits}\``, span, replacement: digits }] });
  }
  return undefined;
};

const writeComparison = (span: Span): Fix => ({ title: 'Write `==`', span, replacement: '==' });

/** Is the last thing begun a list of conditions? A problem that was read up to its `=` is over for the parser. */
const isBehindConditions = (before: string): boolean => {
  const from = before.search(/\bsubject\s+to\b(?![\s\S]*\bsubject\s+to\b)/);
  return (
    from >= 0 &&
    !/\n\s*(let|def|data|model|space|paradigm|show|minimize|maximize|import|on|by|for)\b/.test(before.slice(from))
  );
};

const conditional: Mistake = (place) => {
  const { look, spanOf, expected } = place;
  const token = look(1);
  const comparison = (): ReturnType<Mistake> =>
    report('L0113', spanOf(token), {}, { fixes: [writeComparison(spanOf(token))] });
  if (expected === 'Then' || expected === 'Else') {
    if (is(token, T.Assign)) return comparison();
    return report('L0114', spanOf(token), { word: expected === 'Then' ? 'then' : 'else', found: found(token) });
  }
  // Named arguments, fields and options were read already: what is left of `=` is an expression.
  const inside = isReading(place, 'round', 'square', 'call', 'index', 'binders', 'record');
  if (is(token, T.Assign) && inside && endsOperand(look(0))) return comparison();
  return undefined;
};

const statements: Mistake = (place) => {
  const { look, spanOf } = place;
  const [before, token] = [look(0), look(1)];
  if (is(token, T.Assign) && isOperator(before)) {
    const span: Span = { ...spanOf(before), end: spanOf(token).end };
    return report('L0144', span, { op: before.image });
  }
  if (is(token, T.Assign) && endsOperand(before) && isBehindConditions(place.text.slice(0, token.startOffset)))
    return report('L0113', spanOf(token), {}, { fixes: [writeComparison(spanOf(token))] });
  if (!isReading(place, 'statement', 'declaration', 'protocolStatement')) return undefined;
  if (is(token, T.Assign, T.Tilde) && (closes(before) || is(look(-1), T.Dot)))
    return report('L0134', spanOf(token), { sign: token.image });
  if (is(token, T.Comma)) return report('L0135', spanOf(token), {});
  if (is(token, T.Assign)) return report('L0113', spanOf(token), {});
  return undefined;
};

const binders: Mistake = (place) => {
  const { look, spanOf } = place;
  const token = look(1);
  if (is(token, T.For) && isReading(place, 'square')) return report('L0128', spanOf(token), { op: 'for' });
  if (isReading(place, 'binder')) {
    const op = place.rules.includes('bigHead') ? 'E' : 'for';
    return report('L0128', spanOf(token), { op });
  }
  if (is(look(0), T.RBracket) && beginsOperand(token)) {
    const word = beforeBracket(place, 0);
    if (word && isBig(word.image)) return report('L0128', spanOf(word), { op: word.image });
  }
  return undefined;
};

const bars: Mistake = ({ look, spanOf }) => {
  const token = look(1);
  return is(token, T.Bar, T.Divides) ? report('L0124', spanOf(token), { bar: token.image }) : undefined;
};

const spaces: Mistake = (place) => {
  const token = place.look(1);
  const lambda = isReading(place, 'parameters') && isOperator(token);
  if (lambda) return report('L0145', place.spanOf(token), { arrow: '->' });
  if (!isReading(place, 'spaceAtom', 'space')) return undefined;
  const value = is(token, T.Number, T.Text) && is(place.look(0), T.Colon);
  const help = value ? 'behind `:` stands a space; a value is given with `=`, and a record is `(a = 1)`' : undefined;
  return report('L0141', place.spanOf(token), { found: found(token) }, { help });
};

const units = /^(m|k|μ|n)?(s|m|V|A|Hz|mol|M|Pa|Ohm|W|J|N|g)$|^(min|hours?|days?|degrees|deg)$/;

/** Two words side by side that say what was meant. */
const withWay = (left: string, right: string, fixes: readonly Fix[]): Extra => {
  if (right === 'at')
    return { help: 'a member at another time is `f at start`, `f at every 200` or `f at decay 0.99`' };
  if (['fold', 'scan'].includes(left))
    return { help: `say where \`${right}\` starts: \`${left} ${right} = zeros[8] over x in xs { ... }\`` };
  if (/^\d/.test(left) && units.test(right))
    return { help: `numbers have no units here: write \`${left}\`, and the unit in a comment` };
  return { fixes };
};

const sideBySide: Mistake = (place) => {
  const { look, spanOf, text } = place;
  const [left, right] = [look(0), look(1)];
  if (!endsOperand(left) || !beginsOperand(right)) return undefined;
  const gap = text.slice(spanOf(left).end, right.startOffset);
  const product = is(left, T.Number) && (isWord(right) || is(right, T.LParen)) && !gap.includes('\n');
  const at = { ...spanOf(left), start: spanOf(left).end, end: spanOf(left).end };
  const fixes = product ? [{ title: 'Write `*`', span: at, replacement: gap === '' ? ' * ' : ' *' }] : [];
  const list = isWithin(place, 'round', 'square', 'call', 'index', 'record', 'parameters', 'statics');
  const before = closes(left) ? `what ends in \`${left.image || ')'}\`` : found(left);
  const parts = { left: before, right: found(right), list, product, call: isWord(left) };
  return report('L0112', spanOf(right), parts, withWay(left.image, right.image, fixes));
};

const readingOperand = [
  'operand',
  'operators',
  'prefixed',
  'primary',
  'postfix',
  'expr',
  'simple',
  'literal',
  'indexItem',
];
const lists = ['call', 'round', 'square', 'index', 'record', 'spaceArgument', 'space', 'binders'];

const operand: Mistake = (place) => {
  const { look, spanOf } = place;
  const [before, token] = [look(0), look(1)];
  const separates = opens(before) || is(before, T.Comma, T.Semicolon, T.Bar, T.Divides);
  if (!isReading(place, ...readingOperand) && !(separates && isReading(place, ...lists))) return undefined;
  const hard = (hardWords as readonly string[]).includes(token.image);
  if (hard && is(look(2), T.Assign)) return report('L0122', spanOf(token), { word: token.image });
  const behind = before.image === '' ? 'here' : `behind \`${before.image}\``;
  return report('L0111', spanOf(token), { behind, found: found(token) });
};

export const expressionMistakes: readonly Mistake[] = [
  numbers,
  conditional,
  binders,
  spaces,
  statements,
  bars,
  foreignWord,
  sideBySide,
  operand,
];
