/**
 * L-BFGS (Liu and Nocedal 1989; Nocedal and Wright, algorithms 7.4 and 7.5) with ten pairs and a strong-Wolfe line search.
 * It knows nothing of graphs: a smooth function with its gradient enters, a state leaves that goes on exactly where it stood.
 */
import { wolfe, type Objective, type Point } from './line-search.ts';
import { axpy, dot, largest, norm } from './vectors.ts';

export interface Pair {
  /** Step and change of the gradient. */
  readonly s: Float64Array;
  readonly y: Float64Array;
}

export interface LbfgsState extends Point {
  readonly iteration: number;
  /** Oldest first. */
  readonly pairs: readonly Pair[];
  /** Iterations in a row without progress beyond rounding. */
  readonly stalls: number;
}

export interface LbfgsOptions {
  readonly iterations: number;
  /** Stops where the largest entry of the gradient is below this, relative to max(1, |f|). */
  readonly tolerance: number;
  /** Relative rounding of the loss: 1e-15 in doubles, 1e-6 in floats. */
  readonly noise: number;
  /** After every iteration; false stops. */
  readonly each: (state: LbfgsState) => Promise<boolean>;
}

export type LbfgsReason = 'gradient' | 'no progress' | 'iterations' | 'stopped' | 'non-finite' | 'unbounded';

const memory = 10;

/** Algorithm 7.4: -H g by two loops. */
const directionOf = (g: Float64Array, pairs: readonly Pair[]): Float64Array => {
  const d = g.map((value) => -value);
  const alphas: number[] = [];
  for (const { s, y } of pairs.toReversed()) {
    const alpha = dot(s, d) / dot(y, s);
    alphas.push(alpha);
    axpy(-alpha, y, d);
  }
  const last = pairs.at(-1);
  if (last) {
    const gamma = dot(last.s, last.y) / dot(last.y, last.y);
    for (let i = 0; i < d.length; i++) d[i] *= gamma;
  }
  for (const { s, y } of pairs) axpy(alphas.pop()! - dot(y, d) / dot(y, s), s, d);
  return d;
};

export const beginLbfgs = async (objective: Objective, x: Float64Array): Promise<LbfgsState> => ({
  ...(await objective(x)),
  x,
  iteration: 0,
  pairs: [],
  stalls: 0,
});

const next = async (
  objective: Objective,
  state: LbfgsState,
  noise: number,
): Promise<LbfgsState | 'stuck' | 'endless'> => {
  let { pairs } = state;
  let d = directionOf(state.g, pairs);
  // Rounding can spoil the pairs; without them the direction is the gradient.
  if (!(dot(d, state.g) < 0)) {
    pairs = [];
    d = directionOf(state.g, pairs);
  }
  const length = pairs.length > 0 ? 1 : Math.min(1, 1 / norm(state.g));
  let point = await wolfe(objective, state, d, length, noise);
  if (point === 'stuck' && pairs.length > 0) {
    pairs = [];
    point = await wolfe(objective, state, directionOf(state.g, pairs), 1 / norm(state.g), noise);
  }
  if (point === 'stuck' || point === 'endless') return point;
  const { x, f, g } = point;
  const s = x.map((value, i) => value - state.x[i]);
  const y = g.map((value, i) => value - state.g[i]);
  // The line search ensures y's > 0 but for rounding.
  if (dot(s, y) > Number.EPSILON * norm(s) * norm(y)) pairs = [...pairs, { s, y }].slice(-memory);
  const progress = state.f - f > 10 * noise * Math.max(Math.abs(f), Math.abs(state.f));
  return { x, f, g, pairs, iteration: state.iteration + 1, stalls: progress ? 0 : state.stalls + 1 };
};

export const lbfgs = async (
  objective: Objective,
  begin: LbfgsState,
  { iterations, tolerance, noise, each }: LbfgsOptions,
): Promise<{ readonly state: LbfgsState; readonly reason: LbfgsReason }> => {
  let state = begin;
  for (;;) {
    const slope = largest(state.g);
    if (!Number.isFinite(state.f) || !Number.isFinite(slope)) return { state, reason: 'non-finite' };
    if (slope <= tolerance * Math.max(1, Math.abs(state.f))) return { state, reason: 'gradient' };
    if (state.stalls >= 3) return { state, reason: 'no progress' };
    if (state.iteration >= iterations) return { state, reason: 'iterations' };
    const found = await next(objective, state, noise);
    if (found === 'stuck') return { state, reason: 'no progress' };
    if (found === 'endless') return { state, reason: 'unbounded' };
    state = found;
    if (!(await each(state))) return { state, reason: 'stopped' };
  }
};
