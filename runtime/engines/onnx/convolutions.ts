/**
 * Convolutions as products with the patches under the windows: no image is turned round from [n, h, w, c] to [n, c, h, w] and back, and
 * the convolution and the gradient of its filter read the same patches. Graph -> graph; where patches would be large, onnxruntime's own.
 */
import * as ir from '../../../compiler/ir/build.ts';
import type { Node } from '../../../compiler/ir/graph.ts';
import type { Window } from '../../../compiler/ir/operations.ts';
import { outputSize, sizeOf } from '../../../compiler/ir/shape.ts';
import type { Rewrites } from '../rewrite.ts';

/** Numbers in all patches, above which they are not written out. */
const patchLimit = 1 << 24;
/** Channels up to which patches are collected by rows of the image: a pixel is too little to be copied by itself. */
const fewChannels = 4;

const isPlain = ({ kernel, strides, padding }: Window): boolean =>
  [...kernel, ...strides].every((k) => k === 1) && padding.flat().every((k) => k === 0);

const patchSize = ({ shape: [n, h, w, c] }: Node, window: Window): number =>
  n * sizeOf(outputSize(window, [h, w])) * sizeOf(window.kernel) * c;

/** [kh kw c, n oh ow]: one element of all windows a row. */
const patchRows = (x: Node, window: Window): Node => {
  const { kernel, strides, dilations, padding } = window;
  const [n, h, w, c] = x.shape;
  const [oh, ow] = outputSize(window, [h, w]);
  const [before, after] = [0, 1].map((side) => [0, padding[0][side], padding[1][side], 0]);
  const image = ir.pad(x, { before, after }, x.span);
  const rows: Node[] = [];
  for (let u = 0; u < kernel[0]; u++)
    for (let v = 0; v < kernel[1]; v++)
      for (let k = 0; k < c; k++) {
        const begin = [0, u * dilations[0], v * dilations[1], k];
        const one = ir.slice(image, { begin, size: [n, oh, ow, 1], strides: [1, ...strides, 1] }, x.span);
        rows.push(ir.reshape(one, [1, n * oh * ow], x.span));
      }
  return ir.concat(rows, 0, x.span);
};

/** Patches as a matrix, and whether it stands on its side. */
const patches = (x: Node, window: Window): { matrix: Node; turned: boolean } => {
  const c = x.shape[3];
  const width = sizeOf(window.kernel) * c;
  if (isPlain(window)) return { matrix: ir.reshape(x, [sizeOf(x.shape) / c, c], x.span), turned: false };
  if (c <= fewChannels) return { matrix: patchRows(x, window), turned: true };
  const open = ir.unfold(x, window, x.span);
  return { matrix: ir.reshape(open, [sizeOf(open.shape) / width, width], x.span), turned: false };
};

/** patches @ filter */
const conv: Rewrites['conv'] = ({ window }, [x, filter], { shape, span }) => {
  if (patchSize(x, window) > patchLimit) return undefined;
  const { matrix, turned } = patches(x, window);
  const columns = ir.reshape(filter, [sizeOf(filter.shape.slice(0, 3)), filter.shape[3]], span);
  return ir.reshape(ir.matmul(matrix, columns, { transposeA: turned }, span), shape, span);
};

/** patchesᵀ @ g */
const convToFilter: Rewrites['conv_to_filter'] = ({ window }, [x, g], { shape, span }) => {
  if (patchSize(x, window) > patchLimit) return undefined;
  const { matrix, turned } = patches(x, window);
  const rows = ir.reshape(g, [sizeOf(g.shape.slice(0, 3)), g.shape[3]], span);
  return ir.reshape(ir.matmul(matrix, rows, { transposeA: !turned }, span), shape, span);
};

/** Without strides it is the convolution of g with the filter turned round, its channels swapped. */
const asConv: Rewrites['conv_to_input'] = ({ window, size }, [g, filter], { span }) => {
  const { kernel, strides, dilations, padding } = window;
  const around = ([0, 1] as const).map((i): [number, number] => {
    const reach = (kernel[i] - 1) * dilations[i];
    return [reach - padding[i][0], size[i] - g.shape[i + 1] + padding[i][0]];
  });
  if (strides.some((s) => s !== 1) || around.flat().some((n) => n < 0)) return undefined;
  const turned = ir.transpose(ir.reverse(filter, [0, 1], span), [0, 1, 3, 2], span);
  return ir.conv(g, turned, { kernel, strides, dilations, padding: [around[0], around[1]] }, span);
};

const convToInput: Rewrites['conv_to_input'] = (operation, inputs, node) => {
  const same = asConv(operation, inputs, node);
  if (same?.operation.op !== 'conv') return same;
  return conv(same.operation, same.inputs, same) ?? same;
};

export const byPatches: Rewrites = { conv, conv_to_filter: convToFilter, conv_to_input: convToInput };
/** For an engine that keeps the patches of a few images at a time in its cache. */
export const turnedRound: Rewrites = { conv_to_input: asConv };
