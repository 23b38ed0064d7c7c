/** What every part of the printer is given: how to print a child, and the source, for what it says beyond the tree. */
import type { Doc } from 'prettier';
import { builders } from 'prettier/doc';
import type { Span } from '../span.ts';

const { group, hardline, ifBreak, indent, join, line, softline } = builders;

/** Nodes that are printed alike; a node's own `kind` is unique only within its family. */
export type Family =
  'expr' | 'standing' | 'space' | 'spaceArgument' | 'pattern' | 'argument' | 'indexItem' | 'binder' | Outer;
type Outer = 'pair' | 'parameter' | 'static' | 'over' | 'condition' | 'duration' | 'clause' | 'game' | Large;
type Large = 'statement' | 'protocol' | 'imported' | 'declaration' | 'module';

export type Key = string | number;

/** Prints the child found under the keys. */
export type Print = (family: Family, ...keys: Key[]) => Doc;

export interface Context {
  readonly print: Print;
  /** The text that the tree was read from; absent for a tree that was made. */
  readonly text: string | undefined;
  /** The columns of a line of its own, one step further in. */
  readonly room: number;
}

/** Prints every item of the list under the keys. */
export const each = ({ print }: Context, family: Family, items: readonly unknown[], ...keys: Key[]): Doc[] =>
  items.map((_, i) => print(family, ...keys, i));

export const commas = (docs: readonly Doc[]): Doc => group(join([',', line], [...docs]));

/** `(a, b)`: when it does not fit, on lines of its own: one for all items if they fit it, else one for each. */
export const listed = (open: string, docs: readonly Doc[], close: string): Doc =>
  docs.length === 0 ? [open, close] : group([open, indent([softline, commas(docs)]), softline, close]);

export const inParens = (doc: Doc, wanted: boolean): Doc => (wanted ? ['(', doc, ')'] : doc);

type Spanned = { readonly span: Span };

/** Do the two stand on one line in the source? */
const onOneLine = ({ text }: Context, from: number, to: number): boolean =>
  text === undefined || !text.slice(from, to).includes('\n');

/** Is there an empty line before the next thing behind `end`? Comments at the end of the line are passed over. */
const blankBehind = (text: string, end: number): boolean => /^[^\n]*\n[ \t\r]*\n/.test(text.slice(end));

/** Statements: those that share a line in the source stay together when they fit; one empty line at most between. */
export const rows = (context: Context, nodes: readonly Spanned[], docs: readonly Doc[]): Doc => {
  const { text } = context;
  const result: Doc[] = [];
  let row: Doc[] = [];
  const flush = (): void => {
    result.push(row.length > 1 ? group(join([ifBreak('', ';'), line], row)) : row);
    row = [];
  };
  nodes.forEach((node, i) => {
    const before = nodes[i - 1];
    if (before && text !== undefined) {
      if (!onOneLine(context, before.span.end, node.span.start)) {
        flush();
        result.push(blankBehind(text, before.span.end) ? [hardline, hardline] : hardline);
      }
    } else if (before) {
      flush();
      result.push(hardline);
    }
    row.push(docs[i]!);
  });
  flush();
  return result;
};

/** `{ ... }`: on one line when it was and fits. */
export const braces = (context: Context, nodes: readonly Spanned[], docs: readonly Doc[]): Doc => {
  const [first, last] = [nodes[0], nodes.at(-1)];
  if (!first || !last) return '{}';
  const begins = context.text !== undefined && /\n[ \t]*$/.test(context.text.slice(0, first.span.start));
  if (begins || !onOneLine(context, first.span.start, last.span.end)) {
    return ['{', indent([hardline, rows(context, nodes, docs)]), hardline, '}'];
  }
  return group(['{', indent([line, join([ifBreak('', ';'), line], [...docs])]), line, '}']);
};
