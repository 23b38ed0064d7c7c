/**
 * How each engine is started: its package is loaded when it is asked for, and what stands in the way is said in words.
 */
import type { Engine, EngineName } from './engine.ts';
import { openOracle } from './oracle.ts';
import { openWasm } from './wasm/engine.ts';
import { findAdapter } from './webgpu/adapter.ts';

/** `asked`: by name; a software adapter counts as a graphics card only then. */
export type Starter = (asked: boolean) => Promise<Engine | { readonly failed: string }>;

/** A backend of TF.js, whose package has been imported; TF.js itself is loaded with the first. */
const overTfjs = async (
  name: EngineName,
  what: string,
  registered?: string,
  software?: boolean,
): Promise<Engine | undefined> => {
  const { version_core } = await import('@tensorflow/tfjs-core');
  const { openTfjs } = await import('./tfjs.ts');
  return openTfjs(name, `${what}, TensorFlow.js ${version_core}`, registered, software);
};

/** A package that the user may or may not have installed; bundlers leave it alone. */
const optional = async (name: string): Promise<object | undefined> => {
  try {
    return (await import(/* @vite-ignore */ name)) as object;
  } catch {
    return undefined;
  }
};

const isNode = typeof process !== 'undefined' && Boolean(process.versions?.node);

export const starters: { readonly [K in EngineName]: Starter } = {
  wasm: openWasm,
  'tfjs-wasm': async () => {
    await import('@tensorflow/tfjs-backend-wasm');
    return (
      (await overTfjs('tfjs-wasm', 'WebAssembly SIMD', 'wasm')) ?? {
        failed: 'the WebAssembly backend did not start',
      }
    );
  },
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    return (await overTfjs('cpu', 'plain JavaScript')) ?? { failed: 'the JavaScript backend did not start' };
  },
  webgpu: async (asked) => {
    const adapter = await findAdapter(asked);
    if ('failed' in adapter) return adapter;
    await import('@tensorflow/tfjs-backend-webgpu');
    return (
      (await overTfjs('webgpu', `${adapter.description}, WebGPU`, undefined, adapter.software)) ?? {
        failed: 'the WebGPU backend did not start',
      }
    );
  },
  webgl: async () => {
    if (isNode) return { failed: 'webgl is there in browsers only' };
    if (!(await optional('@tensorflow/tfjs-backend-webgl')))
      return { failed: '@tensorflow/tfjs-backend-webgl is not installed' };
    return (await overTfjs('webgl', 'WebGL')) ?? { failed: 'the WebGL backend did not start' };
  },
  tensorflow: async () => {
    for (const name of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']) {
      if (!isNode || !(await optional(name))) continue;
      const engine = await overTfjs('tensorflow', name, 'tensorflow');
      if (engine) return engine;
    }
    return { failed: 'neither @tensorflow/tfjs-node-gpu nor @tensorflow/tfjs-node is installed' };
  },
  native: async () => {
    if (!isNode) return { failed: 'native is there in Node only' };
    const { openNative } = await import('./onnx/native.ts');
    return openNative();
  },
  onnx: async () => {
    if (!isNode) return { failed: 'onnx is there in Node only' };
    const { openOnnx } = await import('./onnx/native.ts');
    return openOnnx();
  },
  oracle: async () => openOracle(),
};
