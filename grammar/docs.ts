/** `---` comments -> the documentation of the declaration that follows them. */
import type { Comment } from './lex.ts';
import type { Declaration } from './tree.ts';

/** Does nothing but one line end (and indentation) lie between the two? */
const adjoins = (text: string, from: number, to: number): boolean => /^[ \t]*\r?\n?[ \t]*$/.test(text.slice(from, to));

const withoutDashes = (comment: string): string => comment.replace(/^---[ \t]?/, '');

export const withDocs = (
  declarations: readonly Declaration[],
  comments: readonly Comment[],
  text: string,
): readonly Declaration[] => {
  let next = 0;
  return declarations.map((declaration) => {
    let last = -1;
    while (next < comments.length && comments[next]!.span.start < declaration.span.start) last = next++;
    const lines: string[] = [];
    let below = declaration.span.start;
    for (let i = last; i >= 0; i--) {
      const { span, doc, text: written } = comments[i]!;
      if (!doc || !adjoins(text, span.end, below)) break;
      lines.unshift(withoutDashes(written));
      below = span.start;
    }
    return lines.length > 0 ? { ...declaration, docs: lines.join('\n') } : declaration;
  });
};
