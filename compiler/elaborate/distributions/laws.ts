/** What a program or a model may end in as a distribution: one, an array of them or several side by side, or a list of different ones. */
import type { Span } from '../../../grammar/span.ts';
import { sameShape } from '../../spaces/space.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import type { Context } from '../context.ts';
import { isLaw, jointOf, toDistribution } from './distributions.ts';
import { combine } from '../values/lists.ts';
import { split } from '../expressions/patterns.ts';
import type { Dist, Tensor, Value } from '../values/values.ts';

export const endsInLaw = (v: Value): boolean =>
  isLaw(v) || (v.kind === 'list' && v.items.length > 0 && v.items.every(isLaw));

/** The space of an array of draws, where all are of one. */
const arrayEvent = (parts: readonly Dist[]): TensorSpace | undefined => {
  const [first, ...others] = parts.map((p) => p.event);
  const same = others.every((e) => e && e.element.kind === first?.element.kind && sameShape(e.shape, first.shape));
  return first && same ? { ...first, shape: [parts.length, ...first.shape] } : undefined;
};

/** `[Normal(0, 1), Laplace(2, 1)]`: independent draws of different distributions, as one array. */
const listOf = (parts: readonly Dist[], ctx: Context): Dist => {
  const joint = jointOf(parts, (items) => combine(items, ctx));
  const { logDensity } = joint;
  return {
    ...joint,
    logDensity:
      logDensity &&
      ((at, x, span): Tensor => logDensity(at, { kind: 'tuple', items: split(x, parts.length, span) }, span)),
    event: arrayEvent(parts),
  };
};

export const lawOf = (v: Value, ctx: Context, span: Span): Dist =>
  v.kind === 'list'
    ? listOf(
        v.items.map((x) => toDistribution(x, ctx, span)),
        ctx,
      )
    : toDistribution(v, ctx, span);
