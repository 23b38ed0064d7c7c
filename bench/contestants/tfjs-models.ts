/**
 * The workloads by hand in TF.js, as one writes them with its core: operations on batches, eager, gradients from the tape.
 * Parameters by the names that the spec gives them. Where TF.js has an operation for it, that one is used.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Reference } from '../reference.ts';

export type TfJs = typeof tf;
export type Parameters = Readonly<Record<string, tf.Variable>>;
/** Standard normal numbers. */
export type Draw = (shape: number[]) => tf.Tensor;

export interface Player {
  /** What the names of its parameters begin with. */
  readonly owns: readonly string[];
  loss(rows: readonly tf.Tensor[], draw: Draw): tf.Scalar;
}

export interface Model {
  readonly players: readonly Player[];
  /** Of Adam. */
  readonly beta1?: number;
  /** It is maximised. */
  readonly negated?: boolean;
}

type Make = (p: Parameters, reference: Pick<Reference, 'batch' | 'sizes'>) => Model;

/** In the copy of TF.js that `bench` has installed. */
export const modelsIn = (tf: TfJs): Readonly<Record<string, Make>> => {
  const dense = (p: Parameters, name: string, x: tf.Tensor): tf.Tensor =>
    tf.add(tf.matMul(x as tf.Tensor2D, p[`${name}.W`] as tf.Tensor2D), p[`${name}.b`]);
  /** On the last axis of more than two. */
  const denseOver = (p: Parameters, name: string, x: tf.Tensor): tf.Tensor => {
    const width = x.shape[x.rank - 1];
    const y = dense(p, name, tf.reshape(x, [-1, width]));
    return tf.reshape(y, [...x.shape.slice(0, -1), y.shape[1] as number]);
  };
  /** The kernel for wasm writes integers, whatever dtype it is asked for. */
  const oneHot = (labels: tf.Tensor, count: number): tf.Tensor2D =>
    tf.cast(tf.oneHot(labels as tf.Tensor1D, count), 'float32') as tf.Tensor2D;
  const classes = (labels: tf.Tensor, scores: tf.Tensor): tf.Scalar =>
    tf.losses.softmaxCrossEntropy(oneHot(labels, scores.shape[1] as number), scores) as tf.Scalar;
  const squares = (found: tf.Tensor, wanted: tf.Tensor): tf.Scalar =>
    tf.mean(tf.squaredDifference(found, wanted)) as tf.Scalar;

  const one = (owns: string, loss: Player['loss']): Model => ({ players: [{ owns: [owns], loss }] });

  const mlp: Make = (p) =>
    one('f', ([x, y]) => {
      const h = tf.relu(dense(p, 'f.dense2', tf.relu(dense(p, 'f.dense', x))));
      return classes(y, dense(p, 'f.dense3', h));
    });

  const conv = (p: Parameters, name: string, x: tf.Tensor, strides: number): tf.Tensor =>
    tf.add(tf.conv2d(x as tf.Tensor4D, p[`${name}.W`] as tf.Tensor4D, strides, 'same'), p[`${name}.b`]);

  const cnn: Make = (p) => {
    const layer = (name: string, x: tf.Tensor) =>
      tf.maxPool(tf.relu(conv(p, name, x, 1)) as tf.Tensor4D, 2, 2, 'valid');
    return one('f', ([x, y]) => {
      const h = layer('f.conv2', layer('f.conv', x));
      return classes(y, dense(p, 'f.dense', tf.reshape(h, [x.shape[0], -1])));
    });
  };

  const vae: Make = (p, { sizes: { count } }) => {
    const loss: Player['loss'] = ([x], draw) => {
      const h = tf.relu(dense(p, 'q.dense', x));
      const [m, s] = [dense(p, 'q.dense2', h), dense(p, 'q.dense3', h)];
      const spread = tf.exp(s);
      const [rows, width] = m.shape;
      const z = tf.add(m, tf.mul(spread, draw(count === 1 ? [rows, width] : [count, rows, width])));
      const scores = denseOver(p, 'p.dense2', tf.relu(denseOver(p, 'p.dense', z)));
      const likelihood = tf.sum(tf.sub(tf.mul(x, scores), tf.softplus(scores)), -1);
      const apart = tf.sum(tf.sub(tf.add(tf.square(m), tf.square(spread)), tf.add(tf.mul(s, 2), 1)), 1);
      return tf.sub(tf.mul(tf.mean(apart), 0.5), tf.mean(likelihood)) as tf.Scalar;
    };
    return { players: [{ owns: ['p', 'q'], loss }], negated: true };
  };

  const rnn: Make = (p, { sizes: { width } }) =>
    one('f', ([x, y]) => {
      const [rows, length] = x.shape as [number, number];
      let h: tf.Tensor = tf.zeros([rows, width]);
      for (const v of tf.split(x, length, 1))
        h = tf.tanh(tf.add(dense(p, 'f.recur', h), tf.matMul(v as tf.Tensor2D, p['f.input.W'] as tf.Tensor2D)));
      return squares(tf.squeeze(dense(p, 'f.dense', h), [1]), y);
    });

  const tiny: Make = (p) =>
    one('f', ([x, y]) => {
      const h = tf.tanh(dense(p, 'f.dense2', tf.tanh(dense(p, 'f.dense', tf.expandDims(x, 1)))));
      return squares(tf.squeeze(dense(p, 'f.dense3', h), [1]), y);
    });

  const layerNorm = (p: Parameters, name: string, x: tf.Tensor): tf.Tensor => {
    const { mean, variance } = tf.moments(x, -1, true);
    const standard = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
    return tf.add(tf.mul(standard, p[`${name}.scale`]), p[`${name}.shift`]);
  };
  const gelu = (x: tf.Tensor): tf.Tensor => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));

  const transformer: Make = (p, { sizes: { length, width, depth } }) => {
    const heads = 4;
    const mask = tf.tidy(() => {
      const place = tf.range(0, length);
      return tf.keep(tf.mul(tf.cast(tf.greater(place, tf.expandDims(place, 1)), 'float32'), -1e9));
    });
    const block = (name: string, h: tf.Tensor): tf.Tensor => {
      const rows = h.shape[0];
      const y = layerNorm(p, `${name}.norm1`, h);
      const split = (which: string): tf.Tensor =>
        tf.transpose(
          tf.reshape(denseOver(p, `${name}.attention.${which}`, y), [rows, length, heads, width / heads]),
          [0, 2, 1, 3],
        );
      const [q, k, v] = ['query', 'key', 'value'].map(split);
      const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width / heads)), mask);
      const mixed = tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), v), [0, 2, 1, 3]), [rows, length, width]);
      const seen = tf.add(h, denseOver(p, `${name}.attention.out`, mixed));
      const inner = gelu(denseOver(p, `${name}.inner`, layerNorm(p, `${name}.norm2`, seen)));
      return tf.add(seen, denseOver(p, `${name}.outer`, inner));
    };
    return one('f', ([x, y]) => {
      const words = p['f.words.vectors'];
      // a product with what is one at the token: the gradient of tf.gather has no kernel on wasm
      const chosen = oneHot(tf.reshape(x, [-1]), words.shape[0]);
      let h = tf.add(tf.reshape(tf.matMul(chosen, words as tf.Tensor2D), [-1, length, width]), p['f.place']);
      for (let i = 1; i <= depth; i++) h = block(`f.${'blocks.'.repeat(i)}transformer_block`, h);
      const scores = tf.reshape(denseOver(p, 'f.out', layerNorm(p, 'f.norm', h)), [x.size, -1]);
      return tf.mul(classes(tf.reshape(y, [-1]), scores), length) as tf.Scalar;
    });
  };

  const ode: Make = (p, { sizes: { length } }) => {
    const dt = 1 / length;
    const f = (s: tf.Tensor): tf.Tensor =>
      tf.matMul(tf.tanh(dense(p, 'f.inner', s)) as tf.Tensor2D, p['f.outer.W'] as tf.Tensor2D);
    return one('f', ([x, y]) => {
      let s = x;
      for (let i = 0; i < length; i++) {
        const k1 = f(s);
        const k2 = f(tf.add(s, tf.mul(k1, dt / 2)));
        const k3 = f(tf.add(s, tf.mul(k2, dt / 2)));
        const k4 = f(tf.add(s, tf.mul(k3, dt)));
        s = tf.add(s, tf.mul(tf.add(tf.add(k1, k4), tf.mul(tf.add(k2, k3), 2)), dt / 6));
      }
      return tf.mean(tf.sum(tf.squaredDifference(s, y), 1)) as tf.Scalar;
    });
  };

  const mmd: Make = (p, { batch: n }) => {
    const kernel = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => {
      const apart = tf.sum(tf.square(tf.sub(tf.expandDims(a, 1), tf.expandDims(b, 0))), 2);
      return tf.exp(tf.mul(apart, -0.5));
    };
    // a point is as near to itself as can be: ones on the diagonal, left out
    const within = (k: tf.Tensor): tf.Tensor => tf.div(tf.sub(tf.sum(k), n), n * (n - 1));
    return one('g', ([x], draw) => {
      const y = dense(p, 'g.dense2', tf.relu(dense(p, 'g.dense', draw([n, 2]))));
      const across = tf.mul(tf.mean(kernel(x, y)), 2);
      return tf.add(tf.sub(within(kernel(x, x)), across), within(kernel(y, y))) as tf.Scalar;
    });
  };

  const gan: Make = (p, { batch, sizes: { width } }) => {
    const up = (name: string, x: tf.Tensor, side: number, channels: number): tf.Tensor => {
      const w = p[`${name}.W`] as tf.Tensor4D;
      return tf.add(tf.conv2dTranspose(x as tf.Tensor4D, w, [batch, side, side, channels], 2, 'same'), p[`${name}.b`]);
    };
    const generate = (draw: Draw): tf.Tensor => {
      const h = tf.relu(tf.reshape(dense(p, 'g.dense', draw([batch, 32])), [batch, 4, 4, 2 * width]));
      return tf.tanh(up('g.conv_transpose2', tf.relu(up('g.conv_transpose', h, 8, width)), 16, 3));
    };
    const judge = (x: tf.Tensor): tf.Tensor => {
      const h = tf.leakyRelu(conv(p, 'c.conv2', tf.leakyRelu(conv(p, 'c.conv', x, 2), 0.2), 2), 0.2);
      return dense(p, 'c.dense', tf.reshape(h, [batch, -1]));
    };
    const wrong = (scores: tf.Tensor): tf.Tensor => tf.mean(tf.softplus(scores));
    return {
      beta1: 0.5,
      players: [
        { owns: ['g'], loss: (_, draw) => wrong(tf.neg(judge(generate(draw)))) as tf.Scalar },
        {
          owns: ['c'],
          loss: ([x], draw) => tf.add(wrong(tf.neg(judge(x))), wrong(judge(generate(draw)))) as tf.Scalar,
        },
      ],
    };
  };

  return { mlp, cnn, vae, rnn, tiny, transformer, ode, mmd, gan };
};
