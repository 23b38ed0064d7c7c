/** Rows that are collected while training: what a buffer holds, what is drawn from it, and what is learned from it, against exact values. */
import { expect, test } from 'vitest';
import { measures } from './specs-harness.ts';

/** Counts 0, 1, 2, 3 and begins anew. */
const counter = 'let env = mdp(start = 0, step = (s, a) -> (s + a, s, s + a >= 4), horizon = 10)';

test('one step of a running episode joins before every step, and an episode that has ended begins anew', async () => {
  const found = await measures(`${counter}
minimize E[(s, a, r, s', done) ~ D_tr] (z - done)^2 over z in R
  subject to eval E[x ~ D_tr] x.done as dones, eval E[(s, a, r, s', done) ~ D_tr] s as s, eval E[(s, a, r, s', done) ~ D_tr] s' as after,
    eval E[(s, a, r, s', done) ~ D_tr; samples = 20000] s as drawn, eval z as z
  on replayed(env, policy = s -> 1, capacity = 100) by sgd(0.05) for 300 steps batch 500
`);
  expect([found.dones, found.s, found.after]).toEqual([0.25, 1.5, 2.5]);
  expect(Math.abs(found.drawn - 1.5)).toBeLessThan(0.05);
  expect(Math.abs(found.z - 0.25)).toBeLessThan(0.02);
});

test('a buffer that is not full is what has come so far; of more rows than it holds the last stay', async () => {
  const spec = (n: number, capacity: number, steps: number): string => `${counter}
paradigm p(env) { buffer B[${capacity}]; repeat { collect ${n} from rollout(env, s -> 1) into B; train on B for 1 steps } }
minimize E[x ~ D_tr] (z - x.s)^2 over z in R subject to eval E[x ~ D_tr] x.s as mean on p(env) by sgd(0.1) for ${steps} steps batch 4
`;
  for (const [n, capacity, steps, rows] of [
    [1, 100, 3, [0, 1, 2]],
    [5, 3, 2, [3, 0, 1]],
    [3, 100, 2, [0, 1, 2, 3, 0, 1]],
  ] as const) {
    const { mean } = await measures(spec(n, capacity, steps));
    expect(mean).toBeCloseTo(rows.reduce((sum: number, x) => sum + x, 0) / rows.length, 6);
  }
});

test('an episode is over at the horizon, too', async () => {
  const { mean } = await measures(`
let env = mdp(start = 0, step = (s, a) -> (s + 1, s), horizon = 3)
minimize E[x ~ D_tr] (z - x.s)^2 over z in R subject to eval E[x ~ D_tr] x.s as mean on replayed(env, s -> 1, capacity = 9) by sgd(0.1) for 30 steps batch 4
`);
  expect(mean).toBe(1);
});

test('draws of any distribution can be collected, of what is trained as well; some of them before the rest', async () => {
  const found = await measures(`
paradigm p(P) { buffer B[50]; collect 40 from P into B; repeat { collect 1 from P into B; train on B for 2 steps } }
minimize (w - 5)^2 + E[x ~ D_tr] (z - x)^2 over z in R, w in R subject to eval z as z
  on p(dist { x ~ Normal(1, 0.001); w + x }) by adam(0.2) for 200 steps batch 8
`);
  expect(Math.abs(found.z - 6)).toBeLessThan(0.1);
});

test('an evaluation every so many steps is on draws of its own', async () => {
  const { mean } = await measures(`
paradigm p(P) { buffer B[50]; repeat { collect 1 from P into B; train on B for 1 steps; every 5 steps { eval on P^200 } } }
minimize E[x ~ D_tr] (z - x)^2 over z in R subject to eval E[x ~ D_eval] x as mean on p(Uniform(0, 1)) by sgd(0.1) for 10 steps batch 8
`);
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.1);
});

test('deep Q-learning finds the values of the best policy: on a line, a step away from the end is worth less by the discount', async () => {
  const found = await measures(`
let line = mdp(
  start = Categorical([0.25, 0.25, 0.25, 0.25, 0]),
  step = (s: Class[5], a: Class[2]) -> {
    at = sum[k < 5] k * onehot(s)[k]
    to = clamp(if a == class[2](1) then at + 1 else at - 1, 0, 4)
    (class[5](to), if to == 4 then 1 else 0, to == 4)
  },
  horizon = 20, discount = 0.9)
model Q(s: Class[5]) -> R[2] { param w : R[5, 2] = 0; w[s] }
minimize E[(s, a, r, s', done) ~ D_tr] (r + 0.9 * (1 - done) * max(old(s')) - q(s)[a])^2
  over q in Q where old = q at every 20
  subject to eval q.w[0, 1] as a, eval q.w[1, 1] as b, eval q.w[3, 1] as d, eval q.w[1, 0] as back,
    eval E[t ~ rollout(line, greedy(q))] discounted_return(t) as reached
  on replayed(line, policy = epsilon_greedy(q, epsilon = 0.5), capacity = 500) by sgd(0.5) for 1500 steps batch 64
`);
  expect(found.d).toBeCloseTo(1, 2);
  expect(found.b).toBeCloseTo(0.9 ** 2, 2);
  expect(found.a).toBeCloseTo(0.9 ** 3, 2);
  expect(found.back).toBeCloseTo(0.9 ** 4, 2);
  expect(Math.abs(found.reached - (1 + 0.9 + 0.81 + 0.729) / 4)).toBeLessThan(0.02);
});

test('a buffer is a sequence of the rows that have come: counted, indexed, gone through', async () => {
  const found = await measures(`${counter}
paradigm p(env) { buffer B[100]; repeat { collect 2 from rollout(env, s -> 1) into B; train on B for 1 steps } }
minimize E[x ~ D_tr] (z - x.s)^2 over z in R
  subject to eval size(D_tr) as n, eval D_tr[1].s as second, eval sum[x in D_tr if x.done] x.s as ends on p(env) by sgd(0.1) for 5 steps batch 4
`);
  expect(found).toEqual({ n: 10, second: 1, ends: 6 });
});

test('prioritised replay draws rows by a power of their priority', { timeout: 60_000 }, async () => {
  // Priorities s + 1 = 1, 2, 3, 4 of equally many rows, squared: the mean of s is (0 + 4 + 18 + 48) / 30.
  const { z } = await measures(`${counter}
paradigm p(env) {
  buffer B[40]
  collect 40 from rollout(env, s -> 1) into B
  repeat { collect 4 from rollout(env, s -> 1) into B; train on prioritised(B, x -> x.s + 1, power = 2) for 1 steps }
}
minimize E[x ~ D_tr] (z - x.s)^2 over z in R subject to eval z as z on p(env) by sgd(0.05) for 300 steps batch 500
`);
  expect(Math.abs(z - 70 / 30)).toBeLessThan(0.03);
});
