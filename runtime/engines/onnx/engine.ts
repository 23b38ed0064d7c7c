/**
 * The engine over onnxruntime: a plan is one model, a step is one run of it on the processor's own code.
 */
import type { Engine, Step } from '../engine.ts';
import { narrow } from '../device.ts';
import { legaliseFor } from '../legalise.ts';
import { loadOrt, type Ort } from './binding.ts';
import { openMemory, type Held } from './buffers.ts';
import { loadStep } from './step.ts';

const own = (buffer: object): Held => buffer as Held;

export const engineOver = (ort: Ort, threads = 1): Engine => {
  const memory = openMemory();
  return {
    name: 'native',
    description: `onnxruntime ${ort.version}, ${threads === 1 ? 'one thread' : `${threads} threads`}`,
    legalise: (graph) => legaliseFor('native', graph),
    load: (plan): Step => {
      const loaded = loadStep(plan, ort, memory, threads);
      return {
        run: (inputs) => loaded.run(inputs as readonly Held[]),
        trace: async () => {},
        dispose: () => loaded.dispose(),
      };
    },
    upload: (value) => {
      const buffer = memory.make(value);
      buffer.data.set(narrow(value));
      return buffer;
    },
    download: async (buffer) => {
      const { shape, dtype, data } = own(buffer);
      return { shape, dtype, data: data.slice() };
    },
    release: (buffer) => memory.release(own(buffer)),
    memory: () => memory.count(),
    dispose: () => memory.clear(),
  };
};

/** What stands in the way is said in words: the package is optional, and has no library for some platforms. */
export const openNative = async (): Promise<Engine | { readonly failed: string }> => {
  try {
    return engineOver(await loadOrt());
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === 'ERR_MODULE_NOT_FOUND') return { failed: 'onnxruntime-node is not installed' };
    return { failed: `onnxruntime-node does not start here: ${message.split('\n')[0]}` };
  }
};
