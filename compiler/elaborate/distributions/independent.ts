/** Independent draws of one distribution: an array of them, or a sequence. */
import type { Span } from '../../../grammar/span.ts';
import { fail } from '../../messages.ts';
import { printSpace } from '../../spaces/space.ts';
import { inAxes, newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { mapTensors } from '../values/describe.ts';
import { masked } from '../values/reduce.ts';
import { renameIn } from '../values/sequences.ts';
import {
  axisToShape,
  expandAxes,
  reduceAxis,
  shapeOf,
  shapeToAxis,
  sizesOf,
  toReal,
  unionAxes,
} from '../values/tensors.ts';
import type { Along, Axis, Dist, Tensor, Value } from '../values/values.ts';

/** Moves axes of an array value into its shape; what is no single array stays under the axis. */
export const intoShape = (v: Value, axis: Axis): Value =>
  v.kind === 'tensor' ? axisToShape(v, axis) : { kind: 'along', axis, element: v };

/** The value of one entry each, the leading dimension of an array becoming the axis. */
export const underAxis = (v: Value, axis: Axis, span: Span): Value => {
  if (v.kind === 'along') return renameIn(v.element, v.axis, axis);
  return mapTensors(v, (t) => {
    if (shapeOf(t)[0] !== axis.size)
      return fail('L0301', span, {
        op: 'log density',
        left: `an array of ${axis.size}`,
        right: printSpace(t.space),
        why: `the distribution is an array of ${axis.size}`,
      });
    return shapeToAxis(t.space.shape.length === 0 ? toReal(t) : t, axis, 0);
  });
};

/** Functions of one number: an array has none. */
const aboutOnePoint: ReadonlySet<string> = new Set(['cdf', 'survival', 'quantile']);

/** Independent draws over `axes`, which become the leading dimensions of one draw. `base` may vary over them. */
export const arrayOf = (base: Dist, axes: readonly Axis[]): Dist => {
  if (axes.length === 0) return base;
  const back = [...axes].reverse();
  const gather = (v: Value): Value => back.reduce<Value>((u, axis) => intoShape(u, axis), v);
  const widen = (t: Tensor): Tensor => expandAxes(t, unionAxes(t, { axes }));
  const own = [...base.facts].filter(([name]) => !aboutOnePoint.has(name));
  const facts = own.map(([name, f]): [string, (ctx: Context) => Value] => [
    name,
    (ctx) => {
      const v = f(inAxes(ctx, ...axes));
      if (name === 'entropy' && v.kind === 'tensor')
        return axes.reduce((t, axis) => reduceAxis('sum', t, axis), v as Tensor);
      return gather(mapTensors(v, widen));
    },
  ]);
  return {
    ...base,
    parts: undefined,
    args: new Map([...base.args].map(([k, v]) => [k, v.kind === 'tensor' ? gather(widen(v)) : v])),
    sample:
      base.sample && ((ctx) => gather(mapTensors((base.sample as (c: Context) => Value)(inAxes(ctx, ...axes)), widen))),
    logDensity:
      base.logDensity &&
      ((ctx, x, span) => {
        const one = axes.reduce<Value>((v, axis) => underAxis(v, axis, span), x);
        const t = (base.logDensity as NonNullable<Dist['logDensity']>)(inAxes(ctx, ...axes), one, span);
        return axes.reduce((sum, axis) => reduceAxis('sum', sum, axis, span), t);
      }),
    facts: new Map(facts),
    event: base.event && { ...base.event, shape: [...sizesOf(axes), ...base.event.shape] },
  };
};

/** One distribution for each entry, independent; of a sequence, as many as it has. */
export const sequenceOf = (base: Dist, { axis, mask, length, front }: Omit<Along, 'element'>): Dist => {
  if (!mask) return arrayOf(base, [axis]);
  const whole = (element: Value): Value => ({ kind: 'along', axis, element, mask, length, front });
  const widen = (t: Tensor): Tensor => expandAxes(t, unionAxes(t, { axes: [axis] }));
  const inside = (ctx: Context): Context => inAxes(ctx, axis);
  const facts = [...base.facts]
    .filter(([name]) => !aboutOnePoint.has(name) && !['first', 'last'].includes(name))
    .map(([name, f]): [string, (ctx: Context) => Value] => [
      name,
      (ctx) => {
        const v = mapTensors(f(inside(ctx)), widen);
        return name === 'entropy' ? reduceAxis('sum', masked(v as Tensor, mask, 0), axis) : whole(v);
      },
    ]);
  const { sample, logDensity: density } = base;
  return {
    ...base,
    parts: undefined,
    args: new Map(),
    sample: sample && ((ctx) => whole(mapTensors(sample(inside(ctx)), widen))),
    logDensity:
      density &&
      ((ctx, x, span) => {
        const entry = entriesUnder(x, axis, span);
        return reduceAxis('sum', masked(density(inside(ctx), entry, span), mask, 0), axis, span);
      }),
    facts: new Map(facts),
    event: undefined,
    power: undefined,
  };
};

/** The entries of a sequence under the axis of another one that is as long. */
const entriesUnder = (x: Value, axis: Axis, span: Span): Value => {
  if (x.kind === 'along' && x.axis.size !== axis.size)
    return fail('L0301', span, {
      op: 'log density',
      left: `a sequence of up to ${axis.size}`,
      right: `a sequence of up to ${x.axis.size}`,
      why: 'a sequence of distributions has a density at sequences that are as long',
    });
  return underAxis(x, axis, span);
};

/** `P[n, m]` */
export const arrayDist = (base: Dist, sizes: readonly number[], ctx: Context): Dist =>
  arrayOf(
    base,
    sizes.map((n) => newAxis(ctx, n, 'entry')),
  );
