// Densities of pushforwards: against families that are pushforwards of others, against numerical Jacobians, and none where none is.
import { describe, expect, it } from 'vitest';
import { compileExpression } from '../compiler/compile.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { expectationOf } from './distributions-harness.ts';

const same = async (left: string, right: string): Promise<void> => {
  const [a, b] = [await expectationOf(left), await expectationOf(right)];
  expect(a.length).toBe(b.length);
  a.forEach((x, i) => expect(Math.abs(x - b[i]), `${x}, ${b[i]}`).toBeLessThan(1e-9 * Math.max(1, Math.abs(b[i]))));
};

describe('a pushforward has the density of the family that it is', () => {
  const points = '[0.3, 1, 2.5]';
  it.each([
    ['exp # Normal(0.5, 0.8)', 'LogNormal(0.5, 0.8)'],
    ['(x -> 3 - 2 * x) # Normal(1, 0.5)', 'Normal(1, 1)'],
    ['(x -> -log(x)) # Exponential(1)', 'Gumbel(0, 1)'],
    ['(x -> x / 2) # Gamma(3, 1)', 'Gamma(3, 2)'],
    ['(x -> 1 / x) # Cauchy(0, 1)', 'Cauchy(0, 1)'],
    ['tan # Uniform(-1.5707963, 1.5707963)', undefined],
    ['(u -> -log1p(-u) / 2) # Uniform(0, 1)', 'Exponential(2)'],
    ['(u -> log(u) - log1p(-u)) # Uniform(0, 1)', undefined],
    ['logit ∘ sigmoid # Logistic(0, 2)', undefined],
    ['sqrt # Exponential(0.5)', undefined],
  ] as const)('%s', async (pushed, family) => {
    if (family) await same(`{ P = ${pushed}; [log P(x) for x in ${points}] }`, `[log ${family}(x) for x in ${points}]`);
    else if (pushed.startsWith('sqrt'))
      // Rayleigh
      await same(`{ P = ${pushed}; [log P(x) for x in ${points}] }`, `[log(x) - x^2 / 2 for x in ${points}]`);
    else {
      const { value, diagnostics } = await compileExpression(`{ P = ${pushed}; log P(0.3) }`, nodeHost(), {});
      expect(value, 'a variable that is used twice, or a function that has no step back').toBeUndefined();
      expect(diagnostics.map((d) => d.code)).toEqual(['L0312']);
    }
  });

  it('an affine map of normal numbers is a normal vector, whichever way it is written', async () => {
    const mvn = 'MultivariateNormal([1, 2], [[5, 3], [3, 9]])';
    const xs = '[[1, 0], [2, 1], [-3, 0.5]]';
    for (const map of ['x -> [[2, 1], [0, 3]] @ x + [1, 2]', 'x -> x @ [[2, 0], [1, 3]] + [1, 2]'])
      await same(`{ P = (${map}) # Normal(0, 1)[2]; [log P(x) for x in ${xs}] }`, `[log ${mvn}(x) for x in ${xs}]`);
  });

  it('under an axis each example has its own map', () =>
    same(
      '[{ P = (x -> s * x) # Normal(0, 1); log P(2) } for s in [1, 2, 3]]',
      '[log Normal(0, s)(2) for s in [1, 2, 3]]',
    ));

  it('outside of the range the density is 0', async () => {
    expect(await expectationOf('{ P = exp # Normal(0, 1); [log P(x) for x in [-1, 0]] }')).toEqual([
      -Infinity,
      -Infinity,
    ]);
    expect(await expectationOf('{ P = sigmoid # Normal(0, 1); exp(log P(1.5)) }')).toEqual([0]);
  });
});

describe('against the Jacobian by differences', () => {
  /** log |det| by Gauss. */
  const logDeterminant = (m: readonly (readonly number[])[]): number => {
    const a = m.map((row) => [...row]);
    let log = 0;
    for (let k = 0; k < a.length; k++) {
      const p = a.slice(k).reduce((best, row, i) => (Math.abs(row[k]) > Math.abs(a[best][k]) ? k + i : best), k);
      [a[k], a[p]] = [a[p], a[k]];
      log += Math.log(Math.abs(a[k][k]));
      for (let i = k + 1; i < a.length; i++) {
        const f = a[i][k] / a[k][k];
        for (let j = k; j < a.length; j++) a[i][j] -= f * a[k][j];
      }
    }
    return log;
  };

  it.each([
    ['a coupling', 'x -> concat(x[0:1], x[1:3] * exp(sin(x[0])) + x[0]^2)', 3],
    [
      'two couplings, halves in turn',
      'x -> { y = concat(x[0:2], x[2:4] * exp(tanh(x[0:2])) + cos(x[1])); concat(y[0:2] * exp(0.5 * sin(y[2:4])) - y[3]^2, y[2:4]) }',
      4,
    ],
    ['entry by entry, a matrix between', 'x -> sinh([[2, 1], [0.3, 1]] @ atan(x)) + 1', 2],
    ['tanh of each', 'x -> tanh(x)', 2],
    ['an autoregressive map', 'x -> stack(x[0], x[1] * exp(x[0]) + x[0], x[2] * (2 + sin(x[0] * x[1])) - x[1])', 3],
  ])('%s', async (_, g, d) => {
    const x = Array.from({ length: d }, (__, i) => 0.3 - 0.4 * i);
    const at = async (p: readonly number[]): Promise<number[]> => expectationOf(`{ g = ${g}; g([${p.join(', ')}]) }`);
    const y = await at(x);
    const h = 1e-5;
    const columns = await Promise.all(
      x.map(async (__, j) => {
        const [up, down] = [
          await at(x.map((v, i) => (i === j ? v + h : v))),
          await at(x.map((v, i) => (i === j ? v - h : v))),
        ];
        return up.map((v, i) => (v - down[i]) / (2 * h));
      }),
    );
    const base = x.reduce((s, v) => s - (v * v) / 2 - Math.log(2 * Math.PI) / 2, 0);
    const [seen] = await expectationOf(`{ P = (${g}) # Normal(0, 1)[${d}]; log P([${y.join(', ')}]) }`);
    expect(seen).toBeCloseTo(base - logDeterminant(columns), 6);
  });
});

it.each([
  ['relu', 'relu # Normal(0, 1)'],
  ['more numbers than there were', '(x -> [x, x]) # Normal(0, 1)'],
  ['fewer', '(x -> x[0]) # Normal(0, 1)[2]'],
  ['a square', '(x -> x^2) # Normal(0, 1)'],
  ['a random map', '(x -> { z ~ Normal(0, 1); x + z }) # Normal(0, 1)'],
])('no density: %s', async (_, pushed) => {
  const { diagnostics } = await compileExpression(`{ P = ${pushed}; log P(sample(P, 1)[0]) }`, nodeHost(), {});
  expect(diagnostics.map((d) => d.code)).toEqual(['L0312']);
});

it.each([
  ['mean((x -> 2 * x + 1) # Normal(0, 1))', 1],
  ['var((x -> 2 * x + 1) # Normal(0, 1))', 4],
  ['entropy((x -> 2 * x + 1) # Normal(0, 1))', Math.log(2) + (1 + Math.log(2 * Math.PI)) / 2],
  ['mean(exp # Normal(0, 1))', Math.exp(0.5)],
  ['var(sqrt # Exponential(1))', 1 - Math.PI / 4],
  ['E[y ~ (x -> x^2) # Normal(0, 1)] y^2', 3],
  ['log (exp # Normal(0, 1))(2)', -Math.log(2) - Math.log(2) ** 2 / 2 - Math.log(2 * Math.PI) / 2],
])('of a number exactly: %s', async (text, value) => expect((await expectationOf(text))[0]).toBeCloseTo(value, 5));

it('mean of a random map by draws', async () => {
  const [m] = await expectationOf('mean((x -> { z ~ Normal(x, 1); z + 1 }) # Normal(2, 1))');
  expect(Math.abs(m - 3)).toBeLessThan((4 * Math.SQRT2) / 32);
});
