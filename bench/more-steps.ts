/**
 * More training steps to time: attention over a sequence, a differential equation of a thousand steps, distances between samples, a
 * convolutional critic. Like steps.ts, as the compiler writes them.
 */
import * as b from '../compiler/ir/build.ts';
import type { Graph, Node } from '../compiler/ir/graph.ts';
import { windowOf } from '../compiler/ir/shape.ts';
import { crossEntropy, dense, trained, weights } from './steps.ts';

/** Two layers of self-attention with four heads over 64 tokens of 64 numbers; predicts the next token. */
export const transformer = (batch = 16, length = 64, width = 64, heads = 4, layers = 2, tokens = 100): Graph => {
  const { parameters, make } = weights();
  const x = b.input('tokens', 'int32', [batch, length]);
  const labels = b.input('labels', 'int32', [batch * length]);
  const rows = batch * length;
  const normal = (y: Node): Node => {
    const centred = b.sub(y, b.mean_(y, [1], true));
    const spread = b.sqrt(b.add(b.mean_(b.square(centred), [1], true), b.scalar(1e-5)));
    return b.add(b.mul(b.div(centred, spread), make(width)), make(width));
  };
  const size = width / heads;
  const split = (y: Node): Node => b.transpose(b.reshape(y, [batch, length, heads, size]), [0, 2, 1, 3]);
  const mask = b.array(
    Array.from({ length: length * length }, (_, i) => (i % length > Math.floor(i / length) ? -1e9 : 0)),
    [length, length],
  );
  let h = b.reshape(b.add(b.gather(make(tokens, width), x), make(length, width)), [rows, width]);
  for (let layer = 0; layer < layers; layer++) {
    const y = normal(h);
    const [q, k, v] = [dense(y, make, width), dense(y, make, width), dense(y, make, width)].map(split);
    const scores = b.add(b.mul(b.matmul(q, k, { transposeB: true }), b.scalar(1 / Math.sqrt(size))), mask);
    const e = b.exp(b.sub(scores, b.stop(b.maxOver(scores, [3], true))));
    const mixed = b.matmul(b.div(e, b.sum(e, [3], true)), v);
    h = b.add(h, dense(b.reshape(b.transpose(mixed, [0, 2, 1, 3]), [rows, width]), make, width));
    h = b.add(h, dense(b.relu(dense(normal(h), make, 4 * width)), make, width));
  }
  return trained(crossEntropy(dense(normal(h), make, tokens), labels), [x, labels], parameters);
};

/** x' = tanh(x A + c) B, a thousand steps of Runge and Kutta, from 16 starting points at once. */
export const ode = (batch = 16, width = 32, steps = 1000): Graph => {
  const { parameters, make } = weights();
  const x = b.input('x', 'float32', [batch, 2]);
  const target = b.input('target', 'float32', [batch, 2]);
  const [a, c, d] = [make(2, width), make(width), make(width, 2)];
  const slope = (y: Node): Node => b.matmul(b.tanh(b.add(b.matmul(y, a), c)), d);
  const step = b.scalar(1 / steps);
  const { carries } = b.loop({ length: steps, carries: [x] }, (_, [y]) => {
    const k1 = slope(y);
    const k2 = slope(b.add(y, b.mul(k1, b.mul(step, b.scalar(0.5)))));
    const k3 = slope(b.add(y, b.mul(k2, b.mul(step, b.scalar(0.5)))));
    const k4 = slope(b.add(y, b.mul(k3, step)));
    const sum = b.add(b.add(k1, k4), b.mul(b.add(k2, k3), b.scalar(2)));
    return { carries: [b.add(y, b.mul(sum, b.mul(step, b.scalar(1 / 6))))] };
  });
  return trained(b.mean_(b.square(b.sub(carries[0], target))), [x, target], parameters);
};

/** A generator whose samples are compared with data, each with each, by a Gaussian kernel. */
export const mmd = (batch = 256): Graph => {
  const { parameters, make } = weights();
  const x = b.input('x', 'float32', [batch, 2]);
  const z = b.input('z', 'float32', [batch, 2]);
  const y = dense(b.relu(dense(z, make, 64)), make, 2);
  const kernel = (p: Node, q: Node): Node => {
    const apart = b.sub(b.reshape(p, [batch, 1, 2]), b.reshape(q, [1, batch, 2]));
    return b.mean_(b.exp(b.mul(b.sum(b.square(apart), [2]), b.scalar(-0.5))));
  };
  return trained(b.sub(b.add(kernel(y, y), kernel(x, x)), b.mul(b.scalar(2), kernel(x, y))), [x, z], parameters);
};

/** A critic of 32 x 32 images in colour: three convolutions in strides, a leaky slope between. */
export const critic = (batch = 32): Graph => {
  const { parameters, make } = weights();
  const x = b.input('x', 'float32', [batch, 32, 32, 3]);
  const target = b.input('target', 'float32', [batch, 1]);
  let h: Node = x;
  for (const k of [32, 64, 128]) {
    const window = windowOf({ size: [h.shape[1], h.shape[2]], kernel: [4, 4], strides: [2, 2], padding: 'same' });
    const y = b.add(b.conv(h, make(4, 4, h.shape[3], k), window), make(k));
    h = b.maximum(y, b.mul(y, b.scalar(0.2)));
  }
  const score = dense(b.reshape(h, [batch, 4 * 4 * 128]), make, 1);
  return trained(b.mean_(b.sub(b.softplus(score), b.mul(score, target))), [x, target], parameters);
};

export const moreWorkloads = { transformer, ode, mmd, critic } as const;
