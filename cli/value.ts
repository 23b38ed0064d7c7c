/**
 * Values as text, for `learn eval`: numbers to so many significant digits, arrays in brackets, big ones abbreviated as NumPy does,
 * tuples and records put together again from their parts.
 */
import type { ArrayValue } from '../compiler/ir/operations.ts';

/** A part of a value: '' for a whole one, otherwise the path of fields to it (`a`, `0`, `a.1`). */
export interface Part {
  readonly name: string;
  readonly space: string;
  readonly value: ArrayValue;
}

export const numberText = (x: number, digits: number): string => {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'NaN' : x > 0 ? 'Infinity' : '-Infinity';
  // Not -0: nobody asks for the sign of nothing.
  return String(Number(x.toPrecision(digits)) || 0);
};

/** More entries than this are abbreviated to this many at each end of an axis. */
const most = 1000;
const edge = 3;

/** One line; with `columns`, rows below each other once it is longer. */
export const arrayText = ({ dtype, shape, data }: ArrayValue, digits: number, columns = Infinity): string => {
  const entry = (i: number): string => (dtype === 'bool' ? String(data[i] !== 0) : numberText(data[i], digits));
  const short = data.length > most;
  const write = (axis: number, at: number, stride: number, separator: (depth: number) => string): string => {
    if (axis === shape.length) return entry(at);
    const size = shape[axis];
    const step = size === 0 ? 0 : stride / size;
    const item = (i: number): string => write(axis + 1, at + i * step, step, separator);
    const all = Array.from({ length: size }, (_, i) => i);
    const items =
      short && size > 2 * edge
        ? [...all.slice(0, edge).map(item), '...', ...all.slice(size - edge).map(item)]
        : all.map(item);
    return `[${items.join(axis === shape.length - 1 ? ', ' : separator(axis + 1))}]`;
  };
  const line = write(0, 0, data.length, () => ', ');
  if ([...line].length <= columns) return line;
  return write(0, 0, data.length, (depth) => `,\n${' '.repeat(depth)}`);
};

interface Tree {
  readonly parts: ReadonlyMap<string, Tree>;
  readonly value?: ArrayValue;
}

const treeOf = (parts: readonly Part[], depth = 0): Tree => {
  const [first] = parts;
  if (parts.length === 1 && first.name.split('.').filter(Boolean).length === depth)
    return { parts: new Map(), value: first.value };
  const groups = new Map<string, Part[]>();
  for (const part of parts) {
    const key = part.name.split('.')[depth];
    groups.set(key, [...(groups.get(key) ?? []), part]);
  }
  return { parts: new Map([...groups].map(([key, inside]) => [key, treeOf(inside, depth + 1)])) };
};

const isTuple = (keys: readonly string[]): boolean => keys.every((key, i) => key === String(i));

const treeText = (tree: Tree, digits: number, columns: number): string => {
  if (tree.value) return arrayText(tree.value, digits, columns);
  const keys = [...tree.parts.keys()];
  const items = keys.map((key) => {
    const text = treeText(tree.parts.get(key) as Tree, digits, Infinity);
    return isTuple(keys) ? text : `${key} = ${text}`;
  });
  return `(${items.join(', ')})`;
};

export const valueText = (parts: readonly Part[], digits: number, columns = Infinity): string =>
  treeText(treeOf(parts), digits, columns);

type Json = number | string | boolean | readonly Json[] | { readonly [key: string]: Json };

const arrayJson = ({ dtype, shape, data }: ArrayValue): Json => {
  const entry = (i: number): Json =>
    dtype === 'bool' ? data[i] !== 0 : Number.isFinite(data[i]) ? data[i] : numberText(data[i], 17);
  const write = (axis: number, at: number, stride: number): Json => {
    if (axis === shape.length) return entry(at);
    const step = shape[axis] === 0 ? 0 : stride / shape[axis];
    return Array.from({ length: shape[axis] }, (_, i) => write(axis + 1, at + i * step, step));
  };
  return write(0, 0, data.length);
};

const treeJson = (tree: Tree): Json => {
  if (tree.value) return arrayJson(tree.value);
  const keys = [...tree.parts.keys()];
  const items = keys.map((key) => [key, treeJson(tree.parts.get(key) as Tree)] as const);
  return isTuple(keys) ? items.map(([, item]) => item) : Object.fromEntries(items);
};

/** In full; NaN and infinities, which JSON has not, are strings. */
export const valueJson = (parts: readonly Part[]): Json => treeJson(treeOf(parts));
