// Games: duals of divergences with their critics, paces, extragradient, the gradient penalty's second derivatives.
import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../compiler/compile.ts';
import type { Program } from '../compiler/program.ts';
import { render } from '../grammar/diagnostics.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import type { Engine } from '../runtime/engines/engine.ts';
import { runProgram } from '../runtime/session.ts';
import { expectationOf } from './distributions-harness.ts';
import { engineFor } from './session-programs.ts';

const host = nodeHost();
let engine: Engine;
beforeAll(async () => {
  engine = await engineFor();
});

const compiled = async (spec: string): Promise<Program> => {
  const { program, diagnostics, sources } = await compile('test.learn', spec, host, {});
  if (!program) throw new Error(diagnostics.map((d) => render(d, sources)).join('\n'));
  return program;
};

/** What the last evaluation of each condition found. */
const trained = async (spec: string): Promise<Record<string, number>> => {
  const { evaluations } = await runProgram(await compiled(spec), { engine, seed: 1, onEvent: () => {} });
  return Object.fromEntries(evaluations.map((e) => [e.name, e.value]));
};

const playersOf = (program: Program) => {
  const action = program.stages.flatMap((s) => s.actions).find((a) => a.kind === 'train');
  if (action?.kind !== 'train' || action.solver.kind !== 'gradient') throw new Error('not trained by steps');
  return action.solver.players;
};

const shift = `
data D : [R] = Normal(2, 1)^1000
model Shift() ~> R { param m : R = 0; Normal(m, 1) }
let S = unsupervised(D, holdout = 0)
`;

describe('a dual brings its critic along', () => {
  it('as a player of its own, who maximises', async () => {
    const players = playersOf(
      await compiled(`${shift}
model Critic(x: R) -> R = dense[1](tanh(dense[8]([x])))[0]
minimize JS(D_tr || g; critic = Critic) over g in Shift on S by adam(1e-2) for 5 steps batch 64`),
    );
    expect(players.map((p) => [p.name, p.sense])).toEqual([
      ['c', 'maximize'],
      ['g', 'minimize'],
    ]);
  });

  it('which moves as often as the divergence says', async () => {
    const players = playersOf(
      await compiled(`${shift}
model Critic(x: R) -> R = dense[1](tanh(dense[8]([x])))[0]
minimize W1(D_tr || g; critic = Critic, steps = 3) over g in Shift on S by adam(1e-2) for 5 steps batch 64`),
    );
    expect(players.map((p) => p.name)).toEqual(['c', 'c', 'c', 'g']);
  });

  it('and which an evaluation does not have', async () => {
    const { diagnostics } = await compile(
      'test.learn',
      `${shift}
model Critic(x: R) -> R = dense[1](tanh(dense[8]([x])))[0]
minimize KL(D_tr || g) over g in Shift subject to eval JS(D_eval || g; critic = Critic) on S`,
      host,
      {},
    );
    expect(diagnostics.map((d) => d.code)).toEqual(['L0602']);
    expect(diagnostics[0].message).toContain('no critic has been trained');
  });

  it.each([
    ['JS(D_tr || g; critic = Critic)'],
    ['W1(D_tr || g; critic = Critic)'],
    ['chi_square(D_tr || g; critic = Critic)'],
    ['KL(D_tr || g; critic = Critic)'],
    ['reverse_KL(D_tr, g; critic = Critic)'],
    ['hellinger(D_tr || g; critic = Critic)'],
    ['TV(D_tr || g; critic = Critic)'],
    ['f_divergence(D_tr || g; conjugate = t -> t^2 / 4 + t, critic = Critic)'],
    ['MMD(D_tr || g; features = Features)'],
    ['MMD(D_tr || g)'],
    ['energy(D_tr || g)'],
    ['W1(D_tr || g)'],
    ['W2(D_tr || g)'],
    ['W2(D_tr || g; epsilon = 0.1)'],
    ['W1(D_tr || g; epsilon = 0.1)'],
  ])('%s finds the shift', async (divergence) => {
    const { m } = await trained(`
data D : [R] = Normal(2, 1)^1000
model Shift() ~> R { param m : R = 0; z ~ Normal(0, 1); m + z }
model Critic(x: R) -> R = dense[1](tanh(dense[16]([x])))[0]
model Features(x: R) -> R[4] = dense[4](tanh(dense[16]([x])))
let S = unsupervised(D, holdout = 0)
minimize ${divergence} over g in Shift subject to eval g.m as m on S by adam(cosine(1e-2), b1 = 0.5) for 1500 steps batch 128`);
    // the critic of total variation is a step, which tells few samples where to go
    expect(Math.abs(m - 2)).toBeLessThan(divergence.startsWith('TV') ? 0.8 : 0.25);
  });
});

describe('every', () => {
  it('1 / n moves n times a step', async () => {
    const { z } = await trained(
      'minimize (z - 3)^2 over z in R every 1 / 2 steps subject to eval z by sgd(0.1) for 5 steps',
    );
    // ten moves: 3 (1 - 0.8^10)
    expect(z).toBeCloseTo(3 * (1 - 0.8 ** 10), 5);
  });
  it('n waits for n steps', async () => {
    const { z } = await trained(
      'minimize (z - 3)^2 over z in R every 2 steps subject to eval z by sgd(0.1) for 10 steps',
    );
    expect(z).toBeCloseTo(3 * (1 - 0.8 ** 5), 5);
  });
  it('anything else is refused', async () => {
    const { diagnostics } = await compile(
      'test.learn',
      'minimize z^2 over z in R every 0.3 steps by sgd(0.1) for 10 steps',
      host,
      {},
    );
    expect(diagnostics.map((d) => d.code)).toEqual(['L0302']);
  });
});

describe('points of a space inside an objective', () => {
  it('a maximum over a point is a game with it', async () => {
    // max_y 2 x y - y^2 = x^2: what is left, (x - 1)^2 + x^2, is least at 1/2
    const { x, z } = await trained(`
minimize (maximize (x[0] - 1)^2 + 2 * x[0] * y - y^2 + x[1]^2 - (z[0] - x[1])^2 over y in R, z in R[1] every 1 / 2 steps)
  over x in R[2] from [3, 3]
  subject to eval x[0] as x, eval abs(x[1]) as z by sgd(0.05) for 800 steps`);
    expect(x).toBeCloseTo(0.5, 3);
    expect(z).toBeLessThan(1e-3);
  });
  it('steps of a point are differentiated through', async () => {
    // two steps of rate 1/4 go 3/4 of the way from 0 to t
    const { t } = await trained(`
def inner(t) = argmin (z - t)^2 over z in R from 0 by sgd(0.25) for 2 steps
minimize (inner(t) - 3)^2 over t in R subject to eval t`);
    expect(t).toBeCloseTo(4, 4);
  });
  it('each example has its own, which stays in its space', async () => {
    const { a } = await trained(`
data xs = [1, 2, 3]
def nearest(x) = argmin (p - x)^2 over p in Positive from x / 2 by sgd(0.2) for 60 steps
minimize E[x ~ xs] (nearest(x) - a * x)^2 over a in R subject to eval a`);
    expect(a).toBeCloseTo(1, 3);
  });
  it('`from` says where a point starts', async () => {
    const { a, b } = await trained(`
let first = argmin (z - 3)^2 over z in R
minimize (z[0] - 7)^2 + z[1]^2 over z in R[2] from [first, 0.5]
  subject to eval z[0] as a, eval z[1] as b by sgd(0) for 1 steps`);
    expect([a, b]).toEqual([3, 0.5]);
  });
});

describe('extragradient', () => {
  // min_x max_y x y: descent circles, or runs away; a look ahead turns it inwards (Korpelevich 1976)
  const game = (by: string): string => `
model P() -> R { param v : R = 1; v }
minimize a.v * b.v over a in P and maximize a.v * b.v over b in P
subject to eval a.v^2 + b.v^2 as size by ${by} for 200 steps`;
  it('finds the centre of a game in which simple steps circle', async () => {
    const plain = await trained(game('sgd(0.2)'));
    const ahead = await trained(game('sgd(0.2), extragradient'));
    expect(plain.size).toBeGreaterThan(0.3);
    expect(ahead.size).toBeLessThan(0.05);
  });
});

describe('second derivatives', () => {
  it.each(['tanh', 'sigmoid', 'softplus', 'elu', 'gelu', 'x -> sin(x)^2'])(
    'of a penalty on the slope of %s, against differences',
    async (f) => {
      const penalty = (w: number): string =>
        `{ f = ${f}; w = ${w}; x = 0.7; (grad[x] sum([f(w * x), f(w * x - 1)]))^2 }`;
      const [slope] = await expectationOf(
        `{ f = ${f}; w = 1.3; grad[w] { x = 0.7; (grad[x] sum([f(w * x), f(w * x - 1)]))^2 } }`,
      );
      const [up] = await expectationOf(penalty(1.3 + 1e-5));
      const [down] = await expectationOf(penalty(1.3 - 1e-5));
      expect(Math.abs(slope - (up - down) / 2e-5)).toBeLessThan(1e-5 * Math.max(1, Math.abs(slope)));
    },
  );
  it('a critic of spectral layers has slope at most 1', async () => {
    const slopes = await expectationOf(
      '[{ x = x0; norm(grad[x] sum(spectral_dense[1](leaky_relu(spectral_dense[16](x))))) } for x0 in sample(Normal(0, 1)[3], 20)]',
    );
    for (const s of slopes) expect(s).toBeLessThan(1.01);
    expect(Math.max(...slopes)).toBeGreaterThan(0.1);
  });
});

describe('points of long vectors, compared by a matrix product', () => {
  it.each(['rbf(3)', 'rbf_sum([1, 3])', 'imq(2)', 'laplace_kernel(2)'])('%s agrees with differences', async (k) => {
    const [together] = await expectationOf(
      `{ k = ${k}; xs = sample(Normal(0, 1)[12], 9); mean[x in xs, y in xs] k(x, y) }`,
      3,
    );
    const [apart] = await expectationOf(
      `{ k = ${k}; xs = sample(Normal(0, 1)[12], 9); mean[i < 9] mean[j < 9] k(xs[i] + 0 * xs[j], xs[j] + 0 * xs[i]) }`,
      3,
    );
    expect(together).toBeCloseTo(apart, 9);
  });
  it('have a gradient where two of them are one', async () => {
    const slopes = await expectationOf(
      '{ w = 1; xs = ones[3, 12]; grad[w] (mean[x in w * xs, y in w * xs] laplace_kernel(1)(x, y)) }',
    );
    expect(slopes).toEqual([0]);
  });
});
