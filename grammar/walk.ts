/**
 * Walking the syntax tree without knowing every kind: the names an expression mentions, its problems, and substitution
 * (for a `def` that is a problem with its distance, or its model, left open).
 */
import type { Span } from './span.ts';
import type { Declaration } from './tree/declarations.ts';
import type { Expr } from './tree/expressions.ts';
import type { Parameter, Pattern, StaticParameter } from './tree/patterns.ts';
import type { Statement } from './tree/statements.ts';

export type Fields = Readonly<Record<string, unknown>>;
const isNode = (x: unknown): x is Fields => typeof x === 'object' && x !== null;

const collect = (root: unknown, into: Fields[], enters: (node: Fields) => boolean): void => {
  if (Array.isArray(root)) for (const item of root) collect(item, into, enters);
  else if (isNode(root) && enters(root)) {
    into.push(root);
    for (const key in root) if (key !== 'span') collect(root[key], into, enters);
  }
};

/** Every object below `root`, itself first, in the order in which it is written. */
export const nodes = (root: unknown): Fields[] => {
  const found: Fields[] = [];
  collect(root, found, () => true);
  return found;
};

const isAround = ({ span }: Fields, place: Span): boolean =>
  !isNode(span) || ((span as unknown as Span).start <= place.start && place.end <= (span as unknown as Span).end);

/** Those around a place, from the outside in, and what has no span of its own. A node lies inside the one that it is a part of. */
export const nodesAround = (root: unknown, place: Span): Fields[] => {
  const found: Fields[] = [];
  collect(root, found, (node) => isAround(node, place));
  return found;
};

export const patternNames = (p: Pattern): string[] =>
  p.kind === 'name' ? [p.name] : p.kind === 'wildcard' ? [] : p.items.flatMap(patternNames);

/** The name by which a parameter can be given: one that takes its argument apart has none. */
export const parameterName = (p: Parameter | StaticParameter): string | undefined =>
  'name' in p ? p.name.text : p.pattern.kind === 'name' ? p.pattern.name : undefined;

/** The names a declaration introduces. */
export const declaredNames = (d: Declaration): string[] => {
  switch (d.kind) {
    case 'let':
      return patternNames(d.pattern);
    case 'import':
      return d.names.map((n) => (n.as ?? n.name).text);
    case 'space-declaration':
    case 'data':
    case 'def':
    case 'model':
    case 'paradigm':
      return [d.name.text];
    default:
      return [];
  }
};

/** Names mentioned as expressions anywhere below `root`, each once, in order. */
export const mentioned = (root: unknown): string[] => {
  const names = new Set<string>();
  for (const n of nodes(root)) {
    if (n.kind === 'name' && typeof n.name === 'string' && !('space' in n)) names.add(n.name);
    if (n.kind === 'named' && isNode(n.name) && typeof n.name.text === 'string') names.add(n.name.text);
  }
  return [...names];
};

/** Names bound anywhere below `root`: by binders, parameters, statements, players. */
const bound = (root: unknown): Set<string> => {
  const names = new Set<string>();
  const add = (p: unknown): void => {
    for (const name of patternNames(p as Pattern)) names.add(name);
  };
  for (const n of nodes(root)) {
    if (Array.isArray(n.targets) && 'relation' in n) n.targets.forEach(add);
    if ('pattern' in n) add(n.pattern);
    if (n.kind === 'fold') add(n.state);
    if (['member', 'local-def', 'param'].includes(String(n.kind)) && isNode(n.name)) names.add(String(n.name.text));
    if ('domain' in n && isNode(n.name)) names.add(String(n.name.text));
  }
  return names;
};

/** Names that occur free in `e` and are not in `known`. */
export const freeNames = (e: Expr, known: (name: string) => boolean): string[] => {
  const inside = bound(e);
  return mentioned(e).filter((name) => !inside.has(name) && !known(name));
};

const isExpr = (n: Fields): n is Fields & Expr => typeof n.kind === 'string' && 'span' in n;

/** Rebuilds `root` with `change` applied to its nodes, outermost first; undefined leaves a node and goes on below it. */
const rebuild = <T>(root: T, change: (n: Fields) => unknown): T => {
  if (Array.isArray(root)) return root.map((item) => rebuild(item as unknown, change)) as T;
  if (!isNode(root)) return root;
  const replaced = change(root);
  if (replaced !== undefined) return replaced as T;
  return Object.fromEntries(
    Object.entries(root).map(([key, value]) => [key, key === 'span' ? value : rebuild(value, change)]),
  ) as T;
};

/** Parameters by arguments; a lambda that comes to stand before its arguments is applied. */
export const substitute = (e: Expr, values: ReadonlyMap<string, Expr>): Expr =>
  rebuild(e, (n) => {
    if (!isExpr(n)) return undefined;
    if (n.kind === 'name' && !('space' in n)) return values.get(n.name);
    if (n.kind !== 'call' || n.callee.kind !== 'name') return undefined;
    const callee = values.get(n.callee.name);
    if (callee?.kind !== 'lambda' || n.args.length !== callee.params.length) return undefined;
    const inner = new Map<string, Expr>();
    callee.params.forEach((p, i) => {
      for (const name of patternNames(p.pattern)) inner.set(name, substitute(n.args[i].value, values));
    });
    return substitute(callee.body, inner);
  });

export const lastOf = (statements: readonly Statement[]): Statement | undefined => statements[statements.length - 1];
