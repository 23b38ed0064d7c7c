/**
 * What an engine has no kernel for, or does badly, said in operations that it does well. Graph -> graph, same inputs and outputs.
 * Times are of one core of the machine that the project is developed on.
 */
import * as ir from '../../compiler/ir/build.ts';
import { topological, type Graph, type Node } from '../../compiler/ir/graph.ts';
import type { Window } from '../../compiler/ir/operations.ts';
import { sizeOf } from '../../compiler/ir/shape.ts';
import type { EngineName } from './engine.ts';
import { byPatches, turnedRound } from './onnx/convolutions.ts';
import { rewrite, type Rewrites } from './rewrite.ts';

const swapLast = (x: Node): Node => {
  const rank = x.shape.length;
  return ir.transpose(x, [...Array(rank - 2).keys(), rank - 1, rank - 2], x.span);
};

/** A kernel that reads a transposed operand in place takes 14 times as long as transposing first (25 ms to 1.8 ms). */
const transposeFirst: Rewrites['matmul'] = ({ transposeA, transposeB }, [a, b], { span }) => {
  if (!transposeA && !transposeB) return undefined;
  return ir.matmul(transposeA ? swapLast(a) : a, transposeB ? swapLast(b) : b, {}, span);
};

/** The patches as a matrix [n oh ow, kh kw c]; a 1 x 1 window without strides is the image itself. */
const patches = (x: Node, window: Window): Node => {
  const [n, , , c] = x.shape;
  const plain =
    [...window.kernel, ...window.strides].every((k) => k === 1) && window.padding.flat().every((k) => k === 0);
  const open = plain ? x : ir.unfold(x, window, x.span);
  const width = sizeOf(window.kernel) * c;
  return ir.reshape(open, [plain ? sizeOf([n, x.shape[1], x.shape[2]]) : sizeOf(open.shape) / width, width], x.span);
};

/** filter gradient = patchesᵀ g: TF.js has no kernel for it in wasm */
const filterByPatches: Rewrites['conv_to_filter'] = ({ window }, [x, g], { shape, span }) => {
  const k = shape[3];
  const rows = ir.reshape(g, [sizeOf(g.shape) / k, k], span);
  return ir.reshape(ir.matmul(swapLast(patches(x, window)), rows, {}, span), shape, span);
};

/**
 * Without strides: the convolution of g with the filter turned round, its channels swapped (3 ms; the kernel made for it takes 26 ms).
 * With strides: fold (g filterᵀ).
 */
const inputByConv: Rewrites['conv_to_input'] = ({ window, size }, [g, filter], { shape, span }) => {
  const { kernel, strides, dilations, padding } = window;
  const around = [0, 1].map((i): [number, number] => {
    const reach = (kernel[i] - 1) * dilations[i];
    return [reach - padding[i][0], size[i] - g.shape[i + 1] + padding[i][0]];
  });
  if (strides.every((s) => s === 1) && around.flat().every((n) => n >= 0)) {
    const turned = ir.transpose(ir.reverse(filter, [0, 1], span), [0, 1, 3, 2], span);
    return ir.conv(g, turned, { kernel, strides, dilations, padding: [around[0], around[1]] }, span);
  }
  const [kh, kw, c, k] = filter.shape;
  const columns = swapLast(ir.reshape(filter, [kh * kw * c, k], span));
  const opened = ir.matmul(ir.reshape(g, [sizeOf(g.shape) / k, k], span), columns, {}, span);
  const [n, oh, ow] = g.shape;
  return ir.fold_(ir.reshape(opened, [n, oh, ow, kh, kw, c], span), window, [shape[1], shape[2]], span);
};

/** Truths take as much room as numbers there, and relu(x) > 0 where x > 0: where relu(x) is computed anyway, nothing is kept of x. */
const signOfRelu = (graph: Graph): Rewrites => {
  const nodes = topological(graph.outputs.map(({ node }) => node));
  const rectified = new Set(nodes.flatMap(({ operation, inputs }) => (operation.op === 'relu' ? [inputs[0]] : [])));
  const isZero = ({ operation }: Node): boolean =>
    operation.op === 'constant' && operation.value.data.length === 1 && operation.value.data[0] === 0;
  return {
    gt: (_, [x, bound], { inputs: [from], span }) =>
      rectified.has(from) && isZero(bound) ? ir.gt(ir.relu(x, span), bound, span) : undefined,
  };
};

const rules: { readonly [K in EngineName]: Rewrites } = {
  wasm: {},
  'tfjs-wasm': { matmul: transposeFirst, conv_to_filter: filterByPatches, conv_to_input: inputByConv },
  cpu: {},
  webgpu: {},
  webgl: {},
  tensorflow: {},
  native: turnedRound,
  onnx: byPatches,
  oracle: {},
};

export const legaliseFor = (name: EngineName, graph: Graph): Graph =>
  rewrite(graph, name === 'webgpu' ? signOfRelu(graph) : rules[name]);
