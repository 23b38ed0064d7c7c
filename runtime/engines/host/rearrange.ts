/**
 * Host kernels that only move numbers: each is one strided copy, told apart by strides and offsets (`walk.ts`).
 */
import { broadcastStrides, sizeOf, stridesOf } from '../../../compiler/ir/shape.ts';
import { copier, type Data } from './walk.ts';
import type { HostTable, Spec } from './kernel.ts';

/** out[...] = in[...] with the input read by the given strides. */
const read = (output: Spec, strides: readonly number[], offset = 0) => {
  const copy = copier(output.shape, strides, offset, stridesOf(output.shape), 0);
  return (inputs: readonly Data[], out: Data): void => copy(inputs[0], out);
};

const whole = (inputs: readonly Data[], out: Data): void => out.set(inputs[0]);

export const rearranging = {
  stop: () => whole,
  reshape: () => whole,
  transpose: ({ permutation }, [input], output) => {
    const strides = stridesOf(input.shape);
    return read(
      output,
      permutation.map((axis) => strides[axis]),
    );
  },
  broadcast: (_, [input], output) => read(output, broadcastStrides(input.shape, output.shape)),
  slice: ({ begin, strides }, [input], output) => {
    const own = stridesOf(input.shape);
    return read(
      output,
      own.map((stride, axis) => stride * strides[axis]),
      own.reduce((offset, stride, axis) => offset + stride * begin[axis], 0),
    );
  },
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
  reverse: ({ axes }, [input], output) => {
    const own = stridesOf(input.shape);
    return read(
      output,
      own.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
      axes.reduce((offset, axis) => offset + (input.shape[axis] - 1) * own[axis], 0),
    );
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
