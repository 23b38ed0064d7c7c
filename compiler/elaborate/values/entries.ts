/** One entry of values that are held under an axis of their own: rows, distributions, entries of a sequence. */
import type { Span } from '../../../grammar/span.ts';
import { inAxes } from '../context.ts';
import type { Context } from '../context.ts';
import { asTensor, asWhole, mapTensors } from './describe.ts';
import { entryAmong, hasGaps } from './gaps.ts';
import { entryUnder, indexDimension } from '../expressions/indexing.ts';
import { lengthOf, offset, renameIn } from './sequences.ts';
import { axisToShape, known } from './tensors.ts';
import type { Along, Axis, Dist, Tensor, Value } from './values.ts';

/** An entry of an array of rows: by a number, or by the position on another axis of the same size. */
export const entryOf = (object: Along, index: Value, span: Span): Value => {
  const t = asTensor(index, span, 'the index');
  const i = known(t) === undefined ? undefined : asWhole(index, span, 'the index');
  // From the end of a sequence: where that is differs from one to the next.
  if (i !== undefined && i < 0 && object.mask) return entryOf(object, offset(lengthOf(object), i), span);
  const own = t.counts?.axis === object.axis && t.counts.offset === 0;
  if (hasGaps(object) && !own && object.element.kind !== 'dist') return entryAmong(object, t);
  if (object.element.kind === 'dist') return distributionAt(object.element, object.axis, t, i, span);
  if (i !== undefined) return entryUnder(object, i < 0 ? i + object.axis.size : i, span);
  if (t.counts && t.counts.axis.size === object.axis.size && t.counts.offset === 0)
    return renameIn(object.element, object.axis, t.counts.axis);
  return mapTensors(object.element, (x) =>
    x.axes.includes(object.axis) ? indexDimension(axisToShape(x, object.axis), 0, t, span) : x,
  );
};

/** Entry of an array of distributions: what all of them say, at the place. */
const distributionAt = (d: Dist, axis: Axis, t: Tensor, i: number | undefined, span: Span): Dist => {
  const place = t.counts?.offset === 0 && t.counts.axis.size === axis.size ? t.counts.axis : undefined;
  const index: Tensor = i !== undefined && i < 0 ? offset(t, axis.size) : t;
  const pick = (v: Value): Value => entryOf({ kind: 'along', axis, element: v }, index, span);
  const inside = (ctx: Context): Context => inAxes({ ...ctx, axes: ctx.axes.filter((a) => a !== place) }, axis);
  const { sample, logDensity } = d;
  return {
    ...d,
    args: new Map([...d.args].map(([k, v]) => [k, v.kind === 'tensor' ? pick(v) : v])),
    sample: sample && ((ctx) => pick(sample(inside(ctx)))),
    logDensity:
      logDensity && ((ctx, x, at) => pick(logDensity(inside(ctx), place ? renameIn(x, place, axis) : x, at)) as Tensor),
    facts: new Map([...d.facts].map(([name, f]) => [name, (ctx: Context) => pick(f(inside(ctx)))])),
  };
};

/** Under another axis of the same size. */
export const renamed = (v: Value, from: Axis, to: Tensor, span: Span): Value =>
  entryOf({ kind: 'along', axis: from, element: v }, to, span);
