/**
 * Alignment that the author made is kept: in consecutive lines of one kind whose signs stood in one column, with spaces
 * added for it, they stand in one column again.
 */
import type { Declaration } from '../tree/declarations.ts';
import type { Name } from '../tree/node.ts';
import type { Pattern } from '../tree/patterns.ts';
import type { Statement } from '../tree/statements.ts';

/** A statement whose sign may be aligned: what is written before the sign, and where that ends. */
interface Line {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  readonly head: Name;
}

const named = (pattern: Pattern): Name | undefined =>
  pattern.kind === 'name' && !pattern.space ? { text: pattern.name, span: pattern.span } : undefined;

const headOf = (node: Statement | Declaration): Name | undefined => {
  switch (node.kind) {
    case 'param':
    case 'member':
    case 'show':
    case 'space-declaration':
      return node.name;
    case 'assign':
    case 'draw':
      return named(node.pattern);
    case 'let':
      return node.space ? undefined : named(node.pattern);
    default:
      return undefined;
  }
};

const column = (text: string, offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1);

/** For each statement the number of spaces to add before its sign. */
export const paddings = (nodes: readonly (Statement | Declaration)[], text: string): readonly number[] => {
  const pads = nodes.map(() => 0);
  const lines = nodes.map((n): Line | undefined => {
    const head = headOf(n);
    const kind = n.kind === 'let' ? n.kind + n.relation : n.kind;
    return head && { kind, start: n.span.start, end: n.span.end, head };
  });
  const gap = ({ head }: Line): number => /^ */.exec(text.slice(head.span.end, head.span.end + 100))![0].length;
  const sign = (l: Line): number => column(text, l.head.span.end + gap(l));
  const follows = (a: Line | undefined, b: Line | undefined): boolean =>
    a !== undefined &&
    b !== undefined &&
    a.kind === b.kind &&
    sign(a) === sign(b) &&
    /^[^\n]*\n[ \t]*$/.test(text.slice(a.end, b.start)) &&
    !text.slice(a.start, a.end).includes('\n');
  for (let from = 0; from < lines.length;) {
    let to = from + 1;
    while (to < lines.length && follows(lines[to - 1], lines[to])) to += 1;
    const run = lines.slice(from, to).flatMap((l) => (l ? [l] : []));
    if (run.length > 1 && run.some((l) => gap(l) > 1)) {
      const widest = Math.max(...run.map((l) => l.head.text.length));
      run.forEach((l, i) => (pads[from + i] = widest - l.head.text.length));
    }
    from = to;
  }
  return pads;
};
