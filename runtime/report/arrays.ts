/** Arrays for pictures: rows, columns, ranges, whatever their dtype. */
import type { ArrayValue } from '../../compiler/ir/operations.ts';

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

export const numbersOf = (a: ArrayValue): number[] => Array.from(a.data);

/** Row i of an array whose first axis counts rows. */
export const rowOf = (a: ArrayValue, i: number): ArrayValue => {
  const shape = a.shape.slice(1);
  const size = sizeOf(shape);
  return { dtype: a.dtype, shape, data: a.data.slice(i * size, (i + 1) * size) };
};

/** Columns of [rows, ...]: everything behind the first axis is one column each. */
export const columnsOf = (a: ArrayValue): number[][] => {
  const rows = a.shape[0] ?? 1;
  const width = rows === 0 ? 0 : a.data.length / rows;
  return Array.from({ length: width }, (_, j) => Array.from({ length: rows }, (_, i) => Number(a.data[i * width + j])));
};

export const rangeOf = (data: ArrayLike<number>): { min: number; max: number; mean: number } => {
  let [min, max, sum, count] = [Infinity, -Infinity, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const v = data[i];
    if (!Number.isFinite(v)) continue;
    if (v < min) min = v;
    if (v > max) max = v;
    sum += v;
    count++;
  }
  return count === 0 ? { min: NaN, max: NaN, mean: NaN } : { min, max, mean: sum / count };
};
