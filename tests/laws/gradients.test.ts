// Gradient = central finite difference, for every operation, and again for the gradient's gradient and its gradient.
// `cases` is total: an operation without an entry does not compile.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../compiler/differentiate.ts';
import * as ir from '../../compiler/ir/build.ts';
import { prepare } from '../../compiler/ir/evaluate.ts';
import type { Node } from '../../compiler/ir/graph.ts';
import { binaryOps, unaryOps, type OpName, type Shape } from '../../compiler/ir/operations.ts';
import { sizeOf } from '../../compiler/ir/shape.ts';
import { gradientRules } from '../../compiler/rules/gradients.ts';
import { tabulate } from '../../compiler/rules/table.ts';

/** Different numbers in (low, high), the same in every run. */
const numbers = (shape: Shape, low = 0.2, high = 0.9, seed = 1): Float64Array =>
  Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
    const u = Math.abs(Math.sin((i + 1) * 12.9898 * seed + seed * 78.233) * 43758.5453) % 1;
    return low + (high - low) * u;
  });

/** Σ weights · x, so that every number of x matters differently. */
const weighed = (x: Node, seed: number): Node =>
  ir.sum(ir.mul(ir.constant({ dtype: 'float32', shape: x.shape, data: numbers(x.shape, -1, 1, seed) }), x));

const close = (a: number, b: number, tolerance: number): boolean =>
  Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));

/** Checks s and, `order` times, its gradient's weighted sum. */
const check = (output: Node, leaves: readonly Node[], values: readonly Float64Array[], order = 3): void => {
  let scalar = output.shape.length === 0 ? output : weighed(output, 3);
  for (let level = 1; level <= order; level++) {
    const found = gradients(scalar, leaves);
    const named = (nodes: readonly Node[]) => nodes.map((node, i) => ({ name: `${i}`, node }));
    const give = (data: readonly Float64Array[]) =>
      data.map((d, i) => ({ dtype: 'float32' as const, shape: leaves[i].shape, data: d }));
    const slopes = prepare({ inputs: leaves, outputs: named(found) })(give(values));
    const value = prepare({ inputs: leaves, outputs: named([scalar]) });
    values.forEach((data, k) =>
      data.forEach((x, i) => {
        const h = 1e-5;
        const at = (y: number) => value(give(values.map((d, j) => (j === k ? d.with(i, y) : d))))[0].data[0];
        const difference = (at(x + h) - at(x - h)) / (2 * h);
        if (!close(slopes[k].data[i], difference, 3e-6))
          throw new Error(`level ${level}, leaf ${k}[${i}]: gradient ${slopes[k].data[i]}, difference ${difference}`);
      }),
    );
    scalar = found.map((g, i) => weighed(g, level + 5 * i + 1)).reduce((a, b) => ir.add(a, b));
  }
};

interface Case {
  readonly shapes: readonly Shape[];
  readonly build: (...leaves: Node[]) => Node;
  readonly range?: readonly [number, number];
}

const unaryCase = (op: (typeof unaryOps)[number]): Case[] => [
  { shapes: [[5]], build: (x) => ir.unary(op, x), ...(op === 'acosh' ? { range: [1.2, 2.5] as const } : {}) },
  ...(['exp', 'abs', 'relu', 'tanh', 'erf', 'softplus', 'sigmoid', 'atan', 'asinh', 'sin'].includes(op)
    ? [{ shapes: [[2, 3]], build: (x: Node) => ir.unary(op, x), range: [-2, 2] as const }]
    : []),
];

const binaryCase = (op: (typeof binaryOps)[number]): Case[] => [
  {
    shapes: [
      [2, 3],
      [2, 3],
    ],
    build: (a, b) => ir.binary(op, a, b),
  },
  {
    shapes: [
      [2, 1, 3],
      [4, 1],
    ],
    build: (a, b) => ir.binary(op, a, b),
  },
  { shapes: [[3], []], build: (a, b) => ir.binary(op, a, b) },
  { shapes: [[3]], build: (a) => ir.binary(op, a, a), range: [0.3, 0.9] },
];

const square2 = ir.windowOf({ size: [4, 5], kernel: [2, 3], padding: 'same' });
const strided = ir.windowOf({ size: [5, 4], kernel: [3, 2], strides: [2, 1], padding: 'same' });
const dilated = ir.windowOf({ size: [5, 4], kernel: [2, 2], dilations: [2, 1], padding: 'valid' });
const index = ir.array([2, 0, 2, 1], [2, 2], 'int32');

/** 'none': the table of gradients says so too. */
const cases: { readonly [K in OpName]: readonly Case[] | 'none' } = {
  input: [{ shapes: [[2, 2]], build: (x) => x }],
  constant: 'none',
  random: 'none',
  derive_key: 'none',
  ...tabulate(unaryOps, unaryCase),
  sign: 'none',
  floor: 'none',
  ceil: 'none',
  round: 'none',
  polygamma: [0, 1, 2].map((n) => ({
    shapes: [[3]],
    build: (x: Node) => ir.polygamma(n, x),
    range: [0.7, 3] as const,
  })),
  ...tabulate(binaryOps, binaryCase),
  eq: 'none',
  ne: 'none',
  lt: 'none',
  le: 'none',
  gt: 'none',
  ge: 'none',
  and: 'none',
  or: 'none',
  not: 'none',
  select: [
    { shapes: [[2, 3], [3]], build: (a, b) => ir.select(ir.gt(a, ir.scalar(0.5)), ir.exp(a), ir.mul(a, b)) },
    { shapes: [[4]], build: (a) => ir.select(ir.gt(a, ir.scalar(0)), ir.log(a), ir.square(a)), range: [-2, 2] },
  ],
  cast: [{ shapes: [[3]], build: (x) => ir.mul(ir.cast(ir.cast(ir.floor(x), 'int32'), 'float32'), x) }],
  // of `stop` alone there is none; with a slope there is that of what moves
  stop: [
    {
      shapes: [[3]],
      build: (x) => {
        const value = ir.square(x);
        return ir.add(ir.pathwise(value, x, ir.mul(ir.scalar(2), ir.sqrt(value))), ir.stop(ir.scalar(1)));
      },
    },
  ],
  reshape: [{ shapes: [[2, 3]], build: (x) => ir.square(ir.reshape(x, [3, 2])) }],
  transpose: [{ shapes: [[2, 3, 2]], build: (x) => ir.exp(ir.transpose(x, [2, 0, 1])) }],
  broadcast: [
    {
      shapes: [[2, 1]],
      build: (x) =>
        ir.exp(ir.mul(ir.broadcastTo(x, [3, 2, 2]), ir.broadcastTo(x, [2, 4, 2, 1]).shape.length === 4 ? x : x)),
    },
  ],
  slice: [
    { shapes: [[5, 4]], build: (x) => ir.square(ir.slice(x, { begin: [1, 0], size: [2, 2], strides: [2, 3] })) },
    { shapes: [[4]], build: (x) => ir.exp(ir.sliceAxis(x, 0, 1, 2)) },
  ],
  pad: [{ shapes: [[3, 2]], build: (x) => ir.exp(ir.pad(x, { before: [1, 0], after: [0, 2], interior: [1, 0] })) }],
  concat: [
    {
      shapes: [
        [2, 2],
        [2, 1],
      ],
      build: (a, b) => ir.square(ir.concat([a, b, ir.exp(a)], 1)),
    },
  ],
  reverse: [{ shapes: [[3, 2]], build: (x) => ir.mul(x, ir.reverse(ir.square(x), [0, 1])) }],
  cumsum: [false, true].flatMap((exclusive) =>
    [false, true].map((reverse) => ({
      shapes: [[3, 2]],
      build: (x: Node) => ir.square(ir.cumsum(ir.exp(x), 0, { exclusive, reverse })),
    })),
  ),
  gather: [{ shapes: [[3, 2]], build: (x) => ir.exp(ir.gather(x, index)) }],
  scatter_add: [{ shapes: [[2, 2, 3]], build: (x) => ir.exp(ir.scatterAdd(x, index, 4)) }],
  unfold: [square2, strided, dilated].map((w, i) => ({
    shapes: [[1, i === 0 ? 4 : 5, i === 0 ? 5 : 4, 1]],
    build: (x: Node) => ir.square(ir.unfold(x, w)),
  })),
  fold: [{ shapes: [[1, 3, 4, 3, 2, 1]], build: (x) => ir.square(ir.fold_(x, strided, [5, 4])) }],
  matmul: [false, true].flatMap((transposeA) =>
    [false, true].flatMap((transposeB): Case[] => {
      const a = transposeA ? [3, 2] : [2, 3];
      const b = transposeB ? [2, 3] : [3, 2];
      const build = (x: Node, y: Node) => ir.matmul(ir.sin(x), y, { transposeA, transposeB });
      return [
        { shapes: [a, b], build },
        { shapes: [[2, ...a], b], build },
        {
          shapes: [
            [2, 1, ...a],
            [1, 2, ...b],
          ],
          build,
        },
      ];
    }),
  ),
  conv: [
    {
      shapes: [
        [1, 4, 5, 2],
        [2, 3, 2, 2],
      ],
      build: (x, f) => ir.conv(x, f, square2),
    },
    {
      shapes: [
        [2, 5, 4, 1],
        [3, 2, 1, 1],
      ],
      build: (x, f) => ir.square(ir.conv(x, f, strided)),
    },
    {
      shapes: [
        [1, 5, 4, 1],
        [2, 2, 1, 1],
      ],
      build: (x, f) => ir.sin(ir.conv(x, f, dilated)),
    },
  ],
  conv_to_input: [
    {
      shapes: [
        [1, 3, 4, 1],
        [3, 2, 2, 1],
      ],
      build: (g, f) => ir.square(ir.convToInput(g, f, strided, [5, 4])),
    },
  ],
  conv_to_filter: [
    {
      shapes: [
        [1, 5, 4, 1],
        [1, 3, 4, 2],
      ],
      build: (x, g) => ir.square(ir.convToFilter(x, g, strided)),
    },
  ],
  sum: [{ shapes: [[2, 3, 2]], build: (x) => ir.square(ir.sum(ir.exp(x), [0, 2])) }],
  prod: [
    { shapes: [[2, 3]], build: (x) => ir.prod(x) },
    { shapes: [[3, 2, 2]], build: (x) => ir.exp(ir.prod(x, [0, 2])) },
  ],
  max_over: [{ shapes: [[3, 4]], build: (x) => ir.exp(ir.maxOver(ir.square(x), [1])) }],
  min_over: [{ shapes: [[3, 4]], build: (x) => ir.exp(ir.minOver(ir.square(x), [0], true)) }],
  argmax: 'none',
  argmin: 'none',
  argsort: 'none',
  one_hot: 'none',
  scan: [
    {
      shapes: [[2], [3, 2], []],
      build: (start, xs, w) => {
        const { carries, results } = ir.loop({ length: 3, carries: [start], sequences: [xs] }, (_, [c], [x]) => {
          const next = ir.tanh(ir.add(ir.mul(c, w), x));
          return { carries: [next], results: [ir.mul(ir.square(next), w)] };
        });
        return ir.add(ir.sum(ir.exp(carries[0])), ir.sum(ir.sin(results[0])));
      },
    },
    {
      // backwards, an integer carry, only results read, a loop inside, captures that are computed
      shapes: [[2], [2, 2]],
      build: (start, xs) => {
        const scaled = ir.exp(start);
        const { results } = ir.loop(
          { length: 2, carries: [start, ir.scalar(0, 'int32')], sequences: [xs], reverse: true },
          (round, [c, count], [x]) => {
            const inner = ir.loop({ length: 2, carries: [c] }, (_, [d]) => ({ carries: [ir.sin(ir.mul(d, scaled))] }));
            const times = ir.cast(ir.add(count, round), 'float32');
            return {
              carries: [inner.carries[0], ir.add(count, ir.scalar(1, 'int32'))],
              results: [ir.add(ir.mul(inner.carries[0], x), times)],
            };
          },
        );
        return ir.square(results[0]);
      },
    },
  ],
  part: [
    {
      shapes: [[2]],
      build: (x) => ir.loop({ length: 2, carries: [x] }, (_, [c]) => ({ carries: [ir.exp(ir.neg(c))] })).carries[0],
    },
  ],
};

describe('the gradient of every operation is its finite difference, to third order', () => {
  for (const op of Object.keys(cases) as OpName[]) {
    const listed = cases[op];
    if (listed === 'none') {
      it(`${op} has none`, () => expect(gradientRules[op as 'floor']).toBe('none'));
      continue;
    }
    it(op, () => {
      for (const { shapes, build, range = [0.2, 0.9] } of listed) {
        const leaves = shapes.map((shape, i) => ir.input(`x${i}`, 'float32', shape));
        const values = shapes.map((shape, i) => numbers(shape, range[0], range[1], i + 1));
        check(build(...leaves), leaves, values);
      }
    });
  }
});
