/**
 * Works -> kernels: pointwise works and reductions over the same numbers run in one loop, so that what passes between them stays in
 * registers. A work joins the groups that it reads from, unless something outside has to run in between.
 */
import { sizeOf } from '../../../compiler/ir/shape.ts';
import type { DType, Operation, ReductionOp } from '../../../compiler/ir/operations.ts';
import { isDense } from '../strided.ts';
import { stridesIn, type View } from './views.ts';
import { targetsOf, type Pointwise, type Reduction, type Work, type Works } from './work.ts';

/** A value in a fused loop: loaded, computed by an earlier step of it, or a number written down. */
export type Operand =
  { readonly load: number } | { readonly step: number } | { readonly number: number; readonly dtype: DType };

export interface Access {
  readonly place: number;
  /** In numbers. */
  readonly offset: number;
  readonly strides: readonly number[];
  readonly dtype: DType;
}

/** One loop over `dims`. */
export interface Fused {
  readonly kind: 'fused';
  readonly dims: readonly number[];
  readonly loads: readonly Access[];
  readonly steps: readonly {
    readonly operation: Operation;
    readonly args: readonly Operand[];
    readonly argTypes: readonly DType[];
    readonly dtype: DType;
  }[];
  readonly stores: readonly (Access & { readonly value: Operand })[];
  /** Which dims are summed away, and what is. Strides of the result are 0 there. */
  readonly reduced: readonly boolean[];
  readonly reductions: readonly (Access & { readonly op: ReductionOp; readonly value: Operand })[];
}

export type Kernel = Fused | Exclude<Work, Pointwise | Reduction>;

type Fusible = Pointwise | Reduction;
const isFusible = (work: Work): work is Fusible => work.kind === 'pointwise' || work.kind === 'reduction';

/** A loop of more than this is too much for the registers. */
const mostMembers = 24;
const mostPointers = 14;

interface Group {
  readonly members: number[];
  /** Extents without axes of size 1, and which of them are reduced. */
  readonly dims: string;
  readonly axes: string;
  readonly last: number;
  /** Greater than that of every group that must run before. */
  rank: number;
}

const squeezed = (shape: readonly number[]): number[] => shape.filter((n) => n !== 1);
const reducedDims = (work: Reduction): boolean[] =>
  work.shape.flatMap((n, i) => (n === 1 ? [] : [work.axes.includes(i)]));

/** Works that must run before each work: writers of what it reads, and earlier writers of what it writes. */
const dependencies = (works: readonly Work[], places: number): number[][] => {
  const writers: number[][] = Array.from({ length: places }, () => []);
  return works.map((work, i) => {
    const before = new Set<number>();
    for (const { place } of work.args) for (const j of writers[place]) before.add(j);
    for (const { place } of targetsOf(work)) {
      for (const j of writers[place]) before.add(j);
      writers[place].push(i);
    }
    return [...before];
  });
};

/** Whether a work reads what another has just computed, number by number. */
const readsDirectly = (work: Fusible, from: Pointwise): boolean =>
  isDense(from.target) &&
  from.target.offset === 0 &&
  String(squeezed(work.shape)) === String(squeezed(from.shape)) &&
  work.args.some((arg) => arg.place === from.target.place && isDirect(arg, work));

const isDirect = (arg: View, work: Fusible): boolean =>
  arg.offset === 0 && isDense(arg) && sizeOf(arg.shape) === sizeOf(work.shape);

const groupWorks = ({ works, places }: Works): Group[] => {
  const before = dependencies(works, places.length);
  const groupOf: Group[] = [];
  const groups = new Set<Group>();

  const after: number[][] = works.map(() => []);
  const neighbours = (group: Group, of: readonly number[][]): Group[] => [
    ...new Set(group.members.flatMap((m) => of[m].map((j) => groupOf[j])).filter((other) => other !== group)),
  ];

  /** Whether one of the goals must run before any of `starts`: it would have to be of lower rank. */
  const reaches = (goals: ReadonlySet<Group>, starts: readonly Group[]): boolean => {
    const lowest = Math.min(...[...goals].map(({ rank }) => rank));
    const seen = new Set<Group>(starts);
    const open = [...starts];
    for (let group = open.pop(); group; group = open.pop()) {
      if (group.rank <= lowest) continue;
      for (const other of neighbours(group, before)) {
        if (goals.has(other)) return true;
        if (!seen.has(other)) {
          seen.add(other);
          open.push(other);
        }
      }
    }
    return false;
  };

  /** What depends on a group whose rank has risen rises with it. */
  const raise = (start: Group): void => {
    const open = [start];
    for (let group = open.pop(); group; group = open.pop())
      for (const other of neighbours(group, after))
        if (other.rank <= group.rank) {
          other.rank = group.rank + 1;
          open.push(other);
        }
  };

  /** Whether all that work m wants of work j can be handed over number by number. */
  const inRegisters = (m: number, j: number): boolean => {
    const [work, source] = [works[m], works[j]];
    if (!isFusible(work) || source.kind !== 'pointwise' || !readsDirectly(work, source)) return false;
    return work.args.every((arg) => arg.place !== source.target.place || isDirect(arg, work));
  };

  const readersOf: number[][] = places.map(() => []);
  works.forEach(({ args }, i) => args.forEach(({ place }) => readersOf[place].push(i)));

  /** Addresses that a loop needs: what it reads from outside, and what leaves it. */
  const pointers = (members: readonly number[]): number => {
    const inside = new Set(members);
    const written = new Set(members.flatMap((i) => targetsOf(works[i]).map(({ place }) => place)));
    const read = new Set(members.flatMap((i) => works[i].args.map(({ place }) => place)));
    const leaves = (place: number): boolean =>
      places[place].from === 'output' || readersOf[place].some((i) => !inside.has(i));
    const loaded = [...read].filter((place) => !written.has(place) && places[place].literal === undefined);
    return loaded.length + [...written].filter(leaves).length;
  };

  works.forEach((work, i) => {
    const dims = isFusible(work) ? squeezed(work.shape).join() : '';
    const axes = work.kind === 'reduction' ? reducedDims(work).join() : '';
    for (const j of before[i]) after[j].push(i);
    const rank = 1 + Math.max(-1, ...before[i].map((j) => groupOf[j].rank));
    let own: Group = { members: [i], dims, axes, last: i, rank };
    groupOf[i] = own;
    groups.add(own);
    if (!isFusible(work)) return;
    const candidates = new Set<Group>();
    for (const j of before[i]) {
      const source = works[j];
      if (source.kind === 'pointwise' && readsDirectly(work, source)) candidates.add(groupOf[j]);
    }
    for (const group of candidates) {
      if (group === own) continue; // merged by an earlier candidate
      if (group.dims !== own.dims || (group.axes !== '' && own.axes !== '' && group.axes !== own.axes)) continue;
      const members = [...group.members, ...own.members].sort((p, q) => p - q);
      if (members.length > mostMembers || pointers(members) > mostPointers) continue;
      const both = new Set([group, own]);
      if (!members.every((m) => before[m].every((j) => !both.has(groupOf[j]) || inRegisters(m, j)))) continue;
      const outside = new Set(members.flatMap((m) => before[m].map((j) => groupOf[j])).filter((g) => !both.has(g)));
      if (reaches(both, [...outside])) continue;
      const merged: Group = {
        members,
        dims: own.dims,
        axes: own.axes || group.axes,
        last: Math.max(group.last, own.last),
        rank: Math.max(group.rank, own.rank),
      };
      for (const member of members) groupOf[member] = merged;
      groups.delete(group);
      groups.delete(own);
      groups.add(merged);
      raise(merged);
      own = merged;
    }
  });
  return ordered([...groups], groupOf, before);
};

/** Groups in an order in which each runs after what it needs; of those that may run, the one whose last work comes first in the plan. */
const ordered = (groups: readonly Group[], groupOf: readonly Group[], before: readonly number[][]): Group[] => {
  const sorted = [...groups].sort((p, q) => p.last - q.last);
  const done = new Set<Group>();
  const result: Group[] = [];
  for (const start of sorted) {
    const stack = [start];
    while (stack.length > 0) {
      const group = stack[stack.length - 1];
      if (done.has(group)) {
        stack.pop();
        continue;
      }
      const waiting = new Set<Group>();
      for (const member of group.members)
        for (const j of before[member]) if (groupOf[j] !== group && !done.has(groupOf[j])) waiting.add(groupOf[j]);
      if (waiting.size === 0) {
        done.add(group);
        result.push(group);
        stack.pop();
      } else stack.push(...waiting);
    }
  }
  return result;
};

/** The loop of a group. `needed`: places that somebody outside the group reads. */
const build = ({ works, places }: Works, group: Group, needed: (place: number, group: Group) => boolean): Fused => {
  const loads: Access[] = [];
  const keys = new Map<string, number>();
  const values = new Map<number, Operand>();
  const steps: Fused['steps'][number][] = [];
  const stores: Fused['stores'][number][] = [];
  const reductions: Fused['reductions'][number][] = [];
  const members = group.members.map((i) => works[i] as Fusible);
  const dims = squeezed(members[0].shape);
  const inDims = (strides: readonly number[], shape: readonly number[]): number[] =>
    strides.filter((_, i) => shape[i] !== 1);

  const operand = (arg: View, work: Fusible): Operand => {
    const computed = values.get(arg.place);
    if (computed && isDirect(arg, work)) return computed;
    const { literal } = places[arg.place];
    if (literal !== undefined) return { number: literal, dtype: arg.dtype };
    const access: Access = {
      place: arg.place,
      offset: arg.offset,
      strides: inDims(stridesIn(arg, work.shape), work.shape),
      dtype: arg.dtype,
    };
    const key = `${access.place} ${access.offset} ${access.strides.join()}`;
    const known = keys.get(key) ?? loads.push(access) - 1;
    keys.set(key, known);
    return { load: known };
  };

  for (const work of members) {
    const args = work.args.map((arg) => operand(arg, work));
    if (work.kind === 'reduction') {
      const kept = work.shape.flatMap((n, i) => (work.axes.includes(i) ? [] : [{ n, i }]));
      const strides = work.shape.map((_, i) => {
        const at = kept.findIndex((k) => k.i === i);
        return at < 0 ? 0 : work.target.strides[at];
      });
      const { place, offset, dtype } = work.target;
      reductions.push({ place, offset, dtype, strides: inDims(strides, work.shape), op: work.op, value: args[0] });
      continue;
    }
    const { place, offset, dtype, strides } = work.target;
    const argTypes = work.args.map((arg) => arg.dtype);
    const value: Operand =
      work.operation.op === 'stop'
        ? args[0]
        : { step: steps.push({ operation: work.operation, args, argTypes, dtype }) - 1 };
    const directly = isDense(work.target) && offset === 0;
    if (directly) values.set(place, value);
    if (!directly || needed(place, group))
      stores.push({ place, offset, dtype, strides: inDims(strides, work.shape), value });
  }
  const first = members.find((work) => work.kind === 'reduction');
  const reduced = first ? reducedDims(first) : dims.map(() => false);
  return { kind: 'fused', dims, loads, steps, stores, reduced, reductions };
};

/** Whether a work reads a place in a way that cannot stay in registers. */
const readsFromMemory = (work: Work, place: number): boolean =>
  work.args.some((arg) => arg.place === place && !(isFusible(work) && isDirect(arg, work)));

export const fuse = (lowered: Works): Kernel[] => {
  const { works, places, outputs } = lowered;
  const groups = groupWorks(lowered);
  const readers: { group: Group; work: Work }[][] = places.map(() => []);
  for (const group of groups)
    for (const i of group.members)
      for (const { place } of works[i].args) readers[place].push({ group, work: works[i] });
  const shared = new Set(outputs.flatMap((output) => (output.kind === 'shared' ? [output.place] : [])));
  const needed = (place: number, group: Group): boolean =>
    places[place].from === 'output' ||
    shared.has(place) ||
    readers[place].some((reader) => reader.group !== group || readsFromMemory(reader.work, place));
  return groups.map((group): Kernel => {
    const work = works[group.members[0]];
    return isFusible(work) ? build(lowered, group, needed) : work;
  });
};
