/** Sequences, and protocols over them, as a reader of the contract writes them. */
import { expect, test } from 'vitest';
import { measures } from './specs-harness.ts';

test('a curriculum: a protocol goes through the lengths that an array names', async () => {
  const found = await measures(`
def sums(n: Nat) = dist { x ~ Uniform(0, 1)[n]; (x, sum(x)) }
paradigm curriculum(task, stages) {
  for n in stages {
    train on of_lengths(task, 1..n, 60) for 40 steps
    eval on of_lengths(task, n..n, 60) as n
  }
}
model Adder(x: Seq[R]) -> R {
  param w : R = 0
  fold s = 0 over v in x { s + w * v }
}
minimize E[(x, y) ~ D_tr] (f(x) - y)^2 over f in Adder
  subject to eval E[(x, y) ~ D_eval] abs(f(x) - y) as error
  on curriculum(sums, [2, 5, 9]) by sgd(0.05) batch 20`);
  expect(Object.keys(found)).toEqual(['error 2', 'error 5', 'error 9']);
  expect(found['error 9']).toBeLessThan(0.01);
});

test('an equation of motion with named parts: the state of ode is a record, and so is what is said of its change', async () => {
  const found = await measures(`
def swing(k, damping) = ode(s -> (w = -k * sin(s.th) - damping * s.w, th = s.w), (th = 1, w = 0), linspace(0, 4, 21), steps = 4)
let seen = [s.th for s in swing(2.5, 0.3)]
minimize mean[i < 21] (swing(k, c)[i].th - seen[i])^2 over k in Positive, c in Positive
  subject to eval k as k, eval c as c`);
  expect(found.k).toBeCloseTo(2.5, 3);
  expect(found.c).toBeCloseTo(0.3, 3);
});

test('a hidden Markov model as it is drawn: levels and persistence are found again', async () => {
  const found = await measures(`
data series : [R[25]] = dist {
  s ~ MarkovChain(Categorical([0.5, 0.5]), z -> Categorical([[0.85, 0.15], [0.3, 0.7]][z]), 25)
  x ~ [Normal([-1, 1.5][s[t]], 0.5) for t < 25]
  x
}^300
model HMM() ~> R[25] {
  param start : Simplex[2]
  param A : Simplex[2][2]
  param mu : R[2] = [-0.5, 0.5]
  param sd : Positive[2] = 1
  s ~ MarkovChain(Categorical(start), z -> Categorical(A[z]), 25)
  [Normal(mu[k], sd[k]) for k in s]
}
minimize KL(D_tr || p) over p in HMM
  subject to eval p.mu[0] as low, eval p.mu[1] as high, eval p.A[0][0] as stay, eval p.A[1][0] as fall, eval p.sd[0] as sd
  on unsupervised(series, holdout = 0)`);
  // 7,500 entries: the standard errors are about 0.01
  expect(Math.abs(found.low + 1)).toBeLessThan(0.04);
  expect(Math.abs(found.high - 1.5)).toBeLessThan(0.04);
  expect(Math.abs(found.stay - 0.85)).toBeLessThan(0.04);
  expect(Math.abs(found.fall - 0.3)).toBeLessThan(0.04);
  expect(Math.abs(found.sd - 0.5)).toBeLessThan(0.03);
});

test('spiking neurons with a surrogate gradient tell a high rate from a low one', async () => {
  const found = await measures(`
data trains = dist {
  y ~ Bernoulli(0.5)
  x ~ Bernoulli(if y then 0.4 else 0.2)[20, 6]
  (x, class[2](y))
}^1000
def spike(v) { soft = v / (1 + 5 * abs(v)); soft + stop(heaviside(v) - soft) }
model SNN(x: Bit[20, 6]) ~> Class[2] {
  w in dense[12]
  out in dense[2]
  s = fold s = (v = zeros[12], z = zeros[12], count = zeros[2]) over input in x {
    v = 0.9 * s.v * (1 - s.z) + w(input)
    z = spike(v - 1)
    (v = v, z = z, count = s.count + out(z))
  }
  Categorical(logits = s.count / 20)
}
minimize E[(x, y) ~ D_tr] -log f(y | x) over f in SNN
  subject to eval accuracy(f, D_eval) as accuracy on supervised(trains) by adam(2e-2) for 150 steps batch 64`);
  expect(found.accuracy).toBeGreaterThan(0.9);
});

test('messages along the edges of graphs: is there a path from the first node to the last?', async () => {
  const found = await measures(`
def reachable(A) = fold r = onehot[6](0) over t < 6 { min(1, r + r @ A) }
data graphs = dist {
  U ~ Uniform(0, 1)[6, 6]
  A = [[if U[min(i, j), max(i, j)] < 0.3 and i != j then 1 else 0 for j < 6] for i < 6]
  (A, reachable(A)[5] > 0)
}^1500
model GNN(A: R[6, 6]) ~> Bit {
  message in dense[12]
  update in gru[12]
  out in dense[1]
  h = fold h = [concat(onehot[6](i)[0:1], onehot[6](i)[5:6], zeros[10]) for i < 6] over t < 4 {
    m = A @ [message(h[i]) for i < 6]
    [update(h[i], m[i]) for i < 6]
  }
  Bernoulli(logits = out(h[5])[0])
}
minimize E[(A, y) ~ D_tr] -log f(y | A) over f in GNN
  subject to eval E[(A, y) ~ D_eval] (mode(f(A)) == y) as accuracy, eval E[(A, y) ~ D_eval] y as base
  on supervised(graphs) by adam(1e-2), clip(1) for 250 steps batch 32`);
  expect(found.base).toBeGreaterThan(0.3);
  expect(found.base).toBeLessThan(0.85);
  expect(found.accuracy).toBeGreaterThan(0.93);
});
