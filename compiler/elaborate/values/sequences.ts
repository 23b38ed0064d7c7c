/**
 * Sequences: arrays of which each example has its own number of entries. The entries stand under an axis as long as the longest;
 * the first `length` of them are there, a mask says so, and what is behind them is padding.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import { Bit, R } from '../../spaces/space.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import { boundsOf } from './bounds.ts';
import { inAxes, newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { asStatic, mapTensors } from './describe.ts';
import { aligned, expandAxes, known, rankOf, reduceAxis, renameAxis, tensor, toReal, unionAxes } from './tensors.ts';
import type { Along, Axis, Tensor, Value } from './values.ts';

/** Values along an axis of which some may not be there; without a mask they are an array that is written entry by entry. */
export const isSequence = (v: Value): v is Along & { readonly mask: Tensor } =>
  v.kind === 'along' && v.mask !== undefined;

const wholeNumber: TensorSpace = { kind: 'tensor', element: { kind: 'Int' }, shape: [] };

/** The numbers from `from` on, one a place of the axis. */
export const counting = (axis: Axis, from: number): Tensor => {
  const data = Float32Array.from({ length: axis.size }, (_, i) => from + i);
  return {
    ...tensor(ir.constant({ dtype: 'float32', shape: [axis.size], data }), [axis], wholeNumber),
    counts: { axis, offset: from },
  };
};

/** Entries under `axis` of which the first `length` are there. */
export const sequence = (axis: Axis, element: Value, length: Tensor): Along => {
  const count = toReal(length);
  const places = counting(axis, 0);
  const axes = unionAxes(places, count);
  const node = ir.compare('lt', aligned(places, axes), aligned(count, axes));
  const mask = expandAxes(tensor(node, axes, Bit()), axes);
  return { kind: 'along', axis, element, mask, length: { ...count, within: { low: 0, high: axis.size } } };
};

/** How many entries are there. */
export const lengthOf = ({ axis, mask, length }: Along): Tensor => {
  if (length) return length;
  const within = { low: 0, high: axis.size };
  if (!mask || !mask.axes.includes(axis)) return { ...tensor(ir.scalar(axis.size), [], R()), within };
  const there = tensor(ir.cast(mask.node, 'float32'), mask.axes, R());
  return { ...reduceAxis('sum', there, axis), within };
};

/** Between which whole numbers the value lies, as far as that is known while compiling. */
export const reachOf = (t: Tensor): { readonly low: number; readonly high: number } => {
  const n = known(t);
  if (n !== undefined) return { low: n, high: n };
  if (t.counts) return { low: t.counts.offset, high: t.counts.offset + t.counts.axis.size - 1 };
  if (t.within) return t.within;
  const { low, high } = boundsOf(t.node);
  return { low: Math.ceil(low), high: Math.floor(high) };
};

/** The whole number `n` further on. */
export const offset = (t: Tensor, n: number): Tensor => {
  const x = toReal(t);
  const moved = tensor(ir.add(x.node, ir.scalar(n)), x.axes, wholeNumber);
  return {
    ...moved,
    counts: t.counts && { ...t.counts, offset: t.counts.offset + n },
    within: t.within && { low: t.within.low + n, high: t.within.high + n },
  };
};

/** Ranges longer than this are not laid out: their bound is a guess rather than a length. */
export const longest = 1_000_000;

/** `from..to` of which an end differs from example to example: as long as it can become, masked. */
export const varyingRange = (from: Tensor, to: Tensor, ctx: Context, span: Span): Along => {
  for (const t of [from, to]) if (rankOf(t) > 0) asStatic(t, span, 'the end of a range');
  const [least, most] = [reachOf(from).low, reachOf(to).high];
  if (!(most - least < longest))
    return fail(
      'L0307',
      span,
      { what: 'the longest that this range can be' },
      { help: 'give it a bound: `1..min(n, 100)`' },
    );
  const axis = newAxis(ctx, Math.max(0, most - least + 1), 'i');
  const places = counting(axis, least);
  const axes = unionAxes(places, from, to);
  const [i, a, b] = [places, toReal(from), toReal(to)].map((t) => aligned(t, axes));
  // Places that do not count repeat an end: see ragged.ts.
  const inside = expandAxes(tensor(ir.maximum(ir.minimum(i, b), a), axes, wholeNumber), axes);
  const element = { ...inside, counts: places.counts };
  const first = known(from);
  if (first !== undefined) {
    const count = ir.maximum(ir.add(toReal(to).node, ir.scalar(1 - first)), ir.scalar(0));
    return sequence(axis, element, tensor(count, to.axes, R()));
  }
  const node = ir.and(ir.compare('ge', i, a), ir.compare('le', i, b));
  return { kind: 'along', axis, element, mask: expandAxes(tensor(node, axes, Bit()), axes) };
};

/** The same value under another axis of the same size. */
export const renameIn = (v: Value, from: Axis, to: Axis): Value => mapTensors(v, (t) => renameAxis(t, from, to));

/**
 * Entry by entry where one of the values is a sequence: the others are the same for all its entries, or sequences that are as
 * long. Undefined where none is.
 */
export const overSequences = (
  values: readonly Value[],
  ctx: Context,
  span: Span,
  f: (entries: readonly Value[], ctx: Context) => Value,
): Along | undefined => {
  const first = values.find(isSequence);
  if (!first) return undefined;
  const { axis } = first;
  const entries = values.map((v) => {
    if (v.kind !== 'along') return v;
    if (v.axis.size !== axis.size)
      fail('L0301', span, {
        op: 'entry by entry',
        left: `a sequence of up to ${axis.size}`,
        right: `a sequence of up to ${v.axis.size}`,
        why: 'the sequences are not equally long',
      });
    return v.axis === axis ? v.element : renameIn(v.element, v.axis, axis);
  });
  return { ...first, element: f(entries, inAxes(ctx, axis)) };
};
