import { beforeAll, describe, expect, it } from 'vitest';
import * as ir from '../compiler/ir/build.ts';
import { topological, type Graph } from '../compiler/ir/graph.ts';
import type { DataSet, PlayerStep, Solver, Variable } from '../compiler/program.ts';
import type { Engine } from '../runtime/engines/engine.ts';
import { inHalves, stepInHalves } from '../runtime/solvers/kept.ts';
import { runProgram } from '../runtime/session.ts';
import * as p from './session-programs.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await p.engineFor();
});

const solve = (solver: Solver, variables: readonly Variable[], data: readonly DataSet[]) =>
  runProgram(p.program([p.stage('s', variables, [p.train(solver)])], variables, data), { engine, seed: 1 });
const line = [p.variable('w', [3], p.normal([3])), p.variable('b', [], p.normal([]))];

describe('solvers over graphs', () => {
  it('exact: a column twice shares its weight, where both have the smallest norm', async () => {
    const data = p.regressionData('tr', 50);
    const [x, y] = data.leaves;
    const twice = x.data.map((value, k) => (k % 3 === 2 ? x.data[k - 1] : value));
    const doubled = { ...data, leaves: [{ ...x, data: twice }, y] };
    const { solved, variables } = await solve(p.whole('exact', 'tr', 50), line, [doubled]);
    expect(solved).toMatchObject([{ unknowns: 4, rank: 3, method: 'eigen' }]);
    const w = variables.get('w')!.data;
    expect(w[1]).toBeCloseTo(w[2], 6);
    expect(w[1]).not.toBeCloseTo(0, 2);
  });

  it('maximize: the loss is reported in the sense of the user', async () => {
    // maximize 3 w - w^2 -> w = 1.5, value 2.25; the graph has what is to be made small.
    const w = ir.input('var:w', 'float32', []);
    const small = ir.sub(ir.square(w), ir.mul(ir.scalar(3), w));
    const graph = p.named({ loss: small, 'grad:w': ir.sub(ir.mul(ir.scalar(2), w), ir.scalar(3)) });
    const one = [p.variable('w', [], ir.scalar(0))];
    for (const kind of ['exact', 'lbfgs'] as const) {
      const { solved, variables } = await solve({ kind, graph, feeds: [], over: ['w'], sense: 'maximize' }, one, []);
      expect(variables.get('w')!.data[0]).toBeCloseTo(1.5, 6);
      expect(solved[0].loss).toBeCloseTo(2.25, 9);
    }
    const wrong = p.named({ loss: ir.neg(ir.square(w)), 'grad:w': ir.mul(ir.scalar(-2), w) });
    const { stopped } = await solve(
      { kind: 'exact', graph: wrong, feeds: [], over: ['w'], sense: 'maximize' },
      one,
      [],
    );
    expect(stopped).toMatchObject({
      reason: 'no solution',
      message:
        'the objective has no maximum: it is curved the wrong way and rises without end when one moves f.w (by 1.0)',
    });
  });

  it('closed: the graph has the solution itself', async () => {
    const graph = p.named({ 'var:w': ir.array([1, 2, 3]), 'var:b': ir.scalar(4), loss: ir.scalar(0.5) });
    const solver: Solver = { kind: 'exact', graph, feeds: [], over: ['w', 'b'], sense: 'minimize' };
    const { solved, variables } = await solve(solver, line, []);
    expect([...variables.get('w')!.data, ...variables.get('b')!.data]).toEqual([1, 2, 3, 4]);
    expect(solved).toMatchObject([{ solver: 'closed', loss: 0.5 }]);
  });

  it('what does not depend on what is looked for is computed once, and the answer is the same', async () => {
    // features tanh(x A) of a member that is not trained, and a line through them
    const rows = 40;
    const data = p.regressionData('tr', rows);
    const A = ir.input('var:A', 'float32', [3, 3]);
    const w = ir.input('var:w', 'float32', [3]);
    const features = ir.tanh(ir.matmul(ir.input('data:tr:0', 'float32', [rows, 3]), A));
    const fit = ir.reshape(ir.matmul(features, ir.reshape(w, [3, 1])), [rows]);
    const e = ir.sub(fit, ir.input('data:tr:1', 'float32', [rows]));
    const slope = ir.reshape(ir.matmul(ir.reshape(e, [1, rows]), features), [3]);
    const graph = p.named({ loss: ir.mean_(ir.square(e)), 'grad:w': ir.mul(ir.scalar(2 / rows), slope) });
    const { once, each } = inHalves(graph, ['w']);
    const names = ({ outputs }: Graph) => topological(outputs.map(({ node }) => node)).map((n) => n.operation.op);
    expect(names(once)).toEqual(['input', 'input', 'matmul', 'tanh']);
    expect(names(each)).not.toContain('tanh');
    const variables = [p.variable('A', [3, 3], p.normal([3, 3])), p.variable('w', [3], p.zeros([3]))];
    const solver = { graph, feeds: [p.feed('tr', rows, 'all')], over: ['w'], sense: 'minimize' } as const;
    const exact = await solve({ kind: 'exact', ...solver }, variables, [data]);
    const smooth = await solve({ kind: 'lbfgs', ...solver }, variables, [data]);
    expect(smooth.solved).toMatchObject([{ solver: 'lbfgs', precision: 'float64' }]);
    exact.variables.get('w')!.data.forEach((x, i) => expect(smooth.variables.get('w')!.data[i]).toBeCloseTo(x, 5));
  });

  it('a step is fed with what stays while the players train, and leaves nothing of it behind', async () => {
    // w goes down (w - mean of tanh(A A))^2 by a tenth of its slope; A belongs to a stage before
    const A = ir.input('var:A', 'float32', [30, 30]);
    const w = ir.input('var:w', 'float32', []);
    const there = ir.mean_(ir.tanh(ir.matmul(A, A)));
    const e = ir.sub(w, there);
    const graph = p.named({ loss: ir.square(e), 'var:w': ir.sub(w, ir.mul(ir.scalar(0.2), e)) });
    const player: PlayerStep = { name: 'w', graph, feeds: [], every: 1, sense: 'minimize' };
    const halves = stepInHalves(player, ['w']);
    const names = ({ outputs }: Graph) => topological(outputs.map(({ node }) => node)).map((n) => n.operation.op);
    expect(names(halves!.each)).not.toContain('matmul');
    expect(stepInHalves({ ...player, graph: { ...graph } }, ['w', 'A'])).toBeUndefined();

    const { buffers, bytes } = engine.memory();
    const variables = [p.variable('A', [30, 30], p.normal([30, 30])), p.variable('w', [], ir.scalar(0))];
    const solver: Solver = { kind: 'gradient', players: [player], steps: 50, stepsPerEpoch: 50 };
    const found = (await solve(solver, variables, [])).variables;
    const [a, wide] = [found.get('A')!.data, 30];
    const entry = (i: number, j: number) =>
      Math.tanh(Array.from({ length: wide }, (_, k) => a[i * wide + k] * a[k * wide + j]).reduce((x, y) => x + y));
    const mean = Array.from({ length: wide ** 2 }, (_, k) => entry(Math.floor(k / wide), k % wide));
    expect(found.get('w')!.data[0]).toBeCloseTo((mean.reduce((x, y) => x + y) / wide ** 2) * (1 - 0.8 ** 50), 4);
    expect(engine.memory()).toMatchObject({ buffers, bytes });
  });

  it('L-BFGS: large problems run on the engine, in float32, and come close to the exact solution', async () => {
    const rows = 600_000;
    const data = [p.regressionData('tr', rows)];
    const smooth = await solve(p.whole('lbfgs', 'tr', rows), line, data);
    expect(smooth.solved).toMatchObject([{ solver: 'lbfgs', precision: 'float32' }]);
    const w = smooth.variables.get('w')!.data;
    p.truth.forEach((value, j) => expect(w[j]).toBeCloseTo(value, 2));
    expect(smooth.solved[0].iterations).toBeLessThan(30);
  });

  it('says which data are not numbers', async () => {
    const data = p.regressionData('tr', 50);
    data.leaves[1].data[17] = NaN;
    for (const kind of ['exact', 'lbfgs'] as const) {
      const { stopped } = await solve(p.whole(kind, 'tr', 50), line, [data]);
      expect(stopped).toMatchObject({
        reason: 'non-finite',
        operation: 'input',
        detail: '1 of 50 numbers of the data set tr are not numbers (NaN)',
      });
    }
  });
});
