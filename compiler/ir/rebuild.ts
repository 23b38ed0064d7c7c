/**
 * Taking graphs apart and putting them together: replacing nodes, finding what a loop body takes from outside, writing loops.
 * Nothing here is recursive, so graphs may be deep.
 */
import type { Span } from '../../grammar/span.ts';
import { topological, type Graph, type Node } from './graph.ts';
import { make } from './make.ts';
import { sizeOf } from './shape.ts';

/** The outputs with nodes replaced; what does not depend on a replaced node is kept, the rest is made (and simplified) anew. */
export const substitute = (outputs: readonly Node[], map: ReadonlyMap<Node, Node>): Node[] => {
  const done = new Map<Node, Node>(map);
  const stack: Node[] = [];
  for (const root of outputs) {
    stack.push(root);
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      if (done.has(node)) {
        stack.pop();
        continue;
      }
      const waiting = node.inputs.filter((x) => !done.has(x));
      if (waiting.length > 0) {
        for (let i = waiting.length - 1; i >= 0; i--) stack.push(waiting[i]);
        continue;
      }
      stack.pop();
      const inputs = node.inputs.map((x) => done.get(x) as Node);
      const same = inputs.every((x, i) => x === node.inputs[i]);
      done.set(node, same ? node : make(node.operation, inputs, node.span));
    }
  }
  return outputs.map((x) => done.get(x) as Node);
};

/** The nodes among `order` that depend on one of `inside` (these included). */
export const dependents = (order: readonly Node[], inside: readonly Node[]): Set<Node> => {
  const found = new Set<Node>(inside);
  for (const node of order) if (node.inputs.some((x) => found.has(x))) found.add(node);
  return found;
};

/** Small constants, also spread out, cost nothing to repeat. */
const isSmallConstant = (node: Node): boolean => {
  const source = node.operation.op === 'broadcast' ? node.inputs[0] : node;
  return source.operation.op === 'constant' && sizeOf(source.shape) <= 64;
};

/**
 * What a loop body must take from outside: the largest nodes that the outputs reach and that depend on none of `inside`.
 * Small constants are not among them, they stay in the body.
 */
export const captures = (outputs: readonly Node[], inside: readonly Node[]): Node[] => {
  const order = topological(outputs);
  const dependent = dependents(order, inside);
  const found = new Set<Node>();
  const consider = (node: Node): void => {
    if (!dependent.has(node) && !isSmallConstant(node)) found.add(node);
  };
  for (const node of order) if (dependent.has(node) && !inside.includes(node)) for (const x of node.inputs) consider(x);
  outputs.forEach(consider);
  return [...found];
};

/**
 * A loop written down: `body` is called once with the round and one element of everything, and gives the new carries and the results
 * of a round. What it uses from outside is found and captured.
 */
export const loop = (
  spec: {
    readonly length: number;
    readonly carries: readonly Node[];
    readonly sequences?: readonly Node[];
    readonly reverse?: boolean;
    readonly span?: Span;
  },
  body: (
    round: Node,
    carries: Node[],
    elements: Node[],
  ) => { readonly carries: readonly Node[]; readonly results?: readonly Node[] },
): { carries: Node[]; results: Node[] } => {
  const { length, carries, sequences = [], reverse = false, span } = spec;
  const own = (name: string, { dtype, shape }: Pick<Node, 'dtype' | 'shape'>): Node =>
    make({ op: 'input', name, dtype, shape }, []);
  const round = own('round', { dtype: 'int32', shape: [] });
  const carried = carries.map((x, i) => own(`carry${i}`, x));
  const elements = sequences.map((x, i) => own(`element${i}`, { dtype: x.dtype, shape: x.shape.slice(1) }));
  const made = body(round, carried, elements);
  const outputs = [...made.carries, ...(made.results ?? [])];
  const inside = [round, ...carried, ...elements];
  const outside = captures(outputs, inside);
  const captured = outside.map((x, i) => own(`capture${i}`, x));
  const rewritten = substitute(outputs, new Map(outside.map((x, i) => [x, captured[i]])));
  const graph: Graph = {
    inputs: [...inside, ...captured],
    outputs: rewritten.map((node, i) => ({
      name: i < carries.length ? `carry${i}` : `result${i - carries.length}`,
      node,
    })),
  };
  const scanned = make(
    { op: 'scan', body: graph, length, carries: carries.length, sequences: sequences.length, reverse },
    [...carries, ...sequences, ...outside],
    span,
  );
  const parts = graph.outputs.map((_, index) => make({ op: 'part', index }, [scanned], span));
  return { carries: parts.slice(0, carries.length), results: parts.slice(carries.length) };
};
