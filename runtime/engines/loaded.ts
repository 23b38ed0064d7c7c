/** A plan made ready on a device. */
import type { Instruction } from '../../compiler/plan.ts';
import type { Tensor } from './device.ts';

/** Reads slots and fills others. */
export type Action = (slots: Tensor[]) => void;

export interface Loaded {
  /** Fresh tensors in the order of the outputs; the inputs stay the caller's. */
  run(inputs: readonly Tensor[]): Tensor[];
  /** Stops after each instruction. */
  trace(
    inputs: readonly Tensor[],
    watch: (instruction: Instruction, values: readonly Tensor[]) => Promise<void>,
  ): Promise<void>;
  /** Waits after each unit; first of all for nothing. */
  pace(
    inputs: readonly Tensor[],
    settle: () => Promise<void>,
    watch: (made: readonly Instruction[]) => void,
  ): Promise<void>;
  dispose(): void;
}
