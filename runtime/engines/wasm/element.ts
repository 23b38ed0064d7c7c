/**
 * One step of a fused loop, four numbers at a time. Truths are masks of ones and zeros; in memory they are bytes of 1 and 0.
 */
import {
  binaryOps,
  comparisonOps,
  unaryOps,
  type BinaryOp,
  type ComparisonOp,
  type DType,
  type Operation,
} from '../../../compiler/ir/operations.ts';
import { polygamma } from '../functions/special.ts';
import { binaryFunctions, comparisons, unaryFunctions } from '../functions/table.ts';
import type { Writer } from './assembler.ts';
import type { simd } from './opcodes.ts';
import type { Vectors } from './vector.ts';

const integers: { readonly [K in BinaryOp]?: keyof typeof simd } = {
  add: 'i32x4Add',
  sub: 'i32x4Sub',
  mul: 'i32x4Mul',
  max: 'i32x4MaxS',
  min: 'i32x4MinS',
};

const integerComparisons: { readonly [K in ComparisonOp]: keyof typeof simd } = {
  eq: 'i32x4Eq',
  ne: 'i32x4Ne',
  lt: 'i32x4LtS',
  le: 'i32x4LeS',
  gt: 'i32x4GtS',
  ge: 'i32x4GeS',
};

const one = 0x3f800000;

const cast = (v: Vectors, from: DType, to: DType, x: number): number => {
  if (from === to) return x;
  if (from === 'bool') return v.apply('and', x, v.bits(to === 'float32' ? one : 1));
  if (to === 'float32') return v.apply('f32x4ConvertI32x4S', x);
  if (to === 'int32') return v.apply('i32x4TruncSatF32x4S', x);
  return from === 'int32' ? v.apply('i32x4Ne', x, v.bits(0)) : v.apply('f32x4Ne', x, v.bits(0));
};

const includes = <T extends string>(list: readonly T[], op: string): op is T =>
  (list as readonly string[]).includes(op);

/** Masks compare as truths: false is 0, true is -1, so the order is turned. */
const compareMasks = (v: Vectors, op: ComparisonOp, a: number, b: number): number =>
  v.apply(integerComparisons[op], b, a);

export const stepOf = (v: Vectors, operation: Operation, args: readonly number[], types: readonly DType[]): number => {
  const { op } = operation;
  const [a, b, c] = args;
  const real = types[types.length - 1] === 'float32';
  if (includes(unaryOps, op)) return unaryFunctions[op](v, a);
  if (operation.op === 'polygamma') return polygamma(v, operation.order, a);
  if (includes(binaryOps, op)) {
    if (real) return binaryFunctions[op](v, a, b);
    const name = integers[op];
    if (name) return v.apply(name, a, b);
  }
  if (includes(comparisonOps, op)) {
    if (real) return comparisons[op](v, a, b);
    return types[0] === 'bool' ? compareMasks(v, op, a, b) : v.apply(integerComparisons[op], a, b);
  }
  if (op === 'and' || op === 'or') return v.apply(op, a, b);
  if (op === 'not') return v.apply('not', a);
  if (op === 'select') return v.select(a, b, c);
  if (operation.op === 'cast') return cast(v, types[0], operation.dtype, a);
  throw new Error(`internal: no vector instruction for ${op} of ${types.join(', ')}`);
};

/** An address: a pointer and a distance in bytes, which may be negative. */
const address = (f: Writer, pointer: number, distance: number): number => {
  f.get(pointer);
  if (distance >= 0) return distance;
  f.i32(distance);
  f.op('i32Add');
  return 0;
};

/** `lanes` numbers from a pointer on, `stride` numbers apart; the other lanes hold anything. */
export const load = (
  f: Writer,
  v: Vectors,
  dtype: DType,
  pointer: number,
  distance: number,
  stride: number,
  lanes: number,
): number => {
  const result = f.local('v128');
  const narrow = dtype === 'bool';
  const width = narrow ? 1 : 4;
  if (stride === 0 && !narrow) f.simdAccess('load32Splat', address(f, pointer, distance));
  else if (stride === 0) {
    f.access('i32Load8', address(f, pointer, distance));
    f.simd('i32x4Splat');
  } else if (stride === 1) f.simdAccess(narrow ? 'load32Zero' : 'load', address(f, pointer, distance));
  else {
    f.get(v.bits(0));
    f.set(result);
    for (let lane = 0; lane < lanes; lane++) {
      const offset = address(f, pointer, distance + lane * stride * width);
      f.get(result);
      f.laneAccess(narrow ? 'load8Lane' : 'load32Lane', lane, offset);
      f.set(result);
    }
    f.get(result);
  }
  if (narrow) {
    if (stride !== 0) {
      f.simd('i16x8ExtendLowI8x16U');
      f.simd('i32x4ExtendLowI16x8U');
    }
    f.simd('i32x4Neg'); // 1 becomes a mask of ones
  }
  f.set(result);
  return result;
};

/** The first `lanes` numbers of a vector. */
export const store = (
  f: Writer,
  v: Vectors,
  dtype: DType,
  value: number,
  pointer: number,
  distance: number,
  stride: number,
  lanes: number,
): void => {
  const narrow = dtype === 'bool';
  let source = value;
  if (narrow) {
    const ones = v.apply('and', value, v.bits(1));
    const words = v.apply('i16x8NarrowI32x4U', ones, ones);
    source = v.apply('i8x16NarrowI16x8U', words, words);
  }
  if (stride === 1 && lanes === 4) {
    const offset = address(f, pointer, distance);
    f.get(source);
    if (narrow) f.laneAccess('store32Lane', 0, offset);
    else f.simdAccess('store', offset);
    return;
  }
  for (let lane = 0; lane < lanes; lane++) {
    const offset = address(f, pointer, distance + lane * stride * (narrow ? 1 : 4));
    f.get(source);
    f.laneAccess(narrow ? 'store8Lane' : 'store32Lane', lane, offset);
  }
};
