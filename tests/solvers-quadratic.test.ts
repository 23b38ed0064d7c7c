import { describe, expect, it } from 'vitest';
import { symmetricEigen } from '../runtime/solvers/eigen.ts';
import type { Minimum } from '../runtime/solvers/minimum.ts';
import { solveQuadratic as solveLater } from '../runtime/solvers/quadratic.ts';
import { norm } from '../runtime/solvers/vectors.ts';

/** Repeatable numbers in (-1, 1). */
const numbers = (count: number, seed: number): Float64Array => {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
};

/** Gradient of |X w - y|^2 / rows. */
const leastSquares = (x: Float64Array, y: Float64Array, n: number) => (w: Float64Array) => {
  const g = new Float64Array(n);
  for (let r = 0; r < y.length; r++) {
    let e = -y[r];
    for (let j = 0; j < n; j++) e += x[r * n + j] * w[j];
    for (let j = 0; j < n; j++) g[j] += (2 * e * x[r * n + j]) / y.length;
  }
  return g;
};

const solveQuadratic = (gradient: (w: Float64Array) => Float64Array, n: number) =>
  solveLater((w) => Promise.resolve(gradient(w)), n);

const solved = async (gradient: (w: Float64Array) => Float64Array, n: number): Promise<Minimum> => {
  const answer = await solveQuadratic(gradient, n);
  if (answer.kind !== 'minimum') throw new Error(answer.kind);
  return answer;
};

describe('eigenvalues of a symmetric matrix', () => {
  it.each([1, 2, 3, 10, 60])('reconstruct it: n = %i', (n) => {
    const a = numbers(n * n, n);
    const m = a.map((_, k) => a[k] + a[(k % n) * n + Math.floor(k / n)]);
    const { values, vectors } = symmetricEigen(m, n);
    let error = 0;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += vectors[i * n + k] * values[k] * vectors[j * n + k];
        error = Math.max(error, Math.abs(sum - m[i * n + j]));
      }
    expect(error).toBeLessThan(1e-12 * n);
    for (let k = 1; k < n; k++) expect(values[k]).toBeGreaterThanOrEqual(values[k - 1]);
  });
});

describe('the minimum of a quadratic', () => {
  it('is the solution of the normal equations', async () => {
    const [n, rows] = [20, 100];
    const x = numbers(rows * n, 1);
    const w = numbers(n, 2);
    const y = Float64Array.from({ length: rows }, (_, r) => w.reduce((sum, v, j) => sum + v * x[r * n + j], 0));
    const answer = await solved(leastSquares(x, y, n), n);
    expect(answer.rank).toBe(n);
    answer.x.forEach((value, j) => expect(value).toBeCloseTo(w[j], 10));
  });

  it('has the smallest norm where there are many', async () => {
    // Column 2 is the sum of columns 0 and 1, in float32; column 3 is zero. Of all w with the same fit, w_2 = (w_0 + w_1) is shortest.
    const rows = 50;
    const base = numbers(rows * 2, 3);
    const x = new Float64Array(rows * 4);
    const y = new Float64Array(rows);
    for (let r = 0; r < rows; r++) {
      const [a, b] = [Math.fround(base[2 * r]), Math.fround(base[2 * r + 1])];
      x.set([a, b, Math.fround(a + b), 0], 4 * r);
      y[r] = 3 * a - b;
    }
    const answer = await solved(leastSquares(x, y, 4), 4);
    expect(answer.rank).toBe(2);
    // a (w0 + w2) + b (w1 + w2) = 3 a - b: w2 = (3 - 1) / 3
    [3 - 2 / 3, -1 - 2 / 3, 2 / 3, 0].forEach((value, j) => expect(answer.x[j]).toBeCloseTo(value, 6));
  });

  it('does not depend on the units of the data', async () => {
    const rows = 60;
    const base = numbers(rows * 3, 4);
    const units = [1e6, 1, 1e-6];
    const x = base.map((value, k) => value * units[k % 3]);
    const y = Float64Array.from({ length: rows }, (_, r) => base[3 * r] - 2 * base[3 * r + 1] + 3 * base[3 * r + 2]);
    const answer = await solved(leastSquares(x, y, 3), 3);
    expect(answer.rank).toBe(3);
    [1e-6, -2, 3e6].forEach((value, j) => expect(answer.x[j] / value).toBeCloseTo(1, 6));
  });

  it('by conjugate gradients is the same, of smallest norm too', async () => {
    const [n, rows] = [400, 150];
    const x = numbers(rows * n, 5);
    const y = numbers(rows, 6);
    const answer = await solved(leastSquares(x, y, n), n);
    expect(answer.method).toBe('conjugate gradients');
    expect(answer.residual).toBeLessThan(1e-10);
    // Smallest norm: w = X' (X X')^-1 y, by the same solver in the 150 multipliers.
    const dual = await solved((a) => {
      const w = new Float64Array(n);
      for (let r = 0; r < rows; r++) for (let j = 0; j < n; j++) w[j] += a[r] * x[r * n + j];
      return Float64Array.from({ length: rows }, (_, r) => w.reduce((sum, v, j) => sum + v * x[r * n + j], -y[r]));
    }, rows);
    const w = new Float64Array(n);
    for (let r = 0; r < rows; r++) for (let j = 0; j < n; j++) w[j] += dual.x[r] * x[r * n + j];
    expect(norm(w.map((value, j) => value - answer.x[j])) / norm(w)).toBeLessThan(1e-8);
  });

  it('says where there is none', async () => {
    const slope = await solveQuadratic((w) => Float64Array.of(2 * w[0], 1), 2);
    expect(slope).toMatchObject({ kind: 'unbounded', reason: 'slope without curvature' });
    expect(slope.kind === 'unbounded' && slope.along[1]).toBe(-1);
    expect(await solveQuadratic((w) => Float64Array.of(2 * w[0] - 1, -w[1]), 2)).toMatchObject({
      reason: 'negative curvature',
    });
    const many = (last: number) => (w: Float64Array) => w.map((value, i) => (i === 399 ? last : value - 1));
    expect(await solveQuadratic(many(1), 400)).toMatchObject({ reason: 'slope without curvature' });
    expect(await solveQuadratic(many(0), 400)).toMatchObject({ kind: 'minimum' });
    expect(await solveQuadratic(() => Float64Array.of(NaN), 1)).toEqual({ kind: 'non-finite' });
  });

  it('of a constant is zero', async () => {
    expect(await solved(() => new Float64Array(3), 3)).toMatchObject({ rank: 0, residual: 0 });
  });
});
