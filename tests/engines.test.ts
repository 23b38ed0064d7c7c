/**
 * Every operation on every engine that starts here agrees with the oracle, and leaves no tensor behind.
 */
import { describe, expect, it } from 'vitest';
import { evaluate } from '../compiler/ir/evaluate.ts';
import type { OpName } from '../compiler/ir/operations.ts';
import { openEngine } from '../runtime/engines/choose.ts';
import type { Engine } from '../runtime/engines/engine.ts';
import { cases } from './engines-cases.ts';
import { difference, engineNames, graphOf, runOn } from './engines-compare.ts';

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

for (const name of engineNames) {
  const opened = await openEngine(name);
  describe.skipIf('failed' in opened)(`${name}${'failed' in opened ? ` (skipped: ${opened.failed})` : ''}`, () => {
    if ('failed' in opened) return it('does not start here', () => {});
    for (const op of Object.keys(cases) as OpName[]) {
      it(`${op} agrees with the oracle`, async () => expect(await compare(opened.engine, op)).toEqual([]));
    }
  });
}
