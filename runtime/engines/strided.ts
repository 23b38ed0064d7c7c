/**
 * How an array is read where it lies: from which element on, and by which strides. What only moves numbers (a transpose, a slice,
 * copies along an axis) reads the same numbers by other strides.
 */
import type { Operation, OperationOf, Shape } from '../../compiler/ir/operations.ts';
import { broadcastStrides, sameList, stridesOf } from '../../compiler/ir/shape.ts';

export interface Strided {
  readonly offset: number;
  readonly shape: Shape;
  readonly strides: readonly number[];
}

export const rowMajor = (shape: Shape): Strided => ({ offset: 0, shape, strides: stridesOf(shape) });

/** Row after row without gaps, though perhaps not from the start of the place. */
export const isDense = ({ shape, strides }: Strided): boolean => {
  const own = stridesOf(shape);
  return shape.every((n, i) => n === 1 || strides[i] === own[i]);
};

/** The same numbers under another shape, where strides can say that. */
const reshaped = <V extends Strided>(view: V, shape: Shape): V | undefined => {
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

/** Operations that always come down to other strides. */
export type Move = OperationOf<'broadcast' | 'transpose' | 'slice' | 'reverse'>;

/** How the result of a move is read from the numbers of its input. */
export const moved = <V extends Strided>(operation: Move, view: V, shape: Shape): V => {
  const { strides, offset } = view;
  switch (operation.op) {
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
  }
};

/** The same of any operation; undefined where the numbers must be written out. */
export const seenAs = <V extends Strided>(operation: Operation, view: V, shape: Shape): V | undefined => {
  switch (operation.op) {
    case 'stop':
      return view;
    case 'reshape':
      return reshaped(view, shape);
    case 'broadcast':
    case 'transpose':
    case 'slice':
    case 'reverse':
      return moved(operation, view, shape);
    default:
      return undefined;
  }
};
