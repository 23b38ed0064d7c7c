import { describe, expect, it } from 'vitest';
import { gather, makeData, permute, shuffled } from '../runtime/batches.ts';
import { keyOfSeed, streamsOf } from '../runtime/random.ts';
import { isProgress } from '../runtime/schedule.ts';

const key = keyOfSeed(3);
const batches = (rows: number, batch: number, moves: readonly number[]): number[][] => {
  const rowsOf = shuffled(rows, batch, key);
  return moves.map((move) => [...rowsOf(move)]);
};

describe('the order of rows', () => {
  it('is without replacement in an epoch, and leaves out what fills no batch', () => {
    const [a, b, c, d] = batches(10, 4, [0, 1, 2, 3]);
    expect(new Set([...a, ...b]).size).toBe(8);
    expect(new Set([...c, ...d]).size).toBe(8);
    expect([...a, ...b]).not.toEqual([...c, ...d]);
  });

  it('depends on the number of the batch alone', () => {
    const all = batches(50, 8, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(batches(50, 8, [7])).toEqual([all[7]]);
    expect(batches(50, 8, [9, 2, 9])).toEqual([all[9], all[2], all[9]]);
  });

  it('has every order about as often as any other', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const order = permute(new Int32Array(3), keyOfSeed(seed)).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });
});

describe('a batch', () => {
  it.each([1, 3, 40])('has the rows of width %i in order', (width) => {
    const data = Float32Array.from({ length: 5 * width }, (_, k) => k);
    const into = makeData('float32', 2 * width);
    gather({ dtype: 'float32', shape: [5, width], data }, Int32Array.of(3, 1), into);
    expect([...into]).toEqual([...data.subarray(3 * width, 4 * width), ...data.subarray(width, 2 * width)]);
  });
});

describe('streams', () => {
  it('differ by seed, stage, use, action, restart and variable', () => {
    const keys = [1, 2].flatMap((seed) =>
      [0, 1].flatMap((stage) => {
        const s = streamsOf(seed, stage);
        const initial = [0, 1].flatMap((restarts) => [s.initial(restarts, 0), s.initial(restarts, 1)]);
        return [...initial, ...[0, 1].flatMap((a) => [s.draws(a), s.orders(a), s.evaluation(a, 0), s.show(a)])];
      }),
    );
    expect(new Set(keys.map((k) => Array.from(k).join())).size).toBe(keys.length);
  });
});

describe('points of progress', () => {
  const points = (total: number, stepsPerEpoch: number): number[] =>
    Array.from({ length: total }, (_, i) => i + 1).filter((done) => isProgress(done, total, stepsPerEpoch));
  it('are the ends of epochs, or about ten', () => {
    expect(points(30, 10)).toEqual([10, 20]);
    expect(points(1000, 10)).toHaveLength(9);
    expect(points(95, 95)).toHaveLength(9);
    expect(points(7, 0)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
