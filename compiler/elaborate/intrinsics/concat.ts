/** One after the other: arrays along an axis, rows of data sets, lists of tuples and records. */
import * as ir from '../../ir/build.ts';
import { elementShape } from '../../spaces/space.ts';
import { fail } from '../../messages.ts';
import { newAxis } from '../context.ts';
import { joinData } from '../data/sets.ts';
import { asStatic, describe, mapTensors, tensorsOf } from '../values/describe.ts';
import { flatAxis } from '../values/flat.ts';
import {
  axisToShape,
  expandAxes,
  rankOf,
  reshapeTensor,
  shapeOf,
  shapeToAxis,
  tensor,
  toReal,
  transposeShape,
  unionAxes,
} from '../values/tensors.ts';
import type { Along, Data, Tensor, Value } from '../values/values.ts';
import { dimensionOf, given, required, toTensor } from './call.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';

/** Entries that are one stored number each, so that they may be moved freely; vectors (Simplex, ...) become numbers. */
export const loose = (t: Tensor): Tensor => (elementShape(t.space.element).length === 0 ? t : toReal(t));

export const concatenate = (parts: readonly Tensor[], axis: number, call: IntrinsicCall): Tensor => {
  const first = parts[0];
  const same = parts.every(
    (t) => t.node.dtype === first.node.dtype && JSON.stringify(t.space.element) === JSON.stringify(first.space.element),
  );
  const items = (same ? parts : parts.map(toReal)).map(loose);
  const rank = rankOf(items[0]);
  const at = dimensionOf(axis, rank, call);
  const rest = (t: Tensor): string =>
    shapeOf(t)
      .filter((_, i) => i !== at)
      .join();
  const odd = items.find((t) => rankOf(t) !== rank || rest(t) !== rest(items[0]));
  if (odd)
    return fail('L0301', call.span, {
      op: 'concat',
      left: describe(items[0]),
      right: describe(odd),
      why: `all dimensions but axis ${at} must be equal`,
    });
  const axes = unionAxes(...items);
  const nodes = items.map((t) => expandAxes(t, axes, call.span).node);
  const length = items.reduce((sum, t) => sum + shapeOf(t)[at], 0);
  const shape = shapeOf(items[0]).map((n, i) => (i === at ? length : n));
  const node = ir.concat(nodes, axes.length + at, call.span);
  return tensor(node, axes, { kind: 'tensor', element: items[0].space.element, shape });
};

/** The arguments a, b, c, ...; or the items of a single list. */
const itemsOf = (call: IntrinsicCall): readonly Value[] => {
  const values = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((name) => given(call, name) ?? []);
  const [only] = values;
  return values.length === 1 && (only.kind === 'list' || only.kind === 'tuple') ? only.items : values;
};

/** As arrays; numbers count as vectors of length 1 where `vectors`. */
export const several = (call: IntrinsicCall, vectors: boolean): Tensor[] => {
  const items = itemsOf(call);
  if (items.length === 0) return fail('L0303', call.span, { what: 'there is nothing to join', call: 'concat' });
  const tensors = items.map((v) => toTensor(v, call));
  if (!vectors) return tensors;
  // a class in a list of features is its one-hot vector, a number a vector of one
  return tensors.map((t) => {
    const x = t.space.element.kind === 'Class' && t.space.shape.length === 0 ? toReal(t) : t;
    return rankOf(x) === 0 ? reshapeTensor(x, [1], call.span) : x;
  });
};

/** Rows of several sets, which remember where they are from. */
const rowsOf = (sets: readonly Data[], call: IntrinsicCall): Data => {
  if (sets.length === 1) return sets[0];
  const joined = joinData(sets, sets[0].name, call.caller, call.span);
  return { ...joined, roots: new Set([...joined.roots, ...sets.flatMap((d) => [...d.roots])]) };
};

/** A list of k arrays that were of one shape, [k, ...]: their axis `axis`, one after the other. */
const unstacked = (t: Tensor, axis: number, call: IntrinsicCall): Tensor => {
  const [k, ...shape] = shapeOf(t);
  const at = dimensionOf(axis, shape.length, call);
  const order = shape.map((_, i) => i + 1);
  order.splice(at, 0, 0);
  const merged = shape.map((n, i) => (i === at ? k * n : n));
  return reshapeTensor(transposeShape(t, order, call.span), merged, call.span);
};

/** Entries that are tuples or records, one list after the other: part by part. */
const entriesOf = (lists: readonly Along[], call: IntrinsicCall): Value => {
  const [first, ...others] = lists;
  const parts = lists.map(({ axis, element }) =>
    tensorsOf(element).map((t) => axisToShape(expandAxes(t, unionAxes(t, { axes: [axis] })), axis, call.span)),
  );
  const odd = others.find((_, i) => parts[i + 1].length !== parts[0].length);
  if (odd)
    return fail('L0301', call.span, {
      op: 'concat',
      left: describe(first.element),
      right: describe(odd.element),
      why: 'the entries have the same parts',
    });
  const axis = newAxis(
    call.caller,
    lists.reduce((n, { axis: own }) => n + own.size, 0),
    'entry',
  );
  let i = 0;
  const element = mapTensors(first.element, () => {
    const column = i++;
    return shapeToAxis(
      concatenate(
        parts.map((p) => p[column]),
        0,
        call,
      ),
      axis,
    );
  });
  return { kind: 'along', axis, element };
};

const isList = (v: Value): v is Along => v.kind === 'along' && !v.mask && !v.length;

export const concat: Intrinsic = (call) => {
  const axis = asStatic(required(call, 'axis'), call.span, '`axis`');
  const items = itemsOf(call);
  const [only] = items;
  const sets = items.flatMap((v) => (v.kind === 'data' && !v.view ? [v] : []));
  if (axis === 0 && sets.length > 0 && sets.length === items.length) return rowsOf(sets, call);
  if (items.length === 1 && only.kind === 'tensor' && rankOf(loose(only)) > 1)
    return unstacked(loose(only), axis, call);
  if (items.length === 1 && isList(only) && isList(only.element)) {
    const { axis: joined, all } = flatAxis([only.axis, only.element.axis], call.caller);
    return { kind: 'along', axis: joined, element: all(only.element.element) };
  }
  const lists = items.filter(isList);
  if (axis === 0 && lists.length === items.length && lists.length > 1) return entriesOf(lists, call);
  return concatenate(several(call, true), axis, call);
};
