/**
 * How an array lies in a place: which place, from which element on, and by which strides. What only moves numbers (a transpose, a
 * slice, copies along an axis) is another view of the same place; nothing is computed for it.
 */
import type { DType, Operation, Shape } from '../../../compiler/ir/operations.ts';
import { broadcastStrides, sameList, sizeOf, stridesOf } from '../../../compiler/ir/shape.ts';

export interface View {
  /** The number of a place (see lower.ts). */
  readonly place: number;
  readonly offset: number;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly dtype: DType;
}

export const whole = (place: number, dtype: DType, shape: Shape): View => ({
  place,
  offset: 0,
  shape,
  strides: stridesOf(shape),
  dtype,
});

/** Row after row without gaps, though perhaps not from the start of the place. */
export const isDense = ({ shape, strides }: View): boolean => {
  const own = stridesOf(shape);
  return shape.every((n, i) => n === 1 || strides[i] === own[i]);
};

/** The same numbers under another shape, where strides can say that. */
const reshaped = (view: View, shape: Shape): View | undefined => {
  if (isDense(view)) return { ...view, shape, strides: stridesOf(shape) };
  // axes of size 1 come and go freely
  const kept = view.strides.filter((_, i) => view.shape[i] !== 1);
  const sizes = view.shape.filter((n) => n !== 1);
  if (
    !sameList(
      sizes,
      shape.filter((n) => n !== 1),
    )
  )
    return undefined;
  let at = 0;
  return { ...view, shape, strides: shape.map((n) => (n === 1 ? 0 : kept[at++])) };
};

/** What a move makes of a view; undefined where it needs its numbers written out. */
export const moved = (operation: Operation, view: View, shape: Shape): View | undefined => {
  const { strides, offset } = view;
  switch (operation.op) {
    case 'stop':
      return view;
    case 'reshape':
      return reshaped(view, shape);
    case 'broadcast': {
      const spread = broadcastStrides(view.shape, shape);
      const lead = shape.length - view.shape.length;
      return { ...view, shape, strides: spread.map((s, i) => (i < lead || s === 0 ? 0 : strides[i - lead])) };
    }
    case 'transpose':
      return { ...view, shape, strides: operation.permutation.map((axis) => strides[axis]) };
    case 'slice':
      return {
        ...view,
        shape,
        offset: operation.begin.reduce((sum, b, axis) => sum + b * strides[axis], offset),
        strides: strides.map((s, axis) => s * operation.strides[axis]),
      };
    case 'reverse': {
      const turned = new Set(operation.axes);
      return {
        ...view,
        offset: operation.axes.reduce((sum, axis) => sum + (shape[axis] - 1) * strides[axis], offset),
        strides: strides.map((s, axis) => (turned.has(axis) ? -s : s)),
      };
    }
    default:
      return undefined;
  }
};

/** Strides with which a view is read as one of `shape`, by NumPy's rule. */
export const stridesIn = (view: View, shape: Shape): number[] => {
  const lead = shape.length - view.shape.length;
  return shape.map((n, i) => (i < lead || (view.shape[i - lead] === 1 && n !== 1) ? 0 : view.strides[i - lead]));
};

/** Bytes of one number. */
export const widthOf = (dtype: DType): number => (dtype === 'bool' ? 1 : 4);
export const bytesFor = (dtype: DType, shape: Shape): number => sizeOf(shape) * widthOf(dtype);
