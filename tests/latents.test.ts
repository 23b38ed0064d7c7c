/** Programs as distributions: finite draws are summed over, what a program ends in has a density; the rest is said to have none. */
import { describe, expect, test } from 'vitest';
import { compileExpression } from '../compiler/compile.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { expectationOf } from './distributions-harness.ts';
import { measures } from './specs-harness.ts';

const normal = (x: number, mean: number, sd = 1): number =>
  Math.exp(-(((x - mean) / sd) ** 2) / 2) / (sd * Math.sqrt(2 * Math.PI));

const chain = {
  start: [0.5, 0.5],
  go: [
    [0.9, 0.1],
    [0.2, 0.8],
  ],
  mean: [0, 2],
};

/** p(x) of the hidden Markov model above, path by path. */
const overPaths = (xs: readonly number[]): number => {
  let total = 0;
  for (let path = 0; path < 2 ** xs.length; path++) {
    const z = xs.map((_, t) => (path >> t) & 1);
    total += xs.reduce(
      (p, x, t) => p * (t === 0 ? chain.start[z[0]] : chain.go[z[t - 1]][z[t]]) * normal(x, chain.mean[z[t]]),
      1,
    );
  }
  return total;
};

const hidden = `{
  z ~ MarkovChain(Categorical([0.5, 0.5]), s -> Categorical([[0.9, 0.1], [0.2, 0.8]][s]), 3)
  x ~ [Normal([0, 2][z[t]], 1) for t < 3]
  x
}`;

const poisson = (k: number, rate: number): number => {
  let p = Math.exp(-rate);
  for (let i = 1; i <= k; i++) p *= rate / i;
  return p;
};

describe('a log density is the sum over what is latent', () => {
  test.each<[string, string, string, number]>([
    [
      'a truth value',
      '{ k ~ Bernoulli(0.3); Normal(if k then 2 else 0, 1) }',
      '0.5',
      0.7 * normal(0.5, 0) + 0.3 * normal(0.5, 2),
    ],
    [
      'a class',
      '{ k ~ Categorical([0.2, 0.3, 0.5]); x ~ Normal([0, 2, 5][k], 2); x }',
      '1',
      0.2 * normal(1, 0, 2) + 0.3 * normal(1, 2, 2) + 0.5 * normal(1, 5, 2),
    ],
    [
      'two, one by the other',
      '{ a ~ Bernoulli(0.5); b ~ Bernoulli(if a then 0.9 else 0.2); Normal(if b then 1 else 0, 1) }',
      '1',
      0.55 * normal(1, 1) + 0.45 * normal(1, 0),
    ],
    [
      'a list of different distributions, which is an array of draws',
      '{ a ~ Bernoulli(0.5); [Normal(if a then 2 else 0, 1), Laplace(1, 0.5)] }',
      '[1, 2]',
      (0.5 * normal(1, 2) + 0.5 * normal(1, 0)) * Math.exp(-2),
    ],
    [
      'counts that end',
      '{ k ~ Binomial(2, 0.3); Normal(k, 1) }',
      '1',
      0.49 * normal(1, 0) + 0.42 * normal(1, 1) + 0.09 * normal(1, 2),
    ],
    [
      'counts without end',
      '{ k ~ Poisson(3); Normal(k, 1) }',
      '1',
      Array.from({ length: 60 }, (_, k) => poisson(k, 3) * normal(1, k)).reduce((a, b) => a + b),
    ],
    [
      'an array',
      '{ z ~ Bernoulli(0.5)[2]; [Normal(if z[i] then 1 else 0, 1) for i < 2] }',
      '[0, 1]',
      ((normal(0, 0) + normal(0, 1)) / 2) * ((normal(1, 0) + normal(1, 1)) / 2),
    ],
    ['states of a Markov chain', hidden, '[0, 1, 2.5]', overPaths([0, 1, 2.5])],
    [
      'states of a long chain, by the forward recursion',
      hidden.replaceAll('3)', '8)').replace('t < 3', 't < 8'),
      '[0, 1, 2.5, 2, -1, 0.5, 1, 3]',
      overPaths([0, 1, 2.5, 2, -1, 0.5, 1, 3]),
    ],
    [
      'states of a long chain of truth values, each in its turn',
      `{ z ~ MarkovChain(Bernoulli(0.5), s -> Bernoulli(if s then 0.8 else 0.1), 8)
         [Normal(if s then 2 else 0, 1) for s in z] }`,
      '[0, 1, 2.5, 2, -1, 0.5, 1, 3]',
      overPaths([0, 1, 2.5, 2, -1, 0.5, 1, 3]),
    ],
    [
      'states of a long chain that entries look at elsewhere: every path',
      `{ z ~ MarkovChain(Categorical([0.5, 0.5]), s -> Categorical([[0.9, 0.1], [0.2, 0.8]][s]), 8)
         y = z
         [Normal([0, 2][y[t]], 1) for t < 8] }`,
      '[0, 1, 2.5, 2, -1, 0.5, 1, 3]',
      overPaths([0, 1, 2.5, 2, -1, 0.5, 1, 3]),
    ],
    [
      'a class that it ends in',
      '{ a ~ Bernoulli(0.5); b ~ Bernoulli(if a then 0.9 else 0.2); b }',
      'true',
      0.5 * 0.9 + 0.5 * 0.2,
    ],
    ['drawn after the outcome', '{ x ~ Normal(0, 1); z ~ Bernoulli(sigmoid(x)); x }', '1', normal(1, 0)],
    [
      'nothing: a joint density',
      '{ z ~ Normal(0, 1); x ~ Normal(z, 2); (z, x) }',
      '(0.5, 1)',
      normal(0.5, 0) * normal(1, 0.5, 2),
    ],
    [
      'the rest of a joint density',
      '{ k ~ Bernoulli(0.3); z ~ Normal(if k then 1 else 0, 1); x ~ Normal(z, 2); (x, z) }',
      '(1, 0.5)',
      (0.7 * normal(0.5, 0) + 0.3 * normal(0.5, 1)) * normal(1, 0.5, 2),
    ],
    [
      'computed in between',
      '{ k ~ Bernoulli(0.3); m = 2 * k - 1; Normal(m^2 + m, 1) }',
      '0.5',
      0.7 * normal(0.5, 0) + 0.3 * normal(0.5, 2),
    ],
  ])('%s', async (_, program, point, expected) => {
    const [log] = await expectationOf(`{ P = dist ${program}; log P(${point}) }`);
    expect(log).toBeCloseTo(Math.log(expected), 6);
  });
});

test('mean and variance are those of the mixture', async () => {
  const program = 'dist { k ~ Categorical([0.2, 0.3, 0.5]); Normal([0, 2, 5][k], [1, 2, 3][k]) }';
  const same = 'mixture([0.2, 0.3, 0.5], [Normal(0, 1), Normal(2, 2), Normal(5, 3)])';
  for (const fact of ['mean', 'var', 'std', 'entropy'])
    expect((await expectationOf(`${fact}(${program})`))[0]).toBeCloseTo(
      (await expectationOf(`${fact}(${same})`))[0],
      6,
    );
});

describe('what has no density says why', () => {
  test.each([
    [
      'a latent number',
      'dist { z ~ Normal(0, 1); x ~ Normal(z, 1); x }',
      'draws `z` before it ends, which is not one of a few values',
    ],
    ['too many values', 'dist { z ~ Bernoulli(0.5)[20]; Normal(sum(z), 1) }', '1,048,576 values together'],
    [
      'too many together',
      'dist { a ~ Bernoulli(0.5)[7]; b ~ Bernoulli(0.5)[7]; Normal(sum(a) + sum(b), 1) }',
      'its latent variables have 16,384 values together',
    ],
    [
      'draws inside of a function',
      '{ f = m -> draw(Normal(m, 1)); dist { k ~ Bernoulli(0.5); Normal(f(0), 1) } }',
      'a draw inside of a function',
    ],
  ])('%s', async (_, program, reason) => {
    const { diagnostics } = await compileExpression(`{ P = ${program}; log P(1) }`, nodeHost(), {});
    expect(diagnostics.map((d) => d.code)).toEqual(['L0312']);
    expect(diagnostics[0].notes.map((n) => n.message).join('\n')).toContain(reason);
  });
});

test('distributions side by side are one: densities add, so do divergences', async () => {
  const [both] = await expectationOf('KL((Normal(0, 1), Bernoulli(0.5)) || (Normal(1, 1), Bernoulli(0.2)))');
  expect(Math.abs(both - 0.5 - (0.5 * Math.log(0.5 / 0.2) + 0.5 * Math.log(0.5 / 0.8)))).toBeLessThan(0.15);
  const [log] = await expectationOf('{ P = (Normal(0, 1), Normal(1, 1)); log P((0, 1)) }');
  expect(log).toBeCloseTo(2 * Math.log(normal(0, 0)), 6);
});

test('a mixture of distributions around the rows of a data set is fitted against', async () => {
  const { m } = await measures(`data rows : [R] = [0, 2]
let around = mixture([0.5, 0.5], [Normal(x, 1) for x in rows])
model N() ~> R { param m : R = 0.5; Normal(m, 1) }
minimize E[x ~ [0, 1, 2]] (log p(x) - log around(x))^2 over p in N subject to eval p.m as m`);
  expect(Math.abs(m - 1)).toBeLessThan(0.05);
});
