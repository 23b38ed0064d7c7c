import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ArrayValue } from '../compiler/ir/operations.ts';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from '../runtime/checkpoint.ts';
import { fileStore } from '../runtime/files.ts';
import { readSafetensors, writeSafetensors } from '../runtime/safetensors.ts';

const arrays: [string, ArrayValue][] = [
  ['mask', { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ['w', { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, -0, NaN, 1e-45) }],
  ['x', { dtype: 'float32', shape: [1], data: Float64Array.of(Math.PI) }],
  ['n', { dtype: 'int32', shape: [], data: Int32Array.of(-7) }],
  ['empty', { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) }],
];

describe('safetensors', () => {
  it('gives back bit for bit what was written', () => {
    const read = readSafetensors(writeSafetensors(new Map(arrays), { made: 'by hand, ∇' }));
    if ('failed' in read) throw new Error(read.failed);
    expect(read.metadata).toEqual({ made: 'by hand, ∇' });
    expect(Object.fromEntries(read.tensors)).toEqual(Object.fromEntries(arrays));
  });

  it('reads a buffer of Node, whose `slice` copies nothing, as it reads bytes', () => {
    const read = readSafetensors(Buffer.from(writeSafetensors(new Map(arrays))));
    if ('failed' in read) throw new Error(read.failed);
    expect(Object.fromEntries(read.tensors)).toEqual(Object.fromEntries(arrays));
  });

  it('writes the format: length, JSON, numbers, each array aligned', () => {
    const bytes = writeSafetensors(new Map(arrays));
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.slice(8, 8 + length)));
    expect(header.x).toEqual({ dtype: 'F64', shape: [1], data_offsets: [0, 8] });
    expect(header.w).toEqual({ dtype: 'F32', shape: [2, 2], data_offsets: [8, 24] });
    expect(header.n).toEqual({ dtype: 'I32', shape: [], data_offsets: [24, 28] });
    expect(header.mask.dtype).toBe('BOOL');
  });

  it('says what is wrong with a file', () => {
    const bytes = writeSafetensors(new Map(arrays));
    const failed = (file: Uint8Array): string => {
      const read = readSafetensors(file);
      return 'failed' in read ? read.failed : 'read';
    };
    expect(failed(bytes.slice(0, 5))).toBe('shorter than eight bytes');
    expect(failed(bytes.slice(0, 40))).toMatch(/^cut off: the header/);
    expect(failed(bytes.slice(0, -1))).toMatch(/^cut off: `mask` ends/);
    expect(failed(bytes.map((b, i) => (i === 8 ? 0 : b)))).toBe('the header is not JSON');
    const half = new TextEncoder().encode('{"h":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}');
    const file = new Uint8Array(8 + half.length + 2);
    file.set([half.length]);
    file.set(half, 8);
    expect(failed(file)).toBe('`h` is F16, which is not read here');
  });
});

const checkpoint: Checkpoint = {
  header: {
    format: 1,
    program: 'abc',
    engine: 'cpu',
    seed: 3,
    position: {
      stage: 0,
      run: 0,
      action: 1,
      step: 17,
      epoch: 1.5,
      restarts: 0,
      stageSteps: 17,
      steps: 17,
      begun: true,
      started: true,
    },
    evaluations: [],
    solved: [],
    frames: [],
    solver: { f: NaN, g: -Infinity, h: 0.1 },
    metrics: 5,
  },
  tensors: new Map(arrays),
};

describe('a checkpoint', () => {
  it('gives back what was written, NaN and infinities too', () => {
    expect(readCheckpoint(writeCheckpoint(checkpoint))).toEqual(checkpoint);
    expect(readCheckpoint(writeSafetensors(new Map()))).toEqual({ failed: 'a safetensors file, but not a checkpoint' });
  });

  it('replaces the last one whole, and leaves nothing beside it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'learn-'));
    const store = fileStore(join(folder, 'run.safetensors'));
    expect(await store.read()).toBeUndefined();
    await store.write(writeCheckpoint(checkpoint));
    await store.write(writeCheckpoint({ ...checkpoint, tensors: new Map() }));
    // What a crash in the middle of a later write leaves does not count.
    await writeFile(join(folder, 'run.safetensors.1.tmp'), 'half');
    expect(readCheckpoint((await store.read())!)).toEqual({ ...checkpoint, tensors: new Map() });
    expect((await readdir(folder)).sort()).toEqual(['run.safetensors', 'run.safetensors.1.tmp']);
  });
});
