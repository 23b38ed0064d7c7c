/**
 * A TF.js backend as the engines see it: tensors that nothing tracks, kernels by name, and the host's view of memory where there is one.
 * All that is loosely typed in TF.js is cast here and nowhere else. A tensor is freed by hand; tensors that share data count references.
 */
import { env, findBackend, getKernel, setBackend, type KernelBackend } from '@tensorflow/tfjs-core';
import type { ArrayValue, DType, Shape } from '../../compiler/ir/operations.ts';
import type { Buffer, EngineName } from './engine.ts';
import { sizeOf } from '../../compiler/ir/shape.ts';
import { type Data } from './host/walk.ts';
import { freeAtOnce } from './webgpu/memory.ts';

/** What TF.js calls TensorInfo. */
export interface Tensor extends Buffer {
  readonly dataId: object;
  shape: number[];
  readonly dtype: DType;
}

export type Kernel = (args: { inputs: object; attrs: object; backend: KernelBackend }) => Tensor;

export interface Device {
  readonly name: EngineName;
  readonly backend: KernelBackend;
  /** Whether `view` sees the tensors' memory itself. */
  readonly shared: boolean;
  /** A processor plays the graphics card: kernels whose threads wait for each other are slow. */
  readonly software: boolean;
  /** The kernel of that name; undefined where the backend has none. */
  kernel(name: string): Kernel | undefined;
  /** With arbitrary contents. */
  make(shape: Shape, dtype: DType): Tensor;
  write(value: ArrayValue): Tensor;
  /** The memory itself (`shared`; valid until the next tensor is made) or else a copy. */
  view(tensor: Tensor): Data;
  read(tensor: Tensor): Promise<Data>;
  /** Another tensor over the same data. */
  alias(tensor: Tensor, shape: Shape): Tensor;
  /** Counts a tensor that a kernel has made. */
  adopt(tensor: Tensor): Tensor;
  free(tensor: Tensor): void;
  count(): { buffers: number; bytes: number };
}

export const arrayOf = (dtype: DType, size: number): Data =>
  dtype === 'float32' ? new Float32Array(size) : dtype === 'int32' ? new Int32Array(size) : new Uint8Array(size);

/** The data in the array type of its dtype: the oracle computes in float64. */
export const narrow = (value: ArrayValue): Data => {
  const { data, dtype } = value;
  if (dtype === 'float32') return data instanceof Float32Array ? data : new Float32Array(data);
  if (dtype === 'int32') return data instanceof Int32Array ? data : new Int32Array(data);
  return data instanceof Uint8Array ? data : new Uint8Array(data);
};

const bytesOf = (tensor: Tensor): number => sizeOf(tensor.shape) * (tensor.dtype === 'bool' ? 1 : 4);

/** What the wasm, cpu and other backends have beyond KernelBackend. */
interface Loose {
  makeOutput(shape: number[], dtype: DType): Tensor;
  typedArrayFromHeap(tensor: Tensor): Data;
  makeTensorInfo(shape: number[], dtype: DType, values?: Data): Tensor;
  data: { get(dataId: object): { values?: Data } };
  incRef(dataId: object): void;
  write(values: Data, shape: number[], dtype: DType): object;
  readSync(dataId: object): Data;
  read(dataId: object): Promise<Data>;
}

/** How a backend makes and shows memory. */
const memoryOf = (name: EngineName, backend: Loose): Pick<Device, 'shared' | 'make' | 'view'> => {
  if (name === 'tfjs-wasm') {
    return {
      shared: true,
      make: (shape, dtype) => backend.makeOutput(shape as number[], dtype),
      view: (tensor) => backend.typedArrayFromHeap(tensor),
    };
  }
  const make = (shape: Shape, dtype: DType): Tensor => ({
    dataId: backend.write(arrayOf(dtype, sizeOf(shape)), shape as number[], dtype),
    shape: shape as number[],
    dtype,
  });
  if (name === 'cpu') return { shared: true, make, view: (tensor) => backend.data.get(tensor.dataId).values! };
  return { shared: false, make, view: (tensor) => backend.readSync(tensor.dataId) };
};

/** Over a backend that is registered under that name; undefined where it does not start. */
export const openDevice = async (
  name: EngineName,
  registered: string = name,
  software = false,
): Promise<Device | undefined> => {
  env().set('PROD', true);
  if (!(await setBackend(registered).catch(() => false))) return undefined;
  const backend = findBackend(registered) as KernelBackend;
  if (name === 'webgpu') freeAtOnce(backend);
  const loose = backend as unknown as Loose;
  const memory = memoryOf(name, loose);
  let buffers = 0;
  let bytes = 0;
  const adopt = (tensor: Tensor): Tensor => {
    buffers++;
    bytes += bytesOf(tensor);
    return tensor;
  };
  return {
    ...memory,
    name,
    backend,
    software,
    adopt,
    kernel: (kernel) => getKernel(kernel, registered)?.kernelFunc as unknown as Kernel | undefined,
    make: (shape, dtype) => adopt(memory.make(shape, dtype)),
    write: (value) => {
      const shape = [...value.shape];
      const own = name === 'cpu' && value.data === narrow(value) ? narrow(value).slice() : narrow(value);
      return adopt({ dataId: loose.write(own, shape, value.dtype), shape, dtype: value.dtype });
    },
    read: (tensor) => loose.read(tensor.dataId),
    alias: (tensor, shape) => {
      loose.incRef(tensor.dataId);
      return { dataId: tensor.dataId, shape: shape as number[], dtype: tensor.dtype };
    },
    free: (tensor) => {
      if (!backend.disposeData(tensor.dataId)) return;
      buffers--;
      bytes -= bytesOf(tensor);
    },
    count: () => ({ buffers, bytes }),
  };
};
