/**
 * What a binder runs over: arrays, ranges, data sets, draws, finite spaces become one more axis; values that are known one
 * by one (data sets in a list, models) are taken one by one.
 */
import type { Span } from '../../../grammar/span.ts';
import type { Binder } from '../../../grammar/tree/patterns.ts';
import { fail } from '../../messages.ts';
import type { Context } from '../context.ts';
import { newAxis, inAxes } from '../context.ts';
import { asCount, describe, poisoned } from '../values/describe.ts';
import { draws, toDistribution } from '../distributions/distributions.ts';
import { renamed } from '../values/entries.ts';
import { pointsOf } from '../distributions/finite.ts';
import { inOrder } from './places.ts';
import { rowsOfBuffer } from '../data/buffer-rows.ts';
import { rowsUnder } from '../data/rows.ts';
import type { RowRequest } from '../data/rows.ts';
import { counting, offset, varyingRange, renameIn } from '../values/sequences.ts';
import { constantNumber, known, rankOf, shapeOf, shapeToAxis, toReal } from '../values/tensors.ts';
import type { Axis, Data, Tensor, Value } from '../values/values.ts';

export type Opened =
  | {
      readonly kind: 'axis';
      readonly axis: Axis;
      readonly value: Value;
      readonly mask?: Tensor;
      /** Of a sequence: how many entries are there. */
      readonly length?: Tensor;
      readonly front?: true;
      readonly data?: Data;
    }
  | { readonly kind: 'items'; readonly items: readonly Value[] };

/** `x in source`: every one. */
export const openEvery = (source: Value, ctx: Context, span: Span, name: string, request: RowRequest = {}): Opened => {
  switch (source.kind) {
    case 'range': {
      const axis = newAxis(ctx, Math.max(0, source.to - source.from + 1), name);
      return { kind: 'axis', axis, value: counting(axis, source.from) };
    }
    case 'tensor': {
      const t = source.space.shape.length === 0 ? toReal(source) : source;
      if (shapeOf(t).length === 0)
        return fail('L0302', span, {
          expected: 'an array, a range or a data set',
          seen: describe(source),
          slip: 'count',
        });
      const axis = newAxis(ctx, t.space.shape[0], name);
      return { kind: 'axis', axis, value: shapeToAxis(t, axis, 0, span) };
    }
    case 'along': {
      // An axis in use stands for one place: the second binder over the same array needs another.
      if (!ctx.axes.includes(source.axis)) {
        const { axis, element, mask, length, front } = source;
        return { kind: 'axis', axis, value: element, mask, length, front };
      }
      const axis = newAxis(ctx, source.axis.size, name);
      const mask = source.mask && (renameIn(source.mask, source.axis, axis) as Tensor);
      const value = renamed(source.element, source.axis, counting(axis, 0), span);
      return { kind: 'axis', axis, value, mask, length: source.length, front: source.front };
    }
    case 'data': {
      const rows = rowsUnder(source, request, ctx);
      return { kind: 'axis', axis: rows.axis, value: rows.row, mask: rows.mask, data: source };
    }
    case 'list':
      return { kind: 'items', items: inOrder(source.items) };
    case 'space': {
      const points = source.space.kind === 'tensor' ? pointsOf(source.space, ctx) : undefined;
      if (points) return { kind: 'axis', axis: points.axis, value: points.value };
      return fail('L0302', span, { expected: 'a finite space, an array or a range', seen: describe(source) });
    }
    case 'dist': {
      if (source.buffer) return openEvery(rowsOfBuffer(source.buffer, ctx, span), ctx, span, name);
      if (!source.power)
        return fail(
          'L0302',
          span,
          { expected: 'an array, a range or a data set', seen: describe(source) },
          {
            help: 'write `~` to draw from a distribution, `P^n` for n draws',
          },
        );
      return openDraws(source, ctx, span, name);
    }
    case 'tuple':
      return { kind: 'items', items: inOrder(source.items) };
    case 'poison':
      return poisoned();
    default:
      return fail('L0302', span, { expected: 'an array, a range or a data set', seen: describe(source) });
  }
};

/** `i < n`; n may be the size of a sequence that nobody has counted: its entries are counted where they stand. */
export const openBelow = (source: Value, ctx: Context, span: Span, name: string): Opened => {
  if (source.kind === 'tensor' && source.extent) {
    const { axis: own, mask: there } = source.extent;
    const axis = ctx.axes.includes(own) ? newAxis(ctx, own.size, name) : own;
    const mask = axis === own ? there : (renameIn(there, own, axis) as Tensor);
    return { kind: 'axis', axis, value: counting(axis, 0), mask };
  }
  if (source.kind === 'tensor' && known(source) === undefined && rankOf(source) === 0)
    return openEvery(varyingRange(constantNumber(0), toReal(offset(source, -1)), ctx, span), ctx, span, name);
  const axis = newAxis(ctx, asCount(source, span, 'the bound of an index'), name);
  return { kind: 'axis', axis, value: counting(axis, 0) };
};

/** `z ~ P^n` outside of an expectation: n draws under an axis. */
export const openDraws = (source: Value, ctx: Context, span: Span, name: string): Opened => {
  const dist = toDistribution(source, ctx, span);
  const count = dist.power?.count;
  if (count === undefined)
    return fail('L0307', span, { what: 'the number of draws' }, { help: 'write how many: `z ~ P^16`' });
  const axis = newAxis(ctx, count, name);
  return { kind: 'axis', axis, value: draws(dist.power!.base, inAxes(ctx, axis), span) };
};

const labelOf = (binder: Binder): string => {
  const [first] = binder.targets;
  return first.kind === 'name' ? first.name : 'row';
};

export const openBinder = (binder: Binder, ctx: Context): Opened => {
  const source = ctx.shared.run.evaluate(binder.source, ctx);
  const { span } = binder.source;
  switch (binder.relation) {
    case '<':
      return openBelow(source, ctx, span, labelOf(binder));
    case '~':
      return source.kind === 'data'
        ? openEvery(source, ctx, span, labelOf(binder))
        : openDraws(source, ctx, span, labelOf(binder));
    default:
      return openEvery(source, ctx, span, labelOf(binder));
  }
};
