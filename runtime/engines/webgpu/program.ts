/**
 * Our own kernels on TF.js's WebGPU backend: a WGSL body for each element of the result, with sizes written in. TF.js keeps the
 * pipeline by the text, hands out the buffers and batches the dispatches.
 */
import type { Device, Tensor } from '../device.ts';
import { sizeOf } from '../../../compiler/ir/shape.ts';
import type { Spec } from '../host/kernel.ts';

/** What the backend runs, beyond KernelBackend. */
interface WebGpuBackend {
  runWebGPUProgram(program: object, inputs: readonly object[], dtype: string, uniforms?: object[]): Tensor;
}

export interface Source {
  /** Statements over `index`, the inputs `x0`, `x1`, ... and `result`, all flat arrays of f32 or i32 (also for bool). */
  readonly body: string;
  /** Functions that the body calls. */
  readonly functions?: string;
  /** How many times the body runs: once for each element of the result unless said otherwise. */
  readonly count?: number;
}

/** Buffers of one kernel: what every device has to allow is eight. */
export const mostInputs = 7;

const workgroup = 64;

/** Ready to run: texts and shapes are settled. */
export const prepareProgram = (
  device: Device,
  { body, functions = '', count }: Source,
  inputs: readonly Spec[],
  output: Spec,
): ((tensors: readonly Tensor[]) => Tensor) => {
  const size = sizeOf(output.shape);
  const runs = count ?? size;
  const names = inputs.map((_, i) => `x${i}`);
  const code = `
${functions}
fn main(index : i32) {
  if (index >= uniforms.size${runs === size ? '' : ` || index >= ${runs}`}) { return; }
  ${body}
}`;
  const backend = device.backend as unknown as WebGpuBackend;
  const flat = inputs.map(({ shape }) => [sizeOf(shape)]);
  const groups = Math.ceil(runs / workgroup);
  const across = Math.min(groups, 32768);
  const program = {
    outputShape: [size],
    variableNames: names,
    variableComponents: names.map(() => 1),
    outputComponent: 1,
    size: true, // the uniforms must be read, or their binding is left out
    dispatchLayout: { x: [0] },
    dispatch: [across, Math.ceil(groups / across), 1],
    workgroupSize: [workgroup, 1, 1],
    shaderKey: code,
    getUserCode: () => code,
  };
  const shape = output.shape as number[];
  return (tensors) => {
    const views = tensors.map(({ dataId, dtype }, i) => ({ dataId, dtype, shape: flat[i] }));
    const result = backend.runWebGPUProgram(program, views, output.dtype);
    result.shape = shape;
    return device.adopt(result);
  };
};
