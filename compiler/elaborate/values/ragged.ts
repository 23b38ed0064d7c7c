/**
 * Sequences as arrays: rows of different lengths are padded to the longest, with the lengths beside them. From masks that were
 * computed (`shortened`), from sets whose rows differ in length (`joined`), and which entries of an array are no padding.
 *
 * Padding repeats an entry: what is finite at all entries is finite there too, so that it stays out of gradients (0 times infinity).
 */
import type { Span } from '../../../grammar/span.ts';
import { lazyArray, makeLike } from '../../ir/arrays.ts';
import type { ArrayData, ArrayValue, Bounds } from '../../ir/operations.ts';
import { sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import { printSpace, sameShape, storageShape } from '../../spaces/space.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import { spaceOfTemplate } from './describe.ts';
import type { SequenceTemplate, Template } from './values.ts';

type Leaf = SequenceTemplate['length'];

const count: TensorSpace = { kind: 'tensor', element: { kind: 'Nat' }, shape: [] };

/** The leaves of a template in order, those of lengths too. */
const leavesOf = (t: Template): Leaf[] => {
  switch (t.kind) {
    case 'leaf':
      return [t];
    case 'texts':
      return [];
    case 'sequence':
      return [t.length, ...leavesOf(t.element)];
    case 'tuple':
      return t.items.flatMap(leavesOf);
    case 'record':
      return [...t.fields.values()].flatMap(leavesOf);
  }
};

/** Entries behind the end repeat the last one; of an empty row, the first entry of another. `width`: numbers of one entry. */
const repeatLast = (data: ArrayData, lengths: ArrayLike<number>, most: number, width: number): void => {
  const full = Array.from(lengths).findIndex((n) => n > 0);
  if (full < 0) return;
  for (let row = 0; row < lengths.length; row++) {
    const last = lengths[row] > 0 ? row * most + lengths[row] - 1 : full * most;
    for (let i = lengths[row]; i < most; i++)
      data.copyWithin((row * most + i) * width, last * width, (last + 1) * width);
  }
};

const hasSequence = (t: Template): boolean => {
  switch (t.kind) {
    case 'sequence':
      return true;
    case 'tuple':
      return t.items.some(hasSequence);
    case 'record':
      return [...t.fields.values()].some(hasSequence);
    default:
      return false;
  }
};

interface Shortened {
  readonly template: Template;
  readonly leaves: readonly ArrayValue[];
}

/** Lengths in the place of masks: the entries that are there come first, the longest row says how many there are at most. */
export const shortened = (template: Template, given: readonly ArrayValue[]): Shortened => {
  if (!hasSequence(template)) return { template, leaves: given };
  const leaves = [...given];
  const sequence = (t: SequenceTemplate, depth: number): SequenceTemplate => {
    const mask = leaves[t.length.leaf];
    const front = mask.shape.slice(0, depth);
    const rows = sizeOf(front);
    const kept = Array.from({ length: rows }, (_, row) => {
      const places: number[] = [];
      for (let i = 0; i < t.most; i++) if (mask.data[row * t.most + i] !== 0) places.push(i);
      return places;
    });
    const most = Math.max(1, ...kept.map((places) => places.length));
    leaves[t.length.leaf] = {
      dtype: 'float32',
      shape: front,
      data: Float32Array.from(kept, (places) => places.length),
    };
    for (const { leaf } of leavesOf(t.element)) {
      const { dtype, shape, data } = leaves[leaf];
      const width = sizeOf(shape.slice(depth + 1));
      const moved = makeLike(data, rows * most * width);
      kept.forEach((places, row) =>
        places.forEach((from, to) => {
          const at = (row * t.most + from) * width;
          moved.set(data.subarray(at, at + width), (row * most + to) * width);
        }),
      );
      repeatLast(moved, leaves[t.length.leaf].data, most, width);
      leaves[leaf] = { dtype, shape: [...front, most, ...shape.slice(depth + 1)], data: moved };
    }
    return { ...t, most, length: { ...t.length, space: count }, element: part(t.element, depth + 1) };
  };
  const part = (t: Template, depth: number): Template => {
    switch (t.kind) {
      case 'sequence':
        return sequence(t, depth);
      case 'tuple':
        return { ...t, items: t.items.map((x) => part(x, depth)) };
      case 'record':
        return { ...t, fields: new Map([...t.fields].map(([k, x]) => [k, part(x, depth)])) };
      default:
        return t;
    }
  };
  return { template: part(template, 1), leaves };
};

/** A sequence around a leaf: how long it becomes, and the leaf of its lengths. */
interface Steps {
  readonly most: number;
  readonly length: number;
}

const union = (all: readonly Bounds[]): Bounds => ({
  low: Math.min(...all.map((b) => b.low)),
  high: Math.max(...all.map((b) => b.high)),
});

interface Rows extends Shortened {
  readonly rows: number;
}

/** A leaf that is an array as a sequence of its entries. */
const opened = (t: Template, { rows }: Rows, into: ArrayValue[]): Template => {
  if (t.kind !== 'leaf' || t.space.shape.length === 0) return t;
  const [most, ...rest] = t.space.shape;
  into.push({ dtype: 'float32', shape: [rows], data: new Float32Array(rows).fill(most) });
  const length: Leaf = { kind: 'leaf', leaf: into.length - 1, space: count };
  return { kind: 'sequence', most, length, element: { ...t, space: { ...t.space, shape: rest } } };
};

/** Rows of several sets one after the other; arrays that differ in their first dimension become sequences. */
export const joined = (sets: readonly Rows[], span: Span): Rows => {
  const rows = sets.reduce((n, s) => n + s.rows, 0);
  const leaves: ArrayValue[] = [];
  const sources = sets.map((s) => [...s.leaves]);
  const clash = (parts: readonly Template[]): never => {
    const shown = [...new Set(parts.map((p) => printSpace(spaceOfTemplate(p))))];
    return fail('L0302', span, { expected: `rows alike (${shown[0]})`, seen: shown[1], where: 'the rows of a set' });
  };
  const leaf = (parts: readonly Template[], around: readonly Steps[]): Leaf => {
    const own = parts.flatMap((p) => (p.kind === 'leaf' ? [p] : []));
    const [first] = own;
    const alike = own.every(
      (p) =>
        sameShape(storageShape(p.space), storageShape(first.space)) &&
        (p.space.element.kind !== 'Class' ||
          (first.space.element.kind === 'Class' && p.space.element.size === first.space.element.size)),
    );
    if (own.length < parts.length || !alike) return clash(parts);
    const arrays = own.map((p, i) => sources[i][p.leaf]);
    const [{ dtype }] = arrays;
    if (arrays.some((a) => a.dtype !== dtype)) return clash(parts);
    const entry = storageShape(first.space);
    const longest = around.map((s) => s.most);
    const shape = [rows, ...longest, ...entry];
    const make = (): ArrayData => {
      const data = makeLike(arrays[0].data, sizeOf(shape));
      let before = 0;
      arrays.forEach((a, i) => {
        place(a, sets[i].rows, longest, sizeOf(entry), data, before);
        before += sets[i].rows * sizeOf(longest) * sizeOf(entry);
      });
      around.toReversed().forEach(({ most, length }, i) => {
        const inner = sizeOf(longest.slice(longest.length - i)) * sizeOf(entry);
        repeatLast(data, leaves[length].data, most, inner);
      });
      return data;
    };
    const bounds = arrays.map((a) => a.bounds);
    const certain = bounds.every((b) => b !== undefined);
    leaves.push(certain ? lazyArray(dtype, shape, union(bounds), make) : { dtype, shape, data: make() });
    return { kind: 'leaf', leaf: leaves.length - 1, space: first.space };
  };
  const part = (parts: readonly Template[], around: readonly Steps[]): Template => {
    const [first] = parts;
    const arrays = parts.every((p) => p.kind === 'leaf' && p.space.shape.length > 0);
    const differ =
      arrays &&
      parts.some((p) => p.kind === 'leaf' && first.kind === 'leaf' && p.space.shape[0] !== first.space.shape[0]);
    if (parts.some((p) => p.kind === 'sequence') || differ) {
      const as = parts.map((p, i) => opened(p, sets[i], sources[i]));
      const sequences = as.flatMap((p) => (p.kind === 'sequence' ? [p] : []));
      if (sequences.length < parts.length) return clash(parts);
      const most = Math.max(1, ...sequences.map((p) => p.most));
      const length = leaf(
        sequences.map((p) => p.length),
        around,
      );
      const element = part(
        sequences.map((p) => p.element),
        [...around, { most, length: length.leaf }],
      );
      return { kind: 'sequence', most, length, element };
    }
    switch (first.kind) {
      case 'tuple': {
        const items = parts.map((p) =>
          p.kind === 'tuple' && p.items.length === first.items.length ? p.items : clash(parts),
        );
        return {
          kind: 'tuple',
          items: first.items.map((_, i) =>
            part(
              items.map((x) => x[i]),
              around,
            ),
          ),
        };
      }
      case 'record': {
        const field = (name: string): Template[] =>
          parts.map((p) => (p.kind === 'record' ? p.fields.get(name) : undefined) ?? clash(parts));
        return { kind: 'record', fields: new Map([...first.fields.keys()].map((k) => [k, part(field(k), around)])) };
      }
      case 'texts':
        return { kind: 'texts', values: parts.flatMap((p) => (p.kind === 'texts' ? p.values : clash(parts))) };
      default:
        return leaf(parts, around);
    }
  };
  const template = part(
    sets.map((s) => s.template),
    [],
  );
  return { rows, template, leaves };
};

/** Copies an array whose steps may be fewer into one where they are as many as the longest. */
const place = (
  from: ArrayValue,
  rows: number,
  longest: readonly number[],
  width: number,
  into: ArrayData,
  at: number,
): void => {
  const own = from.shape.slice(1, 1 + longest.length);
  const copy = (depth: number, source: number, target: number): void => {
    if (depth === longest.length) {
      into.set(from.data.subarray(source, source + width), target);
      return;
    }
    const [inner, wide] = [sizeOf(own.slice(depth + 1)) * width, sizeOf(longest.slice(depth + 1)) * width];
    for (let i = 0; i < own[depth]; i++) copy(depth + 1, source + i * inner, target + i * wide);
  };
  for (let row = 0; row < rows; row++) copy(0, row * sizeOf(own) * width, at + row * sizeOf(longest) * width);
};
