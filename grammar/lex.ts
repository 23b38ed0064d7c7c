/**
 * Text -> tokens and comments. Spellings from other languages are reported and read as what was meant, so that
 * the parser sees only Learn.
 */
import { Lexer, type IToken, type TokenType } from 'chevrotain';
import type { Diagnostic } from './diagnostics.ts';
import { report } from './messages.ts';
import { foreign, keywordTypes, lexed, T, canonicalWord } from './tokens.ts';
import type { Span } from './span.ts';

/** A comment with its dashes; `doc` when it begins with three. */
export interface Comment {
  readonly span: Span;
  readonly text: string;
  readonly doc: boolean;
}

export interface Lexed {
  readonly tokens: readonly IToken[];
  readonly comments: readonly Comment[];
  readonly diagnostics: readonly Diagnostic[];
}

const lexer = new Lexer(lexed, { positionTracking: 'onlyOffset', ensureOptimizations: false });

export const retype = (token: IToken, type: TokenType, image = token.image): IToken => ({
  ...token,
  image,
  tokenType: type,
  tokenTypeIdx: type.tokenTypeIdx ?? 0,
});

export const endOf = (token: IToken): number => token.startOffset + token.image.length;

const meant = (text: string): string => keywordOf(foreign[text as keyof typeof foreign]);

const keywordOf = (name: string): string => {
  const plain: Record<string, string> = {
    Power: '^',
    Assign: '=',
    And: 'and',
    Arrow: '->',
    Divide: '/',
    Mod: 'mod',
    Not: 'not',
    Equal: '==',
    NotEqual: '!=',
  };
  return plain[name] ?? name;
};

export const lex = (text: string, file: string): Lexed => {
  const result = lexer.tokenize(text);
  const diagnostics: Diagnostic[] = [];
  const comments: Comment[] = [];
  const span = (start: number, length: number): Span => ({ file, start, end: start + length });

  for (const e of result.errors) {
    const sign = text.slice(e.offset, e.offset + e.length);
    diagnostics.push(report('L0102', span(e.offset, e.length), { sign }));
  }
  const addComment = (start: number, image: string) => {
    const trimmed = image.trimEnd();
    comments.push({ span: span(start, trimmed.length), text: trimmed, doc: /^---(?!-)/.test(trimmed) });
  };
  for (const c of result.groups['comments'] ?? []) addComment(c.startOffset, c.image);

  const firstOnLine = (offset: number): boolean => {
    const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
    return before.trim() === '';
  };
  const tokens: IToken[] = [];
  let skipTo = 0;
  for (const token of result.tokens) {
    if (token.startOffset < skipTo) continue;
    const type = token.tokenType;
    if (type === T.Identifier) {
      const keyword = keywordTypes.get(canonicalWord(token.image));
      tokens.push(keyword ? retype(token, keyword) : token);
    } else if (type === T.OpenText) {
      diagnostics.push(report('L0103', span(token.startOffset, token.image.length), {}));
      tokens.push(retype(token, T.Text));
    } else if (type.name.startsWith('Foreign ')) {
      const image = token.image as keyof typeof foreign;
      const at = span(token.startOffset, image.length);
      if (image === '//' && firstOnLine(token.startOffset)) {
        const end = text.indexOf('\n', token.startOffset);
        skipTo = end < 0 ? text.length : end;
        diagnostics.push(
          report(
            'L0104',
            at,
            { written: '//', meant: '--' },
            { fixes: [{ title: 'Write `--`', span: at, replacement: '--' }] },
          ),
        );
        continue;
      }
      const replacement = meant(image);
      diagnostics.push(
        report(
          'L0104',
          at,
          { written: image, meant: replacement },
          { fixes: [{ title: `Write \`${replacement}\``, span: at, replacement: pad(text, at, replacement) }] },
        ),
      );
      tokens.push(retype(token, T[foreign[image]]));
    } else tokens.push(token);
  }
  return { tokens, comments: comments.filter((c) => c.span.start >= 0), diagnostics };
};

/** A word put where a symbol was needs spaces around it. */
const pad = (text: string, at: Span, replacement: string): string => {
  if (!/^\p{L}/u.test(replacement)) return replacement;
  const before = /[\p{L}\p{N}_]$/u.test(text.slice(0, at.start)) ? ' ' : '';
  const after = /^[\p{L}\p{N}_]/u.test(text.slice(at.end)) ? ' ' : '';
  return before + replacement + after;
};
