/**
 * The points of finite supports: of `Bit`, `Class[K]` and arrays of them, while they are few; and counts from 0 to where the family
 * says that they end (Binomial), or in an evaluation to where what is left is below the precision of the numbers (Poisson).
 */
import * as ir from '../../ir/build.ts';
import { sizeOf } from '../../ir/shape.ts';
import { elementCount } from '../../spaces/space.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import { newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { tensor } from '../values/tensors.ts';
import type { Axis, Dist, Tensor } from '../values/values.ts';

export interface Points {
  readonly axis: Axis;
  readonly value: Tensor;
}

/** Supports up to this size are summed over exactly. */
export const smallSupport = 64;

/** How many points the space has; undefined where they are not finitely many. */
export const countPoints = (space: TensorSpace): number | undefined => {
  const each = elementCount(space.element);
  return each === undefined ? undefined : each ** sizeOf(space.shape);
};

/** All points of a finite space under an axis: point i spells i in digits. */
export const pointsOf = (
  space: TensorSpace,
  ctx: Context,
  most = 65536,
  base = elementCount(space.element),
): Points | undefined => {
  const length = sizeOf(space.shape);
  if (base === undefined || base ** length > most) return undefined;
  const count = base ** length;
  const axis = newAxis(ctx, count, 'point');
  const data = Int32Array.from({ length: count * length }, (_, k) => {
    const digit = length - 1 - (k % length);
    return Math.floor(Math.floor(k / length) / base ** digit) % base;
  });
  const node = ir.constant({ dtype: 'int32', shape: [count, ...space.shape], data });
  return { axis, value: tensor(space.element.kind === 'Bit' ? ir.cast(node, 'bool') : node, [axis], space) };
};

/** How many counts there are up to one that the family names, where it is known and the same for every entry. */
const countOf = (dist: Dist, name: string, ctx: Context): number | undefined => {
  const v = dist.facts.get(name)?.(ctx);
  const n = v?.kind === 'tensor' ? ir.uniformValue(v.node) : undefined;
  return n !== undefined && Number.isFinite(n) && n >= 0 ? Math.floor(n) + 1 : undefined;
};

/** The points of a distribution with a finite support. */
export const finitePoints = (dist: Dist, ctx: Context, most?: number): Points | undefined => {
  if (!dist.event) return undefined;
  const counts = dist.event.element.kind === 'Nat' ? countOf(dist, 'last', ctx) : undefined;
  return pointsOf(dist.event, ctx, most, counts);
};

/** Counts up to where the probability of all that follow is below 1e-16: a sum that is exact to the precision of the numbers. */
export const countsInReach = (dist: Dist, ctx: Context, most: number): Points | undefined => {
  const reach = dist.event?.element.kind === 'Nat' ? countOf(dist, 'reach', ctx) : undefined;
  return dist.event && reach ? pointsOf(dist.event, ctx, most, reach) : undefined;
};
