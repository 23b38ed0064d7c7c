/**
 * Instructions that follow on each other as one kernel: what passes between them stays in registers, and only what others read is
 * written. A kernel is led by the shape of what it writes: elementwise instructions over as many elements, what they read by way of
 * moves, and the sums and small products that one invocation can make on its way. A group runs where its last member stood, so nobody
 * in between may wait for one of its members.
 */
import { elementwiseOps } from '../../../compiler/ir/operations.ts';
import { sizeOf } from '../../../compiler/ir/shape.ts';
import type { Instruction, Plan, Slot } from '../../../compiler/plan.ts';
import { isMove } from './inline.ts';
import { alongRows, isReduction, isTall } from './kernels/reductions.ts';

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

/** How an instruction may stand in a kernel with others. */
type Role =
  /** Computes each element from those at the same place. */
  | 'point'
  /** Another name for what it reads. */
  | 'alias'
  /** Reads from other places, each element once at most. */
  | 'move'
  /** Reads again and again: only what has been written. */
  | 'pick'
  /** Walks through what it reads, each element once. */
  | 'sum'
  /** Walks through what it reads, again and again. */
  | 'product'
  | undefined;

/** Of a product: how far one invocation walks, and how much all of them do, before TF.js's kernel for products is the better one. */
const furthest = 64;
const most = 2 ** 22;

const roleOf = ({ operation, inputs, outputs: [target] }: Instruction, slots: readonly Slot[]): Role => {
  const { op } = operation;
  if (target < 0 || op === 'scan' || sizeOf(slots[target].shape) === 0) return undefined;
  const size = sizeOf(slots[target].shape);
  if (elementwiseOps.has(op)) return 'point';
  if (op === 'reshape' || op === 'stop') return 'alias';
  if (isMove(operation)) return sizeOf(slots[inputs[0]].shape) >= size ? 'move' : 'pick';
  if (op === 'gather' || op === 'one_hot') return 'pick';
  if (isReduction(operation)) {
    const [input] = inputs.map((slot) => slots[slot]);
    const long = alongRows(operation, input) || isTall(input, slots[target]);
    return sizeOf(input.shape) > 0 && !long ? 'sum' : undefined;
  }
  if (op === 'matmul') {
    const { shape } = slots[inputs[0]];
    const length = shape[shape.length - ((operation as { readonly transposeA: boolean }).transposeA ? 2 : 1)];
    return length <= furthest && length * size <= most ? 'product' : undefined;
  }
  return undefined;
};

const walks = (role: Role): boolean => role === 'sum' || role === 'product';

/** `mostBuffers`: what one kernel may be bound to. */
export const fusePlan = (plan: Plan, mostBuffers: number): Unit[] => {
  const { instructions, slots } = plan;
  const kept = new Set(plan.outputs.map(({ slot }) => slot));
  const readers = new Map<number, number[]>();
  instructions.forEach(({ inputs }, i) => {
    for (const slot of new Set(inputs)) readers.set(slot, [...(readers.get(slot) ?? []), i]);
  });
  const roles = instructions.map((instruction) => roleOf(instruction, slots));

  const read = ({ members, slots: own }: Draft): number[] => [
    ...new Set(members.flatMap((i) => instructions[i].inputs.filter((slot) => !own.has(slot)))),
  ];
  const isWritten = ({ members }: Draft, slot: number): boolean =>
    kept.has(slot) || (readers.get(slot) ?? []).some((i) => !members.includes(i));
  const written = (draft: Draft): number[] => [...draft.slots].filter((slot) => isWritten(draft, slot));

  /** Whether the members may all wait until position `end`. */
  const mayWait = (draft: Draft, end: number): boolean =>
    [...draft.slots].every((slot) => (readers.get(slot) ?? []).every((i) => i > end || draft.members.includes(i)));

  const both = (a: Draft, b: Draft): Draft => ({
    members: [...a.members, ...b.members].sort((p, q) => p - q),
    slots: new Set([...a.slots, ...b.slots]),
  });
  const groupOf = new Map<number, Draft>();
  const slotMaker = new Map<number, number>();
  const maker = (slot: number): Draft | undefined => groupOf.get(slotMaker.get(slot) ?? -1);

  /** Whether instruction `i`, which reads `slot`, may ask its maker for single elements instead: nobody else reads it. */
  const isOnlyFor = (i: number, slot: number, source: Draft): boolean =>
    !kept.has(slot) &&
    readers.get(slot)?.length === 1 &&
    written(source).every((own) => own === slot) &&
    i > source.members[0];

  const fits = (role: Role, i: number, slot: number, source: Draft): boolean => {
    const target = instructions[i].outputs[0];
    if (role === 'alias') return true;
    if (role === 'point') return sizeOf(slots[slot].shape) === sizeOf(slots[target].shape);
    if (!isOnlyFor(i, slot, source)) return false;
    if (role === 'move') return true;
    if (role === 'sum') return source.members.every((k) => !walks(roles[k]));
    if (role === 'product')
      return source.members.every((k) => roles[k] === 'move' || roles[k] === 'pick' || roles[k] === 'alias');
    return false;
  };

  instructions.forEach(({ inputs, outputs }, i) => {
    for (const slot of outputs) if (slot >= 0) slotMaker.set(slot, i);
    const role = roles[i];
    if (!role) return;
    let own: Draft = { members: [i], slots: new Set([outputs[0]]) };
    for (const slot of new Set(inputs)) {
      const source = maker(slot);
      if (!source || source.members.some((k) => own.members.includes(k)) || !fits(role, i, slot, source)) continue;
      const merged = both(source, own);
      if (!mayWait(merged, i) || read(merged).length + written(merged).length > mostBuffers) continue;
      own = merged;
    }
    // a name for what is written elsewhere is no kernel
    if (role === 'alias' && own.members.length === 1) return;
    for (const member of own.members) groupOf.set(member, own);
  });
  return withFrees(plan, unitsOf(instructions, groupOf, roles, read, written));
};

type Bare = Omit<Group, 'frees'>;

const unitsOf = (
  instructions: readonly Instruction[],
  groupOf: ReadonlyMap<number, Draft>,
  roles: readonly Role[],
  read: (draft: Draft) => number[],
  written: (draft: Draft) => number[],
): Bare[] => {
  const single = (instruction: Instruction): Bare => ({ members: [instruction], ...instruction });
  return instructions.flatMap((instruction, i) => {
    const draft = groupOf.get(i);
    if (!draft || draft.members.length === 1) return [single(instruction)];
    if (draft.members[draft.members.length - 1] !== i) return [];
    const members = draft.members.map((k) => instructions[k]);
    const outputs = written(draft);
    // what is another name for something written as well is not written again
    const names = draft.members.filter((k) => roles[k] === 'alias' && outputs.includes(instructions[k].inputs[0]));
    const again = new Set(names.map((k) => instructions[k].outputs[0]).filter((slot) => outputs.includes(slot)));
    const group = { members, inputs: read(draft), outputs: outputs.filter((slot) => !again.has(slot)) };
    return [group, ...names.filter((k) => again.has(instructions[k].outputs[0])).map((k) => single(instructions[k]))];
  });
};

/** A slot dies with its last use, in the new order. */
const withFrees = (plan: Plan, units: readonly Bare[]): Unit[] => {
  const foreign = new Set([...plan.inputs, ...plan.outputs, ...plan.constants].map(({ slot }) => slot));
  const last = new Map<number, number>();
  units.forEach(({ inputs, outputs }, i) => [...inputs, ...outputs].forEach((slot) => last.set(slot, i)));
  const frees: number[][] = units.map(() => []);
  for (const [slot, i] of last) if (slot >= 0 && !foreign.has(slot)) frees[i].push(slot);
  return units.map(({ members, inputs, outputs }, i) =>
    members.length > 1 ? { members, inputs, outputs, frees: frees[i] } : { ...members[0], frees: frees[i] },
  );
};
