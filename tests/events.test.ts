// `P[x ~ D] event`: by the distribution function where there is one, by the score function where draws are only compared.
import { describe, expect, it } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { deviation, expectationOf, gradientOf } from './distributions-harness.ts';

const host = nodeHost();

// SciPy 1.10: stats.norm.sf(1), stats.expon(scale=.5).cdf(4) - cdf(3), ...
const probabilities: readonly (readonly [text: string, truth: number])[] = [
  ['P[x ~ Normal(0, 1)] (x > 1)', 0.15865525393145707],
  ['P[x ~ Normal(0, 1)] (1 < x)', 0.15865525393145707],
  ['P[x ~ Normal(1, 2)] (abs(x - 1) > 3.919927969080108)', 0.05],
  ['P[x ~ Normal(1, 2)] (abs(x - 1) <= 3.919927969080108)', 0.95],
  ['P[x ~ Normal(1, 2)] (2 - x < 1 and x < 3)', 0.3413447460685429],
  ['E[x ~ Exponential(2)] (x > 3 and not (x >= 4))', 0.0021432895506045606],
  ['P[k ~ Poisson(3)] (k >= 5)', 0.18473675547622792],
  ['P[k ~ Poisson(3)] (k > 4.5)', 0.18473675547622792],
  ['P[k ~ Poisson(3)] (2 < k and k <= 5 or k > 8)', 0.4966950562637906],
  ['P[k ~ Binomial(100, 0.3)] (k < 30)', 0.46234046153058134],
  ['P[x ~ StudentT(5)] (x > 2)', 0.05096973941492917],
  ['P[x ~ mixture([0.3, 0.7], [Normal(0, 1), Laplace(3, 2)])] (x > 1)', 0.6188389],
  ['P[x ~ dist { k ~ Bernoulli(0.7); Normal(3 * k, 1 + k) }] (x > 1)', 0.636538],
  // what is left of the tail keeps its digits, and its logarithm where the probability is below all numbers
  ['log(P[x ~ Normal(0, 1)] (x > 30))', -454.3212439563429],
  ['log(P[x ~ Exponential(2)] (x > 300))', -600],
  ['log(P[x ~ Gamma(2, 1)] (x > 100))', -95.38487948318466],
];

describe('the probability of an event, in closed form', () => {
  it.each(probabilities)('%s', async (text, truth) => {
    const [value] = await expectationOf(text);
    expect(Math.abs(value - truth)).toBeLessThan(2e-6 * Math.max(1, Math.abs(truth)));
  });

  // where a family is written in two pieces the slope is whole, too
  it.each([
    ['Normal(m, 1)', '1', 0.24197072451914337],
    ['StudentT(5, m, 1)', '0', 0.3796066898224944],
    ['Laplace(m, 1)', '0', 0.5],
    ['Logistic(m, 1)', '0.5', 0.2350037122015945],
  ])('it moves with the mean of %s', async (family, at, slope) => {
    const [value] = await expectationOf(`{ f(m) = P[x ~ ${family}] (x > ${at}); m = 0; grad[m] f(m) }`);
    expect(value).toBeCloseTo(slope, 5);
  });
});

describe('in a problem', () => {
  const decisions = async (spec: string): Promise<string[]> => {
    const { program } = await compile('test.learn', spec, host, {});
    return (program?.stages.flatMap((s) => s.decisions) ?? []).flatMap((d) =>
      d.subject === 'expectation' ? [d.choice] : [],
    );
  };

  it('survival with censored times is maximum likelihood without draws', async () => {
    const found = await decisions(`
data patients = dist { t ~ Exponential(0.5); c ~ Uniform(0, 4); (time = min(t, c), seen = t <= c) }^200
model Hazard() ~> Positive { param rate : Positive; Exponential(rate) }
maximize E[d ~ D_tr] (if d.seen then log p(d.time) else log(P[x ~ p] (x > d.time))) over p in Hazard
  subject to eval p.rate on unsupervised(patients, holdout = 0)
`);
    expect(found).toEqual(['all rows', 'by the distribution function']);
  });

  it('of draws that are only compared the score function brings the gradient', async () => {
    // x x > 4 is no cut of x itself; d/dm P(|x| > 2) = φ(2 - m) - φ(2 + m), at m = 0.4
    const spec = `
model M() -> R { param a : R = 0.4; a }
minimize P[x ~ Normal(m(), 1)] (x * x > 4) over m in M by sgd(1) for 1 steps batch 16
`;
    expect(await decisions(spec)).toEqual(['16 draws, draws with the score function']);
    const step = await gradientOf(spec);
    const slopes = Array.from({ length: 3000 }, (_, seed) => (step(seed).slopes.get('m.a') as number[])[0]);
    const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
    expect(Math.abs(deviation(slopes, density(1.6) - density(2.4)))).toBeLessThan(4);
  });

  it('what is smooth in the draw, or stopped, stays pathwise', async () => {
    const of = (body: string): string =>
      `model M() -> R { param a : R = 0.4; a }
minimize E[x ~ Normal(m(), 1)] ${body} + m()^2 over m in M by sgd(1) for 1 steps batch 16`;
    expect(await decisions(of('(if x > 1 then x^2 else x)'))).toEqual(['16 draws, pathwise']);
    expect(await decisions(of('stop(x)'))).toEqual(['16 draws, pathwise']);
    // the slope of leaky_relu jumps: a penalty on it is no event
    expect(await decisions(of('(abs(grad[x] leaky_relu(x)) - 1)^2'))).toEqual(['16 draws, pathwise']);
    expect(await decisions(of('{ z = stop(x); (if z > 1 then 2 else 3) }'))).toEqual(['16 draws, pathwise']);
    expect(await decisions(of('(if x > 1 then 2 else 3)'))).toEqual(['16 draws, draws with the score function']);
  });
});
