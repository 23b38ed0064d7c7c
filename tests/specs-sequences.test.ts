/** Sequences, and protocols over them, as a reader of the contract writes them. */
import { expect, test } from 'vitest';
import { measures } from './specs-harness.ts';

test('a curriculum: a protocol goes through the lengths that an array names', async () => {
  const found = await measures(`
def sums(n: Nat) = dist { x ~ Uniform(0, 1)[n]; (x, sum(x)) }
paradigm curriculum(task, stages) {
  for n in stages {
    train on of_lengths(task, 1..n, 60) for 40 steps
    eval on of_lengths(task, n..n, 60) as n
  }
}
model Adder(x: Seq[R]) -> R {
  param w : R = 0
  fold s = 0 over v in x { s + w * v }
}
minimize E[(x, y) ~ D_tr] (f(x) - y)^2 over f in Adder
  subject to eval E[(x, y) ~ D_eval] abs(f(x) - y) as error
  on curriculum(sums, [2, 5, 9]) by sgd(0.05) batch 20`);
  expect(Object.keys(found)).toEqual(['error 2', 'error 5', 'error 9']);
  expect(found['error 9']).toBeLessThan(0.01);
});

test('an equation of motion with named parts: the state of ode is a record, and so is what is said of its change', async () => {
  const found = await measures(`
def swing(k, damping) = ode(s -> (w = -k * sin(s.th) - damping * s.w, th = s.w), (th = 1, w = 0), linspace(0, 4, 21), steps = 4)
let seen = [s.th for s in swing(2.5, 0.3)]
minimize mean[i < 21] (swing(k, c)[i].th - seen[i])^2 over k in Positive, c in Positive
  subject to eval k as k, eval c as c`);
  expect(found.k).toBeCloseTo(2.5, 3);
  expect(found.c).toBeCloseTo(0.3, 3);
});
