/**
 * What a host kernel is: prepared once from an operation and the shapes around it, then run on typed arrays any number of times.
 * `HostTable` is total over the operations that an instruction can hold (loops are the loader's work).
 */
import type { DType, OperationOf, OpName, Shape } from '../../../compiler/ir/operations.ts';
import type { Data } from './walk.ts';

export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Reads the inputs, writes every element of the output. */
export type HostKernel = (inputs: readonly Data[], output: Data) => void;

/** Operations that compute: sources come from outside, loops are run by the loader. */
export type Computing = Exclude<OpName, 'input' | 'constant' | 'scan' | 'part'>;

export type HostTable = {
  readonly [K in Computing]: (operation: OperationOf<K>, inputs: readonly Spec[], output: Spec) => HostKernel;
};
