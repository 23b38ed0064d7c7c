/** JSON: records, columns, nested arrays, JSON Lines; where a text leaves the grammar, in which line and column. */
import { expect, test } from 'vitest';
import { findJsonFault } from '../runtime/data/json-fault.ts';
import { arrayOf, columnsOf, failureText, read, tableOf } from './data-files.ts';

const json = (content: string): ReturnType<typeof read> => read('json', content);

test.each<[string, string, Record<string, unknown[]>]>([
  ['records', '[{"a": 1, "b": "x"}, {"a": 2.5, "b": null}]', { a: ['number', 1, 2.5], b: ['text', 'x', null] }],
  ['records that lack fields', '[{"a": 1}, {"b": true}]', { a: ['number', 1, null], b: ['boolean', null, true] }],
  ['columns', '{"a": [1, null], "b c": ["x", "y"]}', { a: ['number', 1, null], b_c: ['text', 'x', 'y'] }],
  ['mixed values are texts', '{"a": [1, "x", true, null]}', { a: ['text', '1', 'x', 'true', null] }],
  ['nothing but missing values', '{"a": [null, null]}', { a: ['number', null, null] }],
  ['arrays in rows', '[{"x": [1, 2]}, {"x": [3, null]}]', { x: ['array', 1, 2, 3, NaN] }],
  ['lines', '{"a": 1}\n\n{"a": 2}\n', { a: ['number', 1, 2] }],
  ['a byte order mark', '\uFEFF[{"a": 1}]', { a: ['number', 1] }],
])('%s', async (_, text, columns) => expect(columnsOf(await json(text))).toEqual(columns));

test('arrays keep their shape and truth values', async () => {
  const { columns } = tableOf(await json('[{"x": [[1, 2], [3, 4], [5, 6]], "m": [true, false]}]'));
  expect(columns.get('x')).toMatchObject({ value: { dtype: 'float32', shape: [1, 3, 2] } });
  expect(columns.get('m')).toMatchObject({ value: { dtype: 'bool', shape: [1, 2] } });
});

test('records in rows are columns of their fields, and lists of records have lengths', async () => {
  const { columns } = tableOf(
    await json(
      '[{"who": {"age": 3, "home": {"town": "A"}}, "marks": [{"t": 1}, {"t": 2}]}, {"who": null, "marks": [{"t": 3}]}]',
    ),
  );
  const who = columns.get('who');
  if (who?.kind !== 'record') throw new Error('no record');
  expect(columnsOf({ source: '', rows: 2, columns: who.fields, placeOf: String }).age).toEqual(['number', 3, null]);
  expect(who.fields.get('home')).toMatchObject({ fields: new Map([['town', { kind: 'text', values: ['A', null] }]]) });
  expect(columns.get('marks')).toMatchObject({
    kind: 'records',
    most: 2,
    lengths: [2, 1],
    fields: new Map([['t', { kind: 'number', values: Float64Array.of(1, 2, 3, 3) }]]),
  });
});

test('nested arrays of numbers are one unnamed array', async () => {
  expect(arrayOf(await json('[[1, 2, 3], [4, 5, 6]]'))).toMatchObject({ shape: [2, 3] });
  expect(arrayOf(await json('[1, 2, null]'))).toEqual({
    dtype: 'float32',
    shape: [3],
    data: Float64Array.of(1, 2, NaN),
  });
});

test('texts in lists are classes in alphabetical order, also where the lists differ in length or hold records', async () => {
  const column = async (text: string) => tableOf(await json(text)).columns.get('a');
  expect(await column('[{"a": ["y", "x"]}, {"a": ["x", "z"]}]')).toEqual({
    kind: 'array',
    classes: ['x', 'y', 'z'],
    value: { dtype: 'int32', shape: [2, 2], data: Int32Array.of(1, 0, 0, 2) },
  });
  expect(await column('[{"a": ["y", "x"]}, {"a": ["y"]}]')).toEqual({
    kind: 'sequence',
    classes: ['x', 'y'],
    lengths: [2, 1],
    value: { dtype: 'int32', shape: [2, 2], data: Int32Array.of(1, 0, 1, 1) },
  });
  const records = await column('[{"a": [{"b": "q", "c": 1}, {"b": null, "c": 2}]}]');
  expect(records?.kind === 'records' && records.fields.get('b')).toEqual({
    kind: 'array',
    classes: ['q'],
    value: { dtype: 'int32', shape: [2], data: Int32Array.of(0, -1) },
  });
});

test('rows are found by their index, or by their line', async () => {
  expect(tableOf(await json('[{"a": 1}, {"a": 2}]')).placeOf(1)).toBe('index 1');
  expect(tableOf(await json('{"a": 1}\n\n{"a": 2}')).placeOf(1)).toBe('line 3');
});

const forms = 'write an array of records, a record of columns, or nested arrays of numbers';
const cells = 'a column holds numbers, texts, true and false, records, or lists of numbers, texts or records';
test.each<[string, string, string]>([
  ['nothing', '', '`f.json` is empty; check how the file was made or copied'],
  ['an empty array', '[]', '`f.json` holds 0 rows; its array is empty'],
  ['an empty record', '{}', '`f.json` has no columns'],
  ['empty columns', '{"a": []}', 'the columns of `f.json` are empty'],
  ['empty records', '[{}, {}]', 'the records of `f.json` have no fields'],
  ['a single value', '"x"', `\`f.json\` holds a single value, not rows; ${forms}`],
  [
    'a column that is no array',
    '{"a": [1], "b": 2}',
    `\`f.json\` should hold columns, and \`b\` is not an array (field "b"); ${forms}`,
  ],
  [
    'columns of different lengths',
    '{"a": [1, 2], "b": [1]}',
    'the columns of `f.json` have different lengths: `a` has 2, `b` 1 (field "b"); write a missing value as `null`',
  ],
  [
    'an entry that is no record',
    '[{"a": 1}, 3]',
    `\`f.json\` should hold records such as {"x": 1}, and one entry is none (index 1); ${forms}`,
  ],
  [
    'a list of texts',
    '["x", "y"]',
    `\`f.json\` should hold records such as {"x": 1}, and one entry is none (index 0); ${forms}`,
  ],
  [
    'a number where others are records',
    '[{"a": 1}, {"a": {"b": 2}}]',
    `\`a\` of \`f.json\` is no record, as others are (index 0); ${cells}`,
  ],
  [
    'an empty list in a record in a record',
    '[{"a": {"b": {"c": 1}}}, {"a": {"b": {"c": []}}}]',
    `\`a\` of \`f.json\` is a record whose \`b\` is a record whose \`c\` is an empty list (index 1); ${cells}`,
  ],
  [
    'a list of records that hold lists of different lengths',
    '[{"a": [{"b": [1]}, {"b": [1, 2]}]}]',
    `\`a\` of \`f.json\` is a list of records whose \`b\` is no number, no text, and no array of one shape (index 0); ${cells}`,
  ],
  [
    'ragged lists inside a row',
    '[{"a": [[1, 2], [3]]}]',
    `\`a\` of \`f.json\` is a list with parts of 2 and of 1 entries (index 0); ${cells}`,
  ],
  [
    'a missing list',
    '[{"a": [1, 2]}, {"a": null}]',
    `\`a\` of \`f.json\` is missing where others are lists of shape [2] (index 1); ${cells}`,
  ],
  [
    'a number among lists',
    '[{"a": [1, 2]}, {"a": 3}]',
    `\`a\` of \`f.json\` is 3 where others are lists of shape [2] (index 1); ${cells}`,
  ],
  [
    'a list of words and numbers',
    '[{"a": [1, "x"]}]',
    `\`a\` of \`f.json\` is a list that holds the text "x" (index 0); ${cells}`,
  ],
  ['an empty list', '[{"a": []}]', `\`a\` of \`f.json\` is an empty list (index 0); ${cells}`],
  [
    'numbers beside lists',
    '[[1, 2], 3]',
    'an entry of `f.json` is 3 where others are lists of shape [2] (index 1); all entries of an array are numbers, or lists of numbers of one shape',
  ],
  [
    'two columns of one name when written',
    '[{"a b": 1, "a-b": 2}]',
    'two columns of `f.json` are called `a_b` (`a b` and `a-b`) (columns 1 and 2); give each column a name of its own',
  ],
  [
    'NaN',
    '[{"a": NaN}]',
    '`f.json` is not JSON: `NaN` where a value should be (line 1, column 8); write a missing value as `null`',
  ],
  [
    'a comma too many',
    '[\n  {"a": 1},\n]',
    '`f.json` is not JSON: `]` where a value should be (line 3, column 1); remove the comma before it',
  ],
  [
    'a comma too many in a record',
    '[{"a": 1,}]',
    '`f.json` is not JSON: `}` where a name in double quotes should be (line 1, column 10); remove the comma before it',
  ],
  [
    'a comma too few',
    '[{"a": 1}\n {"a": 2}]',
    '`f.json` is not JSON: `{` where `,` or `]` should be (line 2, column 2)',
  ],
  [
    'single quotes',
    "[{'a': 1}]",
    "`f.json` is not JSON: `'` where a name in double quotes should be (line 1, column 3); write texts in double quotes",
  ],
  ['a colon too few', '[{"a" 1}]', '`f.json` is not JSON: `1` where `:` should be (line 1, column 7)'],
  [
    'a file cut off',
    '[{"a": 1}, {"a"',
    '`f.json` is not JSON: the end of the file where `:` should be (line 1, column 16); the file was cut off: copy or write it again',
  ],
  [
    'a text cut off',
    '[{"a": "x}]',
    '`f.json` is not JSON: a text that does not end, or holds a line end (line 1, column 8)',
  ],
  [
    'a comment',
    '[ // rows\n1]',
    '`f.json` is not JSON: `/` where a value should be (line 1, column 3); JSON has no comments: remove them',
  ],
  [
    'Python',
    '[{"a": True}]',
    '`f.json` is not JSON: `True` where a value should be (line 1, column 8); write `true` and `false` in lower case',
  ],
  [
    'two values',
    '{"a": [1]} {"a": [2]}',
    '`f.json` is not JSON: `{` where the end of the file should be (line 1, column 12)',
  ],
  [
    'a broken line of several',
    '{"a": 1}\n{"a": }\n',
    '`f.json` is not JSON: `{` where the end of the file should be (line 2, column 1)',
  ],
])('%s fails', async (_, text, failure) => expect(failureText(await json(text))).toBe(failure));

test('lists of different lengths are sequences, padded with an entry that is there', async () => {
  const { columns } = tableOf(await json('[{"a": [[1, 2], [3, 4]]}, {"a": []}, {"a": [[5, 6]]}]'));
  const a = columns.get('a');
  expect(a).toMatchObject({ kind: 'sequence', lengths: [2, 0, 1], value: { shape: [3, 2, 2] } });
  expect(a?.kind === 'sequence' && [...a.value.data]).toEqual([1, 2, 3, 4, 1, 2, 1, 2, 5, 6, 5, 6]);
});

test('a fault is found exactly where JSON.parse finds one', () => {
  const texts = [
    '[1,2]',
    '{"a":[{}]}',
    '"x"',
    '-0',
    '01',
    '[1 2]',
    '{"a":1,}',
    '"\\x"',
    '[',
    ']',
    '1e',
    '[1e5,-.5]',
    'tru',
    ' [ ] ',
    '{"a":"\\u12"}',
    '\t{}\n1',
  ];
  for (const text of texts) {
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    expect(findJsonFault(text) === undefined, text).toBe(valid);
  }
});

test('deep nesting is refused without a stack overflow', async () => {
  const deep = (n: number): string => `[{"a": ${'['.repeat(n)}1${']'.repeat(n)}}]`;
  expect(failureText(await json(deep(20)))).toContain('is a list nested more than 16 deep');
  expect(failureText(await json(deep(200_000)))).toMatch(/nested more than 16 deep|too large or too deep/);
  expect(failureText(await json('['.repeat(200_000)))).toContain('the end of the file where a value should be');
});
