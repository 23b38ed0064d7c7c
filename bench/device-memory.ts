/** What TF.js's WebGPU backend holds on the card while something runs, seen where it hands out buffers. */
import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { Plan } from '../compiler/plan.ts';

interface Manager {
  acquireBuffer(size: number, ...rest: unknown[]): object;
  readonly numBytesUsed: number;
  readonly numBytesAllocated: number;
}

export interface Held {
  /** Of buffers asked for. */
  taken: number;
  /** The most bytes in buffers at once, and what was there before. */
  most: number;
  before: number;
  /** Buffers in use and those kept for the next that asks for their size. */
  allocated: number;
}

/** Counts from the last `begin`. */
export const watchMemory = (backend: KernelBackend): { readonly held: Held; begin(): void } => {
  const manager = (backend as unknown as { readonly bufferManager: Manager }).bufferManager;
  const held: Held = { taken: 0, most: 0, before: 0, allocated: 0 };
  const acquire = manager.acquireBuffer.bind(manager);
  manager.acquireBuffer = (size, ...rest) => {
    const buffer = acquire(size, ...rest);
    held.taken += size;
    held.most = Math.max(held.most, manager.numBytesUsed);
    held.allocated = manager.numBytesAllocated;
    return buffer;
  };
  const begin = (): void => {
    const { numBytesUsed: used, numBytesAllocated: allocated } = manager;
    Object.assign(held, { taken: 0, most: used, before: used, allocated });
  };
  return { held, begin };
};

/** The most bytes alive at once by the plan, with what is uploaded for each step: rows, the key, the number of the step. */
export const boundOf = ({ inputs, slots, peakBytes }: Plan): number =>
  inputs.reduce((sum, { name, slot }) => sum + (name.startsWith('var:') ? 0 : slots[slot].bytes), peakBytes);
