/**
 * Programs written by hand for the tests of the session: linear regression y = x w + b with its gradient, and what trains it.
 */
import * as ir from '../compiler/ir/build.ts';
import { deriveKey as derive, fillRandom, keyOfSeed } from '../compiler/ir/random.ts';
import { graphOf, type Graph, type Node } from '../compiler/ir/graph.ts';
import type { ArrayValue, DType, Shape } from '../compiler/ir/operations.ts';
import type {
  Action,
  DataFeed,
  DataSet,
  Evaluation,
  Program,
  Show,
  Solver,
  Stage,
  Variable,
} from '../compiler/program.ts';
import type { Span } from '../grammar/span.ts';
import { openEngine } from '../runtime/engines/choose.ts';
import type { Engine } from '../runtime/engines/engine.ts';

export const span = (start: number, end = start + 1): Span => ({ file: 'test.learn', start, end });

export const named = (outputs: Readonly<Record<string, Node>>): Graph =>
  graphOf(Object.entries(outputs).map(([name, node]) => ({ name, node })));

export const variable = (id: string, shape: Shape, initial: Node, role: Variable['role'] = 'parameter'): Variable => ({
  id,
  name: `f.${id}`,
  role,
  dtype: 'float32',
  shape,
  initial: named({ value: initial }),
  value: named({ value: ir.input(`var:${id}`, 'float32', shape) }),
  space: `R[${shape.join(', ')}]`,
});

const key = ir.input('key', 'int32', [2]);
export const normal = (shape: Shape, site = 0): Node => ir.random('normal', shape, site, key);
export const zeros = (shape: Shape): Node => ir.full(0, shape);

const draws = (size: number, seed: number): Float32Array => {
  const out = new Float32Array(size);
  fillRandom('normal', derive(keyOfSeed(seed), 1), 0, out);
  return out;
};

export const truth = [2, -1, 0.5];

/** y = x . truth + 3 + a little noise */
export const regressionData = (id: string, rows: number, seed = 7): DataSet => {
  const x = draws(rows * 3, seed);
  const noise = draws(rows, seed + 1);
  const y = noise.map((e, r) => truth.reduce((sum, w, j) => sum + w * x[3 * r + j], 3) + 0.1 * e);
  const leaf = (shape: Shape, data: Float32Array): ArrayValue => ({ dtype: 'float32' as DType, shape, data });
  return { id, name: id, rows, leaves: [leaf([rows, 3], x), leaf([rows], y)] };
};

export const feed = (data: string, rows: number, order: DataFeed['order']): DataFeed => ({
  data,
  rows,
  order,
  inputs: [
    { name: `data:${data}:0`, leaf: 0 },
    { name: `data:${data}:1`, leaf: 1 },
  ],
});

export const w = ir.input('var:w', 'float32', [3]);
export const b = ir.input('var:b', 'float32', []);

/** Mean squared error on `rows` rows of a data set, and its gradient. */
const squares = (data: string, rows: number) => {
  const x = ir.input(`data:${data}:0`, 'float32', [rows, 3]);
  const y = ir.input(`data:${data}:1`, 'float32', [rows]);
  const fit = ir.add(ir.reshape(ir.matmul(x, ir.reshape(w, [3, 1])), [rows]), b);
  const e = ir.sub(fit, y);
  const two = ir.scalar(2 / rows);
  const gw = ir.mul(two, ir.reshape(ir.matmul(ir.reshape(e, [1, rows]), x), [3]));
  return { e, loss: ir.mean_(ir.square(e)), gw, gb: ir.mul(two, ir.sum(e, [0])) };
};

const minus = (x: Node, rate: number, g: Node): Node => ir.sub(x, ir.mul(ir.scalar(rate), g));

export const sgd = (data: string, rows: number, steps: number, rowsOfData: number): Solver => {
  const { loss, gw, gb } = squares(data, rows);
  const graph = named({ loss, 'var:w': minus(w, 0.1, gw), 'var:b': minus(b, 0.1, gb) });
  const players = [{ name: 'f', graph, feeds: [feed(data, rows, 'shuffled')], every: 1, sense: 'minimize' as const }];
  return { kind: 'gradient', players, steps, stepsPerEpoch: Math.floor(rowsOfData / rows) };
};

/** Adam (Kingma and Ba 2015) on w and b, with a little noise drawn in every step. */
export const adam = (data: string, rows: number, steps: number, rowsOfData: number): Solver => {
  const { loss, gw, gb } = squares(data, rows);
  const step = ir.input('step', 'float32', []);
  const outputs: Record<string, Node> = { loss };
  for (const [id, x, g] of [
    ['w', w, gw],
    ['b', b, gb],
  ] as const) {
    const noisy = ir.add(g, ir.mul(ir.scalar(1e-3), normal(x.shape, id === 'w' ? 1 : 2)));
    const m = ir.add(
      ir.mul(ir.scalar(0.9), ir.input(`var:m_${id}`, 'float32', x.shape)),
      ir.mul(ir.scalar(0.1), noisy),
    );
    const v = ir.add(
      ir.mul(ir.scalar(0.999), ir.input(`var:v_${id}`, 'float32', x.shape)),
      ir.mul(ir.scalar(0.001), ir.square(noisy)),
    );
    const power = (base: number): Node => ir.sub(ir.scalar(1), ir.pow(ir.scalar(base), ir.add(step, ir.scalar(1))));
    const moved = ir.div(ir.div(m, power(0.9)), ir.add(ir.sqrt(ir.div(v, power(0.999))), ir.scalar(1e-8)));
    outputs[`var:${id}`] = minus(x, 0.05, moved);
    outputs[`var:m_${id}`] = m;
    outputs[`var:v_${id}`] = v;
  }
  const players = [
    { name: 'f', graph: named(outputs), feeds: [feed(data, rows, 'shuffled')], every: 1, sense: 'minimize' as const },
  ];
  return { kind: 'gradient', players, steps, stepsPerEpoch: Math.floor(rowsOfData / rows) };
};

export const adamVariables = (): Variable[] => [
  variable('w', [3], normal([3])),
  variable('b', [], normal([])),
  ...(['m_w', 'v_w'] as const).map((id) => variable(id, [3], zeros([3]), 'optimiser')),
  ...(['m_b', 'v_b'] as const).map((id) => variable(id, [], zeros([]), 'optimiser')),
];

export const whole = (kind: 'exact' | 'lbfgs', data: string, rows: number): Solver => {
  const { loss, gw, gb } = squares(data, rows);
  const graph = named({ loss, 'grad:w': gw, 'grad:b': gb });
  return { kind, graph, feeds: [feed(data, rows, 'all')], over: ['w', 'b'], sense: 'minimize' };
};

export const mse = (data: string, rows: number, bound?: number): Evaluation => ({
  name: 'mse',
  graph: named({ value: squares(data, rows).loss }),
  feeds: [feed(data, rows, 'all')],
  compare: bound === undefined ? undefined : { op: '<=', bound },
  span: span(10, 20),
});

export const train = (solver: Solver, label = 'f'): Action => ({ kind: 'train', label, solver });
export const evaluate = (evaluations: readonly Evaluation[], label?: string): Action => ({
  kind: 'eval',
  evaluations,
  label,
});

export const stage = (
  id: string,
  variables: readonly Variable[],
  actions: readonly Action[],
  change: Partial<Stage> = {},
): Stage => ({
  id,
  name: 'problem',
  span: span(0),
  variables: variables.map((v) => v.id),
  members: [],
  actions,
  decisions: [],
  seeds: 1,
  formula: { unicode: '', latex: '' },
  ...change,
});

export const program = (
  stages: readonly Stage[],
  variables: readonly Variable[],
  data: readonly DataSet[],
  shows: readonly Show[] = [],
): Program => ({
  file: 'test.learn',
  source: 'by hand',
  variables: new Map(variables.map((v) => [v.id, v])),
  data: new Map(data.map((d) => [d.id, d])),
  stages,
  shows,
});

export const engineFor = async (): Promise<Engine> => {
  const chosen = await openEngine(process.env.LEARN_ENGINE ?? 'wasm');
  if ('failed' in chosen) throw new Error(chosen.failed);
  return chosen.engine;
};
