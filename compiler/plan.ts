/**
 * The plan: a graph in the order in which it runs, with slots for its values and when each is dead. What an engine loads.
 * `plan` makes it: of two orders the one that keeps fewer bytes alive (plan/order.ts), on values told apart by where they are
 * kept (plan/storage.ts), with what it costs added up (plan/memory.ts).
 */
import type { Graph, Node, Place } from './ir/graph.ts';
import type { ArrayValue, DType, Operation, Shape } from './ir/operations.ts';
import type { Type } from './ir/shape.ts';
import { frugalOrder } from './plan/order.ts';
import { memoryOf, type Cost } from './plan/memory.ts';
import { bytesOf, storageOf, typeOfPart } from './plan/storage.ts';

export interface Slot {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly bytes: number;
}

export interface Instruction {
  readonly operation: Operation;
  /** Slots read. */
  readonly inputs: readonly number[];
  /** Slots written: one, except for `scan` (one for each part, -1 where nobody reads it). */
  readonly outputs: readonly number[];
  /** Slots whose last use this is (never inputs or outputs of the plan, never constants). */
  readonly frees: readonly number[];
  /** The plan of a loop's body. */
  readonly body?: Plan;
  readonly span?: Place;
}

export interface Plan {
  readonly slots: readonly Slot[];
  /** Slot of each input, in the graph's order. */
  readonly inputs: readonly { readonly name: string; readonly slot: number }[];
  /** Slot of each output; the same slot may occur twice, and may be an input or a constant. */
  readonly outputs: readonly { readonly name: string; readonly slot: number }[];
  /** Constants: uploaded once, when the plan is loaded. */
  readonly constants: readonly { readonly slot: number; readonly value: ArrayValue }[];
  readonly instructions: readonly Instruction[];
  /** The most bytes alive at once (without inputs and constants; a reshape shares its source's), and the sum over all instructions. */
  readonly peakBytes: number;
  readonly totalBytes: number;
}

/** Hands out slots; the parts of a loop have theirs under the loop and their number. */
const openSlots = () => {
  const slots: Slot[] = [];
  const ofNode = new Map<Node, number>();
  const ofLoop = new Map<Node, number[]>();
  const fresh = ({ shape, dtype }: Type): number => slots.push({ shape, dtype, bytes: bytesOf({ shape, dtype }) }) - 1;
  return {
    slots,
    write: (node: Node): number => {
      const slot = fresh(node);
      ofNode.set(node, slot);
      return slot;
    },
    writeLoop: (node: Node, read: ReadonlySet<number>, count: number): number[] => {
      const outputs = Array.from({ length: count }, (_, i) => (read.has(i) ? fresh(typeOfPart(node, i)) : -1));
      ofLoop.set(node, outputs);
      return outputs;
    },
    read: (node: Node): number => {
      const { operation } = node;
      const slot = operation.op === 'part' ? ofLoop.get(node.inputs[0])?.[operation.index] : ofNode.get(node);
      if (slot === undefined || slot < 0) throw new Error(`internal: ${operation.op} is read before it is computed`);
      return slot;
    },
  };
};

/** The plan of a graph. */
export const plan = (graph: Graph): Plan => {
  const bodies = new Map<Graph, Plan>();
  const bodyOf = (body: Graph): Plan => {
    const made = bodies.get(body) ?? plan(body);
    bodies.set(body, made);
    return made;
  };
  /** A loop costs, beside its results, what its body costs: at once one round's peak, in all every round's sum. */
  const costOf = ({ operation }: Node): Cost => {
    if (operation.op !== 'scan') return { peak: 0, total: 0 };
    const { peakBytes, totalBytes } = bodyOf(operation.body);
    return { peak: peakBytes, total: totalBytes * operation.length };
  };
  const storage = storageOf(graph);
  const order = frugalOrder(storage, costOf);
  const { frees, peakBytes, totalBytes } = memoryOf(order, storage, costOf);

  const { slots, write, writeLoop, read } = openSlots();
  const inputs = graph.inputs.map((node, i) => {
    const { operation } = node;
    return { name: operation.op === 'input' ? operation.name : `${i}`, slot: write(node) };
  });
  const constants = storage.constants.map(({ node, value }) => ({ slot: write(node), value }));
  const instructions = order.map((unit, position): Instruction => {
    const { node } = unit;
    const { operation, span } = node;
    const reads = node.inputs.map(read);
    const scan = operation.op === 'scan';
    const outputs = scan ? writeLoop(node, unit.parts, operation.body.outputs.length) : [write(node)];
    return {
      operation,
      inputs: reads,
      outputs,
      frees: frees[position].map(read),
      ...(scan ? { body: bodyOf(operation.body) } : {}),
      ...(span ? { span } : {}),
    };
  });
  const outputs = graph.outputs.map(({ name, node }) => ({ name, slot: read(node) }));
  return { slots, inputs, outputs, constants, instructions, peakBytes, totalBytes };
};
