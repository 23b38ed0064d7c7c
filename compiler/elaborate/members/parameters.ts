/** Parameters: what they start at, the variable that holds one, its value in its space. */
import type { Span } from '../../../grammar/span.ts';
import type { Expr } from '../../../grammar/tree/expressions.ts';
import type { ParamStatement } from '../../../grammar/tree/statements.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import type { Variable } from '../../program.ts';
import { elementCount, printSpace, R, sameShape, storageShape } from '../../spaces/space.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import { checkStart, coerceTensor } from '../spaces/coerce.ts';
import { findEntry, newAxis, spanKey } from '../context.ts';
import { mentioned } from '../../../grammar/walk.ts';
import type { Context } from '../context.ts';
import { asTensor, describe } from '../values/describe.ts';
import { keyInput } from './inputs.ts';
import { resolveSpace } from '../spaces/resolve.ts';
import { uniqueName } from './stores.ts';
import { axisToShape, known, shapeOf, stopTensor, tensor, toReal } from '../values/tensors.ts';
import { intoSpace, outOfSpace } from './transforms.ts';
import { restricted } from './tuning.ts';
import type { Axis, Dist, Store, Tensor } from '../values/values.ts';
import { makeVariable, readInput, uniqueId, variableInput } from './variables.ts';

/** A fresh parameter in `space`; `initial` is in the space, drawn from the input `key`. */
const makeParameter = (
  name: string,
  space: TensorSpace,
  initial: (ctx: Context) => Tensor,
  ctx: Context,
  span: Span,
): Variable => {
  const shape = storageShape(space);
  const clean: Context = { ...ctx, axes: [], key: keyInput, problem: undefined };
  const choices = elementCount(space.element);
  const raw = choices === undefined ? outOfSpace(space.element, initial(clean).node, span) : ir.full(0, shape);
  const what = { id: uniqueId(name, ctx), name, role: 'parameter', dtype: 'float32', shape, choices, span } as const;
  return makeVariable({ ...what, space: printSpace(space) }, raw, ctx, (own) => intoSpace(space.element, own, span));
};

/** What a parameter starts at when its declaration does not say. */
export const defaultInitial = (space: TensorSpace): { readonly constant: number } | { readonly spread: number } => {
  switch (space.element.kind) {
    case 'Positive':
      return { constant: 1 };
    case 'Interval':
      return { constant: (space.element.from + space.element.to) / 2 };
    case 'Simplex':
      return { constant: 1 / space.element.size };
    case 'Sphere':
      return { spread: 1 };
    default:
      return space.shape.length === 0 ? { constant: 0 } : { spread: 1 / Math.sqrt(Math.max(1, space.shape[0])) };
  }
};

const initialOf =
  (name: string, init: ParamStatement['init'], space: TensorSpace) =>
  (ctx: Context): Tensor => {
    const shape = storageShape(space);
    const flat: TensorSpace = R(...shape);
    if (!init) {
      const start = defaultInitial(space);
      const node =
        'constant' in start
          ? ir.broadcastTo(ir.scalar(start.constant), shape)
          : ir.mul(ir.random('normal', shape, ctx.shared.counters.site++, ctx.key), ir.scalar(start.spread));
      return tensor(node, [], flat);
    }
    const value = ctx.shared.run.evaluate(init.value, ctx);
    if (init.relation === '~') {
      const dist =
        value.kind === 'dist'
          ? value
          : fail('L0302', init.value.span, {
              expected: 'a distribution',
              seen: describe(value),
              where: `the initial value of \`${name}\``,
              slip: 'given',
            });
      return spreadDraw(dist, shape, ctx, init.value.span, name);
    }
    if (value.kind === 'dist')
      return fail(
        'L0302',
        init.value.span,
        { expected: 'a value', seen: describe(value), where: `the initial value of \`${name}\``, slip: 'drawn' },
        { help: `a draw is written with \`~\`: param ${name} ~ ...` },
      );
    const t = toReal(asTensor(value, init.value.span, `the initial value of \`${name}\``));
    checkStart(t, space, { name: `the initial value of \`${name}\``, span: init.value.span });
    if (shapeOf(t).length === 0) return tensor(ir.broadcastTo(t.node, shape), [], flat);
    coerceTensor(t, flat, { name, span: init.value.span });
    return t;
  };

/** Equal where a declaration starts its parameter at the same in the same space; undefined where that hangs on more than numbers. */
const startKey = ({ init, span }: ParamStatement, space: TensorSpace, ctx: Context): string | undefined => {
  const numbers = mentioned(init?.value).map((name) => {
    const found = findEntry(ctx.scope, name);
    if (!found || found.scope === ctx.shared.library) return '';
    const value = 'value' in found.entry ? found.entry.value : undefined;
    return value?.kind === 'tensor' ? known(value) : undefined;
  });
  return numbers.includes(undefined) ? undefined : `${spanKey(span)} ${printSpace(space)} ${numbers.join()}`;
};

/** In a quick look what one declaration starts at is computed once: what is wrong with it is wrong wherever it is made. */
const initialOnce =
  (statement: ParamStatement, space: TensorSpace, outer: Context) =>
  (ctx: Context): Tensor => {
    const make = initialOf(statement.name.text, statement.init, space);
    const { postponed, counters } = ctx.shared;
    const key = postponed && startKey(statement, space, outer);
    if (key === undefined) return make(ctx);
    const before = postponed?.initials.get(key);
    if (before) {
      counters.axis += before.axes;
      counters.site += before.sites;
      return before.value;
    }
    const { axis, site } = counters;
    const value = make(ctx);
    postponed?.initials.set(key, { value, axes: counters.axis - axis, sites: counters.site - site });
    return value;
  };

/** Draws an array of `shape`, independently in every entry that the distribution itself does not cover. */
const spreadDraw = (dist: Dist, shape: readonly number[], ctx: Context, span: Span, name: string): Tensor => {
  if (!dist.sample) return fail('L0313', span, { name: dist.family || 'the distribution', what: 'sampler' });
  const once = toReal(asTensor(dist.sample(ctx), span));
  const own = shapeOf(once);
  if (sameShape(own, shape)) return once;
  const lead = shape.slice(0, shape.length - own.length);
  if (own.length > shape.length || !sameShape(shape.slice(lead.length), own))
    return fail('L0304', span, { name, expected: printSpace(R(...shape)), seen: printSpace(R(...own)) });
  const axes: Axis[] = lead.map((n) => newAxis(ctx, n, 'entry'));
  let t = toReal(asTensor(dist.sample({ ...ctx, axes }), span));
  for (const axis of [...axes].reverse()) t = axisToShape(t, axis);
  return t;
};

/** The current value of a parameter. */
export const currentValue = (variable: Variable, space: TensorSpace, store: Store, ctx: Context): Tensor => {
  const value = movingValue(variable, space, store, ctx);
  return ctx.reading?.stopped ? stopTensor(value) : value;
};

const movingValue = (variable: Variable, space: TensorSpace, { tuning }: Store, ctx: Context): Tensor => {
  const tuned = tuning && restricted(tuning, variable, space, ctx);
  if (tuned) return tuned;
  const own = ctx.reading?.values?.get(variable.id);
  const { node, axes } = own ?? { node: readInput(variable, ctx), axes: [] };
  return tensor(intoSpace(space.element, node), axes, space);
};

/** `param w : R[d, n] ~ init`: made when its body first runs, when d and n are known. */
export const declareParameter = (statement: ParamStatement, ctx: Context): Tensor => {
  const store = ctx.member;
  if (!store) return fail('L0602', statement.span, { what: '`param` belongs in the body of a model' });
  const key = `${ctx.path}/${statement.name.text}`;
  const existing = store.parameters.get(key);
  if (existing) return currentValue(existing.variable, existing.space, store, ctx);
  const space = resolveSpace(statement.space, ctx);
  if (space.kind !== 'tensor')
    return fail('L0302', statement.space.span, {
      expected: 'a space of numbers',
      seen: printSpace(space),
      where: `\`${statement.name.text}\``,
    });
  const name = `${store.name}.${uniqueName(store, statement.name.text)}`;
  const variable = makeParameter(name, space, initialOnce(statement, space, ctx), ctx, statement.span);
  store.parameters.set(key, { variable, space, value: tensor(variableInput(variable, ctx), [], space) });
  return currentValue(variable, space, store, ctx);
};

/** `over z in R[2]`, `over z in R[2] from [1, 0]`: a point of a space as a parameter. */
export const pointParameter = (
  name: string,
  space: TensorSpace,
  store: Store,
  ctx: Context,
  span: Span,
  from?: Expr,
): Tensor => {
  const key = `/${name}`;
  const existing = store.parameters.get(key);
  if (existing) return currentValue(existing.variable, existing.space, store, ctx);
  const start = initialOf(name, from && { relation: '=', value: from }, space);
  const variable = makeParameter(name, space, start, ctx, span);
  store.parameters.set(key, { variable, space, value: tensor(variableInput(variable, ctx), [], space) });
  return currentValue(variable, space, store, ctx);
};

/** `over k in [1, 2, 5]`: one of some values. */
export const choiceParameter = (name: string, among: Tensor, store: Store, ctx: Context, span: Span): Tensor => {
  const [choices, ...shape] = shapeOf(among);
  const what = {
    id: uniqueId(name, ctx),
    name,
    role: 'parameter',
    dtype: 'float32',
    shape: [],
    choices,
    span,
  } as const;
  const meaning = (own: Node): Node => ir.gather(among.node, ir.cast(own, 'int32'));
  const space = { ...among.space, shape };
  const variable = makeVariable({ ...what, space: printSpace(space) }, ir.scalar(0), ctx, meaning);
  const value = tensor(variableInput(variable, ctx), [], R());
  store.parameters.set(`/${name}`, { variable, space: R(), value });
  return tensor(meaning(value.node), [], space);
};
