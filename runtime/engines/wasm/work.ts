/**
 * What a plan becomes before code is written for it: works that read views and write places. A place is memory of one value: of the
 * step itself, or given from outside (inputs, constants, outputs).
 */
import type { DType, Operation, OperationOf, ReductionOp, Shape, Window } from '../../../compiler/ir/operations.ts';
import type { Plan } from '../../../compiler/plan.ts';
import type { View } from './views.ts';

export interface Place {
  readonly bytes: number;
  /** An input or output has its address in the table of arguments, a constant is where it is. */
  readonly from: 'step' | 'input' | 'constant' | 'output';
  /** Of inputs, constants and outputs: which. */
  readonly index: number;
  /** Of a constant of one number: that number. */
  readonly literal?: number;
}

/** out[i] = f(args[i]) for each i of `shape`; `target` says where it is put. A copy has the operation `stop`. */
export interface Pointwise {
  readonly kind: 'pointwise';
  readonly operation: Operation;
  readonly shape: Shape;
  readonly args: readonly View[];
  readonly target: View;
}

export interface Reduction {
  readonly kind: 'reduction';
  readonly op: ReductionOp;
  readonly axes: readonly number[];
  /** Of what is reduced. */
  readonly shape: Shape;
  readonly args: readonly View[];
  /** Without the axes. */
  readonly target: View;
}

export interface Product {
  readonly kind: 'product';
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly args: readonly View[];
  readonly target: View;
}

/** Convolutions and what they are made of. */
export interface Windowed {
  readonly kind: 'window';
  readonly op: 'unfold' | 'fold' | 'conv' | 'conv_to_input' | 'conv_to_filter';
  readonly window: Window;
  readonly args: readonly View[];
  readonly target: View;
}

export interface Zeros {
  readonly kind: 'zeros';
  readonly args: readonly View[];
  readonly target: View;
}

/** Computed by JavaScript on the same memory. */
export interface Hosted {
  readonly kind: 'host';
  readonly operation: Operation;
  readonly args: readonly View[];
  readonly target: View;
}

export interface Loop {
  readonly kind: 'loop';
  readonly operation: OperationOf<'scan'>;
  readonly body: Plan;
  readonly args: readonly View[];
  /** One for each part, undefined where nobody reads it. */
  readonly targets: readonly (View | undefined)[];
}

export type Work = Pointwise | Reduction | Product | Windowed | Zeros | Hosted | Loop;

export const targetsOf = (work: Work): readonly View[] =>
  work.kind === 'loop' ? work.targets.filter((t) => t !== undefined) : [work.target];

/** An output of a plan: written where the caller says, or the same memory as something else that leaves or stays. */
export type Leaving =
  | { readonly kind: 'written'; readonly dtype: DType; readonly shape: Shape }
  | { readonly kind: 'shared'; readonly place: number; readonly dtype: DType; readonly shape: Shape };

export interface Works {
  readonly places: readonly Place[];
  readonly works: readonly Work[];
  readonly outputs: readonly Leaving[];
}
