/**
 * What an order of units costs: which values die where, how many bytes are alive at most, and how many are written in all.
 */
import type { Node } from '../ir/graph.ts';
import type { Storage, Unit } from './storage.ts';

/** Bytes of a unit beside its results: at once, and in all. */
export interface Cost {
  readonly peak: number;
  readonly total: number;
}

export interface Memory {
  /** For each unit of the order, the values whose last use it is. */
  readonly frees: readonly (readonly Node[])[];
  readonly peakBytes: number;
  readonly totalBytes: number;
}

/** The most bytes alive at once: a unit's results are there before what it reads may go. */
export const peakOf = (order: readonly Unit[], { bytes, leaves }: Storage, costOf: (node: Node) => Cost): number => {
  const last = new Int32Array(bytes.length);
  order.forEach(({ reads, writes }, i) => {
    for (const at of writes) last[at] = i;
    for (const at of reads) last[at] = i;
  });
  let alive = 0;
  let peak = 0;
  order.forEach(({ node, reads, writes }, i) => {
    for (const at of writes) alive += bytes[at];
    peak = Math.max(peak, alive + costOf(node).peak);
    for (const at of reads) if (last[at] === i && !leaves[at]) alive -= bytes[at];
  });
  return peak;
};

export const memoryOf = (order: readonly Unit[], storage: Storage, costOf: (node: Node) => Cost): Memory => {
  const last = new Map<Node, number>();
  order.forEach(({ values }, i) => values.forEach((value) => last.set(value, i)));
  const frees: Node[][] = order.map(() => []);
  for (const [value, i] of last) {
    const { op } = value.operation;
    if (op !== 'input' && op !== 'constant' && !storage.kept.has(value)) frees[i].push(value);
  }
  let totalBytes = 0;
  for (const { node, writes } of order) {
    for (const at of writes) totalBytes += storage.bytes[at];
    totalBytes += costOf(node).total;
  }
  return { frees, peakBytes: peakOf(order, storage, costOf), totalBytes };
};
