/** Rows in the space that a set is declared in, each number checked. */
import type { Span } from '../../../grammar/span.ts';
import type { SpaceExpr } from '../../../grammar/tree/spaces.ts';
import * as ir from '../../ir/build.ts';
import { mapLater } from '../../ir/arrays.ts';
import type { ArrayData, ArrayValue, DType } from '../../ir/operations.ts';
import { sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import {
  elementDType,
  elementShape,
  printElement,
  printSpace,
  R,
  sameShape,
  storageShape,
} from '../../spaces/space.ts';
import type { Space, TensorSpace } from '../../spaces/space.ts';
import { matchAnnotation } from './annotations.ts';
import { resolveSpace } from './resolve.ts';
import type { Subject } from './coerce.ts';
import { childScope } from '../context.ts';
import type { Context } from '../context.ts';
import { spaceOfTemplate, templateParts } from '../values/describe.ts';
import { columnName, firstOutside } from './membership.ts';
import { tensor } from '../values/tensors.ts';
import type { Data, Template } from '../values/values.ts';

const partName = (path: string, set: string): string =>
  path.startsWith('[') ? `part ${path} of \`${set}\`` : path || set;

/** Template with leaves brought into a space, each number checked. */
const coerceTemplate = (
  t: Template,
  space: Space,
  data: Data,
  leaves: ArrayValue[],
  path: string,
  span: Span,
): Template => {
  const mismatch = (): never =>
    fail('L0304', span, {
      name: partName(path, data.name),
      expected: printSpace(space),
      seen: printSpace(spaceOfTemplate(t)),
    });
  switch (space.kind) {
    case 'tuple': {
      const parts = templateParts(t);
      if (parts.length !== space.items.length) return mismatch();
      return {
        kind: 'tuple',
        items: parts.map((x, i) => coerceTemplate(x, space.items[i], data, leaves, `${path}[${i}]`, span)),
      };
    }
    case 'record': {
      const names = [...space.fields];
      if (t.kind === 'tuple' && t.items.length === names.length)
        return {
          kind: 'record',
          fields: new Map(names.map(([k, s], i) => [k, coerceTemplate(t.items[i], s, data, leaves, k, span)])),
        };
      if (t.kind !== 'record') return mismatch();
      return {
        kind: 'record',
        fields: new Map(
          names.map(([k, s]) => {
            const field = t.fields.get(k);
            if (!field) return fail('L0308', span, { field: k, of: `a row of ${data.name}` });
            return [k, coerceTemplate(field, s, data, leaves, path ? `${path}.${k}` : k, span)];
          }),
        ),
      };
    }
    case 'tensor':
      if (t.kind === 'leaf') return coerceLeaf(t, space, data, leaves, path, span);
      return mismatch();
    case 'sequence':
    case 'set':
      if (t.kind === 'sequence') {
        if (space.most !== undefined && t.most > space.most)
          fail('L0304', span, {
            name: path || data.name,
            expected: printSpace(space),
            seen: printSpace({ kind: space.kind, element: spaceOfTemplate(t.element), most: t.most }),
          });
        return { ...t, element: coerceTemplate(t.element, space.element, data, leaves, path, span) };
      }
      // Rows that are all of one length are arrays.
      if (t.kind === 'leaf' && space.element.kind === 'tensor') {
        const [n] = t.space.shape;
        if (n === undefined || (space.most !== undefined && n > space.most)) return mismatch();
        const whole = { ...space.element, shape: [n, ...space.element.shape] };
        return coerceLeaf(t, whole, data, leaves, path, span);
      }
      return t.kind === 'texts' ? mismatch() : t;
    default:
      return t;
  }
};

const coerceLeaf = (
  t: Extract<Template, { kind: 'leaf' }>,
  space: TensorSpace,
  data: Data,
  leaves: ArrayValue[],
  path: string,
  span: Span,
): Template => {
  const own = t.space;
  const array = data.leaves[t.leaf];
  /** Dimensions in front of one entry: of the rows, of the steps of a sequence. */
  const front = array.shape.slice(0, array.shape.length - storageShape(own).length);
  const fail_ = (): never =>
    fail('L0304', span, { name: partName(path, data.name), expected: printSpace(space), seen: printSpace(own) });
  if (own.element.kind === 'Class' && space.element.kind === 'R') {
    // one-hot vectors where real numbers are asked for
    const { size } = own.element;
    const expected = [...own.shape, size];
    if (!sameShape(expected, storageShape(space))) return fail_();
    const oneHot = (classes: ArrayData): Float32Array => {
      const hot = new Float32Array(classes.length * size);
      classes.forEach((k, i) => (hot[i * size + k] = 1));
      return hot;
    };
    leaves[t.leaf] = mapLater(array, 'float32', [...front, ...expected], oneHot, { low: 0, high: 1 });
    return { kind: 'leaf', leaf: t.leaf, space };
  }
  if (own.element.kind === 'Class' && space.element.kind === 'Class' && own.element.size !== space.element.size)
    return fail_();
  if (!sameShape(array.shape.slice(front.length), storageShape(space))) return fail_();
  const width = Math.max(1, sizeOf(elementShape(space.element)));
  const perRow = sizeOf(array.shape.slice(1));
  const at = firstOutside(array, space.element);
  if (at >= 0) {
    const entry = array.data.subarray(at, at + width);
    fail('L0502', span, {
      set: data.name,
      place: data.placeOf(Math.floor(at / Math.max(1, perRow))),
      column: columnName(path),
      space: printElement(space.element),
      seen: Number.isNaN(entry[0])
        ? 'missing'
        : width === 1
          ? String(Number(entry[0].toPrecision(7)))
          : `[${Array.from(entry).join(', ')}]`,
    });
  }
  const dtype: DType = elementDType(space.element);
  if (dtype !== array.dtype) {
    const make = dtype === 'int32' ? Int32Array : dtype === 'bool' ? Uint8Array : Float32Array;
    leaves[t.leaf] = mapLater(array, dtype, array.shape, (x) => make.from(x));
  }
  return { kind: 'leaf', leaf: t.leaf, space };
};

/** What a trained member makes of rows is brought into the space when it is made. */
const viewInto =
  (view: NonNullable<Data['view']>, element: SpaceExpr, name: string, ctx: Context, span: Span): Data['view'] =>
  (at, row) => {
    const seen = view(at, row);
    const here = { ...at, scope: childScope(ctx.scope) };
    return { ...seen, value: matchAnnotation(element, seen.value, here, { name, span }) };
  };

/** A set in the space it is declared in: `data D : [(x: X, y: Class[10])]`. Free dimensions take the data's. */
export const coerceData = (data: Data, annotation: SpaceExpr, ctx: Context, span: Span): Data => {
  const element = annotation.kind === 'data' ? annotation.element : annotation;
  if (data.view) return { ...data, view: viewInto(data.view, element, data.name, ctx, span) };
  const scope = childScope(ctx.scope);
  const inner = { ...ctx, scope };
  bindFree(element, data.template, inner, { name: data.name, span });
  const space = resolveSpace(element, inner);
  const leaves = [...data.leaves];
  const template = coerceTemplate(data.template, space, data, leaves, '', span);
  return { ...data, leaves, template };
};

/** Lets dimensions that are still free (`R[n]`) take what the rows have. */
const bindFree = (s: SpaceExpr, t: Template, ctx: Context, subject: Subject): void => {
  if (s.kind === 'tuple' && s.items.length === 1) return bindFree(s.items[0], t, ctx, subject);
  if (s.kind === 'tuple' && t.kind === 'tuple')
    s.items.forEach((x, i) => t.items[i] && bindFree(x, t.items[i], ctx, subject));
  else if (s.kind === 'record') {
    const parts =
      t.kind === 'tuple' ? t.items : t.kind === 'record' ? s.fields.map((f) => t.fields.get(f.name.text)) : [];
    s.fields.forEach((f, i) => {
      const part = parts[i];
      if (part) bindFree(f.space, part, ctx, subject);
    });
  } else if (s.kind === 'named' && s.name.text === 'R' && t.kind === 'leaf' && t.space.element.kind === 'R')
    matchAnnotation(s, tensor(ir.input('shape', 'float32', t.space.shape), [], R(...t.space.shape)), ctx, subject);
  return undefined;
};
