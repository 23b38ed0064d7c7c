/** Rows of numbers are an array where one is asked for, and a distribution where one is: statistics of them are over the rows. */
import { expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { measures } from './specs-harness.ts';

const birds = `
data birds : [(R[2], R)] = [([r.bill_length_mm, r.flipper_length_mm], r.body_mass_g / 1000) for r in penguins()]
model Line(x: R[2]) -> R { param w : R[2]; param b : R; dot(w, x) + b }
def scaled(x, D) { X = [u for (u, _) in D]; (x - mean(X)) / std(X) }
`;

test('a set of vectors: mean, std and var are entry by entry, over an axis of it as said', async () =>
  expect(
    await measures(`
data D : [(R[2], R)] = [([1, 2], 3), ([3, 6], 5)]
let X = [x for (x, _) in D]
let y = [v for (_, v) in D]
minimize z^2 over z in R
  subject to eval mean(X)[1] as mean, eval std(X)[1] as std, eval var(y) as var, eval mean(X, axis = 1)[1] as row,
    eval (X @ [1, 1])[1] as product, eval dot(y, y) as dot, eval sum((X - mean(X)) / std(X)) as scaled, eval sum(y == 3) as equal`),
  ).toEqual({ mean: 4, std: 2, var: 1, row: 4.5, product: 9, dot: 34, scaled: 0, equal: 1 }));

test('a normaliser that is fitted on the training rows leaves a linear fit as it is', async () => {
  const rmse = (f: string, L: string): Promise<Record<string, number>> =>
    measures(`${birds}
minimize E[(x, y) ~ D_tr] (${L} - y)^2 over f in Line
  subject to eval rmse(${f}, D_eval) as rmse on supervised(birds)`);
  const plain = await rmse('f', 'f(x)');
  const normal = await rmse('x -> f(scaled(x, D_tr))', 'f(scaled(x, D_tr))');
  expect(normal.rmse).toBeCloseTo(plain.rmse, 5);
});

test('a statistic of the rows inside an expectation over them, the names of both alike', async () => {
  const measured = await measures(`${birds}
def explained(f, D) = 1 - E[(x, y) ~ D] (f(x) - y)^2 / var([y for (_, y) in D])
minimize mse(f, D_tr) over f in Line
  subject to eval explained, eval r_squared on supervised(birds)`);
  expect(measured.explained).toBeCloseTo(measured.r_squared, 6);
});

test('one that is fitted on all rows leaks', async () => {
  const text = `${birds}
minimize E[(x, y) ~ D_tr] (f(scaled(x, birds)) - y)^2 over f in Line
  subject to eval rmse(f, D_eval) as rmse on supervised(birds)`;
  const { diagnostics } = await compile('spec.learn', text, nodeHost(), {});
  expect(diagnostics.map((d) => d.code)).toEqual(['L0404']);
});

test('a Gaussian process: the evidence of all rows at once, its maximum, and the mean at new points', async () => {
  // the evidence at width 0.7, noise 0.1, amplitude 1, and the mean at 0.3, by NumPy: slogdet, solve
  const { evidence, mean } = await measures(`
data curve : [(R, R)] = [(x / 2 - 2, sin(x - 4)) for x in 0..8]
def k(x, z) = exp(-(x - z)^2 / (2 * 0.7^2))
def gram(D) { xs = [x for (x, _) in D]; [k(x, z) for x in xs, z in xs] + 0.01 * identity[size(xs)] }
def evidence(D) { ys = [y for (_, y) in D]; -(dot(ys, solve(gram(D), ys)) + logdet(gram(D))) / 2 }
def predicted(D, z) { a = solve(gram(D), [y for (_, y) in D]); dot([k(x, z) for (x, _) in D], a) }
minimize z^2 over z in R subject to eval evidence(curve) as evidence, eval predicted(curve, 0.3) as mean`);
  expect(evidence).toBeCloseTo(3.133904, 4);
  expect(mean).toBeCloseTo(0.55762, 5);
});
