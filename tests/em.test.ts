/** `by em`: each turn is that of the closed form (Dempster, Laird & Rubin 1977), and the likelihood never falls. */
import { describe, expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { measures } from './specs-harness.ts';

const points = [-2.1, -1.7, -1.2, -0.4, 0.3, 1.1, 1.6, 2.2, 2.9, 3.4];

const bodies = {
  'a mixture': 'mixture(w, [Normal(m[0], s[0]), Normal(m[1], s[1])])',
  'a program that ends in a distribution': 'z ~ Categorical(w); Normal(m[z], s[z])',
  'a program that ends in a draw': 'z ~ Categorical(w); x ~ Normal(m[z], s[z]); x',
} as const;

const spec = (by: string, body: string = bodies['a mixture']): string => `data D : [R] = [${points.join(', ')}]
model Mix() ~> R {
  param w : Simplex[2] = [0.5, 0.5]
  param m : R[2] = [-1, 1]
  param s : Positive[2] = [1, 1]
  ${body}
}
minimize KL(D_tr || p) over p in Mix
  subject to eval E[x ~ D_eval] log p(x) as likelihood,
    eval p.w[0] as weight,
    eval p.m[0] as first,
    eval p.m[1] as second,
    eval p.s[0] as spread
  on unsupervised(D, holdout = 0)
  ${by}`;

/** Turns of the closed form. */
const byHand = (turns: number) => {
  let w = [0.5, 0.5];
  let m = [-1, 1];
  let s = [1, 1];
  const joint = (x: number): number[] =>
    w.map((p, k) => (p * Math.exp(-0.5 * ((x - m[k]) / s[k]) ** 2)) / (s[k] * Math.sqrt(2 * Math.PI)));
  const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
  for (let turn = 0; turn < turns; turn++) {
    const r = points.map((x) => joint(x).map((j) => j / sum(joint(x))));
    const n = [0, 1].map((k) => sum(r.map((row) => row[k])));
    w = n.map((k) => k / points.length);
    m = n.map((total, k) => sum(points.map((x, i) => r[i][k] * x)) / total);
    s = n.map((total, k) => Math.sqrt(sum(points.map((x, i) => r[i][k] * (x - m[k]) ** 2)) / total));
  }
  const likelihood = sum(points.map((x) => Math.log(sum(joint(x))))) / points.length;
  return { likelihood, weight: w[0], first: m[0], second: m[1], spread: s[0] };
};

describe('a mixture of two Gaussians by em', () => {
  describe.each(Object.entries(bodies))('%s', (_, body) => {
    test.each([1, 2, 5, 20])('%i turns are those of the closed form', async (turns) => {
      const found = await measures(spec(`by em for ${turns} steps`, body));
      for (const [name, value] of Object.entries(byHand(turns))) expect(found[name], name).toBeCloseTo(value, 3);
    });
  });

  test('the likelihood never falls, and ends where that of L-BFGS does', async () => {
    const likelihoods: number[] = [];
    for (const turns of [1, 2, 3, 5, 8, 13])
      likelihoods.push((await measures(spec(`by em for ${turns} steps`))).likelihood);
    likelihoods.slice(1).forEach((x, i) => expect(x).toBeGreaterThanOrEqual(likelihoods[i] - 1e-6));
    const [em, smooth] = [await measures(spec('by em')), await measures(spec(''))];
    expect(em.likelihood).toBeCloseTo(smooth.likelihood, 4);
  });
});

/** -log p of a hidden Markov model, averaged over the rows, by the forward recursion. */
const forward = (
  rows: readonly number[][],
  start: readonly number[],
  go: readonly number[][],
  m: readonly number[],
): number =>
  rows.reduce((total, row) => {
    const emit = (x: number): number[] => m.map((mean) => Math.exp(-((x - mean) ** 2) / 2) / Math.sqrt(2 * Math.PI));
    const alpha = row.slice(1).reduce(
      (a, x) => emit(x).map((e, k) => e * (a[0] * go[0][k] + a[1] * go[1][k])),
      emit(row[0]).map((e, k) => e * start[k]),
    );
    return total - Math.log(alpha[0] + alpha[1]);
  }, 0) / rows.length;

test('a sequence of latent states: the objective is that of the forward recursion, and em lowers it', async () => {
  const rows = [
    [0.1, 1.9, 2.2],
    [-0.4, 0.3, 1.7],
    [2.4, 2.1, 0.2],
    [0.5, -0.2, 0.1],
  ];
  const hmm = (by: string): string => `data D : [R[3]] = [[${rows.map((r) => r.join(', ')).join('], [')}]]
model Hidden() ~> R[3] {
  param start : Simplex[2] = [0.5, 0.5]
  param go : Simplex[2][2] = [[0.7, 0.3], [0.4, 0.6]]
  param m : R[2] = [0, 2]
  z ~ MarkovChain(Categorical(start), s -> Categorical(go[s]), 3)
  x ~ [Normal(m[z[t]], 1) for t < 3]
  x
}
minimize KL(D_tr || p) over p in Hidden
  subject to eval KL(D_eval || p) as loss, eval p.m[0] as low, eval p.m[1] as high,
    eval p.start[0] as first, eval p.go[0, 0] as stay, eval p.go[1, 0] as fall
  on unsupervised(D, holdout = 0)
  ${by}`;
  const at = (found: Record<string, number>): number =>
    forward(
      rows,
      [found.first, 1 - found.first],
      [
        [found.stay, 1 - found.stay],
        [found.fall, 1 - found.fall],
      ],
      [found.low, found.high],
    );
  const begun = await measures(hmm('by sgd(0) for 1 steps'));
  expect(begun.loss).toBeCloseTo(at(begun), 4);
  const ended = await measures(hmm('by em for 5 steps'));
  expect(ended.loss).toBeCloseTo(at(ended), 4);
  expect(ended.loss).toBeLessThan(begun.loss - 0.1);
});

test('a long chain by its recursion goes as it does path by path (Baum and Welch)', async () => {
  const rows = [0, 1, 2].map((r) => Array.from({ length: 8 }, (_, t) => 1 + Math.sin(3 * r + t * t)));
  const hmm = (entries: string): string => `data D : [R[8]] = [[${rows.map((r) => r.join(', ')).join('], [')}]]
model Hidden() ~> R[8] {
  param start : Simplex[2] = [0.5, 0.5]
  param go : Simplex[2][2] = [[0.7, 0.3], [0.4, 0.6]]
  param m : R[2] = [0, 2]
  z ~ MarkovChain(Categorical(start), s -> Categorical(go[s]), 8)
  ${entries}
}
minimize KL(D_tr || p) over p in Hidden
  subject to eval KL(D_eval || p) as loss, eval p.m[0] as low, eval p.m[1] as high,
    eval p.start[0] as first, eval p.go[0, 0] as stay, eval p.go[1, 0] as fall
  on unsupervised(D, holdout = 0) by em for 3 steps`;
  const recursion = await measures(hmm('[Normal(m[z[t]], 1) for t < 8]'));
  const paths = await measures(hmm('every = z; [Normal(m[every[t]], 1) for t < 8]'));
  for (const [name, value] of Object.entries(paths)) expect(recursion[name]).toBeCloseTo(value, 4);
});

test.each([
  ['batches', spec('by em batch 5'), 'every turn reads all rows'],
  [
    'nothing latent',
    `data D = [(i, 2 * i) for i < 10]
model Line(x: R) -> R { param a : R; a * x }
minimize mse(f, D_tr) over f in Line subject to eval mse(f, D_eval) on supervised(D, holdout = 0.2) by em`,
    'has no log density of a mixture',
  ],
  ['another rule beside it', spec('by em(), clip(1)'), 'which takes no steps along them'],
])('em refuses %s', async (_, text, message) => {
  const { diagnostics } = await compile('spec.learn', text, nodeHost(), {});
  expect(diagnostics.map((d) => d.message).join('\n')).toContain(message);
});
