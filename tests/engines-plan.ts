/** A plan as plain as can be, until compiler/plan.ts has its own. */
import { topological, type Graph, type Node } from '../compiler/ir/graph.ts';
import { sizeOf } from '../compiler/ir/shape.ts';
import type { Instruction, Plan, Slot } from '../compiler/plan.ts';

export const plan = (graph: Graph): Plan => {
  const order = topological(graph.outputs.map(({ node }) => node));
  const slots: Slot[] = [];
  const slotOf = new Map<Node, number>();
  const parts = new Map<Node, number[]>();
  const fresh = ({ shape, dtype }: { shape: readonly number[]; dtype: Slot['dtype'] }): number =>
    slots.push({ shape, dtype, bytes: sizeOf(shape) * 4 }) - 1;
  for (const node of graph.inputs) slotOf.set(node, fresh(node));
  const constants: { slot: number; value: Extract<Node['operation'], { op: 'constant' }>['value'] }[] = [];
  const instructions: {
    operation: Node['operation'];
    inputs: number[];
    outputs: number[];
    frees: number[];
    body?: Plan;
  }[] = [];
  for (const node of order) {
    const { operation } = node;
    const inputs = node.inputs.map((x) => slotOf.get(x) as number);
    if (operation.op === 'input') continue;
    if (operation.op === 'constant') {
      slotOf.set(node, fresh(node));
      constants.push({ slot: slotOf.get(node) as number, value: operation.value });
    } else if (operation.op === 'scan') {
      const { body, carries, length } = operation;
      const outputs = body.outputs.map(() => -1);
      for (const user of order) {
        if (user.operation.op !== 'part' || user.inputs[0] !== node) continue;
        const { index } = user.operation;
        const shape = index < carries ? body.outputs[index].node.shape : [length, ...body.outputs[index].node.shape];
        if (outputs[index] < 0) outputs[index] = fresh({ shape, dtype: body.outputs[index].node.dtype });
      }
      parts.set(node, outputs);
      instructions.push({ operation, inputs, outputs, frees: [], body: plan(body) });
    } else if (operation.op === 'part') {
      slotOf.set(node, (parts.get(node.inputs[0]) as number[])[operation.index]);
    } else {
      slotOf.set(node, fresh(node));
      instructions.push({ operation, inputs, outputs: [slotOf.get(node) as number], frees: [] });
    }
  }
  const outputs = graph.outputs.map(({ name, node }) => ({ name, slot: slotOf.get(node) as number }));
  const inputs = graph.inputs.map((node, i) => ({
    name: node.operation.op === 'input' ? node.operation.name : `${i}`,
    slot: slotOf.get(node) as number,
  }));
  const keep = new Set([...outputs, ...inputs, ...constants].map(({ slot }) => slot));
  const last = new Map<number, (typeof instructions)[number]>();
  for (const instruction of instructions)
    for (const slot of [...instruction.outputs, ...instruction.inputs]) last.set(slot, instruction);
  for (const [slot, instruction] of last) if (slot >= 0 && !keep.has(slot)) instruction.frees.push(slot);
  return {
    slots,
    inputs,
    outputs,
    constants,
    instructions: instructions as Instruction[],
    peakBytes: 0,
    totalBytes: 0,
  };
};
