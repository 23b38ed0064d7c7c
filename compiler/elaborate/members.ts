/**
 * Members: one function of a model, with parameters of its own. They are made when a body is first run, named by where they
 * are mentioned, so that running the same member again finds the same parameters.
 */
import type { Expr, ModelDeclaration, ParamStatement, Span, StaticParameter } from '../../grammar/tree.ts';
import * as ir from '../ir/build.ts';
import { fail } from '../messages.ts';
import { similar } from '../../grammar/similar.ts';
import type { Node } from '../ir/graph.ts';
import type { Variable } from '../program.ts';
import { contains, elementCount, elementShape, printSpace, sameShape, storageShape, R } from '../spaces/space.ts';
import type { TensorSpace } from '../spaces/space.ts';
import { coerceTensor } from './coerce.ts';
import { matchAnnotation } from './annotations.ts';
import { assigned, nameOfParameter, spread } from './arguments.ts';
import { resolveSpace } from './spaces.ts';
import { bind, childScope, newAxis } from './context.ts';
import type { Context, Scope } from './context.ts';
import { asTensor, describe } from './describe.ts';
import { declaredBy } from './equations.ts';
import { keyInput } from './inputs.ts';
import { bindPattern } from './patterns.ts';
import { axisToShape, known, shapeOf, stopTensor, tensor, toReal } from './tensors.ts';
import { intoSpace, outOfSpace } from './transforms.ts';
import { restricted } from './tuning.ts';
import { makeVariable, readInput, uniqueId, variableInput } from './variables.ts';
import type { Axis, Dist, Given, Member, Model, Store, Tensor, Tuning, Value } from './values.ts';

export const newStore = (name: string, tuning?: Tuning): Store => ({
  name,
  tuning,
  parameters: new Map(),
  members: new Map(),
  statistics: new Map(),
  trees: new Map(),
  names: new Map(),
});

/** Binds static parameters to what stands in brackets, or their defaults. */
export const bindStatics = (
  scope: Scope,
  name: string,
  statics: readonly StaticParameter[],
  given: { readonly bound?: readonly Value[]; readonly boundNamed?: ReadonlyMap<string, Value> },
  ctx: Context,
  span: Span,
): void => {
  const bound = given.bound ?? [];
  const names = statics.map((s) => s.name.text);
  for (const own of statics.length > 0 ? (given.boundNamed?.keys() ?? []) : [])
    if (!names.includes(own)) {
      const near = similar(own, names);
      fail(
        'L0303',
        span,
        { what: `there is no static parameter \`${own}\``, call: name },
        { help: near ? `did you mean \`${near}\`?` : `\`${name}\` has \`[${names.join(', ')}]\`` },
      );
    }
  statics.forEach((param, i) => {
    const value = given.boundNamed?.get(param.name.text) ?? bound[i];
    if (value) {
      bind(
        scope,
        param.name.text,
        param.space ? matchAnnotation(param.space, value, { ...ctx, scope }, { name: param.name.text, span }) : value,
      );
    } else if (param.default) {
      bind(scope, param.name.text, ctx.shared.run.evaluate(param.default, { ...ctx, scope }));
    } else {
      fail('L0303', span, { what: `the static argument \`[${param.name.text}]\` is missing`, call: name });
    }
  });
};

/** `dense[10]`: the model with its static arguments. */
export const instantiate = (model: Model, given: readonly Given[], ctx: Context, span: Span): Model => {
  const { statics, name } = model.declaration;
  if (given.filter((g) => g.name === undefined).length > statics.length)
    fail('L0303', span, {
      what: `there ${statics.length === 0 ? 'are no static arguments' : statics.length === 1 ? 'is 1 static argument' : `are ${statics.length} static arguments`}, but ${given.length} ${given.length === 1 ? 'is' : 'are'} given`,
      call: name.text,
    });
  const scope = childScope(model.scope);
  const bound = given.filter((g) => g.name === undefined).map((g) => g.value);
  const boundNamed = new Map(given.flatMap((g) => (g.name === undefined ? [] : [[g.name, g.value] as const])));
  bindStatics(scope, name.text, statics, { bound, boundNamed }, { ...ctx, scope }, span);
  const values = new Map<string, Value>();
  for (const s of statics) {
    const entry = scope.names.get(s.name.text);
    if (entry && 'value' in entry) values.set(s.name.text, entry.value);
  }
  return { ...model, statics: values };
};

const uniqueName = (store: Store, name: string): string => {
  const used = (store.names.get(name) ?? 0) + 1;
  store.names.set(name, used);
  return used === 1 ? name : `${name}${used}`;
};

/** The member that this mention of a model stands for: made at the first run, found again afterwards. */
export const submember = (model: Model, ctx: Context, span: Span, name?: string): Member => {
  const store = ctx.member as Store;
  const key = `${ctx.path}/${name ?? span.start}:${model.declaration.name.text}`;
  let member = store.members.get(key);
  if (!member) {
    const own = uniqueName(store, name ?? model.declaration.name.text);
    member = { kind: 'member', model, store: newStore(`${store.name}.${own}`, store.tuning) };
    // A fitted class in a model is fitted to what the model is trained on.
    member.store.rows = store.rows && { ...store.rows, template: undefined };
    member.store.probes = store.probes;
    store.members.set(key, member);
  }
  return { ...member, model, reading: ctx.reading };
};

const memberScope = (member: Member, declaration: ModelDeclaration, ctx: Context, span: Span): Scope => {
  const scope = childScope(member.model.scope);
  if (member.model.statics) for (const [name, value] of member.model.statics) bind(scope, name, value);
  else bindStatics(scope, declaration.name.text, declaration.statics, {}, { ...ctx, scope }, span);
  return scope;
};

/** Binds the arguments and gives the context in which the body runs. */
export const enterMember = (member: Member, args: readonly Given[], ctx: Context, span: Span): Context => {
  const { declaration } = member.model;
  const scope = memberScope(member, declaration, ctx, span);
  const given = assigned(declaration.params, spread(declaration.params, args), member.store.name, span);
  const inner: Context = { ...ctx, scope };
  declaration.params.forEach((param, i) => {
    const at = given[i]?.span ?? span;
    let value = given[i]?.value ?? ctx.shared.run.evaluate(param.default as Expr, inner);
    const subject = { name: nameOfParameter(param, i), span: at };
    if (value.kind === 'dist' && value.implicit && value.sample) value = value.sample(ctx);
    const { space } = param;
    // What does not fit is shown with the header that says what it should be.
    if (space)
      value = declaredBy({ space, span: param.span }, declaration.name.text, inner, () =>
        matchAnnotation(space, value, inner, subject),
      );
    bindPattern(scope, param.pattern, value, inner, at);
  });
  return { ...inner, member: member.store, reading: member.reading, path: '' };
};

// ---------------------------------------------------------------- parameters

/** A fresh parameter in `space` with initial value `v` (in the space; made with draws from input `key`). */
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
  (statement: ParamStatement, space: TensorSpace) =>
  (ctx: Context): Tensor => {
    const shape = storageShape(space);
    const flat: TensorSpace = R(...shape);
    const init = statement.init;
    if (!init) {
      const start = defaultInitial(space);
      const node =
        'constant' in start
          ? ir.broadcastTo(ir.scalar(start.constant), shape)
          : ir.mul(ir.random('normal', shape, ctx.shared.counters.site++, ctx.key), ir.scalar(start.spread));
      return tensor(node, [], flat);
    }
    const value = ctx.shared.run.evaluate(init.value, ctx);
    const name = statement.name.text;
    if (init.relation === '~') {
      const dist =
        value.kind === 'dist'
          ? value
          : fail('L0302', init.value.span, {
              expected: 'a distribution',
              seen: describe(value),
              where: `the initial value of \`${name}\``,
            });
      return spreadDraw(dist, shape, ctx, init.value.span, name);
    }
    if (value.kind === 'dist')
      return fail(
        'L0302',
        init.value.span,
        { expected: 'a value', seen: describe(value), where: `the initial value of \`${name}\`` },
        { help: `a draw is written with \`~\`: param ${name} ~ ...` },
      );
    const t = toReal(asTensor(value, init.value.span, `the initial value of \`${name}\``));
    const number = known(t);
    if (number !== undefined && elementShape(space.element).length === 0 && !contains(space.element, [number]))
      fail('L0304', init.value.span, {
        name: `the initial value of \`${name}\``,
        expected: printSpace(space),
        seen: 'R',
        value: String(number),
      });
    if (shapeOf(t).length === 0) return tensor(ir.broadcastTo(t.node, shape), [], flat);
    coerceTensor(t, flat, { name, span: init.value.span });
    return t;
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
const currentValue = (variable: Variable, space: TensorSpace, store: Store, ctx: Context): Tensor => {
  const value = movingValue(variable, space, store, ctx);
  return ctx.reading?.stopped ? stopTensor(value) : value;
};

const movingValue = (variable: Variable, space: TensorSpace, { tuning }: Store, ctx: Context): Tensor => {
  const tuned = tuning && restricted(tuning, variable, space, newStore, ctx);
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
  const variable = makeParameter(name, space, initialOf(statement, space), ctx, statement.span);
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
  const start = initialOf(
    {
      kind: 'param',
      name: { text: name, span },
      space: { kind: 'tuple', items: [], span },
      init: from && { relation: '=', value: from },
      span,
    },
    space,
  );
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

/** All variables of a member, and of the members inside it, that a training of it moves. */
export const variablesOf = (store: Store): Variable[] => [
  ...[...store.parameters.values()].flatMap(({ variable }) => {
    if (!store.tuning) return [variable];
    const own = store.tuning.members.get(variable.id);
    return own ? variablesOf(own.store) : [];
  }),
  ...[...store.members.values()].flatMap((m) => variablesOf(m.store)),
];

/** `f.w`: a parameter or sub-member by name, once the member has been run. */
export const memberField = (member: Member, name: string, ctx: Context): Value | undefined => {
  for (const [key, p] of member.store.parameters)
    if (key.endsWith(`/${name}`))
      return currentValue(p.variable, p.space, member.store, { ...ctx, reading: member.reading });
  for (const m of member.store.members.values())
    if (m.store.name === `${member.store.name}.${name}`) return { ...m, reading: member.reading };
  return undefined;
};

export const fieldsOf = (member: Member): string[] => [
  ...[...member.store.parameters.keys()].map((key) => key.slice(key.lastIndexOf('/') + 1)),
  ...[...member.store.members.values()].map((m) => m.store.name.slice(member.store.name.length + 1)),
];
