/**
 * Annotations: `x: R[28, d]` meets the value that is given. Dimensions and spaces with a known name must agree, unknown
 * names are bound to what the value has. Values are brought into the annotated space where that is a widening
 * (a class as its one-hot vector, a bit as a number).
 */
import type { SpaceExpr } from '../../../grammar/tree/spaces.ts';
import { writtenIn } from '../../../grammar/written.ts';
import { fail } from '../../messages.ts';
import { builtinKinds, builtinSpaces } from '../../spaces/names.ts';
import { classOf, elementShape } from '../../spaces/space.ts';
import type { Element } from '../../spaces/space.ts';
import { coerce, coerceTensor, entryByEntry, mismatch } from './coerce.ts';
import type { Subject } from './coerce.ts';
import { bind, lookup } from '../context.ts';
import type { Context } from '../context.ts';
import { asTensor, describe, partsOf, spaceOf } from '../values/describe.ts';
import { arrayOfData } from '../data/rows.ts';
import { bindDimension } from './equations.ts';
import { lengthOf } from '../values/sequences.ts';
import { argumentExpr, boundDimension, elementExpr, mostOf, printPattern, shaped } from './resolve.ts';
import type { Shaped } from './resolve.ts';
import { known, shapeOf, toReal } from '../values/tensors.ts';
import type { Along, Tensor, Value } from '../values/values.ts';

type Written<K extends SpaceExpr['kind']> = Extract<SpaceExpr, { kind: K }>;

/** Binds free dimensions of an annotation to the value's, checks the known ones, and widens the value. */
export const matchAnnotation = (s: SpaceExpr, v: Value, ctx: Context, subject: Subject): Value => {
  if (v.kind === 'poison') return v;
  switch (s.kind) {
    case 'tuple':
      return matchTuple(s.items, v, ctx, subject);
    case 'record':
      return matchRecord(s, v, ctx, subject);
    case 'function':
    case 'data':
      return v;
    case 'array':
      return matchNumbers(s, shaped(s, ctx), v, ctx, subject);
    case 'named':
      return matchNamed(s, v, ctx, subject);
  }
};

const matchRecord = (s: Written<'record'>, v: Value, ctx: Context, subject: Subject): Value => {
  const { name, span } = subject;
  const items = v.kind === 'tuple' && v.items.length === s.fields.length ? v.items : undefined;
  if (v.kind !== 'record' && !items)
    return fail('L0302', span, { expected: 'a record', seen: describe(v), where: name });
  const fields = s.fields.map((f, i) => {
    const field = f.name.text;
    const x = v.kind === 'record' ? v.fields.get(field) : items?.[i];
    if (!x) return fail('L0308', span, { field, of: describe(v) });
    return [field, matchAnnotation(f.space, x, ctx, { ...subject, name: `${name}.${field}` })] as const;
  });
  return { kind: 'record', fields: new Map(fields) };
};

const matchNamed = (s: Written<'named'>, v: Value, ctx: Context, subject: Subject): Value => {
  const name = s.name.text;
  if (!builtinSpaces.has(name)) {
    const alias = lookup(ctx.scope, name);
    if (!alias && manyOf[name]) return matchMany(s, manyOf[name], v, ctx, subject);
    if (alias === undefined && !builtinKinds.has(name)) {
      // An unknown space is bound to the value's own.
      const space = spaceOf(v);
      if (space) bind(ctx.scope, name, { kind: 'space', space });
      return v;
    }
    if (alias?.kind !== 'space') return v;
    if (s.groups.length === 0) return coerce(v, alias.space, subject);
  }
  return matchNumbers(s, v.kind === 'range' ? shaped(s, ctx) : sizedPattern(s, v, ctx, subject), v, ctx, subject);
};

/** Spaces whose points hold many of another: `Seq[X, n]` in an order, `Set[X, n]` in none. */
const manyOf: Readonly<Record<string, 'sequence' | 'set'>> = { Seq: 'sequence', Set: 'set' };

const matchMany = (s: Written<'named'>, kind: 'sequence' | 'set', v: Value, ctx: Context, subject: Subject): Value => {
  const entry = elementExpr(s);
  const most = mostOf(s, ctx);
  const shown = `${s.name.text}${entry ? `[${writtenIn(entry.span, ctx.shared.sources)}]` : ''}`;
  if (most !== undefined) coerce(v, { kind, element: { kind: 'any', name: 'X' }, most }, subject);
  return entryByEntry(v, shown, subject, ctx, (x) => (entry ? matchAnnotation(entry, x, ctx, subject) : x));
};

/** An array of numbers, or what has the form of one. */
const matchNumbers = (s: SpaceExpr, pattern: Shaped | undefined, v: Value, ctx: Context, subject: Subject): Value => {
  if (!pattern) return v;
  if (v.kind === 'range') {
    matchPattern(pattern, asTensor(v, subject.span), ctx, subject);
    return v;
  }
  if (v.kind === 'along') return v.mask ? matchEntries(pattern, v, ctx, subject) : v;
  const array = v.kind === 'data' ? arrayOfData(v, ctx) : undefined;
  return array ? matchAnnotation(s, array, ctx, subject) : matchPattern(pattern, v, ctx, subject);
};

/** `R[n, d]` given a sequence of vectors: n is its length, which differs from example to example. */
const matchEntries = ({ element, dims: [first, ...dims] }: Shaped, v: Along, ctx: Context, subject: Subject): Value => {
  const expected = printPattern({ element, dims: first ? [first, ...dims] : [] });
  if (!first || 'size' in first) return mismatch(subject, expected, v);
  if (v.element.kind === 'tensor' && shapeOf(toReal(v.element)).length > dims.length)
    return mismatch(
      subject,
      expected,
      v,
      'a function is of one entry: name the member, `f in ...`, and take `[f(x) for x in xs]`',
    );
  if (boundDimension(first.free, ctx) === undefined) bind(ctx.scope, first.free, lengthOf(v));
  return { ...v, element: matchPattern({ element, dims }, v.element, ctx, subject) };
};

const matchPattern = (pattern: Shaped, v: Value, ctx: Context, subject: Subject): Value => {
  if (v.kind !== 'tensor') return mismatch(subject, printPattern(pattern), v);
  const wide = pattern.element.kind === 'R' ? toReal(v) : v;
  const own = pattern.element.kind === 'R' ? shapeOf(wide) : wide.space.shape;
  const element = sizedElement(pattern.element, wide);
  const shape =
    pattern.element.kind !== 'R' && elementShape(element).length > 0 && wide.space.element.kind !== element.kind
      ? shapeOf(wide).slice(0, shapeOf(wide).length - 1)
      : own;
  if (shape.length !== pattern.dims.length) return mismatch(subject, printPattern(pattern), v);
  pattern.dims.forEach((d, i) => {
    if ('free' in d) {
      const bound = boundDimension(d.free, ctx);
      const first = bound?.kind === 'tensor' ? known(bound) : undefined;
      if (first === undefined) bindDimension(d.free, shape[i], subject, v, ctx);
      else if (first !== shape[i])
        fail('L0310', subject.span, { name: d.free, first: String(first), second: String(shape[i]) });
    } else if (d.size !== shape[i]) mismatch(subject, printPattern(pattern), v);
  });
  return coerceTensor(wide, { kind: 'tensor', element, shape }, subject);
};

const matchTuple = (items: readonly SpaceExpr[], v: Value, ctx: Context, subject: Subject): Value => {
  if (items.length === 1) return matchAnnotation(items[0], v, ctx, subject);
  const parts = partsOf(v);
  if (parts?.length !== items.length)
    return fail('L0302', subject.span, {
      expected: `a tuple of ${items.length}`,
      seen: describe(v),
      where: subject.name,
    });
  return { kind: 'tuple', items: parts.map((x, i) => matchAnnotation(items[i], x, ctx, subject)) };
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
const sizedPattern = (s: Written<'named'>, v: Value, ctx: Context, subject: Subject): Shaped | undefined => {
  const first = s.groups[0]?.[0];
  const e = first && argumentExpr(first);
  const size = builtinSpaces.get(s.name.text) === 1 ? argumentFrom(s.name.text, v) : undefined;
  if (e?.kind === 'name' && size !== undefined && boundDimension(e.name, ctx) === undefined)
    bindDimension(e.name, size, subject, v, ctx);
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
