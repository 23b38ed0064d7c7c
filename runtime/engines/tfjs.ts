/**
 * The engine over a backend of TF.js: kernels are called directly, nothing is tracked, no tape and no tidy; the plan says when a value dies.
 */
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import { narrow, openDevice, type Device, type Tensor } from './device.ts';
import type { Buffer, Engine, EngineName, Step } from './engine.ts';
import { legaliseFor } from './legalise.ts';
import { load } from './load.ts';
import { settle } from './webgpu/program.ts';

const own = (buffer: Buffer): Tensor => buffer as Tensor;
const all = (buffers: readonly Buffer[]): readonly Tensor[] => buffers as readonly Tensor[];

const download = async (device: Device, tensor: Tensor): Promise<ArrayValue> => {
  const { shape, dtype } = tensor;
  const data = await device.read(tensor);
  // A backend may hand out its own array, or int32 as bool.
  return { shape, dtype, data: narrow({ shape, dtype, data: device.name === 'cpu' ? data.slice() : data }) };
};

export const engineOver = (device: Device, description: string): Engine => ({
  name: device.name,
  description,
  legalise: (graph) => legaliseFor(device.name, graph),
  load: (plan): Step => {
    const loaded = load(plan, device);
    return {
      run: (inputs) => loaded.run(all(inputs)),
      trace: (inputs, watch) =>
        loaded.trace(all(inputs), async (instruction, values) => {
          await watch(instruction, () => values.map((tensor) => download(device, tensor)));
        }),
      ...(device.name === 'webgpu' && {
        pace: (inputs, watch) => loaded.pace(all(inputs), () => settle(device), watch),
      }),
      dispose: () => loaded.dispose(),
    };
  },
  upload: (value) => device.write(value),
  download: (buffer) => download(device, own(buffer)),
  release: (buffer) => device.free(own(buffer)),
  memory: () => device.count(),
  dispose: () => {},
});

/** undefined where the backend does not start. The backend's package must have been imported. */
export const openTfjs = async (
  name: EngineName,
  description: string,
  registered?: string,
  software?: boolean,
): Promise<Engine | undefined> => {
  const device = await openDevice(name, registered, software);
  return device && engineOver(device, description);
};
