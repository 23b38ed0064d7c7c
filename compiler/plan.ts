/**
 * The plan: a graph in the order in which it runs, with slots for its values and when each is dead. What an engine loads.
 */
import type { Span } from '../grammar/tree.ts';
import type { DType, Operation, Shape } from './ir/operations.ts';

export interface Slot {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly bytes: number;
}

export interface Instruction {
  readonly operation: Operation;
  /** Slots read. */
  readonly inputs: readonly number[];
  /** Slots written: one, except for `scan` (one for each part, -1 where nobody reads it). */
  readonly outputs: readonly number[];
  /** Slots whose last use this is (never inputs or outputs of the plan, never constants). */
  readonly frees: readonly number[];
  /** The plan of a loop's body. */
  readonly body?: Plan;
  readonly span?: Span;
}

export interface Plan {
  readonly slots: readonly Slot[];
  /** Slot of each input, in the graph's order. */
  readonly inputs: readonly { readonly name: string; readonly slot: number }[];
  /** Slot of each output; the same slot may occur twice, and may be an input or a constant. */
  readonly outputs: readonly { readonly name: string; readonly slot: number }[];
  /** Constants: uploaded once, when the plan is loaded. */
  readonly constants: readonly { readonly slot: number; readonly value: import('./ir/operations.ts').ArrayValue }[];
  readonly instructions: readonly Instruction[];
  /** The most bytes alive at once (without inputs and constants), and the sum over all instructions. */
  readonly peakBytes: number;
  readonly totalBytes: number;
}
