/**
 * The engine whose kernels are written for each plan: sizes that fill no vector or block, views of every kind, fused loops, memory that
 * is reused, and the same bits every time.
 */
import { describe, expect, it } from 'vitest';
import { startOf, workloads } from '../bench/steps.ts';
import * as b from '../compiler/ir/build.ts';
import { evaluate } from '../compiler/ir/evaluate.ts';
import type { Graph, Node } from '../compiler/ir/graph.ts';
import { reductionOps, type ArrayValue, type Shape } from '../compiler/ir/operations.ts';
import { optimise } from '../compiler/passes/index.ts';
import { plan } from '../compiler/plan.ts';
import type { Engine } from '../runtime/engines/engine.ts';
import { openWasm } from '../runtime/engines/wasm/engine.ts';
import { fuse } from '../runtime/engines/wasm/fuse.ts';
import { layoutOf } from '../runtime/engines/wasm/layout.ts';
import { lower } from '../runtime/engines/wasm/lower.ts';
import { openMemory, slack } from '../runtime/engines/wasm/memory.ts';
import { prepare } from '../runtime/engines/wasm/prepare.ts';
import { bools, floats, ints } from './engines-cases.ts';
import { difference, runOn } from './engines-compare.ts';

const opened = await openWasm();
if ('failed' in opened) throw new Error(opened.failed);
const engine: Engine = opened;

const graphOf = (values: readonly ArrayValue[], build: (nodes: Node[]) => Node[]): Graph => {
  const nodes = values.map(({ dtype, shape }, i) => b.input(`x${i}`, dtype, shape));
  return { inputs: nodes, outputs: build(nodes).map((node, i) => ({ name: `y${i}`, node })) };
};

const check = async (
  values: readonly ArrayValue[],
  build: (nodes: Node[]) => Node[],
  tolerance = 2e-5,
): Promise<void> => {
  const graph = graphOf(values, build);
  const wanted = evaluate(graph, values, { precision: 'float32' });
  const seen = await runOn(engine, graph, values);
  wanted.forEach((value, i) => {
    const what = `output ${i} of ${values.map(({ shape }) => `[${shape}]`).join(' ')}`;
    expect(difference(seen[i], value, tolerance), what).toBe(undefined);
  });
  expect(engine.memory()).toMatchObject({ buffers: 0, bytes: 0 });
};

let state = 12345;
const draw = (n: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) | 0;
  return ((state >>> 8) % 65536) % n;
};

describe('products', () => {
  const sizes = [1, 2, 5, 6, 7, 8, 9, 13, 40];
  it('of all small sizes, each side turned or not', async () => {
    for (const m of sizes)
      for (const n of sizes) {
        const k = sizes[(m + n) % sizes.length];
        await check(
          [floats([m, k]), floats([k, n], -2, 2, 2), floats([k, m], -2, 2, 3), floats([n, k], -2, 2, 4)],
          ([a, c, at, ct]) => [
            b.matmul(a, c),
            b.matmul(at, c, { transposeA: true }),
            b.matmul(a, ct, { transposeB: true }),
            b.matmul(at, ct, { transposeA: true, transposeB: true }),
          ],
        );
      }
  });
  it.each([
    [200, 400, 24],
    [7, 900, 530],
    [193, 385, 1],
    [3, 2, 1100],
  ])('over the edges of blocks: %i x %i x %i', async (m, k, n) => {
    const scale = 1 / Math.sqrt(k);
    await check([floats([m, k], -scale, scale), floats([k, n], -1, 1, 2), floats([n, k], -1, 1, 3)], ([a, c, ct]) => [
      b.matmul(a, c),
      b.matmul(a, ct, { transposeB: true }),
    ]);
  });
  it('of batches, slices and copies without writing them out', async () => {
    await check([floats([3, 9, 10]), floats([10, 5], -2, 2, 2), floats([20, 12], -2, 2, 3)], ([x, w, y]) => [
      b.matmul(x, b.reshape(w, [1, 10, 5])),
      b.matmul(b.slice(y, { begin: [2, 1], size: [6, 10] }), w),
      b.matmul(b.slice(y, { begin: [0, 0], size: [10, 10], strides: [2, 1] }), w),
      b.matmul(b.transpose(b.slice(y, { begin: [3, 2], size: [10, 7] }), [1, 0]), w),
      b.matmul(b.reverse(w, [0]), b.transpose(w, [1, 0])),
      b.matmul(b.broadcastTo(b.sliceAxis(y, 0, 0, 1), [4, 12]), y, { transposeB: true }),
    ]);
  });
});

describe('loops over numbers', () => {
  it('of any size and rank, read by any strides', async () => {
    for (let round = 0; round < 60; round++) {
      const shape: Shape = Array.from({ length: 1 + draw(4) }, () => [1, 2, 3, 4, 5, 8, 17, 33][draw(8)]);
      const part = shape.map((n) => (draw(3) === 0 ? 1 : n)).slice(draw(shape.length));
      await check([floats(shape), floats(part, -2, 2, 2), bools(shape), ints(part, -3, 9)], ([x, y, c, i]) => {
        const turned = b.reverse(x, [draw(shape.length)]);
        const swapped = b.transpose(x, [...shape.keys()].reverse());
        return [
          b.add(b.mul(x, y), turned),
          b.select(b.and(c, b.lt(x, y)), x, b.sub(turned, y)),
          b.tanh(b.mul(swapped, swapped)),
          b.mul(i, b.cast(b.or(c, b.lt(i, b.scalar(2, 'int32'))), 'int32')),
          b.not(b.eq(i, b.scalar(1, 'int32'))),
          b.concat([x, b.exp(x), turned], draw(shape.length)),
        ];
      });
    }
  });

  it('that add up over any axes, with what is added computed on the way', async () => {
    for (let round = 0; round < 80; round++) {
      const shape: Shape = Array.from({ length: 1 + draw(4) }, () => [1, 2, 3, 5, 8, 16, 35, 70][draw(8)]);
      if (shape.reduce((p, n) => p * n, 1) > 60_000) continue;
      const axes = shape.map((_, i) => i).filter(() => draw(2) === 0);
      const op = reductionOps[draw(4)];
      const column = shape.map((n, i) => (i === 0 ? n : 1));
      const [low, high] = op === 'prod' ? [0.95, 1.05] : [-1, 1];
      await check([floats(shape, low, high), floats(column, low, high, 2), ints(shape, -2, 3)], ([x, y, i]) => [
        b.reduce(op, b.mul(x, y), axes),
        b.reduce('sum', b.square(b.sub(x, y)), axes),
        b.reduce(op === 'prod' ? 'max_over' : op, i, axes),
        b.reduce('max_over', b.transpose(x, [...shape.keys()].reverse()), axes),
        b.exp(b.neg(x)),
      ], 1e-4); // prettier-ignore
    }
  });

  it('share what they read, and write only what others want', () => {
    const graph = graphOf([floats([4, 6]), floats([6])], ([x, y]) => {
      const h = b.tanh(b.add(x, y));
      return [b.mul(h, h), b.sum(b.mul(h, x), [0])];
    });
    const kernels = fuse(lower(plan(graph), true));
    expect(kernels).toHaveLength(1);
    const [kernel] = kernels;
    if (kernel.kind !== 'fused') throw new Error('not fused');
    expect([kernel.loads.length, kernel.stores.length, kernel.reductions.length]).toEqual([2, 1, 1]);
  });

  it('have the limits of exponentials, and what several share of one number', async () => {
    const x: ArrayValue = {
      dtype: 'float32',
      shape: [4, 5],
      data: Float32Array.of(NaN, Infinity, -Infinity, -1e30, -1e9, -200, -104, -88, -50, -1e-8, 0, -0, 1e-30, 0.3, 17, 50, 88.7, 89, 100, 1e30), // prettier-ignore
    };
    await check([x], ([v]) => [
      b.exp(v),
      b.sub(b.softplus(v), b.sigmoid(v)),
      b.mul(b.sigmoid(b.neg(v)), b.exp(b.neg(b.abs_(v)))),
      b.expm1(b.minimum(v, b.scalar(80))),
      b.erf(v),
    ]);
  });

  it('run apart where something has to happen in between', async () => {
    await check([floats([5, 7])], ([x]) => {
      const e = b.exp(b.sub(x, b.maxOver(x, [1], true)));
      const p = b.div(e, b.sum(e, [1], true));
      return [p, b.matmul(p, e, { transposeB: true }), b.add(p, b.mul(b.sum(b.mul(p, p), [1], true), e))];
    });
  });

  it('in any tangle of products and sums run after what they need', async () => {
    for (let round = 0; round < 120; round++) {
      await check([floats([4, 4], -1, 1, round), floats([4, 4], -1, 1, round + 1)], (inputs) => {
        const pool = [...inputs];
        const pick = (): Node => pool[Math.max(0, pool.length - 1 - draw(12))];
        for (let i = 0; i < 40; i++) {
          const made = [
            () => b.mul(b.add(pick(), pick()), b.scalar(0.5)),
            () => b.tanh(pick()),
            () => b.mul(pick(), pick()),
            () => b.mul(b.matmul(pick(), pick()), b.scalar(0.25)),
            () => b.sub(pick(), b.mean_(pick(), [draw(2)], true)),
          ][draw(5)]();
          pool.push(made);
        }
        return pool.slice(-5);
      }, 1e-4); // prettier-ignore
    }
  });

  it('of Adam are one for each parameter', () => {
    const kernels = fuse(lower(plan(optimise(workloads.tiny())), true));
    const updates = kernels.filter((k) => k.kind === 'fused' && k.stores.length === 3);
    expect(updates).toHaveLength(6);
  });
});

describe('loops of rounds', () => {
  it.each([0, 1, 2, 7])('of %i rounds, both ways, with stacks of every type', async (length) => {
    for (const reverse of [false, true])
      await check([floats([5]), floats([length, 5]), bools([length, 3]), ints([length, 2])], ([h, xs, cs, is]) => {
        const { carries, results } = b.loop(
          { length, carries: [h, b.zerosLike(h), b.scalar(0, 'int32')], sequences: [xs, cs, is], reverse },
          (round, [s, t, n], [x, c, i]) => ({
            carries: [b.tanh(b.add(s, x)), s, b.add(n, round)],
            results: [b.not(c), b.add(i, round), t, x, b.sum(b.mul(x, s)), b.cast(c, 'float32')],
          }),
        );
        return [...carries, ...results];
      });
  });
});

describe('images', () => {
  it('with windows that hang over the edges, in strides, many channels and few', async () => {
    for (const [h, w, c, k, kernel, strides, padding] of [
      [5, 6, 1, 3, [3, 3], [1, 1], 'same'],
      [9, 4, 5, 2, [3, 5], [2, 2], 'same'],
      [8, 8, 36, 4, [2, 2], [2, 2], 'valid'],
      [7, 7, 3, 9, [1, 1], [1, 1], 'same'],
      [6, 5, 2, 3, [5, 5], [1, 2], 'same'],
    ] as const) {
      const window = b.windowOf({ size: [h, w], kernel, strides, padding });
      const out = b.conv(
        b.input('x', 'float32', [3, h, w, c]),
        b.input('f', 'float32', [...kernel, c, k]),
        window,
      ).shape;
      await check([floats([3, h, w, c]), floats([...kernel, c, k], -1, 1, 2), floats(out, -1, 1, 3)], ([x, f, g]) => [
        b.conv(x, f, window),
        b.convToInput(g, f, window, [h, w]),
        b.convToFilter(x, g, window),
        b.fold_(b.unfold(x, window), window, [h, w]),
      ], 1e-4); // prettier-ignore
    }
  });
});

describe('rows chosen by integers', () => {
  it('of every width', async () => {
    for (const width of [1, 2, 3, 4, 5, 31, 64, 127, 128, 129, 200]) {
      const index = ints([3, 4], 0, 6);
      const values = [floats([6, width]), floats([3, 4, width], -1, 1, 2), index, ints([6, width], -9, 9)];
      await check(values, ([x, updates, i, whole]) => [
        b.gather(x, i),
        b.gather(whole, i),
        b.scatterAdd(updates, i, 7),
        b.oneHot(i, width),
      ]);
    }
  });

  it('in a loop that runs backwards, without touching the rounds beside', async () => {
    await check([floats([5, 3]), ints([4, 2], 0, 5)], ([x, i]) => {
      const { results } = b.loop({ length: 4, carries: [], sequences: [i], reverse: true }, (_, __, [at]) => ({
        carries: [],
        results: [b.gather(x, at), b.scatterAdd(b.gather(x, at), at, 5), b.oneHot(at, 5)],
      }));
      return results;
    });
  });

  it('out of range is an error that says so', async () => {
    const own = await openWasm();
    if ('failed' in own) throw new Error(own.failed);
    const wrong: ArrayValue = { dtype: 'int32', shape: [2], data: Int32Array.of(1, -4) };
    for (const [build, message] of [
      [([x, i]: Node[]) => b.gather(x, i), 'gather of row -4 out of 4'],
      [
        ([x, i]: Node[]) => b.scatterAdd(b.slice(x, { begin: [0, 0], size: [2, 3] }), i, 4),
        'scatter_add to row -4 out of 4',
      ],
    ] as const) {
      const graph = graphOf([floats([4, 3]), wrong], (nodes) => [build(nodes)]);
      await expect(runOn(own, graph, [floats([4, 3]), wrong])).rejects.toThrow(message);
    }
  });
});

describe('memory', () => {
  it('is never handed out twice, and is whole again at the end', () => {
    const memory = openMemory();
    const held: { address: number; bytes: number }[] = [];
    const whole = memory.take(900_000);
    memory.give(whole);
    for (let i = 0; i < 3000; i++) {
      if (held.length > 0 && draw(2) === 0) memory.give(held.splice(draw(held.length), 1)[0].address);
      else {
        const bytes = draw(3000);
        const address = memory.take(bytes);
        for (const other of held)
          expect(address + bytes + slack <= other.address || other.address + other.bytes + slack <= address).toBe(true);
        held.push({ address, bytes });
      }
    }
    held.forEach(({ address }) => memory.give(address));
    expect(memory.take(900_000)).toBe(whole);
    expect(() => memory.give(12)).toThrow('internal');
  });

  it('of values that are alive together does not overlap, and ends in spare memory before that is written', () => {
    let lent = 0;
    for (let round = 0; round < 30; round++) {
      const lifetimes = Array.from({ length: 40 }, () => {
        const first = draw(30);
        return { bytes: draw(500), first, last: first + draw(8), anywhere: draw(3) > 0 };
      });
      const spare = Array.from({ length: 5 }, () => ({ bytes: draw(700), until: draw(38) }));
      const { offsets, spares, bytes } = layoutOf(lifetimes, spare);
      lifetimes.forEach((x, i) => {
        const host = spare[spares[i]] as (typeof spare)[number] | undefined;
        const room = Math.ceil(((host?.bytes ?? bytes - slack) + slack) / 16) * 16;
        expect(offsets[i] + x.bytes + slack).toBeLessThanOrEqual(room);
        if (host) {
          lent++;
          expect(x.anywhere).toBe(true);
          expect(x.last).toBeLessThan(host.until);
        }
        lifetimes.slice(0, i).forEach((y, j) => {
          const together = x.first <= y.last && y.first <= x.last && spares[i] === spares[j];
          const apart = offsets[i] + x.bytes + slack <= offsets[j] || offsets[j] + y.bytes + slack <= offsets[i];
          if (together) expect(apart).toBe(true);
        });
      });
    }
    expect(lent).toBeGreaterThan(100);
  });
});

describe('a step', () => {
  it.each(['tiny', 'vae', 'rnn'] as const)(
    'of %s gives the same bits every time, on every engine of the kind',
    async (name) => {
      const graph = optimise(workloads[name]());
      const again = await openWasm();
      if ('failed' in again) throw new Error(again.failed);
      const start = startOf(graph);
      const runs = [
        await runOn(engine, graph, start),
        await runOn(engine, graph, start),
        await runOn(again, graph, start),
      ];
      const bits = runs.map((values) =>
        values.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')),
      );
      expect(bits[1]).toEqual(bits[0]);
      expect(bits[2]).toEqual(bits[0]);
    },
  );

  it('writes a result over what is read for the last time, if it is read in the same order', async () => {
    const values = [floats([6, 8]), floats([8, 8], -1, 1, 2)];
    const chain =
      (turned: boolean) =>
      ([x, w]: Node[]): Node[] => {
        const y = b.matmul(x, w);
        return [b.matmul(b.mul(b.exp(turned ? b.reverse(y, [1]) : y), b.sum(y, [1], true)), w), b.sum(y)];
      };
    for (const turned of [false, true]) {
      const { kernels, offsets, within } = prepare(plan(graphOf(values, chain(turned))), true);
      const places = kernels.flatMap((kernel) => (kernel.kind === 'product' ? [kernel.args[0], kernel.target] : []));
      const of = (i: number): string => `${offsets[places[i].place]} in ${within[places[i].place]}`;
      // the first product's result, and what the second one reads
      expect(of(2) === of(1)).toBe(!turned);
      await check(values, chain(turned), 1e-3);
    }
  });

  it('hands out inputs, constants and one value twice without mixing them up', async () => {
    await check([floats([3])], ([x]) => {
      const y = b.exp(x);
      return [x, y, b.array([1, 2]), y, b.reshape(y, [3, 1]), b.sliceAxis(y, 0, 1, 2), x, b.scalar(5)];
    });
  });

  it('says when a buffer is released twice', () => {
    const buffer = engine.upload(floats([2]));
    engine.release(buffer);
    expect(() => engine.release(buffer)).toThrow('internal');
  });
});
