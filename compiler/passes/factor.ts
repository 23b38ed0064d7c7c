/**
 * a b + a c = a (b + c). The slope of a product is a sum of such products, all with the cotangent that came from above: taken out, what
 * is left does not wait for it and can be computed, and kept as one array, where the forward values are at hand.
 */
import * as ir from '../ir/build.ts';
import { topological, type Graph, type Node } from '../ir/graph.ts';
import { sameList } from '../ir/shape.ts';
import { entering, withInputs, withOutputs, type Pass } from './pass.ts';

/** How often each node is read; an output is read once more. */
const readersOf = (order: readonly Node[], graph: Graph): Map<Node, number> => {
  const readers = new Map<Node, number>();
  const read = (node: Node): void => void readers.set(node, (readers.get(node) ?? 0) + 1);
  for (const node of order) node.inputs.forEach(read);
  for (const { node } of graph.outputs) read(node);
  return readers;
};

interface Product {
  /** Known numbers among the factors, multiplied. */
  readonly number: number;
  readonly factors: readonly Node[];
}

/** The factors of a product that nobody else reads; products among them that nobody else reads are taken apart too. */
const productOf = (node: Node, readOnce: (node: Node) => boolean): Product | undefined => {
  if (node.operation.op !== 'mul' || !readOnce(node)) return undefined;
  let number = 1;
  const factors: Node[] = [];
  for (const input of node.inputs) {
    const inner = productOf(input, readOnce);
    const known = ir.uniformValue(input);
    number *= inner?.number ?? known ?? 1;
    factors.push(...(inner?.factors ?? (known === undefined ? [input] : [])));
  }
  return { number, factors };
};

/** What both lists have, as often as both have it. */
const inBoth = (a: readonly Node[], b: readonly Node[]): Node[] => {
  const left = [...b];
  return a.filter((x) => {
    const at = left.indexOf(x);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
};

const without = (list: readonly Node[], taken: readonly Node[]): Node[] => {
  const left = [...taken];
  return list.filter((x) => {
    const at = left.indexOf(x);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
};

const multiplied = ({ number, factors }: Product): Node => {
  const whole = factors.length === 0 ? undefined : factors.reduce((a, b) => ir.mul(a, b));
  if (!whole) return ir.scalar(number);
  return number === 1 ? whole : ir.mul(ir.scalar(number), whole);
};

const factored = (node: Node, readOnce: (node: Node) => boolean): Node | undefined => {
  const { op } = node.operation;
  if ((op !== 'add' && op !== 'sub') || node.dtype !== 'float32') return undefined;
  if (!node.inputs.every(({ shape }) => sameList(shape, node.shape))) return undefined;
  const [left, right] = node.inputs.map((x) => productOf(x, readOnce));
  if (!left || !right) return undefined;
  const common = inBoth(left.factors, right.factors);
  if (common.length === 0) return undefined;
  const [a, b] = [left, right].map(({ number, factors }) => multiplied({ number, factors: without(factors, common) }));
  const result = ir.mul(multiplied({ number: 1, factors: common }), ir.binary(op, a, b, node.span), node.span);
  return ir.broadcastTo(result, node.shape);
};

const run = (graph: Graph): Graph => {
  const enter = entering(run);
  const order = topological(graph.outputs.map((output) => output.node));
  const readers = readersOf(order, graph);
  /** Of nodes as they were: what is made anew is left for the next round. */
  const readOnce = (node: Node): boolean => readers.get(node) === 1;
  const map = new Map<Node, Node>();
  for (const old of order) {
    const inputs = old.inputs.map((x) => map.get(x) as Node);
    const node = enter(withInputs(old, inputs));
    map.set(old, (node === old ? factored(node, readOnce) : undefined) ?? node);
  }
  return withOutputs(
    graph,
    graph.outputs.map(({ node }) => map.get(node) as Node),
  );
};

export const factor: Pass = {
  name: 'factor',
  why: 'Slopes of products are sums of products with one factor in common.',
  run: (graph) => run(graph),
};
