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
