/** Sequences of different lengths: what is behind the end of one counts nowhere, on any engine, in values and gradients. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measures, valueOf } from './specs-harness.ts';

const rows = 'data D = [([1, 2, 3], 6), ([4], 4), ([2, 2], 4)]';
const softmax = (xs: number[]): number[] => {
  const e = xs.map(Math.exp);
  const total = e.reduce((a, b) => a + b, 0);
  return e.map((x) => x / total);
};

/** The mean of `e` over the rows of D; r.x is the sequence. */
const mean = (e: string): Promise<Record<string, number>> =>
  measures(`${rows}\nminimize (w - 1)^2 over w in R subject to eval E[(x, y) ~ D] ${e} as v`);

test.each([
  ['size(x)', 2],
  ['sum(x)', 14 / 3],
  ['mean(x)', (2 + 4 + 2) / 3],
  ['max(x)', 3],
  ['x[0]', 7 / 3],
  ['x[-1]', 3],
  ['sum(x[1:])', 7 / 3],
  ['sum(x[:-1])', 5 / 3],
  ['sum(x[-2:])', 13 / 3],
  ['size(x[1:3])', 1],
  ['(sum[t in x] t^2)', 38 / 3],
  ['(sum[i < size(x)] i * x[i])', 10 / 3],
  ['(sum[i < size(x)] sum[j in 0..i] x[j])', 20 / 3],
  ['sum([2 * t + 1 for t in x])', (28 + 6) / 3],
  ['sum(2 * x + 1)', (28 + 6) / 3],
  ['size([t for t in x if t > 1])', 5 / 3],
  ['softmax(x) @ x', (softmax([1, 2, 3]).reduce((s, p, i) => s + p * (i + 1), 0) + 4 + 2) / 3],
  ['(fold s = 0 over t in x { 2 * s + t })', (11 + 4 + 6) / 3],
  ['(scan s = 0 over t in x { s + t })[-1]', 14 / 3],
  ['(sum[(a, b) in zip(x, 2 * x)] a * b)', 76 / 3],
  ['std(x)', Math.sqrt(2 / 3) / 3],
  ['sum(cumsum(x))', (10 + 4 + 6) / 3],
  ['sum(cumprod(x))', (9 + 4 + 6) / 3],
  ['argmax(x)', 2 / 3],
  ['x[argmax(x)]', 3],
  ['x[argmin(-x)]', 3],
  ['reverse(x)[0]', 3],
  ['(fold s = 0 over t in reverse(x) { 2 * s + t })', (17 + 4 + 6) / 3],
  ['sort(x, descending = true)[0]', 3],
  ['x[argsort(-x)[0]]', 3],
  ['size(concat(x, [5], x))', 5],
  ['(fold s = 0 over t in concat(x, [5], x) { 2 * s + t })', (227 + 30 + 74) / 3],
  ['(sum[(a, b) in concat(zip(x, x), zip(x, 2 * x))] a * b)', (3 * 38) / 3],
  ['[t for t in x if t > 1][0]', 8 / 3],
  ['[t for t in x if t > 1][-1]', 3],
  ['sum([t for t in x if t != 2][:1])', 5 / 3],
  ['(sum[i < size([t for t in x if t > 1])] i)', 2 / 3],
  ['{ big = [t for t in x if t > 1]; sum[i < size(big)] (i + 1) * big[i] }', (8 + 4 + 6) / 3],
  ['sum(cumsum([t for t in x if t > 1]))', (7 + 4 + 6) / 3],
  ['argmax([t for t in x if t > 1])', 1 / 3],
])('the mean of %s', async (e, expected) => {
  expect((await mean(e)).v).toBeCloseTo(expected, 5);
});

test('an expectation over tokens weighs each token alike', async () => {
  const { v } = await measures(`${rows}\nminimize (w - 1)^2 over w in R subject to eval E[(x, y) ~ D, t ~ x] t as v`);
  expect(v).toBeCloseTo(14 / 6, 6);
});

test('ranges may end where a binder around them is', async () => {
  expect(await valueOf('sum[i in 0..4] sum[j in 0..i] i * j')).toEqual([65]);
  expect(await valueOf('[(sum[j < i] j) for i in 0..4]')).toEqual([0, 0, 1, 3, 6]);
  expect(await valueOf('[(sum[j in i..4] 1) for i in 0..4]')).toEqual([5, 4, 3, 2, 1]);
  // a lower triangle: the moving sums of a convolution
  expect(await valueOf('[(sum[j in 0..i] [1, 2, 4, 8][i - j] * [1, 1, 1, 1][j]) for i < 4]')).toEqual([1, 3, 7, 15]);
});

test('a gradient through padded rows is that of each row alone', async () => {
  const padded = await measures(`
data D = [([1, 2, 3], 1), ([4], 2), ([2, 2], 3)]
minimize (w - 1)^2 over w in R
  subject to eval { a = 0.3; grad[a] E[(x, y) ~ D] (fold h = 0.1 over t in x { tanh(a * h + a^2 * t) })^2 } as slope on unsupervised(D, holdout = 0)
`);
  const loss = (a: number): number => {
    const run = (xs: number[]): number => xs.reduce((h, t) => Math.tanh(a * h + a * a * t), 0.1) ** 2;
    return (run([1, 2, 3]) + run([4]) + run([2, 2])) / 3;
  };
  expect(padded.slope).toBeCloseTo((loss(0.3 + 1e-5) - loss(0.3 - 1e-5)) / 2e-5, 4);
});

test('what is not defined behind the end of a sequence stays out of the gradient', async () => {
  const { slope } = await measures(`
data D = [([2, 1], 1), ([1, 2, 4], 2)]
minimize (w - 1)^2 over w in R
  subject to eval { a = 2; grad[a] E[(x, y) ~ D] ((sum[t in x] log(a * t)) + sum[i < size(x)] sum[j in 0..i] sqrt(a * (i - j + 1))) } as slope
`);
  const slopeOf = (n: number): number => {
    let sum = n / 2;
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) sum += Math.sqrt(i - j + 1) / (2 * Math.sqrt(2));
    return sum;
  };
  expect(slope).toBeCloseTo((slopeOf(2) + slopeOf(3)) / 2, 4);
});

test('the gradient through what is sorted, joined, turned round and summed up', async () => {
  const { slope } = await measures(`
data D = [([2, 1], 1), ([1, 3, 2], 2)]
minimize (w - 1)^2 over w in R
  subject to eval {
    a = 1.5
    grad[a] E[(x, y) ~ D] {
      s = sort([a * t^2 for t in x])
      (fold h = 0 over u in concat(reverse(cumsum(s)), [a], [t * a for t in x if t > 1]) { h / 2 + u^2 })
    }
  } as slope
`);
  const loss = (a: number): number => {
    const of = (x: number[]): number => {
      const sums: number[] = [];
      for (const u of x.map((t) => a * t * t).sort((p, q) => p - q)) sums.push((sums.at(-1) ?? 0) + u);
      return [...sums.reverse(), a, ...x.filter((t) => t > 1).map((t) => t * a)].reduce((h, u) => h / 2 + u * u, 0);
    };
    return (of([2, 1]) + of([1, 3, 2])) / 2;
  };
  expect(slope).toBeCloseTo((loss(1.5 + 1e-4) - loss(1.5 - 1e-4)) / 2e-4, 2);
});

test('rows of a JSON file may differ in length, also empty ones, with vectors as entries', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'learn-sequences-'));
  const file = join(dir, 'paths.json');
  const paths = [
    {
      p: [
        [1, 2],
        [3, 4],
      ],
      n: 2,
    },
    { p: [], n: 0 },
    { p: [[5, 6]], n: 1 },
  ];
  writeFileSync(file, JSON.stringify(paths));
  const { steps, height } = await measures(`
data D : [(p: Seq[R[2]], n: R)] = [(r.p, r.n) for r in json("${file}")]
minimize (w - 1)^2 over w in R
  subject to eval E[(p, n) ~ D] (size(p) - n)^2 as steps, eval E[(p, n) ~ D] sum([q[1] for q in p]) as height
`);
  expect(steps).toBe(0);
  expect(height).toBeCloseTo(4, 6);
});

test('texts in lists and in lists of records are classes, compared with texts and used as places', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'learn-sequences-')), 'visits.json');
  const rows = [
    { words: ['yes', 'no', 'yes'], visits: [{ kind: 'b', dose: 2 }] },
    {
      words: ['no'],
      visits: [
        { kind: 'a', dose: 1 },
        { kind: null, dose: 5 },
      ],
    },
  ];
  writeFileSync(file, JSON.stringify(rows));
  const found = await measures(`
data D = [(r.words, [(kind = v.kind, dose = v.dose) for v in r.visits if v.kind != missing]) for r in json("${file}")]
minimize (w - 1)^2 over w in R
  subject to eval E[(ws, vs) ~ D] size([w for w in ws if w == "yes"]) as yes, eval E[(ws, vs) ~ D] (sum[w in ws] [10, 20][w]) as values,
    eval E[(ws, vs) ~ D] (sum[v in vs] (if v.kind == "a" then v.dose else -v.dose)) as dose
`);
  expect(found).toEqual({ yes: 1, values: (50 + 10) / 2, dose: -0.5 });
});

test('a tag for every word: a model that ends in a sequence of distributions', async () => {
  const { accuracy } = await measures(`
def words(n) = dist { x ~ Bernoulli(0.5)[n]; (x, [class[2](sum(x[0:t + 1]) mod 2) for t < n]) }
model Tagger(x: Seq[Bit]) ~> Seq[Class[2]] {
  cell in gru[8]
  out in dense[2]
  hs = scan h = zeros[8] over b in x { cell(h, [b]) }
  [Categorical(logits = out(h)) for h in hs]
}
minimize E[(x, y) ~ D_tr] -log f(y | x) over f in Tagger
  subject to eval E[(x, y) ~ D_eval] { p = mode(f(x)); mean[t < size(x)] (p[t] == y[t]) } as accuracy
  on lengths(words, train = 2..6, eval = 7..12, rows = 500, held = 60)
  by adam(0.03) for 300 steps batch 50
`);
  expect(accuracy).toBeGreaterThan(0.99);
});

test('attention looks only at what is there', async () => {
  // The same rows alone, where nothing is padded.
  const spec = (data: string, e: string): string => `
data D = ${data}
model M(x: Seq[R]) -> R {
  xs = [[t, t^2] for t in x]
  sum(mean(transformer_block[1, 4](xs), axis = 0))
}
minimize E[x ~ D_tr] f(x)^2 over f in M subject to eval ${e} as v on unsupervised(D, holdout = 0) by sgd(0.1) for 0 steps`;
  const { v } = await measures(spec('[[0.1, 0.2, 0.3], [0.4, 0.5]]', 'E[x ~ D_tr] f(x)'));
  const a = await measures(spec('[[0.1, 0.2, 0.3]]', 'E[x ~ D_tr] f(x)'));
  const b = await measures(spec('[[0.4, 0.5]]', 'E[x ~ D_tr] f(x)'));
  expect(v).toBeCloseTo((a.v + b.v) / 2, 4);
});

test('lengths of a set: short rows are trained on, long ones held out', async () => {
  const { short, long } = await measures(`
data D = [([1, 0, 1], 2), ([1, 1], 2), ([0, 1, 1, 1], 3), ([1, 1, 1, 1, 1], 5)]
minimize E[(x, y) ~ D_tr] (w * sum(x) - y)^2 over w in R
  subject to eval E[(x, y) ~ D_tr] size(x) as short, eval E[(x, y) ~ D_eval] size(x) as long
  on lengths(D, train = 2..3, eval = 4..9)
`);
  expect([short, long]).toEqual([2.5, 4.5]);
});

test('P^n with an n that is drawn: as many draws as there are in each', async () => {
  const found = await measures(`
data D : [Seq[Bit]] = dist { n ~ Uniform(2..20); xs ~ Bernoulli(0.3)^n; xs }^4000
minimize E[xs ~ D_tr] (sum[x in xs] (if x then -log(q) else -log(1 - q))) over q in Interval[0, 1]
  subject to eval q as rate, eval E[xs ~ D_eval] size(xs) as length, eval max([size(xs) for xs in D_eval]) as longest,
    eval (E[xs ~ D_eval] sum(xs)) / (E[xs ~ D_eval] size(xs)) as share
  on unsupervised(D, holdout = 0)`);
  // standard errors: 0.002 and 0.09
  expect(found.rate).toBeCloseTo(found.share, 4);
  expect(Math.abs(found.rate - 0.3)).toBeLessThan(0.01);
  expect(Math.abs(found.length - 11)).toBeLessThan(0.4);
  expect(found.longest).toBe(20);
});
