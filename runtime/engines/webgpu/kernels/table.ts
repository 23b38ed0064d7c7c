/**
 * Which operations run on WebGPU by kernels written here, because TF.js has none, is wrong in a corner (NaN, ranks, signs) or would
 * need the host. The rest is TF.js's: products, convolutions, reductions of long rows.
 */
import type { Operation } from '../../../../compiler/ir/operations.ts';
import { sizeOf } from '../../../../compiler/ir/shape.ts';
import { isComputing } from '../../host/table.ts';
import type { Prepared, Site } from '../../kernels/rule.ts';
import { mostBuffers, prepareProgram, type Source } from '../program.ts';
import { elementwise } from './elementwise.ts';
import { indexing } from './indexing.ts';
import { moves } from './moves.ts';
import { random } from './random.ts';
import { isReduction, prepareInParts, reductions } from './reductions.ts';
import type { WgslTable } from './rule.ts';

const table: WgslTable = { ...elementwise, ...moves, ...indexing, ...reductions, ...random };

/** undefined: TF.js's kernel is asked. */
export const prepareWgsl = (operation: Operation, site: Site): Prepared | undefined => {
  if (!isComputing(operation)) return undefined;
  const rule = table[operation.op] as
    ((operation: Operation, inputs: Site['inputs'], output: Site['output']) => Source) | undefined;
  const { device, inputs, output } = site;
  if (!rule || inputs.length + 1 > mostBuffers(device)) return undefined;
  if (sizeOf(output.shape) === 0) return () => device.make(output.shape, output.dtype);
  const inParts = isReduction(operation) && prepareInParts(operation, site);
  if (inParts) return inParts;
  const run = prepareProgram(device, { label: operation.op, ...rule(operation, inputs, output) }, inputs, [output]);
  return (tensors) => run(tensors)[0];
};
