/**
 * What a lowering is: an operation on named values -> ONNX nodes, answering with the name of the result. `Lowerings` is total over the
 * operations that an instruction can hold, loops apart.
 */
import type { OperationOf } from '../../../../compiler/ir/operations.ts';
import type { Type } from '../../../../compiler/ir/shape.ts';
import type { Computing } from '../../host/kernel.ts';
import type { Writer } from '../writer.ts';

export interface Operand extends Type {
  readonly name: string;
}

export type Lowering<K extends Computing> = (
  operation: OperationOf<K>,
  inputs: readonly Operand[],
  output: Type,
  writer: Writer,
) => string;

export type Lowerings = { readonly [K in Computing]: Lowering<K> };

/** An operator that means the same. */
export const named =
  (op: string) =>
  (_: unknown, inputs: readonly Operand[], __: Type, w: Writer): string =>
    w.add(
      op,
      inputs.map(({ name }) => name),
    );

/** Through a type that the operator has a kernel for. */
export const viaInt = (w: Writer, name: string): string => w.add('Cast', [name], { to: 6 });
