/**
 * The order of units: as the graph has it, or greedily what adds least to the bytes alive, whichever has the lower peak. Finding the
 * best order is NP-hard; these two are near linear, and each is good where the other is not (deep chains, wide updates).
 */
import type { Node } from '../ir/graph.ts';
import { openHeap } from './heap.ts';
import { peakOf, type Cost } from './memory.ts';
import type { Storage, Unit } from './storage.ts';

/** Always the unit that leaves the fewest bytes more (or the most bytes fewer) alive; of equals the first in the graph. */
const greedyOrder = ({ units, bytes, leaves }: Storage): Unit[] => {
  const waiting = units.map(({ after }) => after.length);
  const users: number[][] = units.map(() => []);
  for (const { index, after } of units) for (const i of after) users[i].push(index);
  const readers: number[][] = bytes.map(() => []);
  for (const { index, reads } of units) for (const at of reads) readers[at].push(index);
  const left = readers.map(({ length }) => length);
  const done = units.map(() => false);

  const growth = ({ reads, writes, alias }: Unit): number => {
    if (alias) return -Infinity; // costs nothing and may set others free
    let sum = 0;
    for (const at of writes) sum += bytes[at];
    for (const at of reads) if (left[at] === 1 && !leaves[at]) sum -= bytes[at];
    return sum;
  };
  const heap = openHeap();
  const offer = (index: number): void => heap.push(growth(units[index]), index);
  units.forEach((_, index) => waiting[index] === 0 && offer(index));

  const order: Unit[] = [];
  for (let index = heap.pop(); index >= 0; index = heap.pop()) {
    if (done[index]) continue; // offered again at a better price
    done[index] = true;
    order.push(units[index]);
    for (const at of units[index].reads) {
      left[at]--;
      // its last reader has become cheaper
      if (left[at] === 1) {
        const reader = readers[at].find((i) => !done[i]);
        if (reader !== undefined && waiting[reader] === 0) offer(reader);
      }
    }
    for (const user of users[index]) if (--waiting[user] === 0) offer(user);
  }
  return order;
};

export const frugalOrder = (storage: Storage, costOf: (node: Node) => Cost): readonly Unit[] => {
  const greedy = greedyOrder(storage);
  return peakOf(greedy, storage, costOf) < peakOf(storage.units, storage, costOf) ? greedy : storage.units;
};
