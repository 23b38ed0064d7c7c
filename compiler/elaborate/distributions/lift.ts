/**
 * A family of distributions is written for one point; given arrays it makes an array of independent ones. The dimensions that an
 * argument has more than its annotation become axes, and the axes become the shape of a draw.
 */
import type { Parameter } from '../../../grammar/tree/patterns.ts';
import * as ir from '../../ir/build.ts';
import { builtinSpaces } from '../../spaces/names.ts';
import { inAxes, newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { asTensor } from '../values/describe.ts';
import { shapeOf, shapeToAxis, tensor, toReal } from '../values/tensors.ts';
import type { Axis, Closure, Given, Tensor, Value } from '../values/values.ts';

/** Its body is `distribution(...)`, or ends in it. */
export const isFamily = (closure: Closure): boolean => {
  let body = closure.body;
  while (body?.kind === 'block') {
    const last = body.statements[body.statements.length - 1];
    body = last?.kind === 'expr' ? last.value : undefined;
  }
  return body?.kind === 'call' && body.callee.kind === 'name' && body.callee.name === 'distribution';
};

const vectors = new Set(['Simplex', 'Sphere', 'Ball']);

/** Dimensions of one point of the annotated space; undefined where it is no space of numbers. */
const rankOfAnnotation = ({ space }: Parameter): { readonly rank: number; readonly classes: boolean } | undefined => {
  if (space?.kind !== 'named') return undefined;
  const name = space.name.text;
  const arity = builtinSpaces.get(name);
  if (arity === undefined) return undefined;
  const dims = space.groups.slice(arity > 0 ? 1 : 0).flat().length;
  return { rank: dims + (vectors.has(name) ? 1 : 0), classes: name === 'Class' };
};

export interface Lifted {
  readonly ctx: Context;
  readonly axes: readonly Axis[];
  readonly given: readonly (Given | undefined)[];
}

export const lift = (params: readonly Parameter[], given: readonly (Given | undefined)[], ctx: Context): Lifted => {
  const extras = given.map((g, i): { tensor: Tensor; extra: number } | undefined => {
    const annotation = rankOfAnnotation(params[i]);
    if (!g || !annotation || (g.value.kind !== 'tensor' && g.value.kind !== 'range')) return undefined;
    const t = asTensor(g.value, g.span);
    const own = annotation.classes && t.space.element.kind === 'Class' ? t : toReal(t);
    const keepsSpace =
      t.space.element.kind === 'Simplex' || t.space.element.kind === 'Sphere' || t.space.element.kind === 'Ball';
    const kept = keepsSpace ? t : own;
    return { tensor: kept, extra: shapeOf(kept).length - annotation.rank };
  });
  const most = Math.max(0, ...extras.map((e) => e?.extra ?? 0));
  if (most === 0) return { ctx, axes: [], given };
  const sizes = Array.from({ length: most }, () => 1);
  for (const e of extras)
    if (e && e.extra > 0)
      shapeOf(e.tensor)
        .slice(0, e.extra)
        .forEach((n, i) => (sizes[most - e.extra + i] = Math.max(sizes[most - e.extra + i], n)));
  const axes = sizes.map((n) => newAxis(ctx, n, 'entry'));
  const moved = given.map((g, i): Given | undefined => {
    const e = extras[i];
    if (!g || !e || e.extra <= 0) return g;
    let t = e.tensor;
    for (let k = 0; k < e.extra; k++) t = leading(t, axes[most - e.extra + k]);
    return { ...g, value: t as Value };
  });
  return { ctx: inAxes(ctx, ...axes), axes, given: moved };
};

/** The first dimension becomes the axis; one of size 1 is dropped, it is the same everywhere. */
const leading = (t: Tensor, axis: Axis): Tensor => {
  const n = shapeOf(t)[0];
  if (n === axis.size) return shapeToAxis(t, axis);
  const at = t.axes.length;
  if (n !== 1) return shapeToAxis(t, { ...axis, size: n });
  const shape = t.node.shape.filter((_, i) => i !== at);
  return tensor(ir.reshape(t.node, shape), t.axes, { ...t.space, shape: t.space.shape.slice(1) });
};
