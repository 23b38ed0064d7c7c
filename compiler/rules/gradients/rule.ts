/**
 * What a gradient rule is: the cotangent of one input from the cotangent `g` of the result, as nodes. 'none': no number of the
 * result moves with any input, or only by jumps. Rules may give what has the shape of the result; broadcasting is undone by the caller.
 */
import type { Node } from '../../ir/graph.ts';
import type { OperationOf, OpName } from '../../ir/operations.ts';

/** Loops need the whole scan at once: gradients/loops.ts. */
export type Differentiable = Exclude<OpName, 'scan' | 'part'>;

export type Pull<K extends Differentiable> = (
  operation: OperationOf<K>,
  node: Node,
  g: Node,
  /** Which input. */
  k: number,
) => Node | undefined;

export type GradientRule<K extends Differentiable> = 'none' | Pull<K>;
