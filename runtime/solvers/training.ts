/**
 * What a solver is given by the session, and what it answers.
 */
import type { Graph } from '../../compiler/ir/graph.ts';
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import type { Carried } from '../checkpoint.ts';
import type { Culprit, Event, Trained } from '../events.ts';
import type { Sources } from '../feeds.ts';
import type { Prepared } from '../prepare.ts';
import type { Key } from '../random.ts';

export interface Training {
  readonly where: Trained;
  readonly sources: Sources;
  prepare(graph: Graph): Prepared;
  /** Of what is drawn in the steps, and of the orders of rows. */
  readonly keys: { readonly draws: Key; readonly orders: Key };
  /** Steps (iterations) already done, and what the solver carried then: 0 and nothing unless a checkpoint goes on. */
  readonly begin: number;
  readonly carried: Carried;
  emit(event: Event): void;
  /** Whoever watches is shown the gradients when it is due, and where the training ends or stops. */
  readonly watch?: { due(): boolean; show(gradients: ReadonlyMap<string, ArrayValue>): void };
  /** After every step, `step` counting it: progress and pictures, where they are due. */
  after(step: number): Promise<void>;
  /** Lets others run; saves a checkpoint where one is due. True: stop was asked for. */
  pause(step: number, carried: () => Promise<Carried>): Promise<boolean>;
}

export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'interrupted'; readonly step: number; readonly carried: Carried }
  /** The variables are those after `step` steps, the last that were all finite. */
  | {
      readonly kind: 'non-finite';
      readonly step: number;
      readonly what: string;
      readonly culprit?: Culprit;
      readonly carried: Carried;
    }
  | { readonly kind: 'no solution'; readonly message: string };

export const nothing: Carried = { numbers: {}, tensors: new Map() };
