/**
 * Nodes and graphs: immutable plain data. A node refers to its inputs directly, so a graph is what its outputs reach;
 * `Graph` fixes the order of inputs and outputs. Two nodes are the same only if they are one object (passes/share.ts merges equals).
 */
import type { Span } from '../../grammar/span.ts';
import type { DType, Operation, Shape } from './operations.ts';

/** A place in the source; of one in the library also where the spec called it. */
export interface Place extends Span {
  readonly site?: Span;
}

export interface Node {
  readonly operation: Operation;
  readonly inputs: readonly Node[];
  readonly shape: Shape;
  readonly dtype: DType;
  /** Where in the source it comes from. */
  readonly span?: Place;
}

export interface Graph {
  /** Nodes with op `input`, in the order in which values are given. Inputs that no output reaches stay in the list. */
  readonly inputs: readonly Node[];
  readonly outputs: readonly { readonly name: string; readonly node: Node }[];
}

/** All nodes that the outputs reach, inputs of a node before the node. Not recursive: graphs may be deep. Does not enter loop bodies. */
export const topological = (outputs: readonly Node[]): Node[] => {
  const order: Node[] = [];
  const done = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  for (const root of outputs) {
    if (done.has(root)) continue;
    done.add(root);
    stack.push({ node: root, next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (top.next < top.node.inputs.length) {
        const child = top.node.inputs[top.next++];
        if (!done.has(child)) {
          done.add(child);
          stack.push({ node: child, next: 0 });
        }
      } else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
};

/** The graph of these outputs: `first` are its first inputs, other inputs follow in the order in which they are reached. */
export const graphOf = (
  outputs: readonly { readonly name: string; readonly node: Node }[],
  first: readonly Node[] = [],
): Graph => {
  const inputs = [...first];
  for (const node of topological(outputs.map((o) => o.node)))
    if (node.operation.op === 'input' && !inputs.includes(node)) inputs.push(node);
  return { inputs, outputs };
};
