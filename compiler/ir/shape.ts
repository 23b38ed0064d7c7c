/**
 * Arithmetic of shapes: sizes, strides, NumPy's broadcasting, windows of convolutions. Everything here is about lists of numbers.
 */
import type { DType, Shape, Window } from './operations.ts';

/** What is known of a value before it is computed. */
export interface Type {
  readonly dtype: DType;
  readonly shape: Shape;
}

export const sizeOf = (shape: Shape): number => {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
};

/** Equal lists of numbers: shapes, axes, permutations. */
export const sameList = (a: readonly number[], b: readonly number[]): boolean => {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** Row-major: how far apart neighbours along each axis are. */
export const stridesOf = (shape: Shape): number[] => {
  const strides = new Array<number>(shape.length);
  for (let i = shape.length - 1, step = 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
};

/** Strides with which an array of shape `from` is read as one of shape `to`: 0 along axes where it is repeated. */
export const broadcastStrides = (from: Shape, to: Shape): number[] => {
  const own = stridesOf(from);
  const lead = to.length - from.length;
  return to.map((n, i) => (i < lead || (from[i - lead] === 1 && n !== 1) ? 0 : own[i - lead]));
};

/** The common shape by NumPy's rule; undefined if there is none. */
export const broadcastShapes = (a: Shape, b: Shape): Shape | undefined => {
  if (sameList(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const m = i <= a.length ? a[a.length - i] : 1;
    const n = i <= b.length ? b[b.length - i] : 1;
    if (m !== n && m !== 1 && n !== 1) return undefined;
    shape[rank - i] = m === 1 ? n : m;
  }
  return shape;
};

export const isIdentity = (permutation: readonly number[]): boolean => permutation.every((p, i) => p === i);
export const inverse = (permutation: readonly number[]): number[] => permutation.map((_, i) => permutation.indexOf(i));

/** The axes that a reduction over `axes` leaves, in order. */
export const otherAxes = (rank: number, axes: readonly number[]): number[] =>
  Array.from({ length: rank }, (_, i) => i).filter((i) => !axes.includes(i));

export const reducedShape = (shape: Shape, axes: readonly number[], keep: boolean): Shape =>
  keep ? shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape.filter((_, i) => !axes.includes(i));

/** Windows that fit along one axis. */
const windows = (
  n: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: readonly [number, number],
): number => Math.floor((n + padding[0] + padding[1] - (kernel - 1) * dilation - 1) / stride) + 1;

/** Height and width of what a convolution makes of an image of this size. */
export const outputSize = (window: Window, [h, w]: readonly [number, number]): [number, number] => [
  windows(h, window.kernel[0], window.strides[0], window.dilations[0], window.padding[0]),
  windows(w, window.kernel[1], window.strides[1], window.dilations[1], window.padding[1]),
];

/** TensorFlow's rule: `same` makes ceil(n / stride) windows and puts the odd zero after. */
export const windowOf = (spec: {
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly strides?: readonly [number, number];
  readonly dilations?: readonly [number, number];
  readonly padding: 'same' | 'valid';
}): Window => {
  const { size, kernel, strides = [1, 1], dilations = [1, 1], padding } = spec;
  const around = (i: 0 | 1): [number, number] => {
    if (padding === 'valid') return [0, 0];
    const count = Math.ceil(size[i] / strides[i]);
    const total = Math.max(0, (count - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1 - size[i]);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };
  return { kernel, strides, dilations, padding: [around(0), around(1)] };
};
