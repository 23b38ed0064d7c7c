/**
 * What is computed while compiling: constants and rows of sets, from nodes that are fed nothing. Equal graphs have equal numbers, so
 * those that were much work are remembered: a text that is compiled again at every keystroke computes its sets once.
 */
import { lazyArray, madeAtOnce } from '../ir/arrays.ts';
import { prepare } from '../ir/evaluate.ts';
import { graphOf, topological } from '../ir/graph.ts';
import type { Graph, Node } from '../ir/graph.ts';
import type { ArrayValue } from '../ir/operations.ts';
import { sizeOf } from '../ir/shape.ts';
import type { Precision } from '../rules/evaluation/rule.ts';
import { graphKey } from '../passes/share.ts';
import { certainBounds } from './bounds.ts';
import type { Context } from './context.ts';
import { workOf } from './structure.ts';

/** Elementary operations from which on it is worth to remember a result, and to put one off. */
const muchWork = 1e5;
/** Numbers that are remembered in all. */
const mostRemembered = 2e7;

const remembered = new Map<string, readonly ArrayValue[]>();

const numbers = new WeakMap<object, number>();
let count = 0;
/** Large constants are told apart by which they are. */
const names = {
  node: () => 0,
  data: (x: object): number => {
    const found = numbers.get(x) ?? count++;
    numbers.set(x, found);
    return found;
  },
};

const sizeOfAll = (arrays: readonly ArrayValue[]): number => arrays.reduce((n, a) => n + sizeOf(a.shape), 0);

const remember = (key: string, arrays: readonly ArrayValue[]): void => {
  remembered.set(key, arrays);
  let total = [...remembered.values()].reduce((n, a) => n + sizeOfAll(a), 0);
  for (const [old, theirs] of remembered) {
    if (total <= mostRemembered) return;
    remembered.delete(old);
    total -= sizeOfAll(theirs);
  }
};

const run = (graph: Graph, precision: Precision): readonly ArrayValue[] => {
  const work = graph.outputs.reduce((n, o) => n + workOf(o.node), 0);
  if (work < muchWork) return prepare(graph, { precision })([]);
  const key = `${precision} ${graphKey(graph, names)}`;
  const known = remembered.get(key);
  remembered.delete(key); // what was asked for last goes last
  const arrays = known ?? prepare(graph, { precision })([]);
  remember(key, arrays);
  return arrays;
};

export const forgetComputed = (): void => remembered.clear();

/** Runs nodes that are fed nothing. */
export const computeNodes = (nodes: readonly Node[], precision: Precision = 'float32'): ArrayValue[] => {
  if (nodes.length === 0) return [];
  const graph = graphOf(nodes.map((node, i) => ({ name: String(i), node })));
  // Objects of their own: what a compilation says of an array is not for the next one.
  return run(graph, precision).map(({ dtype, shape, data }) => ({ dtype, shape, data }));
};

const isHeavy = (node: Node): boolean =>
  workOf(node) > muchWork ||
  topological([node]).some(({ operation }) => operation.op === 'constant' && operation.value.bounds !== undefined);

const unknown = { low: -Infinity, high: Infinity };

/** The same for rows: those that are large and certainly numbers, or that may wait, not before somebody looks at them. */
export const computeRows = (nodes: readonly Node[], ctx: Context, atOnce = madeAtOnce): ArrayValue[] => {
  const bounds = nodes.map((node) => {
    const certain = sizeOf(node.shape) > atOnce ? certainBounds(node) : undefined;
    if (certain || !ctx.shared.postponed || node.dtype !== 'float32' || !isHeavy(node)) return certain;
    ctx.shared.postponed.rows = true;
    return unknown;
  });
  const now = computeNodes(nodes.filter((_, i) => !bounds[i]));
  return nodes.map((node, i) => {
    const known = bounds[i];
    if (!known) return now.shift() as ArrayValue;
    return lazyArray(node.dtype, node.shape, known, () => computeNodes([node])[0].data);
  });
};
