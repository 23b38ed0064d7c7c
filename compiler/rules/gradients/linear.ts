/**
 * Linear operations: the cotangent goes through the transpose. Bilinear ones: in each argument linear, and the transposes are the
 * other members of the family (matmul thrice, the three convolutions).
 */
import * as ir from '../../ir/build.ts';
import { inverse, otherAxes, sizeOf } from '../../ir/shape.ts';
import type { Pull } from './rule.ts';

const slice: Pull<'slice'> = ({ begin, size, strides }, { inputs: [x] }, g) => {
  const covered = size.map((n, i) => (n === 0 ? 0 : (n - 1) * strides[i] + 1));
  return ir.pad(g, {
    before: begin,
    after: x.shape.map((n, i) => n - begin[i] - covered[i]),
    interior: strides.map((s) => s - 1),
  });
};

const pad: Pull<'pad'> = ({ before, interior }, { inputs: [x] }, g) =>
  ir.slice(g, { begin: before, size: x.shape, strides: interior.map((n) => n + 1) });

const concat: Pull<'concat'> = ({ axis }, { inputs }, g, k) => {
  const begin = inputs.slice(0, k).reduce((sum, x) => sum + x.shape[axis], 0);
  return ir.sliceAxis(g, axis, begin, inputs[k].shape[axis]);
};

/** C = A' B' with A' = A or Aᵀ: dA' = g B'ᵀ and dB' = A'ᵀ g, written so that no transpose is left over. */
const matmul: Pull<'matmul'> = ({ transposeA, transposeB }, { inputs: [a, b] }, g, k) => {
  if (k === 0)
    return transposeA
      ? ir.matmul(b, g, { transposeA: transposeB, transposeB: true }) // dA = B' gᵀ
      : ir.matmul(g, b, { transposeB: !transposeB });
  return transposeB
    ? ir.matmul(g, a, { transposeA: true, transposeB: transposeA }) // dB = gᵀ A'
    : ir.matmul(a, g, { transposeA: !transposeA });
};

const heightAndWidth = ({ shape }: { readonly shape: readonly number[] }): [number, number] => [shape[1], shape[2]];

/** ⟨conv(x, f), g⟩ is linear in x, f and g; each of the three operations is its derivative in one of them. */
const conv: Pull<'conv'> = ({ window }, { inputs: [x, filter] }, g, k) =>
  k === 0 ? ir.convToInput(g, filter, window, heightAndWidth(x)) : ir.convToFilter(x, g, window);
const convToInput: Pull<'conv_to_input'> = ({ window }, { inputs: [g, filter] }, x, k) =>
  k === 0 ? ir.conv(x, filter, window) : ir.convToFilter(x, g, window);
const convToFilter: Pull<'conv_to_filter'> = ({ window }, { inputs: [x, g] }, filter, k) =>
  k === 0 ? ir.convToInput(g, filter, window, heightAndWidth(x)) : ir.conv(x, filter, window);

const sum: Pull<'sum'> = ({ axes }, { inputs: [x] }, g) => ir.broadcastTo(ir.restoreAxes(g, x.shape, axes), x.shape);

/** The factor of each number in a product over `axes`: the product of all others, from products before and after it. */
const prod: Pull<'prod'> = ({ axes }, { inputs: [x] }, g) => {
  const kept = otherAxes(x.shape.length, axes);
  const permutation = [...kept, ...axes];
  const n = sizeOf(axes.map((i) => x.shape[i]));
  const moved = ir.transpose(x, permutation);
  const flat = ir.reshape(moved, [sizeOf(kept.map((i) => x.shape[i])), n]);
  const others = ir.mul(productsBefore(flat), ir.reverse(productsBefore(ir.reverse(flat, [1])), [1]));
  const back = ir.transpose(ir.reshape(others, moved.shape), inverse(permutation));
  return ir.mul(ir.restoreAxes(g, x.shape, axes), back);
};

/** [m, n] -> the product of everything to the left, in log n doublings: right also where there are zeros. */
const productsBefore = (x: ReturnType<typeof ir.add>): ReturnType<typeof ir.add> => {
  const [m, n] = x.shape;
  const shifted = (a: ReturnType<typeof ir.add>, by: number) =>
    ir.concat([ir.full(1, [m, Math.min(by, n)]), ir.sliceAxis(a, 1, 0, Math.max(0, n - by))], 1);
  let products = shifted(x, 1);
  for (let reach = 1; reach < n; reach *= 2) products = ir.mul(products, shifted(products, reach));
  return products;
};

/** To where the extreme is; equals share. */
const extreme: Pull<'max_over' | 'min_over'> = ({ axes }, node, g) => {
  const [x] = node.inputs;
  const hit = ir.cast(ir.eq(x, ir.restoreAxes(node, x.shape, axes)), 'float32');
  const weight = ir.div(hit, ir.sum(hit, axes, true));
  return ir.mul(ir.restoreAxes(g, x.shape, axes), weight);
};

export const linearGradients = {
  reshape: ((_, { inputs: [x] }, g) => ir.reshape(g, x.shape)) as Pull<'reshape'>,
  transpose: (({ permutation }, _, g) => ir.transpose(g, inverse(permutation))) as Pull<'transpose'>,
  broadcast: ((_, { inputs: [x] }, g) => ir.unbroadcast(g, x.shape)) as Pull<'broadcast'>,
  slice,
  pad,
  concat,
  reverse: (({ axes }, _, g) => ir.reverse(g, axes)) as Pull<'reverse'>,
  cumsum: (({ axis, exclusive, reverse }, _, g) =>
    ir.cumsum(g, axis, { exclusive, reverse: !reverse })) as Pull<'cumsum'>,
  gather: ((_, { inputs: [x, index] }, g, k) =>
    k === 0 ? ir.scatterAdd(g, index, x.shape[0]) : undefined) as Pull<'gather'>,
  scatter_add: ((_, { inputs: [, index] }, g, k) => (k === 0 ? ir.gather(g, index) : undefined)) as Pull<'scatter_add'>,
  unfold: (({ window }, { inputs: [x] }, g) => ir.fold_(g, window, heightAndWidth(x))) as Pull<'unfold'>,
  fold: (({ window }, _, g) => ir.unfold(g, window)) as Pull<'fold'>,
  matmul,
  conv,
  conv_to_input: convToInput,
  conv_to_filter: convToFilter,
  sum,
  prod,
  max_over: extreme as Pull<'max_over'>,
  min_over: extreme as Pull<'min_over'>,
};
