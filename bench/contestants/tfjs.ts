/**
 * The workloads by hand in TF.js: `tfjs.js WORKLOAD REFERENCE BACKEND`. Rows are gathered into one array and uploaded, the optimiser's
 * `minimize` takes the gradients of one player's variables, `tidy` frees what is left; the loss is read when somebody asks for it.
 */
import { createRequire } from 'node:module';
import type * as tf from '@tensorflow/tfjs-core';
import type { ArrayData, ArrayValue } from '../../compiler/ir/operations.ts';
import { gather, makeData } from '../../runtime/batches.ts';
import { readReference, type Reference } from '../reference.ts';
import { serve, shuffling, type Opened } from './serve.ts';
import { modelsIn, type Draw, type TfJs } from './tfjs-models.ts';

/** What only the benchmark needs is installed in `bench/`, not here. */
const installed = createRequire(new URL('../../../bench/package.json', import.meta.url));

export const loadTfjs = async (backend: 'wasm' | 'cpu' | 'webgpu'): Promise<TfJs> => {
  const loaded = installed('@tensorflow/tfjs') as TfJs;
  if (backend !== 'cpu') installed(`@tensorflow/tfjs-backend-${backend}`);
  loaded.enableProdMode();
  if (!(await loaded.setBackend(backend))) throw new Error(`${backend} does not start`);
  return loaded;
};

export const openTfjs = (tf: TfJs, workload: string, reference: Reference): Omit<Opened, 'facts'> => {
  /** Truths as numbers: they are multiplied. */
  const tensor = ({ dtype, shape, data }: ArrayValue): tf.Tensor =>
    dtype === 'int32'
      ? tf.tensor(data as Int32Array, [...shape], 'int32')
      : tf.tensor(Float32Array.from(data), [...shape], 'float32');

  const { parameters, data, batch, losses, tensors } = reference;
  const variables = Object.fromEntries([...parameters].map(([name, x]) => [name, tf.variable(tensor(x), true, name)]));
  const { players, beta1 = 0.9, negated } = modelsIn(tf)[workload](variables, reference);
  const moving = players.map(({ owns, loss }) => ({
    loss,
    own: Object.values(variables).filter(({ name }) => owns.includes(name.split('.')[0])),
    optimiser: tf.train.adam(1e-3, beta1, 0.999, 1e-8),
  }));
  let last: (tf.Scalar | undefined)[] = [];
  const move = (rows: readonly tf.Tensor[], draws: readonly Draw[]): void => {
    tf.dispose(last as tf.Tensor[]);
    last = moving.map(({ loss, own, optimiser }, i) =>
      tf.tidy(() => optimiser.minimize(() => loss(rows, draws[i]), true, own) as tf.Scalar),
    );
  };
  const read = async (loss: tf.Scalar | undefined): Promise<number> => (negated ? -1 : 1) * (await loss!.data())[0];
  const fresh = players.map((): Draw => (shape) => tf.randomNormal(shape));

  const next = shuffling(data[0].shape[0], batch);
  const held = data.map(({ dtype, shape, data: all }): { shape: number[]; data: ArrayData; leaf: ArrayValue } => {
    const leaf = { dtype: dtype === 'int32' ? dtype : 'float32', shape, data: dtype === 'bool' ? Float32Array.from(all) : all } as const; // prettier-ignore
    const into = makeData(leaf.dtype, (batch * all.length) / shape[0]);
    return { shape: [batch, ...shape.slice(1)], data: into, leaf };
  });
  return {
    repeat: async () => {
      const found: number[][] = [];
      for (const step of losses.keys()) {
        const rows = data.map((_, leaf) => tensor(tensors.get(`rows:${step}:${leaf}`)!));
        const draws = players.map((_, i): Draw => (shape) => tf.reshape(tensor(tensors.get(`draw:${step}:${i}`)!), shape)); // prettier-ignore
        move(rows, draws);
        tf.dispose(rows);
        found.push(await Promise.all(last.map(read)));
      }
      return found;
    },
    step: () => {
      const chosen = next();
      const rows = held.map(({ leaf, shape, data: into }) => {
        gather(leaf, chosen, into);
        return tf.tensor(into as Float32Array | Int32Array, shape, leaf.dtype);
      });
      move(rows, fresh);
      tf.dispose(rows);
    },
    loss: () => read(last[last.length - 1]),
  };
};

if (process.argv[1].endsWith('tfjs.js')) {
  const [workload, file, backend] = process.argv.slice(2);
  const reference = readReference(file);
  await serve(reference.losses, async () => {
    const tf = await loadTfjs(backend as 'wasm' | 'cpu');
    return { ...openTfjs(tf, workload, reference), facts: {} };
  });
}
