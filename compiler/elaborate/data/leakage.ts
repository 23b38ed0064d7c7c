/**
 * Evaluation data must not reach a training objective: not as rows, and not through a statistic of all rows (a mean, a scale, a
 * member trained on them). A set remembers which rows of which sets it holds (`roots` name such parts), nodes remember the sets
 * they were computed from, variables the rows they were trained on.
 */
import { originsOf, tag } from '../../ir/origins.ts';
import { topological } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import { allRows, rowsAt, shareRows } from '../../ir/rows.ts';
import type { Context, Shared, Part } from '../context.ts';
import { tensorsOf } from '../values/describe.ts';
import type { Axis, Data, Value } from '../values/values.ts';

const partOf = (id: string, rows: number, shared: Shared): Part => {
  const known = shared.parts.get(id);
  if (known) return known;
  const whole = { root: id, rows: allRows(rows) };
  shared.parts.set(id, whole);
  return whole;
};

/** The parts that remain when only some rows of a set are taken; a set that is not made row by row keeps what it had. */
export const partsOfSubset = (data: Data, picked: Int32Array, name: string, shared: Shared): Set<string> => {
  const found = new Set<string>();
  for (const id of data.roots) {
    const part = partOf(id, data.rows, shared);
    if (part.rows.length !== data.rows) found.add(id);
    else {
      const own = `${part.root}/${name}/${shared.parts.size}`;
      shared.parts.set(own, { root: part.root, rows: rowsAt(part.rows, picked) });
      found.add(own);
    }
  }
  return found;
};

/** Do two sets of parts have a row in common? */
const overlap = (a: Iterable<string>, b: readonly string[], shared: Shared): boolean => {
  for (const x of a)
    for (const y of b) {
      if (x === y) return true;
      const [p, q] = [shared.parts.get(x), shared.parts.get(y)];
      const [root, other] = [p?.root ?? x, q?.root ?? y];
      if (root !== other) continue;
      if (!p || !q) return true;
      if (shareRows(p.rows, q.rows)) return true;
    }
  return false;
};

/** Sets whose rows were summed up into this value: constants computed from them that do not vary along the rows themselves. */
export const statisticsOf = (value: Value, _rows: Axis, ctx: Context): Set<string> => {
  const found = new Set<string>();
  for (const t of tensorsOf(value))
    for (const node of topological([t.node])) for (const root of summarised(node, ctx.shared)) found.add(root);
  return found;
};

/** Among the origins of constants those that all of a set went into have this before their name. */
const all = 'all of ';

/** Sets that a node sums up: it was marked, or folded from what was. */
const summarised = (node: Node, shared: Shared): readonly string[] => [
  ...(shared.statisticsOf.get(node) ?? []),
  ...[...originsOf(node)].filter((id) => id.startsWith(all)).map((id) => id.slice(all.length)),
];

/** Sets whose rows a node holds. */
const rowsOf = (node: Node, shared: Shared): readonly string[] => [
  ...(shared.rootsOf.get(node) ?? []),
  ...[...originsOf(node)].filter((id) => !id.startsWith(all)),
];

/** Remembers that a constant is a statistic of these sets. */
export const markStatistic = (node: Node, roots: Iterable<string>, shared: Shared): void => {
  const known = shared.statisticsOf.get(node) ?? new Set<string>();
  const found = new Set([...known, ...roots]);
  shared.statisticsOf.set(node, found);
  tag(node, new Set([...found].map((id) => `${all}${id}`)));
};

/** A number that a big operator outside of problems makes of rows, the same for all of them, sums them up. */
export const summedUp = (value: Value, ctx: Context): Value => {
  if (!ctx.problem)
    for (const t of tensorsOf(value)) {
      const roots =
        t.axes.length === 0 && t.node.operation.op === 'constant' ? rootsOfNode(t.node, ctx.shared) : new Set<string>();
      if (roots.size > 0) markStatistic(t.node, roots, ctx.shared);
    }
  return value;
};

/** All sets a node was computed from. */
export const rootsOfNode = (node: Node, shared: Shared): Set<string> => {
  const found = new Set<string>();
  for (const n of topological([node])) {
    for (const root of rowsOf(n, shared)) found.add(root);
    for (const root of summarised(n, shared)) found.add(root);
  }
  return found;
};

const variableOf = ({ operation }: Node): string | undefined =>
  operation.op === 'input' && operation.name.startsWith('var:') ? operation.name.slice(4) : undefined;

/** Remembers which rows a variable has been trained on. */
export const markTrained = (objective: Node, train: Data | undefined, ids: Iterable<string>, shared: Shared): void => {
  const roots = rootsOfNode(objective, shared);
  for (const root of train?.roots ?? []) roots.add(root);
  for (const root of train?.statistics ?? []) roots.add(root);
  for (const id of ids) shared.trainedOn.set(id, new Set([...(shared.trainedOn.get(id) ?? []), ...roots]));
};

/** The sets of a protocol that are held out: marked so, or without a row in common with what is trained on. */
export const heldOut = (evaluated: readonly Data[], trained: readonly Data[], shared: Shared): readonly Data[] => {
  const rows = trained.flatMap((d) => [...d.roots]);
  return evaluated.filter((d) => d.evaluation || !overlap(d.roots, rows, shared));
};

/** Is a row of the sets among those? */
export const sharesRows = (roots: Iterable<string>, sets: readonly Data[], shared: Shared): boolean =>
  overlap(
    roots,
    sets.flatMap((d) => [...d.roots]),
    shared,
  );

/** The evaluation data that an objective reads, in words; undefined if none. `own`: variables of the problem itself. */
export const leak = (
  objective: Node,
  train: Data | undefined,
  held: readonly Data[],
  own: ReadonlySet<string>,
  shared: Shared,
): string | undefined => {
  const order = topological([objective]);
  if (order.some((n) => shared.evaluationNodes.has(n)))
    return held.length > 0 ? '`D_eval`' : 'rows that `split` or `held_out` marked as held out';
  const rows = held.flatMap((d) => [...d.roots]);
  if (rows.length === 0) return undefined;
  const hits = (roots: Iterable<string> | undefined): boolean =>
    roots !== undefined &&
    overlap(
      [...roots].filter((r) => !train?.roots.has(r)),
      rows,
      shared,
    );
  if (order.some((n) => hits(summarised(n, shared)))) return 'a statistic of all rows, the held-out ones among them';
  if (order.some((n) => hits(rowsOf(n, shared)))) return 'all rows, the held-out ones among them';
  if (hits(train?.statistics))
    return 'rows that were normalised with a statistic of all rows, the held-out ones among them';
  const member = order.map(variableOf).find((id) => id !== undefined && !own.has(id) && hits(shared.trainedOn.get(id)));
  if (member !== undefined)
    return `\`${shared.variables.get(member)?.name ?? member}\`, which was trained on the held-out rows`;
  return undefined;
};
