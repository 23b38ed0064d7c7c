/**
 * Arrays whose numbers are made when somebody first looks at them. Their shape and what is certain of their numbers is there before, so
 * checking a spec reads no pictures. They are marked by `bounds`: while graphs are built nobody looks, however often one is compiled.
 */
import type { ArrayData, ArrayValue, Bounds, DType, Shape } from './operations.ts';
import { sizeOf } from './shape.ts';

/** Arrays up to this size are made at once. */
export const madeAtOnce = 100_000;

export const lazyArray = (dtype: DType, shape: Shape, bounds: Bounds, make: () => ArrayData): ArrayValue => {
  let pending: (() => ArrayData) | undefined = make;
  let made: ArrayData | undefined;
  return {
    dtype,
    shape,
    bounds,
    get data() {
      if (pending) {
        made = pending();
        pending = undefined;
        if (made.length !== sizeOf(shape)) throw new Error(`internal: ${made.length} numbers for [${shape.join(',')}]`);
      }
      return made as ArrayData;
    },
  };
};

/** The same of an array, later if its numbers are not made yet. */
export const mapLater = (
  array: ArrayValue,
  dtype: DType,
  shape: Shape,
  change: (data: ArrayData) => ArrayData,
  bounds?: Bounds,
): ArrayValue =>
  array.bounds
    ? lazyArray(dtype, shape, bounds ?? array.bounds, () => change(array.data))
    : { dtype, shape, data: change(array.data) };
