/**
 * Rows chosen by integers: `gather`, its transpose `scatter_add`, and `one_hot`. An index out of range is looked for first; where there is
 * one, the host's kernel says so.
 */
import type { Operation } from '../../../compiler/ir/operations.ts';
import { sizeOf } from '../../../compiler/ir/shape.ts';
import type { Module, Writer } from './assembler.ts';
import { widthOf, type View } from './views.ts';
import { transfer } from './windows.ts';

/** What a function is written for: `count` rows of `width` numbers, chosen from `rows`. */
interface Choice {
  readonly op: 'gather' | 'scatter_add' | 'one_hot';
  readonly count: number;
  readonly rows: number;
  readonly width: number;
}

/** undefined: the host's. */
export const choiceOf = (operation: Operation, args: readonly View[], target: View): Choice | undefined => {
  const { op } = operation;
  if (op !== 'gather' && op !== 'scatter_add' && op !== 'one_hot') return undefined;
  const index = args[args.length - 1];
  const count = sizeOf(index.shape);
  if (op === 'one_hot') return { op, count, rows: operation.depth, width: 1 };
  const [data] = args;
  const rows = op === 'gather' ? data.shape[0] : operation.size;
  const width = sizeOf((op === 'gather' ? data : target).shape.slice(1));
  const possible = op === 'gather' ? widthOf(data.dtype) === 4 : data.dtype === 'float32';
  return possible && count * width > 0 ? { op, count, rows, width } : undefined;
};

/** A row from one address to another, and nothing beyond it. */
const copyRow = (f: Writer, from: number, to: number, width: number): void => {
  if (width > 128) {
    f.get(to);
    f.get(from);
    f.i32(4 * width);
    return f.copy();
  }
  for (let at = 0; at + 4 <= width; at += 4) {
    f.get(to);
    f.get(from);
    f.simdAccess('load', 4 * at);
    f.simdAccess('store', 4 * at);
  }
  for (let at = width - (width % 4); at < width; at++) {
    f.get(to);
    f.get(from);
    f.access('i32Load', 4 * at);
    f.access('i32Store', 4 * at);
  }
};

/** address + 4 · stride · (the integer at `index`) */
const chosen = (f: Writer, address: number, index: number, stride: number, into: number): void => {
  f.get(address);
  f.get(index);
  f.access('i32Load');
  f.i32(4 * stride);
  f.op('i32Mul');
  f.op('i32Add');
  f.set(into);
};

/** (data, index, out) -> 1 where an index is out of range, and nothing is written. */
const writeRows = (f: Writer, { op, count, rows, width }: Choice): void => {
  const [data, index, out] = [0, 1, 2];
  const wrong = f.local('i32');
  f.times(count, 1, () => {
    f.get(wrong);
    f.get(index);
    f.access('i32Load');
    f.i32(rows);
    f.op('i32GeU');
    f.op('i32Or');
    f.set(wrong);
    f.advance(index, 4);
  });
  f.advance(index, -4 * count);
  const place = f.local('i32');
  f.if(
    () => f.get(wrong),
    () => {},
    () => {
      if (op === 'scatter_add') {
        f.get(out);
        f.i32(0);
        f.i32(4 * rows * width);
        f.fill();
      }
      f.times(count, 1, () => {
        if (op === 'gather') {
          chosen(f, data, index, width, place);
          copyRow(f, place, out, width);
          f.advance(out, 4 * width);
        } else {
          chosen(f, out, index, width, place);
          transfer(f, true, place, data, width);
          f.advance(data, 4 * width);
        }
        f.advance(index, 4);
      });
    },
  );
  f.get(wrong);
};

/** (unused, index, out) -> 0: a row of zeros for an index out of range. */
const writeOneHot = (f: Writer, { count, rows }: Choice): void => {
  const [index, out] = [1, 2];
  const place = f.local('i32');
  f.get(out);
  f.i32(0);
  f.i32(4 * count * rows);
  f.fill();
  f.times(count, 1, () => {
    f.if(
      () => {
        f.get(index);
        f.access('i32Load');
        f.i32(rows);
        f.op('i32LtU');
      },
      () => {
        chosen(f, out, index, 1, place);
        f.get(place);
        f.f32(1);
        f.access('f32Store');
      },
    );
    f.advance(index, 4);
    f.advance(out, 4 * rows);
  });
  f.i32(0);
};

/** The function of a choice, of the addresses of what is chosen from or added up, the index and the result. */
export const openRows = (module: Module): ((choice: Choice) => number) => {
  const functions = new Map<string, number>();
  return (choice) => {
    const key = JSON.stringify(choice);
    const known =
      functions.get(key) ??
      module.func(['i32', 'i32', 'i32'], ['i32'], (f) =>
        choice.op === 'one_hot' ? writeOneHot(f, choice) : writeRows(f, choice),
      );
    functions.set(key, known);
    return known;
  };
};
