/**
 * Graph -> what an engine runs: rewritten for the engine, optimised, planned and loaded; once for every graph.
 */
import type { Graph } from '../compiler/ir/graph.ts';
import type { DType, Shape } from '../compiler/ir/operations.ts';
import { optimise } from '../compiler/passes/index.ts';
import { plan as planOf, type Plan } from '../compiler/plan.ts';
import type { Engine, Step } from './engines/engine.ts';

export interface Prepared {
  readonly plan: Plan;
  readonly step: Step;
  /** In the order in which `step` takes and gives them. */
  readonly inputs: readonly { readonly name: string; readonly shape: Shape; readonly dtype: DType }[];
  readonly outputs: readonly string[];
}

export interface Preparer {
  prepare(graph: Graph): Prepared;
  dispose(): void;
}

export const openPreparer = (engine: Engine): Preparer => {
  const known = new Map<Graph, Prepared>();
  return {
    prepare: (graph) => {
      const old = known.get(graph);
      if (old) return old;
      const plan = planOf(optimise(engine.legalise(graph)));
      const prepared: Prepared = {
        plan,
        step: engine.load(plan),
        inputs: plan.inputs.map(({ name, slot }) => ({ name, ...plan.slots[slot] })),
        outputs: plan.outputs.map(({ name }) => name),
      };
      known.set(graph, prepared);
      return prepared;
    },
    dispose: () => {
      for (const { step } of known.values()) step.dispose();
      known.clear();
    },
  };
};
