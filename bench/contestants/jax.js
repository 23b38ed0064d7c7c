/**
 * The workloads by hand in jax-js, on wasm: `jax.js WORKLOAD REFERENCE`. A player's whole step (loss, gradient, Adam) is one `jit`, except
 * where said. Every use of an array takes it over, so what is used again is passed as `.ref`. Not compiled: its package is installed here.
 */
import { defaultDevice, init, jit, lax, nn, numpy as np, random, tree, valueAndGrad } from '@jax-js/jax';
import { readReference } from '../../dist/bench/reference.js';
import { serve, shuffling } from '../../dist/bench/contestants/serve.js';
import { gather, makeData } from '../../dist/runtime/batches.js';

const [workload, file] = process.argv.slice(2);
const reference = readReference(file);
const { batch, sizes, data, tensors, losses: wanted } = reference;
const { width, length, depth, count } = sizes;

/** Truths as numbers: they are multiplied. */
const array = ({ dtype, shape, data: values }) =>
  dtype === 'int32'
    ? np.array(values.slice(), { shape: [...shape], dtype: np.int32 })
    : np.array(Float32Array.from(values), { shape: [...shape] });

const dense = (p, name, x) => np.matmul(x, p[`${name}.W`]).add(p[`${name}.b`]);
const crossEntropy = (labels, scores) => {
  const chosen = nn.oneHot(labels, scores.shape[scores.shape.length - 1]);
  return np.sum(nn.logSoftmax(scores).mul(chosen), -1).mul(-1);
};
const squares = (a, b) => np.mean(np.square(a.sub(b)));
/** Images have their channels first here. */
const conv = (p, name, x, stride) =>
  lax.conv(x, p[`${name}.W`], [stride, stride], 'SAME').add(p[`${name}.b`].reshape([-1, 1, 1]));

const one = (owns, loss) => ({ players: [{ owns: [owns], loss }] });

const mlp = () =>
  one('f', (p, [x, y]) => {
    const h = nn.relu(dense(p, 'f.dense2', nn.relu(dense(p, 'f.dense', x))));
    return np.mean(crossEntropy(y, dense(p, 'f.dense3', h)));
  });

const cnn = () => {
  const pool = (x) => {
    const [n, c, h, w] = x.shape;
    return np.max(x.reshape([n, c, h / 2, 2, w / 2, 2]), [3, 5]);
  };
  return one('f', (p, [x, y]) => {
    const h = pool(nn.relu(conv(p, 'f.conv2', pool(nn.relu(conv(p, 'f.conv', x, 1))), 1)));
    return np.mean(crossEntropy(y, dense(p, 'f.dense', h.reshape([batch, -1]))));
  });
};

const vae = () => ({
  players: [
    {
      owns: ['p', 'q'],
      draws: count === 1 ? [batch, 8] : [count, batch, 8],
      loss: (p, [x], [noise]) => {
        const h = nn.relu(dense(p, 'q.dense', x.ref));
        const m = dense(p, 'q.dense2', h.ref);
        const s = dense(p, 'q.dense3', h);
        const spread = np.exp(s.ref);
        const z = m.ref.add(spread.ref.mul(noise));
        const scores = dense(p, 'p.dense2', nn.relu(dense(p, 'p.dense', z)));
        const likelihood = np.sum(x.mul(scores.ref).sub(nn.softplus(scores)), -1);
        const apart = np.sum(np.square(m).add(np.square(spread)).sub(s.mul(2)).sub(1), 1);
        return np.mean(apart).mul(0.5).sub(np.mean(likelihood));
      },
    },
  ],
  negated: true,
});

const rnn = () =>
  one('f', (p, [x, y]) => {
    const w = p['f.recur.W'];
    const b = p['f.recur.b'];
    const seen = np.expandDims(x, 2).mul(p['f.input.W']); // [rows, length, width]: one number a step
    let h = np.zeros([batch, width]);
    for (const v of np.unstack(seen, 1)) h = np.tanh(np.matmul(h, w.ref).add(b.ref).add(v));
    w.dispose();
    b.dispose();
    return squares(np.squeeze(dense(p, 'f.dense', h), 1), y);
  });

const tiny = () =>
  one('f', (p, [x, y]) => {
    const h = np.tanh(dense(p, 'f.dense2', np.tanh(dense(p, 'f.dense', np.expandDims(x, 1)))));
    return squares(np.squeeze(dense(p, 'f.dense3', h), 1), y);
  });

const transformer = () => {
  const heads = 4;
  const mask = np.triu(np.full([length, length], -1e9), 1);
  const norm = (p, name, x) => nn.standardize(x).mul(p[`${name}.scale`]).add(p[`${name}.shift`]);
  const block = (p, name, h) => {
    const y = norm(p, `${name}.norm1`, h.ref);
    // nn.dotProductAttention calls einsum, which needs a newer Node than 20
    const split = (which, x) =>
      np.moveaxis(dense(p, `${name}.attention.${which}`, x).reshape([batch, length, heads, width / heads]), 2, 1);
    const [q, k, v] = [split('query', y.ref), split('key', y.ref), split('value', y)];
    const scores = np.matmul(q, np.swapaxes(k, 2, 3)).div(Math.sqrt(width / heads)).add(mask.ref); // prettier-ignore
    const mixed = np.moveaxis(np.matmul(nn.softmax(scores), v), 1, 2);
    const seen = h.add(dense(p, `${name}.attention.out`, mixed.reshape([batch, length, width])));
    const inner = nn.gelu(dense(p, `${name}.inner`, norm(p, `${name}.norm2`, seen.ref)), { approximate: false });
    return seen.add(dense(p, `${name}.outer`, inner));
  };
  return one('f', (p, [x, y]) => {
    let h = np.take(p['f.words.vectors'], x, 0).add(p['f.place']);
    for (let i = 1; i <= depth; i++) h = block(p, `f.${'blocks.'.repeat(i)}transformer_block`, h);
    const scores = dense(p, 'f.out', norm(p, 'f.norm', h));
    return np.mean(np.sum(crossEntropy(y, scores), -1));
  });
};

/** There is no loop to compile, and a thousand steps in one graph are too many: one step is compiled, and called a thousand times. */
const ode = () => {
  const dt = 1 / length;
  const slope = ({ a, b, c }, s) => np.matmul(np.tanh(np.matmul(s, a).add(b)), c);
  const step = jit((p, s) => {
    const k1 = slope(tree.ref(p), s.ref);
    const k2 = slope(tree.ref(p), s.ref.add(k1.ref.mul(dt / 2)));
    const k3 = slope(tree.ref(p), s.ref.add(k2.ref.mul(dt / 2)));
    const k4 = slope(p, s.ref.add(k3.ref.mul(dt)));
    return s.add(
      k1
        .add(k2.mul(2))
        .add(k3.mul(2))
        .add(k4)
        .mul(dt / 6),
    );
  });
  return {
    ...one('f', (p, [x, y]) => {
      const q = { a: p['f.inner.W'], b: p['f.inner.b'], c: p['f.outer.W'] };
      let s = x;
      for (let i = 0; i < length; i++) s = step(tree.ref(q), s);
      tree.dispose(q);
      return np.mean(np.sum(np.square(s.sub(y)), 1));
    }),
    eager: true,
  };
};

const mmd = () => {
  const kernel = (a, b) => np.exp(np.sum(np.square(np.expandDims(a, 1).sub(np.expandDims(b, 0))), 2).mul(-0.5));
  // a point is as near to itself as can be: ones on the diagonal, left out
  const within = (a) =>
    np
      .sum(kernel(a.ref, a))
      .sub(batch)
      .div(batch * (batch - 1));
  return {
    players: [
      {
        owns: ['g'],
        draws: [batch, 2],
        loss: (p, [x], [noise]) => {
          const y = dense(p, 'g.dense2', nn.relu(dense(p, 'g.dense', noise)));
          return within(x.ref)
            .sub(np.mean(kernel(x, y.ref)).mul(2))
            .add(within(y));
        },
      },
    ],
  };
};

const gan = () => {
  const up = (p, name, x) =>
    lax
      .convTranspose(
        x,
        p[`${name}.W`],
        [2, 2],
        [
          [1, 1],
          [1, 1],
        ],
        { transposeKernel: true },
      ) // prettier-ignore
      .add(p[`${name}.b`].reshape([-1, 1, 1]));
  const generate = (p, noise) => {
    const h = nn.relu(dense(p, 'g.dense', noise).reshape([batch, 2 * width, 4, 4]));
    return np.tanh(up(p, 'g.conv_transpose2', nn.relu(up(p, 'g.conv_transpose', h))));
  };
  const judge = (p, x) => {
    const h = nn.leakyRelu(conv(p, 'c.conv2', nn.leakyRelu(conv(p, 'c.conv', x, 2), 0.2), 2), 0.2);
    return dense(p, 'c.dense', h.reshape([batch, -1]));
  };
  const wrong = (scores) => np.mean(nn.softplus(scores));
  return {
    beta1: 0.5,
    players: [
      {
        owns: ['g'],
        draws: [batch, 32],
        rows: false,
        loss: (p, _, [noise]) => wrong(judge(p, generate(p, noise)).mul(-1)),
      },
      {
        owns: ['c'],
        draws: [batch, 32],
        loss: (p, [x], [noise]) => {
          const own = named(p, isOf({ owns: ['c'] }));
          const fake = generate(named(p, isOf({ owns: ['g'] })), noise);
          return wrong(judge(tree.ref(own), x).mul(-1)).add(wrong(judge(own, fake)));
        },
      },
    ],
  };
};

const named = (p, chosen) => Object.fromEntries(Object.entries(p).filter(chosen));
const isOf =
  ({ owns }) =>
  ([name]) =>
    owns.includes(name.split('.')[0]);

/** Layouts: filters [out, in, height, width], images with their channels first, dense layers on both sides of an image to match. */
const laidOut = (name, value) => {
  const x = array(value);
  if (value.shape.length === 4) return np.transpose(x, [3, 2, 0, 1]);
  const image = { cnn: ['f.dense', 7], gan: ['c.dense', 4] }[workload];
  if (image && name === `${image[0]}.W`) {
    const side = image[1];
    const n = value.shape[1];
    return np.transpose(x.reshape([side, side, -1, n]), [2, 0, 1, 3]).reshape([-1, n]);
  }
  if (workload === 'gan' && name.startsWith('g.dense.'))
    return np.moveaxis(x.reshape([-1, 4, 4, 2 * width]), 3, 1).reshape(value.shape);
  return x;
};
const rowsOf = (x) => (x.shape.length === 4 ? np.moveaxis(x, 3, 1) : x);

const open = async () => {
  await init('wasm');
  defaultDevice('wasm');
  const { players, beta1 = 0.9, negated, eager } = { mlp, cnn, vae, rnn, tiny, transformer, ode, mmd, gan }[workload]();
  const all = Object.fromEntries([...reference.parameters].map(([name, x]) => [name, laidOut(name, x)]));
  const adam = (p, m, v, g, first, second) => {
    const one = (name) => {
      const m2 = m[name].mul(beta1).add(g[name].ref.mul(1 - beta1));
      const v2 = v[name].mul(0.999).add(np.square(g[name]).mul(0.001));
      const change = m2.ref.div(first.ref).div(np.sqrt(v2.ref.div(second.ref)).add(1e-8));
      return [p[name].sub(change.mul(1e-3)), m2, v2];
    };
    const names = Object.keys(p);
    const made = names.map(one);
    first.dispose();
    second.dispose();
    return [0, 1, 2].map((k) => Object.fromEntries(names.map((name, i) => [name, made[i][k]])));
  };
  const moving = players.map((player) => {
    const zeros = () => tree.map((x) => np.zeros(x.shape), named(all, isOf(player)));
    const loss = (own, others, rows, noise) => player.loss({ ...own, ...others }, rows, noise);
    const update = (own, others, m, v, first, second, rows, noise) => {
      const [value, g] = valueAndGrad(loss)(tree.ref(own), others, rows, noise);
      return [value, ...(eager ? jitted : adam)(own, m, v, g, first, second)];
    };
    const jitted = jit(adam);
    return { ...player, m: zeros(), v: zeros(), update: eager ? update : jit(update) };
  });
  let steps = 0;
  let last = [];
  let key = random.key(1);
  const fresh = (shape) => {
    const [a, b] = np.unstack(random.split(key), 0);
    key = a;
    return random.normal(b, shape);
  };
  const move = (rows, noiseOf) => {
    steps++;
    tree.dispose(last);
    last = moving.map((player, i) => {
      const own = named(all, isOf(player));
      const others = named(all, (entry) => !isOf(player)(entry));
      const seen = player.rows === false ? [] : tree.ref(rows);
      const powers = [np.array([1 - beta1 ** steps]), np.array([1 - 0.999 ** steps])];
      const [loss, p, m, v] = player.update(
        own,
        tree.ref(others),
        player.m,
        player.v,
        ...powers,
        seen,
        player.draws ? [noiseOf(player.draws, i)] : [],
      );
      Object.assign(all, p);
      Object.assign(player, { m, v });
      return loss;
    });
    tree.dispose(rows);
  };
  const read = async (loss) => (negated ? -1 : 1) * (await loss.ref.data())[0];
  const next = shuffling(data[0].shape[0], batch);
  const held = data.map((leaf) => {
    const dtype = leaf.dtype === 'int32' ? 'int32' : 'float32';
    const values = leaf.dtype === 'bool' ? Float32Array.from(leaf.data) : leaf.data;
    return { dtype, shape: leaf.shape, data: values };
  });
  return {
    facts: {},
    repeat: async () => {
      const found = [];
      for (const step of wanted.keys()) {
        const rows = data.map((_, leaf) => rowsOf(array(tensors.get(`rows:${step}:${leaf}`))));
        move(rows, (_, i) => array(tensors.get(`draw:${step}:${i}`)));
        found.push(await Promise.all(last.map(read)));
      }
      return found;
    },
    step: () => {
      const chosen = next();
      const rows = held.map((leaf) => {
        const into = makeData(leaf.dtype, (batch * leaf.data.length) / leaf.shape[0]);
        gather(leaf, chosen, into);
        return rowsOf(array({ dtype: leaf.dtype, shape: [batch, ...leaf.shape.slice(1)], data: into }));
      });
      move(rows, fresh);
    },
    loss: () => read(last[last.length - 1]),
  };
};

await serve(wanted, open);
