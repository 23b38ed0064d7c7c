/** Preferences, representations and games as a reader of the contract writes them. */
import { expect, test } from 'vitest';
import { measures } from './specs-harness.ts';

test('direct preference optimisation: the reference is the policy at the start', async () => {
  const found = await measures(`
space A = Class[6]
let taste = [0, 2, -1, 1, 0.5, -2]
data pairs = dist {
  a ~ Uniform(A); b ~ Uniform(A)
  first ~ Bernoulli(sigmoid(2 * (taste[a] - taste[b])))
  (if first then a else b, if first then b else a)
}^8000

model Policy() ~> A { param s : R[6] = 0; Categorical(logits = s) }
def margin(p, w, l) = 0.5 * (log p(w) - log (p at start)(w) - log p(l) + log (p at start)(l))

model Told(x: R) ~> A { param s : R[6] = 0; Categorical(logits = x * s) }
def told(p, w, l) = 0.5 * (log p(w | 1) - log (p at start)(w | 1) - log p(l | 1) + log (p at start)(l | 1))

let S = supervised(pairs)
minimize E[(w, l) ~ D_tr] -log sigmoid(margin(p, w, l)) over p in Policy
  subject to eval E[(w, l) ~ D_eval] (margin(p, w, l) > 0) as agreement, eval p.s[1] - p.s[3] as apart,
    eval abs(margin(p at start, class[6](1), class[6](2))) as before
  on S
minimize E[(w, l) ~ D_tr] -log sigmoid(told(p, w, l)) over p in Told
  subject to eval p.s[1] - p.s[3] as told_apart
  on S`);
  // Bradley and Terry's strengths are beta times the log ratios: 2 (2 - 1) / 0.5 = 4
  expect(found.apart).toBeGreaterThan(3.4);
  expect(found.apart).toBeLessThan(4.6);
  expect(found.told_apart).toBeCloseTo(found.apart, 1);
  expect(found.agreement).toBeGreaterThan(0.7);
  expect(found.before).toBe(0);
});

test('adversarial training: every example is moved as far as is allowed to where it hurts most', async () => {
  const spec = (trained: string) => `
model Net(x: R[2]) ~> Class[2] = Categorical(logits = mlp[[24], 2](x))
def worst(f, x, y) = x + argmax -log f(y | x + d) over d in Interval[-0.2, 0.2][2] by sgd(1) for 4 steps

minimize E[(x, y) ~ D_tr] -log f(y | ${trained}) over f in Net
  subject to eval accuracy(f, D_eval) as clean, eval E[(x, y) ~ D_eval] (mode(f(worst(f, x, y))) == y) as robust,
    eval max[(x, y) in D_eval] max(abs(worst(f, x, y) - x)) as farthest
  on supervised(LabelledMoons(0.05)^600) by adam(1e-2) for 200 steps batch 64`;
  const hardened = await measures(spec('stop(worst(f, x, y))'));
  const plain = await measures(spec('x'));
  expect(hardened.clean).toBeGreaterThan(0.9);
  expect(hardened.robust).toBeGreaterThanOrEqual(plain.robust);
  expect(hardened.farthest).toBeLessThanOrEqual(0.2 + 1e-6);
  expect(hardened.farthest).toBeGreaterThan(0.1);
});

test('mutual information by a contrastive bound comes near the closed form', async () => {
  const found = await measures(`
let rho = 0.8
data pairs = [([z[0]], [rho * z[0] + sqrt(1 - rho^2) * z[1]]) for z ~ (Normal(0, 1)[2])^3000]
model T(x: R[1], y: R[1]) -> R = mlp[[32], 1](concat(x, y))[0]
def bound(t, batch) {
  s = [t(x, y) for (x, _) in batch, (_, y) in batch]
  log(size(batch)) - mean[i < size(batch)] (logsumexp(s[i]) - s[i, i])
}
maximize E[b ~ D_tr^64] bound(t, b) over t in T
  subject to eval E[b ~ D_eval^64] bound(t, b) as information
  on supervised(pairs) by adam(5e-3) for 300 steps`);
  // -log(1 - rho^2) / 2, which a batch of 64 can tell
  expect(Math.abs(found.information - 0.5108)).toBeLessThan(0.15);
});

test('an energy is learned by its gradient: the motion of a pendulum', async () => {
  const found = await measures(`
data motion = [(s, [s[1], -sin(s[0])]) for s ~ (Uniform(-2, 2)[2])^400]
model H(s: R[2]) -> R = mlp[[32], 1, act = tanh](s)[0]
def field(h, s) { g = grad[s] h(s); [g[1], -g[0]] }
minimize E[(s, v) ~ D_tr] squared_distance(field(h, s), v) over h in H
  subject to eval E[(s, v) ~ D_eval] squared_distance(field(h, s), v) as error,
    eval (h([2, 0]) - h([0, 0])) as height
  on supervised(motion) by adam(1e-2) for 500 steps batch 64`);
  expect(found.error).toBeLessThan(0.02);
  expect(Math.abs(found.height - (1 - Math.cos(2)))).toBeLessThan(0.1);
});
