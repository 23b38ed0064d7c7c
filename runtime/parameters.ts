/** The trained parameters as people and other programs read them: in their spaces, by name. */
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { Program } from '../compiler/program.ts';
import { valuesOf } from './measure.ts';
import type { ParameterRow } from './report/parameters.ts';
import { writeSafetensors } from './safetensors.ts';

/** `f.dense.W`. A name that occurs twice (stages may use the same) is told apart by its stage. */
export const parametersOf = (program: Program, variables: ReadonlyMap<string, ArrayValue>): ParameterRow[] => {
  const used = new Set<string>();
  return [...valuesOf(program, variables)].flatMap(([id, value]) => {
    const variable = program.variables.get(id);
    if (!variable) return [];
    const stage = program.stages.find((s) => s.variables.includes(id));
    const name = used.has(variable.name) ? `${stage?.name ?? id}.${variable.name}` : variable.name;
    used.add(name);
    return [{ name, space: variable.space, value }];
  });
};

export const parametersFile = (parameters: readonly ParameterRow[]): Uint8Array =>
  writeSafetensors(new Map(parameters.map((p) => [p.name, p.value])));
