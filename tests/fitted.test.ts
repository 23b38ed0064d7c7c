/** Members that are fitted to their rows: against searches by hand, and NumPy's solution of the same linear system. */
import { expect, test } from 'vitest';
import { growTree } from '../runtime/solvers/tree.ts';
import { checked } from './errors-harness.ts';
import { measures } from './specs-harness.ts';

const line = 'data D = [([0], 1), ([1], 3), ([2.5], 2), ([3], 0.5), ([4.5], 1.5)]';
const loss = 'E[(x, y) ~ D_tr] (f(x) - y)^2';

test('knn: the mean of the nearest rows', async () => {
  const { a, b } = await measures(`${line}
minimize ${loss} over f in knn[2]
  subject to eval f([1.7]) as a, eval f([4]) as b on supervised(D, holdout = 0)`);
  expect([a, b]).toEqual([2.5, 1]);
});

test('knn of classes gives probabilities, with 1 / K beside what is counted', async () => {
  const { p, chosen } = await measures(`
data D = [([0, 0], class[3](0)), ([0, 1], class[3](0)), ([1, 1], class[3](2)), ([5, 5], class[3](1))]
minimize E[(x, y) ~ D_tr] -log f(y | x) over f in knn[3]
  subject to eval exp(log f(class[3](0) | [0.2, 0.4])) as p, eval index(mode(f([0.2, 0.4]))) as chosen on supervised(D, holdout = 0)`);
  expect(p).toBeCloseTo((2 + 1 / 3) / 4, 5);
  expect(chosen).toBe(0);
});

test('kernel ridge regression solves its linear system', async () => {
  const { v } = await measures(`${line}
minimize ${loss} over f in kernel[rbf(0.8), 0.1]
  subject to eval f([1.7]) as v on supervised(D, holdout = 0)`);
  expect(v).toBeCloseTo(2.85146055, 4);
});

test('folds of different sizes keep their own rows only', async () => {
  const found = await measures(`${line}
minimize ${loss} over f in knn[1] subject to eval E[(x, y) ~ D_tr] (f(x) - y)^2 as seen on kfold(D, k = 2)`);
  expect(Object.values(found)).toEqual([0, 0]);
});

test('tree: a step is found where it is, and each leaf says the mean of its rows', async () => {
  const { a, b } = await measures(`
data D = [([i, i mod 3], if i < 7 then 1 else 4) for i < 20]
minimize ${loss} over f in tree[depth = 2]
  subject to eval f([6.4, 0]) as a, eval f([6.6, 2]) as b on supervised(D, holdout = 0)`);
  expect([a, b]).toEqual([1, 4]);
});

test('the first split of a tree is the best of all', () => {
  const random = (seed: number) => () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const draw = random(7);
  const [n, d] = [40, 3];
  const x = Float64Array.from({ length: n * d }, () => Math.round(draw() * 20));
  const y = Float64Array.from({ length: n }, (_, i) => x[i * d + 1] * draw() + draw());
  const squares = (rows: number[]): number => {
    const mean = rows.reduce((s, i) => s + y[i], 0) / rows.length;
    return rows.reduce((s, i) => s + (y[i] - mean) ** 2, 0);
  };
  const rows = Array.from({ length: n }, (_, i) => i);
  const cost = (feature: number, t: number): number => {
    const left = rows.filter((i) => x[i * d + feature] <= t);
    return left.length === 0 || left.length === n
      ? Infinity
      : squares(left) + squares(rows.filter((i) => !left.includes(i)));
  };
  const all = [0, 1, 2].flatMap((feature) => Array.from({ length: 20 }, (_, t) => cost(feature, t + 0.5)));
  const { features, thresholds } = growTree(x, y, { depth: 1, least: 1 });
  expect(cost(features[0], thresholds[0])).toBeCloseTo(Math.min(...all), 8);
});

test('classes are split by Gini: a checkerboard needs two levels', async () => {
  const { right } = await measures(`
data D = [([i mod 2, floor(i / 2) mod 2], class[2]((i + floor(i / 2)) mod 2)) for i < 40]
minimize E[(x, y) ~ D_tr] -log f(y | x) over f in tree[depth = 2]
  subject to eval E[(x, y) ~ D_tr] (mode(f(x)) == y) as right on supervised(D, holdout = 0)`);
  expect(right).toBe(1);
});

test('what a tree before has left is what the next one is fitted to', async () => {
  // The first splits between 1 and 2: 0 and 5. It leaves 0, 0, -1, 1, of which the second makes -1/3 and 1.
  const { low, high } = await measures(`
data D = [([0], 0), ([1], 0), ([2], 4), ([3], 6)]
let S = supervised(D, holdout = 0)
let first = minimize E[(x, y) ~ D_tr] (f(x) - y)^2 over f in tree[depth = 1] on S
minimize E[(x, y) ~ D_tr] (first.f(x) + g(x) - y)^2 over g in tree[depth = 1]
  subject to eval first.f([0]) + g([0]) as low, eval first.f([3]) + g([3]) as high on S`);
  expect(low).toBeCloseTo(-1 / 3, 5);
  expect(high).toBeCloseTo(6, 5);
});

test('what the member is asked is what it keeps, and what it is to say may be made of y', async () => {
  const { square, log } = await measures(`
data D = [([-3], 90), ([-1], 10), ([2], 40)]
minimize E[(x, y) ~ D_tr] (f(x^2) - log(y))^2 over f in knn[1]
  subject to eval f([9]) as square, eval f([3.5]) as log on supervised(D, holdout = 0)`);
  expect(square).toBeCloseTo(Math.log(90), 5);
  expect(log).toBeCloseTo(Math.log(40), 5);
});

test('of classes as well, on features that were learned before', async () => {
  const { right } = await measures(`
data D = [([i, j], class[2]((i + j) mod 2)) for i < 4 for j < 4]
let S = supervised(D, holdout = 0)
model Sum(x: R[2]) -> R { param w : R[2] = 0; dot(w, x) }
let pre = minimize E[(x, y) ~ D_tr] (h(x) - x[0] - x[1])^2 over h in Sum on S
minimize E[(x, y) ~ D_tr] -log f(y | [pre.h(x) mod 2]) over f in knn[3]
  subject to eval E[(x, y) ~ D_tr] (mode(f([(pre.h(x) + 0.01) mod 2])) == y) as right on S`);
  expect(right).toBe(1);
});

test('a fitted class inside a model is fitted to what the model is trained on', async () => {
  const { outer, direct, twice } = await measures(`${line}
model Scaled(x: R[1]) -> R = 2 * knn[2](10 * x)
let S = supervised(D, holdout = 0)
let plain = minimize ${loss} over f in knn[2] on S
minimize ${loss} over f in Scaled subject to eval f([1.7]) as outer, eval plain.f([1.7]) as direct, eval f([4]) as twice on S`);
  expect(outer).toBeCloseTo(direct, 5);
  expect(twice).toBeCloseTo(1, 5);
});

test.each([
  [
    'too few rows',
    `${line}\nminimize ${loss} over f in knn[9] subject to eval f([1]) as v on supervised(D, holdout = 0)`,
    'L0504',
  ],
  ['an update rule', `${line}\nminimize ${loss} over f in knn[2] on supervised(D, holdout = 0) by adam(0.1)`, 'L0602'],
  ['no rows', 'minimize f([1])^2 over f in knn[2]', 'L0602'],
  [
    'an objective that is no square',
    `${line}\nminimize E[(x, y) ~ D_tr] abs(f(x) - y) over f in knn[2] on supervised(D, holdout = 0)`,
    'L0602',
  ],
  [
    'two fitted members of one square',
    `${line}\nmodel M(x: R[1]) -> R = knn[2](x) + tree[depth = 1](x)\nminimize ${loss} over f in M on supervised(D, holdout = 0)`,
    'L0602',
  ],
])('%s is said', async (_, source, code) => {
  expect((await checked(source)).diagnostics.filter((d) => d.severity === 'error').map((d) => d.code)).toEqual([code]);
});
