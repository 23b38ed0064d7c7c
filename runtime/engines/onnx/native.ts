/**
 * The native engine: kernels written in WebAssembly for each plan, and onnxruntime for the large products between them, on one memory.
 * Where WebAssembly has no vectors, a step is one model of onnxruntime instead.
 */
import type { Engine } from '../engine.ts';
import { legaliseFor } from '../legalise.ts';
import { engineOn } from '../wasm/engine.ts';
import { hasSimd, openRelaxedSimd } from '../wasm/features.ts';
import { openMemory } from '../wasm/memory.ts';
import { panelBytes } from '../wasm/product.ts';
import { loadOrt, type Ort } from './binding.ts';
import { engineOver } from './engine.ts';
import { openMultiplier } from './multiplier.ts';

type Failed = { readonly failed: string };

/** What stands in the way is said in words: the package is optional, and has no library for some platforms. */
const findOrt = async (): Promise<Ort | Failed> => {
  try {
    return await loadOrt();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === 'ERR_MODULE_NOT_FOUND') return { failed: 'onnxruntime-node is not installed' };
    return { failed: `onnxruntime-node does not start here: ${message.split('\n')[0]}` };
  }
};

/** One thread: the same bits on every machine of a kind, and no waiting for threads in small products. */
const threads = 1;

export const openNative = async (): Promise<Engine | Failed> => {
  const ort = await findOrt();
  if ('failed' in ort) return ort;
  if (!hasSimd()) return engineOver(ort, threads, 'native');
  const memory = openMemory();
  const view = (address: number, size: number) => memory.view('float32', address, size) as Float32Array;
  const { multiplier, dispose } = openMultiplier(ort, threads, view);
  const target = { memory, panels: memory.take(panelBytes), fused: await openRelaxedSimd(), multiplier };
  return engineOn(target, {
    name: 'native',
    description: `WebAssembly SIMD written for each plan, large products by onnxruntime ${ort.version}, one thread`,
    legalise: (graph) => legaliseFor('native', graph),
    dispose,
  });
};

/** A whole step as one model. */
export const openOnnx = async (): Promise<Engine | Failed> => {
  const ort = await findOrt();
  return 'failed' in ort ? ort : engineOver(ort, threads);
};
