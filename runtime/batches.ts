/**
 * Which rows a step sees, and their way into one array. `shuffled`: every epoch a new permutation (Fisher and Yates), without
 * replacement, the rest that fills no batch left out. The order is a function of the key and the number of the batch,
 * so a resumed run sees the rows that it would have seen.
 */
import type { ArrayData, ArrayValue, DType } from '../compiler/ir/operations.ts';
import { deriveKey, uniformBits, type Key } from './random.ts';

/** Indices 0 .. rows-1 in a random order; `into` is reused. */
export const permute = (into: Int32Array, key: Key): Int32Array => {
  const rows = into.length;
  for (let i = 0; i < rows; i++) into[i] = i;
  const bits = uniformBits(key, rows);
  for (let i = rows - 1; i > 0; i--) {
    // Of 32 bits: for a million rows a place is off its probability by less than 3e-4 of it.
    const j = Math.floor((bits[i] / 2 ** 32) * (i + 1));
    const kept = into[i];
    into[i] = into[j];
    into[j] = kept;
  }
  return into;
};

/** Batch number -> indices of its rows, valid until the next call. */
export const shuffled = (rows: number, batch: number, key: Key): ((move: number) => Int32Array) => {
  const perEpoch = Math.floor(rows / batch);
  if (perEpoch === 0) throw new Error(`internal: a batch of ${batch} from ${rows} rows`);
  const order = new Int32Array(rows);
  let current = -1;
  return (move) => {
    const epoch = Math.floor(move / perEpoch);
    if (epoch !== current) permute(order, deriveKey(key, epoch));
    current = epoch;
    const begin = (move % perEpoch) * batch;
    return order.subarray(begin, begin + batch);
  };
};

export const makeData = (dtype: DType, size: number): ArrayData =>
  dtype === 'float32' ? new Float32Array(size) : dtype === 'int32' ? new Int32Array(size) : new Uint8Array(size);

/** Rows of a leaf, one after the other, into `into`. */
export const gather = (leaf: ArrayValue, rows: Int32Array, into: ArrayData): void => {
  const width = leaf.data.length / leaf.shape[0];
  const { data } = leaf;
  if (width === 1) {
    for (let i = 0; i < rows.length; i++) into[i] = data[rows[i]];
    return;
  }
  if (width >= 32) {
    for (let i = 0; i < rows.length; i++) into.set(data.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
    return;
  }
  for (let i = 0, to = 0; i < rows.length; i++) {
    const from = rows[i] * width;
    for (let k = 0; k < width; k++) into[to++] = data[from + k];
  }
};
