/** What others have recorded, and models of the world: cloning, fitted Q, planning through learned steps. Against values known by hand. */
import { expect, test } from 'vitest';
import { measures } from './specs-harness.ts';

test('the parts of a start may each be drawn', async () => {
  const { first, second } = await measures(`
let env = mdp(start = (Uniform(1, 3), 5), step = ((x, y), a) -> ((x, y), x + a * y), horizon = 1)
let other = mdp(start = [Uniform(1, 3), Uniform(4, 6)], step = (s: R[2], a) -> (s, s[0] + a * s[1]), horizon = 1)
minimize (z - 1)^2 over z in R
  subject to eval E[t ~ rollout(env, s -> 2); samples = 20000] total_reward(t) as first,
    eval E[t ~ rollout(other, s -> 2); samples = 20000] total_reward(t) as second
`);
  expect(Math.abs(first - 12)).toBeLessThan(0.05);
  expect(Math.abs(second - 12)).toBeLessThan(0.05);
});

const line = `
-- From 0 to 3 and stay there: -2 - 1 - 0 ... = -3 at best.
let line = mdp(start = 0, step = (s: R, a: Class[3]) -> { s' = s + index(a) - 1; (s', -abs(s' - 3)) }, horizon = 15, discount = 0.9)
`;

test('fitted Q: the best policy from the steps of a random one', async () => {
  const { reward, stay, left } = await measures(`${line}
data D = [x for t in rollout(line, random_policy(3))^200 for x in t]
model Q(s: R) -> R[3] { param w : R[31, 3] = 0; w[floor(s) + 15] }
minimize E[(s, a, r, s', done) ~ D_tr] (r + 0.9 * max(q_old(s')) - q(s)[a])^2 over q in Q where q_old = q at every 100
  subject to eval E[t ~ rollout(line, greedy(q))] total_reward(t) as reward, eval q(2)[1] as stay, eval q(2)[0] as left
  on offline(D, line) by adam(0.1) for 5000 steps batch 128
`);
  expect(reward).toBeCloseTo(-3, 4);
  expect(stay).toBeCloseTo(-1, 2);
  expect(left).toBeCloseTo(-2 - 0.9, 2);
});

test('behaviour cloning: what an expert does where he has been', async () => {
  const { reward } = await measures(`${line}
def expert(s: R) = if s < 3 then class[3](2) else class[3](1)
data demos = [(x.s, x.a) for t in rollout(line, expert)^3 for x in t]
model F(s: R) ~> Class[3] = Categorical(logits = dense[3](tanh(dense[16]([s]))))
minimize E[(s, a) ~ D_tr] -log f(a | s) over f in F
  subject to eval E[t ~ rollout(line, s -> mode(f(s)))] total_reward(t) as reward
  on offline(demos, line) by adam(0.02) for 300 steps
`);
  expect(reward).toBeCloseTo(-3, 4);
});

test('a step that was learned from recorded steps is planned through as the true one is', async () => {
  // x' = x + u / 2 and cost x² + u² over two steps from x = 1: by hand, u = -k x with the gains of Riccati's equation.
  const [q, a, b] = [1, 1, 0.5];
  const last = (q * a * b) / (1 + q * b * b);
  const p = q + q * a * a - q * a * b * last;
  const first = (p * a * b) / (1 + p * b * b);
  const { cost } = await measures(`
def cost(x, u) = x^2 + u^2
let world = mdp(start = 1, step = (x, u) -> { x' = x + 0.5 * u; (x', -cost(x', u)) }, horizon = 2)
data seen = [(x.s, x.a, x.s') for t in rollout(world, s ~> Normal(0, 1))^20 for x in t]
model Step(x: R, u: R) -> R = dense[1]([x, u])[0]
let m = argmin E[(x, u, x') ~ D_tr] (g(x, u) - x')^2 over g in Step on unsupervised(seen)
let imagined = mdp(start = 1, step = (x, u) -> { x' = m(x, u); (x', -cost(x', u)) }, horizon = 2)
maximize E[t ~ rollout(imagined, s -> { k = if abs(s - 1) < 1e-6 then z[0] else z[1]; -k * s })] total_reward(t) over z in R[2]
  subject to eval E[t ~ rollout(world, s -> { k = if abs(s - 1) < 1e-6 then z[0] else z[1]; -k * s })] -total_reward(t) as cost
  on interaction(world) by adam(0.02) for 600 steps
`);
  const x1 = 1 - b * first;
  const x2 = x1 * (1 - b * last);
  expect(cost).toBeCloseTo(x1 ** 2 + first ** 2 + x2 ** 2 + (last * x1) ** 2, 3);
});

test('two agents in one environment, each by its own gradient', async () => {
  const { met } = await measures(`
let field = mdp(start = [-1, 1], step = (s: R[2], (a, b): (Class[3], Class[3])) -> {
    s' = [s[0] + index(a) - 1, s[1] + index(b) - 1]
    (s', if abs(s'[0] - s'[1]) < 0.5 then 1 else 0, abs(s'[0] - s'[1]) < 0.5)
  }, horizon = 6)
model Left(s: R[2]) ~> Class[3] = Categorical(logits = dense[3](s))
model Right(s: R[2]) ~> Class[3] = Categorical(logits = dense[3](s))
def both(f, g) = s ~> { a ~ f(s); b ~ g(s); (a, b) }
maximize E[t ~ rollout(field, both(f, g))] total_reward(t) over f in Left
and maximize E[t ~ rollout(field, both(f, g))] total_reward(t) over g in Right
  subject to eval E[t ~ rollout(field, both(f, g))] total_reward(t) as met
  on interaction(field) by adam(0.05) for 150 steps batch 32
`);
  expect(met).toBeGreaterThan(0.95);
});
