/**
 * Every operation on every engine that starts here agrees with the oracle, and leaves no tensor behind.
 */
import { describe, expect, it } from 'vitest';
import { evaluate } from '../compiler/ir/evaluate.ts';
import type { Graph, Node } from '../compiler/ir/graph.ts';
import type { ArrayValue, OpName } from '../compiler/ir/operations.ts';
import { input } from '../compiler/ir/build.ts';
import { plan } from './engines-plan.ts';
import { openEngine } from '../runtime/engines/choose.ts';
import type { Engine, EngineName } from '../runtime/engines/engine.ts';
import { cases, type Case } from './engines-cases.ts';

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

const compare = async (engine: Engine, op: OpName): Promise<string[]> => {
  const wrong: string[] = [];
  for (const [index, one] of cases[op].entries()) {
    const graph = graphOf(one);
    const expected = evaluate(graph, one.inputs, { precision: 'float32' });
    const where = `${op} #${index} (${one.inputs.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(', ')})`;
    try {
      const seen = await runOn(engine, graph, one.inputs);
      expected.forEach((value, i) => {
        const text = difference(seen[i], value, 2e-5);
        if (text) wrong.push(`${where} output ${i}: ${text}`);
      });
    } catch (error) {
      wrong.push(`${where}: ${String(error)}`);
    }
  }
  const { buffers, bytes } = engine.memory();
  if (buffers !== 0 || bytes !== 0) wrong.push(`${op} leaves ${buffers} buffers of ${bytes} bytes`);
  return wrong;
};

const names: EngineName[] = (process.env.ENGINES?.split(',') as EngineName[]) ?? ['oracle', 'wasm', 'cpu', 'webgpu'];

for (const name of names) {
  const opened = await openEngine(name);
  describe.skipIf('failed' in opened)(`${name}${'failed' in opened ? ` (skipped: ${opened.failed})` : ''}`, () => {
    if ('failed' in opened) return it('does not start here', () => {});
    for (const op of Object.keys(cases) as OpName[]) {
      it(`${op} agrees with the oracle`, async () => expect(await compare(opened.engine, op)).toEqual([]));
    }
  });
}
