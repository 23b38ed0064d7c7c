/**
 * What constants were computed from. Folding turns rows of data into bare numbers; their names travel along, so that a mean of all
 * rows is still known to be one (see ../elaborate/data/leakage.ts).
 */
import type { Node } from './graph.ts';

const origins = new WeakMap<Node, ReadonlySet<string>>();
const none: ReadonlySet<string> = new Set();

export const originsOf = (node: Node): ReadonlySet<string> => origins.get(node) ?? none;

/** Replaces what is known of the node. */
export const tag = (node: Node, ids: ReadonlySet<string>): void => void origins.set(node, ids);

/** A node computed from others while building has their origins. */
export const inherit = (node: Node, from: readonly Node[]): Node => {
  const found = new Set(from.flatMap((x) => [...originsOf(x), ...x.inputs.flatMap((y) => [...originsOf(y)])]));
  if (found.size > 0) origins.set(node, found);
  return node;
};
