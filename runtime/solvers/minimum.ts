/** What the solvers of quadratic problems find: a minimum, or why there is none. */

export interface Minimum {
  readonly kind: 'minimum';
  readonly x: Float64Array;
  readonly method: 'eigen' | 'conjugate gradients';
  /** Directions with curvature; by conjugate gradients unknown. */
  readonly rank?: number;
  /** Largest over smallest curvature that counts, in the unknowns as they are. */
  readonly condition: number;
  /** |H x + g(0)| / |g(0)| */
  readonly residual: number;
  readonly evaluations: number;
}

/** `along`: a unit direction on which the loss falls without end, by negative curvature or by a slope without curvature. */
export interface Unbounded {
  readonly kind: 'unbounded';
  readonly reason: 'negative curvature' | 'slope without curvature';
  readonly along: Float64Array;
}

export interface Undefined {
  readonly kind: 'non-finite';
}
