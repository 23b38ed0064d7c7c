/** A value brought into a space, where that is a widening: a class as its one-hot vector, a bit as a number, a tuple as a record. */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import { contains, elementDType, elementShape, printSpace, sameShape, storageShape } from '../../spaces/space.ts';
import type { Space, TensorSpace } from '../../spaces/space.ts';
import { newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { aboutTextColumn } from '../values/texts.ts';
import { aboutTexts, describe, partsOf } from '../values/describe.ts';
import { axisToShape, knownArray, shapeOf, shapeToAxis, tensor, toReal } from '../values/tensors.ts';
import type { Axis, Tensor, Value } from '../values/values.ts';

/** What is brought into a space. */
export interface Subject {
  /** What messages call it. */
  readonly name: string;
  readonly span: Span;
  /** Who made it says that it is in the space: what a function declares of its result is true by construction. */
  readonly trusted?: boolean;
}

export const mismatch = ({ name, span }: Subject, expected: string, v: Value, help?: string): never =>
  fail(
    'L0304',
    span,
    { name, expected, seen: describe(v) },
    {
      help:
        help ??
        (v.kind === 'texts' && /^(R|Positive|Interval|Nat|Int)\b/.test(expected)
          ? (aboutTextColumn(v) ?? aboutTexts).help
          : undefined),
    },
  );

/** A tensor whose numbers are known: every entry must be in the space. */
const checkEntries = (t: Tensor, space: TensorSpace, values: readonly number[], { name, span }: Subject): void => {
  const n = elementShape(space.element).reduce((p, k) => p * k, 1);
  for (let i = 0; i < values.length; i += n) {
    const entry = values.slice(i, i + n);
    if (contains(space.element, entry)) continue;
    const numbers = entry.map((x) => String(Number(x.toPrecision(6))));
    const value = n === 1 ? numbers[0] : n <= 6 ? `[${numbers.join(', ')}]` : undefined;
    fail('L0304', span, { name, expected: printSpace(space), seen: describe(t), value });
  }
};

/** What a parameter starts at, where its numbers are known: one for all entries, or an array. */
export const checkStart = (t: Tensor, space: TensorSpace, subject: Subject): void => {
  const values = knownArray(t);
  const one = shapeOf(t).length === 0 && elementShape(space.element).length === 0;
  if (values && (one || sameShape(shapeOf(t), storageShape(space)))) checkEntries(t, space, values, subject);
};

/** Brings one tensor into a space (dimensions known). */
export const coerceTensor = (t: Tensor, space: TensorSpace, subject: Subject): Tensor => {
  const want = space.element;
  const have = t.space.element;
  const wrong = (): never => mismatch(subject, printSpace(space), t);
  if (want.kind === 'R') {
    const x = toReal(t);
    return sameShape(shapeOf(x), space.shape) ? { ...x, space } : wrong();
  }
  if (want.kind === 'Class') {
    const fits = have.kind === 'Class' && have.size === want.size && sameShape(t.space.shape, space.shape);
    return fits ? t : wrong();
  }
  if (!sameShape(shapeOf(t), storageShape(space))) return wrong();
  if (have.kind === want.kind) return t;
  const values = knownArray(t);
  if (values) checkEntries(t, space, values, subject);
  else if (!subject.trusted && (want.kind === 'Bit' || want.kind === 'Simplex' || want.kind === 'Sphere'))
    return wrong();
  return tensor(ir.cast(t.node, elementDType(want)), t.axes, space);
};

/** Brings a value into a space, or says why not. */
export const coerce = (v: Value, space: Space, subject: Subject): Value => {
  const wrong = (): never => mismatch(subject, printSpace(space), v);
  const inField = (field: string): Subject => ({ ...subject, name: `${subject.name}.${field}` });
  if (v.kind === 'poison') return v;
  switch (space.kind) {
    case 'tensor':
      if (v.kind === 'tensor') return coerceTensor(v, space, subject);
      if (v.kind === 'range') return v;
      return wrong();
    case 'tuple': {
      const parts = partsOf(v);
      if (parts?.length !== space.items.length) return wrong();
      return { kind: 'tuple', items: parts.map((x, i) => coerce(x, space.items[i], subject)) };
    }
    case 'record':
      if (v.kind === 'record') {
        const fields = new Map<string, Value>();
        for (const [field, s] of space.fields) {
          const x = v.fields.get(field);
          if (!x) return wrong();
          fields.set(field, coerce(x, s, inField(field)));
        }
        return { kind: 'record', fields };
      }
      if (v.kind === 'tuple' && v.items.length === space.fields.size) {
        const names = [...space.fields];
        return {
          kind: 'record',
          fields: new Map(names.map(([field, s], i) => [field, coerce(v.items[i], s, inField(field))])),
        };
      }
      return wrong();
    case 'sequence':
    case 'set': {
      const { element, most } = space;
      const length = v.kind === 'along' ? v.axis.size : v.kind === 'tensor' ? v.space.shape[0] : undefined;
      if (length !== undefined && most !== undefined && length > most) return wrong();
      return entryByEntry(v, printSpace(space), subject, undefined, (x) => coerce(x, element, subject));
    }
    default:
      return v;
  }
};

/** A sequence brought into a space by its entries; without `ctx` no axis can be made, and arrays of numbers stay as they are. */
export const entryByEntry = (
  v: Value,
  expected: string,
  subject: Subject,
  ctx: Context | undefined,
  entry: (x: Value) => Value,
): Value => {
  switch (v.kind) {
    case 'along':
      return { ...v, element: entry(v.element) };
    case 'tensor': {
      const t = v.space.shape.length === 0 ? toReal(v) : v;
      if (shapeOf(t).length === 0) return mismatch(subject, expected, v);
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
      return mismatch(subject, expected, v);
  }
};
