/**
 * Graph -> units of work and the values between them. A value is kept somewhere: a reshape is kept where its source is, the parts of
 * a loop each in a place of their own, inputs and constants in places that the plan does not pay for.
 */
import { topological, type Graph, type Node } from '../ir/graph.ts';
import type { ArrayValue, OpName } from '../ir/operations.ts';
import { sizeOf, type Type } from '../ir/shape.ts';

/** One instruction to be. */
export interface Unit {
  readonly node: Node;
  /** Its place in the graph's own order. */
  readonly index: number;
  /** Places read (each once, those paid for only) and written. */
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** Units that must have run before. */
  readonly after: readonly number[];
  /** Values read and written, as they are read: nodes that are no `scan`. */
  readonly values: readonly Node[];
  /** Of a loop: which parts are read. */
  readonly parts: ReadonlySet<number>;
  /** Costs nothing: another name for what it reads. */
  readonly alias: boolean;
}

export interface Storage {
  readonly units: readonly Unit[];
  readonly constants: readonly { readonly node: Node; readonly value: ArrayValue }[];
  /** Bytes of every place, and whether its value leaves the plan. */
  readonly bytes: readonly number[];
  readonly leaves: readonly boolean[];
  /** Values that must not be freed: outputs. */
  readonly kept: ReadonlySet<Node>;
}

export const bytesOf = ({ shape, dtype }: Type): number => sizeOf(shape) * (dtype === 'bool' ? 1 : 4);

const aliases: ReadonlySet<OpName> = new Set<OpName>(['reshape', 'stop']);

/** A final carry, or a result stacked over the rounds. */
export const typeOfPart = ({ operation }: Node, index: number): Type => {
  if (operation.op !== 'scan') throw new Error(`internal: a part of ${operation.op}`);
  const { dtype, shape } = operation.body.outputs[index].node;
  return { dtype, shape: index < operation.carries ? shape : [operation.length, ...shape] };
};

/** Nowhere that the plan pays for. */
const outside = -1;

export const storageOf = (graph: Graph): Storage => {
  const order = topological(graph.outputs.map(({ node }) => node));
  const constants: { node: Node; value: ArrayValue }[] = [];
  const bytes: number[] = [];
  const place = new Map<Node, number>();
  const maker = new Map<Node, number>();
  const units: Unit[] = [];
  // one node for all that read the same part
  const partOf = new Map<Node, Map<number, Node>>();
  for (const node of order) {
    const { operation } = node;
    if (operation.op !== 'part') continue;
    const parts = partOf.get(node.inputs[0]) ?? new Map<number, Node>();
    if (!parts.has(operation.index)) parts.set(operation.index, node);
    partOf.set(node.inputs[0], parts);
  }
  const named = (node: Node): Node =>
    node.operation.op === 'part' ? (partOf.get(node.inputs[0])?.get(node.operation.index) ?? node) : node;

  const add = (node: Node): void => {
    const { operation } = node;
    const inputs = [...new Set(node.inputs.map(named))];
    const alias = aliases.has(operation.op);
    const parts = operation.op === 'scan' ? (partOf.get(node) ?? new Map<number, Node>()) : new Map<number, Node>();
    const made = operation.op === 'scan' ? [...parts.values()] : [node];
    const writes = alias ? [] : made.map((value) => bytes.push(bytesOf(value)) - 1);
    made.forEach((value, i) => place.set(value, alias ? (place.get(inputs[0]) as number) : writes[i]));
    const index = units.length;
    for (const value of made) maker.set(value, index);
    const reads = [...new Set(inputs.map((x) => place.get(x) as number))].filter((at) => at !== outside);
    const after = [...new Set(inputs.map((x) => maker.get(x)).filter((i) => i !== undefined))];
    units.push({
      node,
      index,
      reads,
      writes,
      after,
      values: [...inputs, ...made],
      parts: new Set(parts.keys()),
      alias,
    });
  };
  for (const node of graph.inputs) place.set(node, outside);
  for (const node of order) {
    const { operation } = node;
    if (operation.op === 'constant') {
      constants.push({ node, value: operation.value });
      place.set(node, outside);
    } else if (operation.op !== 'part' && operation.op !== 'input') add(node);
  }
  const kept = new Set(graph.outputs.map(({ node }) => named(node)));
  const leaves = bytes.map(() => false);
  for (const node of kept) if (place.get(node) !== outside) leaves[place.get(node) as number] = true;
  return { units, constants, bytes, leaves, kept };
};
