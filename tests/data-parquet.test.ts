/** Parquet, as Arrow's own writer wrote it (fixtures/data/make-parquet.mjs): types, codecs, groups, and what fails. */
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readFile } from '../runtime/data/read.ts';
import { columnsOf, failureText, fixture, read, tableOf } from './data-files.ts';

const file = (name: string): Uint8Array => fixture(`parquet/${name}.parquet`);
const parquet = (content: Uint8Array | readonly number[]): ReturnType<typeof read> => read('parquet', content);

const everything = {
  Bill_Length: ['number', 39.1, null, 40.3, null],
  small: ['number', 1.5, 2.5, -1, 0],
  whole: ['number', 1, 2, null, -4],
  big: ['number', 1, 2, 3, 9007199254740991],
  byte: ['number', 0, 255, 3, 4],
  seen: ['boolean', true, false, null, true],
  species: ['text', 'Adelie', 'Gentoo', null, 'Adelie'],
  island: ['text', 'a', 'b', 'a', 'a'],
  day: ['text', '2020-01-01T00:00:00.000Z', null, '2021-02-03T00:00:00.000Z', '1969-12-31T00:00:00.000Z'],
  at: ['text', ...[0, 1, 2, 3].map((k) => `2001-09-09T01:46:40.00${k}Z`)],
  pair: ['array', 1, 2, 3, 4, 5, 6, 7, 8],
};

test.each(['uncompressed', 'snappy', 'gzip', 'brotli'])('all types, packed by %s', async (codec) => {
  const table = tableOf(await parquet(file(`types-${codec}`)));
  expect(columnsOf(table)).toEqual(everything);
  expect(table.columns.get('pair')).toMatchObject({ value: { dtype: 'float32', shape: [4, 2] } });
  expect(table.placeOf(3)).toBe('index 3');
});

test('several groups of rows are one table', async () => {
  const { i, square } = columnsOf(await parquet(file('groups')));
  expect(i).toEqual(['number', ...Array.from({ length: 1000 }, (_, k) => k)]);
  expect(square[1000]).toBe(999 * 999);
});

test('without a platform that unpacks, the codec is named', async () => {
  const bytes = file('types-gzip');
  const reading = await readFile('parquet', { name: 'f.parquet', bytes }, {});
  expect(failureText(reading)).toBe(
    "`f.parquet` is packed by GZIP, which is not read here (column Bill Length); write it with `compression='snappy'` or 'gzip'",
  );
  const unpacked = await readFile(
    'parquet',
    { name: 'f.parquet', bytes },
    { gzip: (b) => new Uint8Array(gunzipSync(b)) },
  );
  expect(columnsOf(unpacked)).toEqual(everything);
});

const snappy = file('types-snappy');
const cells = 'a column holds numbers, texts, true and false, records, or lists of numbers, texts or records';
test.each<[string, Uint8Array | readonly number[], string]>([
  ['nothing', [], '`f.parquet` is empty; copy or write the file again'],
  ['another file', [1, 2, 3, 4, 5], '`f.parquet` is not Parquet: it does not begin with PAR1'],
  [
    'a file cut off',
    snappy.subarray(0, 2000),
    '`f.parquet` is cut off: it does not end with PAR1; copy or write the file again',
  ],
  ['no rows', file('empty'), '`f.parquet` has no rows; check how the file was made'],
  [
    'LZ4',
    file('types-lz4_raw'),
    "`f.parquet` is packed by LZ4_RAW, which is not read here (column Bill Length); write it with `compression='snappy'` or 'gzip'",
  ],
  ['bytes', file('bytes'), `\`b\` of \`f.parquet\` is bytes that are no text (index 0); ${cells}`],
])('%s fails', async (_, content, text) => expect(failureText(await parquet(content))).toBe(text));

test('records have columns', async () =>
  expect(tableOf(await parquet(file('record'))).columns.get('r')).toEqual({
    kind: 'record',
    fields: new Map([['a', { kind: 'number', values: Float64Array.of(1, 2) }]]),
  }));

test('lists of different lengths are sequences', async () => {
  const xs = tableOf(await parquet(file('ragged'))).columns.get('xs');
  expect(xs).toMatchObject({ kind: 'sequence', lengths: [2, 1] });
});

test('a damaged column is named', async () => {
  const damaged = file('types-uncompressed').slice();
  damaged.fill(0xff, 4, 60);
  expect(failureText(await parquet(damaged))).toMatch(
    /^`f\.parquet` is damaged: .* \(column Bill Length\); copy or write/,
  );
});

test('a damaged footer is named', async () => {
  const damaged = snappy.slice();
  const length = new DataView(damaged.buffer).getUint32(damaged.length - 8, true);
  damaged.fill(0xff, damaged.length - 8 - length, damaged.length - length);
  expect(failureText(await parquet(damaged))).toMatch(/^`f\.parquet` is damaged: .* \(footer\); copy or write/);
});
