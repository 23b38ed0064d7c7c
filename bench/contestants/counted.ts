/**
 * What one training step asks of a graphics card: `counted.js learn SPEC REFERENCE` or `counted.js tfjs WORKLOAD REFERENCE`, on WebGPU.
 * Counted where both pass by: at the device. A kernel's bytes are those of the arrays that it is bound to, each once; of one that only
 * picks rows or writes one, they are the rows. The device computes nothing: that of Dawn for tests, which takes every command and
 * checks it. With `agree` at the end nothing is counted: on a device that computes, the losses must be the reference's.
 */
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { findAdapter } from '../../runtime/engines/webgpu/adapter.ts';
import { boundOf, watchMemory, type Held } from '../device-memory.ts';
import { installIdleCard } from '../idle-card.ts';
import type { Engine } from '../../runtime/engines/engine.ts';
import { disagreement, readReference } from '../reference.ts';
import { compiled, opened, openTraining } from '../training.ts';
import { loadTfjs, openTfjs } from './tfjs.ts';

export interface Counts extends Held {
  kernels: number;
  /** Read and written by kernels. */
  moved: number;
}

interface GpuBuffer {
  readonly size: number;
  readonly usage: number;
}
interface Entry {
  readonly resource: { readonly buffer?: GpuBuffer; readonly size?: number };
}
interface Classes {
  readonly GPUDevice: { prototype: { createBindGroup(of: { entries: readonly Entry[] }): object } };
  readonly GPUComputePassEncoder: {
    prototype: {
      setPipeline(pipeline: { readonly label: string }): void;
      setBindGroup(index: number, group: object, ...rest: unknown[]): void;
      dispatchWorkgroups(x: number, y?: number, z?: number): void;
    };
  };
}
const storage = 0x80;
/** Kernels, by their labels, that touch a part of an array: as much as their result, which is bound first, or as their first input. */
const picking = /^(gather|slice|part|(Gather|GatherND|Slice|StridedSlice)Program)$/;
const putting = /^put$/;

/** Puts counters into the classes of the device. */
const openCounter = () => {
  const { GPUDevice: device, GPUComputePassEncoder: pass } = globalThis as unknown as Classes;
  const sizes = new WeakMap<object, readonly number[]>();
  const counts = { kernels: 0, moved: 0 };
  let bound: readonly number[] = [];
  let label = '';
  const { createBindGroup } = device.prototype;
  device.prototype.createBindGroup = function (of) {
    const group = createBindGroup.call(this, of);
    const buffers = of.entries.map(({ resource }) => resource.buffer).filter((b) => b && (b.usage & storage) !== 0);
    sizes.set(group, [...new Set(buffers)].map((buffer) => buffer!.size)); // prettier-ignore
    return group;
  };
  const { setPipeline, setBindGroup, dispatchWorkgroups } = pass.prototype;
  const touched = (): number => {
    const all = bound.reduce((sum, size) => sum + size, 0);
    const around = Number(/(\d+) bytes left alone/.exec(label)?.[1] ?? 0);
    const part = picking.test(label) ? bound[0] : putting.test(label) ? bound[1] : Infinity;
    return Math.min(all - around, 2 * part);
  };
  pass.prototype.setPipeline = function (pipeline) {
    label = pipeline.label;
    return setPipeline.call(this, pipeline);
  };
  pass.prototype.setBindGroup = function (index, group, ...rest) {
    bound = sizes.get(group) ?? [];
    return setBindGroup.call(this, index, group, ...rest);
  };
  pass.prototype.dispatchWorkgroups = function (...size) {
    counts.kernels++;
    counts.moved += touched();
    if (process.env.BENCH_LABELS) console.error(label, touched());
    return dispatchWorkgroups.call(this, ...size);
  };
  return { counts, begin: () => Object.assign(counts, { kernels: 0, moved: 0 }) };
};

const [kind, what, file, mode] = process.argv.slice(2);
const agree = mode === 'agree';
const reference = readReference(file);

interface Counted {
  repeat(): Promise<number[][]>;
  step(): void | Promise<void>;
  loss(): number | Promise<number>;
  readonly backend: KernelBackend;
  readonly facts: object;
}

const openLearn = async (): Promise<Counted> => {
  const program = await compiled(what);
  const engine: Engine = await opened('webgpu');
  const training = await openTraining(program, engine);
  const { backend } = await import('@tensorflow/tfjs-core');
  const { players } = training;
  let at = 0;
  const step = (): void => {
    for (const player of players) training.move(player, at);
    at++;
  };
  return {
    repeat: async () => {
      const found: number[][] = [];
      while (found.length < reference.losses.length) {
        step();
        found.push(await training.losses());
      }
      return found;
    },
    step,
    loss: async () => (await training.losses())[players.length - 1],
    backend: backend(),
    facts: {
      bound: Math.max(...players.map(({ prepared: { plan } }) => boundOf(plan))),
      description: engine.description,
    },
  };
};

const openOther = async (): Promise<Counted> => {
  const tf = await loadTfjs('webgpu');
  return { ...openTfjs(tf, what, reference), backend: tf.backend(), facts: {} };
};

try {
  if (!agree) await installIdleCard();
  const adapter = await findAdapter(true);
  if ('failed' in adapter) throw new Error(adapter.failed);
  const counter = openCounter();
  const { repeat, step, loss, backend, facts } = await (kind === 'learn' ? openLearn() : openOther());
  if (agree) {
    const wrong = disagreement(reference.losses, await repeat());
    if (wrong) throw new Error(wrong);
    console.log(JSON.stringify({ ...facts }));
  } else {
    const memory = watchMemory(backend);
    await step();
    await loss();
    counter.begin();
    memory.begin();
    await step();
    const counts: Counts = { ...counter.counts, ...memory.held };
    await loss();
    console.log(JSON.stringify({ counts, ...facts }));
  }
} catch (error) {
  console.log(JSON.stringify({ failed: (error as Error).message.split('\n')[0] }));
}
process.exit(0);
