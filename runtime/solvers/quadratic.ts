/**
 * The minimum of a quadratic, given only its gradient g(x) = H x + g(0) in double precision: the minimum-norm solution of H x = -g(0).
 * Up to 300 unknowns H is built column by column and decomposed; beyond, conjugate gradients from 0, whose iterates stay in the range
 * of H, so that they end at the minimum-norm solution as well. Without a minimum the answer says along which direction it falls.
 */
import { conjugateGradients } from './conjugate.ts';
import type { Minimum, Unbounded, Undefined } from './minimum.ts';
import { symmetricEigen } from './eigen.ts';
import { axpy, dot, norm } from './vectors.ts';

export type Gradient = (x: Float64Array) => Promise<Float64Array>;

const denseLimit = 300;
/**
 * Curvature, relative to the largest and with every unknown scaled to curvature 1, below which a direction counts as undetermined.
 * Data are float32: a column that is the sum of two others is so up to 6e-8, which leaves curvature 1e-14.
 */
const cutoff = 1e-12;
/** Slope along undetermined directions, relative to the whole gradient, above which the loss is unbounded rather than flat. */
const slopeLimit = 1e-4;

const finite = (x: Float64Array): boolean => x.every(Number.isFinite);

const unit = (x: Float64Array): Float64Array => {
  const size = norm(x);
  return x.map((value) => value / size);
};

export const solveQuadratic = async (gradient: Gradient, n: number): Promise<Minimum | Unbounded | Undefined> => {
  let evaluations = 0;
  const at = (x: Float64Array): Promise<Float64Array> => {
    evaluations++;
    return gradient(x);
  };
  const g0 = (await at(new Float64Array(n))).slice();
  if (!finite(g0)) return { kind: 'non-finite' };
  const size = norm(g0);
  /** H v = (g(s v) - g(0)) / s; s, a power of two, makes H (s v) so large beside g(0) that the subtraction costs no digits. */
  const product = async (v: Float64Array): Promise<Float64Array> => {
    let s = 1;
    let difference = v;
    for (let attempt = 0; attempt < 3; attempt++) {
      const g = await at(v.map((value) => value * s));
      difference = g.map((value, i) => value - g0[i]);
      const ratio = norm(difference) / size;
      if (!(ratio < 1e3) || ratio === 0) break;
      s *= 2 ** Math.min(200, Math.ceil(Math.log2(1e4 / ratio)));
    }
    return difference.map((value) => value / s);
  };
  const answer =
    n <= denseLimit
      ? await solveDense(product, g0, n)
      : await conjugateGradients(
          product,
          g0.map((value) => -value),
          { tolerance: 1e-12 },
        );
  if (answer.kind !== 'minimum') return answer;
  if (!finite(answer.x)) return { kind: 'non-finite' };
  return { ...answer, residual: size === 0 ? 0 : norm(await at(answer.x)) / size, evaluations };
};

const solveDense = async (
  product: Gradient,
  g0: Float64Array,
  n: number,
): Promise<Omit<Minimum, 'residual' | 'evaluations'> | Unbounded | Undefined> => {
  const hessian = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const e = new Float64Array(n);
    e[j] = 1;
    const column = await product(e);
    if (!finite(column)) return { kind: 'non-finite' };
    for (let i = 0; i < n; i++) {
      // Symmetric up to rounding: the mean of the two.
      hessian[i * n + j] += column[i] / 2;
      hessian[j * n + i] += column[i] / 2;
    }
  }
  // Unknowns in units in which each has curvature 1, so that the rank does not depend on the units of the data: x = y / scale.
  const diagonal = Float64Array.from({ length: n }, (_, i) => Math.abs(hessian[i * n + i]));
  const most = diagonal.reduce((a, b) => Math.max(a, b), 0) || 1;
  // What has next to no curvature has rounding only, and is not scaled up.
  const scale = diagonal.map((value) => Math.sqrt(value > 1e-30 * most ? value : most));
  const scaled = hessian.map((value, k) => value / (scale[Math.floor(k / n)] * scale[k % n]));
  const { values, vectors } = symmetricEigen(scaled, n);
  const largest = Math.max(Math.abs(values[0]), Math.abs(values[n - 1]));
  const direction = (j: number): Float64Array => Float64Array.from(scale, (s, i) => vectors[i * n + j] / s);
  if (values[0] < -1e-9 * largest)
    return { kind: 'unbounded', reason: 'negative curvature', along: unit(direction(0)) };

  const x = new Float64Array(n);
  const flat = new Float64Array(n);
  const undetermined: Float64Array[] = [];
  for (let j = 0; j < n; j++) {
    const d = direction(j);
    const slope = dot(d, g0);
    if (values[j] > cutoff * largest) axpy(-slope / values[j], d, x);
    else {
      undetermined.push(d);
      axpy(-slope, d, flat);
    }
  }
  const whole = norm(g0.map((value, i) => value / scale[i]));
  const slope = Math.sqrt(Math.max(0, -dot(flat, g0)));
  if (slope > slopeLimit * whole) return { kind: 'unbounded', reason: 'slope without curvature', along: unit(flat) };
  // The solution without any part along undetermined directions has the smallest norm.
  removeSpan(undetermined, x);
  const rank = n - undetermined.length;
  const curvatures = rank === 0 ? [] : symmetricEigen(hessian, n).values.slice(n - rank);
  const condition = rank === 0 ? 1 : curvatures[rank - 1] / Math.max(0, curvatures[0]);
  return { kind: 'minimum', x, method: 'eigen', rank, condition };
};

/** x -= its projection on the span of `vectors`, which are made orthonormal (Gram-Schmidt, twice). */
const removeSpan = (vectors: readonly Float64Array[], x: Float64Array): void => {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    let v = unit(vector);
    for (let twice = 0; twice < 2; twice++) {
      for (const b of basis) axpy(-dot(b, v), b, v);
      v = unit(v);
    }
    basis.push(v);
  }
  for (const b of basis) axpy(-dot(b, x), b, x);
};
