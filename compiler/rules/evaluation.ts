import type { ArrayValue, Operation } from '../ir/operations.ts';
import type { Type } from '../ir/shape.ts';
export type Precision = 'float64' | 'float32';
export const evaluateOperation = (
  _operation: Operation,
  _inputs: readonly ArrayValue[],
  _type: Type,
  _precision: Precision,
): ArrayValue => {
  throw new Error('internal: soon');
};
