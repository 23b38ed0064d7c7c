/**
 * Operations that move numbers, and those led by indices, by TF.js kernels.
 */
import { alias, call, onHost, type KernelTable, type Prepared, type Site } from './rule.ts';

const one = ['x'];
const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

/** Nothing moves if the axes that are longer than one keep their order. */
const keepsOrder = (permutation: readonly number[], shape: readonly number[]): boolean => {
  const long = permutation.filter((axis) => shape[axis] > 1);
  return long.every((axis, i) => i === 0 || long[i - 1] < axis);
};

const concat = (axis: number, site: Site): Prepared | undefined => {
  const { device, output } = site;
  const kernel = device.kernel('Concat');
  if (!kernel || site.inputs.length < 2) return undefined;
  const attrs = { axis };
  return (inputs) => {
    const result = kernel({ inputs, attrs, backend: device.backend });
    result.shape = output.shape as number[];
    return device.adopt(result);
  };
};

export const rearranging = {
  reshape: alias,
  transpose: ({ permutation }, site) =>
    keepsOrder(permutation, site.inputs[0].shape)
      ? alias(undefined, site)
      : call(site, 'Transpose', one, { perm: permutation }),
  broadcast: (_, site) => {
    const input = site.inputs[0].shape;
    const { shape } = site.output;
    if (
      same(
        input.filter((n) => n !== 1),
        shape.filter((n) => n !== 1),
      )
    )
      return alias(undefined, site);
    // Tile wants the full rank; what a reshape would add in front is 1.
    if (input.length !== shape.length) return undefined;
    return call(site, 'Tile', one, { reps: shape.map((n, axis) => (input[axis] === n ? 1 : n)) });
  },
  slice: ({ begin, size, strides }, site) => {
    if (same(size, site.inputs[0].shape)) return alias(undefined, site);
    return strides.every((stride, axis) => stride === 1 || size[axis] <= 1)
      ? call(site, 'Slice', one, { begin, size })
      : undefined;
  },
  pad: ({ before, after, interior }, site) =>
    interior.some((n) => n !== 0)
      ? undefined
      : call(site, 'PadV2', one, { paddings: before.map((n, axis) => [n, after[axis]]), constantValue: 0 }),
  concat: ({ axis }, site) => concat(axis, site),
  reverse: ({ axes }, site) => call(site, 'Reverse', one, { dims: axes }),
  cumsum: ({ axis, exclusive, reverse }, site) => call(site, 'Cumsum', one, { axis, exclusive, reverse }),
  gather: (_, site) => call(site, 'GatherV2', ['x', 'indices'], { axis: 0, batchDims: 0 }),
  scatter_add: ({ size }, site) =>
    site.inputs[1].shape.length === 1
      ? call(site, 'UnsortedSegmentSum', ['x', 'segmentIds'], { numSegments: size })
      : undefined,
  one_hot: ({ depth }, site) => call(site, 'OneHot', ['indices'], { depth, onValue: 1, offValue: 0, dtype: 'float32' }),
  unfold: onHost,
  fold: onHost,
  argsort: onHost,
  random: onHost,
  derive_key: onHost,
} satisfies Partial<KernelTable>;
