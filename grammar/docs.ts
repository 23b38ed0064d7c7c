/** `---` comments -> the documentation of the declaration that follows them, and what is in it. */
import type { Comment } from './lex.ts';
import type { Declaration } from './tree/declarations.ts';

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

export interface DocsParts {
  readonly prose: string;
  /** Equations that a test evaluates. */
  readonly examples: readonly string[];
  /** The log density of a family at x, the definition of a divergence: an expression. */
  readonly formula?: { readonly of: string; readonly text: string };
}

/** `example:`, `log density:` and `definition:` begin lines of their own; the rest is prose. */
export const docsParts = (docs: string): DocsParts => {
  const prose: string[] = [];
  const examples: string[] = [];
  let formula: DocsParts['formula'];
  for (const line of docs.split('\n')) {
    const [, label, text = ''] = /^\s*(example|log density|definition):\s*(.*)/.exec(line) ?? [];
    if (label === undefined) prose.push(line);
    else if (label === 'example') examples.push(text);
    else formula ??= { of: label, text };
  }
  return { prose: prose.join('\n'), examples, formula };
};
