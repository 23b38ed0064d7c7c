/**
 * The engine over onnxruntime: a plan is one model, a step is one run of it on the processor's own code.
 */
import type { ArrayValue } from '../../../compiler/ir/operations.ts';
import type { Engine, Step } from '../engine.ts';
import { narrow } from '../device.ts';
import { legaliseFor } from '../legalise.ts';
import { loadOrt, type Ort } from './binding.ts';
import { openMemory, type Held } from './buffers.ts';
import { drawFirst } from './draws.ts';
import { loadStep } from './step.ts';
import { openTrace } from './trace.ts';

const own = (buffer: object): Held => buffer as Held;

const download = async ({ shape, dtype, data }: Held): Promise<ArrayValue> => ({ shape, dtype, data: data.slice() });

export const engineOver = (ort: Ort, threads = 1): Engine => {
  const memory = openMemory();
  const loading = { ort, threads };
  return {
    name: 'native',
    description: `onnxruntime ${ort.version}, ${threads === 1 ? 'one thread' : `${threads} threads`}`,
    legalise: (graph) => drawFirst(legaliseFor('native', graph)),
    load: (plan): Step => {
      const loaded = loadStep(plan, loading, memory);
      const tracing = openTrace(plan, loading, memory);
      return {
        run: (inputs) => loaded.run(inputs as readonly Held[]),
        trace: (inputs, watch) =>
          tracing.run(inputs as readonly Held[], (instruction, values) =>
            watch(instruction, () => values.map(download)),
          ),
        dispose: () => {
          loaded.dispose();
          tracing.dispose();
        },
      };
    },
    upload: (value) => {
      const buffer = memory.make(value);
      buffer.data.set(narrow(value));
      return buffer;
    },
    download: (buffer) => download(own(buffer)),
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
