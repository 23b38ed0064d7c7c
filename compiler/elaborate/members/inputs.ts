/** The inputs that every graph of a problem may read (see program.ts). */
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';

export const keyInput: Node = ir.input('key', 'int32', [2]);
export const stepInput: Node = ir.input('step', 'float32', []);
export const totalInput: Node = ir.input('total', 'float32', []);

/** In front of a graph's other inputs, so that their places are the same. */
export const commonInputs: readonly Node[] = [keyInput, stepInput, totalInput];
