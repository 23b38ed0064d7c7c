/**
 * Line ends and indentation -> statement ends; and brackets that do not match -> brackets that do, with a report.
 *
 * A line indented deeper than the line its statement began on continues it; so does a line that begins with a
 * clause word, or with `batch 64`, `seed 1`, `seeds 3`. Inside `( )` and `[ ]` line ends mean nothing, `{ }` starts afresh, `;` separates on one line.
 * A statement that begins right behind `{` counts from its own column, so that `{ a = 1` may go on below.
 */
import type { IToken } from 'chevrotain';
import type { Diagnostic } from './diagnostics.ts';
import { endOf } from './lex.ts';
import { report } from './messages.ts';
import { clauseWords, T } from './tokens.ts';
import type { Span } from './span.ts';

type Bracket = 'brace' | 'round' | 'square';

interface Frame {
  readonly kind: 'file' | Bracket;
  readonly open?: IToken;
  /** The indentation of the line with the opening bracket. */
  readonly outer: number;
  /** Inside a paradigm a line that begins with `for` starts a loop. */
  readonly protocol: boolean;
  /** The statement being read: the indentation it counts from, and whether it has begun. */
  indent: number;
  begun: boolean;
}

export interface LaidOut {
  readonly tokens: readonly IToken[];
  readonly diagnostics: readonly Diagnostic[];
}

const TAB = 4;

const opens = new Map([
  [T.LParen, 'round'],
  [T.LBracket, 'square'],
  [T.LBrace, 'brace'],
] as const);
const closes = new Map([
  [T.RParen, 'round'],
  [T.RBracket, 'square'],
  [T.RBrace, 'brace'],
] as const);
const closers = {
  round: { type: T.RParen, image: ')' },
  square: { type: T.RBracket, image: ']' },
  brace: { type: T.RBrace, image: '}' },
} as const;

const isLayout = (frame: Frame): boolean => frame.kind === 'brace' || frame.kind === 'file';

const declarationWords = new Set([T.Def, T.Let, T.Space, T.Data, T.Model, T.Paradigm, T.Show, T.Import]);

/** Two words side by side that can only begin a declaration: `model Net`, `import {`, `let (`. */
const beginsDeclaration = (token: IToken, next: IToken | undefined): boolean => {
  if (!declarationWords.has(token.tokenType) || !next) return false;
  if (token.tokenType === T.Import) return next.tokenType === T.LBrace;
  if (token.tokenType === T.Let && next.tokenType === T.LParen) return true;
  return isWord(next) && next.tokenType !== T.Mod;
};

const isWord = (token: IToken): boolean =>
  token.tokenType === T.Word || (token.tokenType.CATEGORIES?.includes(T.Word) ?? false);

/** A clause word that is used as a name: `by = 3`, `on.x`. */
const usedAsName = (next: IToken | undefined): boolean =>
  next !== undefined && [T.Assign, T.Tilde, T.Dot, T.Comma].includes(next.tokenType);

/** `batch 64`: a word before a number that begins nothing else. */
const isAmount = (token: IToken, next: IToken | undefined): boolean =>
  ['batch', 'seed', 'seeds'].includes(token.image) && next?.tokenType === T.Number;

const virtual = (type: IToken['tokenType'], offset: number): IToken => ({
  image: '',
  startOffset: offset,
  endOffset: offset - 1,
  tokenType: type,
  tokenTypeIdx: type.tokenTypeIdx ?? 0,
});

const retyped = (token: IToken, type: IToken['tokenType']): IToken => ({
  ...token,
  tokenType: type,
  tokenTypeIdx: type.tokenTypeIdx ?? 0,
});

export const layout = (tokens: readonly IToken[], text: string, file: string): LaidOut => {
  const calm = run(tokens, text, file, false);
  // With brackets left open, lines that fall back to their statement's indentation say where they should have closed.
  return calm.diagnostics.length === 0 ? calm : run(tokens, text, file, true);
};

const run = (tokens: readonly IToken[], text: string, file: string, repair: boolean): LaidOut => {
  const out: IToken[] = [];
  const diagnostics: Diagnostic[] = [];
  const frames: Frame[] = [{ kind: 'file', outer: 0, protocol: false, indent: 0, begun: false }];
  const top = (): Frame => frames[frames.length - 1]!;
  const spanOf = (token: IToken): Span => ({ file, start: token.startOffset, end: endOf(token) });
  const previousEnd = (): number => (out.length === 0 ? 0 : endOf(out[out.length - 1]!));

  const closeUnclosed = (): void => {
    const frame = frames.pop()!;
    if (!frame.open || frame.kind === 'file') return;
    const { type, image } = closers[frame.kind];
    const at = previousEnd();
    diagnostics.push(
      report(
        'L0105',
        { file, start: Math.max(0, at - 1), end: at },
        { open: frame.open.image, close: image },
        { notes: [{ message: `\`${frame.open.image}\` was opened here`, span: spanOf(frame.open) }] },
      ),
    );
    out.push(virtual(type, at));
  };

  const end = (): void => {
    out.push(virtual(T.End, previousEnd()));
    top().begun = false;
  };

  const lines = lineReader(text);
  let lineIndent = 0;
  let paradigm = false;

  const closeDownTo = (level: number): void => {
    while (frames.length - 1 > level) closeUnclosed();
  };

  /** A bracket left open ends before a declaration, or where the next statement of the level that it was opened in begins. */
  const closeLeftOpen = (token: IToken, next: IToken | undefined): void => {
    if (beginsDeclaration(token, next)) while (frames.length > 1 && top().outer >= lineIndent) closeUnclosed();
    const level = frames.findLastIndex(isLayout);
    const base = frames[level]!;
    const belongs = closes.has(token.tokenType) || clauseWords.includes(token.image);
    if (base.begun && lineIndent <= base.indent && !belongs) closeDownTo(level);
  };

  /** Does the statement before end where this line begins? */
  const endsBefore = (token: IToken, next: IToken | undefined): boolean => {
    const frame = top();
    if (!isLayout(frame) || !frame.begun || lineIndent > frame.indent || token.tokenType === T.RBrace) return false;
    const clause = clauseWords.includes(token.image) && !usedAsName(next) && !(frame.protocol && token.image === 'for');
    return !clause && !isAmount(token, next);
  };

  const enter = (token: IToken, kind: Bracket): void => {
    const { protocol, kind: around } = top();
    const inProtocol = kind === 'brace' && (protocol || (around === 'file' && paradigm));
    frames.push({ kind, open: token, outer: lineIndent, protocol: inProtocol, indent: 0, begun: false });
    out.push(token);
  };

  const leave = (token: IToken, kind: Bracket): void => {
    const level = frames.findLastIndex((f) => f.kind === kind);
    if (level > 0) {
      closeDownTo(level);
      frames.pop();
      out.push(token);
      return;
    }
    const { open, kind: around } = top();
    diagnostics.push(
      report(
        'L0106',
        spanOf(token),
        { close: token.image, open: open?.image },
        { notes: open ? [{ message: `\`${open.image}\` was opened here`, span: spanOf(open) }] : [] },
      ),
    );
    // `(a]`: the wrong closing bracket is still a closing bracket.
    if (!open || around === 'file' || around === 'brace' || kind === 'brace') return;
    frames.pop();
    out.push(retyped(token, closers[around].type));
  };

  for (const [i, token] of tokens.entries()) {
    const next = tokens[i + 1];
    const line = lines(token.startOffset);
    if (line.first) {
      lineIndent = line.column;
      if (repair) closeLeftOpen(token, next);
      if (endsBefore(token, next)) end();
    }
    const frame = top();
    const separates = token.tokenType === T.Semicolon && isLayout(frame);
    if (isLayout(frame) && !frame.begun && !separates && token.tokenType !== T.RBrace) {
      const behindBrace = frame.open !== undefined && out[out.length - 1] === frame.open;
      if (line.first) frame.indent = lineIndent;
      else if (behindBrace) frame.indent = line.column;
      frame.begun = true;
      if (frame.kind === 'file') paradigm = token.tokenType === T.Paradigm;
    }
    const opened = opens.get(token.tokenType);
    const closed = closes.get(token.tokenType);
    if (opened) enter(token, opened);
    else if (closed) leave(token, closed);
    else if (separates) {
      out.push(retyped(token, T.End));
      frame.begun = false;
    } else out.push(token);
  }
  closeDownTo(0);
  return { tokens: out, diagnostics };
};

/** For ascending offsets: the column (tabs widened) and whether only blanks stand before it on its line. */
const lineReader = (text: string): ((offset: number) => { column: number; first: boolean }) => {
  let at = 0;
  let column = 0;
  let first = true;
  return (offset) => {
    for (; at < offset; at++) {
      const c = text[at];
      if (c === '\n' || (c === '\r' && text[at + 1] !== '\n')) {
        column = 0;
        first = true;
      } else if (c === '\t') column += TAB - (column % TAB);
      else {
        column += 1;
        if (c !== ' ' && c !== '\r' && c !== '\u00a0' && c !== '\ufeff') first = false;
      }
    }
    return { column, first };
  };
};
