/**
 * Elementwise instructions put together for the graphics card: no unit reads what is not yet there or no longer there, nothing is computed
 * twice or left out, and a training step is far fewer kernels, and moves fewer bytes, than one kernel an instruction.
 */
import { describe, expect, it } from 'vitest';
import { workloads } from '../bench/steps.ts';
import { gradients } from '../compiler/differentiate.ts';
import * as b from '../compiler/ir/build.ts';
import type { Graph } from '../compiler/ir/graph.ts';
import { optimise } from '../compiler/passes/index.ts';
import { plan, type Plan } from '../compiler/plan.ts';
import { fusePlan, isGroup, type Unit } from '../runtime/engines/webgpu/fuse.ts';
import { randomGraph } from './engines-programs.ts';

/** What is wrong with the units of a plan. */
const replay = (program: Plan, units: readonly Unit[]): string[] => {
  const wrong: string[] = [];
  const foreign = new Set([...program.inputs, ...program.constants].map(({ slot }) => slot));
  const alive = new Set(foreign);
  units.forEach((unit, i) => {
    for (const slot of unit.inputs)
      if (!alive.has(slot)) wrong.push(`unit ${i} reads slot ${slot}, which is not there`);
    if (isGroup(unit)) {
      const own = new Set(unit.inputs);
      for (const { inputs, outputs } of unit.members) {
        for (const slot of inputs) if (!own.has(slot)) wrong.push(`unit ${i} has no slot ${slot} for a member`);
        own.add(outputs[0]);
      }
    }
    for (const slot of unit.outputs) if (slot >= 0) alive.add(slot);
    for (const slot of unit.frees) {
      if (!alive.delete(slot) || foreign.has(slot)) wrong.push(`unit ${i} frees slot ${slot} wrongly`);
    }
  });
  const kept = new Set(program.outputs.map(({ slot }) => slot));
  for (const slot of kept) if (!alive.has(slot)) wrong.push(`the output in slot ${slot} is not there at the end`);
  for (const slot of alive) if (!kept.has(slot) && !foreign.has(slot)) wrong.push(`slot ${slot} is left behind`);
  // another name for what is written may stand beside the group that knows it too
  const again = units.filter((unit) => !isGroup(unit) && unit.operation.op === 'reshape');
  const members = units.flatMap((unit) => (isGroup(unit) ? unit.members : [unit]));
  const count = new Set(members.map(({ outputs }) => outputs.join())).size;
  if (count !== program.instructions.length || members.length - count > again.length)
    wrong.push(`${members.length} members`);
  return wrong;
};

describe('fusing for the graphics card', () => {
  it('keeps the order of random programs and their gradients, within the buffers of a kernel', () => {
    for (let seed = 1; seed <= 120; seed++) {
      const { graph } = randomGraph(seed, 35);
      const total = graph.outputs.map(({ node }) => b.sum(node)).reduce((s, x) => b.add(s, x));
      const outputs = [total, ...gradients(total, graph.inputs)].map((node, i) => ({ name: `y${i}`, node }));
      const both: Graph = { inputs: graph.inputs, outputs };
      for (const program of [plan(both), plan(optimise(both))]) {
        const units = fusePlan(program, 8);
        expect(replay(program, units), `seed ${seed}`).toEqual([]);
        for (const unit of units)
          if (isGroup(unit)) expect(unit.inputs.length + unit.outputs.length).toBeLessThanOrEqual(8);
      }
    }
  });

  it.each(['mlp', 'vae', 'tiny'] as const)(
    'makes a step of %s less than half of the kernels, and moves fewer bytes',
    (name) => {
      const program = plan(optimise(workloads[name]()));
      const units = fusePlan(program, 8);
      const bytes = (
        list: readonly { readonly inputs: readonly number[]; readonly outputs: readonly number[] }[],
      ): number =>
        list
          .flatMap(({ inputs, outputs }) => [...inputs, ...outputs])
          .reduce((sum, slot) => sum + program.slots[slot].bytes, 0);
      expect(units.length).toBeLessThan(0.5 * program.instructions.length);
      expect(bytes(units)).toBeLessThan(0.7 * bytes(program.instructions));
    },
  );
});
