/** What must not be called wrong: right specs close to those of the golden errors, and warnings that a comment silences. */
import { describe, expect, test } from 'vitest';
import { checked } from './errors-harness.ts';

const data = 'data D : [(R[2], R)] = [([i, 1], i) for i < 20]';
const model = 'model M(x: R[2]) -> R { param w : R[2]; dot(w, x) }';
const loss = 'def L(f, D) = E[(x, y) ~ D] (f(x) - y)^2';
const spec = (...lines: string[]): string => `${[data, model, loss, ...lines].join('\n')}\n`;

const codes = async (source: string): Promise<string[]> => (await checked(source)).diagnostics.map((d) => d.code);

describe('nothing leaks', () => {
  test.each([
    [
      'folds: the rows of one are trained on in another',
      spec('minimize L(f, D_tr) over f in M subject to eval L on kfold(D, k = 4)'),
    ],
    [
      'a stage on the same split',
      spec(
        'let S = supervised(D, holdout = 0.2)',
        'let first = minimize L(g, D_tr) over g in M on S',
        'minimize E[(x, y) ~ D_tr] (f(x) + first.g(x) - y)^2 over f in M subject to eval L on S',
      ),
    ],
    [
      'a start at a member of the same split',
      spec(
        'let S = supervised(D, holdout = 0.2)',
        'let first = minimize L(g, D_tr) over g in M on S',
        'minimize L(f, D_tr) over f in M from first.g subject to eval L on S',
      ),
    ],
    [
      'nothing is held out',
      spec('minimize L(f, D_tr) + L(f, D) over f in M subject to eval L on supervised(D, holdout = 0)'),
    ],
    [
      'tasks one after the other, cut from one set',
      spec(
        'let tasks = [[(x, y) for (x, y) in D if y < 10], [(x, y) for (x, y) in D if y >= 10]]',
        'minimize L(f, D_tr) over f in M subject to eval L on continual([supervised(t, holdout = 0.2) for t in tasks])',
      ),
    ],
    [
      'a constant that is no statistic',
      spec(
        'let scale = 3',
        'minimize E[(x, y) ~ D_tr] (f(x) - y / scale)^2 over f in M subject to eval L on supervised(D, holdout = 0.2)',
      ),
    ],
    [
      'rows made of their own columns',
      spec(
        'data E2 : [(R[2], R)] = [(x / 10, y / 2) for (x, y) in D]',
        'minimize L(f, D_tr) over f in M subject to eval L on supervised(E2, holdout = 0.2)',
      ),
    ],
  ])('%s', async (_, source) => expect(await codes(source)).toEqual([]));
});

describe('warnings', () => {
  const maximised = 'maximize (z - 1)^2 over z in R';
  test('a sum of squares that is maximised', async () => expect(await codes(maximised)).toEqual(['L0902']));
  test('not on a bounded space: the first principal axis', async () =>
    expect(await codes('maximize dot(w, [1, 2])^2 over w in Sphere[1]')).toEqual([]));
  test.each([
    ['on the line before', `-- allow L0902\n${maximised}`],
    ['among other codes', `-- allow L0901, L0902\n${maximised}`],
    ['at the end of the line', `${maximised} -- allow L0902`],
    ['before the declaration', '-- allow L0902\nmaximize\n  (z - 1)^2\n  over z in R'],
  ])('silenced %s', async (_, source) => expect(await codes(source)).toEqual([]));
  test('an error is never silenced', async () => expect(await codes('-- allow L0201\nlet a = b2')).toEqual(['L0201']));
});

describe('functions that nobody uses', () => {
  test.each([
    'def f(x: R[n], y: R[n]) = dot(x, y)',
    'def f(x: X) -> X = x',
    'def f(x, y) = x + y',
    'def halves(x: R[n]) = reshape[2, n / 2](x)',
    'model res[block](x: R[n]) -> R[n] = x + block(x)',
    'model mlp[h, k](x: R[d]) -> R[k] = dense[k](relu(dense[h](x)))',
    'model Q(x: R[2]) ~> R = Normal(dense[1](x)[0], 1)',
    'def KL2(q: Dist[X], p: Dist[X]) = E[z ~ q] (log q(z) - log p(z))',
    'def fit(distance, D) = minimize distance(D, z) over z in R',
    'def parity(n: Nat) = dist { x ~ Bernoulli(0.5)[n]; (x, class(sum(x) mod 2)) }',
    'def D_mean(f) = E[(x, y) ~ f] y',
    'paradigm twice(A) { train on A; eval on A as half }',
    'def pair(p: (R[2], Class[3])) = p',
  ])('%s', async (source) => expect(await codes(`${source}\n`)).toEqual([]));
});

describe('thresholds that can be met', () => {
  test.each(['>= 0', '<= 1e-6', '<= 100'])('a mean of squares %s', async (bound) =>
    expect(
      await codes(
        spec(`minimize L(f, D_tr) over f in M subject to eval L(f, D_eval) ${bound} on supervised(D, holdout = 0.2)`),
      ),
    ).toEqual([]),
  );
});

describe('parameters of distributions that stay where they belong', () => {
  const of = (params: string, family: string): string =>
    `data D : [R] = [(i + 1) / 10 for i < 20]\nmodel P() ~> R { ${params}; ${family} }\n` +
    'minimize KL(D_tr || p) over p in P on unsupervised(D, holdout = 0.2) by adam(1e-2) for 3 steps\n';
  test.each([
    ['param m : R; param s : Positive', 'Normal(m, s)'],
    ['param m : R; param s : R', 'Normal(m, softplus(s))'],
    ['param m : R; param s : R', 'Normal(m, exp(s) + 0.1)'],
    ['param m : R; param s : R', 'Normal(m, sqrt(1 + s^2))'],
    ['param m : R; param s : R', 'Normal(m, 2 + tanh(s))'],
    ['param m : R; param s : Interval[1, 2]', 'Normal(m, s / 2)'],
    ['param a : Positive; param b : Positive', 'Gamma(a, a / b)'],
    ['param w : Simplex[2]', 'mixture(w, [Normal(0, 1), Normal(1, 1)])'],
  ])('%s; %s', async (params, family) => expect(await codes(of(params, family))).toEqual([]));
  test('silenced', async () =>
    expect(await codes(of('param m : R; param s : R = 1', 'Normal(m, s) -- allow L0903\n'))).toEqual([]));
  test('probabilities by softmax, sigmoid, or of what is not trained', async () =>
    expect(
      await codes(
        'data D : [(R[2], Class[3])] = [([i, 1], class[3](i mod 3)) for i < 18]\n' +
          'model C(x: R[2]) ~> Class[3] = Categorical(softmax(dense[3](x)))\n' +
          'minimize E[(x, y) ~ D_tr] -log f(y | x) over f in C on supervised(D, holdout = 0.2)\n' +
          'let q = [0.2, 0.3]\nlet b = Bernoulli(q[0] + q[1])\n',
      ),
    ).toEqual([]));
});

describe('functions that stay in their domain', () => {
  const net =
    'data D : [(x: R[2], y: R)] = [([i, 1], (i + 1) / 20) for i < 16]\nmodel N(x: R[2]) -> R = dense[1](x)[0]\n';
  const over = (objective: string, members: string): string => `minimize ${objective} over ${members}\n`;
  test.each([
    over('(log(a) - 1)^2', 'a in Positive'),
    over('(log(a) - 1)^2 + sqrt(2 + a)', 'a in Interval[0.5, 3]'),
    over('(log softplus(a) - 1)^2', 'a in R'),
    over('(sqrt(a^2 + b^2 + 1) - 2)^2 + abs(a)^1.5', 'a in R, b in R from 1'),
    over('log(max(a, 1e-6))^2 + sqrt(max(a, 0.1))', 'a in R'),
    over('log(sum[k < 3] w[k] * exp(-k)) + sum(w^2)', 'w in Simplex[3]'),
    over('-log(1 - w[0]) - log(1 - w[1] - 0 * w[2])', 'w in Simplex[3]'),
    over('sqrt(1 - tanh(a)^2) + asin(tanh(a))^2 + acos(sin(a))', 'a in R from 1'),
    over('(atanh(r) - 0.5)^2 + sqrt(1 - r^2)', 'r in Interval[-0.9, 0.9]'),
    over('(if a > 0 then log(a) else a - 1)^2', 'a in R from 2'),
    over('log(if a > 1 then a else 1) + (a - 3)^2', 'a in R'),
    over('log(sum(exp(w))) - log softmax(w)[1]', 'w in R[3]'),
    over('norm(w - 1) + 1 / (1 + sum(w^2)) + std(w)', 'w in R[3]'),
    over('(1 / a - 2)^2', 'a in R from 1'),
    over('E[u ~ Uniform(0, 1)] (a + log(u))^2', 'a in R'),
    over('E[z ~ Normal(0, 1)] (a - log(1 + z^2))^2', 'a in R'),
    over('E[z ~ Gamma(2, 1)] (a - log(z))^2', 'a in R'),
    over('log(w[0] - min(w) + 0.1) + sum(w^2)', 'w in R[3]'),
    over('(det(A @ transpose(A) + identity[2]) - 3)^2 + sum(cholesky(A @ transpose(A) + identity[2]))', 'A in R[2, 2]'),
    `${net}${over('E[(x, y) ~ D] -(y * log sigmoid(f(x)) + (1 - y) * log(1 - sigmoid(f(x))))', 'f in N')}`,
    `${net}${over('sqrt(E[(x, y) ~ D] (f(x) - y)^2)', 'f in N')}`,
    `${net}${over('E[(x, y) ~ D] ((exp(f(x)) - log(y))^2 + log(x[0] + 1))', 'f in N')}`,
    `${net}${over('log(E[(x, y) ~ D] exp(f(x) - y))', 'f in N')}`,
    `-- allow L0905\n${over('(log(a) - 1)^2', 'a in R from 2')}`,
  ])('%s', async (source) => expect(await codes(source)).toEqual([]));
});

describe('texts of a column', () => {
  const from = (test: string): string => `let n = size([r.year for r in penguins() if ${test}])\n`;
  test.each(['r.sex == "female"', 'r.sex != "unknown"', 'r.sex == "x"', 'r.species == "Gentoo" or r.sex == missing'])(
    '%s',
    async (condition) => expect(await codes(from(condition))).toEqual([]),
  );
  test('silenced', async () => expect(await codes(`-- allow L0904\n${from('r.sex == "femal"')}`)).toEqual([]));
});

describe('arrays', () => {
  test.each([
    'let a = [1, 2.5]',
    'let a = ["a", "b"]',
    'let a = [(1, "a"), (2, "b")]',
    'let a = [Normal(0, 1), Uniform(0, 1)]',
    'let a = [sqrt, x -> x + 1]',
    'data A = [1, 2]\ndata B = [3, 4]\nlet both = [A, B]',
  ])('%s', async (source) => expect(await codes(`${source}\n`)).toEqual([]));
});

test('`p(x)` of a distribution without arguments is its density', async () =>
  expect(
    await codes(
      'data D : [R] = [i / 10 for i < 20]\nmodel P() ~> R { param m : R; Normal(m, 1) }\n' +
        'maximize E[x ~ D_tr] p(x) over p in P subject to eval E[x ~ D_eval] p(x) as density on unsupervised(D, holdout = 0.2)\n',
    ),
  ).toEqual([]));
