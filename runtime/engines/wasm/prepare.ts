/**
 * Plan -> kernels in their order, with an offset for everything that lives in between; loop bodies within. Addresses come later.
 */
import type { Plan } from '../../../compiler/plan.ts';
import { fuse, type Access, type Kernel } from './fuse.ts';
import { layoutOf, type Lifetime } from './layout.ts';
import { lower } from './lower.ts';
import { bytesFor } from './views.ts';
import { patchBytes } from './windows.ts';
import { targetsOf, type Loop, type Place, type Works } from './work.ts';

/** Memory of a loop beside its results; offsets from the step's base. */
export interface LoopMemory {
  readonly body: Prepared;
  readonly bodyBase: number;
  /** Addresses for the body: round, carries, elements, captures, then its outputs. And the number of the round. */
  readonly table: number;
  readonly round: number;
  /** Two places for each carry: the last round writes the first, which is the target where somebody reads it. */
  readonly carries: readonly { readonly even: number | undefined; readonly odd: number }[];
  /** Of results that nobody reads. */
  readonly unread: readonly (number | undefined)[];
}

export interface Prepared {
  readonly plan: Plan;
  readonly places: readonly Place[];
  readonly outputs: Works['outputs'];
  readonly kernels: readonly Kernel[];
  /** Offset of each place that lives in the step: from its base, or in the output that it uses while that is not written. */
  readonly offsets: readonly number[];
  /** Which output that is; -1: none. */
  readonly within: readonly number[];
  /** Of each kernel: memory it needs while it runs. */
  readonly scratch: readonly (number | undefined)[];
  readonly loops: readonly (LoopMemory | undefined)[];
  readonly bytes: number;
}

/** Places a kernel reads and writes. */
const touched = (kernel: Kernel): number[] =>
  kernel.kind === 'fused'
    ? [...kernel.loads, ...kernel.stores, ...kernel.reductions].map(({ place }) => place)
    : [...kernel.args, ...targetsOf(kernel)].map(({ place }) => place);

/**
 * Of a loop over numbers: places that it writes, each with one that it reads in the same order and nobody reads again. There the result
 * may take the place of the operand, and the memory is in the cache already.
 */
const inPlace = (kernel: Kernel, mayEnd: (place: number) => boolean): [written: number, read: number][] => {
  if (kernel.kind !== 'fused') return [];
  const free = new Set(kernel.loads.map(({ place }) => place).filter(mayEnd));
  return kernel.stores.flatMap(({ place, offset, strides, dtype }): [number, number][] => {
    const aligned = (load: Access): boolean =>
      load.offset === offset && load.dtype === dtype && load.strides.join() === strides.join();
    for (const read of free) {
      if (!kernel.loads.every((load) => load.place !== read || aligned(load))) continue;
      free.delete(read);
      return [[place, read]];
    }
    return [];
  });
};

export const prepare = (plan: Plan, sharing: boolean): Prepared => {
  const lowered = lower(plan, sharing);
  const kernels = fuse(lowered);
  const { places, outputs } = lowered;
  const first = new Array<number>(places.length).fill(-1);
  const last = new Array<number>(places.length).fill(-1);
  kernels.forEach((kernel, i) => {
    for (const place of touched(kernel)) {
      if (first[place] < 0) first[place] = i;
      last[place] = i;
    }
  });
  const lifetimes: Lifetime[] = [];
  const live = (bytes: number, from: number, to: number, anywhere = false): number =>
    lifetimes.push({ bytes, first: from, last: to, anywhere }) - 1;
  const owner = places.map((_, i) => i);
  kernels.forEach((kernel, i) => {
    const own = (place: number): boolean => places[place].from === 'step';
    for (const [written, read] of inPlace(kernel, (place) => own(place) && last[place] === i))
      if (own(written) && first[written] === i && places[written].bytes === places[read].bytes)
        owner[written] = owner[read];
  });
  const until = [...last];
  owner.forEach((whose, i) => (until[whose] = Math.max(until[whose], last[i])));
  const ofOwner = places.map(({ from, bytes }, i) =>
    from === 'step' && first[i] >= 0 && owner[i] === i ? live(bytes, first[i], until[i], true) : undefined,
  );
  const ofPlace = owner.map((whose) => ofOwner[whose]);
  // in a loop an output may be a row of a stack, with others beside it
  const spare = sharing ? places.flatMap(({ from, bytes, index }, i) => (from === 'output' && first[i] >= 0 ? [{ bytes, index, until: first[i] }] : [])) : []; // prettier-ignore
  const ofScratch = kernels.map((kernel, i) =>
    kernel.kind === 'window'
      ? live(
          patchBytes(
            kernel.op,
            kernel.window,
            kernel.args.map(({ shape }) => shape),
            kernel.target.shape,
          ),
          i,
          i,
        )
      : undefined,
  );
  const ofLoop = kernels.map((kernel, i) =>
    kernel.kind === 'loop' ? loopLifetimes(kernel, (bytes) => live(bytes, i, i)) : undefined,
  );
  const { offsets, spares, bytes } = layoutOf(lifetimes, spare);
  const at = (index: number): number => offsets[index];
  return {
    plan,
    places,
    outputs,
    kernels,
    offsets: ofPlace.map((index) => (index === undefined ? -1 : at(index))),
    within: ofPlace.map((index) => (index === undefined || spares[index] < 0 ? -1 : spare[spares[index]].index)),
    scratch: ofScratch.map((index) => (index === undefined ? undefined : at(index))),
    loops: ofLoop.map((loop) => loop?.(at)),
    bytes,
  };
};

/** Bytes that a step takes for itself and for its results, all at once; what comes in and constants are the caller's. */
export const heldBytes = ({ bytes, outputs }: Prepared): number =>
  outputs.reduce((sum, output) => sum + (output.kind === 'written' ? bytesFor(output.dtype, output.shape) : 0), bytes);

const loopLifetimes = (
  loop: Loop,
  live: (bytes: number) => number,
): ((at: (index: number) => number) => LoopMemory) => {
  const body = prepare(loop.body, false);
  const { carries } = loop.operation;
  const { inputs, outputs, slots } = loop.body;
  const sizeOfOutput = (i: number): number => bytesFor(slots[outputs[i].slot].dtype, slots[outputs[i].slot].shape);
  const bodyBase = live(body.bytes);
  const table = live(4 * (inputs.length + outputs.length));
  const round = live(4);
  const pairs = Array.from({ length: carries }, (_, i) => ({
    even: loop.targets[i] ? undefined : live(sizeOfOutput(i)),
    odd: live(sizeOfOutput(i)),
  }));
  const unread = outputs.map((_, i) => (i >= carries && !loop.targets[i] ? live(sizeOfOutput(i)) : undefined));
  return (at) => ({
    body,
    bodyBase: at(bodyBase),
    table: at(table),
    round: at(round),
    carries: pairs.map(({ even, odd }) => ({ even: even === undefined ? undefined : at(even), odd: at(odd) })),
    unread: unread.map((index) => (index === undefined ? undefined : at(index))),
  });
};
