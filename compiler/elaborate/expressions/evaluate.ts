/** Running an expression symbolically: one case a construct, each with its home elsewhere. */
import type {
  Argument,
  ArrayExpr,
  CallExpr,
  DensityExpr,
  Expr,
  IndexExpr,
  NameExpr,
} from '../../../grammar/tree/expressions.ts';
import type { SpaceExpr } from '../../../grammar/tree/spaces.ts';
import type { Place } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import { similar } from '../../../grammar/similar.ts';
import { applyValue, densityOf } from '../functions/calls.ts';
import { builtinSpaces, isBuiltinSpace } from '../../spaces/names.ts';
import { resolveSpace } from '../spaces/resolve.ts';
import { bigOperator, comprehension } from './binders.ts';
import { inLibrary, isOfLibrary } from '../functions/blame.ts';
import { conditional } from './branches.ts';
import { gradient } from './gradient.ts';
import { loopOver } from './loops.ts';
import { lookup, noteSeen, visibleNames } from '../context.ts';
import { isLibrary } from '../../host.ts';
import type { Context } from '../context.ts';
import { asTensor, poisoned } from '../values/describe.ts';
import { isLaw } from '../distributions/distributions.ts';
import { field } from './fields.ts';
import { indexed } from './index-expressions.ts';
import { summedUp } from '../data/leakage.ts';
import { block, lambda } from './statements.ts';
import { checkAlike, combine } from '../values/lists.ts';
import { applyBinary, applyUnary, settle } from './operators.ts';
import { program } from '../distributions/programs.ts';
import { memberAt } from '../members/times.ts';
import { constantBoolean, constantNumber, knownArray, mapUnary, shapeOf } from '../values/tensors.ts';
import type { Given, Value } from '../values/values.ts';

/** What the library computes remembers which line of the spec it is computed for. */
const calledFrom = (e: Expr, { site, shared: { called } }: Context): Expr => {
  if (!site || !isLibrary(e.span)) return e;
  const ofSite = called.get(site) ?? new Map<Expr, Expr>();
  if (ofSite.size === 0) called.set(site, ofSite);
  const before = ofSite.get(e);
  if (before) return before;
  const place: Place = { ...e.span, site };
  const own = { ...e, span: place };
  ofSite.set(e, own);
  return own;
};

export const evaluate = (e: Expr, ctx: Context): Value => {
  let value: Value;
  try {
    value = run(calledFrom(e, ctx), ctx);
  } catch (error) {
    // What a distribution of the library does later, when it is drawn from, fails where it is used.
    throw isOfLibrary(error) ? inLibrary(error, 'stdlib/', '', e.span, ctx.shared.sources) : error;
  }
  noteSeen(e.span, value, ctx);
  return value;
};

const run = (e: Expr, ctx: Context): Value => {
  switch (e.kind) {
    case 'name':
      return named(e, ctx);
    case 'number':
      return constantNumber(e.value);
    case 'string':
      return { kind: 'text', text: e.value };
    case 'boolean':
      return constantBoolean(e.value);
    case 'tuple':
      return { kind: 'tuple', items: e.items.map((x) => evaluate(x, ctx)) };
    case 'record':
      return { kind: 'record', fields: new Map(e.fields.map((f) => [f.name.text, evaluate(f.value, ctx)])) };
    case 'array':
      return array(e, ctx, settle);
    case 'comprehension':
      return comprehension(e, ctx);
    case 'call':
      return call(e, ctx);
    case 'index':
      return isSpaceSyntax(e, ctx)
        ? { kind: 'space', space: resolveSpace(asSpace(e), ctx) }
        : indexed(e, evaluate(e.object, ctx), ctx);
    case 'field':
      return field(e, evaluate(e.object, ctx), ctx);
    case 'unary':
      return applyUnary(e, evaluate(e.operand, ctx), ctx);
    case 'binary':
      return applyBinary(e.op, evaluate(e.left, ctx), evaluate(e.right, ctx), ctx, e);
    case 'big':
      return e.op === 'grad' ? gradient(e, ctx) : summedUp(bigOperator(e, ctx), ctx);
    case 'if':
      return conditional(e, ctx);
    case 'lambda':
      return lambda(e, ctx);
    case 'block':
      return block(e, ctx);
    case 'density':
      return density(e, ctx);
    case 'at':
      return memberAt(e, evaluate(e.object, ctx), ctx);
    case 'fold':
      return loopOver(e, ctx);
    case 'dist':
      return program('', e.body, ctx, e.span, false);
    case 'problem':
      return ctx.shared.run.solve(e, ctx, undefined);
    case 'space':
      return { kind: 'space', space: resolveSpace(e.space, ctx) };
    case 'error':
      return poisoned();
  }
};

const array = (e: ArrayExpr, ctx: Context, held: typeof settle): Value => {
  const items = e.items.map((x) => held(evaluate(x, ctx), ctx, x.span));
  checkAlike(items, e);
  return combine(items, ctx);
};

// ---------------------------------------------------------------- names

const dataNames = new Set(['D_tr', 'D_eval']);

const named = (e: NameExpr, ctx: Context): Value => {
  const value = lookup(ctx.scope, e.name);
  if (value) return value.kind === 'poison' ? poisoned() : value;
  if (e.name === 'missing') return { kind: 'missing' };
  if (builtinSpaces.has(e.name)) return { kind: 'space', space: resolveSpace(asSpace(e), ctx) };
  if (dataNames.has(e.name))
    return fail('L0405', e.span, {
      name: e.name,
      where: ctx.site ? 'in a function' : ctx.problem ? undefined : 'outside',
    });
  return fail('L0201', e.span, { name: e.name, similar: similar(e.name, visibleNames(ctx.scope)) });
};

/** A space written in the place of an expression: `Class[10]`, `R[2]`. */
const asSpace = (e: NameExpr | IndexExpr): SpaceExpr => {
  if (e.kind === 'name') return { kind: 'named', name: { text: e.name, span: e.span }, groups: [], span: e.span };
  const inner = e.object.kind === 'name' || e.object.kind === 'index' ? asSpace(e.object) : poisoned();
  if (inner.kind !== 'named') return poisoned();
  const group = e.items.map((item) =>
    item.kind === 'at'
      ? ({ kind: 'dimension', value: item.value } as const)
      : fail('L0302', item.span, { expected: 'a dimension', seen: 'a slice' }),
  );
  return { ...inner, groups: [...inner.groups, group], span: e.span };
};

const rootName = (e: Expr): string | undefined =>
  e.kind === 'name' ? e.name : e.kind === 'index' ? rootName(e.object) : undefined;

const isSpaceSyntax = (e: IndexExpr, ctx: Context): boolean => {
  const name = rootName(e);
  if (name === undefined) return false;
  const value = lookup(ctx.scope, name);
  return value ? value.kind === 'space' : isBuiltinSpace(name);
};

// ---------------------------------------------------------------- calls

const argumentsOf = (args: readonly Argument[], ctx: Context): Given[] =>
  args.map((a) => ({ name: a.name?.text, value: evaluate(a.value, ctx), span: a.span }));

/** What a model says of its value is a component as it is: one that only draws is a draw. */
const asLaw: typeof settle = (v, ctx, span) => (v.kind === 'dist' && v.logDensity ? v : settle(v, ctx, span));

/** `mixture(w, [A(x), B(x)])`: distributions are listed, where another list of them has a draw of each. */
const componentsOf = (args: readonly Argument[], ctx: Context): Given[] =>
  args.map((a) => {
    const e = a.value;
    const value =
      e.kind === 'array'
        ? array(e, ctx, asLaw)
        : e.kind === 'comprehension'
          ? comprehension(e, ctx, { held: asLaw })
          : evaluate(e, ctx);
    return { name: a.name?.text, value: e.kind === 'array' ? asWeights(value) : value, span: a.span };
  });

/** Numbers that are listed one by one, `[1 - w, w]`, are taken to add up to 1, as the probabilities of a family are. */
const asWeights = (v: Value): Value => {
  const shape = v.kind === 'tensor' ? shapeOf(v) : [];
  return v.kind !== 'tensor' || v.space.element.kind !== 'R' || shape.length !== 1 || knownArray(v)
    ? v
    : { ...v, space: { kind: 'tensor', element: { kind: 'Simplex', size: shape[0] }, shape: [] } };
};

const isMixture = (v: Value): boolean =>
  v.kind === 'function' && v.name === 'mixture' && v.overloads.every((f) => f.kind === 'intrinsic');

/** P in `log (g # P)(x)` and `log (p at start)(x | z)`, which read as the call of a logarithm. */
const logOf = ({ callee, form }: CallExpr, ctx: Context): Value | undefined => {
  if (callee.kind !== 'call' || callee.callee.kind !== 'name' || callee.callee.name !== 'log') return undefined;
  const [first, ...more] = callee.args;
  const inner = first && more.length === 0 && !first.name ? evaluate(first.value, ctx) : undefined;
  if (!inner || inner.kind === 'tensor') return undefined;
  return form === 'given' || hasDensity(inner) ? inner : undefined;
};

const call = (e: CallExpr, ctx: Context): Value => {
  const law = logOf(e, ctx);
  const given = (): Given[] | undefined => (e.form === 'given' ? argumentsOf(e.given, ctx) : undefined);
  if (law) return densityOf(law, argumentsOf(e.args, ctx), given(), ctx, e.span);
  const callee = evaluate(e.callee, ctx);
  if (e.form === 'given')
    return mapUnary('exp', densityOf(callee, argumentsOf(e.args, ctx), given(), ctx, e.span), e.span);
  const args = isMixture(callee) ? componentsOf(e.args, ctx) : argumentsOf(e.args, ctx);
  return applyValue(callee, args, ctx, e.span);
};

/** `log p(x | z)`, `log P(x)`; before a function it is the logarithm. */
const density = (e: DensityExpr, ctx: Context): Value => {
  const inner = e.call;
  const logarithm = (v: Value): Value =>
    mapUnary('log', asTensor(settle(v, ctx, inner.span), inner.span, '`log`'), e.span);
  if (inner.kind !== 'call') return logarithm(evaluate(inner, ctx));
  const callee = evaluate(inner.callee, ctx);
  if (inner.form === 'given')
    return densityOf(callee, argumentsOf(inner.args, ctx), argumentsOf(inner.given, ctx), ctx, e.span);
  if (hasDensity(callee)) return densityOf(callee, argumentsOf(inner.args, ctx), undefined, ctx, e.span);
  return logarithm(applyValue(callee, argumentsOf(inner.args, ctx), ctx, inner.span));
};

/** Does `log` before its call mean its density? */
const hasDensity = (v: Value): boolean =>
  isLaw(v) || v.kind === 'data' || ((v.kind === 'member' || v.kind === 'model') && isUnconditional(v));

const isUnconditional = (v: Extract<Value, { kind: 'member' | 'model' }>): boolean =>
  (v.kind === 'member' ? v.model.declaration : v.declaration).params.length === 0;
