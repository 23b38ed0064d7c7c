/**
 * Numbers of any width and order of bytes -> the arrays of the compiler: whole numbers that fit are int32, truth values bool,
 * everything else float32 (held in doubles where the file has doubles, or whole numbers too large for int32).
 */
import { lazyArray, madeAtOnce } from '../../compiler/ir/arrays.ts';
import type { ArrayData, ArrayValue, Bounds } from '../../compiler/ir/operations.ts';

export type NumberKind = 'bool' | 'int' | 'uint' | 'float';

export interface NumberFormat {
  readonly kind: NumberKind;
  /** Bytes a number. */
  readonly size: number;
  readonly little: boolean;
}

const half = (bits: number): number => {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits >> 15 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

type Get = (view: DataView, at: number, little: boolean) => number;

const getters: Readonly<Record<string, Get>> = {
  bool1: (v, at) => Number(v.getUint8(at) !== 0),
  int1: (v, at) => v.getInt8(at),
  int2: (v, at, little) => v.getInt16(at, little),
  int4: (v, at, little) => v.getInt32(at, little),
  int8: (v, at, little) => Number(v.getBigInt64(at, little)),
  uint1: (v, at) => v.getUint8(at),
  uint2: (v, at, little) => v.getUint16(at, little),
  uint4: (v, at, little) => v.getUint32(at, little),
  uint8: (v, at, little) => Number(v.getBigUint64(at, little)),
  float2: (v, at, little) => half(v.getUint16(at, little)),
  float4: (v, at, little) => v.getFloat32(at, little),
  float8: (v, at, little) => v.getFloat64(at, little),
};

export const isNumberFormat = (kind: string, size: number): boolean => `${kind}${size}` in getters;

/** `count` numbers from the start of `bytes`, which has at least so many. */
const readNumbers = (
  bytes: Uint8Array,
  { kind, size, little }: NumberFormat,
  count: number,
): Pick<ArrayValue, 'dtype' | 'data'> => {
  const get = getters[`${kind}${size}`];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const into = <A extends Float64Array | Float32Array | Int32Array | Uint8Array>(data: A): A => {
    for (let i = 0; i < count; i++) data[i] = get(view, i * size, little);
    return data;
  };
  if (kind === 'bool') return { dtype: 'bool', data: into(new Uint8Array(count)) };
  if (kind === 'float')
    return { dtype: 'float32', data: into(size === 8 ? new Float64Array(count) : new Float32Array(count)) };
  if (size < 4 || (kind === 'int' && size === 4)) return { dtype: 'int32', data: into(new Int32Array(count)) };
  const wide = into(new Float64Array(count));
  return wide.every((x) => x === (x | 0))
    ? { dtype: 'int32', data: Int32Array.from(wide) }
    : { dtype: 'float32', data: wide };
};

/** What is certain of numbers of a narrow format, and how the compiler holds them. */
const narrow: Readonly<Record<string, { readonly dtype: 'bool' | 'int32'; readonly bounds: Bounds }>> = {
  bool1: { dtype: 'bool', bounds: { low: 0, high: 1 } },
  int1: { dtype: 'int32', bounds: { low: -128, high: 127 } },
  int2: { dtype: 'int32', bounds: { low: -32768, high: 32767 } },
  uint1: { dtype: 'int32', bounds: { low: 0, high: 255 } },
  uint2: { dtype: 'int32', bounds: { low: 0, high: 65535 } },
};

/** An array of many narrow numbers stays as bytes until somebody looks at it. */
export const readArray = (bytes: () => Uint8Array, format: NumberFormat, shape: readonly number[]): ArrayValue => {
  const entries = shape.reduce((n, d) => n * d, 1);
  const known = entries > madeAtOnce ? narrow[`${format.kind}${format.size}`] : undefined;
  if (!known) return { ...readNumbers(bytes(), format, entries), shape };
  const width = entries / shape[0];
  const ofRow = format.size * width;
  const rows = (places: ArrayLike<number>): ArrayData => {
    const all = bytes();
    const picked = new Uint8Array(places.length * ofRow);
    for (let i = 0; i < places.length; i++)
      picked.set(all.subarray(places[i] * ofRow, (places[i] + 1) * ofRow), i * ofRow);
    return readNumbers(picked, format, places.length * width).data;
  };
  return lazyArray(known.dtype, shape, known.bounds, () => readNumbers(bytes(), format, entries).data, rows);
};

/** Column-major -> row-major: the first index of the file's numbers runs fastest, the last must. */
export const toRowMajor = <A extends ArrayValue['data']>(data: A, shape: readonly number[]): A => {
  const out = data.slice() as A;
  const steps = shape.map((_, axis) => shape.slice(0, axis).reduce((n, d) => n * d, 1));
  const index = shape.map(() => 0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++index[axis] < shape[axis]) break;
      from -= steps[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
};
