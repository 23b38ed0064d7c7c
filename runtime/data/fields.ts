/** Records inside rows -> a column of each field; lists of records, of any length, the same with a length beside them. */
import type { Column } from '../../compiler/host.ts';
import { columnNames } from './names.ts';
import { codeIn, textsOf } from './nested.ts';
import { isFailure, isMisfit } from './reader.ts';
import type { Misfit } from './reader.ts';

export type Fields = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What makes a column of cells: handed in, since it asks for fields in its turn. */
type ColumnOf = (cells: readonly unknown[]) => Column | Misfit;

/** Cells by the name of their field, in the order in which names come up; null where a record lacks the field. */
export const cellsByField = (records: readonly (Fields | null)[]): Map<string, unknown[]> => {
  const cells = new Map<string, unknown[]>();
  for (const [row, record] of records.entries())
    for (const [key, value] of Object.entries(record ?? {})) {
      let column = cells.get(key);
      if (!column) cells.set(key, (column = new Array<unknown>(records.length).fill(null)));
      column[row] = value;
    }
  return cells;
};

const columnsOf = (records: readonly (Fields | null)[], columnOf: ColumnOf): ReadonlyMap<string, Column> | Misfit => {
  const first = Math.max(0, records.findIndex(isRecord));
  const cells = cellsByField(records);
  if (cells.size === 0) return { row: first, what: 'a record without fields' };
  const names = columnNames([...cells.keys()], '');
  if (isFailure(names)) return { row: first, what: 'a record with two fields of one name' };
  const columns = new Map<string, Column>();
  for (const [i, [key, values]] of [...cells].entries()) {
    const column = columnOf(values);
    if (isMisfit(column)) return { row: column.row, what: `a record whose \`${key}\` is ${column.what}` };
    columns.set(names[i], column);
  }
  return columns;
};

const isPart = (cell: unknown): cell is Fields | null => cell === null || isRecord(cell);

/** Cells that are records or missing. */
export const recordColumn = (cells: readonly unknown[], columnOf: ColumnOf): Column | Misfit => {
  const odd = cells.findIndex((cell) => !isPart(cell));
  if (odd >= 0) return { row: odd, what: 'no record, as others are' };
  const fields = columnsOf(cells as readonly (Fields | null)[], columnOf);
  return 'what' in fields ? (fields as Misfit) : { kind: 'record', fields };
};

/** Texts inside lists are classes, in alphabetical order. */
const inClasses = ({ values }: Extract<Column, { kind: 'text' }>): Column => {
  const classes = textsOf(values);
  const data = Int32Array.from(values, codeIn(classes));
  return { kind: 'array', value: { dtype: 'int32', shape: [values.length], data }, classes };
};

/** Cells that are lists of records: padded by their last entry, which is a value like the others. */
export const recordsColumn = (cells: readonly unknown[], columnOf: ColumnOf): Column | Misfit => {
  const odd = cells.findIndex((cell) => !Array.isArray(cell) || !cell.every(isRecord));
  if (odd >= 0) return { row: odd, what: 'no list of records, as others are' };
  const lists = cells as readonly (readonly Fields[])[];
  const most = Math.max(...lists.map((list) => list.length));
  const any = lists.find((list) => list.length > 0)![0];
  const padded = lists.flatMap((list) => Array.from({ length: most }, (_, i) => list[i] ?? list.at(-1) ?? any));
  const fields = columnsOf(padded, columnOf);
  if ('what' in fields) {
    const { row, what } = fields as Misfit;
    return { row: Math.floor(row / most), what: `a list with ${what}` };
  }
  const plain = new Map(
    [...fields].map(([name, column]) => [name, column.kind === 'text' ? inClasses(column) : column]),
  );
  for (const [name, column] of plain)
    if (column.kind !== 'number' && column.kind !== 'boolean' && column.kind !== 'array')
      return { row: 0, what: `a list of records whose \`${name}\` is no number, no text, and no array of one shape` };
  return { kind: 'records', fields: plain, most, lengths: lists.map((list) => list.length) };
};
