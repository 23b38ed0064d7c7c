/** What the binders of an expectation have opened so far: names, axes, masks, weights. */
import type { Binder } from '../../../grammar/tree/patterns.ts';
import { childScope, inAxes, inScope, newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { bindPattern } from '../expressions/patterns.ts';
import type { Node } from '../../ir/graph.ts';
import { renameIn } from '../values/sequences.ts';
import type { Axis, Tensor, Value } from '../values/values.ts';
import type { Averaged } from './weighing.ts';

/** What an expectation has opened, and the context in which its body is run. */
export interface State extends Averaged {
  readonly ctx: Context;
  /** The whole stands in another expectation. */
  readonly averaged: boolean;
  /** A binder has as many draws as were asked for: those after it are drawn along, one for each. */
  readonly counted?: boolean;
  /** Draws through which gradients go. */
  readonly paths: readonly Node[];
}

/** The targets of a binder bound to these values, under more axes, of which the mask says which places count. */
export const enter = (
  state: State,
  binder: Binder,
  values: readonly Value[],
  axes: readonly Axis[],
  mask?: Tensor,
): State => {
  const scope = childScope(state.ctx.scope);
  const ctx = inAxes(state.ctx, ...axes);
  binder.targets.forEach((target, i) => bindPattern(scope, target, values[i], ctx, binder.span));
  return {
    ...state,
    ctx: {
      ...inScope(ctx, scope),
      filtered: mask ? true : ctx.filtered,
      averaged: axes.length > 0 ? true : ctx.averaged,
    },
    axes: [...state.axes, ...axes],
    masks: mask ? [...state.masks, mask] : state.masks,
  };
};

/** The first target has the axis itself, the others the same draws under axes of their own. `scores`: of these draws. */
export const several = (
  state: State,
  binder: Binder,
  axis: Axis,
  value: Value,
  mask?: Tensor,
  scores: readonly Tensor[] = [],
): State => {
  const others = binder.targets.slice(1).map(() => newAxis(state.ctx, axis.size, axis.name));
  const values = [value, ...others.map((other) => renameIn(value, axis, other))];
  for (const other of others)
    for (const s of scores) if (s.axes.includes(axis)) state.ctx.scores?.push(renameIn(s, axis, other) as Tensor);
  const all = [axis, ...others];
  const masks = mask ? [mask, ...others.map((other) => renameIn(mask, axis, other) as Tensor)] : [];
  const entered = enter(state, binder, values, all);
  return {
    ...entered,
    masks: [...entered.masks, ...masks],
    samples: all.length > 1 ? [...entered.samples, all] : entered.samples,
  };
};
