/**
 * Arrays whose numbers are made when somebody first looks at them. Their shape and what is certain of their numbers is there before, so
 * checking a spec reads no pictures. They are marked by `bounds`: while graphs are built nobody looks, however often one is compiled.
 */
import type { ArrayData, ArrayValue, Bounds, DType, Rows, Shape } from './operations.ts';
import { sizeOf } from './shape.ts';

/** Arrays up to this size are made at once. */
export const madeAtOnce = 100_000;

/** Of the same type as other data. */
export const makeLike = (data: ArrayData, size: number): ArrayData =>
  data instanceof Float64Array
    ? new Float64Array(size)
    : data instanceof Float32Array
      ? new Float32Array(size)
      : data instanceof Int32Array
        ? new Int32Array(size)
        : new Uint8Array(size);

/** Rows of an array that is there. */
const rowsOf = (data: ArrayData, width: number, places: ArrayLike<number>): ArrayData => {
  const picked = makeLike(data, places.length * width);
  if (width < 16)
    for (let i = 0, to = 0; i < places.length; i++)
      for (let k = places[i] * width; k < (places[i] + 1) * width; k++) picked[to++] = data[k];
  else
    for (let i = 0; i < places.length; i++)
      picked.set(data.subarray(places[i] * width, (places[i] + 1) * width), i * width);
  return picked;
};

/** Rows at these places; of an array that can, without making the others. */
export const takeRows = (array: ArrayValue, places: ArrayLike<number>): ArrayValue => {
  const { dtype, bounds, rows } = array;
  const shape = [places.length, ...array.shape.slice(1)];
  const width = sizeOf(array.shape.slice(1));
  const make = (): ArrayData => rows?.(places) ?? rowsOf(array.data, width, places);
  if (!bounds) return { dtype, shape, data: make() };
  const some: Rows | undefined = rows && ((of) => rows(Int32Array.from(of, (i) => places[i])));
  return lazyArray(dtype, shape, bounds, make, some);
};

export const lazyArray = (
  dtype: DType,
  shape: Shape,
  bounds: Bounds,
  make: () => ArrayData,
  rows?: Rows,
): ArrayValue => {
  let pending: (() => ArrayData) | undefined = make;
  let some = rows;
  let made: ArrayData | undefined;
  const width = sizeOf(shape.slice(1));
  return {
    dtype,
    shape,
    bounds,
    get data() {
      if (pending) {
        made = pending();
        pending = undefined;
        some = undefined;
        if (made.length !== sizeOf(shape)) throw new Error(`internal: ${made.length} numbers for [${shape.join(',')}]`);
      }
      return made as ArrayData;
    },
    ...(rows && { rows: (places) => some?.(places) ?? rowsOf(made as ArrayData, width, places) }),
  };
};

/** The same of an array, later if its numbers are not made yet. `change` does the same to any number of rows, if rows stay rows. */
export const mapLater = (
  array: ArrayValue,
  dtype: DType,
  shape: Shape,
  change: (data: ArrayData) => ArrayData,
  bounds?: Bounds,
): ArrayValue => {
  const { rows } = array;
  if (!array.bounds) return { dtype, shape, data: change(array.data) };
  const some = rows && shape[0] === array.shape[0] ? (places: ArrayLike<number>) => change(rows(places)) : undefined;
  return lazyArray(dtype, shape, bounds ?? array.bounds, () => change(array.data), some);
};
