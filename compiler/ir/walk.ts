/**
 * Walking strided arrays row by row: neighbouring axes that every operand steps through evenly are merged, so that most walks are one
 * long row. The loops over a row belong to the callers, where they can be specialised.
 */
import type { ArrayData, Shape } from './operations.ts';

export interface Rows {
  /** Elements of a row, and how far each operand steps from one to the next. */
  readonly size: number;
  readonly steps: readonly number[];
  /** The axes over the rows, and the strides of each operand along them. */
  readonly outer: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

export const rowsOf = (shape: Shape, strides: readonly (readonly number[])[]): Rows => {
  const sizes: number[] = [];
  const merged: number[][] = strides.map(() => []);
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && strides.every((s, k) => merged[k][last] === s[i] * shape[i])) {
      sizes[last] *= shape[i];
      strides.forEach((s, k) => (merged[k][last] = s[i]));
    } else {
      sizes.push(shape[i]);
      strides.forEach((s, k) => merged[k].push(s[i]));
    }
  }
  if (sizes.length === 0) return { size: 1, steps: strides.map(() => 0), outer: [], strides: merged };
  const inner = sizes.length - 1;
  return {
    size: sizes[inner],
    steps: merged.map((s) => s[inner]),
    outer: sizes.slice(0, inner),
    strides: merged.map((s) => s.slice(0, inner)),
  };
};

/** Calls `visit` with where each operand's row begins (at most four operands). */
export const eachRow = (
  { outer, strides, size }: Rows,
  visit: (a: number, b: number, c: number, d: number) => void,
): void => {
  if (size === 0 || outer.includes(0)) return;
  const at = [0, 0, 0, 0];
  const index = outer.map(() => 0);
  for (;;) {
    visit(at[0], at[1], at[2], at[3]);
    let axis = outer.length - 1;
    for (; axis >= 0; axis--) {
      for (let k = 0; k < strides.length; k++) at[k] += strides[k][axis];
      if (++index[axis] < outer[axis]) break;
      for (let k = 0; k < strides.length; k++) at[k] -= strides[k][axis] * outer[axis];
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
};

/** to[toStart + ...] = from[fromStart + ...] over `shape`; strides may be zero or negative. */
export const copyStrided = (
  shape: Shape,
  from: ArrayData,
  fromStart: number,
  fromStrides: readonly number[],
  to: ArrayData,
  toStart: number,
  toStrides: readonly number[],
): void => {
  const rows = rowsOf(shape, [fromStrides, toStrides]);
  const [s, t] = rows.steps;
  const n = rows.size;
  const block = s === 1 && t === 1 && n >= 16;
  eachRow(rows, (p, q) => {
    p += fromStart;
    q += toStart;
    if (block) to.set(from.subarray(p, p + n), q);
    else for (let i = 0; i < n; i++, p += s, q += t) to[q] = from[p];
  });
};
