/**
 * The tree, made ready for printing: a copy in which everything that a comment may stand before or behind is a slot, and
 * the clauses of problems are nodes of their own, in the order in which they are written.
 */
import type { Span } from '../span.ts';
import type { Declaration } from '../tree/declarations.ts';
import type { Duration, Player, ProblemExpr } from '../tree/problems.ts';
import type { Statement } from '../tree/statements.ts';
import { paddings } from './align.ts';

type Node = Readonly<Record<string, unknown>>;

/** One clause: `over f in M`, `by adam(1e-3), clip(1)`. */
export interface Clause {
  readonly kind: 'clause';
  readonly word: string;
  readonly items: readonly unknown[];
  /** `epochs` or `steps` behind the item. */
  readonly unit?: string;
  /** Does it stand first on its line in the source? */
  readonly first: boolean;
  /** Does it belong to a player, not to the whole problem? */
  readonly own: boolean;
  readonly span: Span;
  readonly slot: true;
}

export interface PreparedProblem {
  readonly kind: 'problem';
  readonly clauses: readonly Clause[];
  readonly game: boolean;
  readonly span: Span;
}

/** Lists whose items may have comments, each on a line of its own. */
const slots = new Set([
  ...['declarations', 'statements', 'body', 'then', 'else'],
  ...['args', 'given', 'items', 'fields', 'params', 'statics', 'names', 'over', 'where'],
]);

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

const spanOf = (node: Node): Span | undefined => {
  if (isNode(node['span'])) return node['span'] as unknown as Span;
  // Pairs of a name and a value, an imported name.
  const first = node['name'];
  const last = node['value'] ?? node['space'] ?? node['as'] ?? first;
  if (!isNode(first) || !isNode(last)) return undefined;
  const [start, end] = [spanOf(first), spanOf(last)];
  return start && end && { ...start, end: end.end };
};

export const prepare = (node: unknown, text: string | undefined, slot = false): unknown => {
  if (!isNode(node)) return node;
  const source = node['kind'] === 'problem' ? clausesOf(node as unknown as ProblemExpr, text) : node;
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(source)) {
    if (key === 'span') copy[key] = value;
    else if (key === 'clauses') copy[key] = (value as readonly unknown[]).map((v) => prepare(v, text, true));
    else if (Array.isArray(value)) copy[key] = prepareList(key, value, text);
    else copy[key] = prepare(value, text);
  }
  if (slot) Object.assign(copy, { span: spanOf(node), slot: true });
  return copy;
};

const prepareList = (key: string, list: readonly unknown[], text: string | undefined): unknown[] => {
  const items = list.map((v) => prepareItem(v, text, slots.has(key)));
  if (text === undefined || (key !== 'statements' && key !== 'declarations')) return items;
  const pads = paddings(list as readonly (Statement | Declaration)[], text);
  return items.map((item, i) => (pads[i]! > 0 ? { ...(item as Node), pad: pads[i] } : item));
};

const prepareItem = (item: unknown, text: string | undefined, slot: boolean): unknown =>
  Array.isArray(item) ? item.map((i: unknown) => prepareItem(i, text, slot)) : prepare(item, text, slot);

// ---------------------------------------------------------------- clauses

/** Where the keyword before `at` begins, and whether it begins its line. */
const keyword = (word: string, at: number, text: string | undefined): { start: number; first: boolean } => {
  if (text === undefined) return { start: at, first: false };
  const before = text.slice(Math.max(0, at - 400), at);
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}_])${word.replace(' ', '(?:\\s+')}${word.includes(' ') ? ')?' : ''}[\\s(]*$`,
    'u',
  );
  const found = pattern.exec(before);
  const start = found ? at - (before.length - found.index) : at;
  return { start, first: /(^|\n)[ \t]*$/.test(text.slice(0, start)) };
};

const clausesOf = (problem: ProblemExpr, text: string | undefined): PreparedProblem => {
  const make = (word: string, items: readonly unknown[], unit?: string): Clause => {
    const [head, last] = [spanOf(items[0] as Node)!, spanOf(items.at(-1) as Node)!];
    const { start, first } = keyword(word, head.start, text);
    const span = { ...head, start, end: last.end };
    return { kind: 'clause', word, items, ...(unit && { unit }), first, own: false, span, slot: true };
  };
  const some = (word: string, items: readonly unknown[]): Clause[] => (items.length > 0 ? [make(word, items)] : []);
  const one = (word: string, item: unknown): Clause[] => some(word, item === undefined ? [] : [item]);
  const duration = (d: Duration | undefined): Clause[] => (d ? [make('for', [d.count], d.unit)] : []);

  const player = (p: Player, index: number): Clause[] => {
    const lead = make(p.sense, [p.objective]);
    const and = index > 0 ? keyword('and', lead.span.start, text) : undefined;
    const own = [
      and ? { ...lead, word: `and ${p.sense}`, first: and.first, span: { ...lead.span, start: and.start } } : lead,
      ...some('over', p.over),
      ...some('where', p.where),
      ...some('by', p.by),
      ...(p.every ? [make('every', [p.every], 'steps')] : []),
    ];
    return own.map((c) => ({ ...c, own: true }));
  };
  const rest = [...duration(problem.duration), ...one('batch', problem.batch)];
  const seeds = [...one('seed', problem.seed), ...one('seeds', problem.seeds)];
  const before = [...some('subject to', problem.conditions), ...one('on', problem.on)];
  const by = some('by', problem.by);
  // A `by` of the whole must not stand right behind a player that has its own.
  const own = before.length === 0 && (problem.players.at(-1)?.by.length ?? 0) > 0;
  const whole = own ? [...rest, ...seeds, ...by] : [...before, ...by, ...rest, ...seeds];
  const clauses = [...problem.players.flatMap(player), ...whole];
  return { kind: 'problem', clauses, game: problem.players.length > 1, span: problem.span };
};
