/**
 * Data sets: from tables, from arrays and comprehensions (computed while compiling), subsets of rows, and the check that every
 * row is in its space.
 */
import type { Span, SpaceExpr } from '../../grammar/tree.ts';
import * as ir from '../ir/build.ts';
import { madeAtOnce, mapLater } from '../ir/arrays.ts';
import type { Node } from '../ir/graph.ts';
import type { ArrayData, ArrayValue, DType } from '../ir/operations.ts';
import { rowsWhere } from '../ir/rows.ts';
import { sizeOf } from '../ir/shape.ts';
import { fail } from '../messages.ts';
import type { Column, Table } from '../host.ts';
import { elementDType, elementShape, printElement, printSpace, R, storageShape } from '../spaces/space.ts';
import type { Space, TensorSpace } from '../spaces/space.ts';
import { matchAnnotation, resolveSpace } from './annotations.ts';
import { childScope, newAxis } from './context.ts';
import type { Context } from './context.ts';
import { asTensor, describe, knownTexts, poisoned, spaceOfTemplate } from './describe.ts';
import { computeRows } from './computed.ts';
import { isFed } from './dependence.ts';
import { partsOfSubset } from './leakage.ts';
import { firstMissing, firstOutside } from './membership.ts';
import { joined, makeLike, shortened } from './ragged.ts';
import { renameIn } from './sequences.ts';
import { constantBoolean, expandAxes, shapeOf, shapeToAxis, tensor, toBit, toReal } from './tensors.ts';
import type { Along, Axis, Data, SequenceTemplate, Template, Tensor, Value } from './values.ts';

const newId = (name: string, ctx: Context): string => `${name || 'data'}#${ctx.shared.counters.data++}`;

// ---------------------------------------------------------------- from tables

const spaceOfArray = (array: ArrayValue): TensorSpace => {
  const shape = array.shape.slice(1);
  const kind = array.dtype === 'bool' ? 'Bit' : array.dtype === 'int32' ? 'Int' : 'R';
  return { kind: 'tensor', element: { kind }, shape };
};

const columnLeaf = (column: Exclude<Column, { kind: 'text' | 'sequence' }>, rows: number): ArrayValue => {
  switch (column.kind) {
    case 'number':
      return { dtype: 'float32', shape: [rows], data: column.values };
    case 'boolean': {
      const { missing, values } = column;
      if (!missing?.some((m) => m !== 0)) return { dtype: 'bool', shape: [rows], data: values };
      return { dtype: 'float32', shape: [rows], data: Float64Array.from(values, (v, i) => (missing[i] ? NaN : v)) };
    }
    case 'array':
      return column.value;
  }
};

/** A file as a set: records of its columns, or bare arrays where the format has no names. */
export const fromTable = (table: Table, name: string, ctx: Context): Data => {
  const leaves: ArrayValue[] = [];
  const part = (column: Column): Template => {
    if (column.kind === 'text') return { kind: 'texts', values: column.values };
    if (column.kind === 'sequence') {
      const { value, lengths } = column;
      leaves.push({ dtype: 'float32', shape: [table.rows], data: Float32Array.from(lengths) }, value);
      const length = { kind: 'leaf' as const, leaf: leaves.length - 2, space: R() };
      const space = spaceOfArray({ ...value, shape: value.shape.slice(1) });
      return {
        kind: 'sequence',
        most: value.shape[1],
        length,
        element: { kind: 'leaf', leaf: leaves.length - 1, space },
      };
    }
    const leaf = columnLeaf(column, table.rows);
    leaves.push(leaf);
    return { kind: 'leaf', leaf: leaves.length - 1, space: spaceOfArray(leaf) };
  };
  const only = table.columns.size === 1 ? table.columns.get('') : undefined;
  const template: Template = only
    ? part(only)
    : { kind: 'record', fields: new Map([...table.columns].map(([key, column]) => [key, part(column)])) };
  const id = newId(name, ctx);
  return {
    kind: 'data',
    id,
    name,
    rows: table.rows,
    leaves,
    template,
    file: table.source,
    placeOf: (row) => `${table.source}, ${table.placeOf(row)}`,
    roots: new Set([id]),
    statistics: new Set(),
    evaluation: false,
  };
};

// ---------------------------------------------------------------- subsets

export const takeRows = (array: ArrayValue, rows: ArrayLike<number>): ArrayValue => {
  const width = sizeOf(array.shape.slice(1));
  return mapLater(array, array.dtype, [rows.length, ...array.shape.slice(1)], (from) => {
    const data = makeLike(from, rows.length * width);
    for (let i = 0; i < rows.length; i++) data.set(from.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
    return data;
  });
};

const mapTemplate = (t: Template, f: (t: Extract<Template, { kind: 'leaf' | 'texts' }>) => Template): Template => {
  switch (t.kind) {
    case 'tuple':
      return { ...t, items: t.items.map((x) => mapTemplate(x, f)) };
    case 'record':
      return { ...t, fields: new Map([...t.fields].map(([k, x]) => [k, mapTemplate(x, f)])) };
    case 'sequence':
      return { ...t, length: f(t.length) as SequenceTemplate['length'], element: mapTemplate(t.element, f) };
    default:
      return f(t);
  }
};

/** Some rows of a set, in this order, as a set of their own. */
export const subset = (
  data: Data,
  rows: ArrayLike<number>,
  change: { readonly name?: string; readonly evaluation?: boolean },
  ctx: Context,
): Data => {
  const picked = Int32Array.from(rows);
  const name = change.name ?? data.name;
  return {
    ...data,
    id: newId(name, ctx),
    name,
    rows: picked.length,
    leaves: data.leaves.map((leaf) => takeRows(leaf, picked)),
    template: mapTemplate(data.template, (t) =>
      t.kind === 'texts' ? { kind: 'texts', values: Array.from(picked, (i) => t.values[i]) } : t,
    ),
    placeOf: (row) => data.placeOf(picked[row]),
    roots: partsOfSubset(data, picked, name, ctx.shared),
    evaluation: change.evaluation ?? data.evaluation,
  };
};

/** Rows side by side. */
export const zipData = (sets: readonly Data[], ctx: Context, span: Span): Data => {
  const [first] = sets;
  const other = sets.find((d) => d.rows !== first.rows);
  if (other)
    fail('L0504', span, {
      what: `\`zip\` needs sets of equal length: ${first.name} has ${first.rows} rows, ${other.name} has ${other.rows}`,
    });
  let before = 0;
  const items = sets.map((d) => {
    const offset = before;
    before += d.leaves.length;
    return mapTemplate(d.template, (t) => (t.kind === 'leaf' ? { ...t, leaf: t.leaf + offset } : t));
  });
  return {
    ...first,
    id: newId(first.name, ctx),
    leaves: sets.flatMap((d) => d.leaves),
    template: { kind: 'tuple', items },
    roots: new Set(sets.flatMap((d) => [...d.roots])),
    statistics: new Set(sets.flatMap((d) => [...d.statistics])),
    evaluation: sets.some((d) => d.evaluation),
  };
};

/** Rows of several sets one after the other. */
export const joinData = (sets: readonly Data[], name: string, ctx: Context, span: Span): Data => {
  const { rows, template, leaves } = joined(sets, span);
  const id = newId(name, ctx);
  const starts = sets.map((_, i) => sets.slice(0, i).reduce((n, s) => n + s.rows, 0));
  const roots = new Set(sets.flatMap((s) => [...s.roots]));
  return {
    kind: 'data',
    id,
    name,
    rows,
    leaves,
    template,
    placeOf: (row) => {
      const i = starts.findLastIndex((start) => start <= row);
      return sets.length === rows ? `row ${row + 1}` : sets[i].placeOf(row - starts[i]);
    },
    roots: sets.some((s) => s.evaluation) ? roots : new Set([id]),
    statistics: new Set(sets.flatMap((s) => [...s.statistics])),
    evaluation: sets.some((s) => s.evaluation),
  };
};

// ---------------------------------------------------------------- computed while compiling

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
  readonly blame?: (row: number, classes?: number) => { readonly column: string; readonly seen: string } | undefined;
}

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
  const rows = sizeOf(axes.map((a) => a.size));
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

// ---------------------------------------------------------------- spaces of rows

/** `[1]` of a row that is a tuple, `x` of one that is a record. */
const columnName = (path: string): string =>
  path === '' ? 'the value' : path.startsWith('[') ? `part ${path}` : `\`${path}\``;

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
      const parts = t.kind === 'tuple' ? t.items : t.kind === 'record' ? [...t.fields.values()] : [];
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
      if (t.kind === 'sequence') {
        if (space.most !== undefined && t.most > space.most)
          fail('L0304', span, {
            name: path || data.name,
            expected: printSpace(space),
            seen: printSpace({ kind: 'sequence', element: spaceOfTemplate(t.element), most: t.most }),
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
    if (!sameDims(expected, storageShape(space))) return fail_();
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
  if (!sameDims(array.shape.slice(front.length), storageShape(space))) return fail_();
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

const sameDims = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

/** A set in the space it is declared in: `data D : [(x: X, y: Class[10])]`. Free dimensions take the data's. */
export const coerceData = (data: Data, annotation: SpaceExpr, ctx: Context, span: Span): Data => {
  const element = annotation.kind === 'data' ? annotation.element : annotation;
  const scope = childScope(ctx.scope);
  const inner = { ...ctx, scope };
  bindFree(element, data.template, inner, data.name, span);
  const space = resolveSpace(element, inner);
  const leaves = [...data.leaves];
  const template = coerceTemplate(data.template, space, data, leaves, '', span);
  return { ...data, leaves, template };
};

/** Lets dimensions that are still free (`R[n]`) take what the rows have. */
const bindFree = (s: SpaceExpr, t: Template, ctx: Context, name: string, span: Span): void => {
  if (s.kind === 'tuple' && s.items.length === 1) return bindFree(s.items[0], t, ctx, name, span);
  if (s.kind === 'tuple' && t.kind === 'tuple')
    s.items.forEach((x, i) => t.items[i] && bindFree(x, t.items[i], ctx, name, span));
  else if (s.kind === 'record') {
    const parts =
      t.kind === 'tuple' ? t.items : t.kind === 'record' ? s.fields.map((f) => t.fields.get(f.name.text)) : [];
    s.fields.forEach((f, i) => {
      const part = parts[i];
      if (part) bindFree(f.space, part, ctx, name, span);
    });
  } else if (s.kind === 'named' && s.name.text === 'R' && t.kind === 'leaf' && t.space.element.kind === 'R')
    matchAnnotation(s, tensor(ir.input('shape', 'float32', t.space.shape), [], R(...t.space.shape)), ctx, name, span);
  return undefined;
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
      if (shapeOf(t).length === 0)
        return fail('L0302', origin.span, { expected: 'a data set', seen: describe(value), where: origin.name });
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
  return fail('L0302', origin.span, { expected: 'a data set', seen: describe(value), where: origin.name });
};
