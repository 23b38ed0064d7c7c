/** Sets made on the way: samples in lists, filters in functions, rows by their number, batches that are one draw; parameters by name. */
import { expect, test } from 'vitest';
import { measures, valueOf } from './specs-harness.ts';

test('a list of samples is a list of data sets, each a task', { timeout: 60_000 }, async () => {
  const found = await measures(`
let slopes = [1, -1]
let tasks = [dist { x ~ Normal(0, 1); (x, a * x) }^100 for a in slopes]
model Line(x: R) -> R { param a : R = 0; a * x }
minimize E[(x, y) ~ D_tr] (f(x) - y)^2 over f in Line
  subject to eval (E[(x, y) ~ D_eval] x * y) / (E[(x, y) ~ D_eval] x^2) as slope, eval f.a as last on continual([supervised(t, holdout = 0.2) for t in tasks])
`);
  const slopes = Object.entries(found).flatMap(([name, x]) => (name.startsWith('slope') ? [x] : []));
  expect(slopes).toHaveLength(2);
  [1, -1].forEach((slope, i) => expect(slopes[i]).toBeCloseTo(slope, 4));
  expect(found['last 1']).toBeCloseTo(-1, 3);
});

test('a filter in a function makes a set for each of its arguments', async () => {
  const [both] = await valueOf(
    '{ D = [(x, x mod 2) for x in 0..9]; f = c -> [x for (x, y) in D if y == c]; E[x ~ f(0)] x + 100 * E[x ~ f(1)] x }',
  );
  expect(both).toBeCloseTo(504, 6);
  const found = await measures(`
data D = [(x, x mod 2) for x in 0..9]
def of(c) = [x for (x, y) in D if y == c]
minimize (E[x ~ of(0)] (a - x)^2) + (E[x ~ of(1)] (b - x)^2) over a in R, b in R
  subject to eval a as even, eval b as odd
`);
  expect(found.even).toBeCloseTo(4, 5);
  expect(found.odd).toBeCloseTo(5, 5);
});

test('kernel ridge regression by hand: rows of a set by their number', async () => {
  const { error } = await measures(`
data D = [(x, sin(x)) for x in linspace(-3, 3, 30)]
def k(a, b) = exp(-(a - b)^2 / 2)
let S = unsupervised(D, holdout = 0)
minimize mean[i < size(D_tr)] (y[i] - f(x[i]))^2 over a in R[30]
  where x = [u for (u, v) in D_tr], y = [v for (u, v) in D_tr], f = u -> sum[j < 30] a[j] * k(u, x[j])
  subject to eval E[(u, v) ~ D_eval] (v - sum[j < 30] a[j] * k(u, [s for (s, t) in D_eval][j]))^2 as error on S
`);
  expect(error).toBeLessThan(1e-4);
});

test('a parameter can be mentioned before its model has been run, and an evaluation be called as a member is', async () => {
  const found = await measures(`
model P(x: R[3]) ~> R { param w : R[3] = 0; param sd : Positive = 1; Normal(dot(w, x), sd) }
minimize (p.sd - 2)^2 + sum((p.w - 1)^2) over p in P
  subject to eval p.sd as sd, eval sum(p.w) as e
`);
  expect(found.sd).toBeCloseTo(2, 4);
  expect(found.e).toBeCloseTo(3, 4);
});

test('online: every part is predicted by what was learned from those before, then learned from', async () => {
  const found = await measures(`
data D : [R] = [1, 2, 3, 10, 20, 30, 5]
minimize E[x ~ D_tr] (a - x)^2 over a in R
  subject to eval a as now, eval E[x ~ D_eval] x as seen
  on online(D, parts = 3)
`);
  const values = Object.entries(found).map(([name, x]) => [name, Number(x.toFixed(3))]);
  // parts of 2, 2 and 3 rows; before the first, a is where it starts
  expect(Object.fromEntries(values)).toEqual({
    'now 0': 0,
    'seen 0': 1.5,
    'now 1': 1.5,
    'seen 1': 6.5,
    'now 2': 6.5,
    'seen 2': 18.333,
  });
});

test.each<[string, readonly number[]]>([
  ['[[1, 2, 3], [4, 5, 6]][:, [2, 0]]', [3, 1, 6, 4]],
  ['[[1, 2, 3], [4, 5, 6]][[1, 0], [2, 1]]', [6, 5, 3, 2]],
  ['[[1, 2, 3], [4, 5, 6]][:, [[2, 0], [1, 1]]]', [3, 1, 2, 2, 6, 4, 5, 5]],
  ['[x[[2, 0]] for x in [[1, 2, 3], [4, 5, 6]]]', [3, 1, 6, 4]],
  ['[x[:, [1, 0]] for x in [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]]', [2, 1, 4, 3, 6, 5, 8, 7]],
  ['[x[[[0, 1], [1, 1]]] for x in [[1, 2], [3, 4]]]', [1, 2, 2, 2, 3, 4, 4, 4]],
  ['[x[argsort(x)] for x in [[3, 1, 2], [4, 6, 5]]]', [1, 2, 3, 4, 5, 6]],
  ['{ x = [1, 2, 3]; grad[x] sum(x[[0, 0, 2]]^2) }', [4, 0, 6]],
])('an array of places takes the entries there, along its dimension, in its shape: %s', async (text, expected) => {
  expect(await valueOf(text)).toEqual(expected);
});

test('active learning asks where it is unsure: near the border between the classes', { timeout: 60_000 }, async () => {
  const spec = (paradigm: string): string => `
data D : [(R, Class[2])] = [(x, class[2](x > 0.37)) for x in linspace(-1, 1, 400)]
model F(x: R) ~> Class[2] { param a : R = 1; param b : R = 0; Categorical(logits = [0, 10 * a * x + b]) }
minimize E[(x, y) ~ D_tr] -log f(y | x) over f in F
  subject to eval E[(x, y) ~ D_tr] abs(x - 0.37) as distance, eval E[(x, y) ~ D_eval] (mode(f(x)) == y) as right
  on ${paradigm} by adam(5e-2) for 200 steps`;
  const found = await measures(
    spec('active(D, score = x -> entropy(f(x)), start = 10, query = 20, rounds = 4, temperature = 0.01)'),
  );
  // a row at random is 0.57 from the border on average
  expect(found['distance 0']).toBeGreaterThan(0.3);
  expect(found['distance 4']).toBeLessThan(0.2);
  expect(found['right 4']).toBeGreaterThan(0.97);
});
