// The intrinsics of the library: values against independent computations in plain arrays, batches against single examples,
// gradients against finite differences.
import { describe, expect, it } from 'vitest';
import type { Value } from '../compiler/elaborate/values/values.ts';
import { Bit, classOf } from '../compiler/spaces/space.ts';
import {
  batchDifference,
  call,
  callTensor,
  gradientDifference,
  number,
  numbers,
  slopes,
  text,
  values,
  vector,
  type Call,
  type Varied,
} from './intrinsics-harness.ts';

interface Case {
  readonly call: Call;
  readonly varied: Readonly<Record<string, Varied>>;
  /** The result from the arguments' numbers, one example. */
  readonly reference?: (...data: (readonly number[])[]) => number[];
  readonly gradient?: false;
}

const v = (shape: readonly number[], low = -1, high = 1, seed = 1): Varied => ({
  shape,
  data: numbers(shape, low, high, seed),
});
const c = (name: string, args: Call['args'] = {}, ...statics: number[]): Call => ({
  name,
  args,
  statics: statics.map(number),
});

const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
const mean = (x: readonly number[]): number => sum(x) / x.length;
const variance = (x: readonly number[]): number => mean(x.map((a) => (a - mean(x)) ** 2));
const softmax = (x: readonly number[]): number[] => x.map((a) => Math.exp(a) / sum(x.map(Math.exp)));
const rows = (x: readonly number[], n: number): number[][] =>
  Array.from({ length: x.length / n }, (_, i) => x.slice(i * n, (i + 1) * n));
const columns = (x: readonly number[], n: number): number[][] =>
  Array.from({ length: n }, (_, j) => rows(x, n).map((r) => r[j]));
const sorted = (x: readonly number[]): number[] => [...x].sort((a, b) => a - b);
const products = (x: readonly number[]): number[] => x.map((_, i) => x.slice(0, i + 1).reduce((a, b) => a * b, 1));

/** [h, w, c] * [kh, kw, c, k], written as the sum it is. */
const convolution =
  (h: number, w: number, ch: number, kh: number, kw: number, k: number, s: number, pad: [number, number], d = 1) =>
  (x: readonly number[], f: readonly number[]): number[] => {
    const out: number[] = [];
    const span = (kk: number): number => (kk - 1) * d + 1;
    const oh = Math.floor((h + 2 * 0 + pad[0] + pad[1] - span(kh)) / s) + 1;
    const ow = Math.floor((w + pad[0] + pad[1] - span(kw)) / s) + 1;
    for (let i = 0; i < oh; i++)
      for (let j = 0; j < ow; j++)
        for (let o = 0; o < k; o++) {
          let total = 0;
          for (let a = 0; a < kh; a++)
            for (let b = 0; b < kw; b++) {
              const [y, z] = [i * s + a * d - pad[0], j * s + b * d - pad[0]];
              if (y < 0 || z < 0 || y >= h || z >= w) continue;
              for (let q = 0; q < ch; q++) total += x[(y * w + z) * ch + q] * f[((a * kw + b) * ch + q) * k + o];
            }
          out.push(total);
        }
    return out;
  };

const windowing = (stride: number, padding: string, dilation = 1): Call['args'] => ({
  stride: number(stride),
  padding: text(padding),
  dilation: number(dilation),
});

/** Gauss without pivots, in doubles: good enough for diagonally dominant matrices. */
const solved = (a: readonly number[], b: readonly number[], n: number): number[] => {
  const m = b.length / n;
  const A = rows(a, n);
  const B = rows(b, m);
  const M = A.map((r, i) => [...r, ...B[i]]);
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++)
      if (i !== k) {
        const f = M[i][k] / M[k][k];
        M[i] = M[i].map((x, j) => x - f * M[k][j]);
      }
  return M.flatMap((r, i) => r.slice(n).map((x) => x / r[i]));
};

const dominant = (n: number, seed = 3): Varied => ({
  shape: [n, n],
  data: numbers([n, n], -1, 1, seed).map((x, i) => (Math.floor(i / n) === i % n ? x + 3 : x)),
});
/** L L' + I: symmetric, positive definite. */
const positive = (n: number): Varied => {
  const l = rows(numbers([n, n], -1, 1, 5), n);
  return {
    shape: [n, n],
    data: l.flatMap((r, i) => l.map((s, j) => sum(r.map((x, k) => x * s[k])) + (i === j ? 1 : 0))),
  };
};

const determinant = (m: number[][]): number =>
  m.length === 1
    ? m[0][0]
    : sum(m[0].map((x, j) => (j % 2 ? -1 : 1) * x * determinant(m.slice(1).map((r) => r.filter((_, k) => k !== j)))));

/** Bilinear look-up with zeros outside. */
const lookUp = (x: readonly number[], h: number, w: number, y: number, z: number): number => {
  const at = (i: number, j: number): number => (i < 0 || j < 0 || i >= h || j >= w ? 0 : x[i * w + j]);
  const [i, j] = [Math.floor(y), Math.floor(z)];
  const [p, q] = [y - i, z - j];
  return (1 - p) * ((1 - q) * at(i, j) + q * at(i, j + 1)) + p * ((1 - q) * at(i + 1, j) + q * at(i + 1, j + 1));
};

const cases: Readonly<Record<string, Case>> = {
  ...Object.fromEntries(
    (
      [
        ['abs', Math.abs, -1, 1],
        ['exp', Math.exp, -1, 1],
        ['expm1', Math.expm1, -1, 1],
        ['log', Math.log, 0.2, 3],
        ['log1p', Math.log1p, -0.5, 3],
        ['sqrt', Math.sqrt, 0.2, 3],
        ['sin', Math.sin, -3, 3],
        ['cos', Math.cos, -3, 3],
        ['tan', Math.tan, -1, 1],
        ['asin', Math.asin, -0.9, 0.9],
        ['acos', Math.acos, -0.9, 0.9],
        ['atan', Math.atan, -3, 3],
        ['sinh', Math.sinh, -2, 2],
        ['cosh', Math.cosh, -2, 2],
        ['tanh', Math.tanh, -2, 2],
        ['asinh', Math.asinh, -2, 2],
        ['acosh', Math.acosh, 1.2, 3],
        ['atanh', Math.atanh, -0.8, 0.8],
        ['sigmoid', (x: number) => 1 / (1 + Math.exp(-x)), -3, 3],
        ['softplus', (x: number) => Math.log1p(Math.exp(x)), -3, 3],
        ['relu', (x: number) => Math.max(0, x), -1, 1],
      ] as const
    ).map(([name, f, low, high]) => [
      name,
      { call: c(name), varied: { x: v([3, 2], low, high) }, reference: (x: readonly number[]) => x.map((a) => f(a)) },
    ]),
  ),
  floor: { call: c('floor'), varied: { x: v([5], -3, 3) }, reference: (x) => x.map(Math.floor) },
  ceil: { call: c('ceil'), varied: { x: v([5], -3, 3) }, reference: (x) => x.map(Math.ceil) },
  sign: { call: c('sign'), varied: { x: v([5], -3, 3) }, reference: (x) => x.map(Math.sign) },
  atan2: {
    call: c('atan2'),
    varied: { y: v([4]), x: v([4], -1, 1, 2) },
    reference: (y, x) => y.map((a, i) => Math.atan2(a, x[i])),
  },
  'max of two': {
    call: c('max'),
    varied: { a: v([4]), b: v([4], -1, 1, 2) },
    reference: (a, b) => a.map((x, i) => Math.max(x, b[i])),
  },
  'min with a number': {
    call: c('min'),
    varied: { a: v([4]), b: v([]) },
    reference: (a, b) => a.map((x) => Math.min(x, b[0])),
  },
  sum: { call: c('sum'), varied: { x: v([2, 3]) }, reference: (x) => [sum(x)] },
  'sum along 0': {
    call: c('sum', { axis: number(0) }),
    varied: { x: v([2, 3]) },
    reference: (x) => columns(x, 3).map(sum),
  },
  'sum along -1': {
    call: c('sum', { axis: number(-1) }),
    varied: { x: v([2, 3]) },
    reference: (x) => rows(x, 3).map(sum),
  },
  'sum along two': {
    call: c('sum', { axis: vector(0, 2) }),
    varied: { x: v([2, 3, 2]) },
    reference: (x) =>
      rows(x, 6)
        .map((r) => rows(r, 2))
        .reduce((a, b) => a.map((r, i) => [...r, ...b[i]]))
        .map(sum),
  },
  prod: {
    call: c('prod', { axis: number(1) }),
    varied: { x: v([2, 3]) },
    reference: (x) => rows(x, 3).map((r) => r[0] * r[1] * r[2]),
  },
  mean: { call: c('mean', { axis: number(0) }), varied: { x: v([2, 3]) }, reference: (x) => columns(x, 3).map(mean) },
  var: { call: c('var'), varied: { x: v([2, 3]) }, reference: (x) => [variance(x)] },
  std: {
    call: c('std', { axis: number(1) }),
    varied: { x: v([2, 3]) },
    reference: (x) => rows(x, 3).map((r) => Math.sqrt(variance(r))),
  },
  max: {
    call: c('max', { axis: number(1) }),
    varied: { x: v([2, 3]) },
    reference: (x) => rows(x, 3).map((r) => Math.max(...r)),
  },
  min: { call: c('min'), varied: { x: v([2, 3]) }, reference: (x) => [Math.min(...x)] },
  norm: { call: c('norm'), varied: { x: v([4]) }, reference: (x) => [Math.hypot(...x)] },
  logsumexp: {
    call: c('logsumexp', { axis: number(1) }),
    varied: { x: v([2, 3], -3, 3) },
    reference: (x) => rows(x, 3).map((r) => Math.log(sum(r.map(Math.exp)))),
  },
  softmax: { call: c('softmax'), varied: { x: v([2, 3], -3, 3) }, reference: (x) => rows(x, 3).flatMap(softmax) },
  'softmax along 0': {
    call: c('softmax', { axis: number(0) }),
    varied: { x: v([2, 3], -3, 3) },
    reference: (x) => {
      const s = columns(x, 3).map(softmax);
      return [0, 1].flatMap((i) => s.map((col) => col[i]));
    },
  },
  log_softmax: {
    call: c('log_softmax'),
    varied: { x: v([2, 3], -3, 3) },
    reference: (x) => rows(x, 3).flatMap((r) => softmax(r).map(Math.log)),
  },
  standardise: {
    call: c('standardise', { eps: number(0.1) }),
    varied: { x: v([2, 3]) },
    reference: (x) => rows(x, 3).flatMap((r) => r.map((a) => (a - mean(r)) / Math.sqrt(variance(r) + 0.1))),
  },
  unit: {
    call: c('unit'),
    varied: { x: v([2, 3]) },
    reference: (x) => rows(x, 3).flatMap((r) => r.map((a) => a / Math.hypot(...r))),
  },
  argmax: {
    call: c('argmax'),
    varied: { x: v([2, 3]) },
    reference: (x) => [x.indexOf(Math.max(...x))],
    gradient: false,
  },
  'argmin along 1': {
    call: c('argmin', { axis: number(1) }),
    varied: { x: v([2, 3]) },
    reference: (x) => rows(x, 3).map((r) => r.indexOf(Math.min(...r))),
    gradient: false,
  },
  sort: {
    call: c('sort', { descending: number(0) }),
    varied: { x: v([2, 4]) },
    reference: (x) => rows(x, 4).flatMap(sorted),
  },
  'sort along 0, descending': {
    call: c('sort', { descending: number(1), axis: number(0) }),
    varied: { x: v([3, 2]) },
    reference: (x) => {
      const s = columns(x, 2).map((col) => sorted(col).reverse());
      return [0, 1, 2].flatMap((i) => s.map((col) => col[i]));
    },
  },
  argsort: {
    call: c('argsort', { descending: number(0) }),
    varied: { x: v([4]) },
    reference: (x) => sorted(x).map((a) => x.indexOf(a)),
    gradient: false,
  },
  cumsum: {
    call: c('cumsum'),
    varied: { x: v([2, 3]) },
    reference: (x) => rows(x, 3).flatMap((r) => [r[0], r[0] + r[1], sum(r)]),
  },
  cumprod: { call: c('cumprod', { axis: number(0) }), varied: { x: v([5, 1], 0.5, 2) }, reference: products },
  'cumprod of 7': { call: c('cumprod'), varied: { x: v([7], 0.5, 2) }, reference: products },
  reverse: { call: c('reverse'), varied: { x: v([3, 2]) }, reference: (x) => rows(x, 2).reverse().flat() },
  fill: { call: c('fill', {}, 2), varied: { x: v([3]) }, reference: (x) => [...x, ...x] },
  linspace: {
    call: c('linspace', { n: number(5) }),
    varied: { a: v([]), b: v([], 2, 3) },
    reference: ([a], [b]) => [0, 1, 2, 3, 4].map((i) => a + ((b - a) * i) / 4),
  },
  reshape: { call: c('reshape', {}, 3, -1), varied: { x: v([2, 3]) }, reference: (x) => [...x] },
  flatten: { call: c('flatten'), varied: { x: v([2, 3]) }, reference: (x) => [...x] },
  concat: {
    call: c('concat', { axis: number(0) }),
    varied: { a: v([2, 2]), b: v([1, 2], -1, 1, 2) },
    reference: (a, b) => [...a, ...b],
  },
  'concat along 1': {
    call: c('concat', { axis: number(1) }),
    varied: { a: v([2, 2]), b: v([2, 1], -1, 1, 2) },
    reference: (a, b) => rows(a, 2).flatMap((r, i) => [...r, b[i]]),
  },
  'concat of numbers': {
    call: c('concat', { axis: number(0) }),
    varied: { a: v([]), b: v([2], -1, 1, 2) },
    reference: (a, b) => [...a, ...b],
  },
  stack: {
    call: c('stack', { axis: number(1) }),
    varied: { a: v([2]), b: v([2], -1, 1, 2) },
    reference: (a, b) => a.flatMap((x, i) => [x, b[i]]),
  },
  transpose: { call: c('transpose'), varied: { x: v([2, 3]) }, reference: (x) => columns(x, 3).flat() },
  'transpose in an order': {
    call: c('transpose', { order: vector(1, 0, 2) }),
    varied: { x: v([2, 3, 2]) },
    reference: (x) => [0, 1, 2].flatMap((j) => [0, 1].flatMap((i) => [0, 1].map((k) => x[(i * 3 + j) * 2 + k]))),
  },
  diagonal: { call: c('diagonal'), varied: { x: v([3, 3]) }, reference: (x) => [x[0], x[4], x[8]] },
  'diagonal of a wide matrix': { call: c('diagonal'), varied: { x: v([2, 3]) }, reference: (x) => [x[0], x[4]] },
  pad: {
    call: c('pad', { before: vector(1, 0), after: vector(0, 1) }),
    varied: { x: v([2, 2]), value: v([], 2, 3) },
    reference: (x, [f]) => [f, f, f, x[0], x[1], f, x[2], x[3], f],
  },
  repeat: {
    call: c('repeat', { n: number(2), axis: number(1) }),
    varied: { x: v([2, 2]) },
    reference: (x) => x.flatMap((a) => [a, a]),
  },
  tile: {
    call: c('tile', { n: number(2), axis: number(1) }),
    varied: { x: v([2, 2]) },
    reference: (x) => rows(x, 2).flatMap((r) => [...r, ...r]),
  },
  conv2d: {
    call: c('conv2d', windowing(1, 'valid')),
    varied: { x: v([5, 4, 2]), filter: v([3, 2, 2, 3], -1, 1, 2) },
    reference: convolution(5, 4, 2, 3, 2, 3, 1, [0, 0]),
  },
  'conv2d, same, stride 2': {
    call: c('conv2d', windowing(2, 'same')),
    varied: { x: v([5, 5, 1]), filter: v([3, 3, 1, 2], -1, 1, 2) },
    reference: convolution(5, 5, 1, 3, 3, 2, 2, [1, 1]),
  },
  'conv2d, same, stride 2, even': {
    call: c('conv2d', windowing(2, 'same')),
    varied: { x: v([6, 6, 1]), filter: v([3, 3, 1, 1], -1, 1, 2) },
    reference: convolution(6, 6, 1, 3, 3, 1, 2, [0, 1]),
  },
  'conv2d, dilated': {
    call: c('conv2d', windowing(1, 'same', 2)),
    varied: { x: v([5, 5, 1]), filter: v([3, 3, 1, 1], -1, 1, 2) },
    reference: convolution(5, 5, 1, 3, 3, 1, 1, [2, 2], 2),
  },
  conv2d_transpose: {
    call: c('conv2d_transpose', windowing(2, 'valid')),
    varied: { x: v([2, 2, 1]), filter: v([2, 2, 1, 1], -1, 1, 2) },
    reference: (x, f) =>
      [0, 1, 2, 3].flatMap((i) => [0, 1, 2, 3].map((j) => x[(i >> 1) * 2 + (j >> 1)] * f[(i % 2) * 2 + (j % 2)])),
  },
  'windows side by side': {
    call: c('windows', { ...windowing(2, 'valid'), size: number(2), outside: number(0) }),
    varied: { x: v([5, 4, 2]) },
    reference: (x) =>
      [0, 1].flatMap((i) =>
        [0, 1].flatMap((j) =>
          [0, 1].flatMap((a) => [0, 1].flatMap((b) => [0, 1].map((q) => x[((2 * i + a) * 4 + 2 * j + b) * 2 + q]))),
        ),
      ),
  },
  'windows that overlap, outside -1': {
    call: c('windows', { ...windowing(1, 'same'), size: number(3), outside: number(-1) }),
    varied: { x: v([2, 2, 1]) },
    reference: (x) =>
      [0, 1].flatMap((i) =>
        [0, 1].flatMap((j) =>
          [-1, 0, 1].flatMap((a) =>
            [-1, 0, 1].map((b) => (i + a < 0 || j + b < 0 || i + a > 1 || j + b > 1 ? -1 : x[(i + a) * 2 + j + b])),
          ),
        ),
      ),
  },
  affine: {
    call: c('affine', {}),
    varied: {
      x: v([4, 5]),
      shift: { shape: [2], data: [0.7, -0.4] },
      scale: { shape: [], data: [1.3] },
      angle: { shape: [], data: [0.4] },
    },
    reference: (x, [dx, dy], [s], [angle]) =>
      [0, 1, 2, 3].flatMap((i) =>
        [0, 1, 2, 3, 4].map((j) => {
          const [py, px] = [i - 1.5 - dy, j - 2 - dx];
          const y = (Math.cos(angle) * py - Math.sin(angle) * px) / s;
          const z = (Math.cos(angle) * px + Math.sin(angle) * py) / s;
          return lookUp(x, 4, 5, y + 1.5, z + 2);
        }),
      ),
  },
  'affine with channels': {
    call: c('affine', { scale: number(1), angle: number(0) }),
    varied: { x: v([3, 3, 2]), shift: { shape: [2], data: [0.25, 0.5] } },
  },
  resize: {
    call: c('resize', {}, 2, 4),
    varied: { x: v([2, 2]) },
    reference: (x) => rows(x, 2).flatMap(([a, b]) => [a, 0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b, b]),
  },
  'resize with channels': { call: c('resize', {}, 3, 2), varied: { x: v([6, 4, 2]) } },
  'solve 3': {
    call: c('solve'),
    varied: { A: dominant(3), b: v([3], -1, 1, 2) },
    reference: (a, b) => solved(a, b, 3),
  },
  'solve 6, columns': {
    call: c('solve'),
    varied: { A: dominant(6), b: v([6, 2], -1, 1, 2) },
    reference: (a, b) => solved(a, b, 6),
  },
  inverse: {
    call: c('inverse'),
    varied: { A: dominant(3) },
    reference: (a) => solved(a, [1, 0, 0, 0, 1, 0, 0, 0, 1], 3),
  },
  'inverse in a loop': {
    call: c('inverse'),
    varied: { A: dominant(5) },
    reference: (a) =>
      solved(
        a,
        numbers([25]).map((_, i) => (i % 6 === 0 ? 1 : 0)),
        5,
      ),
  },
  det: { call: c('det'), varied: { A: v([3, 3]) }, reference: (a) => [determinant(rows(a, 3))] },
  'det in a loop': { call: c('det'), varied: { A: v([5, 5]) }, reference: (a) => [determinant(rows(a, 5))] },
  logdet: {
    call: c('logdet'),
    varied: { A: v([4, 4]) },
    reference: (a) => [Math.log(Math.abs(determinant(rows(a, 4))))],
  },
  'cholesky 3': {
    call: c('cholesky'),
    varied: { A: positive(3) },
    reference: (a) => {
      const l10 = a[3] / Math.sqrt(a[0]);
      const l20 = a[6] / Math.sqrt(a[0]);
      const l11 = Math.sqrt(a[4] - l10 ** 2);
      const l21 = (a[7] - l20 * l10) / l11;
      return [Math.sqrt(a[0]), 0, 0, l10, l11, 0, l20, l21, Math.sqrt(a[8] - l20 ** 2 - l21 ** 2)];
    },
  },
  'cholesky 5': { call: c('cholesky'), varied: { A: positive(5) } },
};

describe.each(Object.entries(cases))('%s', (_, { call: one, varied, reference, gradient }) => {
  if (reference)
    it('is what plain arrays give', () => {
      const seen = values(one, varied);
      const expected = reference(...Object.values(varied).map((x) => x.data));
      expect(seen.length).toBe(expected.length);
      seen.forEach((x, i) => expect(x).toBeCloseTo(expected[i], 9));
    });
  it('gives each example of a batch what it gives alone', () => {
    expect(batchDifference(one, varied)).toBeUndefined();
  });
  if (gradient !== false)
    it('has the gradient that finite differences see', () => {
      expect(gradientDifference(one, varied)).toBeUndefined();
    });
});

describe('corners', () => {
  it('keeps logsumexp and softmax finite where exp would overflow, and at -infinity', () => {
    expect(values(c('logsumexp'), { x: { shape: [2], data: [1000, 1000] } })[0]).toBeCloseTo(1000 + Math.log(2), 9);
    expect(values(c('logsumexp'), { x: { shape: [2], data: [-Infinity, -Infinity] } })).toEqual([-Infinity]);
    expect(values(c('softmax'), { x: { shape: [2], data: [1000, -1000] } })).toEqual([1, 0]);
  });
  it('has slope 0, not infinity, at the corner of norm and std', () => {
    expect(slopes(c('norm'), { x: { shape: [2], data: [0, 0] } }).slope).toEqual([[0, 0]]);
    expect(slopes(c('std'), { x: { shape: [3], data: [2, 2, 2] } }).slope).toEqual([[0, 0, 0]]);
    expect(values(c('std'), { x: { shape: [3], data: [2, 2, 2] } })).toEqual([0]);
  });
  it('solves where the first pivot is 0', () => {
    const seen = values(c('solve'), { A: { shape: [2, 2], data: [0, 2, 3, 4] }, b: { shape: [2], data: [2, 7] } });
    expect(seen[0]).toBeCloseTo(1, 12);
    expect(seen[1]).toBeCloseTo(1, 12);
  });
  it('tells cholesky from the product of its factor with its transpose', () => {
    const a = positive(5);
    const l = rows(values(c('cholesky'), { A: a }), 5);
    const back = l.flatMap((r) => l.map((s) => sum(r.map((x, k) => x * s[k]))));
    back.forEach((x, i) => expect(x).toBeCloseTo(a.data[i], 10));
  });
});

describe('spaces', () => {
  const bits: Varied = { shape: [3], data: [1, 0, 1], dtype: 'bool', space: Bit(3) };
  it('keeps truth values truth values when only their places change', () => {
    expect(
      callTensor({ name: 'reshape', args: { x: callTensor(c('zeros', {}, 4)) }, statics: [number(2), number(2)] }).space
        .shape,
    ).toEqual([2, 2]);
    expect(values(c('reverse'), { x: bits })).toEqual([1, 0, 1]);
    expect(values(c('sum'), { x: bits })).toEqual([2]);
    expect(values(c('all'), { x: bits })).toEqual([0]);
    expect(values(c('any'), { x: bits })).toEqual([1]);
  });
  it('makes classes of truth values and whole numbers', () => {
    const two = call(c('class', { k: number(1) }));
    expect(two).toMatchObject({ space: { element: { kind: 'Int' } } });
    expect(call(c('class', { k: number(1) }, 3))).toMatchObject({ space: { element: { kind: 'Class', size: 3 } } });
    expect(() => call(c('class', { k: number(3) }, 3))).toThrow('L0304');
    expect(() => call(c('class', { k: number(0.5) }))).toThrow('L0304');
  });
  it('puts softmax into the simplex, unit onto the sphere, argmax among the classes', () => {
    const x = callTensor(c('ones', {}, 2, 3));
    expect(callTensor({ name: 'softmax', args: { x } }).space).toEqual({
      kind: 'tensor',
      element: { kind: 'Simplex', size: 3 },
      shape: [2],
    });
    expect(callTensor({ name: 'unit', args: { x } }).space.element).toEqual({ kind: 'Sphere', dimension: 2 });
    expect(callTensor({ name: 'argmax', args: { x } }).space).toEqual(classOf(6));
  });
  it('flattens the parts of a tuple into one vector', () => {
    const parts: Value[] = [number(1), vector(2, 3)];
    expect(callTensor({ name: 'flatten', args: { x: { kind: 'tuple', items: parts } } }).space.shape).toEqual([3]);
  });
});

describe('mistakes', () => {
  const x = callTensor(c('zeros', {}, 2, 3));
  it.each([
    ['an axis that is not there', { name: 'sum', args: { x, axis: number(2) } }, 'L0302'],
    ['an axis that is no whole number', { name: 'sum', args: { x, axis: number(0.5) } }, 'L0302'],
    ['a reshape to another number of entries', { name: 'reshape', args: { x }, statics: [number(4)] }, 'L0304'],
    ['a convolution of a matrix', { name: 'conv2d', args: { x, filter: x, ...windowing(1, 'same') } }, 'L0304'],
    [
      'a padding of another name',
      { name: 'windows', args: { x: callTensor(c('zeros', {}, 3, 3, 1)), size: number(2), ...windowing(1, 'full') } },
      'L0302',
    ],
    [
      'a window larger than the image',
      { name: 'windows', args: { x: callTensor(c('zeros', {}, 3, 3, 1)), size: number(4), ...windowing(1, 'valid') } },
      'L0304',
    ],
    ['a matrix that is not square', { name: 'inverse', args: { A: x } }, 'L0304'],
    [
      'pieces that do not fit',
      { name: 'concat', args: { a: x, b: callTensor(c('zeros', {}, 2, 2)), axis: number(0) } },
      'L0301',
    ],
    ['a softmax of a number', { name: 'softmax', args: { x: number(1) } }, 'L0302'],
    ['the mode of a number', { name: 'mode', args: { x: number(1) } }, 'L0302'],
    ['a name that is no intrinsic', { name: 'nothing', args: {} }, 'L0602'],
  ] as const)('%s is said so', (_, one, code) => {
    expect(() => call(one)).toThrow(code);
  });
});
