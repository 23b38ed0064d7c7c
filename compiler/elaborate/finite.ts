/** The points of finite spaces: of `Bit`, `Class[K]` and arrays of them, while they are few. */
import * as ir from '../ir/build.ts';
import { sizeOf } from '../ir/shape.ts';
import { elementCount } from '../spaces/space.ts';
import type { TensorSpace } from '../spaces/space.ts';
import { newAxis } from './context.ts';
import type { Context } from './context.ts';
import { tensor } from './tensors.ts';
import type { Axis, Dist, Tensor } from './values.ts';

export interface Points {
  readonly axis: Axis;
  readonly value: Tensor;
}

/** How many points the space has; undefined where they are not finitely many. */
export const countPoints = (space: TensorSpace): number | undefined => {
  const each = elementCount(space.element);
  return each === undefined ? undefined : each ** sizeOf(space.shape);
};

/** All points of a finite space under an axis: point i spells i in digits. */
export const pointsOf = (space: TensorSpace, ctx: Context, most = 65536): Points | undefined => {
  const count = countPoints(space);
  const base = elementCount(space.element);
  if (count === undefined || base === undefined || count > most) return undefined;
  const length = sizeOf(space.shape);
  const axis = newAxis(ctx, count, 'point');
  const data = Int32Array.from({ length: count * length }, (_, k) => {
    const digit = length - 1 - (k % length);
    return Math.floor(Math.floor(k / length) / base ** digit) % base;
  });
  const node = ir.constant({ dtype: 'int32', shape: [count, ...space.shape], data });
  return { axis, value: tensor(space.element.kind === 'Bit' ? ir.cast(node, 'bool') : node, [axis], space) };
};

/** The points of a distribution with a finite support. */
export const finitePoints = (dist: Dist, ctx: Context, most?: number): Points | undefined =>
  dist.event && pointsOf(dist.event, ctx, most);
