/** Text in ASCII spellings -> the same text in Unicode, or spelt as another text was; the lengths of lines do not count. */
import { classify } from '../classify.ts';
import { layout } from '../layout.ts';
import { endOf, lex } from '../lex.ts';
import { canonicalBig, canonicalWord, symbols, T, wordSpellings } from '../tokens.ts';

export type Symbols = 'ascii' | 'unicode' | 'keep';

/** A token with two spellings. */
interface Spelt {
  readonly start: number;
  readonly end: number;
  /** What it is, in whatever spelling. */
  readonly meaning: string;
  readonly unicode: string;
  readonly written: string;
}

const unicodeSymbols: ReadonlyMap<string, string> = new Map(
  Object.entries(symbols).flatMap(([name, row]) => ('unicode' in row ? [[name, row.unicode]] : [])),
);

const spelt = (text: string): readonly Spelt[] =>
  classify(layout(lex(text, '').tokens, text, '').tokens).flatMap((token): Spelt[] => {
    const { image, startOffset: start, tokenType: type } = token;
    const found = (meaning: string, unicode: string): Spelt[] => [
      { start, end: endOf(token), meaning, unicode, written: image },
    ];
    const sign = unicodeSymbols.get(type.name);
    if (sign !== undefined && image !== '') return found(type.name, sign);
    if (type === T.In) return found('in', '∈');
    if (type === T.Identifier && canonicalWord(image) === 'R') return found('R', 'ℝ');
    if (type !== T.Big) return [];
    const word = canonicalBig(image);
    const spellings: Readonly<Record<string, readonly string[]>> = wordSpellings;
    return Object.hasOwn(spellings, word) ? found(word, spellings[word]![0]!) : [];
  });

const replace = (text: string, tokens: readonly Spelt[], written: (s: Spelt, i: number) => string): string => {
  let result = '';
  let at = 0;
  tokens.forEach((token, i) => {
    result += text.slice(at, token.start) + written(token, i);
    at = token.end;
  });
  return result + text.slice(at);
};

const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

/** `formatted` is spelt in ASCII; `source` is what it was formatted from. */
export const respell = (formatted: string, source: string, wanted: Symbols): string => {
  if (wanted === 'ascii' || (wanted === 'keep' && isAscii(source))) return formatted;
  const tokens = spelt(formatted);
  if (wanted === 'unicode') return replace(formatted, tokens, (t) => t.unicode);
  const before = spelt(source);
  const same = before.length === tokens.length && before.every((t, i) => t.meaning === tokens[i]!.meaning);
  // Where clauses have changed their order, a sign is spelt as most of its kind were.
  const majority = new Map<string, number>();
  for (const t of before) majority.set(t.meaning, (majority.get(t.meaning) ?? 0) + (isAscii(t.written) ? -1 : 1));
  const unicode = (t: Spelt, i: number): boolean =>
    same ? !isAscii(before[i]!.written) : (majority.get(t.meaning) ?? 0) > 0;
  return replace(formatted, tokens, (t, i) => (unicode(t, i) ? t.unicode : t.written));
};
