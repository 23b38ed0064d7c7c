/**
 * The kernel of every operation, and which of them each backend leaves to the host although it has a kernel: measured in
 * `bench/` or wrong in a corner (NaN, ties, ranks), see the reasons.
 */
import { binaryOps, comparisonOps, reductionOps, unaryOps, type Operation } from '../../../compiler/ir/operations.ts';
import { arrayOf } from '../device.ts';
import type { EngineName } from '../engine.ts';
import { hostKernel, isComputing } from '../host/table.ts';
import type { Computing } from '../host/kernel.ts';
import { sizeOf } from '../../../compiler/ir/shape.ts';
import { type Data } from '../host/walk.ts';
import { alongRows, isReduction } from '../webgpu/kernels/reductions.ts';
import { prepareWgsl } from '../webgpu/kernels/table.ts';
import { elementwise } from './elementwise.ts';
import { rearranging } from './rearrange.ts';
import type { KernelTable, Prepared, Site } from './rule.ts';
import { summing } from './sums.ts';

const kernelTable: KernelTable = { ...elementwise, ...rearranging, ...summing };

/** What these backends run by the kernels of TF.js. Everything else is the host's, on the same memory. */
const fast: { readonly [K in EngineName]?: ReadonlySet<Computing> } = {
  'tfjs-wasm': new Set<Computing>([
    ...unaryOps,
    ...binaryOps,
    ...comparisonOps,
    ...reductionOps,
    ...(['not', 'and', 'or', 'select', 'cast', 'stop'] as const),
    ...(['reshape', 'transpose', 'pad', 'matmul', 'conv'] as const),
  ]),
  cpu: new Set<Computing>(['stop', 'reshape']),
};

/** The host's kernel on an engine's tensors: on its memory where the host sees it, else by way of copies. */
const byHost = (operation: Operation, { device, inputs, output }: Site): Prepared => {
  const kernel = hostKernel(operation, inputs, output);
  const views: Data[] = inputs.map(() => arrayOf('float32', 0));
  if (!device.shared) {
    return (tensors) => {
      const data = arrayOf(output.dtype, sizeOf(output.shape));
      kernel(tensors.map(device.view), data);
      return device.write({ ...output, data });
    };
  }
  return (tensors) => {
    const result = device.make(output.shape, output.dtype);
    for (let i = 0; i < tensors.length; i++) views[i] = device.view(tensors[i]);
    kernel(views, device.view(result));
    return result;
  };
};

/** Where TF.js's WebGPU kernels are right and fast. */
const onTfjs = (operation: Operation, { inputs, output, device }: Site): boolean => {
  if (device.software) return false;
  const { op } = operation;
  const batches = sizeOf(output.shape.slice(0, -2));
  if (op === 'matmul') return inputs.every(({ shape }) => [1, batches].includes(sizeOf(shape.slice(0, -2))));
  return output.dtype === 'float32' && isReduction(operation) && alongRows(operation, inputs[0]);
};

export const prepare = (operation: Operation, site: Site): Prepared => {
  if (!isComputing(operation)) throw new Error(`internal: ${operation.op} is no instruction of a kernel`);
  const chosen = fast[site.device.name];
  if (chosen && !chosen.has(operation.op)) return byHost(operation, site);
  if (site.device.name === 'webgpu' && !onTfjs(operation, site)) {
    const own = prepareWgsl(operation, site);
    if (own) return own;
  }
  const rule = kernelTable[operation.op] as (operation: Operation, site: Site) => Prepared | undefined;
  return rule(operation, site) ?? byHost(operation, site);
};
