/** Supervised problems of many kinds, each with an answer in closed form. */
import { expect, test } from 'vitest';
import { measures } from './specs-harness.ts';

test('survival with censoring, two arms: deaths over time at risk', async () => {
  const { control, treated } = await measures(`
data trial : [(arm: Class[2], t: Positive, died: Bit)] =
  [(class[2](0), 2, true), (class[2](0), 3, true), (class[2](0), 5, false), (class[2](1), 4, true), (class[2](1), 16, false)]
model Hazard(arm: Class[2]) -> Positive { param log_rate : R[2] = -1; exp(log_rate[arm]) }
minimize E[r ~ D_tr] (f(r.arm) * r.t - (if r.died then log(f(r.arm)) else 0)) over f in Hazard
  subject to eval f(class[2](0)) as control, eval f(class[2](1)) as treated on unsupervised(trial, holdout = 0)`);
  expect(control).toBeCloseTo(2 / 10, 5);
  expect(treated).toBeCloseTo(1 / 20, 5);
});

test('ordinal classes: cumulative logits with ordered cuts give the frequencies', async () => {
  const found = await measures(`
data stars : [Class[4]] = [class[4](k) for k in [0, 1, 1, 2, 2, 2, 2, 3, 3, 3]]
model Ordinal() ~> Class[4] {
  param first : R = -1
  param gaps : Positive[2] = 1
  cuts = concat([first], first + cumsum(gaps))
  below = [sigmoid(c) for c in cuts]
  Categorical(differences(concat([0], below, [1])))
}
minimize KL(D_tr || f) over f in Ordinal
  subject to eval mean(f())[0] as a, eval mean(f())[1] as b, eval mean(f())[2] as c, eval mean(f())[3] as d
  on unsupervised(stars, holdout = 0)`);
  [0.1, 0.2, 0.4, 0.3].forEach((p, i) => expect(found['abcd'[i]]).toBeCloseTo(p, 4));
});

test('classes weighted by hand: the weighted share', async () => {
  const { p } = await measures(`
data rare : [Bit] = [k < 3 for k < 30]
let weights = [1, 9]
model Coin() ~> Bit { param l : R; Bernoulli(logits = l) }
minimize E[y ~ D_tr] (if y then weights[1] else weights[0]) * -log f(y) over f in Coin
  subject to eval sigmoid(f.l) as p on unsupervised(rare, holdout = 0)`);
  expect(p).toBeCloseTo((9 * 3) / (9 * 3 + 27), 5);
});

test('counts that spread more than a Poisson: the mean of a negative binomial is that of the counts', async () => {
  const counts = [0, 0, 1, 1, 2, 3, 5, 8, 13, 0];
  const { mu, r } = await measures(`
data visits : [Nat] = [k for k in [${counts.join(', ')}]]
model NB() { param m : Positive = 1; param r : Positive = 1; (mu = m, r = r) }
def log_nb(k, p) = lgamma(k + p.r) - lgamma(p.r) - lgamma(k + 1) + p.r * log(p.r / (p.r + p.mu)) + k * log(p.mu / (p.r + p.mu))
maximize E[k ~ D_tr] log_nb(k, f()) over f in NB
  subject to eval f.m as mu, eval f.r as r on unsupervised(visits, holdout = 0)`);
  expect(mu).toBeCloseTo(3.3, 4);
  expect(r).toBeGreaterThan(0.2);
  expect(r).toBeLessThan(2);
});

test('expectiles: asymmetric squares have the weighted mean that their equation says', async () => {
  const { e } = await measures(`
data D : [R] = [0, 1, 2, 10]
def expectile(u; tau = 0.5) = (if u > 0 then tau else 1 - tau) * u^2
minimize E[y ~ D_tr] expectile(y - z; tau = 0.9) over z in R subject to eval z as e on unsupervised(D, holdout = 0)`);
  // 0.9 (10 - e) = 0.1 (e + (e - 1) + (e - 2)) with e between 2 and 10
  expect(e).toBeCloseTo(9.3 / 1.2, 4);
});

test('one trunk, two heads: a class and a number, out as a record', { timeout: 60_000 }, async () => {
  const { accuracy, rmse } = await measures(`
data P = [(x = [r.bill_length_mm / 10, r.bill_depth_mm / 10, r.flipper_length_mm / 100], species = class(r.species), mass = r.body_mass_g / 1000)
          for r in penguins()]
model Trunk(x: R[3]) -> R[12] = tanh(dense[12](x))
model Both(x: R[3]) {
  g in Trunk
  h = g(x)
  (species = Categorical(logits = dense[3](h)), mass = dense[1](h)[0])
}
minimize E[r ~ D_tr] { out = f(r.x); -log out.species(r.species) + (out.mass - r.mass)^2 } over f in Both
  subject to eval E[r ~ D_eval] (mode(f(r.x).species) == r.species) as accuracy, eval sqrt(E[r ~ D_eval] (f(r.x).mass - r.mass)^2) as rmse
  on supervised(P, holdout = 0.25) by adam(2e-2) for 400 steps batch 64`);
  expect(accuracy).toBeGreaterThan(0.95);
  expect(rmse).toBeLessThan(0.6);
});

test(
  'what a trained encoder makes of rows is a set: declared in a space, split, probed',
  { timeout: 60_000 },
  async () => {
    const errors = await measures(`
data A : [(R[3], R)] = [(x, x[0] - x[1]) for x ~ (Normal(0, 1)[3])^200]
data B : [(R[3], R)] = [(x, x[0] - x[1]) for x ~ (Normal(0, 1)[3])^200]
model Encoder(x: R[3]) -> R[1] { param w : R[3, 1] ~ Normal(0, 1); x @ w }
let pre = minimize E[(x, y) ~ D_tr] (e(x)[0] - 2 * y)^2 over e in Encoder on supervised(A)
data codes : [(R[1], R)] = [(pre.e(x), y) for (x, y) in B]
model Line(z: R[1]) -> R { param a : R; a * z[0] }
minimize E[(z, y) ~ D_tr] (f(z) - y)^2 over f in Line
  subject to eval abs(f.a - 0.5) + rmse(f, D_eval) as error on kfold(codes, k = 3)`);
    expect(Object.keys(errors)).toHaveLength(3);
    for (const error of Object.values(errors)) expect(error).toBeLessThan(1e-4);
  },
);
