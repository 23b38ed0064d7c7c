/**
 * Where in a step's memory each value lies: values that are not alive at the same time may lie at the same place. Largest first, or
 * first what is large for long, whichever needs less; each at the lowest address where nothing is in its way. That comes close to the most
 * bytes that are alive at once. The step's results are memory from the start: until they are written they serve, too.
 */
import { slack } from './memory.ts';

/** Alive from one kernel to another, both included. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  /** May lie in spare memory. */
  readonly anywhere?: boolean;
}

/** Memory that somebody else will write, by the kernel `until`. */
export interface Spare {
  readonly bytes: number;
  readonly until: number;
}

export interface Layout {
  /** Offset of each lifetime: in the step's memory, or in spare memory. */
  readonly offsets: readonly number[];
  /** In which spare memory it lies; -1 for the step's own. */
  readonly spares: readonly number[];
  /** Of the step's own memory. */
  readonly bytes: number;
}

const alignment = 16;
const sizeWith = (bytes: number): number => Math.ceil((bytes + slack) / alignment) * alignment;

/** A stretch of memory, and who lies where in it. */
const openStretch = (lifetimes: readonly Lifetime[], sizes: readonly number[], offsets: readonly number[]) => {
  const placed: number[] = []; // by offset
  return {
    /** The lowest offset where nothing is in the way of a lifetime. */
    find: (i: number): number => {
      const { first, last } = lifetimes[i];
      let at = 0;
      for (const j of placed) {
        const other = lifetimes[j];
        if (other.last < first || other.first > last) continue;
        if (offsets[j] >= at + sizes[i]) break;
        at = Math.max(at, offsets[j] + sizes[j]);
      }
      return at;
    },
    put: (i: number): void => {
      let low = 0;
      for (let high = placed.length; low < high;) {
        const middle = (low + high) >> 1;
        if (offsets[placed[middle]] <= offsets[i]) low = middle + 1;
        else high = middle;
      }
      placed.splice(low, 0, i);
    },
  };
};

const layoutIn = (
  order: readonly number[],
  lifetimes: readonly Lifetime[],
  sizes: readonly number[],
  spare: readonly Spare[],
): Layout => {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const spares = new Array<number>(lifetimes.length).fill(-1);
  const own = openStretch(lifetimes, sizes, offsets);
  // the smallest first, so that what fits in little does not take much
  const others = spare
    .map(({ bytes, until }, index) => ({
      index,
      until,
      size: sizeWith(bytes),
      ...openStretch(lifetimes, sizes, offsets),
    }))
    .sort((a, b) => a.size - b.size || a.index - b.index);
  let bytes = 0;
  for (const i of order) {
    const { last, anywhere } = lifetimes[i];
    const host = anywhere
      ? others.find(({ until, size, find }) => last < until && sizes[i] <= size && find(i) + sizes[i] <= size)
      : undefined;
    const stretch = host ?? own;
    offsets[i] = stretch.find(i);
    stretch.put(i);
    if (host) spares[i] = host.index;
    else bytes = Math.max(bytes, offsets[i] + sizes[i]);
  }
  return { offsets, spares, bytes };
};

export const layoutOf = (lifetimes: readonly Lifetime[], spare: readonly Spare[] = []): Layout => {
  const sizes = lifetimes.map(({ bytes }) => sizeWith(bytes));
  const areas = sizes.map((size, i) => size * (lifetimes[i].last - lifetimes[i].first + 1));
  const by = (price: readonly number[]): number[] =>
    lifetimes.map((_, i) => i).sort((i, j) => price[j] - price[i] || sizes[j] - sizes[i] || i - j);
  const found = [sizes, areas].map((price) => layoutIn(by(price), lifetimes, sizes, spare));
  return found.reduce((best, other) => (other.bytes < best.bytes ? other : best));
};
