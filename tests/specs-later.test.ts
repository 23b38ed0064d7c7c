/** What the contract promises beyond a plain problem: differential equations, consolidation. Against closed forms. */
import { expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { measures, valueOf } from './specs-harness.ts';

test('ode follows a slope with and without the time', async () => {
  const grows = await valueOf('ode(x -> -x, 1, [0, 0.5, 1])');
  [1, Math.exp(-0.5), Math.exp(-1)].forEach((x, i) => expect(grows[i]).toBeCloseTo(x, 6));
  const clock = await valueOf('ode((x, t) -> 2 * t, 0, linspace(0, 3, 4))');
  [0, 1, 4, 9].forEach((x, i) => expect(clock[i]).toBeCloseTo(x, 6));
});

test('a rate is found through the path that it makes', async () => {
  const { rate } = await measures(`
let times = linspace(0, 2, 9)
data D : [R[9]] = [[exp(-0.7 * t) for t in times] for i < 3]
let S = unsupervised(D, holdout = 0)
minimize E[y ~ D_tr] mean((y - ode(x -> -k * x, 1, times))^2) over k in Positive
  subject to eval k as rate on S
`);
  expect(rate).toBeCloseTo(0.7, 3);
});

test('ewc holds each parameter where the task before left it, by how much it mattered', async () => {
  const found = await measures(`
data A = [(1, 1) for i < 50]
data B = [(1, 3) for i < 50]
model P(x: R) -> R { param w : R = 0.1; w * x }
minimize E[(x, y) ~ D_tr] (f(x) - y)^2 / 2 + 20 * ewc(f) over f in P
  subject to eval f.w as w on continual([unsupervised(A, holdout = 0), unsupervised(B, holdout = 0)])
  by sgd(0.05) for 40 steps
`);
  // Descent by hand: the Fisher information is the squared slope that was left, the anchor where the first task ended.
  const anchor = 1 - 0.9 * 0.95 ** 40;
  const weight = (anchor - 1) ** 2;
  let w = anchor;
  for (let i = 0; i < 40; i++) w -= 0.05 * (w - 3 + 20 * weight * (w - anchor));
  expect(found['w 1']).toBeCloseTo(w, 4);
});

test('an initial value is learned from which a few steps reach any task of a distribution', async () => {
  const { start, error } = await measures(`
def lines() = dist {
  a ~ Uniform(-1, 1)
  dist { x ~ Uniform(-1, 1); (x, a * x + 5) }
}
model Line(x: R) -> R { param a : R = 0; param b : R = 0; a * x + b }
def L(f, D) = E[(x, y) ~ D] (f(x) - y)^2
def adapt(f, D, k) = argmin L(g, D) over g in Line from f by sgd(0.1) for k steps
let S = episodes(lines(), shots = 10, queries = 10)
minimize E[task ~ S] L(adapt(f, task.support, 5), task.query) over f in Line
  subject to eval f.b as start, eval E[task ~ S] L(adapt(f, task.support, 5), task.query) as error on S
  by adam(0.02) for 600 steps batch 25
`);
  expect(Math.abs(start - 5)).toBeLessThan(0.2);
  // Unadapted, the slopes alone leave E a² · E x² = 1/9.
  expect(error).toBeLessThan(0.09);
});

test('a nested step moves each task by its own slope, numbers as well as arrays', async () => {
  for (const [space, read] of [
    ['R', 'a'],
    ['R[1]', 'a[0]'],
  ]) {
    const { square } = await measures(`
model Line(x: R) -> R { param a : ${space} = 0; ${read} * x }
def adapt(f, a) = argmin E[x ~ [1, 2]] (g(x) - a * x)^2 over g in Line from f by sgd(0.1) for 1 steps
minimize (E[a ~ Uniform(1, 2); samples = 8] (adapt(f, a)(1) - 1)^2) + f(1)^2 over f in Line
  subject to eval E[a ~ Uniform(-1, 1); samples = 4000] (adapt(f, a)(1) - 0.5 * f(1))^2 as square
  by sgd(0.01) for 2 steps
`);
    // One step goes from f to f / 2 + a / 2: the slope is 2 · E x² · (f - a) = 5 (f - a).
    expect(square).toBeCloseTo(1 / 12, 2);
  }
});

test('the slope by a parameter is each example’s own', async () => {
  const found = await measures(`
model Line(x: R) -> R { param a : R = 1; param w : R[2] = 1; a^2 * x + w[0] * x^2 }
minimize (f(1) - 3)^2 over f in Line
  subject to eval (sum[x in [1, 2, 3]] (grad[f.a] f(x))^2) / f.a^2 as a, eval sum[x in [1, 2, 3]] (grad[f.w] f(x))[0] as w
  by sgd(0.01) for 3 steps
`);
  expect(found.a).toBeCloseTo(56, 3);
  expect(found.w).toBeCloseTo(14, 4);
});

test('what a trained member says of draws is a set: a teacher is distilled into a line', async () => {
  const { w } = await measures(`
data D : [(R, R)] = [(x, 3 * x) for x in linspace(-1, 1, 21)]
model Line(x: R) -> R { param w : R; w * x }
let teacher = minimize E[(x, y) ~ D_tr] (f(x) - y)^2 over f in Line on supervised(D)
data pseudo = [(x, teacher.f(x)) for x ~ Normal(0, 1)^50]
minimize E[(x, y) ~ D_tr] (g(x) - y)^2 over g in Line subject to eval g.w as w on supervised(pseudo)
`);
  expect(w).toBeCloseTo(3, 4);
});

test('what a kernel machine says of draws is computed once, so a line through it is one linear system', async () => {
  const text = `
data D : [(R[6], R)] = [(x, x[0] - 2 * x[1]) for x ~ (Normal(0, 1)[6])^400]
let teacher = minimize E[(x, y) ~ D_tr] (f(x) - y)^2 over f in kernel[rbf(3), 0.01] on unsupervised(D, holdout = 0)
model Line(x: R[6]) -> R { param w : R[6]; dot(w, x) }
data pseudo = [(x, teacher.f(x)) for x ~ (Normal(0, 1)[6])^300]
minimize E[(x, y) ~ D_tr] (g(x) - y)^2 over g in Line subject to eval abs(g.w[0] - 1) as e0, eval abs(g.w[1] + 2) as e1 on supervised(pseudo)
`;
  const { program } = await compile('spec.learn', text, nodeHost(), { seed: 1 });
  const solvers = program?.stages.map(({ actions: [first] }) => first.kind === 'train' && first.solver.kind);
  expect(solvers).toEqual(['fitted', 'exact']);
  const { e0, e1 } = await measures(text);
  expect(Math.max(e0, e1)).toBeLessThan(0.1);
});

test('tasks are samples, each its own, and are called by their place', async () => {
  const found = await measures(`
paradigm each(tasks) { for t in tasks { restart; train on t; eval on t as t.name } }
let tasks = [[(x, k * x) for x in Normal(0, 1)^20] for k < 3]
model Line(x: R) -> R { param w : R; w * x }
minimize E[(x, y) ~ D_tr] (f(x) - y)^2 over f in Line subject to eval f.w as w on each(tasks)
`);
  [0, 1, 2].forEach((k) => expect(found[`w ${k}`]).toBeCloseTo(k, 4));
});

test('tasks that are split: a sample for each', async () => {
  const found = await measures(`
paradigm each(tasks) { for t in tasks { restart; train on t.train; eval on t.eval as t.name } }
let tasks = [[(x, k * x) for x in Normal(0, 1)^20] for k < 3]
model Line(x: R) -> R { param w : R; w * x }
minimize E[(x, y) ~ D_tr] (f(x) - y)^2 over f in Line subject to eval f.w as w on each([supervised(t) for t in tasks])
`);
  [0, 1, 2].forEach((k) => expect(found[`w ${k}`]).toBeCloseTo(k, 4));
});

test('several binders of a loop in a protocol are all combinations, without those that the condition leaves out', async () => {
  const found = await measures(`
paradigm grid() { for i < 3, h in [0.25, 0.5] if i != 1 { restart; train on [(1, i + h) for k < 4]; eval on [(1, 0)] as 10 * i + h } }
minimize E[(x, y) ~ D_tr] (z - y)^2 over z in R subject to eval z as z on grid()
`);
  expect(Object.keys(found)).toEqual(['z 0.25', 'z 0.5', 'z 20.25', 'z 20.5']);
  [0.25, 0.5, 2.25, 2.5].forEach((x, i) => expect(Object.values(found)[i]).toBeCloseTo(x, 5));
});

test('an expectation over a list of members is the mean over them; two names are all pairs of different ones', async () => {
  const found = await measures(`
data D : [(R, R)] = [(x, 3 * x) for x in [1, 2, 3]]
model A(x: R) -> R { param a : R; a * x }
model B(x: R) -> R { param b : R; param c : R; b * x + c }
minimize E[m ~ [f, g], (x, y) ~ D_tr] (m(x) - y)^2 over f in A, g in B
  subject to eval f.a as a, eval g.b as b, eval E[m ~ [f, g]] m(1) as one,
    eval E[m, n ~ [x -> x, x -> 2 * x, x -> 4 * x]] m(1) * n(1) as pairs
  on unsupervised(D, holdout = 0)
`);
  expect(found.a).toBeCloseTo(3, 4);
  expect(found.b).toBeCloseTo(3, 4);
  expect(found.one).toBeCloseTo(3, 4);
  expect(found.pairs).toBeCloseTo((2 + 4 + 8) / 3, 5);
});
