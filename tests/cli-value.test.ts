/** How `learn eval` writes values: digits, brackets, abbreviation, tuples and records, JSON. */
import { describe, expect, test } from 'vitest';
import { arrayText, numberText, valueJson, valueText } from '../cli/value.ts';
import type { ArrayValue } from '../compiler/ir/operations.ts';

const array = (shape: number[], data: number[]): ArrayValue => ({
  dtype: 'float32',
  shape,
  data: Float64Array.from(data),
});
const count = (shape: number[]): ArrayValue =>
  array(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
  );
const bools: ArrayValue = { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) };
const part = (name: string, value: ArrayValue) => ({ name, space: 'R', value });

describe('numbers', () => {
  test.each([
    [0.4431471805599453, '0.443147'],
    [3, '3'],
    [-0, '0'],
    [1234567.8, '1234570'],
    [1e-9, '1e-9'],
    [1 / 3, '0.333333'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ])('%d is %s', (x, text) => expect(numberText(x, 6)).toBe(text));
  test('as many digits as asked for', () => expect(numberText(Math.PI, 10)).toBe('3.141592654'));
});

describe('arrays', () => {
  test('a vector, a matrix, nothing', () => {
    expect(arrayText(count([3]), 6)).toBe('[0, 1, 2]');
    expect(arrayText(count([2, 2]), 6)).toBe('[[0, 1], [2, 3]]');
    expect(arrayText(count([0]), 6)).toBe('[]');
    expect(arrayText(count([2, 0]), 6)).toBe('[[], []]');
  });
  test('rows below each other where a line is too narrow', () => {
    expect(arrayText(count([2, 3]), 6, 10)).toBe('[[0, 1, 2],\n [3, 4, 5]]');
    expect(arrayText(count([2, 2, 1]), 6, 5)).toBe('[[[0],\n  [1]],\n [[2],\n  [3]]]');
  });
  test('truths', () => expect(arrayText(bools, 6)).toBe('[true, false, true]'));
  test('more than a thousand entries are abbreviated at both ends of an axis', () => {
    expect(arrayText(count([1000]), 6)).toMatch(/^\[0, 1, .*, 998, 999\]$/);
    expect(arrayText(count([2000]), 6)).toBe('[0, 1, 2, ..., 1997, 1998, 1999]');
    expect(arrayText(count([2, 1000]), 6)).toBe(
      '[[0, 1, 2, ..., 997, 998, 999], [1000, 1001, 1002, ..., 1997, 1998, 1999]]',
    );
  });
});

describe('tuples and records', () => {
  const parts = [part('a', count([2])), part('b.0', array([], [0.5])), part('b.1', bools)];
  test('a lone value has no name', () => expect(valueText([part('', array([], [2]))], 6)).toBe('2'));
  test('fields are named, places are not', () => {
    expect(valueText(parts, 6)).toBe('(a = [0, 1], b = (0.5, [true, false, true]))');
    expect(valueText([part('0', array([], [1])), part('1', array([], [2]))], 6)).toBe('(1, 2)');
  });
  test('a record of one field is still one', () => expect(valueText([part('a', array([], [1]))], 6)).toBe('(a = 1)'));
  test('in JSON', () => {
    expect(valueJson(parts)).toEqual({ a: [0, 1], b: [0.5, [true, false, true]] });
    expect(valueJson([part('', array([2], [NaN, 1 / 3]))])).toEqual(['NaN', 1 / 3]);
  });
});
