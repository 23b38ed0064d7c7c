/**
 * The engines over onnxruntime: every operation against the oracle, random programs, learning curves, draws in and out of loops, small
 * numbers kept small, memory flat, the same bits every time. Skipped where onnxruntime-node is not installed.
 */
import { describe, expect, it } from 'vitest';
import { gradients } from '../compiler/differentiate.ts';
import * as b from '../compiler/ir/build.ts';
import { evaluate } from '../compiler/ir/evaluate.ts';
import type { Graph, Node } from '../compiler/ir/graph.ts';
import { unaryOps, type ArrayValue, type OpName, type UnaryOp, type Window } from '../compiler/ir/operations.ts';
import { optimise } from '../compiler/passes/index.ts';
import { plan } from '../compiler/plan.ts';
import { openEngine } from '../runtime/engines/choose.ts';
import type { Buffer, Engine } from '../runtime/engines/engine.ts';
import { openOracle } from '../runtime/engines/oracle.ts';
import { cases, floats, ints, type Case } from './engines-cases.ts';
import { difference, graphOf, runOn, traceOn } from './engines-compare.ts';
import { perceptron, randomGraph, startOf } from './engines-programs.ts';

/** What is different from the oracle, in words. */
const compare = async (engine: Engine, one: Case, where: string, tolerance = 2e-5): Promise<string[]> => {
  const graph = graphOf(one);
  const expected = evaluate(graph, one.inputs, { precision: 'float32' });
  try {
    const seen = await runOn(engine, graph, one.inputs);
    return expected.flatMap((value, i) => {
      const text = difference(seen[i], value, tolerance);
      return text ? [`${where} output ${i}: ${text}`] : [];
    });
  } catch (error) {
    return [`${where}: ${String(error)}`];
  }
};

/** Steps that feed their outputs back; what `read` makes of each, and all values at the end. */
const train = async (engine: Engine, graph: Graph, steps: number, afterStep: () => void = () => {}) => {
  const step = engine.load(plan(optimise(engine.legalise(graph))));
  const [x, labels, ...start] = startOf(graph).map(engine.upload);
  let state: Buffer[] = start;
  const losses: number[] = [];
  for (let k = 0; k < steps; k++) {
    const [loss, ...next] = step.run([x, labels, ...state]);
    state.forEach(engine.release);
    state = next;
    losses.push((await engine.download(loss)).data[0]);
    engine.release(loss);
    afterStep();
  }
  const end = await Promise.all(state.map(engine.download));
  [x, labels, ...state].forEach(engine.release);
  step.dispose();
  return { losses, end };
};

/** Bytes, so that NaN is equal to itself and -0 is not 0. */
const sameBits = (x: ArrayValue['data'], y: ArrayValue['data']): boolean =>
  new Uint8Array(x.buffer).join() === new Uint8Array(y.buffer).join();

const key = (p: number, q: number): ArrayValue => ({ dtype: 'int32', shape: [2], data: Int32Array.of(p, q) });

/** Keys of rounds, keys that a loop carries, keys in loops in loops. */
const drawing: { readonly [name: string]: Case } = {
  'from the round': {
    inputs: [key(3, 4), floats([3])],
    build: ([k, start]) => {
      const { carries, results } = b.loop({ length: 5, carries: [start] }, (round, [s]) => {
        const noise = b.random('normal', [3], 2, b.deriveKey(k, round));
        return { carries: [b.tanh(b.add(s, noise))], results: [b.add(noise, s)] };
      });
      return [...carries, ...results];
    },
  },
  'backwards, two laws': {
    inputs: [key(9, -4), floats([4, 2])],
    build: ([k, xs]) =>
      b.loop({ length: 4, carries: [b.full(0, [2])], sequences: [xs], reverse: true }, (round, [s], [x]) => {
        const inner = b.deriveKey(k, b.add(round, b.scalar(7, 'int32')));
        const next = b.add(b.mul(s, b.random('uniform', [2], 1, inner)), b.mul(x, b.random('normal', [2], 1, inner)));
        return { carries: [next], results: [next] };
      }).results,
  },
  'of which some are for nobody': {
    inputs: [key(3, 4)],
    build: ([k]) => {
      const { results } = b.loop({ length: 3, carries: [] }, (round) => {
        const own = b.deriveKey(k, round);
        return { carries: [], results: [b.random('normal', [4], 1, own), b.random('uniform', [2], 2, own)] };
      });
      return [results[1]];
    },
  },
  'from a key that is carried': {
    inputs: [key(1, 2), floats([3])],
    build: ([k, start]) =>
      b.loop({ length: 4, carries: [k, start] }, (_, [own, s]) => ({
        carries: [b.deriveKey(own, b.scalar(1, 'int32')), b.add(s, b.random('normal', [3], 5, own))],
      })).carries,
  },
  'from a number that is computed': {
    inputs: [key(1, 2), floats([20])],
    build: ([k, x]) => b.random('uniform', [7], 5, b.deriveKey(k, b.argmax(x, 0))),
  },
  'in a loop in a loop': {
    inputs: [key(1, 2), floats([2])],
    build: ([k, start]) =>
      b.loop({ length: 3, carries: [start] }, (round, [s]) => {
        const own = b.deriveKey(k, round);
        return {
          carries: b.loop({ length: 2, carries: [s] }, (turn, [t]) => ({
            carries: [b.tanh(b.add(t, b.random('normal', [2], 3, b.deriveKey(own, turn))))],
          })).carries,
        };
      }).carries,
  },
};

/** Where a number near zero has its digits in its exponent: not the numbers, but their relative error. */
const fine: { readonly [K in UnaryOp]?: readonly number[] } = {
  expm1: [1e-7, -1e-5, 1e-3, -0.3, 0.6],
  log1p: [1e-7, -1e-5, 1e-3, -0.3, 5, 1e10],
  softplus: [-5, -15, -40, -80, 3, 90],
  erf: [1e-6, 1e-3, 0.1],
  tanh: [1e-6, 1e-3, 0.1],
  sigmoid: [-10, -30, -80],
  asinh: [1e-6, -1e-3],
  atanh: [1e-6, -1e-3],
  sinh: [1e-6, -1e-3],
  lgamma: [1e-3, 0.3, 3.5, 40, 1e5, 1e30, -0.5, -3.7, 0, -2, Infinity],
};

/** Large enough for onnxruntime to multiply: every way of reading, batches, parts of arrays, convolutions. */
const large: { readonly [name: string]: Case } = {
  ...Object.fromEntries(
    [false, true].flatMap((transposeA) =>
      [false, true].map((transposeB): [string, Case] => [
        `large products, transposed ${transposeA} ${transposeB}`,
        {
          inputs: [floats(transposeA ? [90, 70] : [70, 90], -1, 1), floats(transposeB ? [80, 90] : [90, 80], -1, 1, 2)],
          build: ([x, y]) => b.matmul(x, y, { transposeA, transposeB }),
        },
      ]),
    ),
  ),
  'large products of batches': {
    inputs: [floats([2, 1, 80, 90], -1, 1), floats([3, 90, 70], -1, 1, 2)],
    build: ([x, y]) => b.matmul(x, y),
  },
  'large products of batches, transposed': {
    inputs: [floats([6, 40, 50], -1, 1), floats([6, 60, 50], -1, 1, 2)],
    build: ([x, y]) => [
      b.matmul(x, y, { transposeB: true }),
      b.matmul(b.transpose(x, [0, 2, 1]), b.transpose(y, [0, 2, 1]), { transposeA: true }),
      b.matmul(x, b.matmul(y, x, { transposeB: true }), { transposeA: true, transposeB: true }),
    ],
  },
  'large products of batches with gaps': {
    inputs: [floats([4, 40, 3, 50], -1, 1), floats([60, 50], -1, 1, 2)],
    build: ([x, y]) => [
      b.matmul(b.transpose(x, [0, 2, 1, 3]), y, { transposeB: true }),
      b.matmul(y, b.reshape(x, [4, 3, 50, 40])),
    ],
  },
  'large products of parts': {
    inputs: [floats([100, 120], -1, 1), floats([90, 100], -1, 1, 2)],
    build: ([x, y]) =>
      b.matmul(b.slice(x, { begin: [5, 10], size: [80, 90] }), b.slice(y, { begin: [0, 7], size: [90, 80] })),
  },
  'large products in a loop': {
    inputs: [floats([80, 80], -0.1, 0.1), floats([3, 80, 80], -1, 1, 2)],
    build: ([w, xs]) => {
      const { carries, results } = b.loop(
        { length: 3, carries: [b.full(0, [80, 80])], sequences: [xs] },
        (_, [s], [x]) => {
          const next = b.tanh(b.add(b.matmul(s, w), x));
          return { carries: [next], results: [b.matmul(x, next, { transposeA: true })] };
        },
      );
      return [...carries, ...results];
    },
  },
  'large convolutions': {
    inputs: [floats([4, 14, 14, 8], -1, 1), floats([3, 3, 8, 16], -1, 1, 2), floats([4, 14, 14, 16], -1, 1, 3)],
    build: ([x, filter, g]) => {
      const window: Window = { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], padding: [[1, 1], [1, 1]] }; // prettier-ignore
      return [b.conv(x, filter, window), b.convToFilter(x, g, window), b.convToInput(g, filter, window, [14, 14])];
    },
  },
};

const edges: { readonly [name: string]: Case } = {
  'division of whole numbers by zero and minus one': {
    inputs: [
      { dtype: 'int32', shape: [4], data: Int32Array.of(7, -7, -2147483648, 5) },
      { dtype: 'int32', shape: [4], data: Int32Array.of(0, -1, -1, -2) },
    ],
    build: ([x, y]) => [b.div(x, y), b.mod(x, y)],
  },
  'polygamma left of zero': {
    inputs: [{ dtype: 'float32', shape: [5], data: Float32Array.of(-0.5, -3.25, -7.5, -1, 0) }],
    build: ([x]) => [0, 1, 2].map((order) => b.polygamma(order, x)),
  },
  'angles on the axes': {
    inputs: [
      { dtype: 'float32', shape: [7, 1], data: Float32Array.of(0, 1, -1, 3, -3, Infinity, -Infinity) },
      { dtype: 'float32', shape: [6], data: Float32Array.of(0, 1, -1, 2, Infinity, -Infinity) },
    ],
    build: ([y, x]) => b.atan2(y, x),
  },
  'empty arrays': {
    inputs: [floats([0, 3]), floats([2, 3])],
    build: ([none, some]) => [
      b.concat([none, some], 0),
      b.sum(none, [0]),
      b.maxOver(none, [0]),
      b.matmul(none, some, { transposeB: true }),
      b.matmul(b.transpose(none, [1, 0]), none),
      b.pad(none, { before: [2, 0], after: [0, 0] }),
    ],
  },
  'a loop of no rounds': {
    inputs: [floats([2]), floats([0, 2])],
    build: ([start, xs]) => {
      const { carries, results } = b.loop({ length: 0, carries: [start], sequences: [xs] }, (_, [s], [x]) => ({
        carries: [b.add(s, x)],
        results: [b.mul(s, x)],
      }));
      return [...carries, ...results];
    },
  },
  'inputs, constants and equal values as results, of loops too': {
    inputs: [floats([2]), floats([3, 2])],
    build: ([start, xs]) => {
      const one = b.array([1, 2]);
      const { carries, results } = b.loop(
        { length: 3, carries: [start, start], sequences: [xs] },
        (_, [s, t], [x]) => ({
          carries: [s, b.stop(x)],
          results: [one, x, x, s, b.add(t, start), start],
        }),
      );
      return [start, start, one, one, b.stop(start), ...carries, ...results];
    },
  },
  'rows far from each other': {
    inputs: [floats([3, 1, 4, 2]), ints([5], 0, 3)],
    build: ([x, i]) => b.scatterAdd(b.gather(x, i), i, 3),
  },
};

const sessions = await Promise.all(
  (['native', 'onnx'] as const).map(async (name) => ({ name, opened: await openEngine(name) })),
);

describe.each(sessions)('$name', ({ name: engineName, opened }) => {
  if ('failed' in opened) return it.skip(`does not start here: ${opened.failed}`, () => {});
  const { engine } = opened;
  const leavesNothing = (): void => expect(engine.memory()).toMatchObject({ buffers: 0, bytes: 0 });

  for (const op of Object.keys(cases) as OpName[]) {
    it(`${op} agrees with the oracle`, async () => {
      const wrong: string[] = [];
      for (const [index, one] of cases[op].entries()) wrong.push(...(await compare(engine, one, `${op} #${index}`)));
      expect(wrong).toEqual([]);
      leavesNothing();
    });
  }

  for (const op of unaryOps.filter((name) => fine[name])) {
    it(`${op} keeps its digits`, async () => {
      const given = fine[op] as readonly number[];
      const build = ([x]: readonly Node[]) => b.unary(op, x);
      const graph = graphOf({ inputs: [floats([given.length])], build });
      const inputs: ArrayValue[] = [{ dtype: 'float32', shape: [given.length], data: Float32Array.from(given) }];
      const [expected] = evaluate(graph, inputs, { precision: 'float32' });
      const [seen] = await runOn(engine, graph, inputs);
      const wrong = given.filter((_, i) => {
        const [x, y] = [seen.data[i], expected.data[i]];
        return !(x === y || Math.abs(x - y) <= 5e-6 * Math.abs(y));
      });
      expect(wrong, `${seen.data.join()} for ${expected.data.join()}`).toEqual([]);
    });
  }

  for (const [name, one] of Object.entries({ ...edges, ...large }))
    it(name, async () => {
      expect(await compare(engine, one, name)).toEqual([]);
      leavesNothing();
    });

  for (const [name, one] of Object.entries(drawing))
    it(`draws the oracle's numbers ${name}`, async () => {
      expect(await compare(engine, one, name)).toEqual([]);
      leavesNothing();
    });

  it.runIf(engineName === 'onnx')('draws of rounds leave the loop', () => {
    const graph = engine.legalise(graphOf(drawing['from the round']));
    const loops = plan(graph).instructions.filter(({ operation }) => operation.op === 'scan');
    expect(loops).toHaveLength(2);
    const draws = loops.map(({ body }) => body?.instructions.some(({ operation }) => operation.op === 'random'));
    expect(draws.filter(Boolean)).toHaveLength(1);
  });

  it('random programs mean what the oracle says', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { graph, inputs } = randomGraph(seed, 25);
      const wanted = evaluate(graph, inputs, { precision: 'float32' });
      const seen = await runOn(engine, graph, inputs);
      wanted.forEach((value, i) =>
        expect(difference(seen[i], value, 2e-4), `seed ${seed}, output ${i}`).toBe(undefined),
      );
    }
    leavesNothing();
  });

  it.each([1, 2])('gradients of order %i of random programs mean what the oracle says', async (order) => {
    for (let seed = 1; seed <= 12; seed++) {
      const { graph, inputs } = randomGraph(seed + 100 * order, order === 1 ? 14 : 9);
      let total = graph.outputs.map(({ node }) => b.sum(node)).reduce((s, x) => b.add(s, x));
      let slopes: Node[] = [];
      for (let k = 0; k < order; k++) {
        slopes = gradients(total, graph.inputs);
        total = slopes.map((g) => b.sum(b.square(g))).reduce((s, x) => b.add(s, x));
      }
      const sloped = optimise({ inputs: graph.inputs, outputs: slopes.map((node, i) => ({ name: `g${i}`, node })) });
      const wanted = evaluate(sloped, inputs, { precision: 'float32' });
      const seen = await runOn(engine, sloped, inputs);
      wanted.forEach((value, i) => {
        const largest = Math.max(1, ...Array.from(value.data, Math.abs));
        expect(difference(seen[i], value, 2e-4 * largest), `seed ${seed}, output ${i}`).toBe(undefined);
      });
    }
    leavesNothing();
  });

  it('a perceptron learns along the same curve', async () => {
    const graph = perceptron([8, 16, 12, 3], 12, 'adam');
    const expected = await train(openOracle(), graph, 30);
    const seen = await train(engine, graph, 30);
    seen.losses.forEach((loss, k) => expect(loss, `step ${k}`).toBeCloseTo(expected.losses[k], 3));
    expect(expected.losses[29]).toBeLessThan(expected.losses[0] * 0.7);
  });

  it('the same bits every time', async () => {
    const graph = perceptron([64, 96, 48, 3], 32, 'adam');
    const [first, second] = [await train(engine, graph, 40), await train(engine, graph, 40)];
    expect(second.losses).toEqual(first.losses);
    first.end.forEach(({ data }, i) => expect(sameBits(data, second.end[i].data)).toBe(true)); // prettier-ignore
  });

  it('memory is flat over 1000 steps', async () => {
    const seen = new Set<string>();
    await train(engine, perceptron([8, 16, 12, 3], 12, 'adam'), 1000, () => seen.add(JSON.stringify(engine.memory())));
    expect([...seen]).toHaveLength(1);
    leavesNothing();
  });

  it('a trace shows every instruction, and leaves nothing', async () => {
    const { graph, inputs } = randomGraph(5, 12);
    const { shown, slots, last } = await traceOn(engine, graph, inputs);
    expect(shown.length).toBe(slots.length);
    const [expected] = evaluate(graph, inputs, { precision: 'float32' });
    expect(difference(shown[slots.indexOf(last)], expected, 2e-4)).toBe(undefined);
    leavesNothing();
  });
});
