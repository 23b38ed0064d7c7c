/** How an array lies in one of the places of a step (see lower.ts). */
import type { DType, Shape } from '../../../compiler/ir/operations.ts';
import { sizeOf } from '../../../compiler/ir/shape.ts';
import { rowMajor, type Strided } from '../strided.ts';

export interface View extends Strided {
  /** The number of the place. */
  readonly place: number;
  readonly dtype: DType;
}

export const whole = (place: number, dtype: DType, shape: Shape): View => ({ place, dtype, ...rowMajor(shape) });

/** Strides with which a view is read as one of `shape`, by NumPy's rule. */
export const stridesIn = (view: View, shape: Shape): number[] => {
  const lead = shape.length - view.shape.length;
  return shape.map((n, i) => (i < lead || (view.shape[i - lead] === 1 && n !== 1) ? 0 : view.strides[i - lead]));
};

/** Bytes of one number. */
export const widthOf = (dtype: DType): number => (dtype === 'bool' ? 1 : 4);
export const bytesFor = (dtype: DType, shape: Shape): number => sizeOf(shape) * widthOf(dtype);
