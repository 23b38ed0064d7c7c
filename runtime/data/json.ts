/**
 * JSON -> a table: an array of records, a record of columns, or a nested array of numbers (one unnamed column);
 * also JSON Lines, a record a line.
 */
import type { Column } from '../../compiler/host.ts';
import { cellsHelp, columnOfValues } from './columns.ts';
import { cellsByField, isRecord } from './fields.ts';
import type { Fields } from './fields.ts';
import { findJsonFault } from './json-fault.ts';
import { columnNames } from './names.ts';
import { count, indexPlace, isFailure, isMisfit } from './reader.ts';
import type { DataFile, Reading } from './reader.ts';
import { decodeText } from './text.ts';

const parse = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
};

/** Every line that is not blank, where each is a JSON value by itself and there are several. */
const parseLines = (text: string): { readonly values: unknown[]; readonly lines: number[] } | undefined => {
  const lines = text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [{ line, number: i + 1 }]));
  if (lines.length < 2 || !lines[0].line.trimStart().startsWith('{')) return undefined;
  const values: unknown[] = [];
  for (const { line } of lines) {
    const parsed = parse(line);
    if (!parsed) return undefined;
    values.push(parsed.value);
  }
  return { values, lines: lines.map((l) => l.number) };
};

/** Columns in the order in which their names come up. */
const tableOf = (
  name: string,
  rows: number,
  cells: ReadonlyMap<string, readonly unknown[]>,
  placeOf: (row: number) => string,
): Reading => {
  const names = columnNames([...cells.keys()], name);
  if (isFailure(names)) return names;
  const columns = new Map<string, Column>();
  for (const [i, values] of [...cells.values()].entries()) {
    const column = columnOfValues(values);
    if (isMisfit(column))
      return {
        failed: `\`${names[i]}\` of \`${name}\` is ${column.what}`,
        place: placeOf(column.row),
        help: cellsHelp,
      };
    columns.set(names[i], column);
  }
  return { source: name, rows, columns, placeOf };
};

const ofRecords = (name: string, values: readonly unknown[], placeOf: (row: number) => string): Reading => {
  const odd = values.findIndex((v) => !isRecord(v));
  if (odd >= 0)
    return {
      failed: `\`${name}\` should hold records such as {"x": 1}, and one entry is none`,
      place: placeOf(odd),
      help: 'write an array of records, a record of columns, or nested arrays of numbers',
    };
  const cells = cellsByField(values as readonly Fields[]);
  if (cells.size === 0) return { failed: `the records of \`${name}\` have no fields` };
  return tableOf(name, values.length, cells, placeOf);
};

const ofColumns = (name: string, record: Fields): Reading => {
  const entries = Object.entries(record);
  const odd = entries.find(([, v]) => !Array.isArray(v));
  if (entries.length === 0) return { failed: `\`${name}\` has no columns` };
  if (odd)
    return {
      failed: `\`${name}\` should hold columns, and \`${odd[0]}\` is not an array`,
      place: `field ${JSON.stringify(odd[0])}`,
      help: 'write an array of records, a record of columns, or nested arrays of numbers',
    };
  const columns = entries as [string, readonly unknown[]][];
  const rows = columns[0][1].length;
  const other = columns.find(([, v]) => v.length !== rows);
  if (other)
    return {
      failed: `the columns of \`${name}\` have different lengths: \`${columns[0][0]}\` has ${rows}, \`${other[0]}\` ${other[1].length}`,
      place: `field ${JSON.stringify(other[0])}`,
      help: 'write a missing value as `null`',
    };
  if (rows === 0) return { failed: `the columns of \`${name}\` are empty` };
  return tableOf(name, rows, new Map(columns), indexPlace);
};

/** Nested arrays of numbers: one array without a name, as in npy. */
const ofArray = (name: string, values: readonly unknown[]): Reading => {
  const lists = values.some(Array.isArray);
  const nested = lists ? values : values.map((v) => [v]);
  const column = columnOfValues(nested);
  if (isMisfit(column))
    return {
      failed: `an entry of \`${name}\` is ${column.what}`,
      place: indexPlace(column.row),
      help: 'all entries of an array are numbers, or lists of numbers of one shape',
    };
  if (column.kind === 'sequence')
    return { source: name, rows: values.length, columns: new Map([['', column]]), placeOf: indexPlace };
  if (column.kind !== 'array') throw new Error('internal: nested lists are an array');
  const { value } = column;
  const shape = lists ? value.shape : [values.length];
  const columns = new Map<string, Column>([['', { kind: 'array', value: { ...value, shape } }]]);
  return { source: name, rows: values.length, columns, placeOf: indexPlace };
};

export const readJson = (file: DataFile): Reading => {
  const { name } = file;
  const text = decodeText(file);
  if (isFailure(text)) return text;
  const parsed = parse(text);
  if (!parsed) {
    const lines = parseLines(text);
    if (lines) return ofRecords(name, lines.values, (row) => `line ${lines.lines[row]}`);
    const fault = findJsonFault(text);
    const failed = `\`${name}\` is not JSON: ${fault?.what ?? 'it is too large or too deep'}`;
    return { failed, place: fault?.place, help: fault?.help };
  }
  const { value } = parsed;
  if (isRecord(value)) return ofColumns(name, value);
  if (!Array.isArray(value))
    return {
      failed: `\`${name}\` holds a single value, not rows`,
      help: 'write an array of records, a record of columns, or nested arrays of numbers',
    };
  if (value.length === 0) return { failed: `\`${name}\` holds ${count(0, 'row')}`, help: 'its array is empty' };
  return value.some(isRecord) || typeof value[0] === 'string'
    ? ofRecords(name, value, indexPlace)
    : ofArray(name, value);
};
