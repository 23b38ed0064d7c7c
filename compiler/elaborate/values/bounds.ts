/**
 * Between which numbers every entry of a node lies, as far as its operations say (interval arithmetic), and whether a loss is a sum
 * of squares or distances: it has a least value and no greatest one.
 */
import { sizeOf } from '../../ir/shape.ts';
import { topological } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import { madeAtOnce } from '../../ir/arrays.ts';
import type { ArrayValue, Bounds } from '../../ir/operations.ts';
import { dependsOnParameters } from './dependence.ts';

const anything: Bounds = { low: -Infinity, high: Infinity };
const span = (...xs: readonly number[]): Bounds => ({ low: Math.min(...xs), high: Math.max(...xs) });
/** 0 * infinity: the product of a number with what has no bound is 0 where the number is. */
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);
const product = (a: Bounds, b: Bounds): Bounds =>
  span(times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high));
const inverse = ({ low, high }: Bounds): Bounds =>
  low > 0 ? { low: 1 / high, high: 1 / low } : high < 0 ? { low: 1 / high, high: 1 / low } : anything;
/** Of an increasing function. */
const rising = ({ low, high }: Bounds, f: (x: number) => number): Bounds => ({ low: f(low), high: f(high) });
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const union = (...all: readonly Bounds[]): Bounds => ({
  low: Math.min(...all.map((b) => b.low)),
  high: Math.max(...all.map((b) => b.high)),
});

/** Entries that are summed up into one. */
const summed = (node: Node): number => sizeOf(node.inputs[0].shape) / Math.max(1, sizeOf(node.shape));

/** Of sets that are not made at once only what was said of them is known. */
const constantBounds = (value: ArrayValue): Bounds => {
  if (value.bounds) return value.bounds;
  const { data } = value;
  if (data.length === 0 || data.length > madeAtOnce) return anything;
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    if (Number.isNaN(data[i])) return anything;
    low = Math.min(low, data[i]);
    high = Math.max(high, data[i]);
  }
  return { low, high };
};

const boundsFrom = (node: Node, of: (n: Node) => Bounds): Bounds => {
  const [a, b] = node.inputs.slice(0, 2).map(of);
  const { operation } = node;
  if (node.dtype === 'bool') return { low: 0, high: 1 };
  switch (operation.op) {
    case 'constant':
      return constantBounds(operation.value);
    case 'random':
      return operation.law === 'uniform' ? { low: 0, high: 1 } : anything;
    case 'neg':
      return { low: -a.high, high: -a.low };
    case 'square': {
      const ends = span(a.low * a.low, a.high * a.high);
      return a.low <= 0 && a.high >= 0 ? { low: 0, high: ends.high } : ends;
    }
    case 'abs':
      return a.low >= 0 ? a : { low: a.high <= 0 ? -a.high : 0, high: Math.max(-a.low, a.high) };
    case 'exp':
      return rising(a, Math.exp);
    case 'sigmoid':
      return rising(a, sigmoid);
    case 'tanh':
      return rising(a, Math.tanh);
    case 'softplus':
      return { low: 0, high: a.high === Infinity ? Infinity : Math.max(0, a.high) + 1 };
    case 'relu':
      return rising(a, (x) => Math.max(0, x));
    case 'sqrt':
      return a.low >= 0 ? rising(a, Math.sqrt) : { low: 0, high: Infinity };
    case 'log':
      return a.low >= 0 ? rising(a, Math.log) : anything;
    case 'sign':
    case 'sin':
    case 'cos':
    case 'erf':
      return { low: -1, high: 1 };
    case 'reciprocal':
      return inverse(a);
    case 'add':
      return { low: a.low + b.low, high: a.high + b.high };
    case 'sub':
      return { low: a.low - b.high, high: a.high - b.low };
    case 'mul':
      return node.inputs[0] === node.inputs[1]
        ? { low: Math.max(0, product(a, a).low), high: product(a, a).high }
        : product(a, b);
    case 'div':
      return product(a, inverse(b));
    case 'max':
      return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
    case 'min':
      return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) };
    case 'select':
      return union(of(node.inputs[1]), of(node.inputs[2]));
    case 'sum':
      return product(a, { low: summed(node), high: summed(node) });
    case 'one_hot':
      return { low: 0, high: 1 };
    case 'pad':
      return union(a, { low: 0, high: 0 });
    case 'concat':
      return union(...node.inputs.map(of));
    case 'max_over':
    case 'min_over':
    case 'cast':
    case 'stop':
    case 'reshape':
    case 'transpose':
    case 'broadcast':
    case 'slice':
    case 'reverse':
    case 'gather':
      return a;
    default:
      return anything;
  }
};

const allBounds = (root: Node): ReadonlyMap<Node, Bounds> => {
  const known = new Map<Node, Bounds>();
  for (const node of topological([root])) {
    const found = boundsFrom(node, (n) => known.get(n) ?? anything);
    known.set(node, Number.isNaN(found.low) || Number.isNaN(found.high) ? anything : found);
  }
  return known;
};

/** If there is a number at all: what NaN makes of it is not asked. */
export const boundsOf = (root: Node): Bounds => allBounds(root).get(root) as Bounds;

const largest = { float32: 3e38, int32: 2 ** 31 - 1, bool: 1 } as const;

/** Bounds of what is computed from sets, where it is certain that every entry is a number; undefined where it is not. */
export const certainBounds = (root: Node): Bounds | undefined => {
  const known = allBounds(root);
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
