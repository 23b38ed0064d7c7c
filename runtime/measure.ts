/**
 * Graphs that only look: evaluations, pictures, and the values of parameters in their spaces. They change nothing, and draw from streams
 * of their own.
 */
import type { Graph } from '../compiler/ir/graph.ts';
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { DataFeed, Program, Show } from '../compiler/program.ts';
import type { Frame } from './events.ts';
import { bind, type Moment, type Sources } from './feeds.ts';
import { prepareNamed, type Named } from './oracle.ts';
import type { Prepared, Preparer } from './prepare.ts';
import type { Key } from './random.ts';

/** Outputs by name, on the host. */
const lookAt = async (
  prepared: Prepared,
  feeds: readonly DataFeed[],
  order: Key,
  moment: Moment,
  sources: Sources,
): Promise<Map<string, ArrayValue>> => {
  const { engine } = sources;
  const outputs = bind(prepared, feeds, order, sources).run(moment);
  const values = new Map<string, ArrayValue>();
  for (const [i, name] of prepared.outputs.entries()) values.set(name, await engine.download(outputs[i]));
  outputs.forEach((buffer) => engine.release(buffer));
  return values;
};

const look = (
  graph: Graph,
  feeds: readonly DataFeed[],
  key: Key,
  step: number,
  sources: Sources,
  { prepare }: Preparer,
): Promise<Map<string, ArrayValue>> => lookAt(prepare(graph), feeds, key, { step, total: step, move: 0, key }, sources);

/** Gradients by the id of their variable, on the rows and with the draws that a step at this moment would have. */
export const slopes = async (
  prepared: Prepared,
  feeds: readonly DataFeed[],
  order: Key,
  moment: Moment,
  sources: Sources,
): Promise<Map<string, ArrayValue>> => {
  const outputs = await lookAt(prepared, feeds, order, moment, sources);
  return new Map([...outputs].flatMap(([name, g]) => (name.startsWith('grad:') ? [[name.slice(5), g]] : [])));
};

export const measure = async (
  { graph, feeds }: { readonly graph: Graph; readonly feeds: readonly DataFeed[] },
  key: Key,
  step: number,
  sources: Sources,
  preparer: Preparer,
): Promise<number> => (await look(graph, feeds, key, step, sources, preparer)).get('value')!.data[0];

export const draw = async (
  show: Show,
  key: Key,
  step: number,
  sources: Sources,
  preparer: Preparer,
): Promise<Frame> => {
  const outputs = await look(show.graph, show.feeds, key, step, sources, preparer);
  const mask = outputs.get('mask');
  const values = show.graph.outputs.flatMap(({ name }) => (name === 'mask' ? [] : [outputs.get(name)!]));
  return { step, values, ...(mask && { mask }) };
};

/** Parameters in their spaces (a simplex, a positive number) from the unconstrained coordinates in which they are trained. */
export const valuesOf = (program: Program, variables: Named): Map<string, ArrayValue> => {
  const values = new Map<string, ArrayValue>();
  for (const [id, value] of variables) {
    const variable = program.variables.get(id);
    if (variable?.role !== 'parameter') continue;
    const [[, inSpace]] = prepareNamed(variable.value, 'float32')(new Map([[`var:${id}`, value]]));
    values.set(id, inSpace);
  }
  return values;
};
