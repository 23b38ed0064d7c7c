/** npy, as NumPy itself wrote it (fixtures/data/make-npy.py), and idx; every way in which they can fail, with its words. */
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { arrayOf, columnsOf, failureText, fixture, read, tableOf } from './data-files.ts';

const npy = (name: string): ReturnType<typeof read> => read('npy', fixture(`npy/${name}.npy`), `${name}.npy`);
const six = [1, -2, 3, 4, 5, -6];

test.each<[string, object]>([
  ['f8-little', { dtype: 'float32', shape: [2, 3], data: Float64Array.from(six, (x) => x / 4) }],
  ['f4-big', { dtype: 'float32', shape: [2, 3], data: Float32Array.from(six, (x) => x / 4) }],
  ['f2', { dtype: 'float32', shape: [5], data: Float32Array.of(1.5, -0.25, 2 ** -24, Infinity, NaN) }],
  ['i1', { dtype: 'int32', shape: [2, 3], data: Int32Array.from(six) }],
  ['i2-big', { dtype: 'int32', shape: [2, 3], data: Int32Array.from(six, (x) => x * 1000) }],
  ['i4-big', { dtype: 'int32', shape: [2, 3], data: Int32Array.from(six, (x) => x * 100_000) }],
  ['i8-small', { dtype: 'int32', shape: [2, 3], data: Int32Array.from(six) }],
  ['i8-large', { dtype: 'float32', shape: [2, 3], data: Float64Array.from(six, (x) => x * 1e12) }],
  ['u1-fortran', { dtype: 'int32', shape: [2, 3, 4], data: Int32Array.from({ length: 24 }, (_, i) => i) }],
  ['u2', { dtype: 'int32', shape: [2], data: Int32Array.of(0, 65535) }],
  ['u4-large', { dtype: 'float32', shape: [2], data: Float64Array.of(0, 2 ** 32 - 1) }],
  ['u8', { dtype: 'float32', shape: [2], data: Float64Array.of(7, 2 ** 31) }],
  ['bool', { dtype: 'bool', shape: [2, 2], data: Uint8Array.of(1, 0, 0, 1) }],
  ['version-2', { dtype: 'float32', shape: [2, 3], data: Float32Array.from(six) }],
  ['version-3', { dtype: 'float32', shape: [2, 3], data: Float32Array.from(six) }],
])('npy %s', async (name, array) => expect(arrayOf(await npy(name))).toEqual(array));

test('texts of npy are a column of texts', async () => {
  expect(columnsOf(await npy('texts'))).toEqual({ '': ['text', 'Adelie', 'Gentoo', '日本'] });
  expect(columnsOf(await npy('bytes'))).toEqual({ '': ['text', 'a', 'bcd'] });
});

const again = 'write the file again with `np.save`';
test.each<[string, string]>([
  [
    'complex',
    '`complex.npy` holds complex numbers, which are not read; save real and imaginary parts: `np.stack([a.real, a.imag], -1)`',
  ],
  [
    'records',
    '`records.npy` holds records of several fields, which are not read; save each field as an array of its own',
  ],
  ['dates', "`dates.npy` holds dates or durations, which are not read; save them as numbers: `a.astype('f8')`"],
  [
    'objects',
    '`objects.npy` holds Python objects, which are not read; make it an array of numbers first: `np.save(file, np.stack(list_of_arrays))`',
  ],
  [
    'long',
    "`long.npy` holds numbers of type <f16, which are not read; save it as `a.astype('f4')`, 'f8', 'i4' or 'u1'",
  ],
  ['single', '`single.npy` holds a single number, not rows; save an array: `np.save(file, [x])`'],
  ['empty', '`empty.npy` holds an empty array of shape [0, 3]; check how the file was made'],
])('npy with %s fails', async (name, text) => expect(failureText(await npy(name))).toBe(text));

const good = fixture('npy/f4-big.npy');
/** A file with this header and so many bytes of numbers. */
const made = (header: string, bytes = 0): number[] => [
  ...[0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0, ...Buffer.from(header)],
  ...new Array<number>(bytes).fill(0),
];
test.each<[string, Uint8Array | readonly number[], string]>([
  ['nothing', [], `\`f.npy\` is empty; ${again}`],
  ['another file', [1, 2, 3], `\`f.npy\` is not npy: it does not begin with \\x93NUMPY; ${again}`],
  [
    'an archive',
    fixture('npy/archive.npz'),
    '`f.npy` is an npz archive of several arrays, not npy; save each array by itself with `np.save`',
  ],
  [
    'a later version',
    [...good.subarray(0, 6), 9, ...good.subarray(7)],
    `\`f.npy\` is npy of version 9; 1 to 3 are read; ${again}`,
  ],
  ['a header cut off', good.subarray(0, 40), '`f.npy` is cut off in its header; copy or write the file again'],
  ['a file cut off after its magic', good.subarray(0, 6), `\`f.npy\` is npy of version ?; 1 to 3 are read; ${again}`],
  [
    'numbers cut off',
    good.subarray(0, good.length - 5),
    '`f.npy` has 19 bytes of numbers where its shape [2, 3] of >f4 needs 24; it was cut off: copy or write the file again',
  ],
  [
    'more numbers than it says',
    [...good, 0],
    `\`f.npy\` has 25 bytes of numbers where its shape [2, 3] of >f4 needs 24; ${again}`,
  ],
  [
    'no type',
    made("{'fortran_order': False, 'shape': (1,)}"),
    `\`f.npy\` is damaged: its header has no \`descr\`; ${again}`,
  ],
  [
    'no order',
    made("{'descr': '<f4', 'shape': (1,)}"),
    `\`f.npy\` is damaged: its header has no \`fortran_order\`; ${again}`,
  ],
  [
    'no shape',
    made("{'descr': '<f4', 'fortran_order': False}"),
    `\`f.npy\` is damaged: its header has no \`shape\`; ${again}`,
  ],
  [
    'a shape beyond all memory',
    made("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999, 99999)}"),
    '`f.npy` is too large: its shape is [99999999, 99999]; split it',
  ],
  [
    'texts in a grid',
    made("{'descr': '<U1', 'fortran_order': False, 'shape': (1, 1)}", 4),
    '`f.npy` holds texts in shape [1, 1]; save texts as a list, one a row',
  ],
])('npy: %s fails', async (_, content, text) => expect(failureText(await read('npy', content))).toBe(text));

/** idx of one type; numbers big-endian. */
const idxOf = (type: number, shape: readonly number[], body: readonly number[]): number[] => {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, type, shape.length]);
  shape.forEach((n, i) => head.writeUInt32BE(n, 4 + 4 * i));
  return [...head, ...body];
};

test.each<[string, number, readonly number[], object]>([
  ['unsigned bytes', 8, [0, 255], { dtype: 'int32', shape: [2], data: Int32Array.of(0, 255) }],
  ['bytes', 9, [1, 255], { dtype: 'int32', shape: [2], data: Int32Array.of(1, -1) }],
  ['short', 11, [1, 0, 255, 255], { dtype: 'int32', shape: [2], data: Int32Array.of(256, -1) }],
  ['int', 12, [0, 1, 0, 0, 255, 255, 255, 254], { dtype: 'int32', shape: [2], data: Int32Array.of(65536, -2) }],
  ['float', 13, [0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0], { dtype: 'float32', shape: [2], data: Float32Array.of(1.5, -2) }],
  [
    'double',
    14,
    [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0],
    { dtype: 'float32', shape: [2], data: Float64Array.of(1.5, -2) },
  ],
])('idx of %s', async (_, type, body, array) =>
  expect(arrayOf(await read('idx', idxOf(type, [2], body)))).toEqual(array),
);

test('idx has rows first, and may be packed', async () => {
  const file = gzipSync(Uint8Array.from(idxOf(8, [2, 1, 3], [1, 2, 3, 4, 5, 6])));
  const table = tableOf(await read('idx', file, 'x.idx.gz'));
  expect(table).toMatchObject({ source: 'x.idx.gz', rows: 2 });
  expect(table.placeOf(1)).toBe('index 1');
  expect(columnsOf(table)).toEqual({ '': ['array', 1, 2, 3, 4, 5, 6] });
});

const notIdx =
  '`f.idx` is not IDX: it should begin with two zeros, a type (8, 9, 11 to 14) and the number of dimensions';
test.each<[string, readonly number[], string]>([
  ['nothing', [], '`f.idx` is empty; copy the file again'],
  ['another file', [0x50, 0x4b, 3, 4, 5], `${notIdx}; check the file; it begins with 80, 75, 3, 4`],
  ['an unknown type', idxOf(10, [1], [1]), `${notIdx}; check the file; it begins with 0, 0, 10, 1`],
  ['no dimensions', [0, 0, 8, 0], `${notIdx}; check the file; it begins with 0, 0, 8, 0`],
  ['a header cut off', [0, 0, 8, 2, 0, 0], '`f.idx` is cut off in its header; copy the file again'],
  [
    'numbers cut off',
    idxOf(8, [2, 2], [1, 2, 3]),
    '`f.idx` has 3 bytes of numbers where its shape [2, 2] needs 4; it was cut off: copy the file again',
  ],
  [
    'more numbers than it says',
    idxOf(8, [1], [1, 2]),
    '`f.idx` has 2 bytes of numbers where its shape [1] needs 1; copy the file again',
  ],
  ['an empty array', idxOf(8, [0], []), '`f.idx` holds an empty array of shape [0]; copy the file again'],
  [
    'a shape beyond all memory',
    idxOf(8, [2 ** 31, 2 ** 31], [1]),
    '`f.idx` is damaged or too large: its shape is [2147483648, 2147483648]; copy the file again',
  ],
])('idx: %s fails', async (_, content, text) => expect(failureText(await read('idx', content))).toBe(text));
