/**
 * Elementwise instructions over one shape that follow on each other, as one kernel: what passes between them stays in registers, and
 * only what others read is written. A group runs where its last member stood, so nobody in between may wait for one of its members.
 */
import { elementwiseOps } from '../../../compiler/ir/operations.ts';
import { sameList, sizeOf } from '../../../compiler/ir/shape.ts';
import type { Instruction, Plan } from '../../../compiler/plan.ts';

export interface Group {
  readonly members: readonly Instruction[];
  /** Slots read from outside, and slots of members that somebody else reads. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly frees: readonly number[];
}

export type Unit = Instruction | Group;
export const isGroup = (unit: Unit): unit is Group => 'members' in unit;

interface Draft {
  readonly members: number[];
  readonly slots: Set<number>;
}

/** `mostBuffers`: what one kernel may be bound to. */
export const fusePlan = (plan: Plan, mostBuffers: number): Unit[] => {
  const { instructions, slots } = plan;
  const kept = new Set(plan.outputs.map(({ slot }) => slot));
  const readers = new Map<number, number[]>();
  instructions.forEach(({ inputs }, i) => {
    for (const slot of new Set(inputs)) readers.set(slot, [...(readers.get(slot) ?? []), i]);
  });

  const read = ({ members, slots: own }: Draft): number[] => [
    ...new Set(members.flatMap((i) => instructions[i].inputs.filter((slot) => !own.has(slot)))),
  ];
  const written = ({ members, slots: own }: Draft): number[] =>
    [...own].filter((slot) => kept.has(slot) || (readers.get(slot) ?? []).some((i) => !members.includes(i)));

  /** Whether the members may all wait until position `end`. */
  const mayWait = (draft: Draft, end: number): boolean =>
    [...draft.slots].every((slot) => (readers.get(slot) ?? []).every((i) => i > end || draft.members.includes(i)));

  const groupOf = new Map<number, Draft>();
  const slotMaker = new Map<number, number>();
  instructions.forEach(({ operation, inputs, outputs }, i) => {
    for (const slot of outputs) if (slot >= 0) slotMaker.set(slot, i);
    const [target] = outputs;
    if (!elementwiseOps.has(operation.op) || sizeOf(slots[target].shape) === 0) return;
    let own: Draft = { members: [i], slots: new Set([target]) };
    const sources = new Set(
      inputs.map((slot) => groupOf.get(slotMaker.get(slot) ?? -1)).filter((g) => g !== undefined),
    );
    for (const source of sources) {
      const [first] = source.slots;
      if (!sameList(slots[first].shape, slots[target].shape)) continue;
      const merged: Draft = {
        members: [...source.members, ...own.members].sort((p, q) => p - q),
        slots: new Set([...source.slots, ...own.slots]),
      };
      if (!mayWait(merged, i) || read(merged).length + written(merged).length > mostBuffers) continue;
      own = merged;
    }
    for (const member of own.members) groupOf.set(member, own);
  });

  const units: Omit<Group, 'frees'>[] = [];
  instructions.forEach((instruction, i) => {
    const draft = groupOf.get(i);
    if (draft && draft.members.length > 1) {
      if (draft.members[draft.members.length - 1] !== i) return;
      const members = draft.members.map((k) => instructions[k]);
      units.push({ members, inputs: read(draft), outputs: written(draft) });
    } else units.push({ members: [instruction], inputs: instruction.inputs, outputs: instruction.outputs });
  });
  return withFrees(plan, units);
};

/** A slot dies with its last use, in the new order. */
const withFrees = (plan: Plan, units: readonly Omit<Group, 'frees'>[]): Unit[] => {
  const foreign = new Set([...plan.inputs, ...plan.outputs, ...plan.constants].map(({ slot }) => slot));
  const last = new Map<number, number>();
  units.forEach(({ inputs, outputs }, i) => [...inputs, ...outputs].forEach((slot) => last.set(slot, i)));
  const frees: number[][] = units.map(() => []);
  for (const [slot, i] of last) if (slot >= 0 && !foreign.has(slot)) frees[i].push(slot);
  return units.map((unit, i) =>
    unit.members.length > 1 ? { ...unit, frees: frees[i] } : { ...unit.members[0], frees: frees[i] },
  );
};
