/** A problem inside an objective, solved to its end: against closed forms, with the derivatives that the implicit function theorem gives. */
import { expect, test } from 'vitest';
import { measures, valueOf } from './specs-harness.ts';

// argmin exp(z) - a z is log a.
test('the solution and its derivatives, of the second order too', async () => {
  const { at, slope, curve } = await measures(`
def root(a) = argmin exp(z) - a * z over z in R
minimize (w - 1)^2 over w in R subject to
  eval root(3) as at, eval { a = 2; grad[a] root(a) } as slope, eval { a = 2; grad[a] grad[a] root(a) } as curve
`);
  expect(at).toBeCloseTo(Math.log(3), 5);
  expect(slope).toBeCloseTo(1 / 2, 5);
  expect(curve).toBeCloseTo(-1 / 4, 4);
});

test('one for every example, outside of a training too', async () => {
  const found = await valueOf('{ f = a -> argmin exp(z) - a * z over z in R; [f(a) for a in [1, 2, 5]] }');
  [1, 2, 5].forEach((a, i) => expect(found[i]).toBeCloseTo(Math.log(a), 5));
  const [slope] = await valueOf('{ a = 2; grad[a] (argmin exp(z) - a * z over z in R) }');
  expect(slope).toBeCloseTo(0.5, 5);
});

test('several unknowns, a maximum, a constrained space', async () => {
  const { z, u, top, share } = await measures(`
minimize (w - 1)^2 over w in R subject to
  eval { (z, u) = argmin (z - w)^2 + (u - 2)^2 + z * u over z in R, u in R; z } as z,
  eval { (z, u) = argmin (z - w)^2 + (u - 2)^2 + z * u over z in R, u in R; u } as u,
  eval (argmax 3 * w * log(p) - p over p in Positive) as top,
  eval (argmin -log(p[0]) - 2 * w * log(p[1]) over p in Simplex[2])[1] as share
`);
  expect(z).toBeCloseTo(0, 4);
  expect(u).toBeCloseTo(2, 4);
  expect(top).toBeCloseTo(3, 3);
  expect(share).toBeCloseTo(2 / 3, 4);
});

test('a penalty is learned by how its solution does elsewhere: ridge regression inside, by its normal equations outside', async () => {
  const [xs, ys] = [
    [0, 1, 2, 3],
    [1, 2, 4, 4],
  ];
  const [vx, vy] = [
    [0.5, 1.5, 2.5],
    [1.4, 2.6, 3.5],
  ];
  const mean = (v: number[]): number => v.reduce((a, b) => a + b, 0) / v.length;
  // Centred: a = cov / (var + l), b = mean y - a mean x.
  const fit = (l: number): [number, number] => {
    const [mx, my] = [mean(xs), mean(ys)];
    const a = mean(xs.map((x, i) => (x - mx) * (ys[i] - my))) / (mean(xs.map((x) => (x - mx) ** 2)) + l);
    return [a, my - a * mx];
  };
  const loss = (l: number): number => {
    const [a, b] = fit(l);
    return mean(vx.map((x, i) => (a * x + b - vy[i]) ** 2));
  };
  let best = 0;
  for (let l = 0; l < 1; l += 1e-5) if (loss(l) < loss(best)) best = l;
  const { l, a, b } = await measures(`
model Line(x: R) -> R { param a : R; param b : R; a * x + b }
let (xs, ys, vx, vy) = ([${xs}], [${ys}], [${vx}], [${vy}])
def fit(l) = argmin (mean[i < 4] (g(xs[i]) - ys[i])^2) + l * g.a^2 over g in Line
minimize mean[i < 3] (fit(l)(vx[i]) - vy[i])^2 over l in Positive
  subject to eval l as l, eval fit(l).a as a, eval fit(l).b as b
`);
  expect(l).toBeCloseTo(best, 3);
  expect(a).toBeCloseTo(fit(best)[0], 3);
  expect(b).toBeCloseTo(fit(best)[1], 3);
});

test('features are learned for heads that are fitted to a few rows of each task', async () => {
  // Tasks y = c sin(2 x): one feature that bends like the sine, and three rows say what c is.
  const { error, plain } = await measures(`
def waves() = dist { c ~ Uniform(1, 3); dist { x ~ Uniform(-1.5, 1.5); (x, c * sin(2 * x)) } }
model Features(x: R) -> R[3] = tanh(dense[3](tanh(dense[16]([x]))))
model Head(z: R[3]) -> R { param w : R[3]; dot(w, z) }
def adapt(f, D) = argmin (sum[(x, y) in D] (h(f(x)) - y)^2) + 0.01 * norm(h.w)^2 over h in Head
let S = episodes(waves(), shots = 5, queries = 10)
minimize E[task ~ S] { h = adapt(f, task.support); mean[(x, y) in task.query] (h(f(x)) - y)^2 } over f in Features
  subject to eval E[task ~ S] { h = adapt(f, task.support); mean[(x, y) in task.query] (h(f(x)) - y)^2 } as error,
    eval E[task ~ S] mean[(x, y) in task.query] y^2 as plain on S
  by adam(0.01) for 300 steps batch 16
`);
  expect(plain).toBeGreaterThan(1.5);
  expect(error).toBeLessThan(0.1);
});

test('what cannot be solved so is said', async () => {
  const nested = (inner: string): Promise<unknown> => measures(`minimize (w - 1)^2 + (${inner}) over w in R`);
  await expect(nested('norm(argmin norm(z - w)^2 over z in R[300])')).rejects.toThrow('L0602');
  await expect(nested('argmin (z - w)^2 over z in R by sgd(0.1)')).rejects.toThrow('L0602');
});
