/**
 * Conjugate gradients (Hestenes and Stiefel 1952; Nocedal and Wright, algorithm 5.2) for H x = b, H symmetric, known by its products.
 * Residuals are kept orthogonal to all earlier ones while memory allows, so rounding does not slow it on ill-conditioned problems;
 * the coefficients are Lanczos' tridiagonal matrix, whose eigenvalues estimate the condition number.
 */
import type { Minimum, Unbounded, Undefined } from './minimum.ts';
import { symmetricEigen } from './eigen.ts';
import { axpy, dot, norm } from './vectors.ts';

/** Numbers kept for orthogonalisation: 256 MB. */
const memory = 2 ** 25;

export const conjugateGradients = async (
  product: (v: Float64Array) => Promise<Float64Array>,
  b: Float64Array,
  { tolerance }: { readonly tolerance: number },
): Promise<Omit<Minimum, 'residual' | 'evaluations'> | Unbounded | Undefined> => {
  const n = b.length;
  const x = new Float64Array(n);
  let r = b.slice();
  let p = b.slice();
  const start = norm(b);
  const done = (): Omit<Minimum, 'residual' | 'evaluations'> => ({
    kind: 'minimum',
    x,
    method: 'conjugate gradients',
    condition: conditionOf(alphas, betas),
  });
  const alphas: number[] = [];
  const betas: number[] = [];
  if (start === 0) return done();
  const basis: Float64Array[] = [];
  const kept = Math.floor(memory / n);
  let most = 0;
  let best = { size: start, at: 0 };
  for (let round = 0; round < Math.max(2 * n, 1000); round++) {
    if (basis.length < kept) basis.push(r.map((value) => value / norm(r)));
    const hp = await product(p);
    const curvature = dot(p, hp) / dot(p, p);
    if (!Number.isFinite(curvature)) return { kind: 'non-finite' };
    const size = norm(r);
    most = Math.max(most, Math.abs(curvature));
    if (curvature <= 1e-13 * most) {
      // No curvature left: flat if the slope is rounding, without a minimum if it is not.
      if (curvature > -1e-9 * most && size <= 1e-6 * start) return done();
      const along = p.map((value) => value / norm(p));
      const reason = curvature < -1e-9 * most ? 'negative curvature' : 'slope without curvature';
      return { kind: 'unbounded', reason, along };
    }
    const alpha = dot(r, r) / (curvature * dot(p, p));
    axpy(alpha, p, x);
    const next = r.slice();
    axpy(-alpha, hp, next);
    for (const q of basis) axpy(-dot(q, next), q, next);
    const after = norm(next);
    const beta = (after / size) ** 2;
    alphas.push(alpha);
    betas.push(beta);
    if (after <= tolerance * start) return done();
    if (after < 0.9 * best.size) best = { size: after, at: round };
    // Rounding, not the tolerance, ends it.
    if (round - best.at > 200 && best.size < 1e-6 * start) return done();
    p = p.map((value, i) => next[i] + beta * value);
    r = next;
  }
  return done();
};

/** Of the tridiagonal matrix T = L D L' with pivots 1 / alpha and off-diagonal sqrt(beta) / alpha (Golub and Van Loan, section 11.3). */
const conditionOf = (alphas: readonly number[], betas: readonly number[]): number => {
  const n = Math.min(alphas.length, 200);
  if (n === 0) return 1;
  const t = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    t[i * n + i] = 1 / alphas[i] + (i > 0 ? betas[i - 1] / alphas[i - 1] : 0);
    if (i + 1 < n) t[i * n + i + 1] = t[(i + 1) * n + i] = Math.sqrt(betas[i]) / alphas[i];
  }
  const { values } = symmetricEigen(t, n);
  return values[n - 1] / values[0];
};
