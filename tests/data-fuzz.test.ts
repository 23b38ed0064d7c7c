/** Whatever the bytes: every reader answers with a table that holds together, or a reason; nothing is thrown, nothing hangs. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Column, Table } from '../compiler/host.ts';
import { parseRecords } from '../runtime/data/records.ts';
import { readPictures } from '../runtime/data/read.ts';
import type { FileFormat } from '../runtime/data/read.ts';
import { isFailure } from '../runtime/data/reader.ts';
import type { Reading } from '../runtime/data/reader.ts';
import { columnsOf, fixture, read, tableOf } from './data-files.ts';

const lengthOf = (column: Column): number => {
  if (column.kind === 'record' || column.kind === 'records') {
    const most = column.kind === 'records' ? column.most : 1;
    const [first, ...others] = [...column.fields.values()].map((field) => lengthOf(field) / most);
    for (const other of others) expect(other).toBe(first);
    if (column.kind === 'records') expect(column.lengths.length).toBe(first);
    return first;
  }
  if (column.kind !== 'array' && column.kind !== 'sequence') return column.values.length;
  const { shape, data } = column.value;
  expect(data.length).toBe(shape.reduce((n, d) => n * d, 1));
  return shape[0];
};

const holdsTogether = (reading: Reading): void => {
  if (isFailure(reading)) {
    expect(reading.failed).toMatch(/\S/);
    expect(reading.failed).not.toMatch(/internal:|undefined|\[object|\n/);
    return;
  }
  expect(reading.rows).toBeGreaterThan(0);
  expect(reading.columns.size).toBeGreaterThan(0);
  for (const column of reading.columns.values()) expect(lengthOf(column)).toBe(reading.rows);
  expect(reading.placeOf(reading.rows - 1)).toMatch(/\S/);
};

const formats = ['csv', 'json', 'npy', 'idx', 'parquet', 'images'] as const;
const answer = (format: (typeof formats)[number], bytes: Uint8Array): Promise<Reading> =>
  format === 'images' ? readPictures('*', [{ name: 'x', bytes }], {}) : read(format as FileFormat, bytes, 'x');

const all = (folder: string, keep = (_: string): boolean => true): Uint8Array[] =>
  readdirSync(join(import.meta.dirname, 'fixtures/data', folder))
    .filter(keep)
    .map((f) => fixture(`${folder}/${f}`));
const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const seeds: { readonly [F in (typeof formats)[number]]: readonly Uint8Array[] } = {
  csv: [text('a,b\n1,"x ""y""\n"\n2,z\n'), text('a;b\r\n1;true\r\nNA;false\r\n')],
  json: [
    text('[{"a": 1, "b": [1, 2]}, {"a": null, "b": [3, 4]}]'),
    text('{"a": [1, 2], "b": ["x", null]}'),
    text('[[1,2],[3,4]]'),
    text('[{"a": {"b": 1, "c": [1, 2]}}, {"a": {"b": null}}]'),
    text('[{"a": [{"b": 1}, {"b": 2}]}, {"a": []}]'),
  ],
  npy: all('npy'),
  idx: [
    Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4),
    Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 1, 1, 2, 3, 4),
  ],
  parquet: all('parquet', (f) => f !== 'groups.parquet'),
  images: all('pictures'),
};

/** Changes, cuts, repeats and insertions in a good file. */
const damaged = (from: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      fc.constantFrom(...from),
      fc.array(
        fc.tuple(
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.nat(255),
          fc.constantFrom('set', 'flip', 'cut', 'insert', 'repeat'),
        ),
        { minLength: 1, maxLength: 6 },
      ),
    )
    .map(([bytes, changes]) => {
      let out = Array.from(bytes);
      for (const [where, byte, how] of changes) {
        const at = Math.min(out.length - 1, Math.floor(where * out.length));
        if (at < 0) break;
        if (how === 'set') out[at] = byte;
        else if (how === 'flip') out[at] ^= 1 << (byte % 8);
        else if (how === 'cut')
          out = byte < 128 ? out.slice(0, at) : [...out.slice(0, at), ...out.slice(at + (byte % 16))];
        else if (how === 'insert') out.splice(at, 0, byte);
        else out.splice(at, 0, ...out.slice(at, at + (byte % 32)));
      }
      return Uint8Array.from(out);
    });

describe.each(formats)('%s', (format) => {
  test('any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => holdsTogether(await answer(format, bytes))),
      { numRuns: 300 },
    );
  });
  test('good files, damaged', async () => {
    await fc.assert(
      fc.asyncProperty(damaged(seeds[format]), async (bytes) => holdsTogether(await answer(format, bytes))),
      { numRuns: 500 },
    );
  });
  test('good files, cut anywhere', async () => {
    for (const seed of seeds[format]) {
      const step = Math.max(1, Math.floor(seed.length / 60));
      for (let n = 0; n < seed.length; n += step) holdsTogether(await answer(format, seed.slice(0, n)));
    }
  });
});

const cell = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', ' ', 'x', ';'), maxLength: 6 }),
);
const quoted = (s: string): string => `"${s.replaceAll('"', '""')}"`;

test('what is written in quotes is read as it was', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(',', ';', '\t'),
      fc.constantFrom('\n', '\r\n', '\r'),
      (rows, separator, end) => {
        const records = parseRecords(rows.map((r) => r.map(quoted).join(separator)).join(end) + end, separator);
        expect(Array.isArray(records) && records.map((r) => r.fields)).toEqual(rows);
      },
    ),
  );
});

test('numbers come back as they were written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.double({ noNaN: true }), { minLength: 1 }), async (xs) => {
      expect(columnsOf(await read('csv', `a\n${xs.join('\n')}\n`)).a.slice(1)).toEqual(
        xs.map((x) => (Object.is(x, -0) ? 0 : x)),
      );
    }),
  );
});

test('JSON records and JSON columns are the same table', async () => {
  const row = fc.record({
    n: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    s: fc.option(fc.string()),
    b: fc.option(fc.boolean()),
    x: fc.tuple(fc.integer(), fc.integer()),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1 }), async (rows) => {
      const columns = Object.fromEntries((['n', 's', 'b', 'x'] as const).map((k) => [k, rows.map((r) => r[k])]));
      const [a, b]: Table[] = [
        tableOf(await read('json', JSON.stringify(rows))),
        tableOf(await read('json', JSON.stringify(columns))),
      ];
      expect(columnsOf(a)).toEqual(columnsOf(b));
    }),
  );
});
