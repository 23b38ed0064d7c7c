import { describe, expect, it } from 'vitest';
import { beginLbfgs, lbfgs, type LbfgsState } from '../runtime/solvers/lbfgs.ts';
import type { Objective } from '../runtime/solvers/line-search.ts';

const doubles = { iterations: 1000, tolerance: 1e-10, noise: 1e-15 };
const run = async (objective: Objective, x: readonly number[], options: Partial<typeof doubles> = {}) =>
  lbfgs(objective, await beginLbfgs(objective, Float64Array.from(x)), {
    ...doubles,
    ...options,
    each: () => Promise.resolve(true),
  });

/** Sum of 100 (b - a^2)^2 + (1 - a)^2 over pairs of neighbours. */
const rosenbrock: Objective = (x) => {
  let f = 0;
  const g = new Float64Array(x.length);
  for (let i = 0; i + 1 < x.length; i++) {
    const t = x[i + 1] - x[i] ** 2;
    f += 100 * t * t + (1 - x[i]) ** 2;
    g[i] += -400 * x[i] * t - 2 * (1 - x[i]);
    g[i + 1] += 200 * t;
  }
  return Promise.resolve({ f, g });
};

describe('L-BFGS', () => {
  it('finds the minimum of the function of Rosenbrock', async () => {
    const { state, reason } = await run(rosenbrock, [-1.2, 1]);
    expect(reason).toBe('gradient');
    for (const value of state.x) expect(value).toBeCloseTo(1, 9);
    expect(state.iteration).toBeLessThan(60);
    const many = await run(
      rosenbrock,
      Array.from({ length: 50 }, (_, i) => (i % 2 ? 1 : -1.2)),
    );
    for (const value of many.state.x) expect(value).toBeCloseTo(1, 8);
  });

  it('finds the same logistic regression as the method of Newton', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({
      x: Math.sin(3 * i) * 2,
      y: Math.cos(7 * i) + Math.sin(3 * i) > 0 ? 1 : 0,
    }));
    const logistic: Objective = (w) => {
      let f = 0;
      const g = new Float64Array(2);
      for (const { x, y } of rows) {
        const z = w[0] * x + w[1];
        f += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - y * z;
        const d = 1 / (1 + Math.exp(-z)) - y;
        g[0] += d * x;
        g[1] += d;
      }
      return Promise.resolve({ f, g });
    };
    let [a, b] = [0, 0];
    for (let i = 0; i < 20; i++) {
      let [h00, h01, h11] = [0, 0, 0];
      for (const { x } of rows) {
        const p = 1 / (1 + Math.exp(-(a * x + b)));
        h00 += p * (1 - p) * x * x;
        h01 += p * (1 - p) * x;
        h11 += p * (1 - p);
      }
      const { g } = await logistic(Float64Array.of(a, b));
      const det = h00 * h11 - h01 * h01;
      a -= (h11 * g[0] - h01 * g[1]) / det;
      b -= (h00 * g[1] - h01 * g[0]) / det;
    }
    const { state } = await run(logistic, [0, 0]);
    expect(state.x[0]).toBeCloseTo(a, 8);
    expect(state.x[1]).toBeCloseTo(b, 8);
  });

  it('goes on from a state exactly as it would have', async () => {
    const x = Float64Array.of(-1.2, 1, -0.5, 2);
    let kept: LbfgsState | undefined;
    const begin = await beginLbfgs(rosenbrock, x);
    const whole = await lbfgs(rosenbrock, begin, {
      ...doubles,
      each: (state) => {
        if (state.iteration === 13) kept = state;
        return Promise.resolve(true);
      },
    });
    const rest = await lbfgs(rosenbrock, kept!, { ...doubles, each: () => Promise.resolve(true) });
    expect(rest.state).toEqual(whole.state);
  });

  it('steps back where the function is not defined, and says so where it starts there', async () => {
    const barrier: Objective = ([x]) => Promise.resolve({ f: x - Math.log(x), g: Float64Array.of(1 - 1 / x) });
    const { state } = await run(barrier, [30]);
    expect(state.x[0]).toBeCloseTo(1, 9);
    expect((await run(barrier, [-1])).reason).toBe('non-finite');
  });

  it('converges on values rounded to float32', async () => {
    const floats: Objective = async (x) => {
      const { f, g } = await rosenbrock(x);
      return { f: Math.fround(f + 50), g: g.map(Math.fround) };
    };
    const { state } = await run(floats, [-1.2, 1], { tolerance: 1e-6, noise: 1e-6 });
    expect(state.x[0]).toBeCloseTo(1, 2);
  });

  it('stops where the loss falls without end', async () => {
    const { reason } = await run(([x]) => Promise.resolve({ f: Math.exp(-x), g: Float64Array.of(-Math.exp(-x)) }), [0]);
    expect(reason).toBe('gradient');
    const line = await run(([x]) => Promise.resolve({ f: -x, g: Float64Array.of(-1) }), [0]);
    expect(line.reason).toBe('unbounded');
  });
});
