/**
 * What is computed while compiling: constants and rows of sets, from nodes that are fed nothing. Equal graphs have equal numbers, so
 * those that were much work are remembered: a text that is compiled again at every keystroke computes its sets once.
 */
import { lazyArray, madeAtOnce, makeLike } from '../../ir/arrays.ts';
import { input } from '../../ir/build.ts';
import { prepare } from '../../ir/evaluate.ts';
import { graphOf, topological } from '../../ir/graph.ts';
import type { Graph, Node } from '../../ir/graph.ts';
import type { ArrayData, ArrayValue, OperationOf, Rows } from '../../ir/operations.ts';
import { sizeOf } from '../../ir/shape.ts';
import type { Precision } from '../../rules/evaluation/rule.ts';
import { forRows, rowAxes } from '../../passes/by-rows.ts';
import { graphKey } from '../../passes/share.ts';
import { certainBounds } from '../values/bounds.ts';
import type { Context } from '../context.ts';
import { workOf } from '../solvers/structure.ts';
import { numberOf } from './identity.ts';
import { forgetSets } from './remembered.ts';

/** Elementary operations from which on it is worth to remember a result, and to put one off. */
const muchWork = 1e5;
/** Elementary operations that are worth it to see whether something goes wrong, in a quick look and in a thorough one. */
export const mostWork = { quick: muchWork, slow: 5e6 };
/** Numbers that are remembered in all. */
const mostRemembered = 2e7;

const remembered = new Map<string, readonly ArrayValue[]>();

/** Large constants are told apart by which they are. */
const names = { node: () => 0, data: numberOf };

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

export const forgetComputed = (): void => {
  remembered.clear();
  forgetSets();
};

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

/** Rows computed at once where not all are wanted, and elementary operations an element up to which that is worth it more than once. */
const atOnce = 1024;
const light = 16;

/** Some rows of a node that computes each from the same row of arrays that are made later. */
const someRows = (node: Node): Rows | undefined => {
  const order = topological([node]);
  const [count] = node.shape;
  const sources = order.filter(
    ({ operation, shape }) => operation.op === 'constant' && operation.value.rows && shape[0] === count,
  );
  if (sources.length === 0 || workOf(node) > light * sizeOf(node.shape)) return undefined;
  const axes = rowAxes(order, sources);
  if (axes.get(node) !== 0) return undefined;
  const width = sizeOf(node.shape.slice(1));
  const forCount = (rows: number) => {
    const inputs = sources.map(({ dtype, shape }, i) => input(`rows${i}`, dtype, [rows, ...shape.slice(1)]));
    const [made] = forRows([node], order, axes, new Map(sources.map((x, i) => [x, inputs[i]])), rows);
    return prepare({ inputs, outputs: [{ name: 'rows', node: made }] }, { precision: 'float32' });
  };
  return (places) => {
    const all = new Int32Array(places.length).map((_, i) => places[i]);
    let result: ArrayData | undefined;
    for (let from = 0; from < all.length; from += atOnce) {
      const some = all.subarray(from, from + atOnce);
      const values = sources.map(({ operation, dtype, shape }) => {
        const { rows } = (operation as OperationOf<'constant'>).value;
        return { dtype, shape: [some.length, ...shape.slice(1)], data: (rows as Rows)(some) };
      });
      const [{ data }] = forCount(some.length)(values);
      result ??= makeLike(data, all.length * width);
      result.set(data, from * width);
    }
    return result ?? makeLike(new Float32Array(0), 0);
  };
};

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
    const rows = someRows(node);
    const make = (): ArrayData => rows?.([...Array(node.shape[0]).keys()]) ?? computeNodes([node])[0].data;
    return lazyArray(node.dtype, node.shape, known, make, rows);
  });
};
