/** Values side by side: an array where they are arrays of one shape, an array of rows where they are built alike, else a list. */
import type { ArrayExpr } from '../../../grammar/tree/expressions.ts';
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import { sameShape } from '../../spaces/space.ts';
import { newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { asTensor, describe } from './describe.ts';
import { axisToShape, expandAxes, shapeOf, tensor, toReal, unionAxes } from './tensors.ts';
import type { Axis, Tensor, Value } from './values.ts';

/** Tensors of equal shape, stacked along an axis that comes last among the axes. */
const stackAlong = (items: readonly Tensor[], axis: Axis): Tensor | undefined => {
  const [first] = items;
  const alike = items.every(
    (t) =>
      t.space.element.kind === first.space.element.kind &&
      t.node.dtype === first.node.dtype &&
      (t.space.element.kind !== 'Class' ||
        (first.space.element.kind === 'Class' && t.space.element.size === first.space.element.size)),
  );
  const parts = alike ? items : items.map(toReal);
  if (!parts.every((t) => sameShape(shapeOf(t), shapeOf(parts[0])))) return undefined;
  const axes = unionAxes(...parts);
  const node = ir.stack(
    parts.map((t) => expandAxes(t, axes).node),
    axes.length,
  );
  return tensor(node, [...axes, axis], parts[0].space);
};

/** One value for all items, varying along `axis`. */
const along = (items: readonly Value[], axis: Axis): Value | undefined => {
  const [first] = items;
  switch (first.kind) {
    case 'tensor':
    case 'range':
      if (!items.every((v) => v.kind === 'tensor' || v.kind === 'range')) return undefined;
      return stackAlong(
        items.map((v) => (v.kind === 'tensor' ? v : asTensor(v, { file: '', start: 0, end: 0 }))),
        axis,
      );
    case 'text':
      return items.every((v) => v.kind === 'text')
        ? { kind: 'texts', axis, values: items.map((v) => (v.kind === 'text' ? v.text : null)) }
        : undefined;
    case 'tuple': {
      const parts = first.items.map((_, i) => {
        const column = items.map((v) =>
          v.kind === 'tuple' && v.items.length === first.items.length ? v.items[i] : undefined,
        );
        return column.every((v) => v !== undefined) ? along(column as Value[], axis) : undefined;
      });
      return parts.every((p) => p !== undefined) ? { kind: 'tuple', items: parts as Value[] } : undefined;
    }
    case 'record': {
      const fields = [...first.fields.keys()].map((name) => {
        const column = items.map((v) =>
          v.kind === 'record' && v.fields.size === first.fields.size ? v.fields.get(name) : undefined,
        );
        return [name, column.every((v) => v !== undefined) ? along(column as Value[], axis) : undefined] as const;
      });
      return fields.every(([, v]) => v !== undefined)
        ? { kind: 'record', fields: new Map(fields as [string, Value][]) }
        : undefined;
    }
    default:
      return undefined;
  }
};

/** What goes together in an array; undefined goes with anything. */
const kindOf = (v: Value): string | undefined => {
  switch (v.kind) {
    case 'tensor':
    case 'range':
      return 'numbers';
    case 'text':
    case 'texts':
      return 'texts';
    case 'tuple':
    case 'record':
      return 'tuples';
    case 'space':
      return 'spaces';
    case 'poison':
    case 'missing':
    case 'along':
    case 'list':
      return undefined;
    default:
      return 'others';
  }
};

/** The entries of an array that is written out are of one kind: numbers, texts, tuples, or what is no number at all. */
export const checkAlike = (items: readonly Value[], { items: written }: ArrayExpr): void => {
  const first = items.findIndex((v) => kindOf(v) !== undefined);
  const other = items.findIndex((v) => kindOf(v) !== undefined && kindOf(v) !== kindOf(items[first]));
  if (other < 0) return;
  const { span: at } = written[other];
  fail(
    'L0302',
    at,
    {
      expected: `${describe(items[first])}, as before it`,
      seen: describe(items[other]),
      where: 'an entry of an array',
      slip: items[other].kind === 'texts' ? 'entry of text' : 'entries',
    },
    {
      help:
        items[other].kind === 'texts'
          ? 'a text among numbers becomes the vector of its class: `concat([a, b], class(r.species))`'
          : 'an array has entries of one kind; what belongs together and differs is a tuple: `(a, b)`',
      notes: [{ message: 'the first entry', span: written[first].span }],
    },
  );
};

export const combine = (items: readonly Value[], ctx: Context): Value => {
  if (items.length === 0) return { kind: 'list', items };
  const axis = newAxis(ctx, items.length, 'item');
  const stacked = along(items, axis);
  if (!stacked) return { kind: 'list', items };
  if (stacked.kind === 'tensor') return axisToShape(stacked, axis);
  return { kind: 'along', axis, element: stacked };
};
