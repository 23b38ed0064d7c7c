/**
 * Products, convolutions and reductions by TF.js kernels.
 */
import type { Window } from '../../../compiler/ir/operations.ts';
import { sizeOf } from '../../../compiler/ir/shape.ts';
import { call, type KernelTable, type Prepared, type Site } from './rule.ts';

const one = ['x'];

const convAttrs = ({ strides, dilations, padding }: Window) => ({
  strides,
  dilations,
  dataFormat: 'NHWC',
  pad: [[0, 0], padding[0], padding[1], [0, 0]],
  dimRoundingMode: 'floor',
});

const isDense = ({ dilations }: Window): boolean => dilations[0] === 1 && dilations[1] === 1;

/** Kernels repeat the whole of one side only: each side has the output's batches, or one. */
const batchesAgree = ({ inputs, output }: Site): boolean => {
  const batches = sizeOf(output.shape.slice(0, -2));
  return inputs.every(({ shape }) => [1, batches].includes(sizeOf(shape.slice(0, -2))));
};

/** The shape under which each right-hand side was first multiplied with. */
const packedAs = new WeakMap<object, string>();

/** TF.js's WebAssembly keeps what it packed of b under b's data alone: the same data under another shape has to be other data. */
const withOwnData = (run: Prepared | undefined, { device, inputs }: Site): Prepared | undefined => {
  if (!run || device.name !== 'tfjs-wasm') return run;
  const { shape, dtype } = inputs[1];
  const key = shape.join();
  return ([a, b]) => {
    const known = packedAs.get(b.dataId);
    if (known === undefined) packedAs.set(b.dataId, key);
    if (known === undefined || known === key) return run([a, b]);
    const copy = device.make(shape, dtype);
    device.view(copy).set(device.view(b));
    const result = run([a, copy]);
    device.free(copy);
    return result;
  };
};

export const summing = {
  matmul: ({ transposeA, transposeB }, site) =>
    batchesAgree(site)
      ? withOwnData(call(site, 'BatchMatMul', ['a', 'b'], { transposeA, transposeB }), site)
      : undefined,
  conv: ({ window }, site) => call(site, 'Conv2D', ['x', 'filter'], convAttrs(window)),
  conv_to_input: ({ window }, site) =>
    isDense(window)
      ? call(site, 'Conv2DBackpropInput', ['dy', 'filter'], { ...convAttrs(window), inputShape: site.output.shape })
      : undefined,
  conv_to_filter: ({ window }, site) =>
    isDense(window)
      ? call(site, 'Conv2DBackpropFilter', ['x', 'dy'], { ...convAttrs(window), filterShape: site.output.shape })
      : undefined,
  sum: ({ axes, keep }, site) => call(site, 'Sum', one, { axis: axes, keepDims: keep }),
  prod: ({ axes, keep }, site) => call(site, 'Prod', one, { axis: axes, keepDims: keep }),
  max_over: ({ axes, keep }, site) => call(site, 'Max', one, { reductionIndices: axes, keepDims: keep }),
  min_over: ({ axes, keep }, site) => call(site, 'Min', one, { axis: axes, keepDims: keep }),
  argmax: ({ axis }, site) => call(site, 'ArgMax', one, { axis }),
  argmin: ({ axis }, site) => call(site, 'ArgMin', one, { axis }),
} satisfies Partial<KernelTable>;
