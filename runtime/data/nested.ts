/**
 * Nested lists, one a row -> one array with rows first. Rows may differ in length: then they are padded, with their lengths beside
 * them. What the entries are must have one shape.
 */
import type { Column } from '../../compiler/host.ts';
import { mostEntries, shapeText } from './reader.ts';
import type { Misfit } from './reader.ts';

const deepest = 16;

/** The shape that following the first entries shows; whether all others agree is seen while filling. */
const shapeOf = (value: unknown): number[] => {
  const shape: number[] = [];
  let inner = value;
  while (Array.isArray(inner) && shape.length <= deepest) {
    shape.push(inner.length);
    inner = inner[0];
  }
  return shape;
};

const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return `a list of shape ${shapeText(shapeOf(value))}`;
  if (value === null || value === undefined) return 'missing';
  if (typeof value === 'object') return 'a record';
  return typeof value === 'string' ? `the text ${JSON.stringify(value.slice(0, 40))}` : `${String(value)}`;
};

/** Writes the leaves of `value` in row-major order; returns what does not fit, or the place after them. */
const fill = (
  value: unknown,
  shape: readonly number[],
  depth: number,
  into: Float64Array,
  at: number,
): number | string => {
  if (depth === shape.length) {
    if (typeof value === 'number' || typeof value === 'boolean') into[at] = Number(value);
    else if (value === null) into[at] = NaN;
    else return `a list that holds ${kindOf(value)}`;
    return at + 1;
  }
  if (!Array.isArray(value)) return depth === 0 ? kindOf(value) : `a list that holds ${kindOf(value)} beside lists`;
  if (value.length !== shape[depth])
    return depth === 0 ? kindOf(value) : `a list with parts of ${shape[depth]} and of ${value.length} entries`;
  let place: number | string = at;
  for (const part of value) {
    place = fill(part, shape, depth + 1, into, place);
    if (typeof place === 'string') return place;
  }
  return place;
};

const allBoolean = (value: unknown): boolean =>
  Array.isArray(value) ? value.every(allBoolean) : typeof value === 'boolean';

/** Rows of different lengths. */
const sequenceColumn = (cells: readonly (readonly unknown[])[]): Column | Misfit => {
  const longest = Math.max(...cells.map((cell) => cell.length));
  const model = cells.findIndex((cell) => cell.length > 0);
  const entry = shapeOf(cells[model][0]);
  const size = entry.reduce((n, d) => n * d, 1);
  if (size === 0 || entry.length > deepest) return { row: model, what: 'a list of empty or very deep lists' };
  if (size * longest * cells.length > mostEntries)
    return { row: 0, what: `too large (${cells.length} lists of up to ${longest} arrays ${shapeText(entry)})` };
  const data = new Float64Array(size * longest * cells.length);
  for (const [row, cell] of cells.entries())
    for (const [i, value] of cell.entries()) {
      const end = fill(value, entry, 0, data, (row * longest + i) * size);
      if (typeof end === 'string')
        return {
          row,
          what: end.startsWith('a list that') ? end : `a list that holds ${end} beside ${kindOf(cells[model][0])}`,
        };
    }
  // Padding repeats an entry, which is a value like the others.
  for (const [row, cell] of cells.entries()) {
    const last = cell.length > 0 ? row * longest + cell.length - 1 : model * longest;
    for (let i = cell.length; i < longest; i++)
      data.copyWithin((row * longest + i) * size, last * size, (last + 1) * size);
  }
  const shape = [cells.length, longest, ...entry];
  const lengths = cells.map((cell) => cell.length);
  return cells.every(allBoolean)
    ? { kind: 'sequence', lengths, value: { dtype: 'bool', shape, data: Uint8Array.from(data) } }
    : { kind: 'sequence', lengths, value: { dtype: 'float32', shape, data } };
};

type Leaf = string | number | boolean | object | null;

/** Lists within lists deeper than that are no leaves. */
const leavesOf = (value: unknown, depth = 0): Leaf[] =>
  Array.isArray(value) && depth <= deepest
    ? value.flatMap((part) => leavesOf(part, depth + 1))
    : [(value ?? null) as Leaf];

/** The different texts in alphabetical order. */
export const textsOf = (values: readonly Leaf[]): string[] =>
  [...new Set(values.filter((v): v is string => typeof v === 'string'))].sort();

/** The place of a text among them; -1 where it is missing. */
export const codeIn = (texts: readonly string[]): ((value: Leaf) => number) => {
  const places = new Map(texts.map((text, i) => [text, i]));
  return (value) => (typeof value === 'string' ? (places.get(value) ?? -1) : -1);
};

/** Lists that hold texts, and nothing else: the texts are classes. */
const classesColumn = (cells: readonly unknown[]): Column | Misfit | undefined => {
  if (!cells.every(Array.isArray)) return undefined;
  const leaves = leavesOf(cells);
  if (!leaves.some((v) => typeof v === 'string') || !leaves.every((v) => v === null || typeof v === 'string'))
    return undefined;
  const classes = textsOf(leaves);
  const code = codeIn(classes);
  const coded = (value: unknown): unknown => (Array.isArray(value) ? value.map(coded) : code(value as Leaf));
  const column = numbersColumn(cells.map(coded));
  if ('what' in column || (column.kind !== 'array' && column.kind !== 'sequence')) return column;
  const { shape, data } = column.value;
  return { ...column, classes, value: { dtype: 'int32', shape, data: Int32Array.from(data) } };
};

export const nestedColumn = (cells: readonly unknown[]): Column | Misfit =>
  classesColumn(cells) ?? numbersColumn(cells);

const numbersColumn = (cells: readonly unknown[]): Column | Misfit => {
  const lists = cells.flatMap((cell) => (Array.isArray(cell) ? [cell as readonly unknown[]] : []));
  const ragged = lists.length === cells.length && lists.some((cell) => cell.length !== lists[0].length);
  if (ragged) return sequenceColumn(lists);
  const model = cells.findIndex(Array.isArray);
  const shape = shapeOf(cells[model]);
  const size = shape.reduce((n, d) => n * d, 1);
  if (shape.length > deepest) return { row: model, what: `a list nested more than ${deepest} deep` };
  if (size === 0) return { row: model, what: 'an empty list' };
  if (size * cells.length > mostEntries)
    return { row: 0, what: `too large (${cells.length} arrays ${shapeText(shape)})` };
  const data = new Float64Array(size * cells.length);
  for (const [row, cell] of cells.entries()) {
    const end = fill(cell, shape, 0, data, row * size);
    if (typeof end === 'string') {
      const other =
        row !== model && !end.startsWith('a list that') ? ` where others are lists of shape ${shapeText(shape)}` : '';
      return { row, what: `${end}${other}` };
    }
  }
  const all = [cells.length, ...shape];
  return cells.every(allBoolean)
    ? { kind: 'array', value: { dtype: 'bool', shape: all, data: Uint8Array.from(data) } }
    : { kind: 'array', value: { dtype: 'float32', shape: all, data } };
};
