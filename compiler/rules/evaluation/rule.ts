/**
 * What an evaluation rule is: numbers in, numbers out, in fresh arrays or, of the
 * elementwise ones, in the one that they are given. `float64` keeps float32 values in double precision (exact
 * solvers, finite differences); `float32` rounds each result.
 */
import type { ArrayData, ArrayValue, DType, OperationOf, OpName } from '../../ir/operations.ts';
import type { Type } from '../../ir/shape.ts';

export type Precision = 'float64' | 'float32';

/** Loops are run, and sources read, by the evaluator itself. */
export type Computing = Exclude<OpName, 'input' | 'scan' | 'part'>;

export type EvaluationRule<K extends Computing> = (
  operation: OperationOf<K>,
  inputs: readonly ArrayValue[],
  type: Type,
  precision: Precision,
  out?: ArrayData,
) => ArrayData;

export const allocate = (dtype: DType, size: number, precision: Precision): ArrayData => {
  if (dtype === 'int32') return new Int32Array(size);
  if (dtype === 'bool') return new Uint8Array(size);
  return precision === 'float64' ? new Float64Array(size) : new Float32Array(size);
};
