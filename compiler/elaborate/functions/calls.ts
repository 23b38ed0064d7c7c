/**
 * Calling: a function is run on the values it is given (its body sees their shapes, so dimensions need no inference of
 * their own); a model is run as one of its members; a distribution gives its density.
 */
import type { Span } from '../../../grammar/span.ts';
import type { Expr } from '../../../grammar/tree/expressions.ts';
import type { SpaceExpr } from '../../../grammar/tree/spaces.ts';
import { fail } from '../../messages.ts';
import { answered, isFitted } from '../solvers/aimed.ts';
import { fitness } from '../spaces/fitness.ts';
import { matchAnnotation } from '../spaces/annotations.ts';
import { assigned, nameOfParameter, spread } from './arguments.ts';
import { agreeOnEvents } from '../distributions/compared.ts';
import { choose, settledLaw } from './overloads.ts';
import { inLibrary } from './blame.ts';
import { childScope } from '../context.ts';
import { isLibrary } from '../../host.ts';
import type { Context } from '../context.ts';
import { describe, poisoned } from '../values/describe.ts';
import { arrayOf } from '../distributions/independent.ts';
import { dirac, draws, isLaw, logDensity, toDistribution } from '../distributions/distributions.ts';
import { declaredBy } from '../spaces/equations.ts';
import { endsInLaw, lawOf } from '../distributions/laws.ts';
import { isFamily, lift } from '../distributions/lift.ts';
import { bindStatics, enterMember, submember } from '../members/members.ts';
import { bindPattern } from '../expressions/patterns.ts';
import { program } from '../distributions/programs.ts';
import { runIntrinsic } from '../intrinsics/index.ts';
import { warnOfSign } from '../distributions/signs.ts';
import { mapUnary, shapeOf } from '../values/tensors.ts';
import type { Closure, FunctionValue, Given, Member, Model, Value } from '../values/values.ts';

const deepest = 400;

/** Of a call, the one outside of the library that led to it. */
const siteOf = (span: Span, ctx: Context): Span | undefined => (isLibrary(span) ? ctx.site : span);

export const applyFunction = (fn: FunctionValue, args: readonly Given[], ctx: Context, span: Span): Value => {
  if (fn.run)
    try {
      return fn.run(ctx, args, span);
    } catch (error) {
      const [own] = fn.overloads;
      throw inLibrary(error, own?.span.file ?? '', fn.name, span, ctx.shared.sources, own?.params, args);
    }
  if (args.some((a) => a.value.kind === 'poison')) return poisoned();
  const given = args.map((a, i) => settledLaw(fn, a, i, ctx));
  const closure = choose(fn, given, args, ctx, span);
  return runClosure(closure, spread(closure.params, given), fn, ctx, span);
};

const runClosure = (closure: Closure, args: readonly Given[], fn: FunctionValue, ctx: Context, span: Span): Value => {
  const counters = ctx.shared.counters;
  if (counters.depth >= deepest) fail('L0602', span, { what: `\`${closure.name}\` calls itself without end` });
  const scope = childScope(closure.scope);
  bindStatics(scope, closure.name, closure.statics, fn, ctx, span);
  const given = assigned(closure.params, args, closure.name || 'a lambda', span);
  const own = isFamily(closure);
  const lifted = own
    ? lift(
        closure.params,
        given.map((g) => g && numeric(g, ctx)),
        ctx,
      )
    : { ctx, axes: [], given };
  const family = new Map<string, Value>();
  const inner: Context = { ...lifted.ctx, scope, site: siteOf(span, ctx) };
  closure.params.forEach((param, i) => {
    const arg = lifted.given[i];
    let value = arg ? arg.value : ctx.shared.run.evaluate(param.default as Expr, { ...inner, axes: ctx.axes });
    const name = nameOfParameter(param, i);
    const annotation = param.space;
    // A stochastic map's value given where a point is meant stands for one draw of it.
    if (annotation && value.kind === 'dist' && value.implicit && fitness(annotation, value, inner) === undefined)
      value = draws(value, ctx, arg?.span ?? span);
    // What a family is computed from is taken to be in its space, as the result of a function is.
    if (arg && own) warnOfSign(closure.name, param, value, arg.span, ctx);
    if (annotation)
      value = declaredBy({ space: annotation, span: param.span }, closure.name, inner, () =>
        matchAnnotation(annotation, value, inner, { name, span: arg?.span ?? span, trusted: own }),
      );
    bindPattern(scope, param.pattern, value, inner, arg?.span ?? span);
    if (param.pattern.kind === 'name') family.set(name, value);
  });
  agreeOnEvents(closure.params, lifted.given, scope, span);
  counters.depth++;
  try {
    if (isIntrinsic(closure.body))
      return runIntrinsic(closure.name, {
        ctx: inner,
        caller: ctx,
        args: family,
        statics: fn.bound ?? [],
        span,
        scope,
      });
    const home = closure.home;
    const at: Context = home
      ? { ...inner, ...home }
      : { ...inner, path: `${ctx.path}/${span.start}`, family: familyOf(closure.name, family, ctx) };
    const body = closure.body as Expr;
    if (closure.result?.stochastic)
      return stochastic(closure.name, { name: closure.name, body, result: closure.result.space }, at, span);
    const value = ctx.shared.run.evaluate(body, at);
    if (value.kind === 'dist') return arrayOf(value, lifted.axes);
    return closure.result ? resultIn(closure.result.space, value, inner, closure.name, body, span) : value;
  } catch (error) {
    throw inLibrary(error, closure.span.file, closure.name, span, ctx.shared.sources, closure.params, args);
  } finally {
    counters.depth--;
  }
};

/** What the library says in several parts (`_truncated`) is the family that its reader has called. */
const familyOf = (name: string, args: ReadonlyMap<string, Value>, ctx: Context): NonNullable<Context['family']> =>
  name.startsWith('_') && ctx.family ? ctx.family : { name, args };

/** Arguments of a family are numbers: a stochastic map's value stands for its draw. */
const numeric = (g: Given, ctx: Context): Given =>
  g.value.kind === 'dist' && g.value.implicit ? { ...g, value: draws(g.value, ctx, g.span) } : g;

/** What the body of a `~>` ends in: a distribution, or a value that can only be sampled. */
const stochastic = (
  name: string,
  { name: declared, body, result }: { readonly name: string; readonly body: Expr; readonly result: SpaceExpr },
  ctx: Context,
  span: Span,
): Value => {
  if (hasDraw(body)) return program(name, body, ctx, span);
  const value = ctx.shared.run.evaluate(body, ctx);
  if (endsInLaw(value)) return { ...lawOf(value, ctx, span), implicit: true };
  if (value.kind === 'data') return { ...toDistribution(value, ctx, span), implicit: true };
  // A value must be in the space that is declared; it stays what it is, so that its gradient does.
  if (value.kind === 'tensor') resultIn(result, value, ctx, declared, body, span);
  return dirac(value, body.span);
};

/** A declared result: dimensions must agree, the rest is the function's promise. */
const resultIn = (space: SpaceExpr, value: Value, ctx: Context, name: string, body: Expr, span: Span): Value => {
  const settled = value.kind === 'dist' && value.implicit ? draws(value, ctx, span) : value;
  const what = name ? `the value of \`${name}\`` : 'the value of the function';
  return declaredBy({ space, span: space.span }, name, ctx, () =>
    matchAnnotation(
      space,
      settled,
      { ...ctx, scope: childScope(ctx.scope) },
      { name: what, span: valueSpan(body), trusted: true },
    ),
  );
};

/** Where the value of a body stands: its last statement. */
const valueSpan = (body: Expr): Span =>
  body.kind === 'block' ? (body.statements.at(-1)?.span ?? body.span) : body.span;

/** A member run on its arguments. */
export const applyMember = (member: Member, args: readonly Given[], ctx: Context, span: Span): Value => {
  const { counters } = ctx.shared;
  if (member.store.probes && isFitted(member.model))
    return answered(member.store.probes, member.store, args, ctx, span);
  if (counters.depth >= deepest)
    fail('L0602', span, { what: `\`${member.model.declaration.name.text}\` calls itself without end` });
  const { declaration } = member.model;
  const inner: Context = { ...enterMember(member, args, ctx, span), site: siteOf(span, ctx) };
  counters.depth++;
  try {
    const { result, name, body } = declaration;
    if (result?.stochastic)
      return stochastic(member.store.name, { name: name.text, body, result: result.space }, inner, span);
    const value = ctx.shared.run.evaluate(body, inner);
    return result ? resultIn(result.space, value, inner, name.text, body, span) : value;
  } catch (error) {
    const { span: own, name, params } = declaration;
    throw inLibrary(error, own.file, name.text, span, ctx.shared.sources, params, args);
  } finally {
    counters.depth--;
  }
};

const isIntrinsic = (body: Expr | undefined): boolean =>
  body === undefined || (body.kind === 'name' && body.name === 'intrinsic');

/** Does the body draw something before it ends? Then its value has no density of its own. */
const hasDraw = (body: Expr): boolean => body.kind === 'block' && body.statements.some((s) => s.kind === 'draw');

/** An array is indexed; a space converts nothing. */
const notCallable = (v: Value, span: Span): never => {
  const seen = describe(v);
  if (v.kind !== 'space') {
    const indexed = v.kind === 'data' || v.kind === 'tuple' || (v.kind === 'tensor' && shapeOf(v).length > 0);
    return fail('L0309', span, { seen, slip: indexed ? 'index' : undefined });
  }
  const help = 'spaces stand behind `:` and `over`; to convert, use class(...) or a function';
  const real = v.space.kind === 'tensor' && v.space.element.kind === 'R' && v.space.shape.length === 0;
  return fail('L0309', span, { seen, slip: real ? 'conversion' : undefined }, { help });
};

/** Static arguments (`zeros[32]`, `dense[10]`, `mlp[[64, 64], 10]`) given in brackets. */
export const giveStatics = (callee: Value, statics: readonly Given[], span: Span): Value => {
  if (callee.kind === 'function') {
    const [only] = callee.overloads;
    if (callee.overloads.length === 1 && only.kind === 'def' && only.statics.length === 0 && !callee.run)
      fail('L0303', span, {
        what: 'there are no static arguments, but some are given',
        call: callee.name,
        statics: 'surplus',
      });
    return {
      ...callee,
      bound: statics.filter((s) => s.name === undefined).map((s) => s.value),
      boundNamed: new Map(statics.flatMap((s) => (s.name === undefined ? [] : [[s.name, s.value] as const]))),
    };
  }
  return notCallable(callee, span);
};

/** `p(x)` of a model without arguments, a distribution: its density there. */
const isDensity = ({ declaration }: Model, args: readonly Given[]): boolean =>
  declaration.params.length === 0 && args.length > 0 && declaration.result?.stochastic === true;

export const applyValue = (callee: Value, args: readonly Given[], ctx: Context, span: Span): Value => {
  switch (callee.kind) {
    case 'function':
      return applyFunction(callee, args, ctx, span);
    case 'member':
      return isDensity(callee.model, args)
        ? applyValue(toDistribution(callee, ctx, span), args, ctx, span)
        : applyMember(callee, args, ctx, span);
    case 'model':
      if (!ctx.member) return fail('L0311', span, { name: callee.declaration.name.text });
      return applyMember(submember(callee, ctx, span), args, ctx, span);
    case 'dist':
    case 'tuple':
    case 'record':
    case 'along': {
      // of functions or members an array is applied entry by entry, if at all
      if (!isLaw(callee)) return notCallable(callee, span);
      const x: Value = args.length === 1 ? args[0].value : { kind: 'tuple', items: args.map((a) => a.value) };
      const t = logDensity(callee, x, ctx, span, 'its value at a point', args.length === 1 ? args[0].span : span);
      return mapUnary('exp', t, span);
    }
    case 'poison':
      return poisoned();
    default:
      return notCallable(callee, span);
  }
};

/** `log p(x | z)`, `log P(x)` */
export const densityOf = (
  callee: Value,
  x: readonly Given[],
  given: readonly Given[] | undefined,
  ctx: Context,
  span: Span,
) => {
  const applied = given ? applyValue(callee, given, ctx, span) : callee;
  const dist = toDistribution(applied, ctx, span);
  const point: Value = x.length === 1 ? x[0].value : { kind: 'tuple', items: x.map((a) => a.value) };
  return logDensity(dist, point, ctx, span, 'its log-density', x.length === 1 ? x[0].span : span);
};
