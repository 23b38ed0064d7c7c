/** Environments and methods as a user writes them, against closed forms: bandits, linear-quadratic control, finite processes, other policies' data. */
import { expect, test } from 'vitest';
import { measures } from './specs-harness.ts';

test('a bandit: the policy gradient finds the arm that pays most', async () => {
  const { best } = await measures(`
let bandit = mdp(start = 0, step = (s, a: Class[3]) ~> { r ~ Normal([0.2, 1, 0.5][a], 0.1); (s, r, true) }, horizon = 1)
model Arms(s) ~> Class[3] { param w : R[3] = 0; Categorical(logits = w) }
maximize E[t ~ rollout(bandit, f)] total_reward(t) over f in Arms
  subject to eval softmax(f.w)[1] as best on interaction(bandit) by adam(0.1) for 200 steps batch 64
`);
  expect(best).toBeGreaterThan(0.95);
});

test('a continuous action: through the environment goes the gradient, to the gain that Riccati says', async () => {
  // s' = s + a, cost s² + a², horizon 2 from s = 1, one gain for both steps: 1 + k² + (1 - k)² (1 + k²) is least where its slope is 0.
  const slope = (k: number): number => 2 * k - 2 * (1 - k) * (1 + k * k) + 2 * k * (1 - k) ** 2;
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++)
    [low, high] = slope((low + high) / 2) < 0 ? [(low + high) / 2, high] : [low, (low + high) / 2];
  const spec = (policy: string): string => `
let env = mdp(start = 1, step = (s, a) -> (s + a, -s^2 - a^2), horizon = 2)
model F(s: R) ${policy}
maximize E[t ~ rollout(env, f)] total_reward(t) over f in F subject to eval f.k as k on interaction(env) by adam(0.02) for 500 steps batch 32
`;
  expect((await measures(spec('-> R { param k : R = 0; -k * s }'))).k).toBeCloseTo(low, 3);
  expect(Math.abs((await measures(spec('~> R { param k : R = 0; Normal(-k * s, 0.05) }'))).k - low)).toBeLessThan(0.05);
});

const chain = `
let P = [[[0.9, 0.1], [0.2, 0.8]], [[0.5, 0.5], [0, 1]]]
let pay = [[1, 0], [0, 2]]
let env = mdp(
  start = Categorical([1, 0]),
  step = (s: Class[2], a: Class[2]) ~> { s' ~ Categorical(P[s][a]); (s', pay[s][a]) },
  horizon = 60, discount = 0.8)
let mix = (s: Class[2]) ~> Categorical([0.3, 0.7])
`;

test('a finite process: values by a linear system, by value iteration, and by rollouts', async () => {
  const { solved, rolled, best, reached } = await measures(`${chain}
let Pm = [[sum[a < 2] [0.3, 0.7][a] * P[s][a][n] for n < 2] for s < 2]
let rm = [sum[a < 2] [0.3, 0.7][a] * pay[s][a] for s < 2]
let V = solve(identity[2] - 0.8 * Pm, rm)
let W = fold v = zeros[2] over k < 200 { [max[a < 2] (pay[s][a] + 0.8 * dot(P[s][a], v)) for s < 2] }
let plan = greedy(s -> [pay[s][a] + 0.8 * dot(P[s][a], W) for a < 2])
minimize (z - 1)^2 over z in R subject to eval V[0] as solved, eval W[0] as best,
  eval E[t ~ rollout(env, mix); samples = 20000] discounted_return(t) as rolled,
  eval E[t ~ rollout(env, plan); samples = 20000] discounted_return(t) as reached
`);
  expect(Math.abs(rolled - solved)).toBeLessThan(0.05);
  expect(Math.abs(reached - best)).toBeLessThan(0.05);
  expect(best).toBeGreaterThan(solved);
});

test('what a policy is worth, from episodes of another: importance weights', async () => {
  const { on, off } = await measures(`${chain}
let other = (s: Class[2]) ~> Categorical([0.6, 0.4])
let short = mdp(start = Categorical([1, 0]), step = (s: Class[2], a: Class[2]) ~> { s' ~ Categorical(P[s][a]); (s', pay[s][a]) }, horizon = 4, discount = 0.8)
def weight(t) = exp(sum[i < size(t)] (log mix(t[i].a | t[i].s) - log other(t[i].a | t[i].s)))
minimize (z - 1)^2 over z in R
  subject to eval E[t ~ rollout(short, mix); samples = 50000] discounted_return(t) as on,
    eval E[t ~ rollout(short, other); samples = 50000] weight(t) * discounted_return(t) as off
`);
  expect(Math.abs(on - off)).toBeLessThan(0.05);
});
