/**
 * One typed constructor per operation: the way in which graphs are written. Pure functions; each computes the type of its result and
 * does the cheap local simplifications that keep traced graphs small (see make.ts). A span may follow every constructor's arguments.
 */
import type { Span } from '../../grammar/span.ts';
import type { Node } from './graph.ts';
import { make } from './make.ts';
import type {
  ArrayValue,
  BinaryOp,
  ComparisonOp,
  DType,
  OperationOf,
  ReductionOp,
  Shape,
  UnaryOp,
  Window,
} from './operations.ts';
import { sameList, sizeOf } from './shape.ts';

export { make, known, uniformValue } from './make.ts';
export { captures, loop, substitute } from './rebuild.ts';
export { windowOf } from './shape.ts';

// -- sources

export const input = (name: string, dtype: DType, shape: Shape, span?: Span): Node =>
  make({ op: 'input', name, dtype, shape }, [], span);

export const constant = (value: ArrayValue, span?: Span): Node => make({ op: 'constant', value }, [], span);

/** A number without axes. float32 constants are kept in double precision; engines round them when they upload them. */
export const scalar = (x: number, dtype: DType = 'float32', span?: Span): Node =>
  constant({ dtype, shape: [], data: dataOf(dtype, [x]) }, span);

/** Numbers written down, row by row. */
export const array = (numbers: readonly number[], shape: Shape = [numbers.length], dtype: DType = 'float32'): Node =>
  constant({ dtype, shape, data: dataOf(dtype, numbers) });

const dataOf = (dtype: DType, numbers: readonly number[]): Float64Array | Int32Array | Uint8Array => {
  if (dtype === 'float32') return Float64Array.from(numbers);
  return dtype === 'int32' ? Int32Array.from(numbers) : Uint8Array.from(numbers, (x) => (x !== 0 ? 1 : 0));
};

/** The same number everywhere, not stored out. */
export const full = (x: number, shape: Shape, dtype: DType = 'float32'): Node => broadcastTo(scalar(x, dtype), shape);
export const zerosLike = (a: Node): Node => full(0, a.shape, a.dtype);

export const random = (law: 'uniform' | 'normal', shape: Shape, site: number, key: Node, span?: Span): Node =>
  make({ op: 'random', law, shape, site }, [key], span);
export const deriveKey = (key: Node, index: Node, span?: Span): Node => make({ op: 'derive_key' }, [key, index], span);

// -- elementwise

export const unary = (op: UnaryOp, a: Node, span?: Span): Node => make({ op }, [a], span);
export const binary = (op: BinaryOp, a: Node, b: Node, span?: Span): Node => make({ op }, [a, b], span);
export const compare = (op: ComparisonOp, a: Node, b: Node, span?: Span): Node => make({ op }, [a, b], span);

type Unary = (a: Node, span?: Span) => Node;
const unaryOf =
  (op: UnaryOp): Unary =>
  (a, span) =>
    unary(op, a, span);
export const neg = unaryOf('neg');
export const abs_ = unaryOf('abs');
export const sign = unaryOf('sign');
export const exp = unaryOf('exp');
export const expm1 = unaryOf('expm1');
export const log = unaryOf('log');
export const log1p = unaryOf('log1p');
export const sqrt = unaryOf('sqrt');
export const square = unaryOf('square');
export const reciprocal = unaryOf('reciprocal');
export const sin = unaryOf('sin');
export const cos = unaryOf('cos');
export const tan = unaryOf('tan');
export const asin = unaryOf('asin');
export const acos = unaryOf('acos');
export const atan = unaryOf('atan');
export const sinh = unaryOf('sinh');
export const cosh = unaryOf('cosh');
export const tanh = unaryOf('tanh');
export const asinh = unaryOf('asinh');
export const acosh = unaryOf('acosh');
export const atanh = unaryOf('atanh');
export const sigmoid = unaryOf('sigmoid');
export const softplus = unaryOf('softplus');
export const relu = unaryOf('relu');
export const erf = unaryOf('erf');
export const lgamma = unaryOf('lgamma');
export const floor = unaryOf('floor');
export const ceil = unaryOf('ceil');
export const round = unaryOf('round');
export const polygamma = (order: number, a: Node, span?: Span): Node => make({ op: 'polygamma', order }, [a], span);

type Binary = (a: Node, b: Node, span?: Span) => Node;
const binaryOf =
  (op: BinaryOp): Binary =>
  (a, b, span) =>
    binary(op, a, b, span);
export const add = binaryOf('add');
export const sub = binaryOf('sub');
export const mul = binaryOf('mul');
export const div = binaryOf('div');
export const pow = binaryOf('pow');
export const mod = binaryOf('mod');
export const maximum = binaryOf('max');
export const minimum = binaryOf('min');
export const atan2 = binaryOf('atan2');

const compareOf =
  (op: ComparisonOp): Binary =>
  (a, b, span) =>
    compare(op, a, b, span);
export const eq = compareOf('eq');
export const ne = compareOf('ne');
export const lt = compareOf('lt');
export const le = compareOf('le');
export const gt = compareOf('gt');
export const ge = compareOf('ge');

export const and: Binary = (a, b, span) => make({ op: 'and' }, [a, b], span);
export const or: Binary = (a, b, span) => make({ op: 'or' }, [a, b], span);
export const not: Unary = (a, span) => make({ op: 'not' }, [a], span);
export const select = (c: Node, a: Node, b: Node, span?: Span): Node => make({ op: 'select' }, [c, a, b], span);
export const cast = (a: Node, dtype: DType, span?: Span): Node => make({ op: 'cast', dtype }, [a], span);
export const stop: Unary = (a, span) => make({ op: 'stop' }, [a], span);
/** The value, whose derivative by `by` is `slope` (an expression of the value itself) and by anything else 0. */
export const pathwise = (value: Node, by: Node, slope: Node, span?: Span): Node =>
  make({ op: 'stop' }, [value, by, slope], span);

// -- linear

export const reshape = (a: Node, shape: Shape, span?: Span): Node => make({ op: 'reshape', shape }, [a], span);
export const transpose = (a: Node, permutation: readonly number[], span?: Span): Node =>
  make({ op: 'transpose', permutation }, [a], span);
export const broadcastTo = (a: Node, shape: Shape, span?: Span): Node => make({ op: 'broadcast', shape }, [a], span);

export const slice = (
  a: Node,
  spec: { readonly begin: readonly number[]; readonly size: readonly number[]; readonly strides?: readonly number[] },
  span?: Span,
): Node =>
  make({ op: 'slice', begin: spec.begin, size: spec.size, strides: spec.strides ?? a.shape.map(() => 1) }, [a], span);

/** `count` rows of one axis. */
export const sliceAxis = (a: Node, axis: number, begin: number, count: number, stride = 1, span?: Span): Node =>
  slice(
    a,
    {
      begin: a.shape.map((_, i) => (i === axis ? begin : 0)),
      size: a.shape.map((n, i) => (i === axis ? count : n)),
      strides: a.shape.map((_, i) => (i === axis ? stride : 1)),
    },
    span,
  );

export const pad = (
  a: Node,
  spec: {
    readonly before: readonly number[];
    readonly after: readonly number[];
    readonly interior?: readonly number[];
  },
  span?: Span,
): Node =>
  make(
    { op: 'pad', before: spec.before, after: spec.after, interior: spec.interior ?? a.shape.map(() => 0) },
    [a],
    span,
  );

export const concat = (nodes: readonly Node[], axis: number, span?: Span): Node =>
  make({ op: 'concat', axis }, nodes, span);

/** Equal shapes along a new axis. */
export const stack = (nodes: readonly Node[], axis = 0, span?: Span): Node =>
  concat(
    nodes.map((a) => reshape(a, [...a.shape.slice(0, axis), 1, ...a.shape.slice(axis)])),
    axis,
    span,
  );

export const reverse = (a: Node, axes: readonly number[], span?: Span): Node =>
  make({ op: 'reverse', axes }, [a], span);
export const cumsum = (
  a: Node,
  axis: number,
  options: { readonly exclusive?: boolean; readonly reverse?: boolean } = {},
  span?: Span,
): Node =>
  make({ op: 'cumsum', axis, exclusive: options.exclusive ?? false, reverse: options.reverse ?? false }, [a], span);

/** Rows of x. */
export const gather = (x: Node, index: Node, span?: Span): Node => make({ op: 'gather' }, [x, index], span);
export const scatterAdd = (updates: Node, index: Node, size: number, span?: Span): Node =>
  make({ op: 'scatter_add', size }, [updates, index], span);
export const unfold = (x: Node, window: Window, span?: Span): Node => make({ op: 'unfold', window }, [x], span);
export const fold_ = (patches: Node, window: Window, size: readonly [number, number], span?: Span): Node =>
  make({ op: 'fold', window, size }, [patches], span);

// -- bilinear

export const matmul = (
  a: Node,
  b: Node,
  options: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {},
  span?: Span,
): Node => {
  const transposeA = options.transposeA ?? false;
  const transposeB = options.transposeB ?? false;
  const rows = a.shape.slice(0, -1);
  // [...b, m, k] @ [k, n] is one product of [b m, k]: no batch, and the gradient of the matrix needs no sum over it
  if (!transposeA && rows.length > 1 && sizeOf(b.shape.slice(0, -2)) === 1 && b.shape.length <= a.shape.length) {
    const left = reshape(a, [sizeOf(rows), a.shape[a.shape.length - 1]]);
    const right = reshape(b, b.shape.slice(-2));
    const product = make({ op: 'matmul', transposeA, transposeB }, [left, right], span);
    return reshape(product, [...rows, product.shape[1]], span);
  }
  return make({ op: 'matmul', transposeA, transposeB }, [a, b], span);
};

export const conv = (x: Node, filter: Node, window: Window, span?: Span): Node =>
  make({ op: 'conv', window }, [x, filter], span);
export const convToInput = (
  g: Node,
  filter: Node,
  window: Window,
  size: readonly [number, number],
  span?: Span,
): Node => make({ op: 'conv_to_input', window, size }, [g, filter], span);
export const convToFilter = (x: Node, g: Node, window: Window, span?: Span): Node =>
  make({ op: 'conv_to_filter', window }, [x, g], span);

// -- reductions and indices

/** Axes in order, counted from the end where negative. */
const ordered = (axes: readonly number[], rank: number): number[] =>
  [...new Set(axes.map((i) => (i < 0 ? i + rank : i)))].sort((i, j) => i - j);

export const reduce = (op: ReductionOp, a: Node, axes: readonly number[], keep = false, span?: Span): Node =>
  make({ op, axes: ordered(axes, a.shape.length), keep }, [a], span);
type Reduction = (a: Node, axes?: readonly number[], keep?: boolean, span?: Span) => Node;
const reduceOf =
  (op: ReductionOp): Reduction =>
  (a, axes = a.shape.map((_, i) => i), keep = false, span) =>
    reduce(op, a, axes, keep, span);
export const sum = reduceOf('sum');
export const prod = reduceOf('prod');
export const maxOver = reduceOf('max_over');
export const minOver = reduceOf('min_over');
export const mean_: Reduction = (a, axes = a.shape.map((_, i) => i), keep = false, span) => {
  const count = sizeOf(ordered(axes, a.shape.length).map((i) => a.shape[i]));
  return mul(sum(a, axes, keep, span), scalar(1 / count), span);
};

export const argmax = (a: Node, axis: number, span?: Span): Node =>
  make({ op: 'argmax', axis: ordered([axis], a.shape.length)[0] }, [a], span);
export const argmin = (a: Node, axis: number, span?: Span): Node =>
  make({ op: 'argmin', axis: ordered([axis], a.shape.length)[0] }, [a], span);
export const argsort = (a: Node, span?: Span): Node => make({ op: 'argsort' }, [a], span);
export const oneHot = (a: Node, depth: number, span?: Span): Node => make({ op: 'one_hot', depth }, [a], span);

// -- loops

/** `inputs`: carries, sequences, captures. Read by `part`. `loop` is easier. */
export const scan = (
  spec: Omit<OperationOf<'scan'>, 'op'> & { readonly inputs: readonly Node[] },
  span?: Span,
): Node => {
  const { inputs, ...attributes } = spec;
  return make({ op: 'scan', ...attributes }, inputs, span);
};
export const part = (scanned: Node, index: number, span?: Span): Node => make({ op: 'part', index }, [scanned], span);

// -- small compositions that many need

/** Summed over what broadcasting to `a`'s shape had spread: the transpose of broadcasting. */
export const unbroadcast = (a: Node, shape: Shape): Node => {
  if (sameList(a.shape, shape)) return a;
  const lead = a.shape.length - shape.length;
  const spread = a.shape.map((_, i) => i).filter((i) => i < lead || (shape[i - lead] === 1 && a.shape[i] !== 1));
  return reshape(sum(a, spread), shape);
};

/** A reduced value with its axes back, each of size 1. */
export const restoreAxes = (reduced: Node, shape: Shape, axes: readonly number[]): Node =>
  reshape(
    reduced,
    shape.map((n, i) => (axes.includes(i) ? 1 : n)),
  );
