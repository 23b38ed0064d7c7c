/**
 * Products: matmul, and convolutions as a product with the unfolded patches. Sums are kept in double precision and rounded once.
 */
import type { ArrayData, ArrayValue, Shape, Window } from '../../ir/operations.ts';
import { broadcastStrides, outputSize, sizeOf, stridesOf } from '../../ir/shape.ts';
import { copyStrided, eachRow, rowsOf } from '../../ir/walk.ts';
import { allocate, type EvaluationRule, type Precision } from './rule.ts';

/** out[m, n] = a[m, k] b[k, n] from the given places; `row` is scratch for n sums. */
const multiply = (
  [m, k, n]: readonly [number, number, number],
  a: ArrayData,
  aAt: number,
  b: ArrayData,
  bAt: number,
  out: ArrayData,
  outAt: number,
  row: Float64Array,
): void => {
  for (let i = 0; i < m; i++) {
    row.fill(0);
    const from = aAt + i * k;
    let p = 0;
    // four rows of b at a time, so that the sums are read and written a quarter as often
    for (; p + 3 < k; p += 4) {
      const x0 = a[from + p];
      const x1 = a[from + p + 1];
      const x2 = a[from + p + 2];
      const x3 = a[from + p + 3];
      const b0 = bAt + p * n;
      const b1 = b0 + n;
      const b2 = b1 + n;
      const b3 = b2 + n;
      for (let j = 0; j < n; j++) row[j] += x0 * b[b0 + j] + x1 * b[b1 + j] + x2 * b[b2 + j] + x3 * b[b3 + j];
    }
    for (; p < k; p++) {
      const x = a[from + p];
      const at = bAt + p * n;
      for (let j = 0; j < n; j++) row[j] += x * b[at + j];
    }
    out.set(row, outAt + i * n);
  }
};

/** With the last two axes the other way round. */
const swapped = (x: ArrayValue, precision: Precision): ArrayData => {
  const rank = x.shape.length;
  const shape = [...x.shape.slice(0, -2), x.shape[rank - 1], x.shape[rank - 2]];
  const own = stridesOf(x.shape);
  const out = allocate('float32', x.data.length, precision);
  copyStrided(shape, x.data, 0, [...own.slice(0, -2), own[rank - 1], own[rank - 2]], out, 0, stridesOf(shape));
  return out;
};

const matmul: EvaluationRule<'matmul'> = ({ transposeA, transposeB }, [a, b], { shape }, precision) => {
  const out = allocate('float32', sizeOf(shape), precision);
  const [m, n] = shape.slice(-2);
  const k = a.shape[a.shape.length - (transposeA ? 2 : 1)];
  const left = transposeA ? swapped(a, precision) : a.data;
  const right = transposeB ? swapped(b, precision) : b.data;
  const batch = shape.slice(0, -2);
  const scaled = (from: Shape, by: number): number[] => broadcastStrides(from, batch).map((s) => s * by);
  const row = new Float64Array(n);
  const batches = rowsOf(batch, [
    scaled(a.shape.slice(0, -2), m * k),
    scaled(b.shape.slice(0, -2), k * n),
    scaled(batch, m * n),
  ]);
  const [r, s, t] = batches.steps;
  eachRow(batches, (p, q, o) => {
    for (let i = 0; i < batches.size; i++, p += r, q += s, o += t) multiply([m, k, n], left, p, right, q, out, o, row);
  });
  return out;
};

/** Visits every element of every window that lies in the image: where its channels start there and among the patches. */
const eachPixel = (window: Window, [n, h, w, c]: Shape, visit: (pixel: number, patch: number) => void): void => {
  const [oh, ow] = outputSize(window, [h, w]);
  const { kernel, strides, dilations, padding } = window;
  const [kh, kw] = kernel;
  for (let b = 0; b < n; b++)
    for (let i = 0; i < oh; i++)
      for (let j = 0; j < ow; j++)
        for (let u = 0; u < kh; u++) {
          const y = i * strides[0] - padding[0][0] + u * dilations[0];
          if (y < 0 || y >= h) continue;
          for (let v = 0; v < kw; v++) {
            const x = j * strides[1] - padding[1][0] + v * dilations[1];
            if (x < 0 || x >= w) continue;
            visit(((b * h + y) * w + x) * c, ((((b * oh + i) * ow + j) * kh + u) * kw + v) * c);
          }
        }
};

const patchesOf = (x: ArrayValue, window: Window, precision: Precision): ArrayData => {
  const [n, h, w, c] = x.shape;
  const out = allocate('float32', n * sizeOf(outputSize(window, [h, w])) * sizeOf(window.kernel) * c, precision);
  eachPixel(window, x.shape, (pixel, patch) => {
    for (let k = 0; k < c; k++) out[patch + k] = x.data[pixel + k];
  });
  return out;
};

const folded = (patches: ArrayData, shape: Shape, window: Window, precision: Precision): ArrayData => {
  const out = allocate('float32', sizeOf(shape), precision);
  const c = shape[3];
  eachPixel(window, shape, (pixel, patch) => {
    for (let k = 0; k < c; k++) out[pixel + k] += patches[patch + k];
  });
  return out;
};

const product = (
  a: ArrayData,
  b: ArrayData,
  [m, k, n]: readonly [number, number, number],
  precision: Precision,
): ArrayData => {
  const out = allocate('float32', m * n, precision);
  multiply([m, k, n], a, 0, b, 0, out, 0, new Float64Array(n));
  return out;
};

const matrix = (data: ArrayData, rows: number, columns: number): ArrayValue => ({
  dtype: 'float32',
  shape: [rows, columns],
  data,
});

/** patches [n oh ow, kh kw c] @ filter [kh kw c, k] */
const conv: EvaluationRule<'conv'> = ({ window }, [x, filter], { shape }, precision) =>
  product(
    patchesOf(x, window, precision),
    filter.data,
    [sizeOf(shape.slice(0, 3)), sizeOf(filter.shape.slice(0, 3)), shape[3]],
    precision,
  );

/** fold (g [n oh ow, k] @ filterᵀ) */
const convToInput: EvaluationRule<'conv_to_input'> = ({ window }, [g, filter], { shape }, precision) => {
  const [patch, k] = [sizeOf(filter.shape.slice(0, 3)), filter.shape[3]];
  const turned = swapped(matrix(filter.data, patch, k), precision);
  return folded(product(g.data, turned, [g.data.length / k, k, patch], precision), shape, window, precision);
};

/** patchesᵀ @ g [n oh ow, k] */
const convToFilter: EvaluationRule<'conv_to_filter'> = ({ window }, [x, g], { shape }, precision) => {
  const k = shape[3];
  const rows = sizeOf(g.shape.slice(0, 3));
  const patch = sizeOf(shape.slice(0, 3));
  const turned = swapped(matrix(patchesOf(x, window, precision), rows, patch), precision);
  return product(turned, g.data, [patch, rows, k], precision);
};

const unfold: EvaluationRule<'unfold'> = ({ window }, [x], _, precision) => patchesOf(x, window, precision);
const fold: EvaluationRule<'fold'> = ({ window }, [x], { shape }, precision) =>
  folded(x.data, shape, window, precision);

export const products = { matmul, conv, conv_to_input: convToInput, conv_to_filter: convToFilter, unfold, fold };
