/**
 * onnxruntime-node, as far as it is used: the package's public interface is asynchronous, the binding under it is not. A model is loaded
 * once; a run reads and fills the host's own typed arrays, nothing is copied. All that is loosely typed is cast here and nowhere else.
 */
import type { Data } from '../host/walk.ts';
import type { ElementType } from './model.ts';

/** What the binding takes for a tensor. */
export interface OrtTensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly location: 'cpu';
  readonly data: Data;
}
export type Tensors = { readonly [name: string]: OrtTensor };

export interface Session {
  /** Fills the arrays of `outputs`. */
  run(inputs: Tensors, outputs: Tensors): void;
  dispose(): void;
}

export interface Ort {
  readonly version: string;
  load(model: Uint8Array, threads: number): Session;
}

interface NativeSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  run(inputs: object, outputs: object, options: object): object;
  dispose(): void;
}
interface Package {
  readonly binding: { readonly InferenceSession: new () => NativeSession };
  initOrt(): void;
}

/** Of a module that was written for `require`. */
const contents = (module: object): unknown => ('default' in module ? module.default : module);

/** One operator after the other, as a step is one chain of them; errors alone are logged. */
const optionsOf = (threads: number) => ({
  executionProviders: ['cpu'],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
});

/** Throws where the package or its library for this platform is not installed. */
export const loadOrt = async (): Promise<Ort> => {
  const name = 'onnxruntime-node';
  // It reports to its maker, and keeps a number for the machine, unless it is told not to before it is loaded.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  const [native, about] = await Promise.all([
    import(/* @vite-ignore */ `${name}/dist/binding.js`),
    import(/* @vite-ignore */ `${name}/dist/version.js`),
  ]);
  const { binding, initOrt } = contents(native as object) as Package;
  const { version } = contents(about as object) as { version: string };
  initOrt();
  return {
    version,
    load: (model, threads) => {
      const session = new binding.InferenceSession();
      try {
        session.loadModel(model.buffer, model.byteOffset, model.byteLength, optionsOf(threads));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`internal: onnxruntime ${version} does not take this step (\`--engine wasm\` does): ${why}`);
      }
      return {
        run: (inputs, outputs) => void session.run(inputs, outputs, {}),
        dispose: () => session.dispose(),
      };
    },
  };
};
