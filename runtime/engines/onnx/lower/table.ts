/**
 * The one table: every operation that an instruction can hold as nodes of ONNX.
 */
import type { Operation } from '../../../../compiler/ir/operations.ts';
import { sizeOf, type Type } from '../../../../compiler/ir/shape.ts';
import type { Computing } from '../../host/kernel.ts';
import type { Writer } from '../writer.ts';
import { elementwise } from './elementwise.ts';
import { products } from './products.ts';
import { draws } from './random.ts';
import { rearranging } from './rearrange.ts';
import { reductions } from './reductions.ts';
import type { Lowerings, Operand } from './rule.ts';

const table: Lowerings = { ...elementwise, ...rearranging, ...products, ...reductions, ...draws };

/** The name of what it computes, which may be that of an input. */
export const lower = (
  operation: Extract<Operation, { readonly op: Computing }>,
  inputs: readonly Operand[],
  output: Type,
  writer: Writer,
): string => {
  // operators differ in what they do with nothing
  if (sizeOf(output.shape) === 0) return writer.tensor(output.dtype, output.shape, []);
  const filled = operation.op === 'concat' ? inputs.filter(({ shape }) => sizeOf(shape) > 0) : inputs;
  if (filled.some(({ shape }) => sizeOf(shape) === 0)) return overNothing(operation, output, writer);
  const rule = table[operation.op] as (o: object, i: readonly Operand[], t: Type, w: Writer) => string;
  return rule(operation, filled, output, writer);
};

/** Reductions, products and paddings of empty arrays give the neutral number everywhere. */
const overNothing = ({ op }: Operation, { dtype, shape }: Type, w: Writer): string => {
  const neutral = op === 'prod' ? 1 : op === 'max_over' ? -Infinity : op === 'min_over' ? Infinity : 0;
  return w.add('Expand', [
    w.number(dtype === 'float32' || Number.isFinite(neutral) ? neutral : 0, dtype),
    w.list(shape),
  ]);
};
