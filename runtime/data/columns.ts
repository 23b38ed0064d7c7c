/**
 * The cells of a column -> its kind: numbers, truth values or texts. A column that mixes them is text.
 * Used by the text formats (cells are texts) and, for values that have a type already, by JSON and Parquet.
 */
import type { Column } from '../../compiler/host.ts';
import { isRecord, recordColumn, recordsColumn } from './fields.ts';
import { nestedColumn } from './nested.ts';
import type { Misfit } from './reader.ts';

const missingTexts = new Set(['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL', '?']);

const truth: Readonly<Record<string, number>> = { true: 1, True: 1, TRUE: 1, false: 0, False: 0, FALSE: 0 };

const infinite = /^([+-]?)inf(inity)?$/i;
/** What `Number` would take besides decimal numbers: hexadecimal, octal, binary, and "Infinity" spelt so. */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The number a text writes, or undefined. */
export const numberOf = (text: string): number | undefined => {
  if (decimal.test(text)) return Number(text);
  const sign = infinite.exec(text);
  return sign ? (sign[1] === '-' ? -Infinity : Infinity) : undefined;
};

const numberColumn = (cells: readonly string[]): Column | undefined => {
  const values = new Float64Array(cells.length);
  for (const [i, cell] of cells.entries()) {
    const number = missingTexts.has(cell) ? NaN : numberOf(cell);
    if (number === undefined) return undefined;
    values[i] = number;
  }
  return { kind: 'number', values };
};

const booleanColumn = (cells: readonly string[]): Column | undefined => {
  const values = new Uint8Array(cells.length);
  const missing = new Uint8Array(cells.length);
  for (const [i, cell] of cells.entries()) {
    if (missingTexts.has(cell)) missing[i] = 1;
    else if (Object.hasOwn(truth, cell)) values[i] = truth[cell];
    else return undefined;
  }
  return missing.includes(1) ? { kind: 'boolean', values, missing } : { kind: 'boolean', values };
};

/** A column without any value is one of missing numbers. */
export const columnOfTexts = (cells: readonly string[]): Column =>
  numberColumn(cells) ??
  booleanColumn(cells) ?? { kind: 'text', values: cells.map((cell) => (missingTexts.has(cell) ? null : cell)) };

type Scalar = number | boolean | string | null;

const scalarColumn = (cells: readonly Scalar[]): Column => {
  const kinds = new Set(cells.filter((c) => c !== null).map((c) => typeof c));
  if (kinds.size === 0 || (kinds.size === 1 && kinds.has('number')))
    return { kind: 'number', values: Float64Array.from(cells, (c) => (c === null ? NaN : Number(c))) };
  if (kinds.size === 1 && kinds.has('boolean')) {
    const values = Uint8Array.from(cells, (c) => Number(c === true));
    const missing = Uint8Array.from(cells, (c) => Number(c === null));
    return missing.includes(1) ? { kind: 'boolean', values, missing } : { kind: 'boolean', values };
  }
  return { kind: 'text', values: cells.map((c) => (c === null ? null : String(c))) };
};

/** What a column can hold, for messages. */
export const cellsHelp =
  'a column holds numbers, texts, true and false, records, or lists of numbers, texts or records';

/** Values as JSON has them: null is missing; lists of numbers, of one shape in all rows, are arrays; records have columns. */
export const columnOfValues = (cells: readonly unknown[]): Column | Misfit => {
  if (cells.some((cell) => Array.isArray(cell) && cell.some(isRecord))) return recordsColumn(cells, columnOfValues);
  if (cells.some(Array.isArray)) return nestedColumn(cells);
  return cells.some(isRecord) ? recordColumn(cells, columnOfValues) : scalarColumn(cells as readonly Scalar[]);
};
