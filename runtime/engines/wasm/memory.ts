/**
 * One linear memory and who holds which part of it: what was given back is handed out again to the next who wants as much, since a step
 * wants what the last one wanted; else best fit, neighbours that are free joined. Every part is followed by 16 bytes
 * that nobody holds, so that kernels may read a whole vector at its end.
 */
import type { DType } from '../../../compiler/ir/operations.ts';
import type { Data } from '../host/walk.ts';
import { OutOfMemory } from '../out-of-memory.ts';

const page = 65536;
const alignment = 16;
export const slack = 16;

export interface Memory {
  readonly memory: WebAssembly.Memory;
  /** An address, for so many bytes. */
  take(bytes: number): number;
  give(address: number): void;
  /** The numbers there; valid until more memory is taken. */
  view(dtype: DType, address: number, size: number): Data;
  /** All of it as 32-bit words. */
  words(): Int32Array;
  /** Bytes that the memory has grown to. */
  total(): number;
}

const roundUp = (bytes: number): number => Math.ceil((bytes + slack) / alignment) * alignment;

export const openMemory = (): Memory => {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
  // sorted by address
  const starts: number[] = [page]; // the first page is never handed out: a wrong address shows
  const sizes: number[] = [15 * page];
  const held = new Map<number, number>();
  /** Given back and not joined yet, by size. */
  const ready = new Map<number, number[]>();

  const insert = (address: number, size: number): void => {
    let low = 0;
    for (let high = starts.length; low < high;) {
      const middle = (low + high) >> 1;
      if (starts[middle] < address) low = middle + 1;
      else high = middle;
    }
    const joinsBefore = low > 0 && starts[low - 1] + sizes[low - 1] === address;
    const joinsAfter = low < starts.length && address + size === starts[low];
    if (joinsBefore && joinsAfter) {
      sizes[low - 1] += size + sizes[low];
      starts.splice(low, 1);
      sizes.splice(low, 1);
    } else if (joinsBefore) sizes[low - 1] += size;
    else if (joinsAfter) {
      starts[low] = address;
      sizes[low] += size;
    } else {
      starts.splice(low, 0, address);
      sizes.splice(low, 0, size);
    }
  };

  const grow = (size: number): void => {
    const end = memory.buffer.byteLength;
    const last = starts.length - 1;
    const free = last >= 0 && starts[last] + sizes[last] === end ? sizes[last] : 0;
    const pages = Math.max(Math.ceil((size - free) / page), Math.min(Math.ceil(end / page / 4), 4096));
    try {
      memory.grow(pages);
    } catch {
      throw new OutOfMemory(end + size);
    }
    insert(end, pages * page);
  };

  const joinAll = (): boolean => {
    const any = ready.size > 0;
    for (const [size, addresses] of ready) for (const address of addresses) insert(address, size);
    ready.clear();
    return any;
  };

  const take = (bytes: number): number => {
    const size = roundUp(bytes);
    const same = ready.get(size)?.pop();
    if (same !== undefined) {
      held.set(same, size);
      return same;
    }
    for (;;) {
      let best = -1;
      for (let i = 0; i < sizes.length; i++)
        if (sizes[i] >= size && (best < 0 || sizes[i] < sizes[best])) {
          best = i;
          if (sizes[i] === size) break;
        }
      if (best < 0) {
        if (!joinAll()) grow(size);
        continue;
      }
      const address = starts[best];
      if (sizes[best] === size) {
        starts.splice(best, 1);
        sizes.splice(best, 1);
      } else {
        starts[best] += size;
        sizes[best] -= size;
      }
      held.set(address, size);
      return address;
    }
  };

  let views = {
    buffer: memory.buffer,
    float32: new Float32Array(0),
    int32: new Int32Array(0),
    bool: new Uint8Array(0),
  };
  const all = () => {
    const { buffer } = memory;
    if (views.int32.length === 0 || views.buffer !== buffer)
      views = {
        buffer,
        float32: new Float32Array(buffer),
        int32: new Int32Array(buffer),
        bool: new Uint8Array(buffer),
      };
    return views;
  };
  return {
    memory,
    take,
    give: (address) => {
      const size = held.get(address);
      if (size === undefined) throw new Error('internal: memory is given back that nobody holds');
      held.delete(address);
      const same = ready.get(size);
      if (same) same.push(address);
      else ready.set(size, [address]);
    },
    view: (dtype, address, size) => {
      if (dtype === 'bool') return all().bool.subarray(address, address + size);
      return all()[dtype].subarray(address / 4, address / 4 + size);
    },
    words: () => all().int32,
    total: () => memory.buffer.byteLength,
  };
};
