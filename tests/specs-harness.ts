/** Specs written down in a test, run as `learn run` runs them. */
import { compile, compileExpression } from '../compiler/compile.ts';
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { Program } from '../compiler/program.ts';
import { render } from '../grammar/diagnostics.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { openEngine } from '../runtime/engines/choose.ts';
import { keyValue } from '../runtime/feeds.ts';
import { prepareNamed, present } from '../runtime/oracle.ts';
import { keyOfSeed } from '../runtime/random.ts';
import { runProgram } from '../runtime/session.ts';

const host = nodeHost();

const solve = async (program: Program, seed: number) => {
  const chosen = await openEngine(process.env.LEARN_ENGINE ?? 'wasm');
  if ('failed' in chosen) throw new Error(chosen.failed);
  const result = await runProgram(program, { engine: chosen.engine, seed });
  if (result.stopped.reason !== 'finished') throw new Error(JSON.stringify(result.stopped));
  return result;
};

/** What the `eval` conditions of a spec come to, by name: the last value of each. */
export const measures = async (text: string, seed = 1): Promise<Record<string, number>> => {
  const { program, diagnostics, sources } = await compile('spec.learn', text, host, { seed });
  if (!program) throw new Error(diagnostics.map((d) => render(d, sources)).join('\n'));
  const { evaluations } = await solve(program, seed);
  return Object.fromEntries(evaluations.map(({ name, label, value }) => [label ? `${name} ${label}` : name, value]));
};

/** The numbers of an expression's value, its problems solved. */
export const valueOf = async (text: string, seed = 1): Promise<number[]> => {
  const { value, diagnostics, sources } = await compileExpression(text, host, { seed });
  if (!value) throw new Error(diagnostics.map((d) => render(d, sources)).join('\n'));
  const solved: [string, ArrayValue][] = value.program
    ? [...(await solve(value.program, seed)).variables].map(([id, v]) => [`var:${id}`, v])
    : [];
  const inputs = new Map([['key', keyValue(keyOfSeed(seed))], ...solved]);
  return value.parts.flatMap(({ graph }) => Array.from(present(prepareNamed(graph, 'float64')(inputs)).data));
};
