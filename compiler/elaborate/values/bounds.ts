/**
 * Between which numbers every entry of a node lies, as far as its operations say (interval arithmetic), and whether a loss is a sum
 * of squares or distances: it has a least value and no greatest one.
 */
import { topological } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import type { Bounds, OperationOf } from '../../ir/operations.ts';
import { anything, rangeOf, union } from '../../rules/ranges.ts';
import { dependsOnParameters } from './dependence.ts';

/** What is known of inputs. */
export type Given = (input: Node) => Bounds | undefined;

/** The body of a loop, whatever round it is in. */
export type Bodies = Map<Node, ReadonlyMap<Node, Bounds>>;

/** The nearest bound that a loop is tried with next: what grows from round to round has none. */
const widened = ({ low, high }: Bounds, before: Bounds): Bounds => ({
  low: low >= before.low ? before.low : ([0, -1].find((x) => low >= x) ?? -Infinity),
  high: high <= before.high ? before.high : ([0, 1].find((x) => high <= x) ?? Infinity),
});

/** A loop is gone round until its carries stay within the bounds that they had. */
const ofLoop = (
  node: Node,
  of: (n: Node) => Bounds,
  bodies: Bodies | undefined,
): { parts: Bounds[]; body: ReadonlyMap<Node, Bounds> } => {
  const { body, carries, length } = node.operation as OperationOf<'scan'>;
  const inputs = node.inputs.map(of);
  const roots = body.outputs.map((o) => o.node);
  let carried = inputs.slice(0, carries);
  for (;;) {
    const outside = [{ low: 0, high: Math.max(0, length - 1) }, ...carried, ...inputs.slice(carries)];
    const places = new Map(body.inputs.map((x, i) => [x, outside[i]]));
    const known = boundsFrom(roots, (x) => places.get(x), bodies);
    const results = roots.map((x) => known.get(x) as Bounds);
    const next = carried.map((c, i) => widened(union(c, results[i]), c));
    if (next.every((b, i) => b.low === carried[i].low && b.high === carried[i].high))
      return { parts: [...carried, ...results.slice(carries)], body: known };
    carried = next;
  }
};

/** Bounds of every node that the roots reach; those in the bodies of loops go into `bodies`. */
export const boundsFrom = (
  roots: readonly Node[],
  given: Given = () => undefined,
  bodies?: Bodies,
): ReadonlyMap<Node, Bounds> => {
  const known = new Map<Node, Bounds>();
  const parts = new Map<Node, readonly Bounds[]>();
  const of = (n: Node): Bounds => known.get(n) ?? anything;
  for (const node of topological(roots)) {
    const { operation, inputs } = node;
    if (operation.op === 'scan') {
      const round = ofLoop(node, of, bodies);
      parts.set(node, round.parts);
      bodies?.set(node, round.body);
    }
    const found =
      operation.op === 'input'
        ? given(node)
        : operation.op === 'part'
          ? parts.get(inputs[0])?.[operation.index]
          : rangeOf(node, of);
    known.set(node, found ?? (node.dtype === 'bool' ? { low: 0, high: 1 } : anything));
  }
  return known;
};

/** If there is a number at all: what NaN makes of it is not asked. */
export const boundsOf = (root: Node): Bounds => boundsFrom([root]).get(root) as Bounds;

/** Bounds as messages say them. */
export const printed = ({ low, high }: Bounds): { readonly low: string; readonly high: string } => {
  const number = (x: number, none: string): string => (Number.isFinite(x) ? String(Number(x.toPrecision(4))) : none);
  return { low: number(low, 'any number'), high: number(high, 'infinity') };
};

const largest = { float32: 3e38, int32: 2 ** 31 - 1, bool: 1 } as const;

/** Bounds of what is computed from sets, where it is certain that every entry is a number; undefined where it is not. */
export const certainBounds = (root: Node): Bounds | undefined => {
  const known = boundsFrom([root]);
  const certain = new Set<Node>();
  for (const node of topological([root])) {
    const { low, high } = known.get(node) as Bounds;
    const limit = largest[node.dtype];
    const index = node.operation.op === 'gather' ? known.get(node.inputs[1]) : undefined;
    const inside = !index || (index.low >= 0 && index.high < node.inputs[0].shape[0]);
    // A comparison is true or false, also of what is no number.
    if (node.dtype === 'bool' || (low >= -limit && high <= limit && inside && node.inputs.every((x) => certain.has(x))))
      certain.add(node);
  }
  return certain.has(root) ? known.get(root) : undefined;
};

/** +1: a positive combination of squares and distances of something trained; -1: the negative of one; 0: neither. */
export const growth = (node: Node): -1 | 0 | 1 => {
  const [x, y] = node.inputs;
  switch (node.operation.op) {
    case 'square':
    case 'abs':
      return dependsOnParameters(x) ? 1 : 0;
    case 'neg':
      return -growth(x) as -1 | 0 | 1;
    case 'sqrt':
    case 'sum':
    case 'max_over':
    case 'reshape':
    case 'broadcast':
    case 'transpose':
      return growth(x);
    case 'mul':
    case 'div': {
      const factor = boundsOf(y);
      const [whole, part] = dependsOnParameters(x) ? [x, factor] : [y, boundsOf(x)];
      if (dependsOnParameters(x) && dependsOnParameters(y)) return x === y && node.operation.op === 'mul' ? 1 : 0;
      if (node.operation.op === 'div' && whole === y) return 0;
      return part.low > 0 ? growth(whole) : part.high < 0 ? (-growth(whole) as -1 | 0 | 1) : 0;
    }
    case 'add':
    case 'sub': {
      const sign = node.operation.op === 'sub' ? -1 : 1;
      const parts = [growth(x), (sign * growth(y)) as -1 | 0 | 1].filter((_, i) => dependsOnParameters(node.inputs[i]));
      return parts.length > 0 && parts.every((g) => g === parts[0]) ? parts[0] : 0;
    }
    default:
      return 0;
  }
};

/** +1: how often something is equal to what a member says, -1: how often it is not; 0: neither. */
export const agreement = (node: Node): -1 | 0 | 1 => {
  const [x, y] = node.inputs;
  switch (node.operation.op) {
    case 'eq':
      return dependsOnParameters(node) ? 1 : 0;
    case 'ne':
      return dependsOnParameters(node) ? -1 : 0;
    case 'neg':
    case 'not':
      return -agreement(x) as -1 | 0 | 1;
    case 'sum':
    case 'cast':
    case 'reshape':
    case 'broadcast':
      return agreement(x);
    case 'mul':
    case 'div':
      return boundsOf(y).low > 0 && !dependsOnParameters(y) ? agreement(x) : 0;
    case 'sub':
      return dependsOnParameters(x) ? 0 : (-agreement(y) as -1 | 0 | 1);
    default:
      return 0;
  }
};
