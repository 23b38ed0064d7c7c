/** Sets that are computed while compiling: a value under axes becomes rows, each a number or in its class. */
import type { Span } from '../../../grammar/span.ts';
import { madeAtOnce, mapLater } from '../../ir/arrays.ts';
import type { Node } from '../../ir/graph.ts';
import type { ArrayValue } from '../../ir/operations.ts';
import { rowsWhere } from '../../ir/rows.ts';
import { sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import { printSpace } from '../../spaces/space.ts';
import { newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { asTensor, describe, knownTexts, noData, poisoned } from '../values/describe.ts';
import { computeRows } from './computed.ts';
import { isFed } from '../values/dependence.ts';
import { columnName, firstMissing } from '../spaces/membership.ts';
import { shortened } from '../values/ragged.ts';
import { renameIn } from '../values/sequences.ts';
import { constantBoolean, expandAxes, shapeOf, shapeToAxis, sizesOf, toBit, toReal } from '../values/tensors.ts';
import type { Along, Axis, Data, SequenceTemplate, Template, Tensor, Value } from '../values/values.ts';
import { newId, subset, joinData } from './sets.ts';

interface Collected {
  readonly nodes: Node[];
  readonly template: Template;
}

/** The tensors of a value, all expanded over `axes`, and how they are arranged. */
const collect = (value: Value, axes: readonly Axis[], span: Span, ctx: Context): Collected => {
  const nodes: Node[] = [];
  const leaf = (t: Tensor, steps: readonly Axis[]): SequenceTemplate['length'] => {
    nodes.push(expandAxes(t, [...axes, ...steps]).node);
    return { kind: 'leaf', leaf: nodes.length - 1, space: t.space };
  };
  /** Its length is collected as the mask: see `shortened`. */
  const sequenceOf = (v: Along, steps: readonly Axis[]): Template => {
    const axis = newAxis(ctx, v.axis.size, 'step');
    const inner = [...steps, axis];
    const mask = v.mask ? toBit(renameIn(v.mask, v.axis, axis) as Tensor) : constantBoolean(true);
    const length = leaf(mask, inner);
    return { kind: 'sequence', most: axis.size, length, element: part(renameIn(v.element, v.axis, axis), inner) };
  };
  const part = (v: Value, steps: readonly Axis[]): Template => {
    switch (v.kind) {
      case 'tensor':
        return leaf(v, steps);
      case 'along':
        return sequenceOf(v, steps);
      case 'range':
        return part(asTensor(v, span), steps);
      case 'texts':
        return { kind: 'texts', values: knownTexts(v, span).values };
      case 'text':
        return { kind: 'texts', values: Array.from({ length: axes.reduce((n, a) => n * a.size, 1) }, () => v.text) };
      case 'tuple':
        return { kind: 'tuple', items: v.items.map((x) => part(x, steps)) };
      case 'record':
        return { kind: 'record', fields: new Map([...v.fields].map(([k, x]) => [k, part(x, steps)])) };
      case 'poison':
        return poisoned();
      default:
        return fail('L0302', span, {
          expected: 'numbers, arrays, tuples or records',
          seen: describe(v),
          where: 'a row of a data set',
        });
    }
  };
  return { template: part(value, []), nodes };
};

/** Can it be computed now? */
export const isComputable = (value: Value): boolean => {
  switch (value.kind) {
    case 'tensor':
      return !isFed(value.node);
    case 'tuple':
      return value.items.every(isComputable);
    case 'record':
      return [...value.fields.values()].every(isComputable);
    case 'text':
    case 'texts':
    case 'range':
      return true;
    case 'along':
      return isComputable(value.element) && (!value.mask || isComputable(value.mask));
    default:
      return false;
  }
};

export interface Origin {
  readonly name: string;
  readonly span: Span;
  readonly placeOf: (row: number) => string;
  readonly roots: ReadonlySet<string>;
  readonly statistics?: ReadonlySet<string>;
  readonly evaluation: boolean;
  /** One of many small sets: its numbers are made when they are looked at, where they are certain. */
  readonly later?: boolean;
  /** Says what is wrong with a row that has a number which is none. */
  readonly blame?: (
    row: number,
    classes?: number,
  ) => { readonly column: string; readonly seen: string; readonly way?: string } | undefined;
}

/** Of rows that no file and no other set holds. */
export const ownRows = (name: string, span: Span, roots: ReadonlySet<string> = new Set()): Origin => ({
  name,
  span,
  placeOf: (row) => `row ${row + 1}`,
  roots,
  evaluation: false,
});

/** A value under axes as a set: one row for each place, without those the mask leaves out. */
export const materialise = (
  value: Value,
  axes: readonly Axis[],
  mask: Tensor | undefined,
  origin: Origin,
  ctx: Context,
): Data => {
  if (!isComputable(value) || (mask && !isComputable(mask)))
    return fail(
      'L0307',
      origin.span,
      { what: 'the rows of a data set' },
      { help: 'what is trained has no rows yet: write the expression where it is needed' },
    );
  const { nodes, template: collected } = collect(value, axes, origin.span, ctx);
  const maskNode = mask && expandAxes(toBit(mask), axes).node;
  const computed = computeRows(maskNode ? [...nodes, maskNode] : nodes, ctx, origin.later ? 0 : madeAtOnce);
  const rows = sizeOf(sizesOf(axes));
  const keep = maskNode && (computed.pop() as ArrayValue).data;
  const laidOut = computed.map((a, i) => mapLater(a, a.dtype, [rows, ...nodes[i].shape.slice(axes.length)], (x) => x));
  const { leaves, template } = shortened(collected, laidOut);
  const id = newId(origin.name, ctx);
  const whole: Data = {
    kind: 'data',
    id,
    name: origin.name,
    rows,
    leaves,
    template,
    placeOf: origin.placeOf,
    roots: origin.roots.size > 0 ? origin.roots : new Set([id]),
    statistics: origin.statistics ?? new Set(),
    evaluation: origin.evaluation,
  };
  const picked = keep && rowsWhere(keep);
  const data = picked ? { ...subset(whole, picked, {}, ctx), id } : whole;
  checkFinite(data, picked, origin);
  return data;
};

/** Real numbers are numbers, and classes are among theirs: what is missing must be left out or filled in before it is trained on. */
const checkFinite = (data: Data, picked: Int32Array | undefined, origin: Origin): void => {
  const check = (t: Template, path: string): void => {
    if (t.kind === 'tuple') t.items.forEach((x, i) => check(x, `${path}[${i}]`));
    else if (t.kind === 'record') for (const [k, x] of t.fields) check(x, path ? `${path}.${k}` : k);
    else if (t.kind === 'sequence') check(t.element, path);
    else if (t.kind === 'leaf') {
      const leaf = data.leaves[t.leaf];
      const { element } = t.space;
      const at = firstMissing(leaf, element);
      if (at < 0) return;
      const { data: numbers, shape } = leaf;
      const row = Math.floor(at / Math.max(1, sizeOf(shape.slice(1))));
      const found = origin.blame?.(picked ? picked[row] : row, element.kind === 'Class' ? element.size : undefined);
      fail('L0502', origin.span, {
        set: data.name,
        place: data.placeOf(row),
        column: found ? `\`${found.column}\`` : columnName(path),
        space: printSpace(t.space),
        way: found?.way,
        seen:
          found?.seen ??
          (element.kind === 'Class' && numbers[at] < 0
            ? 'no class'
            : Number.isNaN(numbers[at])
              ? 'not a number'
              : String(numbers[at])),
      });
    }
  };
  check(data.template, '');
};

/** What a `data` declaration is given, as a set: sets stay, arrays and comprehensions are computed. */
export const toData = (value: Value, origin: Origin, ctx: Context): Data => {
  switch (value.kind) {
    case 'data':
      return value;
    case 'along':
      return materialise(value.element, [value.axis], value.mask, origin, ctx);
    case 'range':
    case 'tensor': {
      const array = asTensor(value, origin.span);
      const t = array.space.shape.length === 0 ? toReal(array) : array;
      if (shapeOf(t).length === 0) return noData(value, origin.span, origin.name);
      const axis = newAxis(ctx, t.space.shape[0], origin.name);
      return materialise(shapeToAxis(t, axis), [axis], undefined, origin, ctx);
    }
    case 'list': {
      // Rows that are arrays of different lengths.
      if (value.items.length === 0 || !value.items.every(isComputable)) break;
      const each = value.items.map((x) => materialise(x, [], undefined, origin, ctx));
      return joinData(each, origin.name, ctx, origin.span);
    }
    case 'poison':
      return poisoned();
    default:
      break;
  }
  return noData(value, origin.span, origin.name);
};
