/**
 * The interface every engine is behind: load a plan once, run it many times, on buffers the engine owns.
 */
import type { Graph } from '../../compiler/ir/graph.ts';
import type { ArrayValue, DType, Shape } from '../../compiler/ir/operations.ts';
import type { Plan } from '../../compiler/plan.ts';

export type EngineName =
  'wasm' | 'tfjs-wasm' | 'cpu' | 'webgpu' | 'webgl' | 'tensorflow' | 'native' | 'onnx' | 'oracle';

/** A tensor in an engine's memory. Only the engine that made it can use it. */
export interface Buffer {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A loaded plan. */
export interface Step {
  /** Reads the inputs (they stay valid) and returns fresh buffers in the order of the plan's outputs; the caller releases them. */
  run(inputs: readonly Buffer[]): Buffer[];
  /** Runs one instruction after the other and hands every result to `watch`; slow, for finding where a NaN arose and for profiles. */
  trace(
    inputs: readonly Buffer[],
    watch: (instruction: Plan['instructions'][number], values: () => Promise<ArrayValue>[]) => Promise<void> | void,
  ): Promise<void>;
  /**
   * There where kernels are handed over and done later, several instructions in one: as `run`, but each kernel is waited for, and `watch`
   * told what it was made of. Before the first one it is told of nothing, twice: in between is what a wait takes.
   */
  pace?(inputs: readonly Buffer[], watch: (made: readonly Plan['instructions'][number][]) => void): Promise<void>;
  /** Frees the constants. */
  dispose(): void;
}

export interface Engine {
  readonly name: EngineName;
  /** For people: device or library and version. */
  readonly description: string;
  /** Rewrites what this engine has no kernel for, or does badly, into what it does well. Graph -> graph, same inputs and outputs. */
  legalise(graph: Graph): Graph;
  load(plan: Plan): Step;
  upload(value: ArrayValue): Buffer;
  download(buffer: Buffer): Promise<ArrayValue>;
  release(buffer: Buffer): void;
  /** Buffers alive and their bytes: flat between steps, or there is a leak. `arena`: what a memory of the engine's own has grown to. */
  memory(): { readonly buffers: number; readonly bytes: number; readonly arena?: number };
  dispose(): void;
}
