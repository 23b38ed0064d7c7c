/**
 * The engine over onnxruntime: a plan is one model, a step is one run of it on the processor's own code.
 */
import type { ArrayValue } from '../../../compiler/ir/operations.ts';
import type { Engine, Step } from '../engine.ts';
import { narrow } from '../device.ts';
import { legaliseFor } from '../legalise.ts';
import type { Ort } from './binding.ts';
import { openMemory, type Held } from './buffers.ts';
import { drawFirst } from './draws.ts';
import { loadStep } from './step.ts';
import { openTrace } from './trace.ts';

const own = (buffer: object): Held => buffer as Held;

const download = async ({ shape, dtype, data }: Held): Promise<ArrayValue> => ({ shape, dtype, data: data.slice() });

export const engineOver = (ort: Ort, threads: number, name: 'onnx' | 'native' = 'onnx'): Engine => {
  const memory = openMemory();
  const loading = { ort, threads };
  return {
    name,
    description: `onnxruntime ${ort.version}, ${threads === 1 ? 'one thread' : `${threads} threads`}`,
    legalise: (graph) => drawFirst(legaliseFor('onnx', graph)),
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
