/** Reinforcement learning: the gradient of the score function against finite differences of the exact value of a small process. */
import { describe, expect, test } from 'vitest';
import { measures, valueOf } from './specs-harness.ts';

/** Two states, two actions; from state 1 action 1 may end the episode. Transitions are drawn. */
const small = `
def next(s, a) = dist { u ~ Uniform(0, 1); class[2](if u < 0.2 + 0.5 * s[1] * a[0] + 0.3 * a[1] then 1 else 0) }
let env = mdp(
  start = Categorical([0.7, 0.3]),
  step = (s: Class[2], a: Class[2]) ~> { s' ~ next(onehot(s), onehot(a)); (s', 1 + 2 * onehot(s)[1] * onehot(a)[0] - onehot(s')[1], s == class(1) and a == class(1)) },
  horizon = 4, discount = 0.8)
model Policy(s: Class[2]) ~> Class[2] { param w : R[2, 2] = 0.3; Categorical(logits = w[s]) }
`;

/** The distribution of (return, discounted by 0.8, times 1) is summed over by going through every path. */
const exact = (w: readonly number[], of: (discounted: number) => number): number => {
  const policy = (s: number, a: number): number => {
    const [x, y] = [Math.exp(w[2 * s]), Math.exp(w[2 * s + 1])];
    return (a === 0 ? x : y) / (x + y);
  };
  const follow = (s: number, round: number, sum: number): number => {
    if (round === 4) return of(sum);
    let total = 0;
    for (const a of [0, 1])
      for (const after of [0, 1]) {
        const one = 0.2 + 0.5 * s * (1 - a) + 0.3 * a;
        const reward = 1 + 2 * s * (1 - a) - after;
        const more = sum + 0.8 ** round * reward;
        const value = s === 1 && a === 1 ? of(more) : follow(after, round + 1, more);
        total += policy(s, a) * (after === 1 ? one : 1 - one) * value;
      }
    return total;
  };
  return 0.7 * follow(0, 0, 0) + 0.3 * follow(1, 0, 0);
};

const slope = (of: (discounted: number) => number): number[] =>
  [0, 1, 2, 3].map((i) => {
    const at = (h: number): number =>
      exact(
        [0.3, 0.3, 0.3, 0.3].map((x, k) => (k === i ? x + h : x)),
        of,
      );
    return (at(1e-4) - at(-1e-4)) / 2e-4;
  });

const moved = async (objective: string, more = ''): Promise<number[]> => {
  const found = await measures(`${small}${more}
maximize ${objective} over f in Policy
  subject to eval f.w[0, 0] as a, eval f.w[0, 1] as b, eval f.w[1, 0] as c, eval f.w[1, 1] as d
  by sgd(1) for 1 steps batch 40000
`);
  return ['a', 'b', 'c', 'd'].map((name) => found[name] - 0.3);
};

describe('the policy gradient is that of the exact value', () => {
  const linear = slope((g) => g);
  const square = slope((g) => g * g);
  test.each([
    ['with the mean of the other draws', 'E[t ~ rollout(env, f)] discounted_return(t)', '', linear],
    [
      'with a baseline that is a function of the state',
      'E[t ~ rollout(env, f); baseline = b] discounted_return(t)',
      'def b(s) = 3 - onehot(s)[1]',
      linear,
    ],
    ['with one that is a number', 'E[t ~ rollout(env, f); baseline = 2] discounted_return(t)', '', linear],
    ['of a sum that is written down', 'E[t ~ rollout(env, f)] sum[i < size(t)] 0.8^i * t[i].r', '', linear],
    ['of the return to go from the start', 'E[t ~ rollout(env, f)] return_to_go(t, 0)', '', linear],
    ['of what is no sum over the steps', 'E[t ~ rollout(env, f)] discounted_return(t)^2', '', square],
    [
      'of two terms',
      'E[t ~ rollout(env, f)] (3 * discounted_return(t) - total_reward(t) - 2 * discounted_return(t) + total_reward(t))',
      '',
      linear,
    ],
  ])('%s', async (_, objective, more, expected) => {
    const found = await moved(objective, more);
    found.forEach((x, i) => expect(Math.abs(x - expected[i]), `${found} for ${expected}`).toBeLessThan(0.03));
  });
});

test('the value of a policy is that of every path', async () => {
  const { value } = await measures(`${small}
maximize E[t ~ rollout(env, f)] 1e-9 * total_reward(t) over f in Policy
  subject to eval E[t ~ rollout(env, f); samples = 100000] discounted_return(t) as value
  by sgd(0.1) for 1 steps batch 2
`);
  expect(value).toBeCloseTo(
    exact([0.3, 0.3, 0.3, 0.3], (g) => g),
    1,
  );
});

test('what follows from each step is discounted from there, up to where the episode ends', async () => {
  const t =
    'draw(rollout(mdp(start = 1, step = (s, a) -> (s + a, s, s + a > 3), discount = 0.5, horizon = 9), s -> 1))';
  expect(await valueOf(`returns_to_go(${t})`)).toEqual([2.75, 3.5, 3]);
  expect(await valueOf(`size(${t})`)).toEqual([3]);
});
