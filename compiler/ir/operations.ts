/**
 * The operations of the tensor graph: a closed union with typed attributes.
 *
 * Every question about an operation (shape, gradient, evaluation, cost, engine kernel) is answered by a table
 * in `../rules/` or in an engine that is total over `Operation['op']`: a new operation does not compile until all are there.
 * Families: sources, unary, binary, selection, linear (re-arranging, summing), bilinear (products), reductions, indices, loops.
 */
import type { Graph } from './graph.ts';

export type DType = 'float32' | 'int32' | 'bool';
export type Shape = readonly number[];
export type ArrayData = Float64Array | Float32Array | Int32Array | Uint8Array;

/** Every number lies between, and none of them is NaN. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** A dense row-major array: what constants hold, the evaluator computes and engines take and give. bool: Uint8Array of 0 and 1. */
export interface ArrayValue {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: ArrayData;
  /** Of an array that is made later (arrays.ts): what is known of its numbers without looking. */
  readonly bounds?: Bounds;
  /** Of an array that is made later: some of its rows, without making the others. */
  readonly rows?: Rows;
}

/** Numbers of the rows at these places, one after the other. */
export type Rows = (places: ArrayLike<number>) => ArrayData;

/** float32 -> float32, one number at a time. */
export const unaryOps = [
  'neg',
  'abs',
  'sign',
  'exp',
  'expm1',
  'log',
  'log1p',
  'sqrt',
  'square',
  'reciprocal',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'tanh',
  'asinh',
  'acosh',
  'atanh',
  'sigmoid',
  'softplus',
  'relu',
  'erf',
  'lgamma',
  'floor',
  'ceil',
  'round',
] as const;
export type UnaryOp = (typeof unaryOps)[number];

/** Elementwise with NumPy broadcasting. Arithmetic keeps the dtype (both float32 or both int32); `mod` has the sign of the divisor. */
export const binaryOps = ['add', 'sub', 'mul', 'div', 'pow', 'mod', 'max', 'min', 'atan2'] as const;
export type BinaryOp = (typeof binaryOps)[number];

/** Both sides of one dtype -> bool. */
export const comparisonOps = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const;
export type ComparisonOp = (typeof comparisonOps)[number];

/** bool, bool -> bool */
export const logicalOps = ['and', 'or'] as const;
export type LogicalOp = (typeof logicalOps)[number];

/** Over `axes`, which are removed from the shape (`keep`: kept with size 1). sum of int32 stays int32. */
export const reductionOps = ['sum', 'prod', 'max_over', 'min_over'] as const;
export type ReductionOp = (typeof reductionOps)[number];

/** One number at a time, with broadcasting: what fuses with each other. */
export const elementwiseOps: ReadonlySet<OpName> = new Set<OpName>([
  ...unaryOps,
  ...binaryOps,
  ...comparisonOps,
  ...logicalOps,
  'polygamma',
  'not',
  'select',
  'cast',
]);

/** Windows of a convolution over NHWC: kernel size, strides, dilations, and zeros added [before, after] in height and width. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: readonly [readonly [number, number], readonly [number, number]];
}

export type Operation =
  // -- sources
  /** Fed from outside, by name. */
  | { readonly op: 'input'; readonly name: string; readonly dtype: DType; readonly shape: Shape }
  | { readonly op: 'constant'; readonly value: ArrayValue }
  /** key: int32 [2] -> independent draws, float32; `uniform` in (0, 1), standard `normal`. `site` tells draws of one key apart. */
  | { readonly op: 'random'; readonly law: 'uniform' | 'normal'; readonly shape: Shape; readonly site: number }
  /** key: int32 [2], index: int32 [] -> key: int32 [2]; a fresh key for each index (steps, iterations of a loop). */
  | { readonly op: 'derive_key' }
  // -- elementwise
  | { readonly op: UnaryOp }
  /** polygamma(n, x), n >= 0; n = 0 is digamma. */
  | { readonly op: 'polygamma'; readonly order: number }
  | { readonly op: BinaryOp }
  | { readonly op: ComparisonOp }
  | { readonly op: LogicalOp }
  | { readonly op: 'not' }
  /** bool, a, b -> a where true, else b; broadcasting */
  | { readonly op: 'select' }
  | { readonly op: 'cast'; readonly dtype: DType }
  /**
   * The value; its gradient is zero. With two more inputs, `by` and a slope that is computed from the value: what moves with `by` like
   * that (a draw that came out of a loop of rejections).
   */
  | { readonly op: 'stop' }
  // -- linear
  | { readonly op: 'reshape'; readonly shape: Shape }
  | { readonly op: 'transpose'; readonly permutation: readonly number[] }
  /** To `shape` by NumPy's rule. */
  | { readonly op: 'broadcast'; readonly shape: Shape }
  /** Elements begin, begin + stride, ... < begin + size * stride (`size` elements) of every axis; strides are positive. */
  | {
      readonly op: 'slice';
      readonly begin: readonly number[];
      readonly size: readonly number[];
      readonly strides: readonly number[];
    }
  /** The transpose of slice: zeros before, after, and between neighbours (`interior`) on every axis. */
  | {
      readonly op: 'pad';
      readonly before: readonly number[];
      readonly after: readonly number[];
      readonly interior: readonly number[];
    }
  | { readonly op: 'concat'; readonly axis: number }
  | { readonly op: 'reverse'; readonly axes: readonly number[] }
  | { readonly op: 'cumsum'; readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean }
  /** x [n, ...rest], i int32 [...index] -> [...index, ...rest]. Out of range is an internal error. */
  | { readonly op: 'gather' }
  /** updates [...index, ...rest], i int32 [...index] -> [size, ...rest]; equal indices add up. The transpose of gather. */
  | { readonly op: 'scatter_add'; readonly size: number }
  /** NHWC [n, h, w, c] -> [n, oh, ow, kh, kw, c]: the patch under each window (zero padding). */
  | { readonly op: 'unfold'; readonly window: Window }
  /** The transpose of unfold: patches added up into [n, h, w, c]. */
  | { readonly op: 'fold'; readonly window: Window; readonly size: readonly [number, number] }
  // -- bilinear
  /** [...b, m, k] @ [...b, k, n]; batch axes broadcast; `transposeA/B` read the last two axes the other way round. */
  | { readonly op: 'matmul'; readonly transposeA: boolean; readonly transposeB: boolean }
  /** x [n, h, w, c], filter [kh, kw, c, k] -> [n, oh, ow, k] */
  | { readonly op: 'conv'; readonly window: Window }
  /** g [n, oh, ow, k], filter [kh, kw, c, k] -> [n, h, w, c], h and w given by `size` */
  | { readonly op: 'conv_to_input'; readonly window: Window; readonly size: readonly [number, number] }
  /** x [n, h, w, c], g [n, oh, ow, k] -> [kh, kw, c, k] */
  | { readonly op: 'conv_to_filter'; readonly window: Window }
  // -- reductions and indices
  | { readonly op: ReductionOp; readonly axes: readonly number[]; readonly keep: boolean }
  /** int32; the first of equals; the axis is removed. */
  | { readonly op: 'argmax' | 'argmin'; readonly axis: number }
  /** int32; ascending and stable along the last axis. */
  | { readonly op: 'argsort' }
  /** int32 [...] -> float32 [..., depth]; an index out of range gives a row of zeros. */
  | { readonly op: 'one_hot'; readonly depth: number }
  // -- loops
  /**
   * `length` rounds of `body`. Inputs: carries, then sequences [length, ...], then captures (the same every round).
   * Body inputs: round int32 [], carries, one element of each sequence, captures. Body outputs: new carries, then results,
   * which are stacked. `reverse` runs rounds length-1 .. 0 (results are stacked by round all the same). Read by `part` only.
   */
  | {
      readonly op: 'scan';
      readonly body: Graph;
      readonly length: number;
      readonly carries: number;
      readonly sequences: number;
      readonly reverse: boolean;
    }
  /** scan -> its final carry (index < carries) or stacked result. */
  | { readonly op: 'part'; readonly index: number };

export type OpName = Operation['op'];
/** The operation named K with its attributes, also where several names share one member of the union. */
export type OperationOf<K extends OpName, O = Operation> = O extends { readonly op: infer P }
  ? K extends P
    ? O & { readonly op: K }
    : never
  : never;
