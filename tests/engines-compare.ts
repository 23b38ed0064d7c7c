/**
 * Running one graph on one engine, and saying what is different.
 */
import { input } from '../compiler/ir/build.ts';
import type { Graph, Node } from '../compiler/ir/graph.ts';
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { Engine, EngineName } from '../runtime/engines/engine.ts';
import type { Case } from './engines-cases.ts';
import { plan } from '../compiler/plan.ts';

export const graphOf = ({ inputs, build }: Case): Graph => {
  const nodes = inputs.map(({ dtype, shape }, i) => input(`x${i}`, dtype, shape));
  const made = build(nodes);
  const outputs = Array.isArray(made) ? (made as Node[]) : [made as Node];
  return { inputs: nodes, outputs: outputs.map((node, i) => ({ name: `y${i}`, node })) };
};

export const runOn = async (engine: Engine, graph: Graph, inputs: readonly ArrayValue[]): Promise<ArrayValue[]> => {
  const step = engine.load(plan(engine.legalise(graph)));
  const buffers = inputs.map(engine.upload);
  const outputs = step.run(buffers);
  const values = await Promise.all(outputs.map(engine.download));
  [...buffers, ...outputs].forEach(engine.release);
  step.dispose();
  return values;
};

/** What a trace shows: the values of every output of every instruction, one after the other. */
export const traceOn = async (
  engine: Engine,
  graph: Graph,
  inputs: readonly ArrayValue[],
): Promise<{ readonly shown: readonly ArrayValue[]; readonly slots: readonly number[]; readonly last: number }> => {
  const program = plan(engine.legalise(graph));
  const step = engine.load(program);
  const buffers = inputs.map(engine.upload);
  const shown: ArrayValue[] = [];
  await step.trace(buffers, async (_, values) => {
    shown.push(...(await Promise.all(values())));
  });
  buffers.forEach(engine.release);
  step.dispose();
  const slots = program.instructions.flatMap(({ outputs }) => outputs.filter((slot) => slot >= 0));
  return { shown, slots, last: program.outputs[0].slot };
};

/** The engines that are always there, or those that `ENGINES` names. */
export const engineNames: readonly EngineName[] = (process.env.ENGINES?.split(',') as EngineName[]) ?? [
  'oracle',
  'wasm',
  'tfjs-wasm',
  'cpu',
  'webgpu',
];

/** What is different, in words; undefined if nothing is. */
export const difference = (seen: ArrayValue, expected: ArrayValue, tolerance: number): string | undefined => {
  if (seen.dtype !== expected.dtype || String(seen.shape) !== String(expected.shape))
    return `${seen.dtype} [${seen.shape}], not ${expected.dtype} [${expected.shape}]`;
  if (seen.data.length !== expected.data.length) return `${seen.data.length} numbers, not ${expected.data.length}`;
  for (let i = 0; i < seen.data.length; i++) {
    const [x, y] = [seen.data[i], expected.data[i]];
    if (Object.is(x, y) || x === y) continue;
    if (!(Math.abs(x - y) <= tolerance * (1 + Math.abs(y)))) return `element ${i}: ${x}, not ${y}`;
  }
  return undefined;
};
