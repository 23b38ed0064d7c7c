/** Data sets: read from tables, some rows of others, several side by side or one after the other. */
import type { Span } from '../../../grammar/span.ts';
import { takeRows } from '../../ir/arrays.ts';
import type { ArrayValue } from '../../ir/operations.ts';
import { fail } from '../../messages.ts';
import type { Column, Table } from '../../host.ts';
import { classOf, R } from '../../spaces/space.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import type { Context } from '../context.ts';
import { partsOfSubset } from './leakage.ts';
import { joined } from '../values/ragged.ts';
import type { Data, SequenceTemplate, Template } from '../values/values.ts';

/** Ids tell sets apart in one compilation. */
export const newId = (name: string, ctx: Context): string => `${name || 'data'}#${ctx.shared.counters.data++}`;

// ---------------------------------------------------------------- from tables

const spaceOfArray = (array: ArrayValue, classes?: readonly string[]): TensorSpace => {
  const shape = array.shape.slice(1);
  if (classes) return { ...classOf(classes.length, classes), shape };
  const kind = array.dtype === 'bool' ? 'Bit' : array.dtype === 'int32' ? 'Int' : 'R';
  return { kind: 'tensor', element: { kind }, shape };
};

type PlainColumn = Extract<Column, { kind: 'number' | 'boolean' | 'array' }>;

const columnLeaf = (column: PlainColumn, rows: number): ArrayValue => {
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
  const { rows } = table;
  const leafOf = (array: ArrayValue, space: TensorSpace): Extract<Template, { kind: 'leaf' }> => {
    leaves.push(array);
    return { kind: 'leaf', leaf: leaves.length - 1, space };
  };
  const lengthsOf = (lengths: ArrayLike<number>): SequenceTemplate['length'] =>
    leafOf({ dtype: 'float32', shape: [rows], data: Float32Array.from(lengths) }, R());
  const fieldsOf = (fields: ReadonlyMap<string, Column>, most?: number): Template => ({
    kind: 'record',
    fields: new Map([...fields].map(([key, column]) => [key, part(column, most)])),
  });
  /** `most`: cells stand in lists padded to so many, one list a row. */
  const part = (column: Column, most?: number): Template => {
    switch (column.kind) {
      case 'text':
        return { kind: 'texts', values: column.values };
      case 'record':
        return fieldsOf(column.fields, most);
      case 'records':
        return {
          kind: 'sequence',
          most: column.most,
          length: lengthsOf(column.lengths),
          element: fieldsOf(column.fields, column.most),
        };
      case 'sequence': {
        const { value, lengths } = column;
        const length = lengthsOf(lengths);
        const element = leafOf(value, spaceOfArray({ ...value, shape: value.shape.slice(1) }, column.classes));
        return { kind: 'sequence', most: value.shape[1], length, element };
      }
      default: {
        const cells = columnLeaf(column, most === undefined ? rows : rows * most);
        const space = spaceOfArray(cells, column.kind === 'array' ? column.classes : undefined);
        return leafOf(most === undefined ? cells : { ...cells, shape: [rows, most, ...cells.shape.slice(1)] }, space);
      }
    }
  };
  const only = table.columns.size === 1 ? table.columns.get('') : undefined;
  const template: Template = only ? part(only) : fieldsOf(table.columns);
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
