/** Several binders at once: every combination, the last running fastest. Against loops in plain code. */
import { expect, test } from 'vitest';
import { measures, valueOf } from './specs-harness.ts';

test('`fold` over several binders is a loop within a loop', async () => {
  let h = 0;
  for (let i = 0; i < 3; i++) for (let j = 0; j < 4; j++) h = 2 * h + i * j;
  expect(await valueOf('fold h = 0 over i < 3, j < 4 { 2 * h + i * j }')).toEqual([h]);
  const state = [0, 1];
  for (let i = 0; i < 3; i++) for (const x of [1, 3]) state.splice(0, 2, state[1] + x, state[0] * i);
  expect(await valueOf('{ (a, b) = fold (a, b) = (0, 1) over i < 3, x in [1, 3] { (b + x, a * i) }; [a, b] }')).toEqual(
    state,
  );
});

test('the end of an inner binder may depend on the outer one', async () => {
  const states: number[] = [];
  for (let i = 1; i <= 3; i++) for (let j = 1; j <= i; j++) states.push(2 * (states.at(-1) ?? 0) + i * j);
  expect(await valueOf('fold h = 0 over i in 1..3, j in 1..i { 2 * h + i * j }')).toEqual(states.slice(-1));
  expect(await valueOf('[h for h in scan h = 0 over i in 1..3, j in 1..i { 2 * h + i * j }]')).toEqual(states);
});

test('`scan` over several binders: an array of all states, as a comprehension has it', async () => {
  expect(await valueOf('scan h = 0 over i < 2, j < 3 { h + 10 * i + j }')).toEqual([0, 1, 3, 13, 24, 36]);
  expect(await valueOf('(scan h = 0 over i < 2, j < 3 { h + 1 })[1]')).toEqual([4, 5, 6]);
});

test('over functions the outer loop is written out', async () => {
  expect(await valueOf('fold h = 0 over f in [x -> x, x -> 2 * x], j < 3 { f(h) + j }')).toEqual([28]);
});

test('a loop over every pair is differentiated through', async () => {
  // h = a² after the first pair, then each of three more multiplies by a.
  const [slope] = await valueOf('{ a = 1.5; grad[a] fold h = a over i < 2, j < 2 { h * a } }');
  expect(slope).toBeCloseTo(5 * 1.5 ** 4, 4);
});

test('the arguments of the best among all pairs', async () => {
  expect(await valueOf('{ (a, b) = argmax[a in [1, 2, 3], b in [5, 6]] (b - (a - 2)^2); [a, b] }')).toEqual([2, 6]);
  expect(await valueOf('{ (i, j) = argmin[i < 3, j < 3 if i != j] abs(i - j + 2); [i, j] }')).toEqual([0, 2]);
  expect(await valueOf('{ (x, y) = argmax[(x, y) in [(1, 2), (3, 4), (5, 0)]] x * y; [x, y] }')).toEqual([3, 4]);
});

test('with a condition on several binders the list is of what remains', async () => {
  expect(await valueOf('[a * b for a in [1, 2, 3] for b in [5, 6] if a < 3]')).toEqual([5, 6, 10, 12]);
  expect(await valueOf('sum([a * b for a in [1, 2, 3] for b in [5, 6] if a < b - 3])')).toEqual([5 + 6 + 12]);
});

test('the rows of a set over several binders are all their combinations', async () => {
  const { count, total } = await measures(`
data D = [(a, b) for a in [1, 2, 3] for b in [5, 6]]
minimize E[(a, b) ~ D_tr] (z - a * b)^2 over z in R
  subject to eval size(D) as count, eval z as total on unsupervised(D, holdout = 0)
`);
  expect(count).toBe(6);
  expect(total).toBeCloseTo(11, 4);
});

test('the steps of recorded episodes are rows, and none that comes after an end', async () => {
  // From 0 by 1: 0, 1, 2 and over, twice.
  const { rows, mean } = await measures(`
let line = mdp(start = 0, step = (s, a) -> (s + a, s, s > 1), horizon = 7)
data D = [(x.s, x.s') for t in rollout(line, s -> 1)^2 for x in t]
minimize E[(s, s') ~ D_tr] (z - s')^2 over z in R
  subject to eval size(D) as rows, eval z as mean on unsupervised(D, holdout = 0)
`);
  expect(rows).toBe(6);
  expect(mean).toBeCloseTo(2, 4);
});

test('rows of combinations still come from the set they were made of: training on them is a leak', async () => {
  await expect(
    measures(`
data D : [(R, R)] = [(x, 2 * x) for x in 1..10]
data T = [(x, y) for (x, y) in D for j < 2]
minimize E[(x, y) ~ T] (z * x - y)^2 over z in R subject to eval E[(x, y) ~ D_eval] (z * x - y)^2 as err on supervised(D)
`),
  ).rejects.toThrow('L0404');
});
