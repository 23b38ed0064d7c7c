/** Finite sets: every point is tried, within constraints, and what else is trained is solved for at each. */
import { expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { readCheckpoint } from '../runtime/checkpoint.ts';
import { openEngine } from '../runtime/engines/choose.ts';
import { runProgram } from '../runtime/session.ts';
import { measures } from './specs-harness.ts';

const refused = async (text: string): Promise<string[]> => {
  const { diagnostics } = await compile('spec.learn', text, nodeHost(), { seed: 1 });
  return diagnostics.map(({ code, message }) => `${code}: ${message}`);
};

test('the cheapest pair of two classes', async () =>
  expect(
    await measures(`
let cost = [[4, 1, 3], [2, 0, 5], [3, 2, -2]]
minimize cost[i, j] over i in Class[3], j in Class[3]
  subject to eval cost[i, j] as best, eval index(i) as i, eval index(j) as j`),
  ).toEqual({ best: -2, i: 2, j: 2 }));

test('a knapsack: of 2^10 selections the most valuable that can be carried', async () => {
  const worth = [10, 40, 30, 50, 35, 12, 7, 25, 18, 3];
  const weight = [5, 4, 6, 3, 7, 1, 2, 5, 4, 1];
  const room = 15;
  const table = new Array<number>(room + 1).fill(0);
  weight.forEach((w, i) => {
    for (let c = room; c >= w; c--) table[c] = Math.max(table[c], table[c - w] + worth[i]);
  });
  const problem = (op: string) => `
maximize dot([${worth.join(', ')}], x) over x in Bit[10]
  subject to dot([${weight.join(', ')}], x) ${op} ${room}, eval dot([${worth.join(', ')}], x) as value`;
  expect((await measures(problem('<='))).value).toBe(table[room]);
  expect((await measures(problem('<'))).value).toBe(table[room - 1]);
});

test('one of some values: a grid', async () =>
  expect((await measures('maximize -(λ - 0.3)^2 over λ in [0.01, 0.1, 1, 10] subject to eval λ as λ')).λ).toBeCloseTo(
    0.1,
    7,
  ));

test('a change point, with the line of least squares on either side', async () => {
  // y = 1 for t < 12, 2 t - 20 from there on
  const found = await measures(`
data series : [(Nat, R)] = [(t, if t < 12 then 1 else 2 * t - 20) for t < 30]
minimize E[(t, y) ~ D_tr] (y - (if t < k then a else b * t + c))^2 over k in 1..29, a in R, b in R, c in R
  subject to eval k as k, eval a as a, eval b as b, eval c as c on unsupervised(series, holdout = 0)`);
  expect(found.k).toBe(12);
  expect(found.a).toBeCloseTo(1, 5);
  expect(found.b).toBeCloseTo(2, 5);
  expect(found.c).toBeCloseTo(-20, 3);
});

test('a decision stump: a column and a side, with probabilities by L-BFGS', async () => {
  const { accuracy, column } = await measures(`
model Stump(x: R[4]) ~> Bit {
  param column : Class[4]
  param p : Interval[0, 1][2]
  Bernoulli(if x[column] > 2.45 then p[0] else p[1])
}
data flowers : [(R[4], Bit)] =
  [([r.sepal_length, r.sepal_width, r.petal_length, r.petal_width], r.species == "setosa") for r in iris()]
minimize E[(x, y) ~ D_tr] -log f(y | x) over f in Stump
  subject to eval accuracy(f, D_eval) as accuracy, eval index(f.column) as column on supervised(flowers)`);
  expect(accuracy).toBe(1);
  expect(column).toBe(2);
});

test.each([
  ['points', 'minimize sum((x - [true, false, true, true])^2) over x in Bit[4] subject to eval sum(x) as a'],
  [
    'points with a solution each',
    'minimize (z - k)^2 + (k - 3)^2 + z^4 over k in 1..9, z in R subject to eval k + z as a',
  ],
])('%s: the same after an interruption', async (_, text) => {
  const { program } = await compile('spec.learn', text, nodeHost(), { seed: 1 });
  const chosen = await openEngine('wasm');
  if (!program || 'failed' in chosen) throw new Error('not compiled');
  const { engine } = chosen;
  let saved: Uint8Array | undefined;
  let asked = 0;
  const first = await runProgram(program, {
    engine,
    seed: 1,
    store: { write: (bytes) => Promise.resolve(void (saved = bytes)), read: () => Promise.resolve(saved) },
    signal: {
      get aborted() {
        return ++asked > 6;
      },
    },
  });
  expect(first.stopped.reason).toBe('interrupted');
  const resume = saved && readCheckpoint(saved);
  if (!resume || 'failed' in resume) throw new Error('no checkpoint');
  const whole = await runProgram(program, { engine, seed: 1 });
  const resumed = await runProgram(program, { engine, seed: 1, resume });
  expect(resumed.evaluations).toEqual(whole.evaluations);
});

test('constraints hold for what is solved for at each point, and leave out points that cannot meet them', async () => {
  // k = 0: z = 1 costs 4; k = 1: z = 2 costs 2; k = 2: z = 4 costs 9
  const spec = (more: string): string => `minimize (z - 1)^2 + (k - 2)^2 over z in R, k in [0, 1, 2]
  subject to z >= 2 * k${more}, eval z as z, eval k as k`;
  const near = ({ z, k }: Record<string, number>): number[] => [Number(z.toFixed(5)), k];
  expect(near(await measures(spec('')))).toEqual([2, 1]);
  expect(near(await measures(spec(', k < 1')))).toEqual([1, 0]);
  expect(near(await measures(spec(', z <= 1.5')))).toEqual([1, 0]);
  await expect(measures(spec(', z <= -1'))).rejects.toThrow('none meets the constraints');
});

test('too many points, no point, and points beside steps are said to be so', async () => {
  expect(await refused('minimize sum(x) over x in Bit[40] subject to eval sum(x) as s')).toEqual([
    expect.stringMatching(/^L0602: 1e\+12 points to try for `x`, where 1,048,576 are the most/),
  ]);
  expect(await refused('minimize dot(z, z) + k over k in 1..3, z in R[2] by adam(0.1) for 10 steps')).toEqual([
    expect.stringMatching(/^L0602: a parameter in .* cannot be trained by descent/),
  ]);
  expect(await refused('minimize 3 over k in Class[3]')).toEqual([expect.stringMatching(/^L0401/)]);
});
