/**
 * What a WGSL kernel is written from, and what two families share: the element type of an array, and a bound on the arrays of one kernel.
 */
import type { DType, OperationOf } from '../../../../compiler/ir/operations.ts';
import type { Computing, Spec } from '../../host/kernel.ts';
import type { Source } from '../program.ts';

export type WgslRule<K extends Computing> = (
  operation: OperationOf<K>,
  inputs: readonly Spec[],
  output: Spec,
) => Source;
export type WgslTable = { readonly [K in Computing]?: WgslRule<K> };

export const elementType = (dtype: DType): 'f32' | 'i32' => (dtype === 'float32' ? 'f32' : 'i32');
