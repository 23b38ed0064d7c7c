/**
 * The current values of variables in an engine's memory. A value that is replaced is released, so memory stays flat.
 */
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { Buffer, Engine } from './engines/engine.ts';

export interface Variables {
  get(id: string): Buffer;
  has(id: string): boolean;
  /** Takes over the buffer. */
  replace(id: string, buffer: Buffer): void;
  put(id: string, value: ArrayValue): void;
  ids(): readonly string[];
  /** Copies on the host; of all, if not told which. */
  host(ids?: Iterable<string>): Promise<Map<string, ArrayValue>>;
  release(): void;
}

export const openVariables = (engine: Engine): Variables => {
  const buffers = new Map<string, Buffer>();
  const replace = (id: string, buffer: Buffer): void => {
    const old = buffers.get(id);
    if (old) engine.release(old);
    buffers.set(id, buffer);
  };
  const get = (id: string): Buffer => {
    const buffer = buffers.get(id);
    if (!buffer) throw new Error(`internal: variable ${id} is read before it has a value`);
    return buffer;
  };
  return {
    get,
    has: (id) => buffers.has(id),
    replace,
    put: (id, value) => replace(id, engine.upload(value)),
    ids: () => [...buffers.keys()],
    host: async (ids = buffers.keys()) => {
      const values = new Map<string, ArrayValue>();
      for (const id of ids) values.set(id, await engine.download(get(id)));
      return values;
    },
    release: () => {
      for (const buffer of buffers.values()) engine.release(buffer);
      buffers.clear();
    },
  };
};
