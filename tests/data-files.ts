/**
 * Helpers of the data tests: files made of texts or bytes, readings without ceremony, failures as a reader sees them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Column, Table } from '../compiler/host.ts';
import type { ArrayValue } from '../compiler/ir/operations.ts';
import { nodeCodecs } from '../runtime/data/node-files.ts';
import { readFile } from '../runtime/data/read.ts';
import type { FileFormat } from '../runtime/data/read.ts';
import { isFailure } from '../runtime/data/reader.ts';
import type { Reading } from '../runtime/data/reader.ts';

export const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(import.meta.dirname, 'fixtures/data', name)));

const bytesOf = (content: string | Uint8Array | readonly number[]): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : Uint8Array.from(content);

export const read = (
  format: FileFormat,
  content: string | Uint8Array | readonly number[],
  name = `f.${format}`,
): Promise<Reading> => readFile(format, { name, bytes: bytesOf(content) }, nodeCodecs);

/** `what (place); help` */
export const failureText = (reading: Reading): string => {
  if (!isFailure(reading)) return `a table of ${reading.rows} rows`;
  const place = reading.place === undefined ? '' : ` (${reading.place})`;
  return `${reading.failed}${place}${reading.help === undefined ? '' : `; ${reading.help}`}`;
};

export const tableOf = (reading: Reading): Table => {
  if (isFailure(reading)) throw new Error(failureText(reading));
  return reading;
};

/** Missing entries as null, of all kinds. */
export const valuesOf = (column: Column | undefined): unknown[] => {
  switch (column?.kind) {
    case 'number':
      return Array.from(column.values, (x) => (Number.isNaN(x) ? null : x));
    case 'boolean':
      return Array.from(column.values, (x, i) => (column.missing?.[i] ? null : x === 1));
    case 'text':
      return [...column.values];
    case 'array':
      return Array.from(column.value.data);
    default:
      return ['no such column'];
  }
};

/** Name -> kind and values. */
export const columnsOf = (reading: Reading): Record<string, unknown[]> =>
  Object.fromEntries([...tableOf(reading).columns].map(([name, c]) => [name, [c.kind, ...valuesOf(c)]]));

/** The one array of npy, idx and nested JSON. */
export const arrayOf = (reading: Reading): ArrayValue => {
  const column = tableOf(reading).columns.get('');
  if (column?.kind !== 'array') throw new Error('not an array');
  return column.value;
};
