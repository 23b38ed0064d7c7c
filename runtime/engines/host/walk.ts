/**
 * Walking over strided arrays: the shape of every loop of the host kernels. Axes of size one are dropped and neighbouring axes that
 * all operands cross with one stride are merged, so that most walks end as one or two plain loops.
 */
import type { Shape } from '../../../compiler/ir/operations.ts';

/** What the host computes on: views of an engine's memory, or plain arrays. */
export type Data = Float32Array | Int32Array | Uint8Array;

/** Loop sizes, and the stride of each operand in each loop. */
export interface Loops {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

export const collapse = (shape: Shape, operands: readonly (readonly number[])[]): Loops => {
  const sizes: number[] = [];
  const strides: number[][] = operands.map(() => []);
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] === 1) continue;
    const last = sizes.length - 1;
    const merges = last >= 0 && operands.every((own, k) => strides[k][last] === own[axis] * shape[axis]);
    if (merges) {
      sizes[last] *= shape[axis];
      operands.forEach((own, k) => (strides[k][last] = own[axis]));
    } else {
      sizes.push(shape[axis]);
      operands.forEach((own, k) => strides[k].push(own[axis]));
    }
  }
  return { sizes, strides };
};

/**
 * The offsets of each operand at the start of every innermost loop, made when a plan is loaded if they are few, else an odometer.
 * `visit(a, b, c)` gets up to three offsets.
 */
export const eachRow = (
  sizes: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (a: number, b: number, c: number, d: number) => void,
): void => {
  const rank = sizes.length;
  const counter = new Array<number>(rank).fill(0);
  const at = [0, 0, 0, 0];
  const operands = strides.length;
  for (;;) {
    visit(at[0], at[1], at[2], at[3]);
    let axis = rank - 1;
    for (; axis >= 0; axis--) {
      if (++counter[axis] < sizes[axis]) {
        for (let k = 0; k < operands; k++) at[k] += strides[k][axis];
        break;
      }
      for (let k = 0; k < operands; k++) at[k] -= strides[k][axis] * (sizes[axis] - 1);
      counter[axis] = 0;
    }
    if (axis < 0) return;
  }
};

/** Splits off the innermost loop: what is left for `eachRow`, and the inner size and strides. */
export const innermost = (loops: Loops): { outer: Loops; size: number; strides: number[] } => {
  const rank = loops.sizes.length;
  if (rank === 0) return { outer: loops, size: 1, strides: loops.strides.map(() => 0) };
  return {
    outer: { sizes: loops.sizes.slice(0, -1), strides: loops.strides.map((own) => own.slice(0, -1)) },
    size: loops.sizes[rank - 1],
    strides: loops.strides.map((own) => own[rank - 1]),
  };
};

/** Copies `shape` many elements between strided places: transposing, slicing, padding, repeating and reversing are all this. */
export const copier = (
  shape: Shape,
  from: readonly number[],
  fromOffset: number,
  to: readonly number[],
  toOffset: number,
): ((source: Data, target: Data) => void) => {
  const loops = collapse(shape, [from, to]);
  const inner = innermost(loops);
  const rows = innermost(inner.outer);
  const { size, strides } = inner;
  const [fromStep, toStep] = strides;
  const [fromRow, toRow] = rows.strides;
  if (loops.sizes.some((n) => n === 0) || shape.some((n) => n === 0)) return () => {};
  const contiguous = (fromStep === 1 || size === 1) && (toStep === 1 || size === 1);
  return (source, target) => {
    eachRow(rows.outer.sizes, rows.outer.strides, (a, b) => {
      let fromStart = a + fromOffset;
      let toStart = b + toOffset;
      for (let row = 0; row < rows.size; row++) {
        if (contiguous && size >= 32) {
          target.set(source.subarray(fromStart, fromStart + size), toStart);
        } else {
          for (let i = 0, p = fromStart, q = toStart; i < size; i++, p += fromStep, q += toStep) target[q] = source[p];
        }
        fromStart += fromRow;
        toStart += toRow;
      }
    });
  };
};
