/** A space as it is written -> a space, or a pattern of one in which dimensions are still free. */
import type { Expr } from '../../../grammar/tree/expressions.ts';
import type { SpaceArgument, SpaceExpr } from '../../../grammar/tree/spaces.ts';
import { fail } from '../../messages.ts';
import { similar } from '../../../grammar/similar.ts';
import { builtinKinds, builtinSpaces } from '../../spaces/names.ts';
import { printSpace } from '../../spaces/space.ts';
import type { Element, Space } from '../../spaces/space.ts';
import { findEntry, lookup, visibleNames } from '../context.ts';
import type { Context } from '../context.ts';
import { asCount, asStatic, poisoned } from '../values/describe.ts';
import { known } from '../values/tensors.ts';
import type { Value } from '../values/values.ts';

/** A dimension: a known number, or a name that is still free. */
type Dimension = { readonly size: number } | { readonly free: string };

/** What a name in a space stands for: a name of the library that is no whole number (`e`) is a letter like any other. */
export const boundDimension = (name: string, ctx: Context): Value | undefined => {
  const found = findEntry(ctx.scope, name);
  const value = found && lookup(found.scope, name);
  if (found?.scope !== ctx.shared.library || value?.kind === 'space') return value;
  const number = value?.kind === 'tensor' ? known(value) : undefined;
  return Number.isInteger(number) ? value : undefined;
};

const dimension = (e: Expr, ctx: Context): Dimension => {
  if (e.kind === 'name') {
    const bound = boundDimension(e.name, ctx);
    // The length of a sequence is no number while compiling.
    if (bound === undefined || (bound.kind === 'tensor' && bound.within && known(bound) === undefined))
      return { free: e.name };
  }
  return { size: asCount(ctx.shared.run.evaluate(e, ctx), e.span, 'a dimension') };
};

export const argumentExpr = (a: SpaceArgument): Expr => {
  if (a.kind === 'dimension') return a.value;
  const s = a.space;
  if (s.kind === 'named' && s.groups.length === 0) return { kind: 'name', name: s.name.text, span: s.span };
  return fail('L0302', s.span, { expected: 'a dimension', seen: 'a space' });
};

const builtinElement = (name: string, args: readonly number[]): Element => {
  switch (name) {
    case 'Interval':
      return { kind: 'Interval', from: args[0], to: args[1] };
    case 'Class':
      return { kind: 'Class', size: args[0] };
    case 'Simplex':
      return { kind: 'Simplex', size: args[0] };
    case 'Sphere':
      return { kind: 'Sphere', dimension: args[0] };
    case 'Ball':
      return { kind: 'Ball', dimension: args[0] };
    default:
      return { kind: name as 'R' };
  }
};

/** A space of numbers in which dimensions may be free; an argument of its element that is not known yet is NaN. */
export type Shaped = { readonly element: Element; readonly dims: readonly Dimension[] };

/** A tensor space written in source, dimensions possibly free; undefined when it is another kind of space. */
export const shaped = (s: SpaceExpr, ctx: Context): Shaped | undefined => {
  if (s.kind === 'array') {
    const inner = shaped(s.element, ctx);
    return inner && { element: inner.element, dims: [...s.dims.map((d) => dimension(d, ctx)), ...inner.dims] };
  }
  if (s.kind !== 'named') return undefined;
  const name = s.name.text;
  const arity = builtinSpaces.get(name);
  if (arity !== undefined && lookup(ctx.scope, name)?.kind !== 'space') {
    const groups = s.groups.map((g) => g.map(argumentExpr));
    const args = arity > 0 ? (groups[0] ?? []) : [];
    if (args.length !== arity)
      fail('L0302', s.span, { expected: `\`${name}[${name === 'Interval' ? 'a, b' : 'n'}]\``, seen: `\`${name}\`` });
    const sizes = args.map((e) => (name === 'Interval' ? boundOrBind(e, ctx) : dimensionOrBind(e, ctx)));
    if (name === 'Interval' && sizes[0] > sizes[1])
      fail('L0302', s.span, {
        expected: 'the lower end first',
        seen: `${sizes[0]}, ${sizes[1]}`,
        where: '`Interval`',
      });
    const element = builtinElement(name, sizes);
    const dims = groups.slice(arity > 0 ? 1 : 0).flat();
    return { element, dims: dims.map((d) => dimension(d, ctx)) };
  }
  const value = lookup(ctx.scope, name);
  if (value?.kind === 'space' && value.space.kind === 'tensor') {
    const dims = s.groups.flat().map((a) => dimension(argumentExpr(a), ctx));
    return { element: value.space.element, dims: [...dims, ...value.space.shape.map((size) => ({ size }))] };
  }
  return undefined;
};

/** The ends of an interval. */
const boundOrBind = (e: Expr, ctx: Context): number =>
  e.kind === 'name' && lookup(ctx.scope, e.name) === undefined
    ? NaN
    : asStatic(ctx.shared.run.evaluate(e, ctx), e.span, 'the bound of an interval');

/** The argument of `Class[K]`: must be known, except that matching a value may have bound it before. */
const dimensionOrBind = (e: Expr, ctx: Context): number => {
  if (e.kind === 'name' && boundDimension(e.name, ctx) === undefined) return NaN;
  const size = asCount(ctx.shared.run.evaluate(e, ctx), e.span, 'a dimension');
  return size > 0 ? size : fail('L0302', e.span, { expected: 'at least 1', seen: '0', where: 'a dimension' });
};

/** A dimension that nothing has settled, or only the length of a sequence. */
const openDimension = (name: string, { span }: SpaceExpr, ctx: Context): never =>
  boundDimension(name, ctx)
    ? fail(
        'L0307',
        span,
        { what: `\`${name}\` is here the length of a sequence, which differs from example to example: it` },
        {
          help: 'a sequence is read entry by entry: `fold h = zeros[32] over x in xs { cell(h, x) }`, or `mean([f(x) for x in xs])`',
        },
      )
    : fail('L0201', span, { name, kind: 'dimension' });

/** The arguments of `Class[K]` and the like are known where a space is a value. */
const checkArguments = (s: SpaceExpr, ctx: Context): void => {
  if (s.kind === 'array') return checkArguments(s.element, ctx);
  if (s.kind !== 'named' || lookup(ctx.scope, s.name.text)?.kind === 'space') return undefined;
  for (const a of (builtinSpaces.get(s.name.text) ?? 0) > 0 ? (s.groups[0] ?? []) : []) {
    const e = argumentExpr(a);
    if (e.kind === 'name' && boundDimension(e.name, ctx) === undefined)
      fail('L0201', e.span, { name: e.name, kind: 'dimension' });
  }
};

/** A space in which every dimension is known: in declarations, parameters, and where a space is a value. */
export const resolveSpace = (s: SpaceExpr, ctx: Context): Space => {
  switch (s.kind) {
    case 'tuple':
      return s.items.length === 1
        ? resolveSpace(s.items[0], ctx)
        : { kind: 'tuple', items: s.items.map((x) => resolveSpace(x, ctx)) };
    case 'record':
      return { kind: 'record', fields: new Map(s.fields.map((f) => [f.name.text, resolveSpace(f.space, ctx)])) };
    case 'function':
      return {
        kind: 'function',
        from: resolveSpace(s.from, ctx),
        to: resolveSpace(s.to, ctx),
        stochastic: s.stochastic,
      };
    case 'data':
      return { kind: 'data', element: resolveSpace(s.element, ctx) };
    case 'array':
    case 'named': {
      const tensorSpace = shaped(s, ctx);
      if (tensorSpace) {
        checkArguments(s, ctx);
        const shape = tensorSpace.dims.map((d) => ('size' in d ? d.size : openDimension(d.free, s, ctx)));
        return { kind: 'tensor', element: tensorSpace.element, shape };
      }
      if (s.kind === 'array') return fail('L0601', s.span, { what: 'an array of this space' });
      const name = s.name.text;
      const value = lookup(ctx.scope, name);
      if (value?.kind === 'space') return value.space;
      if (value?.kind === 'poison') return poisoned();
      if (name === 'Text') return { kind: 'text' };
      if (builtinKinds.has(name)) {
        const written = elementExpr(s);
        const element: Space = written ? resolveSpace(written, ctx) : { kind: 'any', name: 'X' };
        if (name === 'Seq') return { kind: 'sequence', element, most: mostOf(s, ctx) };
        if (name === 'Set') return { kind: 'set', element, most: mostOf(s, ctx) };
        return { kind: name === 'Data' ? 'data' : 'dist', element };
      }
      return fail('L0201', s.name.span, {
        name,
        kind: 'space',
        similar: similar(name, [...builtinSpaces.keys(), ...builtinKinds, ...visibleNames(ctx.scope)]),
      });
    }
  }
};

/** The X of `Seq[X]`. */
export const elementExpr = (s: Extract<SpaceExpr, { kind: 'named' }>): SpaceExpr | undefined => {
  const first = s.groups[0]?.[0];
  if (!first || first.kind === 'space') return first?.space;
  const text = first.value.kind === 'name' ? first.value.name : '?';
  return { kind: 'named', name: { text, span: s.span }, groups: [], span: s.span };
};

/** The 100 of `Seq[X, 100]` and `Set[X, 100]`: how many there are at most. */
export const mostOf = (s: Extract<SpaceExpr, { kind: 'named' }>, ctx: Context): number | undefined => {
  const second = s.groups[0]?.[1];
  if (!second) return undefined;
  const e = argumentExpr(second);
  return asCount(ctx.shared.run.evaluate(e, ctx), e.span, 'the greatest length');
};

export const printPattern = (p: Shaped): string =>
  printSpace({ kind: 'tensor', element: p.element, shape: [] }) +
  (p.dims.length === 0 ? '' : `[${p.dims.map((d) => ('size' in d ? d.size : d.free)).join(', ')}]`);
