/** Constraints on the solution: closed forms, and values of SciPy (`scipy.optimize.minimize(method="SLSQP", tol=1e-12)`). */
import { describe, expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { openEngine } from '../runtime/engines/choose.ts';
import { runProgram } from '../runtime/session.ts';
import { measures } from './specs-harness.ts';

const solved = async (text: string) => {
  const { program } = await compile('spec.learn', text, nodeHost(), { seed: 1 });
  const chosen = await openEngine('wasm');
  if (!program || 'failed' in chosen) throw new Error('not compiled');
  return runProgram(program, { engine: chosen.engine, seed: 1 });
};

describe('small problems, by the augmented Lagrangian', () => {
  test('the point of the simplex that is closest: what is left of each entry above a threshold', async () => {
    const p = await measures(`
minimize sum((p - [0.9, 0.6, -0.3])^2) over p in R[3]
  subject to sum(p) == 1, p >= 0, eval p[0] as a, eval p[1] as b, eval p[2] as c`);
    [0.65, 0.35, 0].forEach((x, i) => expect(p['abc'[i]]).toBeCloseTo(x, 5));
  });

  test('a quadratic under linear equations: its KKT system', async () => {
    // [[2, 0, 1], [0, 4, 1], [1, 1, 0]] [x, y, λ] = [2, 4, 3]
    const { x, y } = await measures(
      'minimize z[0]^2 - 2 * z[0] + 2 * z[1]^2 - 4 * z[1] over z in R[2] subject to z[0] + z[1] == 3, eval z[0] as x, eval z[1] as y',
    );
    expect(x).toBeCloseTo(5 / 3, 5);
    expect(y).toBeCloseTo(4 / 3, 5);
  });

  test('a linear function over a ball: the point against its slope', async () => {
    const { a, b } = await measures(
      'minimize dot([3, 4], z) over z in R[2] subject to norm(z) <= 2, eval z[0] as a, eval z[1] as b',
    );
    expect(a).toBeCloseTo(-1.2, 5);
    expect(b).toBeCloseTo(-1.6, 5);
  });

  test('the die of largest entropy with mean 4.5 (Jaynes)', async () => {
    const p = await measures(`
maximize -(sum[i < 6] p[i] * log(p[i])) over p in Simplex[6]
  subject to (sum[i < 6] p[i] * (i + 1)) == 4.5, eval p[0] as p1, eval p[5] as p6`);
    expect(p.p1).toBeCloseTo(0.05435, 4);
    expect(p.p6).toBeCloseTo(0.34749, 4);
  });

  test('Hock and Schittkowski 71', async () => {
    const z = await measures(`
minimize z[0] * z[3] * (z[0] + z[1] + z[2]) + z[2] over z in R[4]
  subject to prod(z) >= 25, sum(z^2) == 40, z >= 1, z <= 5,
    eval z[0] as a, eval z[1] as b, eval z[2] as c, eval z[3] as d`);
    [1, 4.743, 3.82115, 1.379408].forEach((x, i) => expect(z['abcd'[i]]).toBeCloseTo(x, 3));
  });

  test('a start where the objective has no slope is left', async () => {
    const { length } = await measures(
      'minimize sum(z^2 * [1, 2]) over z in R[2] subject to norm(z) == 1, eval norm(z) as length',
    );
    expect(length).toBeCloseTo(1, 5);
  });

  test('regression with weights that are not negative (scipy.optimize.nnls)', async () => {
    const w = await measures(`
data D = [([1, 2], 1), ([2, 1], 4), ([3, 4], 5), ([4, 3], 7)]
model M(x: R[2]) -> R { param w : R[2] = 0; dot(w, x) }
minimize E[(x, y) ~ D_tr] (f(x) - y)^2 over f in M
  subject to f.w >= 0, eval f.w[0] as a, eval f.w[1] as b on supervised(D, holdout = 0)`);
    expect(w.a).toBeCloseTo(52 / 30, 5);
    expect(w.b).toBeCloseTo(0, 5);
  });
});

describe('training by steps', () => {
  test('on a ball the steps are projected', async () => {
    const { a, b } = await measures(
      'minimize sum((w - [3, 4])^2) over w in R[2] subject to norm(w) <= 1, eval w[0] as a, eval w[1] as b by sgd(0.1) for 200 steps',
    );
    expect([a, b]).toEqual([expect.closeTo(0.6, 5), expect.closeTo(0.8, 5)]);
  });

  test('a rule that scales every entry by itself is not projected onto a ball: it would rest at [1, 1] / sqrt(2)', async () => {
    const { a, b } = await measures(`
minimize norm(y - [3, 4])^2 over y in R[2] subject to norm(y) <= 1, eval y[0] as a, eval y[1] as b
  by adam(cosine(0.02)) for 3000 steps`);
    expect([a, b]).toEqual([expect.closeTo(0.6, 2), expect.closeTo(0.8, 2)]);
  });

  test('otherwise the multipliers move along', async () => {
    const { a, b } = await measures(`
data D = [(x / 10, 2 * x / 10 + 1) for x in 0..10]
model M(x: R) -> R { param a : R = 0; param b : R = 0; a * x + b }
minimize E[(x, y) ~ D_tr] (f(x) - y)^2 over f in M
  subject to f.a + f.b == 2, eval f.a as a, eval f.b as b on supervised(D, holdout = 0)
  by adam(cosine(0.05)) for 2000 steps`);
    expect(a).toBeCloseTo(0.4 / 0.7, 2);
    expect(a + b).toBeCloseTo(2, 3);
  });
});

test('a run says of each constraint whether it is met, and fails where one is not', async () => {
  const met = await solved('minimize (z - 1)^2 over z in R subject to z <= 0.5');
  expect(met).toMatchObject({ met: true, summaries: [{ name: 'z <= 0.5', verdict: 'met' }] });
  expect(met.solved[0]).toMatchObject({ solver: 'constrained', loss: expect.closeTo(0.25, 5) });
  const clash = await solved('minimize (z - 1)^2 over z in R subject to z <= 0.5, -z <= -0.7');
  expect(clash.met).toBe(false);
  expect(clash.solved[0].reason).toContain('the constraints cannot all be met: one stays off by 0.1');
});

describe('games', () => {
  test('a player whose best answer is outside of his set stays on its edge, and the other answers that', async () => {
    // Unconstrained: 2 (x - 3) + y = 0 and y = x, so x = y = 2.
    const { x, y } = await measures(`
minimize (x - 3)^2 + x * y over x in R and minimize (y - x)^2 over y in R
  subject to x <= 1, eval x as x, eval y as y by adam(0.05) for 600 steps`);
    expect(x).toBeCloseTo(1, 3);
    expect(y).toBeCloseTo(1, 3);
  });

  test('a set of the second player is projected onto as well', async () => {
    const { x, y } = await measures(`
minimize (x - y[0])^2 over x in R and minimize norm(y - [3, 4] - x)^2 over y in R[2]
  subject to norm(y) <= 1, eval x as x, eval norm(y) as y by sgd(0.1) for 400 steps`);
    // y points to (3 + x, 4 + x) and x is its first entry.
    let at = 0.5;
    for (let i = 0; i < 200; i++) at = (3 + at) / Math.hypot(3 + at, 4 + at);
    expect(x).toBeCloseTo(at, 2);
    expect(y).toBeCloseTo(1, 3);
  });

  test('two firms that share a capacity pay one price for it', async () => {
    // Cournot: without the limit each makes 1; with it both slopes 3 - 2 q - q' equal the price.
    const { a, b } = await measures(`
maximize (3 - a - b) * a over a in R and maximize (3 - a - b) * b over b in R
  subject to a + b <= 1, eval a as a, eval b as b by adam(0.02) for 2000 steps`);
    expect(a).toBeCloseTo(0.5, 2);
    expect(b).toBeCloseTo(0.5, 2);
  });

  test('a constraint that reads rows, in a game with a critic', async () => {
    // The generator is kept from the data: its mean may be 1 at most.
    const { mean } = await measures(`
data D = [2 + x for x in Normal(0, 0.3)^400]
model G() ~> R { param m : R = 0; z ~ Normal(0, 0.3); m + z }
model C(x: R) -> R = dense[1](tanh(dense[8]([x])))[0]
minimize (maximize E[x ~ D_tr] log(sigmoid(c(x))) + E[y ~ g] log(sigmoid(-c(y))) over c in C by adam(0.01)) over g in G by adam(0.01)
  subject to (E[x ~ D_tr] x) - (E[y ~ g; samples = 64] y) >= 1, eval E[y ~ g; samples = 4000] y as mean
  on unsupervised(D, holdout = 0) for 1500 steps batch 64`);
    expect(Math.abs(mean - 1)).toBeLessThan(0.15);
  });
});
