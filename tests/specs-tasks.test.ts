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

/** Three means to follow, one after the other; a point that is fitted exactly is the mean of what it was trained on. */
const stream = (paradigm: string): string => `
${paradigm}
let tasks = [unsupervised([c + x for x in -1..1], holdout = 0) for c in [0, 10, 50]]
minimize E[x ~ D_tr] (a - x)^2 over a in R
  subject to eval a as now, eval E[x ~ D_eval] x as seen on p(tasks)`;

test('tasks are in the order of their list, and have its places as names', async () => {
  const found = await measures(
    stream(`paradigm p(tasks) {
  for t in tasks {
    train on t.train
    for u in tasks if u <= t { eval on u.eval as u.name }
  }
}`),
  );
  // of the evaluations of one name the last is kept: after the last task
  for (const [i, c] of [0, 10, 50].entries()) {
    expect(found[`now ${i}`]).toBeCloseTo(50, 4);
    expect(found[`seen ${i}`]).toBeCloseTo(c, 5);
  }
});

test('rehearsal: every task is trained on with all before it, one set after the other', async () => {
  const found = await measures(
    stream(`paradigm p(tasks) {
  for t in tasks {
    train on concat([u.train for u in tasks if u <= t])
    eval on t.eval as t.name
  }
}`),
  );
  [0, 5, 20].forEach((mean, i) => expect(found[`now ${i}`]).toBeCloseTo(mean, 4));
});

test('a distribution of tasks behind `on` is D_tr too', { timeout: 60_000 }, async () => {
  const found = await measures(`
def task() = dist { a ~ Normal(2, 0.5); dist { x ~ Normal(a, 0.1); x } }
minimize E[t ~ D_tr] mean[x in t.query] (z - x)^2 over z in R
  subject to eval abs(z - 2) as error, eval E[t ~ D_eval; samples = 1000] mean(t.query) as seen on episodes(task())
  by adam(0.05) for 300 steps batch 64`);
  expect(found.error).toBeLessThan(0.1);
  expect(found.seen).toBeCloseTo(2, 1);
});

test('KL of pairs from a conditional distribution is the mean of -log f(y | x)', async () => {
  const { nll, kl } = await measures(`
data D : [(R, Bit)] = [(x, x > 3) for x in 0..7]
model f(x: R) ~> Bit { param w : R = 0; Bernoulli(logits = w * (x - 3.5)) }
minimize KL(D_tr || p) + 0.01 * p.w^2 over p in f
  subject to eval cross_entropy(p, D_eval) as nll, eval KL(D_eval || p) as kl on unsupervised(D, holdout = 0)`);
  expect(kl).toBeCloseTo(nll, 6);
  expect(kl).toBeLessThan(0.3);
});

test('confusion of two classes as truth values', async () =>
  expect(await valueOf('confusion(x -> Bernoulli(x), [(0.9, true), (0.2, true), (0.1, false), (0.3, false)])')).toEqual(
    [0.5, 0, 0.25, 0.25],
  ));

test('a condition leaves out items of a list, in a list and in a sum', async () => {
  const found = await measures(`
let sets = [[c + x for x in 0..c] for c in 1..4]
let long = [D for D in sets if size(D) > 3]
let samples = [dist { x ~ Normal(0, 1); a + 0 * x }^5 for a in [1, 2, 3] if a != 2]
minimize z^2 over z in R
  subject to eval size(long) as long, eval sum[D in sets if size(D) > 3] sum(D) as all,
    eval size(samples) as samples, eval sum[D in sets if size(D) > 9] sum(D) as none`);
  expect(found.long).toBe(2);
  expect(found.all).toBe(3 + 4 + 5 + 6 + (4 + 5 + 6 + 7 + 8));
  expect(found.samples).toBe(2);
  expect(found.none).toBe(0);
});

test('running averages of a short training are those of what was seen, not of what they started at', async () => {
  const { rmse } = await measures(`
data D : [(R[4], R)] = [(10 + 5 * x, x[0]) for x ~ (Normal(0, 1)[4])^512]
model Net(x: R[4]) -> R = dense[1](batch_norm(x))[0]
minimize E[(x, y) ~ D_tr] (f(x) - y)^2 over f in Net
  subject to eval rmse(f, D_eval) as rmse on supervised(D) by adam(3e-2) for 100 steps batch 64`);
  expect(rmse).toBeLessThan(0.1); // 0.92 where the averages begin at 0 and 1 and keep 0.99 of themselves
});

test('trainings in a list: a tree of each depth, a member of each seed', { timeout: 60_000 }, async () => {
  const found = await measures(`
data D : [(R[2], Class[2])] = Xor()^300
let trees = [argmin E[(x, y) ~ D_tr] -log f(y | x) over f in tree[depth = d] on supervised(D, holdout = 0) for d in [1, 4]]
model Net(x: R[2]) ~> Class[2] = Categorical(logits = mlp[[8], 2](x))
let nets = [argmin E[(x, y) ~ D_tr] -log f(y | x) over f in Net on supervised(D) by adam(3e-2) for 150 steps batch 64 for i < 3]
def vote(x) = Categorical(mean[f in nets] mean(f(x)))
minimize z^2 over z in R
  subject to eval accuracy(trees[0], D) as stump, eval accuracy(trees[1], D) as deep,
    eval accuracy(vote, D) as vote`);
  expect(found.stump).toBeLessThan(0.75);
  expect(found.deep).toBeGreaterThan(0.9);
  expect(found.vote).toBeGreaterThan(0.85);
});
