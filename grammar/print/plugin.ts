/**
 * Learn as Prettier knows it: language, parser and printer. Prettier finds for each comment the slot it stands before or
 * behind, and lays out the document; a comment in the middle of an expression moves before the item it stands in.
 */
import type { AstPath, Doc, Parser, Printer, SupportLanguage } from 'prettier';
import { builders } from 'prettier/doc';
import type { Diagnostic } from '../diagnostics.ts';
import { position } from '../diagnostics.ts';
import type { Comment } from '../lex.ts';
import { parse } from '../parse.ts';
import type { Span } from '../span.ts';
import type { Family, Key } from './context.ts';
import { printNode, roomIn } from './nodes.ts';
import { prepare } from './prepare.ts';

const { hardline, join } = builders;

export interface Node {
  readonly kind?: string;
  readonly span: Span;
  readonly slot?: boolean;
  comments?: PlacedComment[];
}

interface PlacedComment extends Comment {
  readonly enclosingNode?: Node;
  readonly precedingNode?: Node;
  readonly followingNode?: Node;
  leading?: boolean;
  trailing?: boolean;
  printed?: boolean;
}

/** What `parse` throws, as Prettier wants it, for a text with syntax errors. */
const syntaxError = (d: Diagnostic, text: string): Error => {
  const start = position(text, d.span?.start ?? 0);
  const end = position(text, d.span?.end ?? 0);
  return Object.assign(new SyntaxError(`${d.message} (${d.code})`), { loc: { start, end } });
};

export const learnParser: Parser<Node> = {
  astFormat: 'learn',
  parse: (text, options) => {
    const { module, comments, diagnostics } = parse(text, options.filepath ?? 'file');
    const error = diagnostics.find((d) => d.severity === 'error');
    if (error) throw syntaxError(error, text);
    const tree = prepare(module, text, true) as Node;
    return Object.assign(tree, { comments: comments.map((c) => ({ ...c })) });
  },
  locStart: (node) => node.span.start,
  locEnd: (node) => node.span.end,
};

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

const unvisited = new Set(['span', 'comments']);

const childrenOf = (node: Node): Node[] =>
  Object.entries(node).flatMap(([key, value]: [string, unknown]) =>
    unvisited.has(key) ? [] : (Array.isArray(value) ? value.flat() : [value]).filter(isNode),
  );

/** A comment behind `{`, or on a later line than what came before, belongs to what follows. */
const placeEndOfLine = (comment: PlacedComment, text: string): boolean => {
  const { precedingNode, followingNode, enclosingNode } = comment;
  if (!followingNode) return false;
  const from = precedingNode?.span.end ?? enclosingNode?.span.start ?? 0;
  if (precedingNode && !/[{\n]/.test(text.slice(from, comment.span.start))) return false;
  comment.leading = true;
  comment.trailing = false;
  comment.printed = false;
  (followingNode.comments ??= []).push(comment);
  return true;
};

const isPlaced = (comment: PlacedComment): boolean => comment.leading === true || comment.trailing === true;

/** Comments that stand before nothing and behind nothing inside a slot: printed before it. */
const dangling = (path: AstPath<Node>): Doc[] => {
  const docs: Doc[] = [];
  if (!path.node.comments) return docs;
  path.each((at) => {
    const comment = at.node as unknown as PlacedComment;
    if (isPlaced(comment)) return;
    comment.printed = true;
    docs.push(comment.text);
  }, 'comments');
  return docs;
};

export const learnPrinter: Printer<Node> = {
  print: (path, options, print, args) => {
    const family = (args as { family: Family } | undefined)?.family ?? 'module';
    const doc = printNode(family, path.node, {
      text: options.originalText,
      room: roomIn(options.printWidth, path.ancestors),
      print: (childFamily, ...keys: Key[]) => print(keys, { family: childFamily }),
    });
    const inner = dangling(path);
    if (inner.length === 0) return doc;
    return [join(hardline, inner), hardline, doc];
  },
  canAttachComment: (node) => node.slot === true,
  getCommentChildNodes: (node) => childrenOf(node),
  printComment: (path) => (path.node as unknown as Comment).text,
  isBlockComment: () => false,
  handleComments: {
    endOfLine: (comment: PlacedComment, text) => placeEndOfLine(comment, text),
    remaining: (comment: PlacedComment, text) => placeEndOfLine(comment, text),
  },
};

export const languages: SupportLanguage[] = [
  { name: 'Learn', parsers: ['learn'], extensions: ['.learn'], vscodeLanguageIds: ['learn'] },
];
