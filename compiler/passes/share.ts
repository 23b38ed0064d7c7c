/**
 * Common subexpressions: nodes with the same operation, attributes and inputs become one. Draws with one law, shape, site and key are
 * equal by the meaning of `random`; loops with equal bodies and inputs are equal.
 */
import type { Graph, Node } from '../ir/graph.ts';
import { topological } from '../ir/graph.ts';
import type { ArrayValue, Operation, OpName } from '../ir/operations.ts';
import { sizeOf } from '../ir/shape.ts';
import { entering, withInputs, withOutputs, type Pass } from './pass.ts';

const commutative: ReadonlySet<OpName> = new Set<OpName>(['add', 'mul', 'max', 'min', 'eq', 'ne', 'and', 'or']);

/** Constants up to this size are compared number by number; larger ones by the array that holds them. */
const comparedSize = 256;

/** Names things by identity, in the order in which they are met. */
const numbering = <T>(): ((x: T) => number) => {
  const known = new Map<T, number>();
  return (x) => {
    const found = known.get(x);
    if (found !== undefined) return found;
    known.set(x, known.size);
    return known.size - 1;
  };
};

/** Numbers by which nodes and arrays are told apart. */
export interface Names {
  readonly node: (node: Node) => number;
  /** Of an array that is made later, the array itself. */
  readonly data: (data: object) => number;
}

const valueKey = (value: ArrayValue, names: Names): string => {
  const { dtype, shape } = value;
  const numbers =
    sizeOf(shape) <= comparedSize
      ? Array.from(value.data, (x) => (Object.is(x, -0) ? '-0' : String(x))).join(',')
      : `#${names.data(value.bounds ? value : value.data)}`;
  return `${dtype}[${shape.join(',')}]${numbers}`;
};

/** Everything that an operation says, apart from its inputs. */
const operationKey = (operation: Operation, names: Names): string => {
  if (operation.op === 'constant') return `constant ${valueKey(operation.value, names)}`;
  if (operation.op === 'scan') {
    const { op, body, ...attributes } = operation;
    return `${op} ${JSON.stringify(attributes)} ${graphKey(body, names)}`;
  }
  for (const key in operation) if (key !== 'op') return JSON.stringify(operation);
  return operation.op;
};

/** Equal for nodes that compute the same from inputs with these numbers. */
export const nodeKey = (node: Node, inputs: readonly number[], names: Names): string => {
  const ids = commutative.has(node.operation.op) ? [...inputs].sort((a, b) => a - b) : inputs;
  return `${operationKey(node.operation, names)} ${ids.join(' ')}`;
};

/** Equal for bodies that compute the same in the same way, whatever their inputs are called. */
export const graphKey = (graph: Graph, names: Names): string => {
  const position = new Map(graph.inputs.map((node, i) => [node, i]));
  const lines: string[] = [];
  for (const node of topological(graph.outputs.map((o) => o.node))) {
    if (position.has(node)) continue;
    lines.push(
      nodeKey(
        node,
        node.inputs.map((x) => position.get(x) as number),
        names,
      ),
    );
    position.set(node, position.size);
  }
  const types = graph.inputs.map(({ dtype, shape }) => `${dtype}[${shape.join(',')}]`);
  return `{${types.join(' ')}; ${lines.join('; ')} -> ${graph.outputs.map((o) => position.get(o.node)).join(' ')}}`;
};

export const openNames = (): Names => ({ node: numbering(), data: numbering() });

const run = (graph: Graph): Graph => {
  const names = openNames();
  const enter = entering(run);
  const first = new Map<string, Node>();
  const map = new Map<Node, Node>();
  for (const old of topological(graph.outputs.map((o) => o.node))) {
    const node = enter(
      withInputs(
        old,
        old.inputs.map((x) => map.get(x) as Node),
      ),
    );
    const { op } = node.operation;
    const key = op === 'input' ? `input ${names.node(node)}` : nodeKey(node, node.inputs.map(names.node), names);
    const same = first.get(key);
    if (!same) first.set(key, node);
    map.set(old, same ?? node);
  }
  return withOutputs(
    graph,
    graph.outputs.map((o) => map.get(o.node) as Node),
  );
};

/** Before differentiating: what a formula says twice gets one cotangent, the sum, instead of two that are passed on side by side. */
export const sharedNode = (node: Node): Node => run({ inputs: [], outputs: [{ name: '', node }] }).outputs[0].node;

export const share: Pass = {
  name: 'share',
  why: 'Reverse mode writes the same slope once for every use, and readers of a formula repeat themselves too.',
  run: (graph) => run(graph),
};
