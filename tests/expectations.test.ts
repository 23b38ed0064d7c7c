// The rules of `E`: which is taken, that values and gradients have the expectation they should, with each estimator.
import { describe, expect, it } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { valueOf } from './specs-harness.ts';
import { deviation, expectationOf, gradientOf } from './distributions-harness.ts';

const host = nodeHost();
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** One number that is trained, at 0.4. */
const number = 'model M() -> R { param a : R = 0.4; a }\n';
const problem = (objective: string): string =>
  `${number}minimize ${objective} over m in M by sgd(1) for 1 steps batch 16\n`;

const slopesOver = async (spec: string, seeds: number, name = 'm.a'): Promise<number[]> => {
  const step = await gradientOf(spec);
  return Array.from({ length: seeds }, (_, seed) => (step(seed).slopes.get(name) as number[])[0]);
};

const a = 0.4;
const p = sigmoid(a);

describe('gradients of an expectation are unbiased', () => {
  const cases: readonly (readonly [name: string, objective: string, truth: number])[] = [
    ['pathwise', 'E[x ~ Normal(m(), 1)] x^3', 3 * a * a + 3],
    ['pathwise by the scale', 'E[x ~ Normal(0, exp(m()))] x^4', 12 * Math.exp(4 * a)],
    ['score function asked for', 'E[x ~ Normal(m(), 1); by = score] x^2', 2 * a],
    ['score function of a count', 'E[x ~ Poisson(exp(m()))] x^2', Math.exp(a) + 2 * Math.exp(2 * a)],
    ['score function with 3 samples', 'E[x ~ Poisson(exp(m())); samples = 3] x^2', Math.exp(a) + 2 * Math.exp(2 * a)],
    ['exact sum', 'E[b ~ Bernoulli(logits = m())] (if b then 3 else 1)', 2 * p * (1 - p)],
    ['exact sum over a product', 'E[b ~ Bernoulli(sigmoid(m()))[3]] sum(b)^2', p * (1 - p) * (3 + 12 * p)],
    ['pairs of draws', "E[x, x' ~ Normal(m(), 1)] x * x'", 2 * a],
    ['pairs of draws by score', "E[x, x' ~ Poisson(exp(m()))] x * x'", 2 * Math.exp(2 * a)],
    ['two binders by score', 'E[x ~ Poisson(exp(m())), y ~ Geometric(sigmoid(m()))] x * y', 0],
    ['importance weights', 'E[x ~ Normal(m(), 1); proposal = Normal(0, 2)] x^2', 2 * a],
    ['mixture', 'E[x ~ mixture([0.3, 0.7], [Normal(m(), 1), Normal(2 * m(), 1)])] x^2', 0.6 * a + 0.7 * 8 * a],
    ['a draw outside of any expectation', '{ x ~ Poisson(exp(m())); x^2 }', Math.exp(a) + 2 * Math.exp(2 * a)],
    [
      'draws in a loop',
      'E[x ~ dist { fold s = 0 over i < 3 { b ~ Bernoulli(logits = m()); s + b } }] x^2',
      p * (1 - p) * (3 + 12 * p),
    ],
    [
      'a chain by its score',
      'E[x ~ MarkovChain(Bernoulli(logits = m()), b -> Bernoulli(logits = m() + (if b then 1 else -1)), 3); by = score] x[2]',
      NaN,
    ],
    ['an array of draws by score', 'E[x ~ Poisson(exp(m()))[4]; samples = 5] sum(x)', 4 * Math.exp(a)],
    [
      'an array as the body, by score',
      'sum(E[x ~ Poisson(exp(m())); samples = 5] [x, x^2])',
      2 * Math.exp(a) + 2 * Math.exp(2 * a),
    ],
    ['a filter', 'E[b ~ Categorical(softmax([m(), 0, 1])) if b != class(0)] (if b == class(1) then 1 else 0)', 0],
  ];
  it.each(cases)('%s', async (name, objective, truth) => {
    let expected = truth;
    if (name.startsWith('two binders')) {
      // d/da e^a (1 - s) / s = d/da e^a e^-a = 0
      expected = 0;
    }
    if (name.startsWith('a chain')) {
      // by enumeration: P(x2), differences
      const f = (t: number): number => {
        const start = sigmoid(t);
        const step = (q: number): number => q * sigmoid(t + 1) + (1 - q) * sigmoid(t - 1);
        return step(step(start));
      };
      expected = (f(a + 1e-5) - f(a - 1e-5)) / 2e-5;
    }
    const slopes = await slopesOver(problem(objective), 3000);
    expect(Math.abs(deviation(slopes, expected))).toBeLessThan(4);
  });

  it('two layers of discrete units, against enumeration', async () => {
    const spec = `
model M() -> R { param a : R[2] = [0.4, -0.3]; param b : R[2] = [0.5, 1]; param c : R = -0.2; 0 }
def f(m, k) = dist { h ~ Bernoulli(logits = m.a)[1]; h }
model Net() ~> R {
  param a : R = 0.4
  param b : R = 0.9
  param c : R = -0.7
  h ~ Bernoulli(logits = a)
  g ~ Bernoulli(logits = b * h + c)
  (h + 2 * g - 1)^2
}
minimize E[x ~ n] x over n in Net by sgd(1) for 1 steps batch 16
`.replace(/model M.*\n.*\n/, '');
    const value = (t: readonly number[]): number => {
      let total = 0;
      for (const h of [0, 1])
        for (const g of [0, 1]) {
          const ph = h === 1 ? sigmoid(t[0]) : 1 - sigmoid(t[0]);
          const q = sigmoid(t[1] * h + t[2]);
          total += ph * (g === 1 ? q : 1 - q) * (h + 2 * g - 1) ** 2;
        }
      return total;
    };
    const step = await gradientOf(spec);
    const found = Array.from({ length: 3000 }, (_, seed) => step(seed).slopes);
    const at = [0.4, 0.9, -0.7];
    ['n.a', 'n.b', 'n.c'].forEach((name, i) => {
      const up = value(at.map((x, k) => (k === i ? x + 1e-5 : x)));
      const down = value(at.map((x, k) => (k === i ? x - 1e-5 : x)));
      const slopes = found.map((s) => (s.get(name) as number[])[0]);
      expect(Math.abs(deviation(slopes, (up - down) / 2e-5)), name).toBeLessThan(4);
    });
  });

  it('the baseline of the other draws makes the score function quieter, not biased', async () => {
    const slopes = await slopesOver(problem('E[x ~ Poisson(exp(m()))] (x + 100)'), 2000);
    expect(Math.abs(deviation(slopes, Math.exp(a)))).toBeLessThan(4);
    const mean = slopes.reduce((s, x) => s + x, 0) / slopes.length;
    const spread = Math.sqrt(slopes.reduce((s, x) => s + (x - mean) ** 2, 0) / slopes.length);
    // without a baseline: 100 * sd of the score / 4, about 30
    expect(spread).toBeLessThan(2);
  });

  it('terms are averaged over their own binders, with the value of the whole', async () => {
    const spec = problem("E[x, x' ~ Normal(m(), 1), y, y' ~ Normal(0, 1)] (x * x' - 2 * x * y + y * y' + m())");
    const step = await gradientOf(spec);
    const all = Array.from({ length: 2000 }, (_, seed) => step(seed));
    expect(
      Math.abs(
        deviation(
          all.map((s) => s.loss),
          a * a + a,
        ),
      ),
    ).toBeLessThan(4);
    expect(
      Math.abs(
        deviation(
          all.map((s) => (s.slopes.get('m.a') as number[])[0]),
          2 * a + 1,
        ),
      ),
    ).toBeLessThan(4);
  });
});

describe('stop makes everything a constant', () => {
  it.each([
    ['a member', 'stop(m)() * m()', a],
    ['the point of a stopped density flows', 'log stop(Normal(m(), 1))(2 * m())', -2 * a],
    ['the argument of a stopped function flows', 'stop(x -> x * m())(3 * m())', 3 * a],
    ['a side of a divergence', 'KL(stop(Normal(m(), 1)) || Normal(2 * m(), 1))', 2 * a],
    ['a pair', '{ (u, v) = stop((m(), m)); u * m() + v() * m() }', 2 * a],
  ])('%s', async (_, objective, truth) => {
    const [slope] = await slopesOver(problem(objective), 1);
    expect(slope).toBeCloseTo(truth, 5);
  });
  it.each([
    ['draws', 'E[x ~ stop(Normal(m(), 1))] x * m()', a],
    ['draws of a program', 'E[x ~ stop(dist { z ~ Normal(0, 1); z + m() })] x * m()', a],
    ['draws that would need the score function', 'E[x ~ stop(Poisson(exp(m())))] x * m()', Math.exp(a)],
    ['draws of a stopped member', 'E[x ~ Normal(stop(m)(), 1)] x * m()', a],
  ])('%s', async (_, objective, truth) => {
    expect(Math.abs(deviation(await slopesOver(problem(objective), 1000), truth))).toBeLessThan(4);
  });
});

describe('values', () => {
  it.each([
    ['quadrature', 'E[x ~ Gamma(3, 2)] log(x)', 0.9227843351 - Math.log(2)],
    ['quadrature of a heavy tail', 'E[x ~ StudentT(5)] x^2', 5 / 3],
    ['quadrature on a circle', 'E[x ~ VonMises(1, 2)] cos(x - 1)', 0.697774657964008],
    ['quadrature between bounds', 'E[x ~ Uniform(0, 2)] x^3', 2],
    [
      'quadrature of a mixture',
      'E[x ~ mixture([0.5, 0.5], [Normal(-30, 0.1), Normal(20, 1)])] x^2',
      (900.01 + 401) / 2,
    ],
    ['exact sum', 'E[x ~ Categorical([0.2, 0.3, 0.5])] (if x == class(2) then 4 else 1)', 2.5],
    ['exact sum over a product', 'E[x ~ Bernoulli(0.5)[6]] (sum(x) - 3)^2', 1.5],
    [
      'exact sum of a chain',
      'E[x ~ MarkovChain(Bernoulli(0.5), b -> Bernoulli(if b then 0.9 else 0.2), 3)] (if x[2] then 1 else 0)',
      0.5 * (0.9 * 0.9 + 0.1 * 0.2) + 0.5 * (0.2 * 0.9 + 0.8 * 0.2),
    ],
    ['a larger support when asked for', 'E[x ~ Bernoulli(0.5)[10]; by = exact] sum(x)', 5],
    [
      'a filter on exact points',
      'E[x ~ Categorical([0.2, 0.3, 0.5]) if x != class(2)] (if x == class(1) then 1 else 0)',
      0.6,
    ],
    ['two exact binders', 'E[x ~ Bernoulli(0.3), y ~ Bernoulli(0.4)] (if x and y then 1 else 0)', 0.12],
    [
      'the second exact given the first',
      'E[x ~ Bernoulli(0.3), y ~ Bernoulli(if x then 0.9 else 0.1)] (if y then 1 else 0)',
      0.34,
    ],
    ['an impossible point', 'E[x ~ Categorical([0, 1])] log(if x == class(0) then 0 else 2)', Math.log(2)],
  ])('%s', async (_, text, expected) => {
    const [seen] = await expectationOf(text);
    expect(Math.abs(seen - expected)).toBeLessThan(2e-6 * Math.max(1, Math.abs(expected)));
  });

  it('draws of an evaluation are the same for the same seed, others for another', async () => {
    const text = 'E[x ~ Normal(0, 1)[2]] norm(x)';
    expect(await expectationOf(text, 3)).toEqual(await expectationOf(text, 3));
    expect(await expectationOf(text, 3)).not.toEqual(await expectationOf(text, 4));
  });

  it('each entry of an array has draws of its own, as many as it would have alone', async () => {
    // the distance of normal vectors from 0: sqrt(pi / 2) times their spread
    const seen = await expectationOf('[E[x ~ Normal(0, s)[2]] norm(x) for s in [1, 2, 4]]');
    seen.forEach((x, i) => expect(Math.abs(x / 2 ** i - Math.sqrt(Math.PI / 2))).toBeLessThan(0.1));
    const distances = await expectationOf('[energy(Normal(0, 1) || Normal(m, 1)) for m in [0, 1, 2]]');
    expect(Math.abs(distances[0])).toBeLessThan(0.1);
    expect(distances[1]).toBeGreaterThan(0.2);
    expect(distances[2]).toBeGreaterThan(distances[1] + 0.5);
  });

  it('`samples` beside rows are draws for each row: every row counts', async () => {
    const [seen] = await expectationOf(
      'E[x ~ [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], z ~ Normal(x, 1e-6); samples = 2] z',
    );
    expect(seen).toBeCloseTo(6.5, 4);
    const set = '[r.year for r in sunspots()]';
    const [mean] = await expectationOf(`E[x ~ ${set}, z ~ Normal(x, 1e-6); samples = 2] z`);
    expect(mean).toBeCloseTo((1700 + 2008) / 2, 3);
  });

  it('importance weights reach where the proposal does', async () => {
    const [seen] = await expectationOf('E[x ~ Normal(1, 1); proposal = Normal(0, 2), samples = 200000] x^2');
    expect(Math.abs(seen - 2)).toBeLessThan(0.03);
  });
});

describe('quantiles move with the parameters', () => {
  // SciPy 1.10: differences of ppf
  it.each([
    ['Gamma(exp(m()), 2).quantile(0.3)', 0.5567368],
    ['Beta(exp(m()), 2).quantile(0.7)', 0.2650469],
    ['StudentT(exp(m()), 1, 2).quantile(0.9)', -2.808731],
    ['StudentT(3, m(), 2).quantile(0.2)', 1],
    ['Gamma(2, 1).quantile(m())', 2.8775362],
    ['median(Gamma(exp(m()), 1))', 1.4724826],
  ])('%s', async (objective, truth) => {
    const [slope] = await slopesOver(problem(objective), 1);
    expect(Math.abs(slope - truth)).toBeLessThan(1e-3 * Math.abs(truth));
  });
});

describe('samples', () => {
  it.each([
    // the draws are of both: 40,000 of one for each of the other would not fit into any memory
    ['E[x ~ Normal(1, 1), y ~ Normal(x, 2); samples = 40000] x * y', 2, 0.1],
    ["E[x, x' ~ Normal(2, 1); samples = 40000] x * x'", 4, 0.1],
  ])('%s', async (expression, truth, within) => {
    const [seen] = await expectationOf(expression);
    expect(Math.abs(seen - truth)).toBeLessThan(within);
  });

  it('are of what is drawn, not of the rows beside it', async () => {
    const rows = 'data D : [R] = [1, 2, 3, 4]\n';
    const { program } = await compile(
      'test.learn',
      `${rows}minimize E[x ~ D, z ~ Normal(0, 1); samples = 2] (x + 0 * z - a)^2 over a in R by sgd(0.1) for 1 steps`,
      host,
      {},
    );
    const said = (program?.stages[0].decisions ?? []).map((d) => d.choice).join('\n');
    expect(said).toContain('all rows');
    expect(said).toContain('2 draws for each example');
  });
});

describe('says what it took', () => {
  const choiceOf = async (objective: string): Promise<string> => {
    const { program } = await compile('test.learn', problem(objective), host, {});
    return (program?.stages[0].decisions ?? [])
      .filter((d) => d.subject === 'expectation')
      .map((d) => `${d.choice}: ${d.reason}`)
      .join('\n');
  };
  it.each([
    ['E[x ~ Normal(m(), 1)] x^2', '16 draws, pathwise: the distribution can be reparameterised'],
    ['E[b ~ Bernoulli(logits = m())[2]] sum(b)', 'exact sum over 4 points: the support is finite and small'],
    ['E[x ~ Poisson(exp(m()))] x', '16 draws, draws with the score function: it can only be sampled and has a density'],
    [
      'E[x ~ Normal(m(), 1), y ~ Normal(x, 1); samples = 8] x * y',
      '8 draws, pathwise: the distribution can be reparameterised\n1 draw for each example',
    ],
    ['sum[s in [1, 2]] E[x ~ Normal(m(), s)] x^2', '64 draws for each entry, pathwise'],
    ['E[y ~ [1, 2, 3]] E[x ~ Normal(m(), y)] x^2', '1 draw for each example, pathwise'],
    ['E[x ~ Normal(m(), 1); proposal = Normal(0, 2)] x', '16 draws, pathwise: the distribution can be reparameterised'],
  ])('%s', async (objective, said) => {
    expect(await choiceOf(objective)).toContain(said);
  });

  it('two draws of one binder from a proposal have a weight each', async () => {
    // E x x' = 1 * 1, of draws of Normal(0.5, 1.5)
    const spec = "E[x, x' ~ Normal(1, 1); proposal = Normal(0.5, 1.5), samples = 20000] x * x'";
    expect(Math.abs((await valueOf(spec))[0] - 1)).toBeLessThan(0.06);
  });

  it.each([
    ['Normal(a, 1)', 'Normal(0, 2)'],
    ['Beta(exp(a), 1)', 'Beta(2, 3)'],
    ['Dirichlet([exp(a), 1, 2])', 'Dirichlet([2, 3, 1])'],
    ['Gamma(exp(a), 1)', 'Gamma(2, 1)'],
  ])('of a member that ends in %s, the closed form of KL is taken', async (q, p) => {
    const family = `model Q() { param a : R = 0.4; ${q} }\n`;
    const spec = `${family}minimize KL(q || ${p}) over q in Q by sgd(1) for 1 steps`;
    const { program } = await compile('test.learn', spec, host, {});
    expect(program?.stages[0].decisions.filter((d) => d.subject === 'expectation')).toEqual([]);
  });
});
