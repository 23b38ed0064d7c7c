/**
 * Calling: a function is run on the values it is given (its body sees their shapes, so dimensions need no inference of
 * their own); a model is run as one of its members; a distribution gives its density.
 */
import type { Expr, Parameter, SpaceArgument, Span, SpaceExpr } from '../../grammar/tree.ts';
import { writtenIn } from '../../grammar/written.ts';
import { fail } from '../messages.ts';
import { fitness } from './fitness.ts';
import { matchAnnotation } from './annotations.ts';
import { assign } from './assign.ts';
import { inLibrary } from './blame.ts';
import { printSpace, sameShape, storageShape } from '../spaces/space.ts';
import type { TensorSpace } from '../spaces/space.ts';
import { childScope, lookup } from './context.ts';
import { Failure } from '../failure.ts';
import type { Context, Scope } from './context.ts';
import { describe, poisoned } from './describe.ts';
import { arrayOf, dirac, draws, isLaw, logDensity, toDistribution } from './distributions.ts';
import { endsInLaw, lawOf } from './laws.ts';
import { isFamily, lift } from './lift.ts';
import { bindStatics, enterMember, submember } from './members.ts';
import { bindPattern } from './patterns.ts';
import { program } from './programs.ts';
import { runIntrinsic } from './intrinsics/index.ts';
import { warnOfSign } from './signs.ts';
import { mapUnary } from './tensors.ts';
import type { Closure, FunctionValue, Given, Member, Model, Value } from './values.ts';

const deepest = 400;

/** A single tuple given to several parameters is taken apart: `f((a, b))` is `f(a, b)`. */
const spread = (params: readonly Parameter[], args: readonly Given[]): readonly Given[] => {
  const positional = params.filter((p) => !p.keyword && !p.default).length;
  const first = args[0];
  return args.length === 1 &&
    first.name === undefined &&
    positional > 1 &&
    first.value.kind === 'tuple' &&
    first.value.items.length === params.length
    ? first.value.items.map((value) => ({ value, span: first.span }))
    : args;
};

const score = (closure: Closure, args: readonly Given[], ctx: Context): number | undefined => {
  const assigned = assign(closure.params, args);
  if ('wrong' in assigned) return undefined;
  let total = 0;
  const scope = childScope(closure.scope);
  for (let i = 0; i < closure.params.length; i++) {
    const arg = assigned.given[i];
    if (!arg) continue;
    const fit = fitness(closure.params[i].space, arg.value, { ...ctx, scope });
    if (fit === undefined) return undefined;
    total += fit;
  }
  return total;
};

/** `(q: Dist[X], p: Dist[X])`, as it is written. */
const signature = ({ params, span }: Closure, ctx: Context): string => {
  const [first, last] = [params[0], params.at(-1)];
  if (!first || !last) return '()';
  return `(${writtenIn({ ...span, start: first.span.start, end: last.span.end }, ctx.shared.sources)})`;
};

/** What is missing for an overload, or the two sides the other way round. */
const nearlyFits = (fn: FunctionValue, args: readonly Given[], ctx: Context): string | undefined => {
  const turned = args.length === 2 ? [args[1], args[0]] : [];
  if (turned.length > 0 && fn.overloads.some((c) => score(c, turned, ctx) !== undefined))
    return 'the other way round there is one: swap the two';
  for (const closure of fn.overloads) {
    const left = closure.params.flatMap((p) =>
      p.keyword &&
      !p.default &&
      p.pattern.kind === 'name' &&
      !args.some((a) => p.pattern.kind === 'name' && a.name === p.pattern.name)
        ? [p.pattern.name]
        : [],
    );
    const rest = {
      ...closure,
      params: closure.params.filter((p) => p.pattern.kind !== 'name' || !left.includes(p.pattern.name)),
    };
    if (left.length > 0 && score(rest, args, ctx) !== undefined)
      return `give ${left.map((n) => `\`${n} = ...\``).join(', ')} as well: ${`\`${fn.name}${signature(closure, ctx)}\``}`;
  }
  return conditionalGiven(args, ctx);
};

/** `KL(D_tr || f)` where f is a distribution for each x. */
const conditionalGiven = (args: readonly Given[], ctx: Context): string | undefined => {
  const text = ({ span }: Given): string => writtenIn(span, ctx.shared.sources);
  const conditional = args.find(
    ({ value: v }) =>
      v.kind === 'member' && v.model.declaration.result?.stochastic && v.model.declaration.params.length > 0,
  );
  if (!conditional) return undefined;
  const f = text(conditional);
  const data = args.find(({ value }) => value.kind === 'data');
  return data
    ? `\`${f}\` is a distribution of y for each x: its likelihood is \`E[(x, y) ~ ${text(data)}] -log ${f}(y | x)\``
    : `\`${f}\` is a distribution for each x: give it one, \`${f}(x)\``;
};

/** The overload that takes these arguments most specifically; `written` is what a reader sees of them. */
const choose = (
  fn: FunctionValue,
  args: readonly Given[],
  written: readonly Given[],
  ctx: Context,
  span: Span,
): Closure => {
  if (fn.overloads.length === 1) return fn.overloads[0];
  let best: Closure | undefined;
  let equal: Closure | undefined;
  let most = -1;
  for (const closure of fn.overloads) {
    const s = score(closure, spread(closure.params, args), ctx);
    if (s !== undefined && s >= most) {
      equal = s === most ? (equal ?? closure) : undefined;
      if (s > most) best = closure;
      most = s;
    }
  }
  // The library's own overloads are in the order in which they are to be tried.
  if (best && equal && !best.span.file.startsWith('stdlib/') && !equal.span.file.startsWith('stdlib/'))
    fail(
      'L0314',
      span,
      { name: fn.name, seen: written.map((a) => describe(a.value)).join(', ') },
      { notes: [best, equal].map((c, i) => ({ message: i === 0 ? 'either this' : 'or this', span: c.span })) },
    );
  return (
    best ??
    fail(
      'L0305',
      span,
      { name: fn.name, seen: written.map((a) => (a.name ? `${a.name} = ` : '') + describe(a.value)).join(', ') },
      {
        help: nearlyFits(fn, args, ctx),
        notes: fn.overloads.slice(0, 6).map((c) => {
          const message = `\`${c.name}${signature(c, ctx)}\``;
          return c.span.file.startsWith('stdlib/') ? { message } : { message, span: c.span };
        }),
      },
    )
  );
};

/** Of a call, the one outside of the library that led to it. */
const siteOf = (span: Span, ctx: Context): Span | undefined => (span.file.startsWith('stdlib/') ? ctx.site : span);

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
  const assigned = assign(closure.params, args);
  if ('wrong' in assigned) {
    const { wrong: what, span: at, ...meant } = assigned;
    return fail('L0303', at ?? span, { what, call: closure.name || 'a lambda', ...meant });
  }
  const family = new Map<string, Value>();
  const settled = assigned.given.map((g) => g && { ...g, value: settledArgument(g, ctx, isFamily(closure)) });
  const lifted = isFamily(closure) ? lift(closure.params, settled, ctx) : { ctx, axes: [], given: settled };
  const inner: Context = { ...lifted.ctx, scope, site: siteOf(span, ctx) };
  closure.params.forEach((param, i) => {
    const arg = lifted.given[i];
    let value = arg ? arg.value : ctx.shared.run.evaluate(param.default as Expr, { ...inner, axes: ctx.axes });
    const name = param.pattern.kind === 'name' ? param.pattern.name : `argument ${i + 1}`;
    const annotation = param.space;
    // A stochastic map's value given where a point is meant stands for one draw of it.
    if (annotation && value.kind === 'dist' && value.implicit && fitness(annotation, value, inner) === undefined)
      value = draws(value, ctx, arg?.span ?? span);
    // What a family is computed from is taken to be in its space, as the result of a function is.
    if (arg && isFamily(closure)) warnOfSign(closure.name, param, value, arg.span, ctx);
    if (annotation)
      value = declaredBy(param.span, closure.name, () =>
        matchAnnotation(annotation, value, inner, { name, span: arg?.span ?? span, trusted: isFamily(closure) }),
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
    if (closure.result?.stochastic) return stochastic(closure.name, body, at, span);
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

const nameOf = (argument: SpaceArgument): string | undefined => {
  if (argument.kind === 'dimension') return argument.value.kind === 'name' ? argument.value.name : undefined;
  return argument.space.kind === 'named' ? argument.space.name.text : undefined;
};

/** What the distributions of two parameters must have in common: the X of `Dist[X]`; or both are given as families. */
const eventOf = (param: Parameter, scope: Scope): string | undefined => {
  const { space } = param;
  if (space?.kind !== 'named') return undefined;
  const argument = space.groups[0]?.[0];
  if (space.name.text === 'Dist' || space.name.text === 'Sampler') return argument && nameOf(argument);
  // A rule of the library takes two families to compare them; a function of the spec may take them for anything.
  const compares = space.span.file.startsWith('stdlib/') && lookup(scope, space.name.text)?.kind === 'function';
  return compares ? 'family' : undefined;
};

/** Distributions that are compared are over one space: arrays of draws of one shape. */
const agreeOnEvents = (
  params: readonly Parameter[],
  given: readonly (Given | undefined)[],
  scope: Scope,
  span: Span,
): void => {
  const first = new Map<string, { readonly event: TensorSpace; readonly span: Span }>();
  params.forEach((param, i) => {
    const value = given[i]?.value;
    if (value?.kind !== 'dist' || !value.event) return;
    const key = eventOf(param, scope);
    if (key === undefined) return;
    const own = { event: value.event, span: given[i]?.span ?? span };
    const before = first.get(key);
    if (!before) first.set(key, own);
    else if (!sameShape(storageShape(before.event), storageShape(own.event))) {
      const note = { message: `compared with this, in ${printSpace(before.event)}`, span: before.span };
      const p = { name: 'the distribution', expected: printSpace(before.event), seen: printSpace(own.event) };
      fail('L0304', own.span, p, { notes: before.span === own.span ? [] : [note] });
    }
  });
};

const meansLaw = (space: SpaceExpr | undefined, scope: Scope): boolean =>
  space?.kind === 'data' ||
  (space?.kind === 'named' &&
    (['Dist', 'Sampler'].includes(space.name.text) || lookup(scope, space.name.text)?.kind === 'function'));

/** Where distributions are asked for, a member without arguments is the one that its body ends in: rules go by its family. */
const settledLaw = (fn: FunctionValue, g: Given, i: number, ctx: Context): Given => {
  if (g.value.kind !== 'member' || g.value.model.declaration.params.length > 0) return g;
  const asked = fn.overloads.flatMap((c) => {
    const p =
      g.name === undefined ? c.params[i] : c.params.find((q) => q.pattern.kind === 'name' && q.pattern.name === g.name);
    return p ? [meansLaw(p.space, c.scope)] : [];
  });
  if (asked.length === 0 || !asked.every((x) => x)) return g;
  const value = ctx.shared.run.apply(g.value, [], ctx, g.span);
  return isLaw(value) ? { ...g, value } : g;
};

/** Arguments of a family are numbers: a stochastic map's value stands for its draw. */
const settledArgument = (g: Given, ctx: Context, family: boolean): Value =>
  family && g.value.kind === 'dist' && g.value.implicit ? draws(g.value, ctx, g.span) : g.value;

/** What the body of a `~>` ends in: a distribution, or a value that can only be sampled. */
const stochastic = (name: string, body: Expr, ctx: Context, span: Span): Value => {
  if (hasDraw(body)) return program(name, body, ctx, span);
  const value = ctx.shared.run.evaluate(body, ctx);
  if (endsInLaw(value)) return { ...lawOf(value, ctx, span), implicit: true };
  if (value.kind === 'data') return { ...toDistribution(value, ctx, span), implicit: true };
  return dirac(value, body.span);
};

/** A declared result: dimensions must agree, the rest is the function's promise. */
const resultIn = (space: SpaceExpr, value: Value, ctx: Context, name: string, body: Expr, span: Span): Value => {
  const settled = value.kind === 'dist' && value.implicit ? draws(value, ctx, span) : value;
  const what = name ? `the value of \`${name}\`` : 'the value of the function';
  return declaredBy(space.span, name, () =>
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

/** What does not fit an annotation is shown with it. */
const declaredBy = (annotation: Span, name: string, run: () => Value): Value => {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Failure) || annotation.file.startsWith('stdlib/')) throw error;
    const note = { message: name ? `\`${name}\` says so here` : 'it is said here', span: annotation };
    throw new Failure(
      error.diagnostics.map((d) =>
        d.notes.length === 0 && ['L0302', 'L0304', 'L0310'].includes(d.code) ? { ...d, notes: [note] } : d,
      ),
    );
  }
};

/** A member run on its arguments. */
export const applyMember = (member: Member, args: readonly Given[], ctx: Context, span: Span): Value => {
  const { counters } = ctx.shared;
  if (counters.depth >= deepest)
    fail('L0602', span, { what: `\`${member.model.declaration.name.text}\` calls itself without end` });
  const { declaration } = member.model;
  const inner: Context = { ...enterMember(member, args, ctx, span), site: siteOf(span, ctx) };
  counters.depth++;
  try {
    if (declaration.result?.stochastic) return stochastic(member.store.name, declaration.body, inner, span);
    const value = ctx.shared.run.evaluate(declaration.body, inner);
    const { result, name, body } = declaration;
    return result ? resultIn(result.space, value, inner, name.text, body, span) : value;
  } catch (error) {
    throw inLibrary(error, declaration.span.file, declaration.name.text, span, ctx.shared.sources);
  } finally {
    counters.depth--;
  }
};

const isIntrinsic = (body: Expr | undefined): boolean =>
  body === undefined || (body.kind === 'name' && body.name === 'intrinsic');

/** Does the body draw something before it ends? Then its value has no density of its own. */
export const hasDraw = (body: Expr): boolean => body.kind === 'block' && body.statements.some((s) => s.kind === 'draw');

/** Static arguments (`zeros[32]`, `dense[10]`, `mlp[[64, 64], 10]`) given in brackets. */
export const giveStatics = (callee: Value, statics: readonly Given[], span: Span): Value => {
  if (callee.kind === 'function') {
    const [only] = callee.overloads;
    if (callee.overloads.length === 1 && only.kind === 'def' && only.statics.length === 0 && !callee.run)
      fail('L0303', span, { what: 'there are no static arguments, but some are given', call: callee.name });
    return {
      ...callee,
      bound: statics.filter((s) => s.name === undefined).map((s) => s.value),
      boundNamed: new Map(statics.flatMap((s) => (s.name === undefined ? [] : [[s.name, s.value] as const]))),
    };
  }
  return fail('L0309', span, { seen: describe(callee) });
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
      if (!isLaw(callee)) return fail('L0309', span, { seen: describe(callee) });
      const x: Value = args.length === 1 ? args[0].value : { kind: 'tuple', items: args.map((a) => a.value) };
      const t = logDensity(callee, x, ctx, span, 'its value at a point');
      return mapUnary('exp', t, span);
    }
    case 'space':
      return fail(
        'L0309',
        span,
        { seen: describe(callee) },
        { help: 'spaces stand behind `:` and `over`; to convert, use class(...) or a function' },
      );
    case 'poison':
      return poisoned();
    default:
      return fail('L0309', span, { seen: describe(callee) });
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
  return logDensity(dist, point, ctx, span, 'its log-density');
};

/** `f ∘ g`: first g, then f. */
export const compose = (f: Value, g: Value): FunctionValue => ({
  kind: 'function',
  name: '',
  overloads: [],
  run: (ctx, args, span) => applyValue(f, [{ value: applyValue(g, args, ctx, span), span }], ctx, span),
});
