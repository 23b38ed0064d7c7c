/** CSV: what is read as what, and every way in which a file can fail, with its words. */
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { findSeparator } from '../runtime/data/csv.ts';
import { columnName } from '../runtime/data/names.ts';
import { columnsOf, failureText, read, tableOf } from './data-files.ts';

const csv = (content: string | Uint8Array | readonly number[]): ReturnType<typeof read> => read('csv', content);

test.each<[string, string, Record<string, unknown[]>]>([
  ['numbers', 'a,b\n1,2.5\n-3,+4e-2\n.5,5.\n', { a: ['number', 1, -3, 0.5], b: ['number', 2.5, 0.04, 5] }],
  ['infinities', 'a\ninf\n-Infinity\n', { a: ['number', Infinity, -Infinity] }],
  [
    'missing numbers',
    'a,b\n,1\nNA,1\nNaN,1\nnull,1\n?,1\n7,1\n',
    { a: ['number', null, null, null, null, null, 7], b: ['number', 1, 1, 1, 1, 1, 1] },
  ],
  ['missing texts', 'a,b\nx,1\n,2\nNA,3\n"",4\n', { a: ['text', 'x', null, null, null], b: ['number', 1, 2, 3, 4] }],
  ['nothing but missing values', 'a,b\n,1\nNA,2\n', { a: ['number', null, null], b: ['number', 1, 2] }],
  ['truth values', 'a,b\ntrue,True\nfalse,FALSE\n', { a: ['boolean', true, false], b: ['boolean', true, false] }],
  ['missing truth values', 'a,b\ntrue,1\n,2\nfalse,3\n', { a: ['boolean', true, null, false], b: ['number', 1, 2, 3] }],
  ['numbers beside texts are texts', 'a\n1\ntwo\n3.0\n', { a: ['text', '1', 'two', '3.0'] }],
  ['numbers beside truth values are texts', 'a\n1\ntrue\n', { a: ['text', '1', 'true'] }],
  ['no hexadecimal, no grouping', 'a,b\n0x10,"1,000"\n1,2\n', { a: ['text', '0x10', '1'], b: ['text', '1,000', '2'] }],
  ['quotes', 'a,b\n"x, ""y""\nz",1\n"  kept ",2\n', { a: ['text', 'x, "y"\nz', '  kept '], b: ['number', 1, 2] }],
  ['blanks around fields', ' a , b \n 1 , x y \n2, "q, r" \n', { a: ['number', 1, 2], b: ['text', 'x y', 'q, r'] }],
  ['a quote inside an unquoted field', 'a\n5" pipe\n', { a: ['text', '5" pipe'] }],
  ['CRLF, no line end at the end', 'a,b\r\n1,x\r\n2,y', { a: ['number', 1, 2], b: ['text', 'x', 'y'] }],
  ['CR', 'a\r1\r2\r', { a: ['number', 1, 2] }],
  ['blank lines', '\n\na\n\n1\n  \n2\n\n', { a: ['number', 1, 2] }],
  ['a byte order mark', '\uFEFFa\n1\n', { a: ['number', 1] }],
  ['semicolons', 'a;b\n1;"x;y"\n2;z,w\n', { a: ['number', 1, 2], b: ['text', 'x;y', 'z,w'] }],
  ['tabs', 'a\tb\n1\t\n\t2\n', { a: ['number', 1, null], b: ['number', null, 2] }],
  [
    'names that can be written',
    'Sepal.Length,2nd try,,größe (cm),in,_id\n1,2,3,4,5,6\n',
    {
      Sepal_Length: ['number', 1],
      _2nd_try: ['number', 2],
      column3: ['number', 3],
      größe_cm: ['number', 4],
      in_: ['number', 5],
      _id: ['number', 6],
    },
  ],
])('%s', async (_, text, columns) => expect(columnsOf(await csv(text))).toEqual(columns));

test.each<[string, string | readonly number[], string]>([
  ['an empty file', '', '`f.csv` is empty; check how the file was made or copied'],
  ['a blank file', ' \n\n', '`f.csv` is empty; check how the file was made or copied'],
  ['a header alone', 'a,b\n', '`f.csv` has a header but no rows; check how the file was made or copied'],
  [
    'no header',
    '1,2.5,3,4\n5,6,7,8\n',
    '`f.csv` has no header: its first line holds numbers where the names of the columns should be (line 1); write a first line such as `x1,x2,x3`',
  ],
  [
    'a short line',
    'a,b\n1,2\n\n"x\ny"\n',
    'a line of `f.csv` has 1 field where its header has 2 (line 4); a missing value still needs its separator (`,`)',
  ],
  [
    'a long line',
    'a,b\n1,2,3\n',
    'a line of `f.csv` has 3 fields where its header has 2 (line 2); a field that holds `,` must stand in quotes: "..."',
  ],
  [
    'separators at the ends of lines',
    'a;b\n1;2;\n',
    'a line of `f.csv` has 3 fields where its header has 2 (line 2); the line ends in a separator (`;`) more than the header: remove it, or name the column',
  ],
  [
    'an open quote',
    'a,b\n1,"x\n2,y\n',
    'a line of `f.csv` opens a quote that never closes (line 2); a quote inside a quoted field is written twice: ""',
  ],
  [
    'text after a quote',
    'a,b\n1,2\n"x"y,2\n',
    'a line of `f.csv` has text after a closing quote (line 3); a quote inside a quoted field is written twice: ""',
  ],
  [
    'two columns of one name',
    'a,b,a\n1,2,3\n',
    'two columns of `f.csv` are called `a` (line 1); give each column a name of its own',
  ],
  [
    'two columns of one name when written',
    'a b,a.b\n1,2\n',
    'two columns of `f.csv` are called `a_b` (`a b` and `a.b`) (line 1); give each column a name of its own',
  ],
  [
    'Latin-1',
    [0x61, 10, 0x78, 10, 0x67, 0x72, 0xf6, 0xdf, 0x65],
    '`f.csv` is not UTF-8 text: it holds the byte 0xF6 (line 3, column 3); save it as UTF-8, for example `iconv -f WINDOWS-1252 -t UTF-8 f.csv > utf8-f.csv`',
  ],
  [
    'Latin-1 after other letters',
    [0xc3, 0xb6, 0xe9, 0x2c],
    '`f.csv` is not UTF-8 text: it holds the byte 0xE9 (line 1, column 2); save it as UTF-8, for example `iconv -f WINDOWS-1252 -t UTF-8 f.csv > utf8-f.csv`',
  ],
  [
    'UTF-16',
    [0xff, 0xfe, 0x61, 0],
    '`f.csv` is UTF-16, not UTF-8 (line 1, column 1); save it as UTF-8, for example `iconv -f UTF-16 -t UTF-8 f.csv > utf8-f.csv`',
  ],
  [
    'a binary file',
    [0x61, 10, 0x62, 0, 0x62],
    '`f.csv` is not UTF-8 text: it holds the byte 0x00 (line 2, column 2); it is a binary file, or UTF-16: save it as UTF-8 text',
  ],
])('%s fails', async (_, content, text) => expect(failureText(await csv(content))).toBe(text));

test('a packed file is unpacked, a damaged one is named', async () => {
  const packed = gzipSync('a\n1\n2\n');
  expect(columnsOf(await csv(packed))).toEqual({ a: ['number', 1, 2] });
  expect(failureText(await csv(packed.subarray(0, 15)))).toBe(
    '`f.csv` cannot be unpacked: unexpected end of file; it was cut off or changed: copy the file again',
  );
});

test('rows are found by the line in which they begin', async () => {
  const table = tableOf(await csv('a,b\n"x\ny",1\n\n"z",2\r\nw,3\n'));
  expect([0, 1, 2].map(table.placeOf)).toEqual(['line 2', 'line 5', 'line 6']);
  expect(table.source).toBe('f.csv');
});

test('the separator is the one that cuts lines evenly', () => {
  expect(findSeparator('a;b;c\n1,5;2,5;3\n')).toBe(';');
  expect(findSeparator('name, first;age\nx;1\n')).toBe(';');
  expect(findSeparator('a,b\n1;2,3;4\n')).toBe(',');
  expect(findSeparator('only\n1\n')).toBe(',');
  // Uneven with all three: the header decides.
  expect(findSeparator('a\tb\tc\n1\t2\n')).toBe('\t');
});

test('every name is one that a spec can write', () => {
  const names = ['x', "x'", 'θ_1', '  padded ', 'a-b', '--', '3', '', 'α β', '__init__', '(x)', 'not', 'x!y?'];
  expect(names.map(columnName)).toEqual([
    'x',
    "x'",
    'θ_1',
    'padded',
    'a_b',
    'column6',
    '_3',
    'column8',
    'α_β',
    '__init__',
    'x',
    'not_',
    'x_y',
  ]);
});

test('a large table is read in reasonable time', async () => {
  const lines = Array.from({ length: 100_000 }, (_, i) => `${i},${i / 7},name${i % 10},"q ${i}"`);
  const began = performance.now();
  const table = tableOf(await csv(`a,b,c,d\n${lines.join('\n')}\n`));
  expect(table.rows).toBe(100_000);
  expect(performance.now() - began).toBeLessThan(20_000);
});
