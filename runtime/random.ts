/**
 * The streams of a run, all from one seed: for every stage its own, and in it one each for initial values, draws of steps, orders of rows,
 * evaluations and pictures, so that none can disturb another. The generator is the compiler's (`compiler/ir/random.ts`).
 */
import { deriveKey, keyOfSeed, type Key } from '../compiler/ir/random.ts';

export { deriveKey, keyOfSeed, type Key };

/** 32-bit words, `count` of them, a function of the key alone. */
export const uniformBits = (key: Key, count: number): Uint32Array => {
  const bits = new Uint32Array(count + 1);
  for (let i = 0; i < count; i += 2) bits.set(deriveKey(key, i >> 1), i);
  return bits.subarray(0, count);
};

export interface Streams {
  /** Of the variable at that place of the stage's list, after so many restarts. */
  initial(restarts: number, variable: number): Key;
  draws(action: number): Key;
  orders(action: number): Key;
  /** The same whenever it is evaluated, so that points of the progress compare. */
  evaluation(action: number, index: number): Key;
  show(index: number): Key;
}

export const streamsOf = (seed: number, stage: number): Streams => {
  const root = deriveKey(keyOfSeed(seed), stage);
  const [initial, draws, orders, evaluations, shows] = [0, 1, 2, 3, 4].map((use) => deriveKey(root, use));
  return {
    initial: (restarts, variable) => deriveKey(deriveKey(initial, restarts), variable),
    draws: (action) => deriveKey(draws, action),
    orders: (action) => deriveKey(orders, action),
    evaluation: (action, index) => deriveKey(deriveKey(evaluations, action), index),
    show: (index) => deriveKey(shows, index),
  };
};
