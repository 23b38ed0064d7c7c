/**
 * The engine's memory: typed arrays that onnxruntime reads and fills in place. What is released is kept by size and given out again, so
 * that steps allocate nothing; an array that several hold is counted.
 */
import type { DType, Shape } from '../../../compiler/ir/operations.ts';
import { sizeOf, type Type } from '../../../compiler/ir/shape.ts';
import { arrayOf } from '../device.ts';
import type { Buffer } from '../engine.ts';
import type { Data } from '../host/walk.ts';
import type { OrtTensor } from './binding.ts';

/** A buffer of the engine, and what onnxruntime takes. */
export interface Held extends Buffer, OrtTensor {
  readonly type: DType;
  /** How many hold it. */
  owners: number;
}

export interface Memory {
  /** With arbitrary contents. */
  make(type: Type): Held;
  share(buffer: Held): Held;
  release(buffer: Held): void;
  count(): { buffers: number; bytes: number };
  clear(): void;
}

const held = (dtype: DType, shape: Shape, data: Data): Held => ({
  dtype,
  shape,
  type: dtype,
  dims: shape,
  location: 'cpu',
  data,
  owners: 1,
});

export const openMemory = (): Memory => {
  const free = new Map<string, Data[]>();
  let buffers = 0;
  let bytes = 0;
  const shelf = (dtype: DType, size: number): Data[] => {
    const key = `${dtype}${size}`;
    const arrays = free.get(key) ?? [];
    free.set(key, arrays);
    return arrays;
  };
  return {
    make: ({ dtype, shape }) => {
      const size = sizeOf(shape);
      const data = shelf(dtype, size).pop() ?? arrayOf(dtype, size);
      buffers++;
      bytes += data.byteLength;
      return held(dtype, shape, data);
    },
    share: (buffer) => {
      buffer.owners++;
      return buffer;
    },
    release: (buffer) => {
      if (--buffer.owners > 0) return;
      buffers--;
      bytes -= buffer.data.byteLength;
      shelf(buffer.dtype, buffer.data.length).push(buffer.data);
    },
    count: () => ({ buffers, bytes }),
    clear: () => free.clear(),
  };
};
