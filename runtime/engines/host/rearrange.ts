/**
 * Host kernels that only move numbers: each is one strided copy, told apart by strides and offsets (`walk.ts`).
 */
import { sizeOf, stridesOf } from '../../../compiler/ir/shape.ts';
import { moved, rowMajor, type Move } from '../strided.ts';
import { copier, type Data } from './walk.ts';
import type { HostTable, Spec } from './kernel.ts';

/** The input read by the strides of the move. */
const read = (move: Move, input: Spec, { shape }: Spec) => {
  const { strides, offset } = moved(move, rowMajor(input.shape), shape);
  const copy = copier(shape, strides, offset, stridesOf(shape), 0);
  return (inputs: readonly Data[], out: Data): void => copy(inputs[0], out);
};

const whole = (inputs: readonly Data[], out: Data): void => out.set(inputs[0]);

export const rearranging = {
  stop: () => whole,
  reshape: () => whole,
  transpose: (operation, [input], output) => read(operation, input, output),
  broadcast: (operation, [input], output) => read(operation, input, output),
  slice: (operation, [input], output) => read(operation, input, output),
  reverse: (operation, [input], output) => read(operation, input, output),
  pad: ({ before, interior }, [input], output) => {
    const own = stridesOf(output.shape);
    const copy = copier(
      input.shape,
      stridesOf(input.shape),
      0,
      own.map((stride, axis) => stride * (interior[axis] + 1)),
      own.reduce((offset, stride, axis) => offset + stride * before[axis], 0),
    );
    return (inputs, out) => {
      out.fill(0);
      copy(inputs[0], out);
    };
  },
  concat: ({ axis }, inputs, output) => {
    const own = stridesOf(output.shape);
    let start = 0;
    const copies = inputs.map((input) => {
      const copy = copier(input.shape, stridesOf(input.shape), 0, own, start * own[axis]);
      start += input.shape[axis];
      return copy;
    });
    return (values, out) => copies.forEach((copy, k) => copy(values[k], out));
  },
  cumsum: ({ axis, exclusive, reverse }, [input]) => {
    const length = input.shape[axis];
    const step = stridesOf(input.shape)[axis];
    const lines = sizeOf(input.shape) / Math.max(1, length);
    return (inputs, out) => {
      const x = inputs[0];
      for (let line = 0; line < lines; line++) {
        const start = Math.floor(line / step) * step * length + (line % step);
        let sum = 0;
        for (let i = 0; i < length; i++) {
          const at = start + (reverse ? length - 1 - i : i) * step;
          if (exclusive) out[at] = sum;
          sum += x[at];
          if (!exclusive) out[at] = sum;
        }
      }
    };
  },
} satisfies Partial<HostTable>;
