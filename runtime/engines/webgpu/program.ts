/**
 * Our own kernels on TF.js's WebGPU backend: a WGSL body for each index, with sizes written in, bound to the buffers of TF.js's
 * tensors and put into its queue, so that both kinds of kernel run in order.
 */
import type { DType } from '../../../compiler/ir/operations.ts';
import { sizeOf } from '../../../compiler/ir/shape.ts';
import type { Device, Tensor } from '../device.ts';
import type { Spec } from '../host/kernel.ts';

/** What the backend has beyond KernelBackend. */
interface WebGpuBackend {
  readonly device: GpuDevice;
  readonly tensorMap: { get(dataId: object): { resource: object } };
  commandEncoder: { beginComputePass(): Pass };
  computePassEncoder: Pass | null;
  dispatchCountInPass: number;
  makeTensorInfo(shape: number[], dtype: DType): Tensor;
  uploadToGPU(dataId: object): void;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}
interface Pass {
  setPipeline(pipeline: Pipeline): void;
  setBindGroup(index: number, group: object): void;
  dispatchWorkgroups(x: number, y: number): void;
}
interface Pipeline {
  getBindGroupLayout(index: number): object;
}
interface GpuDevice {
  readonly queue: { onSubmittedWorkDone(): Promise<void> };
  readonly limits: { readonly maxStorageBuffersPerShaderStage: number };
  createShaderModule(of: { code: string }): object;
  createComputePipeline(of: {
    label: string;
    layout: 'auto';
    compute: { module: object; entryPoint: string };
  }): Pipeline;
  createBindGroup(of: { layout: object; entries: object[] }): object;
}

export interface Source {
  /** Statements over `index`, the inputs `x0`, `x1`, ... and the results `result` (or `result0`, ...), all flat arrays of f32 or i32. */
  readonly body: string;
  /** Functions that the body calls. */
  readonly functions?: string;
  /** What it is called in the tools for graphics cards. */
  readonly label?: string;
  /** How many times the body runs: once for each element of the result unless said otherwise. */
  readonly count?: number;
}

const workgroup = 64;
/** Kernels that are handed to the graphics card at once. */
const batch = 15;

const backendOf = (device: Device): WebGpuBackend => device.backend as unknown as WebGpuBackend;

/** Hands over what is waiting, and waits for the graphics card. */
export const settle = async (device: Device): Promise<void> => {
  const backend = backendOf(device);
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.submitQueue();
  await backend.device.queue.onSubmittedWorkDone();
};

/** Buffers that one kernel may be bound to. */
export const mostBuffers = (device: Device): number => backendOf(device).device.limits.maxStorageBuffersPerShaderStage;

const typeOf = (dtype: DType): string => (dtype === 'float32' ? 'f32' : 'i32');

/** Bits of NaN and infinity are read from variables, since WGSL has no numbers for them and folds none. */
const preamble = `
var<private> nanBits : u32 = 0x7fc00000u;
var<private> infinityBits : u32 = 0x7f800000u;
`;

/** Pipelines by their text, for each backend. */
const pipelines = new WeakMap<object, Map<string, Pipeline>>();

const pipelineOf = ({ device }: WebGpuBackend, code: string, label: string): Pipeline => {
  const known = pipelines.get(device) ?? new Map<string, Pipeline>();
  pipelines.set(device, known);
  const found = known.get(code);
  if (found) return found;
  const module = device.createShaderModule({ code });
  const made = device.createComputePipeline({ label, layout: 'auto', compute: { module, entryPoint: 'main' } });
  known.set(code, made);
  return made;
};

/** Ready to run: texts and shapes are settled. `into`: tensors to write, instead of fresh ones. */
export const prepareProgram = (
  device: Device,
  { body, functions = '', label = 'fused', count }: Source,
  inputs: readonly Spec[],
  outputs: readonly Spec[],
): ((tensors: readonly Tensor[], into?: readonly Tensor[]) => readonly Tensor[]) => {
  const backend = backendOf(device);
  const runs = count ?? sizeOf(outputs[0].shape);
  const groups = Math.ceil(runs / workgroup);
  const across = Math.min(groups, 32768);
  const down = Math.ceil(groups / across);
  const bindings = [
    ...outputs.map(({ dtype }, i) => ({
      access: 'read_write',
      name: outputs.length === 1 ? 'result' : `result${i}`,
      dtype,
    })),
    ...inputs.map(({ dtype }, i) => ({ access: 'read', name: `x${i}`, dtype })),
  ];
  const code = `${bindings
    .map(
      ({ access, name, dtype }, i) =>
        `@group(0) @binding(${i}) var<storage, ${access}> ${name} : array<${typeOf(dtype)}>;`,
    )
    .join('\n')}
${preamble}${functions}
@compute @workgroup_size(${workgroup})
fn main(@builtin(global_invocation_id) id : vec3<u32>) {
  let index = i32(id.x + id.y * ${across * workgroup}u);
  if (index >= ${runs}) { return; }
  ${body}
}`;
  const shapes = outputs.map(({ shape }) => shape as number[]);
  return (tensors, into) => {
    const made = into ?? outputs.map(({ dtype }, i) => backend.makeTensorInfo(shapes[i], dtype));
    const bound = [...made, ...tensors];
    const pipeline = pipelineOf(backend, code, label);
    const entries = bound.map(({ dataId }, binding) => {
      backend.uploadToGPU(dataId);
      return { binding, resource: { buffer: backend.tensorMap.get(dataId).resource } };
    });
    const group = backend.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    backend.ensureCommandEncoderReady();
    const pass = (backend.computePassEncoder ??= backend.commandEncoder.beginComputePass());
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(across, down);
    if (++backend.dispatchCountInPass >= batch) {
      backend.endComputePassEncoder();
      backend.submitQueue();
    }
    return into ?? made.map((tensor) => device.adopt(tensor));
  };
};
