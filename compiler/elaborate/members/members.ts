/**
 * Members: one function of a model, with parameters of its own. They are made when a body is first run, named by where they
 * are mentioned, so that running the same member again finds the same parameters.
 */
import type { Span } from '../../../grammar/span.ts';
import type { ModelDeclaration } from '../../../grammar/tree/declarations.ts';
import type { Expr } from '../../../grammar/tree/expressions.ts';
import type { Parameter, StaticParameter } from '../../../grammar/tree/patterns.ts';
import { parameterName } from '../../../grammar/walk.ts';
import { fail } from '../../messages.ts';
import { calledHere } from '../../names/elsewhere.ts';
import { similar } from '../../../grammar/similar.ts';
import { matchAnnotation } from '../spaces/annotations.ts';
import { assigned, nameOfParameter, spread } from '../functions/arguments.ts';
import { bind, childScope } from '../context.ts';
import type { Context, Scope } from '../context.ts';
import { declaredBy } from '../spaces/equations.ts';
import { bindPattern } from '../expressions/patterns.ts';
import { describe } from '../values/describe.ts';
import { known } from '../values/tensors.ts';
import { currentValue } from './parameters.ts';
import { newStore, uniqueName } from './stores.ts';
import type { Given, Member, Model, Store, Value } from '../values/values.ts';

/** Binds static parameters to what stands in brackets, or their defaults. */
export const bindStatics = (
  scope: Scope,
  name: string,
  statics: readonly StaticParameter[],
  given: { readonly bound?: readonly Value[]; readonly boundNamed?: ReadonlyMap<string, Value> },
  ctx: Context,
  span: Span,
  params: readonly Parameter[] = [],
): void => {
  const bound = given.bound ?? [];
  const names = statics.map((s) => s.name.text);
  for (const own of statics.length > 0 ? (given.boundNamed?.keys() ?? []) : [])
    if (!names.includes(own)) {
      const near = calledHere(own, names) ?? similar(own, names);
      const argument = params.some((p) => parameterName(p) === own);
      const help = argument
        ? `\`${own}\` is an argument: \`${name}[...](x, ${own} = ...)\``
        : `\`${name}\` has \`[${names.join(', ')}]\``;
      fail(
        'L0303',
        span,
        { what: `there is no static parameter \`${own}\``, call: name, similar: argument ? undefined : near },
        near && !argument ? {} : { help },
      );
    }
  statics.forEach((param, i) => {
    const value = given.boundNamed?.get(param.name.text) ?? bound[i];
    if (value) {
      if (param.default?.kind === 'boolean' && !(value.kind === 'tensor' && value.space.element.kind === 'Bit')) {
        const seen = value.kind === 'tensor' ? (known(value) ?? describe(value)) : describe(value);
        fail('L0302', span, { expected: '`true` or `false`', seen: String(seen), where: `\`${param.name.text}\`` });
      }
      bind(
        scope,
        param.name.text,
        param.space ? matchAnnotation(param.space, value, { ...ctx, scope }, { name: param.name.text, span }) : value,
      );
    } else if (param.default) {
      bind(scope, param.name.text, ctx.shared.run.evaluate(param.default, { ...ctx, scope }));
    } else {
      fail('L0303', span, {
        what: `the static argument \`[${param.name.text}]\` is missing`,
        call: name,
        statics: 'missing',
      });
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
      statics: statics.length === 0 ? 'surplus' : undefined,
    });
  const scope = childScope(model.scope);
  const bound = given.filter((g) => g.name === undefined).map((g) => g.value);
  const boundNamed = new Map(given.flatMap((g) => (g.name === undefined ? [] : [[g.name, g.value] as const])));
  bindStatics(scope, name.text, statics, { bound, boundNamed }, { ...ctx, scope }, span, model.declaration.params);
  const values = new Map<string, Value>();
  for (const s of statics) {
    const entry = scope.names.get(s.name.text);
    if (entry && 'value' in entry) values.set(s.name.text, entry.value);
  }
  return { ...model, statics: values };
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
