// Expectations over counts as exact sums, moments of what does not say them, truncation where there is no quantile.
import { describe, expect, it } from 'vitest';
import { expectationOf, gradientOf } from './distributions-harness.ts';

const close = async (text: string, truth: number, tolerance = 1e-9): Promise<void> => {
  const [value] = await expectationOf(text);
  expect(Math.abs(value - truth), `${text}: ${value}, not ${truth}`).toBeLessThan(
    tolerance * Math.max(1, Math.abs(truth)),
  );
};

describe('counts are summed over', () => {
  it.each([
    ['E[k ~ Binomial(10, 0.3)] k^2', 11.1],
    ['E[k ~ Binomial(1000, 0.3)] k^2', 90210],
    ['P[k ~ Binomial(3, 0.5)] (k > 1)', 0.5],
    ['E[k ~ Binomial(3, 0.3)[2]] k[0] * k[1]', 0.81],
    ['E[j, k ~ Binomial(3, 0.3)] j * k', 0.81],
    ['E[k ~ Poisson(3)] k^2', 12],
    ['E[k ~ Poisson(1000)] k', 1000],
    ['E[k ~ Geometric(0.3)] k', 7 / 3],
    ['entropy(Binomial(1, 0.5))', Math.LN2],
    ['KL(Binomial(1, 0.5) || Poisson(1))', 1 - Math.LN2],
  ])('%s', (text, truth) => close(text, truth, 1e-7));

  it('in a training too, where the number of trials is known: no draw, the exact slope', async () => {
    const step = await gradientOf(
      'model M() -> R { param a : R = 0.4; a }\nminimize E[k ~ Binomial(6, sigmoid(m()))] k^2 over m in M by sgd(1) for 1 steps',
    );
    const p = 1 / (1 + Math.exp(-0.4));
    const slope = (6 * (1 - 2 * p) + 72 * p) * p * (1 - p);
    for (const seed of [1, 2]) expect(step(seed).slopes.get('m.a')?.[0]).toBeCloseTo(slope, 8);
  });
});

describe('moments by expectation', () => {
  it.each([
    ['mean(dist { z ~ Normal(1, 1); 2 * z })', 2, 0.1],
    ['var(dist { z ~ Normal(1, 1); 2 * z })', 4, 0.2],
    ['mean(relu # Normal(0, 1))', 1 / Math.sqrt(2 * Math.PI), 0.1],
    ['mean([mean(dist { z ~ Normal(m, 1); z }) for m in [1, 2]])', 1.5, 0.1],
    ['entropy((x -> 2 * x) # Normal(1, 1))', Math.log(2) + 0.5 * Math.log(2 * Math.PI * Math.E), 0.1],
    ['entropy(truncate(Gamma(1, 1), 0, 1))', Math.log(1 - 1 / Math.E) + 1 - 1 / (Math.E - 1), 1e-5],
  ])('%s', close);

  it('a family that has no mean still says so', () =>
    expect(expectationOf('mean(Cauchy(0, 1))')).rejects.toThrow('`Cauchy` has no mean'));
  it('nor has a program whose draws are several things', () =>
    expect(expectationOf('mean(dist { z ~ Normal(0, 1); (z, z) })')).rejects.toThrow('has no mean'));
});

describe('truncation without a quantile', () => {
  // SciPy 1.15: quad of x pdf(x) over the interval, divided by the mass
  it.each([
    ['E[x ~ truncate(Gamma(2, 1), 0.5, 2)] x', 1.2264468134940547, 1e-5],
    ['E[x ~ truncate(StudentT(3), 0, 2)] x', 0.7320892035527994, 1e-5],
    ['mean(sample(truncate(Gamma(2, 1), 0.5, 2), 5000))', 1.2264468134940547, 0.02],
    ['mean(sample(truncate(StudentT(3), 1, inf), 5000))', 2.115060485695699, 0.1],
    ['E[k ~ truncate(Poisson(2), 1, 3)] k', 1.875, 1e-6],
    ['mean(sample(truncate(Poisson(2), 1, 3), 5000))', 1.875, 0.03],
    ['min(sample(truncate(Poisson(200), 190, inf), 400))', 190, 0],
    ['var(truncate(Poisson(2), 1, 3))', 0.609375, 1e-6],
  ])('%s', (text, truth, tolerance) => close(text, truth, tolerance + 1e-12));

  it('draws are where the distribution function says', async () => {
    const quantiles = await expectationOf(
      '{ P = truncate(Gamma(3, 2), 0.4, 2.5); [P.cdf(P.quantile(p)) for p in [0.05, 0.5, 0.99]] }',
    );
    [0.05, 0.5, 0.99].forEach((p, i) => expect(quantiles[i]).toBeCloseTo(p, 6));
  });
});
