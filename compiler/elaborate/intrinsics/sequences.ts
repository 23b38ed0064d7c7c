/**
 * Functions of the order of entries, for sequences and lists with gaps: entries that are not there count as what changes nothing, and
 * what is made of a sequence is one again. Each is given the sequence and falls back on the array's rule elsewhere.
 */
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import { R, sameShape } from '../../spaces/space.ts';
import { newAxis } from '../context.ts';
import { asStatic, describe, mapTensors, someToChoose, tensorsOf } from '../values/describe.ts';
import { moved, numbered, places, withoutGaps } from '../values/gaps.ts';
import { infinity, masked } from '../values/reduce.ts';
import { counting, isSequence, overSequences, sequence } from '../values/sequences.ts';
import { openEvery } from '../expressions/sources.ts';
import {
  axisToShape,
  compareTensors,
  constantNumber,
  expandAxes,
  mapBinary,
  rankOf,
  selectTensors,
  shapeOf,
  tensor,
  toReal,
  unionAxes,
} from '../values/tensors.ts';
import type { Along, Axis, Tensor, Value } from '../values/values.ts';
import { axisArgument, given, flagArgument, required, toTensor } from './call.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';

/** The argument, where it is a sequence and not each of its entries is meant. */
const sequenceOf = (call: IntrinsicCall, name: string): Along | undefined => {
  const v = required(call, name);
  return isSequence(v) ? v : undefined;
};

/** Entries as numbers that vary over the axis, with a value in the place of those that are not there. */
const filledIn = (v: Along, instead: number, call: IntrinsicCall): Tensor => {
  const x = masked(toReal(toTensor(v.element, call)), v.mask, instead);
  return expandAxes(x, unionAxes(x, { axes: [v.axis] }));
};

/** Across the entries, where the `axis` asked for (the last, unless named) is that of the sequence; else of each entry. */
const across =
  (rule: (v: Along, call: IntrinsicCall) => Value, otherwise: Intrinsic): Intrinsic =>
  (call) => {
    const v = sequenceOf(call, 'x');
    if (!v) return otherwise(call);
    const rank = rankOf(toReal(toTensor(v.element, call))) + 1;
    const axis = axisArgument(call, rank) ?? rank - 1;
    if (axis === 0) return rule(v, call);
    const inside = given(call, 'axis') ? [['axis', constantNumber(axis - 1)] as const] : [];
    return overSequences([v], call.caller, call.span, ([x]) =>
      otherwise({ ...call, args: new Map([...call.args, ['x', x], ...inside]) }),
    ) as Value;
  };

/** The number of the extreme entry among those that are there. */
export const extremeOf = (op: 'argmax' | 'argmin', otherwise: Intrinsic): Intrinsic =>
  across((v, call) => {
    someToChoose(op, v.axis.size, call.span);
    const x = filledIn(v, op === 'argmax' ? -infinity : infinity, call);
    const at = x.axes.indexOf(v.axis);
    const place = (op === 'argmax' ? ir.argmax : ir.argmin)(x.node, at, call.span);
    const rest = x.axes.filter((a) => a !== v.axis);
    const index = places(place, rest);
    return v.length || v.front ? index : moved(numbered(v), v.axis, index, call.span);
  }, otherwise);

/** Running sums and products: entries that are not there add nothing. */
export const runningOf = (neutral: 0 | 1, otherwise: Intrinsic): Intrinsic =>
  across((v, call) => {
    const x = filledIn(v, neutral, call);
    const at = x.axes.indexOf(v.axis);
    if (neutral === 0) return { ...v, element: tensor(ir.cumsum(x.node, at, {}, call.span), x.axes, x.space) };
    // Moved behind everything, where the rule for arrays works.
    const order = x.node.shape.map((_, i) => i);
    const last = order.length - 1;
    const swap = order.map((i) => (i === at ? last : i === last ? at : i));
    const row = tensor(ir.transpose(x.node, swap), [], R(...swap.map((i) => x.node.shape[i])));
    const run = otherwise({ ...call, args: new Map([['x', row]]) }) as Tensor;
    return { ...v, element: tensor(ir.transpose(run.node, swap), x.axes, x.space) };
  }, otherwise);

/** Places in the order of the numbers, those that are not there behind all. */
const ranked = (v: Along, axis: Axis, call: IntrinsicCall): Tensor => {
  const descending = flagArgument(call, 'descending');
  const x = filledIn(v, descending ? -infinity : infinity, call);
  const rest = x.axes.filter((a) => a !== v.axis);
  const at = x.axes.indexOf(v.axis);
  const order = x.axes.map((_, i) => i).filter((i) => i !== at);
  const rows = ir.stop(ir.transpose(x.node, [...order, at]));
  return places(ir.argsort(descending ? ir.neg(rows) : rows, call.span), [...rest, axis]);
};

const sorting =
  (element: (v: Along, order: Tensor, call: IntrinsicCall) => Value) =>
  (given: Along, call: IntrinsicCall): Value => {
    const v = withoutGaps(given, call.caller, call.span);
    const axis = newAxis(call.caller, v.axis.size, v.axis.name);
    return sequence(axis, element(v, ranked(v, axis, call), call), v.length);
  };

export const sortedOf = (otherwise: Intrinsic): Intrinsic =>
  across(
    sorting((v, order, call) => moved(v.element, v.axis, order, call.span)),
    otherwise,
  );

export const orderOf = (otherwise: Intrinsic): Intrinsic =>
  across(
    sorting((_, order) => order),
    otherwise,
  );

/** The entries in the opposite order; of whatever they are. */
export const reversedOf =
  (otherwise: Intrinsic): Intrinsic =>
  (call) => {
    const found = sequenceOf(call, 'x');
    if (!found) return otherwise(call);
    const v = withoutGaps(found, call.caller, call.span);
    const axis = newAxis(call.caller, v.axis.size, v.axis.name);
    const back = mapBinary('sub', v.length, counting(axis, 1));
    const order = places(ir.maximum(back.node, ir.scalar(0)), back.axes);
    return sequence(axis, moved(v.element, v.axis, order, call.span), v.length);
  };

/** A sequence as one without gaps, an array as a sequence that is there in full, a number as one of one. */
const countedOf = (v: Value, call: IntrinsicCall): Along & { readonly length: Tensor } => {
  if (isSequence(v)) return withoutGaps(v, call.caller, call.span);
  const array = v.kind === 'along' ? v : toTensor(v, call);
  const single =
    array.kind === 'tensor' && (array.space.element.kind === 'Class' ? array.space.shape : shapeOf(array)).length === 0;
  const axis = newAxis(call.caller, single ? 1 : 0, 'entry');
  if (single) return { kind: 'along', axis, element: array, length: constantNumber(1) };
  const opened = openEvery(array, call.caller, call.span, 'entry');
  if (opened.kind !== 'axis')
    return fail('L0302', call.span, { expected: 'a sequence or an array', seen: describe(v) });
  return { kind: 'along', axis: opened.axis, element: opened.value, length: constantNumber(opened.axis.size) };
};

/** The entries of all parts under one axis, each part with its padding. */
const laidOut = (parts: readonly Along[], axis: Axis, call: IntrinsicCall): Value => {
  const leaves = parts.map((p) => tensorsOf(p.element));
  const [first] = leaves;
  return mapTensors(parts[0].element, (_, i) => {
    const column = leaves.map((own) => own[i] ?? first[i]);
    const same = column.every(
      (t) => t.node.dtype === column[0].node.dtype && t.space.element.kind === column[0].space.element.kind,
    );
    const items = same ? column : column.map(toReal);
    const odd = items.findIndex(
      (t, k) => leaves[k].length !== first.length || !sameShape(shapeOf(t), shapeOf(items[0])),
    );
    if (odd > 0)
      fail('L0301', call.span, {
        op: 'concat',
        left: describe(parts[0].element),
        right: describe(parts[odd].element),
        why: 'the entries must be alike',
      });
    const rest = unionAxes(...items.map((t, k) => ({ axes: t.axes.filter((a) => a !== parts[k].axis) })));
    const nodes = items.map((t, k) => {
      const own = axisToShape(t, parts[k].axis);
      return expandAxes(own, rest).node;
    });
    return tensor(ir.concat(nodes, rest.length, call.span), [...rest, axis], items[0].space);
  });
};

/** One sequence after the other. */
export const joinedOf =
  (otherwise: Intrinsic): Intrinsic =>
  (call) => {
    const values = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((name) => given(call, name) ?? []);
    if (!values.some(isSequence)) return otherwise(call);
    const axis = given(call, 'axis');
    if (axis && asStatic(axis, call.span, '`axis`') !== 0)
      fail('L0302', call.span, { expected: '0, along the sequence', seen: describe(axis), where: '`axis`' });
    const parts = values.map((v) => countedOf(v, call));
    const size = parts.reduce((n, p) => n + p.axis.size, 0);
    const raw = newAxis(call.caller, size, 'entry');
    const element = laidOut(parts, raw, call);
    const to = newAxis(call.caller, size, 'entry');
    let order: Tensor = counting(to, 0);
    let count = parts[0].length;
    let before = parts[0].axis.size;
    for (const part of parts.slice(1)) {
      const later = mapBinary('add', mapBinary('sub', counting(to, 0), count), constantNumber(before));
      order = selectTensors(compareTensors('ge', counting(to, 0), count), later, order);
      count = mapBinary('add', count, part.length);
      before += part.axis.size;
    }
    const at = places(ir.minimum(order.node, ir.scalar(size - 1)), order.axes);
    return sequence(to, moved(element, raw, at, call.span), count);
  };
