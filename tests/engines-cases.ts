/**
 * Cases for every operation: shapes, broadcasting, ranks up to 6, dtypes, and the corners (NaN, infinities, ties, signs) in which engines differ.
 */
import * as b from '../compiler/ir/build.ts';
import type { Node } from '../compiler/ir/graph.ts';
import {
  binaryOps,
  comparisonOps,
  logicalOps,
  reductionOps,
  unaryOps,
  type ArrayValue,
  type BinaryOp,
  type ComparisonOp,
  type DType,
  type LogicalOp,
  type OpName,
  type ReductionOp,
  type Shape,
  type UnaryOp,
  type Window,
} from '../compiler/ir/operations.ts';
import { sizeOf } from '../compiler/ir/shape.ts';
import { tabulate } from '../compiler/rules/table.ts';

export interface Case {
  readonly inputs: readonly ArrayValue[];
  readonly build: (nodes: readonly Node[]) => Node | readonly Node[];
}

/** A reproducible number in [0, 1) for each index. */
const noise = (i: number): number => {
  const x = Math.sin(i * 12.9898 + 78.233) * 43758.5453;
  return x - Math.floor(x);
};

export const floats = (shape: Shape, low = -2, high = 2, seed = 0): ArrayValue => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => low + (high - low) * noise(i + seed * 1000 + 1)),
});
export const ints = (shape: Shape, low = -5, high = 6, seed = 0): ArrayValue => ({
  dtype: 'int32',
  shape,
  data: Int32Array.from({ length: sizeOf(shape) }, (_, i) =>
    Math.floor(low + (high - low) * noise(i + seed * 1000 + 7)),
  ),
});
export const bools = (shape: Shape, seed = 0): ArrayValue => ({
  dtype: 'bool',
  shape,
  data: Uint8Array.from({ length: sizeOf(shape) }, (_, i) => (noise(i + seed * 1000 + 3) < 0.5 ? 1 : 0)),
});
const list = (...numbers: number[]): ArrayValue => ({
  dtype: 'float32',
  shape: [numbers.length],
  data: Float32Array.from(numbers),
});
const key = (a: number, c: number): ArrayValue => ({ dtype: 'int32', shape: [2], data: Int32Array.of(a, c) });
const of = (dtype: DType, shape: Shape, seed = 0): ArrayValue =>
  dtype === 'float32' ? floats(shape, -2, 2, seed) : dtype === 'int32' ? ints(shape, -5, 6, seed) : bools(shape, seed);

/** Where each function is defined, if not on [-2, 2]. */
const domain: { readonly [K in UnaryOp]?: readonly [number, number] } = {
  log: [0.01, 20],
  log1p: [-0.9, 20],
  sqrt: [0, 20],
  asin: [-1, 1],
  acos: [-1, 1],
  acosh: [1, 20],
  atanh: [-0.95, 0.95],
  lgamma: [0.05, 30],
  tan: [-1.4, 1.4],
  reciprocal: [0.2, 4],
};
const corners = list(NaN, Infinity, -Infinity, 0, 0.5, -0.5, 1.5, 2.5, -1.5, -2.5, 1, -1, 3, 10, -10, 30, -30);
/** Of no interest to any model, and different on every processor. */
const noCorners = new Set<UnaryOp>(['sin', 'cos', 'tan', 'lgamma', 'sinh', 'cosh', 'expm1', 'exp', 'asinh', 'acosh']);

const unaryCases = (op: UnaryOp): Case[] => {
  const [low, high] = domain[op] ?? [-2, 2];
  const build = ([x]: readonly Node[]) => b.unary(op, x);
  return [
    { inputs: [floats([], low, high)], build },
    { inputs: [floats([3, 5], low, high)], build },
    { inputs: [floats([2, 1, 3, 2, 1, 2], low, high)], build },
    { inputs: [floats([70], low, high)], build },
    ...(noCorners.has(op) ? [] : [{ inputs: [corners], build }]),
  ];
};

/** Pairs of shapes: equal, a scalar, rows, columns, both ways, and rank 6. */
const pairs: readonly (readonly [Shape, Shape])[] = [
  [[], []],
  [[17], [17]],
  [[3, 4], []],
  [[], [3, 4]],
  [[3, 4], [4]],
  [
    [3, 4],
    [3, 1],
  ],
  [
    [3, 1],
    [1, 4],
  ],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [
    [2, 1, 3, 1, 2, 1],
    [1, 2, 3, 2, 1, 2],
  ],
];
const pairCases = (build: (nodes: readonly Node[]) => Node, dtypes: readonly DType[], make = of): Case[] =>
  dtypes.flatMap((dtype) => pairs.map(([p, q]) => ({ inputs: [make(dtype, p, 1), make(dtype, q, 2)], build })));

const cross = list(NaN, Infinity, -Infinity, 0, 1, -1, 2);
const grid: readonly ArrayValue[] = [{ ...cross, shape: [7, 1] }, cross];

const binaryCases = (op: BinaryOp): Case[] => {
  const build = ([x, y]: readonly Node[]) => b.binary(op, x, y);
  const positive = (dtype: DType, shape: Shape, seed = 0) =>
    dtype === 'int32' ? ints(shape, 1, 5, seed) : floats(shape, 0.1, 3, seed);
  const nonzero = (dtype: DType, shape: Shape, seed = 0) =>
    seed === 1 ? of(dtype, shape, seed) : dtype === 'int32' ? ints(shape, 1, 5, seed) : floats(shape, 0.3, 3, seed);
  const negative = { inputs: [floats([20], -9, 9), floats([20], -2, -0.5)], build };
  const dtypes: DType[] = ['float32', 'int32'];
  if (op === 'pow') {
    const squares = { inputs: [floats([20]), { ...list(2), shape: [] }], build };
    return [...pairCases(build, dtypes, positive), squares];
  }
  if (op === 'mod')
    return [...pairCases(build, dtypes, nonzero), negative, { inputs: [ints([20]), ints([20], -4, 0)], build }];
  if (op === 'div') return [...pairCases(build, dtypes, nonzero), negative, { inputs: grid, build }];
  if (op === 'atan2') return pairCases(build, ['float32']);
  return [...pairCases(build, dtypes), { inputs: grid, build }];
};

const reductionCases = (op: ReductionOp): Case[] => {
  const shape = [3, 4, 5];
  const axes: readonly (readonly number[])[] = [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2], []];
  const dtypes: DType[] = ['float32', 'int32'];
  const special = {
    inputs: [{ ...list(1, NaN, 2, Infinity, -Infinity, 0), shape: [3, 2] }],
    build: ([x]: readonly Node[]) => b.reduce(op, x, [1]),
  };
  return [
    ...dtypes.flatMap((dtype) =>
      axes.map((over) => ({ inputs: [of(dtype, shape)], build: ([x]: readonly Node[]) => b.reduce(op, x, over) })),
    ),
    ...axes.map((over) => ({ inputs: [floats(shape)], build: ([x]: readonly Node[]) => b.reduce(op, x, over, true) })),
    { inputs: [floats([2, 3, 1, 2, 2, 3])], build: ([x]) => b.reduce(op, x, [1, 3, 5]) },
    { inputs: [floats([])], build: ([x]) => b.reduce(op, x, []) },
    { inputs: [floats([300, 2], 0.9, 1.1)], build: ([x]) => b.reduce(op, x, [0]) },
    { inputs: [floats([2, 300], 0.9, 1.1)], build: ([x]) => b.reduce(op, x, [1]) },
    special,
  ];
};

const moved = (shapes: readonly Shape[], build: (nodes: readonly Node[]) => Node): Case[] =>
  shapes.flatMap((shape) =>
    (['float32', 'int32', 'bool'] as const).map((dtype) => ({ inputs: [of(dtype, shape)], build })),
  );

const plain: Window = { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], padding: [[0, 0], [0, 0]] }; // prettier-ignore
const windows: readonly Window[] = [
  plain,
  { ...plain, kernel: [2, 3], strides: [2, 1], padding: [[1, 0], [1, 2]] }, // prettier-ignore
  { ...plain, kernel: [3, 2], dilations: [2, 1], padding: [[2, 2], [0, 1]] }, // prettier-ignore
  { ...plain, kernel: [1, 1] },
  { ...plain, kernel: [3, 3], strides: [2, 2], dilations: [1, 2], padding: [[1, 1], [2, 2]] }, // prettier-ignore
];
const image: Shape = [2, 7, 6, 3];
/** The shape of g for each window. */
const outOf = (window: Window): [number, number] => {
  const y = b.unfold(b.input('x', 'float32', image), window).shape;
  return [y[1], y[2]];
};

const scanCases = (): Case[] => {
  const run = (reverse: boolean): Case => ({
    inputs: [floats([3]), ints([]), floats([4, 3]), ints([4, 2]), floats([3])],
    build: ([state, count, xs, is, fixed]) => {
      const { carries, results } = b.loop(
        { length: 4, carries: [state, count], sequences: [xs, is], reverse },
        (round, [s, n], [x, i]) => {
          const next = b.add(b.mul(s, fixed), x);
          return {
            carries: [next, b.add(n, round)],
            results: [b.mul(next, b.scalar(2)), b.sum(i, [0]), round, s, x],
          };
        },
      );
      return [...carries, ...results];
    },
  });
  const nested: Case = {
    inputs: [floats([2]), floats([3, 2, 2])],
    build: ([state, xs]) =>
      b.loop({ length: 3, carries: [state], sequences: [xs] }, (_, [s], [x]) => ({
        carries: b.loop({ length: 2, carries: [s], sequences: [x] }, (__, [t], [y]) => ({
          carries: [b.tanh(b.add(t, y))],
        })).carries,
      })).carries,
  };
  const unread: Case = {
    inputs: [floats([2]), floats([3, 2])],
    build: ([state, xs]) =>
      b.loop({ length: 3, carries: [state], sequences: [xs] }, (_, [s], [x]) => ({
        carries: [b.add(s, x)],
        results: [x, s],
      })).results[1],
  };
  const swap: Case = {
    inputs: [floats([2], -2, 2, 1), floats([2], -2, 2, 2)],
    build: ([p, q]) =>
      b.loop({ length: 3, carries: [p, q] }, (_, [s, t]) => ({ carries: [t, s], results: [s] })).carries,
  };
  return [run(false), run(true), nested, unread, swap];
};

export const cases: { readonly [K in OpName]: readonly Case[] } = {
  input: [{ inputs: [floats([2, 3])], build: ([x]) => [x, x] }],
  constant: [
    {
      inputs: [floats([3])],
      build: ([x]) => [b.add(x, b.array([1, 2, 3])), b.array([4, 5]), b.array([1, 0, 1], [3], 'bool')],
    },
  ],
  random: (['uniform', 'normal'] as const).flatMap((law) => [
    { inputs: [key(1, 2)], build: ([k]: readonly Node[]) => b.random(law, [3, 5], 7, k) },
    {
      inputs: [key(-5, 123456789)],
      build: ([k]: readonly Node[]) => [b.random(law, [], 0, k), b.random(law, [1001], 3, k)],
    },
  ]),
  derive_key: [
    { inputs: [key(3, 4), ints([], 10, 20)], build: ([k, i]) => b.deriveKey(b.deriveKey(k, i), b.scalar(-3, 'int32')) },
  ],
  ...tabulate(unaryOps, unaryCases),
  polygamma: [0, 1, 2, 3].map((order) => ({
    inputs: [floats([40], 0.05, 20)],
    build: ([x]: readonly Node[]) => b.polygamma(order, x),
  })),
  ...tabulate(binaryOps, binaryCases),
  ...tabulate(comparisonOps, (op: ComparisonOp) => {
    const build = ([x, y]: readonly Node[]) => b.compare(op, x, y);
    return [...pairCases(build, ['float32', 'int32', 'bool']), { inputs: grid, build }];
  }),
  ...tabulate(logicalOps, (op: LogicalOp) => pairCases(([x, y]) => b[op](x, y), ['bool'])),
  not: [{ inputs: [bools([3, 4])], build: ([x]) => b.not(x) }],
  select: (['float32', 'int32', 'bool'] as const).flatMap((dtype) => [
    { inputs: [bools([3, 4]), of(dtype, [3, 4], 1), of(dtype, [3, 4], 2)], build: ([c, x, y]) => b.select(c, x, y) },
    { inputs: [bools([3, 1]), of(dtype, [4], 1), of(dtype, [], 2)], build: ([c, x, y]) => b.select(c, x, y) },
    { inputs: [bools([]), of(dtype, [2, 3], 1), of(dtype, [2, 1], 2)], build: ([c, x, y]) => b.select(c, x, y) },
    {
      inputs: [bools([1, 2, 1, 2, 1, 2]), of(dtype, [2, 1, 2, 1, 2, 1], 1), of(dtype, [2], 2)],
      build: ([c, x, y]: readonly Node[]) => b.select(c, x, y),
    },
  ]),
  cast: (['float32', 'int32', 'bool'] as const).flatMap((from) =>
    (['float32', 'int32', 'bool'] as const).map((to) => ({
      inputs: [of(from, [4, 5])],
      build: ([x]: readonly Node[]) => b.cast(x, to),
    })),
  ),
  stop: [{ inputs: [floats([4])], build: ([x]) => b.add(b.stop(x), x) }],
  reshape: moved([[2, 6]], ([x]) => b.reshape(x, [3, 1, 4])),
  transpose: [
    ...moved([[3, 4]], ([x]) => b.transpose(x, [1, 0])),
    ...moved([[2, 3, 4]], ([x]) => b.transpose(x, [2, 0, 1])),
    ...moved([[2, 1, 3]], ([x]) => b.transpose(x, [1, 0, 2])),
    ...moved([[2, 3, 2, 4]], ([x]) => b.transpose(x, [0, 2, 1, 3])),
    ...moved([[2, 3, 1, 2, 2, 3]], ([x]) => b.transpose(x, [5, 3, 1, 0, 4, 2])),
  ],
  broadcast: [
    ...moved([[], [4], [3, 1], [1, 4]], ([x]) => b.broadcastTo(x, [2, 3, 4])),
    ...moved([[2, 1, 3, 1, 2, 1]], ([x]) => b.broadcastTo(x, [2, 2, 3, 2, 2, 2])),
  ],
  slice: [
    ...moved([[5, 6]], ([x]) => b.slice(x, { begin: [1, 2], size: [3, 2] })),
    ...moved([[5, 6]], ([x]) => b.slice(x, { begin: [2, 0], size: [2, 6] })),
    ...moved([[5, 6]], ([x]) => b.slice(x, { begin: [0, 1], size: [3, 2], strides: [2, 3] })),
    ...moved([[2, 3, 2, 3, 2, 3]], ([x]) => b.slice(x, { begin: [0, 1, 0, 1, 0, 1], size: [2, 2, 1, 2, 2, 1] })),
  ],
  pad: [
    ...moved([[3, 2]], ([x]) => b.pad(x, { before: [1, 0], after: [0, 2] })),
    ...moved([[3, 2]], ([x]) => b.pad(x, { before: [1, 0], after: [0, 2], interior: [2, 1] })),
    ...moved([[2, 1, 2, 1, 2, 1]], ([x]) => b.pad(x, { before: [0, 1, 0, 1, 0, 1], after: [1, 0, 1, 0, 1, 0] })),
  ],
  concat: (['float32', 'int32', 'bool'] as const).flatMap((dtype) => [
    {
      inputs: [of(dtype, [2, 3], 1), of(dtype, [4, 3], 2), of(dtype, [1, 3], 3)],
      build: (xs: readonly Node[]) => b.concat(xs, 0),
    },
    { inputs: [of(dtype, [2, 3], 1), of(dtype, [2, 1], 2)], build: (xs: readonly Node[]) => b.concat(xs, 1) },
    {
      inputs: [of(dtype, [2, 1, 2, 2, 1], 1), of(dtype, [2, 1, 3, 2, 1], 2)],
      build: (xs: readonly Node[]) => b.concat(xs, 2),
    },
  ]),
  reverse: [
    ...moved([[4, 3]], ([x]) => b.reverse(x, [0])),
    ...moved([[4, 3, 2]], ([x]) => b.reverse(x, [0, 2])),
    ...moved([[2, 2, 1, 2, 2, 3]], ([x]) => b.reverse(x, [1, 5])),
  ],
  cumsum: [false, true].flatMap((exclusive) =>
    [false, true].flatMap((reverse) => [
      ...[0, 1, 2].map((axis) => ({
        inputs: [floats([3, 4, 5])],
        build: ([x]: readonly Node[]) => b.cumsum(x, axis, { exclusive, reverse }),
      })),
      { inputs: [ints([6])], build: ([x]: readonly Node[]) => b.cumsum(x, 0, { exclusive, reverse }) },
    ]),
  ),
  gather: (['float32', 'int32', 'bool'] as const).flatMap((dtype) => [
    { inputs: [of(dtype, [5, 3]), ints([4], 0, 5)], build: ([x, i]: readonly Node[]) => b.gather(x, i) },
    { inputs: [of(dtype, [5]), ints([2, 3], 0, 5)], build: ([x, i]: readonly Node[]) => b.gather(x, i) },
    { inputs: [of(dtype, [5, 2, 2]), ints([], 0, 5)], build: ([x, i]: readonly Node[]) => b.gather(x, i) },
  ]),
  scatter_add: (['float32', 'int32'] as const).flatMap((dtype) => [
    { inputs: [of(dtype, [6, 3]), ints([6], 0, 4)], build: ([x, i]: readonly Node[]) => b.scatterAdd(x, i, 4) },
    { inputs: [of(dtype, [2, 3]), ints([2, 3], 0, 7)], build: ([x, i]: readonly Node[]) => b.scatterAdd(x, i, 7) },
    { inputs: [of(dtype, [2, 2]), ints([], 0, 3)], build: ([x, i]: readonly Node[]) => b.scatterAdd(x, i, 3) },
  ]),
  unfold: windows.map((window) => ({ inputs: [floats(image)], build: ([x]) => b.unfold(x, window) })),
  fold: windows.map((window) => ({
    inputs: [floats([2, ...outOf(window), ...window.kernel, 3])],
    build: ([x]) => b.fold_(x, window, [7, 6]),
  })),
  matmul: [
    ...[false, true].flatMap((transposeA) =>
      [false, true].flatMap((transposeB) => {
        const build = ([x, y]: readonly Node[]) => b.matmul(x, y, { transposeA, transposeB });
        const a = transposeA ? [5, 4] : [4, 5];
        const c = transposeB ? [3, 5] : [5, 3];
        return [
          { inputs: [floats(a), floats(c, -2, 2, 2)], build },
          { inputs: [floats([2, ...a]), floats([2, ...c], -2, 2, 2)], build },
          { inputs: [floats([2, 1, ...a]), floats([3, ...c], -2, 2, 2)], build },
        ];
      }),
    ),
    { inputs: [floats([1, 9]), floats([9, 1])], build: ([x, y]) => b.matmul(x, y) },
    { inputs: [floats([9, 1]), floats([1, 7])], build: ([x, y]) => b.matmul(x, y) },
    { inputs: [floats([33, 70]), floats([70, 37])], build: ([x, y]) => b.matmul(x, y) },
    { inputs: [floats([4, 3, 5]), floats([5, 2])], build: ([x, y]) => b.matmul(x, y) },
    // the same numbers on the right under two shapes
    {
      inputs: [floats([3, 6]), floats([3, 1]), floats([6, 1])],
      build: ([x, y, w]) => [b.matmul(x, w), b.matmul(y, b.reshape(w, [1, 6])), b.matmul(x, w, {})],
    },
    { inputs: [floats([3, 5]), floats([4, 5, 2])], build: ([x, y]) => b.matmul(x, y) },
  ],
  conv: windows.map((window) => ({
    inputs: [floats(image), floats([...window.kernel, 3, 4], -1, 1, 2)],
    build: ([x, f]) => b.conv(x, f, window),
  })),
  conv_to_input: windows.map((window) => ({
    inputs: [floats([2, ...outOf(window), 4]), floats([...window.kernel, 3, 4], -1, 1, 2)],
    build: ([g, f]) => b.convToInput(g, f, window, [7, 6]),
  })),
  conv_to_filter: windows.map((window) => ({
    inputs: [floats(image), floats([2, ...outOf(window), 4], -1, 1, 2)],
    build: ([x, g]) => b.convToFilter(x, g, window),
  })),
  ...tabulate(reductionOps, reductionCases),
  argmax: [0, 1, 2].flatMap((axis) => [
    { inputs: [floats([3, 4, 5])], build: ([x]: readonly Node[]) => b.argmax(x, axis) },
    { inputs: [ints([3, 4, 5], 0, 3)], build: ([x]: readonly Node[]) => b.argmax(x, axis) },
    {
      inputs: [{ ...list(NaN, 1, 3, 3, NaN, 2), shape: [1, 1, 6] }],
      build: ([x]: readonly Node[]) => b.argmax(x, axis),
    },
  ]),
  argmin: [0, 1, 2].flatMap((axis) => [
    { inputs: [floats([3, 4, 5])], build: ([x]: readonly Node[]) => b.argmin(x, axis) },
    { inputs: [ints([3, 4, 5], 0, 3)], build: ([x]: readonly Node[]) => b.argmin(x, axis) },
    {
      inputs: [{ ...list(NaN, 3, 1, 1, NaN, 2), shape: [1, 1, 6] }],
      build: ([x]: readonly Node[]) => b.argmin(x, axis),
    },
  ]),
  argsort: [
    { inputs: [floats([4, 7])], build: ([x]) => b.argsort(x) },
    { inputs: [ints([30], 0, 4)], build: ([x]) => b.argsort(x) },
    { inputs: [list(3, NaN, -Infinity, 1, 1, Infinity, 0)], build: ([x]) => b.argsort(x) },
  ],
  one_hot: [
    { inputs: [ints([2, 6], -2, 7)], build: ([x]) => b.oneHot(x, 4) },
    { inputs: [ints([], 0, 3)], build: ([x]) => b.oneHot(x, 3) },
  ],
  scan: scanCases(),
  part: [],
};
