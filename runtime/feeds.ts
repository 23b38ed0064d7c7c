/**
 * The inputs of a graph, by their names (see `compiler/program.ts`): variables, rows of data, the key, the step.
 * What can be settled before the first step is settled by `bind`; a step then only fills an array of buffers.
 */
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { DataFeed, DataSet, Program } from '../compiler/program.ts';
import { gather, makeData, shuffled } from './batches.ts';
import type { Buffer, Engine } from './engines/engine.ts';
import type { Prepared } from './prepare.ts';
import { deriveKey, type Key } from './random.ts';
import type { Variables } from './variables.ts';

/** Where in a training a graph runs. `move`: how often it has run, which counts its batches. */
export interface Moment {
  readonly step: number;
  readonly total: number;
  readonly move: number;
  readonly key: Key;
}

/** Data sets that are fed whole stay in the engine's memory. */
export interface Wholes {
  get(data: string, leaf: number): Buffer;
  release(): void;
}

export interface Sources {
  readonly engine: Engine;
  readonly program: Program;
  readonly variables: Variables;
  readonly wholes: Wholes;
}

export interface Bound {
  /** Runs the graph; outputs in its order, the caller's to release. */
  run(moment: Moment): Buffer[];
  /** The inputs themselves, for a trace: call `release` after. */
  fill(moment: Moment): { readonly inputs: Buffer[]; release(): void };
}

export const dataOf = (program: Program, id: string): DataSet => {
  const data = program.data.get(id);
  if (!data) throw new Error(`internal: no data set ${id}`);
  return data;
};

export const openWholes = (engine: Engine, program: Program): Wholes => {
  const buffers = new Map<string, Buffer>();
  return {
    get: (data, leaf) => {
      const name = `${data}:${leaf}`;
      const buffer = buffers.get(name) ?? engine.upload(dataOf(program, data).leaves[leaf]);
      buffers.set(name, buffer);
      return buffer;
    },
    release: () => {
      for (const buffer of buffers.values()) engine.release(buffer);
      buffers.clear();
    },
  };
};

export const scalar = (value: number): ArrayValue => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) });
export const keyValue = (key: Key): ArrayValue => ({ dtype: 'int32', shape: [2], data: Int32Array.from(key) });

interface Source {
  readonly buffer: (moment: Moment) => Buffer;
  /** Made for this run only. */
  readonly temporary: boolean;
}

/** Inputs of one feed share its rows: gathered into one reused array each, then uploaded. */
const feedSources = (feed: DataFeed, order: Key, { engine, program, wholes }: Sources): [string, Source][] => {
  const data = dataOf(program, feed.data);
  if (feed.order === 'all')
    return feed.inputs.map(({ name, leaf }) => [name, { buffer: () => wholes.get(feed.data, leaf), temporary: false }]);
  const rowsOf = shuffled(data.rows, feed.rows, order);
  return feed.inputs.map(({ name, leaf: index }) => {
    const leaf = data.leaves[index];
    const shape = [feed.rows, ...leaf.shape.slice(1)];
    const batch = { dtype: leaf.dtype, shape, data: makeData(leaf.dtype, feed.rows * (leaf.data.length / data.rows)) };
    const buffer = ({ move }: Moment): Buffer => {
      gather(leaf, rowsOf(move), batch.data);
      return engine.upload(batch);
    };
    return [name, { buffer, temporary: true }];
  });
};

/**
 * `order`: the key of the orders of rows; the feed number i draws from a stream of its own. `kept`: inputs that stay in the engine's
 * memory, whoever put them there.
 */
export const bind = (
  prepared: Prepared,
  feeds: readonly DataFeed[],
  order: Key,
  sources: Sources,
  kept?: ReadonlyMap<string, Buffer>,
): Bound => {
  const { engine, variables } = sources;
  const fed = new Map(feeds.flatMap((feed, i) => feedSources(feed, deriveKey(order, i), sources)));
  const upload = (value: (moment: Moment) => ArrayValue): Source => ({
    buffer: (moment) => engine.upload(value(moment)),
    temporary: true,
  });
  const sourceOf = (name: string): Source => {
    const data = fed.get(name);
    if (data) return data;
    const there = kept?.get(name);
    if (there) return { buffer: () => there, temporary: false };
    if (name.startsWith('var:')) {
      const id = name.slice(4);
      return { buffer: () => variables.get(id), temporary: false };
    }
    if (name === 'key') return upload(({ key }) => keyValue(key));
    if (name === 'step') return upload(({ step }) => scalar(step));
    if (name === 'total') return upload(({ total }) => scalar(total));
    throw new Error(`internal: nothing feeds the input ${name}`);
  };
  const list = prepared.inputs.map(({ name }) => sourceOf(name));
  const fill: Bound['fill'] = (moment) => {
    const inputs = list.map(({ buffer }) => buffer(moment));
    const release = (): void => list.forEach(({ temporary }, i) => temporary && engine.release(inputs[i]));
    return { inputs, release };
  };
  return {
    fill,
    run: (moment) => {
      const { inputs, release } = fill(moment);
      const outputs = prepared.step.run(inputs);
      release();
      return outputs;
    },
  };
};
