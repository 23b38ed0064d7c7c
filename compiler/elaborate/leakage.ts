/**
 * Evaluation data must not reach a training objective: not as rows, and not through a statistic of all rows (a mean, a scale, a
 * member trained on them). Nodes remember the sets they were computed from.
 */
import { topological } from '../ir/graph.ts';
import type { Node } from '../ir/graph.ts';
import type { Context, Shared } from './context.ts';
import { tensorsOf } from './describe.ts';
import type { Axis, Data, Value } from './values.ts';

/** Sets whose rows were summed up into this value: constants computed from them that do not vary along the rows themselves. */
export const statisticsOf = (value: Value, _rows: Axis, ctx: Context): Set<string> => {
  const found = new Set<string>();
  for (const t of tensorsOf(value))
    for (const node of topological([t.node]))
      for (const root of ctx.shared.statisticsOf.get(node) ?? []) found.add(root);
  return found;
};

/** Remembers that a constant is a statistic of these sets. */
export const markStatistic = (node: Node, roots: Iterable<string>, shared: Shared): void => {
  const known = shared.statisticsOf.get(node) ?? new Set<string>();
  shared.statisticsOf.set(node, new Set([...known, ...roots]));
};

/** All sets a node was computed from. */
export const rootsOfNode = (node: Node, shared: Shared): Set<string> => {
  const found = new Set<string>();
  for (const n of topological([node])) {
    for (const root of shared.rootsOf.get(n) ?? []) found.add(root);
    for (const root of shared.statisticsOf.get(n) ?? []) found.add(root);
  }
  return found;
};

/** The evaluation data that an objective reads, by name; undefined if none. */
export const leak = (
  objective: Node,
  train: Data | undefined,
  evaluation: readonly Data[],
  shared: Shared,
): string | undefined => {
  const order = topological([objective]);
  if (order.some((n) => shared.evaluationNodes.has(n))) return '`D_eval`';
  const held = evaluation.filter((d) => d.evaluation);
  if (held.length === 0) return undefined;
  const roots = new Set(held.flatMap((d) => [...d.roots]));
  const statistic = order.find((n) => [...(shared.statisticsOf.get(n) ?? [])].some((r) => roots.has(r)));
  if (statistic) return 'a statistic of all rows, the held-out ones among them';
  if (train && [...train.statistics].some((r) => roots.has(r)))
    return 'rows that were normalised with a statistic of all rows, the held-out ones among them';
  return undefined;
};
