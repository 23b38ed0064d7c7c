/**
 * The host's kernel for every operation: exact, on typed arrays, for what a backend lacks or does badly.
 */
import type { Operation } from '../../../compiler/ir/operations.ts';
import { elementwise } from './elementwise.ts';
import { indexing } from './indices.ts';
import type { Computing, HostKernel, HostTable, Spec } from './kernel.ts';
import { products } from './products.ts';
import { rearranging } from './rearrange.ts';
import { reducing } from './sums.ts';

const hostTable: HostTable = { ...elementwise, ...rearranging, ...indexing, ...products, ...reducing };

type ComputingOperation = Extract<Operation, { readonly op: Computing }>;

export const isComputing = (operation: Operation): operation is ComputingOperation =>
  operation.op !== 'input' && operation.op !== 'constant' && operation.op !== 'scan' && operation.op !== 'part';

/** Prepares the host kernel of one instruction. */
export const hostKernel = (operation: Operation, inputs: readonly Spec[], output: Spec): HostKernel => {
  if (!isComputing(operation)) throw new Error(`internal: ${operation.op} is no instruction of the host`);
  const rule = hostTable[operation.op] as (operation: Operation, inputs: readonly Spec[], output: Spec) => HostKernel;
  return rule(operation, inputs, output);
};
