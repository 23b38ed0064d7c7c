/**
 * Products. Matrices are read transposed in place. Convolutions run over [n, c, h, w], so images are turned round and back; where two
 * follow each other onnxruntime takes the turns between them out.
 */
import type { Window } from '../../../../compiler/ir/operations.ts';
import type { Writer } from '../writer.ts';
import { transposed } from './rearrange.ts';
import type { Lowering } from './rule.ts';

const matmul: Lowering<'matmul'> = ({ transposeA, transposeB }, [a, b], _, w) => {
  const names = [a.name, b.name];
  const [transA, transB] = [Number(transposeA), Number(transposeB)];
  if (a.shape.length === 2 && b.shape.length === 2) return w.add('Gemm', names, { transA, transB });
  return transposeA || transposeB ? w.add('FusedMatMul', names, { transA, transB }) : w.add('MatMul', names);
};

const toPlanes = (w: Writer, name: string): string => transposed(w, name, [0, 3, 1, 2]);
const toPixels = (w: Writer, name: string): string => transposed(w, name, [0, 2, 3, 1]);
/** [kh, kw, c, k] -> [k, c, kh, kw] */
const toFilters = (w: Writer, name: string): string => transposed(w, name, [3, 2, 0, 1]);

const attributes = ({ kernel, strides, dilations, padding }: Window) => ({
  kernel_shape: kernel,
  strides,
  dilations,
  pads: [padding[0][0], padding[1][0], padding[0][1], padding[1][1]],
});

const conv: Lowering<'conv'> = ({ window }, [x, filter], _, w) =>
  toPixels(w, w.add('Conv', [toPlanes(w, x.name), toFilters(w, filter.name)], attributes(window)));

/** What ConvTranspose computes; rows and columns that no window reached are added by `output_padding`. */
const convToInput: Lowering<'conv_to_input'> = ({ window, size }, [g, filter], _, w) => {
  const { kernel, strides, dilations, padding } = window;
  const missing = [0, 1].map((i) => {
    const reached = (g.shape[i + 1] - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1;
    return size[i] + padding[i][0] + padding[i][1] - reached;
  });
  // more than a stride would be refused, so the rest goes into the padding taken away
  const pads = [padding[0][0], padding[1][0], padding[0][1] - missing[0], padding[1][1] - missing[1]];
  const inner = pads.every((n) => n >= 0);
  const planes = [toPlanes(w, g.name), toFilters(w, filter.name)];
  if (inner) return toPixels(w, w.add('ConvTranspose', planes, { ...attributes(window), pads }));
  const whole = w.add('ConvTranspose', planes, { ...attributes(window), pads: [0, 0, 0, 0] });
  const cut = [0, 0, -pads[0], -pads[1], 0, 0, -pads[2], -pads[3]];
  return toPixels(w, w.add('Pad', [whole, w.list(cut)]));
};

/**
 * The convolution of x with g as filter, samples as channels and channels as samples: strides become dilations.
 * What lies beyond the last window is not read.
 */
const convToFilter: Lowering<'conv_to_filter'> = ({ window }, [x, g], _, w) => {
  const { kernel, strides, dilations, padding } = window;
  const after = [0, 1].map((i) => {
    const read = (g.shape[i + 1] - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1;
    return read - padding[i][0] - x.shape[i + 1];
  });
  const image = transposed(w, x.name, [3, 0, 1, 2]);
  const before = [padding[0][0], padding[1][0]];
  const cut = after.some((n) => n < 0);
  const pads = cut ? [0, 0, 0, 0] : [...before, ...after];
  const seen = cut ? w.add('Pad', [image, w.list([0, 0, ...before, 0, 0, ...after])]) : image;
  const slopes = transposed(w, g.name, [3, 0, 1, 2]);
  const result = w.add('Conv', [seen, slopes], {
    kernel_shape: g.shape.slice(1, 3),
    strides: dilations,
    dilations: strides,
    pads,
  });
  // [c, k, kh, kw] -> [kh, kw, c, k]
  return transposed(w, result, [2, 3, 0, 1]);
};

export const products = { matmul, conv, conv_to_input: convToInput, conv_to_filter: convToFilter };
