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
