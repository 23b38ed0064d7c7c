/**
 * Where in a step's memory each value lies: values that are not alive at the same time may lie at the same place. Largest first, each at
 * the lowest address where nothing is in its way, which comes close to the most bytes that are alive at once.
 */
import { slack } from './memory.ts';

/** Alive from one kernel to another, both included. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

export interface Layout {
  /** Offset of each lifetime. */
  readonly offsets: readonly number[];
  readonly bytes: number;
}

const alignment = 16;

export const layoutOf = (lifetimes: readonly Lifetime[]): Layout => {
  const sizes = lifetimes.map(({ bytes }) => Math.ceil((bytes + slack) / alignment) * alignment);
  const order = lifetimes.map((_, i) => i).sort((i, j) => sizes[j] - sizes[i] || i - j);
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const placed: number[] = []; // by offset
  let bytes = 0;
  for (const i of order) {
    const { first, last } = lifetimes[i];
    let at = 0;
    for (const j of placed) {
      const other = lifetimes[j];
      if (other.last < first || other.first > last) continue;
      if (offsets[j] >= at + sizes[i]) break;
      at = Math.max(at, offsets[j] + sizes[j]);
    }
    offsets[i] = at;
    bytes = Math.max(bytes, at + sizes[i]);
    let low = 0;
    for (let high = placed.length; low < high;) {
      const middle = (low + high) >> 1;
      if (offsets[placed[middle]] <= at) low = middle + 1;
      else high = middle;
    }
    placed.splice(low, 0, i);
  }
  return { offsets, bytes };
};
