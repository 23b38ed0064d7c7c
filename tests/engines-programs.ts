/**
 * Programs that tests and measurements share: a training step of a multilayer perceptron, and random graphs.
 */
import * as b from '../compiler/ir/build.ts';
import { gradients } from '../compiler/differentiate.ts';
import type { Graph, Node } from '../compiler/ir/graph.ts';
import type { ArrayValue } from '../compiler/ir/operations.ts';
import { sizeOf } from '../compiler/ir/shape.ts';
import { floats, ints } from './engines-cases.ts';

/**
 * Cross entropy of softmax, relu between layers. Inputs: x, labels, parameters, their moments. Outputs: loss, then parameters and
 * moments after a step of Adam (without correction of the start) or of plain descent.
 */
export const perceptron = (sizes: readonly number[], batch: number, optimiser: 'adam' | 'sgd'): Graph => {
  const x = b.input('x', 'float32', [batch, sizes[0]]);
  const labels = b.input('labels', 'int32', [batch]);
  const parameters = sizes
    .slice(1)
    .flatMap((n, i) => [b.input(`w${i}`, 'float32', [sizes[i], n]), b.input(`b${i}`, 'float32', [n])]);
  let h: Node = x;
  for (let i = 0; i < parameters.length; i += 2) {
    h = b.add(b.matmul(h, parameters[i]), parameters[i + 1]);
    if (i + 2 < parameters.length) h = b.relu(h);
  }
  const shifted = b.sub(h, b.stop(b.maxOver(h, [1], true)));
  const logs = b.sub(shifted, b.log(b.sum(b.exp(shifted), [1], true)));
  const classes = sizes[sizes.length - 1];
  const loss = b.neg(b.mean_(b.sum(b.mul(logs, b.oneHot(labels, classes)), [1])));
  const slopes = gradients(loss, parameters);
  const moments =
    optimiser === 'sgd'
      ? []
      : parameters.flatMap((p, i) => [b.input(`m${i}`, 'float32', p.shape), b.input(`v${i}`, 'float32', p.shape)]);
  const updated: Node[] = [];
  const moved: Node[] = [];
  parameters.forEach((p, i) => {
    const g = slopes[i];
    if (optimiser === 'sgd') return updated.push(b.sub(p, b.mul(g, b.scalar(0.1))));
    const m = b.add(b.mul(moments[2 * i], b.scalar(0.9)), b.mul(g, b.scalar(0.1)));
    const v = b.add(b.mul(moments[2 * i + 1], b.scalar(0.99)), b.mul(b.square(g), b.scalar(0.01)));
    moved.push(m, v);
    return updated.push(b.sub(p, b.div(b.mul(m, b.scalar(0.01)), b.add(b.sqrt(v), b.scalar(1e-4)))));
  });
  return {
    inputs: [x, labels, ...parameters, ...moments],
    outputs: [loss, ...updated, ...moved].map((node, i) => ({ name: `y${i}`, node })),
  };
};

/** Data and starting values for the inputs of `perceptron`. */
export const startOf = (graph: Graph): ArrayValue[] =>
  graph.inputs.map(({ operation, dtype, shape }, i) => {
    if (dtype === 'int32') return ints(shape, 0, 3, 5);
    const name = operation.op === 'input' ? operation.name : '';
    if (/^[mvb]/.test(name)) return { dtype, shape, data: new Float32Array(sizeOf(shape)) };
    if (name === 'x') return floats(shape, -1, 1, 11);
    const scale = Math.sqrt(3 / shape[0]);
    return floats(shape, -scale, scale, 20 + i);
  });

/** A graph of `count` operations over bounded numbers, from a seed; every node is of rank 0 to 3. */
export const randomGraph = (seed: number, count: number): { graph: Graph; inputs: ArrayValue[] } => {
  let state = seed * 2654435761 + 12345;
  const draw = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 8) % 65536) % n;
  };
  const inputs = [floats([3, 4], -1, 1, seed), floats([4], -1, 1, seed + 1), floats([2, 3, 4], -1, 1, seed + 2)];
  const nodes: Node[] = inputs.map(({ dtype, shape }, i) => b.input(`x${i}`, dtype, shape));
  const pool = [...nodes];
  const pick = (): Node => pool[draw(pool.length)];
  const compatible = (x: Node): Node => {
    const fits = pool.filter(
      (y) =>
        y.shape.length <= x.shape.length &&
        y.shape.every((n, i) => n === 1 || n === x.shape[x.shape.length - y.shape.length + i]),
    );
    return fits[draw(fits.length)] ?? x;
  };
  const makers: readonly ((x: Node) => Node | undefined)[] = [
    (x) => b.tanh(x),
    (x) => b.sigmoid(x),
    (x) => b.relu(x),
    (x) => b.sin(b.mul(x, b.scalar(2))),
    (x) => b.exp(b.neg(b.square(x))),
    (x) => b.log1p(b.square(x)),
    (x) => b.mul(b.add(x, compatible(x)), b.scalar(0.5)),
    (x) => b.mul(x, compatible(x)),
    (x) => b.sub(compatible(x), b.mul(x, b.scalar(0.5))),
    (x) => b.maximum(x, compatible(x)),
    (x) => b.select(b.lt(x, compatible(x)), x, b.scalar(0.25)),
    (x) => b.div(x, b.add(b.square(compatible(x)), b.scalar(1))),
    (x) => (x.shape.length > 0 ? b.mean_(x, [draw(x.shape.length)]) : undefined),
    (x) => (x.shape.length > 0 ? b.mean_(x, [draw(x.shape.length)], true) : undefined),
    (x) => (x.shape.length > 0 ? b.maxOver(x, [draw(x.shape.length)]) : undefined),
    (x) => (x.shape.length > 1 ? b.transpose(x, [...x.shape.keys()].reverse()) : undefined),
    (x) => (x.shape.length > 0 ? b.reverse(x, [draw(x.shape.length)]) : undefined),
    (x) => (x.shape.length > 0 ? b.mul(b.cumsum(x, draw(x.shape.length)), b.scalar(0.3)) : undefined),
    (x) => (x.shape.length === 2 ? b.mul(b.matmul(x, x, { transposeB: true }), b.scalar(0.2)) : undefined),
    (x) => (x.shape.length === 2 ? b.mul(b.matmul(x, x, { transposeA: true }), b.scalar(0.2)) : undefined),
    (x) => (x.shape.length > 0 && x.shape[0] > 1 ? b.sliceAxis(x, 0, 1, x.shape[0] - 1) : undefined),
    (x) => (x.shape.length < 3 ? b.broadcastTo(x, [2, ...x.shape]) : undefined),
    (x) => b.reshape(x, [sizeOf(x.shape)]),
    (x) => (x.shape.length > 0 ? b.gather(x, b.array([0, x.shape[0] - 1, 0], [3], 'int32')) : undefined),
    (x) => (x.shape.length > 0 && sizeOf(x.shape) < 200 ? b.concat([x, b.neg(x)], draw(x.shape.length)) : undefined),
    (x) =>
      x.shape.length > 0
        ? b.loop(
            { length: x.shape[0], carries: [b.zerosLike(b.gather(x, b.scalar(0, 'int32')))], sequences: [x] },
            (_, [s], [e]) => {
              const next = b.tanh(b.add(b.mul(s, b.scalar(0.5)), e));
              return { carries: [next], results: [b.mul(next, s)] };
            },
          ).results[0]
        : undefined,
  ];
  while (pool.length < count + nodes.length) {
    const made = makers[draw(makers.length)](pick());
    if (made && made.shape.length <= 3 && sizeOf(made.shape) <= 400) pool.push(made);
  }
  const last = pool.slice(-4);
  return { graph: { inputs: nodes, outputs: last.map((node, i) => ({ name: `y${i}`, node })) }, inputs };
};
