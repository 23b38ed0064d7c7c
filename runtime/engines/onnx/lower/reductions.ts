/**
 * Reductions over axes, indices of extremes, sorting.
 */
import type { ReductionOp } from '../../../../compiler/ir/operations.ts';
import { elementTypes } from '../model.ts';
import type { Writer } from '../writer.ts';
import type { Lowering, Lowerings, Operand } from './rule.ts';

const reduction =
  (op: string): Lowering<ReductionOp> =>
  ({ axes, keep }, [x], _, w) =>
    axes.length === 0 ? x.name : w.add(op, [x.name, w.list(axes)], { keepdims: Number(keep) });

/** The operators pass NaN over. A sum does not; it is NaN also where both infinities are, and then the extreme is one of them. */
const extremeOver =
  (op: string): Lowering<ReductionOp> =>
  (operation, inputs, output, w) => {
    const found = reduction(op)(operation, inputs, output, w);
    if (inputs[0].dtype !== 'float32' || operation.axes.length === 0) return found;
    const sum = reduction('ReduceSum')(operation, inputs, output, w);
    const finite = w.add('Not', [w.add('IsInf', [found])]);
    return w.add('Where', [w.add('And', [w.add('IsNaN', [sum]), finite]), sum, found]);
  };

const toInt = (w: Writer, name: string): string => w.add('Cast', [name], { to: elementTypes.int32 });

/** NaN stands behind everything. */
const withoutNaN = (w: Writer, { name, dtype }: Operand, instead: number): string =>
  dtype === 'float32' ? w.add('Where', [w.add('IsNaN', [name]), w.number(instead), name]) : name;

const extreme =
  (op: 'ArgMax' | 'ArgMin', worst: number): Lowering<'argmax' | 'argmin'> =>
  ({ axis }, [x], _, w) => {
    const values = x.dtype === 'bool' ? toInt(w, x.name) : withoutNaN(w, x, worst);
    return toInt(w, w.add(op, [values], { axis, keepdims: 0 }));
  };

/** All of an axis, the smallest first; of equals the first first. */
const argsort: Lowering<'argsort'> = (_, [x], { shape }, w) => {
  const values = x.dtype === 'bool' ? toInt(w, x.name) : withoutNaN(w, x, Infinity);
  const count = w.list(shape.slice(-1));
  return toInt(w, w.addAll('TopK', [values, count], 2, { axis: -1, largest: 0, sorted: 1 })[1]);
};

/** Equal to the place; so an index that is out of range is equal to none. */
const oneHot: Lowering<'one_hot'> = ({ depth }, [x], _, w) => {
  const places = w.tensor(
    'int32',
    [depth],
    Array.from({ length: depth }, (_, i) => i),
  );
  const index = w.add('Unsqueeze', [x.name, w.list([-1])]);
  return w.add('Cast', [w.add('Equal', [index, places])], { to: elementTypes.float32 });
};

export const reductions = {
  sum: reduction('ReduceSum') as Lowerings['sum'],
  prod: reduction('ReduceProd') as Lowerings['prod'],
  max_over: extremeOver('ReduceMax') as Lowerings['max_over'],
  min_over: extremeOver('ReduceMin') as Lowerings['min_over'],
  argmax: extreme('ArgMax', -Infinity) as Lowerings['argmax'],
  argmin: extreme('ArgMin', Infinity) as Lowerings['argmin'],
  argsort,
  one_hot: oneHot,
};
