/**
 * The training steps that engines are timed on: forward, backward, Adam, as the compiler writes them; and values to begin with.
 * Inputs: data, the key where there are draws, parameters, their moments. Outputs: the loss, then parameters and moments anew.
 */
import * as b from '../compiler/ir/build.ts';
import { gradients } from '../compiler/differentiate.ts';
import type { Graph, Node } from '../compiler/ir/graph.ts';
import { fillRandom } from '../compiler/ir/random.ts';
import type { ArrayValue, Shape } from '../compiler/ir/operations.ts';
import { sizeOf, windowOf } from '../compiler/ir/shape.ts';

/** Cross entropy of softmax. */
export const crossEntropy = (scores: Node, labels: Node): Node => {
  const shifted = b.sub(scores, b.stop(b.maxOver(scores, [1], true)));
  const logs = b.sub(shifted, b.log(b.sum(b.exp(shifted), [1], true)));
  return b.neg(b.mean_(b.sum(b.mul(logs, b.oneHot(labels, scores.shape[1])), [1])));
};

/** One step of Adam on `loss`. */
export const trained = (loss: Node, data: readonly Node[], parameters: readonly Node[]): Graph => {
  const slopes = gradients(loss, [...parameters]);
  const moments = parameters.flatMap((p, i) => [b.input(`m${i}`, 'float32', p.shape), b.input(`v${i}`, 'float32', p.shape)]); // prettier-ignore
  const rate = b.input('rate', 'float32', []);
  const next = parameters.map((p, i) => {
    const g = slopes[i];
    const m = b.add(b.mul(moments[2 * i], b.scalar(0.9)), b.mul(g, b.scalar(0.1)));
    const v = b.add(b.mul(moments[2 * i + 1], b.scalar(0.999)), b.mul(b.square(g), b.scalar(0.001)));
    return { p: b.sub(p, b.div(b.mul(m, rate), b.add(b.sqrt(v), b.scalar(1e-8)))), m, v };
  });
  const outputs = [loss, ...next.map(({ p }) => p), ...next.flatMap(({ m, v }) => [m, v])];
  return {
    inputs: [...data, rate, ...parameters, ...moments],
    outputs: outputs.map((node, i) => ({ name: `y${i}`, node })),
  };
};

export const weights = () => {
  const parameters: Node[] = [];
  return {
    parameters,
    make: (...shape: number[]): Node => {
      const node = b.input(`p${parameters.length}`, 'float32', shape);
      parameters.push(node);
      return node;
    },
  };
};

export const dense = (x: Node, make: (...shape: number[]) => Node, n: number): Node =>
  b.add(b.matmul(x, make(x.shape[1], n)), make(n));

const mlp = (batch = 128): Graph => {
  const { parameters, make } = weights();
  const x = b.input('x', 'float32', [batch, 784]);
  const labels = b.input('labels', 'int32', [batch]);
  const h = b.relu(dense(b.relu(dense(x, make, 256)), make, 128));
  return trained(crossEntropy(dense(h, make, 10), labels), [x, labels], parameters);
};

/** Pairs of rows and columns, the largest of each four. */
const pool = (x: Node): Node => {
  const [n, h, w, c] = x.shape;
  return b.maxOver(b.reshape(x, [n, h / 2, 2, w / 2, 2, c]), [2, 4]);
};

const cnn = (batch = 64): Graph => {
  const { parameters, make } = weights();
  const x = b.input('x', 'float32', [batch, 28, 28, 1]);
  const labels = b.input('labels', 'int32', [batch]);
  const layer = (y: Node, k: number): Node => {
    const window = windowOf({ size: [y.shape[1], y.shape[2]], kernel: [3, 3], padding: 'same' });
    return pool(b.relu(b.add(b.conv(y, make(3, 3, y.shape[3], k), window), make(k))));
  };
  const h = layer(layer(x, 16), 32);
  return trained(crossEntropy(dense(b.reshape(h, [batch, 7 * 7 * 32]), make, 10), labels), [x, labels], parameters);
};

const vae = (batch = 128): Graph => {
  const { parameters, make } = weights();
  const x = b.input('x', 'float32', [batch, 784]);
  const key = b.input('key', 'int32', [2]);
  const h = b.relu(dense(x, make, 256));
  const [mean, spread] = [dense(h, make, 8), dense(h, make, 8)];
  const z = b.add(mean, b.mul(b.exp(spread), b.random('normal', [batch, 8], 1, key)));
  const scores = dense(b.relu(dense(z, make, 256)), make, 784);
  const likelihood = b.sum(b.sub(b.mul(x, scores), b.softplus(scores)), [1]);
  const apart = b.sub(b.add(b.square(mean), b.exp(b.mul(spread, b.scalar(2)))), b.add(b.mul(spread, b.scalar(2)), b.scalar(1))); // prettier-ignore
  const loss = b.mean_(b.sub(b.mul(b.sum(apart, [1]), b.scalar(0.5)), likelihood));
  return trained(loss, [x, key], parameters);
};

const rnn = (batch = 128, steps = 40, units = 32): Graph => {
  const { parameters, make } = weights();
  const xs = b.input('x', 'float32', [steps, batch, 1]);
  const target = b.input('target', 'float32', [batch, 1]);
  const [wx, wh, bias] = [make(1, units), make(units, units), make(units)];
  const start = b.full(0, [batch, units]);
  const { carries } = b.loop({ length: steps, carries: [start], sequences: [xs] }, (_, [h], [x]) => ({
    carries: [b.tanh(b.add(b.add(b.matmul(x, wx), b.matmul(h, wh)), bias))],
  }));
  const loss = b.mean_(b.square(b.sub(dense(carries[0], make, 1), target)));
  return trained(loss, [xs, target], parameters);
};

const tiny = (batch = 10): Graph => {
  const { parameters, make } = weights();
  const x = b.input('x', 'float32', [batch, 1]);
  const target = b.input('target', 'float32', [batch, 1]);
  const y = dense(b.tanh(dense(b.tanh(dense(x, make, 40)), make, 40)), make, 1);
  return trained(b.mean_(b.square(b.sub(y, target))), [x, target], parameters);
};

export const workloads = { mlp, cnn, vae, rnn, tiny } as const;
export type Workload = keyof typeof workloads;

const numbers = (shape: Shape, law: 'uniform' | 'normal', site: number, scale: number): ArrayValue => {
  const data = new Float32Array(sizeOf(shape));
  fillRandom(law, [1, 2], site, data);
  return { dtype: 'float32', shape, data: data.map((x) => x * scale) };
};

/** Values for the inputs: weights as normal as their width asks for, moments zero. */
export const startOf = (graph: Graph): ArrayValue[] =>
  graph.inputs.map(({ operation, shape }, i): ArrayValue => {
    const name = operation.op === 'input' ? operation.name : '';
    if (name === 'labels' || name === 'tokens')
      return { dtype: 'int32', shape, data: Int32Array.from({ length: sizeOf(shape) }, (_, k) => (k * 7) % 10) };
    if (name === 'key') return { dtype: 'int32', shape, data: Int32Array.of(5, 6) };
    if (name === 'rate') return { dtype: 'float32', shape, data: Float32Array.of(1e-3) };
    if (/^[mv]/.test(name)) return numbers(shape, 'uniform', i, 0);
    if (name.startsWith('p')) return numbers(shape, 'normal', i, shape.length < 2 ? 0 : Math.sqrt(1 / sizeOf(shape.slice(0, -1)))); // prettier-ignore
    return numbers(shape, 'uniform', i, 1);
  });
