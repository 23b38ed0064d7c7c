/**
 * A step length that satisfies the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization, 2nd ed., algorithms 3.5 and 3.6).
 * Near the optimum, where differences of the loss drown in rounding, slopes decide alone (Hager and Zhang 2005, the approximate Wolfe
 * conditions). A value that is not finite counts as too far.
 */
import { dot, moved } from './vectors.ts';

export interface Valued {
  readonly f: number;
  readonly g: Float64Array;
}
export type Objective = (x: Float64Array) => Promise<Valued>;

export interface Point extends Valued {
  readonly x: Float64Array;
}

interface Trial extends Point {
  readonly a: number;
  /** Slope along the direction. */
  readonly slope: number;
}

const c1 = 1e-4;
const c2 = 0.9;

/** Minimiser of the cubic through values and slopes at u and v (equation 3.59), or the middle where there is none well inside. */
const between = (u: Trial, v: Trial): number => {
  const d1 = u.slope + v.slope - (3 * (u.f - v.f)) / (u.a - v.a);
  const d2 = Math.sign(v.a - u.a) * Math.sqrt(d1 * d1 - u.slope * v.slope);
  const a = v.a - ((v.a - u.a) * (v.slope + d2 - d1)) / (v.slope - u.slope + 2 * d2);
  const low = Math.min(u.a, v.a);
  const width = Math.abs(u.a - v.a);
  return a > low + 0.1 * width && a < low + 0.9 * width ? a : low + width / 2;
};

/** `noise`: relative rounding of the loss. `stuck`: no step along d makes the loss smaller; `endless`: every longer one makes it smaller still. */
export const wolfe = async (
  objective: Objective,
  from: Point,
  d: Float64Array,
  first: number,
  noise: number,
): Promise<Point | 'stuck' | 'endless'> => {
  const slope0 = dot(from.g, d);
  const slack = noise * Math.abs(from.f);
  const start: Trial = { ...from, a: 0, slope: slope0 };
  const trial = async (a: number): Promise<Trial> => {
    const x = moved(from.x, a, d);
    const { f, g } = await objective(x);
    const finite = Number.isFinite(f) && g.every(Number.isFinite);
    return { a, x, f: finite ? f : Infinity, g, slope: finite ? dot(g, d) : NaN };
  };
  const decreases = ({ a, f, slope }: Trial): boolean =>
    f <= from.f + c1 * a * slope0 || (f <= from.f + slack && slope <= (2 * c1 - 1) * slope0);
  const flat = ({ slope }: Trial): boolean => Math.abs(slope) <= -c2 * slope0;

  // Algorithm 3.6: low has the smallest loss so far and satisfies the decrease; its slope points towards high.
  const zoom = async (low: Trial, high: Trial): Promise<Point | 'stuck'> => {
    for (let round = 0; round < 40; round++) {
      if (Math.abs(high.a - low.a) <= 1e-14 * Math.max(high.a, low.a)) break;
      const next = await trial(between(low, high));
      if (!decreases(next) || (next.f >= low.f && next.f > from.f + slack)) high = next;
      else {
        if (flat(next)) return next;
        if (next.slope * (high.a - low.a) >= 0) high = low;
        low = next;
      }
    }
    return low.a > 0 && low.f < from.f ? low : 'stuck';
  };

  // Algorithm 3.5: go on until an interval must hold such a step.
  let previous = start;
  let a = first;
  for (let round = 0; round < 40; round++) {
    const next = await trial(a);
    if (!decreases(next) || (round > 0 && next.f >= previous.f && next.f > from.f + slack)) return zoom(previous, next);
    if (flat(next)) return next;
    if (next.slope >= 0) return zoom(next, previous);
    previous = next;
    a *= 4;
  }
  return 'endless';
};
