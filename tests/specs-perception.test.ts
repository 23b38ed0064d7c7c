/** Specs of perception, neurons and random things, on values that are known in closed form. */
import { describe, expect, test } from 'vitest';
import { measures, valueOf } from './specs-harness.ts';

describe('names of evaluations', () => {
  test('a number of the file keeps its name', async () => {
    const found = await measures(`let drift = 0.25
minimize (z - drift)^2 over z in R subject to eval drift as drift, eval abs(z - drift) as off`);
    expect(found).toEqual({ drift: 0.25, off: 0 });
  });
});

describe('what distributions know of themselves', () => {
  // scipy.optimize on the densities and distribution functions
  test.each([
    ['median(mixture([0.3, 0.7], [Normal(0, 1), Normal(3, 2)]))', 1.9343956],
    ['mode(mixture([0.3, 0.7], [Normal(0, 1), Normal(3, 2)]))', 0.339284],
    ['mode(dist { k ~ Bernoulli(0.7); Normal(3 * k, 1 + k) })', 0.339284],
    ['mode(mixture([0.5, 0.5], [Poisson(3), Poisson(20)]))', 3],
    ['median(mixture([0.5, 0.5], [Poisson(3), Poisson(20)]))', 9],
    // scipy.integrate on the tail of the density
    ['var(truncate(StudentT(5), 1, inf))', 0.793708],
    ['var(truncate(LogNormal(0, 1), 1, inf))', 6.7452456],
    // 0.26 0.9 + 0.74 0.5, and so on
    [
      'mean(MarkovChain(Categorical([0.6, 0.4]), s -> Categorical(if s == class[2](0) then [0.1, 0.9] else [0.5, 0.5]), 4))[3, 1]',
      0.6584,
    ],
  ])('%s', async (text, truth) => {
    const [value] = await valueOf(text);
    expect(value).toBeCloseTo(truth, 4);
  });
});

describe('lists', () => {
  test.each([
    ['concat([[1, 2], [3, 4]])', [1, 2, 3, 4]],
    ['concat([[1, 2], [3, 4, 5]])', [1, 2, 3, 4, 5]],
    ['concat([[[1], [2]], [[3], [4]]], axis = 1)', [1, 3, 2, 4]],
    ['[s for (s, yes) in concat([[(1, true) for i < 2], [(2, false) for i < 3]])]', [1, 1, 2, 2, 2]],
    ['[r.s for r in concat([(s = 1, t = i) for i < 2], [(s = 3, t = i) for i < 2])]', [1, 1, 3, 3]],
    ['[correlation([1, 2, 3], [1, 2, 4]), covariance([1, 3], [2, 6])]', [0.9819805, 2]],
  ])('%s', async (text, truth) => {
    const found = await valueOf(text);
    expect(found).toHaveLength(truth.length);
    found.forEach((x, i) => expect(x).toBeCloseTo(truth[i], 6));
  });
});

describe('signal detection', () => {
  test("d' and criterion from a table of counts that is written down", async () => {
    // z(0.8) - z(0.3), -(z(0.8) + z(0.3)) / 2
    const found = await measures(`data trials : [(signal: Bit, yes: Bit)] = concat([
  [(signal = true, yes = i < 80) for i < 100], [(signal = false, yes = i < 30) for i < 100]])
model Observer(s: Bit) ~> Bit { param d : R; param c : R; Bernoulli(normal_cdf((if s then d / 2 else -d / 2) - c)) }
minimize E[(s, y) ~ D_tr] -log f(y | s) over f in Observer
  subject to eval f.d as d, eval f.c as c on supervised(trials, holdout = 0)`);
    expect(found.d).toBeCloseTo(1.3660217, 3);
    expect(found.c).toBeCloseTo(-0.1586104, 3);
  });
});

describe('a mixture of experts', () => {
  test('two mentions of a model are two experts: lines that meet at 0', async () => {
    const found = await measures(`data pts = dist { x ~ Uniform(-2, 2); y ~ Normal(abs(x), 0.1); (x, y) }^300
model Expert(x: R) ~> R { param a : R ~ Normal(0, 1); param b : R; param s : Positive; Normal(a * x + b, s) }
model Experts(x: R) ~> R { gate in dense[2]; mixture(softmax(gate([x])), [Expert(x), Expert(x)]) }
minimize E[(x, y) ~ D_tr] -log f(y | x) over f in Experts
  subject to eval E[(x, y) ~ D_eval] log f(y | x) as log_likelihood on supervised(pts)
  by adam(0.03) for 1000 steps`);
    // -log(0.1) - log(2 pi e) / 2 is what the noise allows
    expect(found.log_likelihood).toBeGreaterThan(0.6);
    expect(found.log_likelihood).toBeLessThan(1.05);
  });
});

describe('divergences that have a value', () => {
  // scipy.integrate on quantiles and densities
  test.each([
    ['KL((Normal(0, 1), Bernoulli(0.3)) || (Normal(1, 1), Bernoulli(0.5)))', 0.5822829],
    ['W1(Laplace(0, 1) || Normal(0, 1))', 0.2208177],
    ['W1(Gamma(3, 1) || Gamma(3, 2))', 1.5],
    ['W2(Exponential(1) || Exponential(2))', 0.7071068],
    ['KL(truncate(Normal(0, 1), 0, inf) || Exponential(1))', 0.0720932],
    ['E[x ~ truncate(Normal(0, 1), 1, inf)] x^4', 9.1005411],
    ['E[x ~ truncate(Laplace(0, 1), -inf, 1)] x^2', 1.323801],
  ])('%s', async (text, truth) => {
    const [value] = await valueOf(text);
    expect(value).toBeCloseTo(truth, 4);
  });
});

describe('contamination', () => {
  test('a line with outliers: two components of different kinds, weights written as 1 - w and w', async () => {
    const found = await measures(`data pts = dist {
  x ~ Uniform(0, 1); out ~ Bernoulli(0.2); y ~ Normal(2 * x, 0.1); o ~ Uniform(-5, 5); (x, if out then o else y)
}^1500
model Line(x: R) ~> R { param a : R; param b : R; param s : Positive; Normal(a * x + b, s) }
model Robust(x: R) ~> R { param w : Interval[0, 1] = 0.5; mixture([1 - w, w], [Line(x), Uniform(-5, 5)]) }
minimize E[(x, y) ~ D_tr] -log f(y | x) over f in Robust
  subject to eval f.w as outliers, eval P[y ~ f(0.5)] (y > 1) as half on supervised(pts)`);
    expect(Math.abs(found.outliers - 0.2)).toBeLessThan(0.04);
    // 0.8 / 2 + 0.2 * 0.4
    expect(Math.abs(found.half - 0.48)).toBeLessThan(0.06);
  });
});
