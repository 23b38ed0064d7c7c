/**
 * Annotations: `x: R[28, d]` meets the value that is given. Dimensions and spaces with a known name must agree, unknown
 * names are bound to what the value has. Values are brought into the annotated space where that is a widening
 * (a class as its one-hot vector, a bit as a number).
 */
import type { Expr, Span, SpaceArgument, SpaceExpr } from '../../grammar/tree.ts';
import { writtenIn } from '../../grammar/written.ts';
import { fail, similar } from '../messages.ts';
import {
  classOf,
  contains,
  elementDType,
  elementShape,
  printSpace,
  real,
  sameShape,
  storageShape,
} from '../spaces/space.ts';
import type { Element, Space, TensorSpace } from '../spaces/space.ts';
import { bind, lookup, newAxis, visibleNames } from './context.ts';
import type { Context } from './context.ts';
import { asCount, asStatic, describe, poisoned, spaceOf } from './describe.ts';
import { isLaw } from './distributions.ts';
import { arrayOfData } from './rows.ts';
import { lengthOf } from './sequences.ts';
import { axisToShape, constantNumber, known, knownArray, shapeOf, shapeToAxis, tensor, toReal } from './tensors.ts';
import * as ir from '../ir/build.ts';
import type { Along, Axis, Tensor, Value } from './values.ts';

/** Spaces built into the language: name -> number of arguments. */
export const builtinSpaces: ReadonlyMap<string, number> = new Map([
  ['R', 0],
  ['Positive', 0],
  ['Bit', 0],
  ['Nat', 0],
  ['Int', 0],
  ['Circle', 0],
  ['Interval', 2],
  ['Class', 1],
  ['Simplex', 1],
  ['Sphere', 1],
  ['Ball', 1],
]);
/** Spaces of spaces, and what a distribution can do: understood in annotations. */
export const builtinKinds: ReadonlySet<string> = new Set(['Seq', 'Set', 'Dist', 'Sampler', 'Data', 'Text']);

/** Spaces whose points hold many of another: `Seq[X, n]` in an order, `Set[X, n]` in none. */
const manyOf: Readonly<Record<string, 'sequence' | 'set'>> = { Seq: 'sequence', Set: 'set' };

/** A dimension: a known number, or a name that is still free. */
type Dimension = { readonly size: number } | { readonly free: string };

const dimension = (e: Expr, ctx: Context): Dimension => {
  if (e.kind === 'name') {
    const bound = lookup(ctx.scope, e.name);
    // The length of a sequence is no number while compiling.
    if (bound === undefined || (bound.kind === 'tensor' && bound.within && known(bound) === undefined))
      return { free: e.name };
  }
  return { size: asCount(ctx.shared.run.evaluate(e, ctx), e.span, 'a dimension') };
};

const argumentExpr = (a: SpaceArgument): Expr => {
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

/** Pattern of a space in which dimensions may be free. */
type Shaped = { readonly element: Element; readonly dims: readonly Dimension[] };

/** A tensor space written in source, dimensions possibly free; undefined when it is another kind of space. */
const shaped = (s: SpaceExpr, ctx: Context): Shaped | undefined => {
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
  if (e.kind === 'name' && lookup(ctx.scope, e.name) === undefined) return NaN;
  const size = asCount(ctx.shared.run.evaluate(e, ctx), e.span, 'a dimension');
  return size > 0 ? size : fail('L0302', e.span, { expected: 'at least 1', seen: '0', where: 'a dimension' });
};

/** The arguments of `Class[K]` and the like are known where a space is a value. */
const checkArguments = (s: SpaceExpr, ctx: Context): void => {
  if (s.kind === 'array') return checkArguments(s.element, ctx);
  if (s.kind !== 'named' || lookup(ctx.scope, s.name.text)?.kind === 'space') return undefined;
  for (const a of (builtinSpaces.get(s.name.text) ?? 0) > 0 ? (s.groups[0] ?? []) : []) {
    const e = argumentExpr(a);
    if (e.kind === 'name' && lookup(ctx.scope, e.name) === undefined)
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
        const shape = tensorSpace.dims.map((d) =>
          'size' in d ? d.size : fail('L0201', s.span, { name: d.free, kind: 'dimension' }),
        );
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
const elementExpr = (s: Extract<SpaceExpr, { kind: 'named' }>): SpaceExpr | undefined => {
  const first = s.groups[0]?.[0];
  if (!first || first.kind === 'space') return first?.space;
  const text = first.value.kind === 'name' ? first.value.name : '?';
  return { kind: 'named', name: { text, span: s.span }, groups: [], span: s.span };
};

/** The 100 of `Seq[X, 100]` and `Set[X, 100]`: how many there are at most. */
const mostOf = (s: Extract<SpaceExpr, { kind: 'named' }>, ctx: Context): number | undefined => {
  const second = s.groups[0]?.[1];
  if (!second) return undefined;
  const e = argumentExpr(second);
  return asCount(ctx.shared.run.evaluate(e, ctx), e.span, 'the greatest length');
};

const mismatch = (name: string, expected: string, v: Value, span: Span): never =>
  fail('L0304', span, { name, expected, seen: describe(v) });

/** Brings one tensor into a space (dimensions known). */
export const coerceTensor = (t: Tensor, space: TensorSpace, name: string, span: Span, trusted = false): Tensor => {
  const want = space.element;
  const have = t.space.element;
  if (want.kind === 'R') {
    const x = toReal(t);
    return sameShape(shapeOf(x), space.shape) ? { ...x, space } : mismatch(name, printSpace(space), t, span);
  }
  if (want.kind === 'Class') {
    if (have.kind === 'Class' && have.size === want.size && sameShape(t.space.shape, space.shape)) return t;
    return mismatch(name, printSpace(space), t, span);
  }
  const values = knownArray(t);
  const fits = sameShape(shapeOf(t), storageShape(space));
  if (!fits) return mismatch(name, printSpace(space), t, span);
  if (have.kind === want.kind) return t;
  if (values) {
    const n = elementShape(want).reduce((p, k) => p * k, 1);
    for (let i = 0; i < values.length; i += n)
      if (!contains(want, values.slice(i, i + n))) {
        const numbers = Array.from(values.slice(i, i + n), (x) => String(Number(x.toPrecision(6))));
        const value = n === 1 ? numbers[0] : numbers.length <= 6 ? `[${numbers.join(', ')}]` : undefined;
        return fail('L0304', span, { name, expected: printSpace(space), seen: describe(t), value });
      }
  } else if (!trusted && (want.kind === 'Bit' || want.kind === 'Simplex' || want.kind === 'Sphere')) {
    return mismatch(name, printSpace(space), t, span);
  }
  return tensor(ir.cast(t.node, elementDType(want)), t.axes, space);
};

/** The parts of a tuple; a record is one too, in the order of its fields. */
const partsOf = (v: Value): readonly Value[] | undefined =>
  v.kind === 'tuple' || v.kind === 'list' ? v.items : v.kind === 'record' ? [...v.fields.values()] : undefined;

/** Brings a value into a space, or says why not. */
export const coerce = (v: Value, space: Space, name: string, span: Span, trusted = false): Value => {
  if (v.kind === 'poison') return v;
  switch (space.kind) {
    case 'tensor':
      if (v.kind === 'tensor') return coerceTensor(v, space, name, span, trusted);
      if (v.kind === 'range') return v;
      return mismatch(name, printSpace(space), v, span);
    case 'tuple': {
      const parts = partsOf(v);
      if (parts?.length !== space.items.length) return mismatch(name, printSpace(space), v, span);
      return { kind: 'tuple', items: parts.map((x, i) => coerce(x, space.items[i], name, span, trusted)) };
    }
    case 'record':
      if (v.kind === 'record') {
        const fields = new Map<string, Value>();
        for (const [field, s] of space.fields) {
          const x = v.fields.get(field);
          if (!x) return mismatch(name, printSpace(space), v, span);
          fields.set(field, coerce(x, s, `${name}.${field}`, span, trusted));
        }
        return { kind: 'record', fields };
      }
      if (v.kind === 'tuple' && v.items.length === space.fields.size) {
        const names = [...space.fields];
        return {
          kind: 'record',
          fields: new Map(
            names.map(([field, s], i) => [field, coerce(v.items[i], s, `${name}.${field}`, span, trusted)]),
          ),
        };
      }
      return mismatch(name, printSpace(space), v, span);
    case 'sequence':
    case 'set': {
      const { element, most } = space;
      const length = v.kind === 'along' ? v.axis.size : v.kind === 'tensor' ? v.space.shape[0] : undefined;
      if (length !== undefined && most !== undefined && length > most)
        return mismatch(name, printSpace(space), v, span);
      return entryByEntry(v, printSpace(space), name, span, undefined, (x) => coerce(x, element, name, span, trusted));
    }
    default:
      return v;
  }
};

/** A sequence brought into a space by its entries; without `ctx` no axis can be made, and arrays of numbers stay as they are. */
const entryByEntry = (
  v: Value,
  expected: string,
  name: string,
  span: Span,
  ctx: Context | undefined,
  entry: (x: Value) => Value,
): Value => {
  switch (v.kind) {
    case 'along':
      return { ...v, element: entry(v.element) };
    case 'tensor': {
      const t = v.space.shape.length === 0 ? toReal(v) : v;
      if (shapeOf(t).length === 0) return mismatch(name, expected, v, span);
      const axis: Axis = ctx
        ? newAxis(ctx, shapeOf(t)[0], 'step')
        : { size: shapeOf(t)[0], order: Infinity, name: 'step' };
      const inside = entry(shapeToAxis(t, axis));
      return inside.kind === 'tensor' ? axisToShape(inside, axis) : v;
    }
    case 'list':
      return { ...v, items: v.items.map(entry) };
    case 'range':
    case 'data':
    case 'tuple':
    case 'dist':
      return v;
    default:
      return mismatch(name, expected, v, span);
  }
};

/** How well a value fits an annotation, for choosing an overload: undefined is not at all, larger is more specific. */
export const fitness = (s: SpaceExpr | undefined, v: Value, ctx: Context): number | undefined => {
  if (!s) return v.kind === 'missing' ? undefined : 0;
  if (v.kind === 'poison') return 0;
  switch (s.kind) {
    case 'function':
      return ['function', 'member', 'model', 'stage'].includes(v.kind) ? 2 : undefined;
    case 'data':
      return v.kind === 'data' || (v.kind === 'dist' && v.facts.has('data')) ? 3 : undefined;
    case 'tuple':
      if (s.items.length === 1) return fitness(s.items[0], v, ctx);
      return v.kind === 'tuple' && v.items.length === s.items.length ? 2 : undefined;
    case 'record':
      return v.kind === 'record' || v.kind === 'tuple' ? 2 : undefined;
    case 'array':
      return v.kind === 'tensor' || v.kind === 'along' ? 2 : undefined;
    case 'named': {
      const name = s.name.text;
      if (builtinSpaces.has(name)) {
        if (v.kind === 'range') return 1;
        if (v.kind !== 'tensor') return undefined;
        if (name === 'Class' || v.space.element.kind === 'Class') {
          if (name === 'Class') return v.space.element.kind === 'Class' ? 3 : undefined;
        }
        if (name === 'Bit' && v.node.dtype !== 'bool') return undefined;
        const dims = s.groups.flat().length;
        const rank = shapeOf(toReal(v)).length;
        const exact = name === 'R' ? dims === rank : true;
        return exact ? 2 : 1;
      }
      if (name === 'Seq' || name === 'Set') return ['tensor', 'along', 'range'].includes(v.kind) ? 1 : undefined;
      if (name === 'Sampler')
        return isDistribution(v) || v.kind === 'data' || (v.kind === 'tensor' && v.space.shape.length > 0)
          ? 1
          : undefined;
      if (name === 'Dist') return isDistribution(v) ? 2 : undefined;
      const value = lookup(ctx.scope, name);
      if (value?.kind === 'function') return v.kind === 'dist' && v.family === name ? 4 : undefined;
      if (value?.kind === 'model') return v.kind === 'member' ? 2 : undefined;
      if (value?.kind === 'space' && value.space.kind === 'tensor') return v.kind === 'tensor' ? 2 : undefined;
      return 0;
    }
  }
};

const isDistribution = (v: Value): boolean =>
  isLaw(v) || v.kind === 'along' || (v.kind === 'member' && v.model.declaration.params.length === 0);

/**
 * Binds free dimensions of an annotation to the value's, checks the known ones, and widens the value. `trusted`: what a function
 * says of its result, which it makes true by construction.
 */
export const matchAnnotation = (
  s: SpaceExpr,
  v: Value,
  ctx: Context,
  name: string,
  span: Span,
  trusted = false,
): Value => {
  if (v.kind === 'poison') return v;
  switch (s.kind) {
    case 'tuple':
      return matchTuple(s.items, v, ctx, name, span, trusted);
    case 'record': {
      const items = v.kind === 'tuple' && v.items.length === s.fields.length ? v.items : undefined;
      if (v.kind !== 'record' && !items)
        return fail('L0302', span, { expected: 'a record', seen: describe(v), where: name });
      const fields = s.fields.map((f, i) => {
        const x = v.kind === 'record' ? v.fields.get(f.name.text) : items?.[i];
        if (!x) return fail('L0308', span, { field: f.name.text, of: describe(v) });
        return [f.name.text, matchAnnotation(f.space, x, ctx, `${name}.${f.name.text}`, span, trusted)] as const;
      });
      return { kind: 'record', fields: new Map(fields) };
    }
    case 'function':
    case 'data':
      return v;
    case 'array':
    case 'named': {
      const many = s.kind === 'named' && !lookup(ctx.scope, s.name.text) ? manyOf[s.name.text] : undefined;
      if (s.kind === 'named' && many) {
        const entry = elementExpr(s);
        const most = mostOf(s, ctx);
        const shown = `${s.name.text}${entry ? `[${writtenIn(entry.span, ctx.shared.sources)}]` : ''}`;
        if (most !== undefined) coerce(v, { kind: many, element: { kind: 'any', name: 'X' }, most }, name, span);
        return entryByEntry(v, shown, name, span, ctx, (x) =>
          entry ? matchAnnotation(entry, x, ctx, name, span, trusted) : x,
        );
      }
      if (s.kind === 'named' && !builtinSpaces.has(s.name.text)) {
        const alias = lookup(ctx.scope, s.name.text);
        if (alias === undefined && !builtinKinds.has(s.name.text)) {
          // An unknown space is bound to the value's own.
          const space = spaceOf(v);
          if (space) bind(ctx.scope, s.name.text, { kind: 'space', space });
          return v;
        }
        if (alias?.kind === 'space' && s.groups.length === 0) return coerce(v, alias.space, name, span, trusted);
        if (alias?.kind !== 'space') return v;
      }
      if (v.kind === 'range') return v;
      const pattern = s.kind === 'named' ? sizedPattern(s, v, ctx) : shaped(s, ctx);
      if (!pattern) return v;
      if (v.kind === 'along' && v.mask) return matchEntries(pattern, v, ctx, name, span, trusted);
      if (v.kind === 'along') return v;
      if (v.kind === 'data') {
        const array = arrayOfData(v, ctx);
        if (array) return matchAnnotation(s, array, ctx, name, span, trusted);
      }
      return matchPattern(pattern, v, ctx, name, span, trusted);
    }
  }
};

/** `R[n, d]` given a sequence of vectors: n is its length, which differs from example to example. */
const matchEntries = (
  { element, dims: [first, ...dims] }: Shaped,
  v: Along,
  ctx: Context,
  name: string,
  span: Span,
  trusted: boolean,
): Value => {
  const expected = printPattern({ element, dims: first ? [first, ...dims] : [] });
  if (!first || 'size' in first) return mismatch(name, expected, v, span);
  if (lookup(ctx.scope, first.free) === undefined) bind(ctx.scope, first.free, lengthOf(v));
  return { ...v, element: matchPattern({ element, dims }, v.element, ctx, name, span, trusted) };
};

const matchPattern = (pattern: Shaped, v: Value, ctx: Context, name: string, span: Span, trusted: boolean): Value => {
  if (v.kind !== 'tensor') return mismatch(name, printPattern(pattern), v, span);
  const wide = pattern.element.kind === 'R' ? toReal(v) : v;
  const own = pattern.element.kind === 'R' ? shapeOf(wide) : wide.space.shape;
  const element = sizedElement(pattern.element, wide);
  const shape =
    pattern.element.kind !== 'R' && elementShape(element).length > 0 && wide.space.element.kind !== element.kind
      ? shapeOf(wide).slice(0, shapeOf(wide).length - 1)
      : own;
  if (shape.length !== pattern.dims.length) return mismatch(name, printPattern(pattern), v, span);
  pattern.dims.forEach((d, i) => {
    if ('free' in d) {
      const bound = lookup(ctx.scope, d.free);
      const first = bound?.kind === 'tensor' ? known(bound) : undefined;
      if (first === undefined) bind(ctx.scope, d.free, constantNumber(shape[i]));
      else if (first !== shape[i])
        fail('L0310', span, { name: d.free, first: String(first), second: String(shape[i]) });
    } else if (d.size !== shape[i]) mismatch(name, printPattern(pattern), v, span);
  });
  return coerceTensor(wide, { kind: 'tensor', element, shape }, name, span, trusted);
};

const matchTuple = (
  items: readonly SpaceExpr[],
  v: Value,
  ctx: Context,
  name: string,
  span: Span,
  trusted: boolean,
): Value => {
  if (items.length === 1) return matchAnnotation(items[0], v, ctx, name, span, trusted);
  const parts = partsOf(v);
  if (parts?.length !== items.length)
    return fail('L0302', span, { expected: `a tuple of ${items.length}`, seen: describe(v), where: name });
  return { kind: 'tuple', items: parts.map((x, i) => matchAnnotation(items[i], x, ctx, name, span, trusted)) };
};

/** The argument of a space that the value tells: the classes of `Class[K]`, the entries of `Simplex[K]`, the dimension of `Sphere[m]`. */
const argumentFrom = (name: string, v: Value): number | undefined => {
  if (v.kind !== 'tensor') return undefined;
  const last = shapeOf(v)[shapeOf(v).length - 1];
  if (name === 'Class') return v.space.element.kind === 'Class' ? v.space.element.size : undefined;
  if (name === 'Simplex' || name === 'Ball') return last;
  return name === 'Sphere' && last !== undefined ? last - 1 : undefined;
};

/** `Class[K]` with a free K takes it from the value. */
const sizedPattern = (s: Extract<SpaceExpr, { kind: 'named' }>, v: Value, ctx: Context): Shaped | undefined => {
  const first = s.groups[0]?.[0];
  const e = first && argumentExpr(first);
  const size = builtinSpaces.get(s.name.text) === 1 ? argumentFrom(s.name.text, v) : undefined;
  if (e?.kind === 'name' && size !== undefined && lookup(ctx.scope, e.name) === undefined)
    bind(ctx.scope, e.name, constantNumber(size));
  return shaped(s, ctx);
};

const sizedElement = (e: Element, v: Tensor): Element => {
  const last = shapeOf(v)[shapeOf(v).length - 1] ?? 0;
  if (e.kind === 'Simplex' && Number.isNaN(e.size)) return { kind: 'Simplex', size: last };
  if (e.kind === 'Sphere' && Number.isNaN(e.dimension)) return { kind: 'Sphere', dimension: last - 1 };
  if (e.kind === 'Ball' && Number.isNaN(e.dimension)) return { kind: 'Ball', dimension: last };
  if (e.kind === 'Class' && v.space.element.kind === 'Class' && Number.isNaN(e.size))
    return classOf(v.space.element.size).element;
  return e;
};

const printPattern = (p: Shaped): string =>
  printSpace({ kind: 'tensor', element: p.element, shape: [] }) +
  (p.dims.length === 0 ? '' : `[${p.dims.map((d) => ('size' in d ? d.size : d.free)).join(', ')}]`);

/** The bare real numbers with free dimensions: what a parameter without space would be. */
export const anyReal: Element = real;
