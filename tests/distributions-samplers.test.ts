// Samplers at fixed seeds: 100,000 draws against the distribution function (Kolmogorov-Smirnov) or the probabilities (chi-square),
// moments against the closed forms. The bounds are passed by chance in all but one of 10,000 seeds.
import { describe, expect, it } from 'vitest';
import { expectationOf } from './distributions-harness.ts';

const n = 100_000;

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
const variance = (xs: readonly number[]): number => {
  const m = mean(xs);
  return mean(xs.map((x) => (x - m) ** 2));
};

/** sqrt(n) times the largest distance of the empirical from the uniform distribution function. */
const kolmogorov = (us: readonly number[]): number => {
  const sorted = Float64Array.from(us).sort();
  let most = 0;
  sorted.forEach((u, i) => (most = Math.max(most, u - i / sorted.length, (i + 1) / sorted.length - u)));
  return most * Math.sqrt(sorted.length);
};

/** P(sqrt(n) D > 2.23) = 2 exp(-2 * 2.23^2) = 1e-4 */
const kolmogorovBound = 2.23;
/** Standard errors: |z| > 3.9 has probability 1e-4. */
const errors = 3.9;

/** Chi-square over cells with at least 10 expected; returns it as standard normal (Wilson & Hilferty). */
const chiSquare = (counts: readonly number[], expected: readonly number[]): number => {
  let chi = 0;
  let cells = 0;
  let [restSeen, restExpected] = [0, 0];
  expected.forEach((e, i) => {
    if (e < 10) {
      restSeen += counts[i];
      restExpected += e;
      return;
    }
    chi += (counts[i] - e) ** 2 / e;
    cells++;
  });
  if (restExpected >= 10) {
    chi += (restSeen - restExpected) ** 2 / restExpected;
    cells++;
  }
  const df = cells - 1;
  return (Math.cbrt(chi / df) - (1 - 2 / (9 * df))) / Math.sqrt(2 / (9 * df));
};

const continuous = [
  'Normal(-1, 3)',
  'LogNormal(0.5, 0.7)',
  'Laplace(1, 2)',
  'Uniform(-2, 5)',
  'Exponential(3)',
  'Gamma(0.15, 2)',
  'Gamma(1, 2)',
  'Gamma(3.7, 0.5)',
  'Gamma(250, 10)',
  'Beta(0.4, 0.7)',
  'Beta(2, 9)',
  'Beta(60, 30)',
  'StudentT(2.5, 1, 3)',
  'StudentT(30, 0, 1)',
  'Cauchy(2, 3)',
  'Logistic(0, 2)',
  'Gumbel(1, 2)',
  'HalfNormal(2)',
  'truncate(Normal(1, 2), 0, 2.5)',
  'truncate(Exponential(1), 1, 3)',
];

describe('Kolmogorov-Smirnov', () => {
  it.each(continuous)('%s', async (name) => {
    const both = await expectationOf(`{ P = ${name}; f = P.cdf; x = sample(P, ${n}); concat(x, f(x)) }`, 7);
    expect(kolmogorov(both.slice(n))).toBeLessThan(kolmogorovBound);
  });

  it('truncate(Normal(0, 1), 6, 7), far in the tail', async () => {
    const below = 'normal_log_cdf(-x)';
    const us = await expectationOf(
      `{ x = sample(truncate(Normal(0, 1), 6, 7), ${n}); a = normal_log_cdf(-6); b = normal_log_cdf(-7);
         (1 - exp(${below} - a)) / (1 - exp(b - a)) }`,
      7,
    );
    expect(kolmogorov(us)).toBeLessThan(kolmogorovBound);
  });

  /** The distribution function of an angle with a density on [from, to], by Simpson's rule on a fine grid. */
  const byIntegration = (density: (t: number) => number, from: number, to: number) => {
    const cells = 20_000;
    const h = (to - from) / cells;
    const sums = new Float64Array(cells + 1);
    for (let i = 0; i < cells; i++) {
      const t = from + i * h;
      sums[i + 1] = sums[i] + (h / 6) * (density(t) + 4 * density(t + h / 2) + density(t + h));
    }
    return (x: number): number => {
      const place = Math.min(cells - 1, Math.max(0, Math.floor((x - from) / h)));
      const part = (x - from) / h - place;
      return (sums[place] + part * (sums[place + 1] - sums[place])) / sums[cells];
    };
  };

  it.each([0.01, 1, 8, 900])('VonMises(0.5, %s)', async (k) => {
    const xs = await expectationOf(`sample(VonMises(0.5, ${k}), ${n})`, 3);
    const f = byIntegration((t) => Math.exp(k * (Math.cos(t) - 1)), -Math.PI, Math.PI);
    const centred = xs.map((x) => ((x - 0.5 + 3 * Math.PI) % (2 * Math.PI)) - Math.PI);
    expect(Math.max(...xs.map(Math.abs))).toBeLessThanOrEqual(Math.PI + 1e-6);
    expect(kolmogorov(centred.map(f))).toBeLessThan(kolmogorovBound);
  });

  it.each([
    [3, 2],
    [5, 30],
    [10, 0.5],
  ])('the cosine of VonMisesFisher in %s dimensions, concentration %s', async (p, k) => {
    const mu = `unit([${Array.from({ length: p }, (_, i) => i + 1).join(', ')}])`;
    const ts = await expectationOf(`{ m = ${mu}; sample(VonMisesFisher(m, ${k}), ${n}) @ m }`, 5);
    const f = byIntegration((t) => Math.exp(k * (Math.cos(t) - 1)) * Math.sin(t) ** (p - 2), 0, Math.PI);
    expect(kolmogorov(ts.map((c) => f(Math.acos(Math.min(1, Math.max(-1, c))))))).toBeLessThan(kolmogorovBound);
  });

  it('entries of a Dirichlet are Beta, and add up to 1', async () => {
    const a = [0.3, 1, 4.7];
    const both = await expectationOf(
      `{ x = sample(Dirichlet([${a}]), ${n}); concat(concat(x[:, 0], x[:, 1], x[:, 2]), beta_i(0.3, 5.7, x[:, 0]), beta_i(1, 5, x[:, 1]), beta_i(4.7, 1.3, x[:, 2])) }`,
      11,
    );
    const column = (i: number): number[] => both.slice(i * n, (i + 1) * n);
    for (const i of [3, 4, 5]) expect(kolmogorov(column(i))).toBeLessThan(kolmogorovBound);
    for (const i of [0, 999, n - 1]) expect(column(0)[i] + column(1)[i] + column(2)[i]).toBeCloseTo(1, 9);
  });

  it('MultivariateNormal: whitened draws have the lengths of standard normal vectors', async () => {
    const us = await expectationOf(
      `{ S = [[2, 0.5], [0.5, 1]]; x = sample(MultivariateNormal([1, -2], S), ${n});
         [{ d = x[i] - [1, -2]; 1 - exp(-dot(d, solve(S, d)) / 2) } for i < ${n}] }`,
      2,
    );
    expect(kolmogorov(us)).toBeLessThan(kolmogorovBound);
  });

  it('WrappedNormal: hyperbolic distances from the mean are those of normal vectors', async () => {
    const us = await expectationOf(
      `{ m = [0.3, -0.4]; x = sample(WrappedNormal(m, [0.8, 0.8]), ${n}); [1 - exp(-(hyperbolic_distance(m, x[i]) / 0.8)^2 / 2) for i < ${n}] }`,
      2,
    );
    expect(kolmogorov(us)).toBeLessThan(kolmogorovBound);
  });

  it('AR1 is stationary, with the correlation it says', async () => {
    const xs = await expectationOf(`sample(AR1(0.8, 0.6, 3), ${n})`, 4);
    const us = await expectationOf(`{ f = Normal(0, 1).cdf; f(sample(AR1(0.8, 0.6, 3), ${n})[:, 2]) }`, 4);
    expect(kolmogorov(us)).toBeLessThan(kolmogorovBound);
    const product = Array.from({ length: n }, (_, i) => xs[3 * i] * xs[3 * i + 2]);
    expect(Math.abs(mean(product) - 0.64)).toBeLessThan(errors * Math.sqrt(variance(product) / n));
  });

  it('Uniform(Sphere[2]): heights are uniform', async () => {
    const us = await expectationOf(`(sample(Uniform(Sphere[2]), ${n})[:, 2] + 1) / 2`, 4);
    expect(kolmogorov(us)).toBeLessThan(kolmogorovBound);
  });
});

describe('chi-square', () => {
  const counted = [
    'Poisson(0.4)',
    'Poisson(9.9)',
    'Poisson(10.1)',
    'Poisson(180)',
    'Binomial(1, 0.3)',
    'Binomial(20, 0.5)',
    'Binomial(45, 0.97)',
    'Binomial(500, 0.3)',
    'Binomial(500, 0.004)',
    'Geometric(0.3)',
    'Geometric(0.95)',
  ];
  it.each(counted)('%s', async (name) => {
    const xs = await expectationOf(`sample(${name}, ${n})`, 1);
    const top = Math.max(...xs) + 1;
    const counts = Array<number>(top).fill(0);
    for (const x of xs) {
      expect(Number.isInteger(x) && x >= 0).toBe(true);
      counts[x]++;
    }
    const probabilities = await expectationOf(`[exp(log ${name}(k)) for k < ${top}]`);
    const z = chiSquare(
      counts,
      probabilities.map((p) => n * p),
    );
    if (counts.filter((c) => c > 10).length > 2) expect(Math.abs(z)).toBeLessThan(errors);
    else expect(Math.abs(counts[0] / n - probabilities[0])).toBeLessThan(errors * Math.sqrt(0.25 / n));
  });

  it.each([
    ['Categorical([0.1, 0.2, 0.7])', [0.1, 0.2, 0.7]],
    ['Categorical(logits = [0, 2, -3])', [0, 2, -3].map((l) => Math.exp(l) / (1 + Math.exp(2) + Math.exp(-3)))],
    ['Bernoulli(0.03)', [0.97, 0.03]],
    ['Bernoulli(logits = 1.5)', [1 - 1 / (1 + Math.exp(-1.5)), 1 / (1 + Math.exp(-1.5))]],
    ['Uniform(Class[5])', [0.2, 0.2, 0.2, 0.2, 0.2]],
  ] as const)('%s', async (name, probabilities) => {
    const xs = await expectationOf(`sample(${name}, ${n})`, 6);
    const counts = probabilities.map((_, k) => xs.filter((x) => x === k).length);
    expect(
      Math.abs(
        chiSquare(
          counts,
          probabilities.map((p) => p * n),
        ),
      ),
    ).toBeLessThan(errors);
  });

  it('a mixture takes its components as often as their weights say', async () => {
    const us = await expectationOf(
      `{ f = Normal(-3, 1).cdf; g = Normal(4, 2).cdf; x = sample(mixture([0.3, 0.7], [Normal(-3, 1), Normal(4, 2)]), ${n}); 0.3 * f(x) + 0.7 * g(x) }`,
      8,
    );
    expect(kolmogorov(us)).toBeLessThan(kolmogorovBound);
  });

  it('states of a Markov chain come as often as its transitions say', async () => {
    const chain =
      'MarkovChain(Categorical([0.5, 0.5]), x -> Categorical(if x == class(0) then [0.9, 0.1] else [0.4, 0.6]), 3)';
    const xs = await expectationOf(`sample(${chain}, ${n})`, 8);
    const counts = Array<number>(8).fill(0);
    for (let i = 0; i < n; i++) counts[4 * xs[3 * i] + 2 * xs[3 * i + 1] + xs[3 * i + 2]]++;
    const step = [
      [0.9, 0.1],
      [0.4, 0.6],
    ];
    const expected = counts.map((_, k) => n * 0.5 * step[k >> 2][(k >> 1) & 1] * step[(k >> 1) & 1][k & 1]);
    expect(Math.abs(chiSquare(counts, expected))).toBeLessThan(errors);
  });
});

describe('moments', () => {
  const all = [
    ...continuous.filter((name) => !/Cauchy|StudentT\(2.5|truncate\(Exp/.test(name)),
    'Poisson(3.5)',
    'Poisson(300)',
    'Binomial(30, 0.8)',
    'Geometric(0.2)',
    'Bernoulli(0.3)',
    'mixture([0.3, 0.7], [Normal(-3, 1), Normal(4, 2)])',
  ];
  it.each(all)('%s', async (name) => {
    const xs = await expectationOf(`sample(${name}, ${n})`, 12);
    const [m] = await expectationOf(`mean(${name})`);
    expect(Math.abs(mean(xs) - m)).toBeLessThan(errors * Math.sqrt(variance(xs) / n));
    if (name.startsWith('truncate')) return;
    const [v] = await expectationOf(`var(${name})`);
    const fourth = mean(xs.map((x) => (x - m) ** 4));
    expect(Math.abs(variance(xs) - v)).toBeLessThan(errors * Math.sqrt((fourth - v * v) / n));
  });
});

/** The mean of an expression over twelve seeds, and its standard error. */
const estimated = async (e: string): Promise<{ found: number; error: number }> => {
  const batches: number[] = [];
  for (let seed = 0; seed < 12; seed++) batches.push((await expectationOf(e, seed))[0]);
  return { found: mean(batches), error: Math.sqrt(variance(batches) / (batches.length - 1)) };
};

describe('reparameterised draws: the gradient of an expectation is that of its closed form', () => {
  // The gradient by `a` of the mean of a function of the draws, its standard error from independent batches, and the truth.
  const cases: readonly (readonly [name: string, at: number, body: string, truth: string])[] = [
    ['Gamma by shape', 0.3, 'mean(sample(Gamma(a, 2), 4000)^2)', 'a * (a + 1) / 4'],
    ['Gamma by shape, log', 5, 'mean(log(sample(Gamma(a, 2), 4000)))', 'digamma(a) - log(2)'],
    ['Gamma by rate', 3, 'mean(sample(Gamma(2, a), 4000)^2)', '6 / a^2'],
    ['Beta by a', 0.6, 'mean(sample(Beta(a, 2), 4000)^2)', 'a * (a + 1) / ((a + 2) * (a + 3))'],
    ['Beta by b', 3, 'mean(log(sample(Beta(2, a), 4000)))', 'digamma(2) - digamma(a + 2)'],
    ['StudentT by df', 9, 'mean(sample(StudentT(a), 4000)^2)', 'a / (a - 2)'],
    ['Dirichlet', 1.5, 'mean(sample(Dirichlet([a, 1, 2]), 4000)[:, 1]^2)', '2 / ((a + 3) * (a + 4))'],
    ['VonMises by concentration', 2, 'mean(cos(sample(VonMises(0, a), 4000)))', '_mean_cosine(2, a)'],
    ['VonMises by mean', 0.4, 'mean(cos(sample(VonMises(a, 3), 4000)))', '_mean_cosine(2, 3) * cos(a)'],
    ['VonMisesFisher', 4, 'mean(sample(VonMisesFisher([0, 0, 1], a), 4000)[:, 2])', '_mean_cosine(3, a)'],
    ['truncated normal', 0.5, 'mean(sample(truncate(Normal(a, 1), 0, 2), 4000))', 'mean(truncate(Normal(a, 1), 0, 2))'],
    [
      'wrapped normal',
      0.7,
      'mean([hyperbolic_distance([0.1, 0], x)^2 for x in sample(WrappedNormal([0.1, 0], [a, a]), 4000)])',
      '2 * a^2',
    ],
    ['AR1', 0.5, 'mean(sample(AR1(a, 1, 3), 4000)[:, 2]^2)', '1 / (1 - a^2)'],
    [
      'straight-through has the relaxed gradient',
      0.2,
      'mean(sample(straight_through(Bernoulli(logits = a); temperature = 1), 4000))',
      'E[u ~ Uniform(0, 1)] sigmoid(a + logit(u))',
    ],
  ];
  it.each(cases)('%s', async (_, at, body, truth) => {
    const { found, error } = await estimated(`{ a = ${at}; grad[a] ${body} }`);
    const [expected] = await expectationOf(`{ a = ${at}; grad[a] (${truth}) }`);
    expect(error).toBeLessThan(0.1 * Math.max(1, Math.abs(expected)));
    // Student's t with 11 degrees of freedom: 1e-4
    expect(Math.abs(found - expected)).toBeLessThan(5.9 * error + 1e-9);
  });
});

describe('draws out of rejections have derivatives of every order', () => {
  const cases: readonly (readonly [name: string, at: number, body: string, truth: string])[] = [
    ['Gamma', 2, 'mean(sample(Gamma(a, 1), 8000)^2)', 'a * (a + 1)'],
    ['Gamma, small shape', 0.4, 'mean(sample(Gamma(a, 1), 8000)^2)', 'a * (a + 1)'],
    ['Beta', 1.5, 'mean(sample(Beta(a, 2), 8000)^2)', 'a * (a + 1) / ((a + 2) * (a + 3))'],
    ['Dirichlet', 1.5, 'mean(sample(Dirichlet([a, 1, 2]), 8000)[:, 1]^2)', '2 / ((a + 3) * (a + 4))'],
    ['StudentT', 9, 'mean(sample(StudentT(a), 8000)^2)', 'a / (a - 2)'],
    ['VonMises', 2, 'mean(cos(sample(VonMises(0, a), 8000)))', '_mean_cosine(2, a)'],
  ];
  it.each(cases)('%s', async (_, at, body, truth) => {
    const second = (e: string): string => `{ a = ${at}; grad[a] (grad[a] (${e})) }`;
    const { found, error } = await estimated(second(body));
    const [expected] = await expectationOf(second(truth));
    expect(error).toBeLessThan(0.1 * Math.max(0.2, Math.abs(expected)));
    expect(Math.abs(found - expected)).toBeLessThan(5.9 * error);
  });

  it('the third, of Gamma', async () => {
    const [third] = await expectationOf('{ a = 2; grad[a] (grad[a] (grad[a] mean(sample(Gamma(a, 1), 40000)^3))) }', 3);
    expect(third).toBeCloseTo(6, 1);
  });
});
