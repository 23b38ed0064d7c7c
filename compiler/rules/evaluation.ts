/**
 * What every operation computes, in plain arrays: the meaning against which engines, passes and gradients are tested.
 */
import type { ArrayData, ArrayValue, Operation } from '../ir/operations.ts';
import { sizeOf, type Type } from '../ir/shape.ts';
import { elementwise } from './evaluation/elementwise.ts';
import { products } from './evaluation/products.ts';
import { rearranging } from './evaluation/rearrange.ts';
import { reductions } from './evaluation/reductions.ts';
import { allocate, type Computing, type EvaluationRule, type Precision } from './evaluation/rule.ts';

const rules: { readonly [K in Computing]: EvaluationRule<K> } = {
  constant: ({ value }, _, __, precision) => rounded(value, precision).data,
  ...elementwise,
  ...rearranging,
  ...products,
  ...reductions,
};

/** In the container that the precision asks for; the same arrays where they already are. */
export const rounded = (value: ArrayValue, precision: Precision): ArrayValue => {
  if (value.dtype !== 'float32' || precision === 'float64' || value.data instanceof Float32Array) return value;
  const data = allocate('float32', value.data.length, precision);
  data.set(value.data);
  return { dtype: value.dtype, shape: value.shape, data };
};

/** Does its rule write every number of an array that it is given, and read none of them? */
export const fillsGiven = ({ op }: Operation): boolean => op !== 'stop' && Object.hasOwn(elementwise, op);

/** One operation that is neither an input nor a loop, into `out` if its rule fills what it is given. */
export const evaluateOperation = (
  operation: Operation,
  inputs: readonly ArrayValue[],
  type: Type,
  precision: Precision,
  out?: ArrayData,
): ArrayValue => {
  const { dtype, shape } = type;
  const rule = (rules as { readonly [op: string]: unknown })[operation.op] as
    ((o: Operation, i: readonly ArrayValue[], t: Type, p: Precision, out?: ArrayData) => ArrayData) | undefined;
  if (!rule) throw new Error(`internal: ${operation.op} is not evaluated by itself`);
  const data = rule(operation, inputs, type, precision, out);
  if (data.length !== sizeOf(shape))
    throw new Error(`internal: ${operation.op} made ${data.length} numbers for [${shape.join(',')}]`);
  return { dtype, shape, data };
};
