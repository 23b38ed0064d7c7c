// The library's examples, `--- example: EXPR == VALUE`, are true; one that begins with a problem is trained, and its last
// evaluation is the value. Every public declaration has docs.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile, compileExpression } from '../compiler/compile.ts';
import { evaluate } from '../compiler/ir/evaluate.ts';
import { keyOfSeed } from '../compiler/ir/random.ts';
import { render } from '../grammar/diagnostics.ts';
import { parse } from '../grammar/parse.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import type { Engine } from '../runtime/engines/engine.ts';
import { runProgram } from '../runtime/session.ts';
import { root } from './fixtures/process.ts';
import { engineFor } from './session-programs.ts';

const folder = join(root, 'stdlib');
const modules = readdirSync(folder)
  .filter((f) => f.endsWith('.learn'))
  .sort();
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
const host = nodeHost();

let engine: Engine;
beforeAll(async () => {
  engine = await engineFor();
});

interface Example {
  readonly place: string;
  readonly left: string;
  readonly right: string;
}

/** Doc lines; one that ends in `==` continues on the next. */
const examplesOf = (file: string): Example[] =>
  read(file)
    .split('\n')
    .flatMap((line, i): Example[] => {
      const text = /^--- example: (.*)$/.exec(line)?.[1];
      if (text === undefined) return [];
      const at = text.lastIndexOf(' == ');
      return [{ place: `${file}:${i + 1}`, left: text.slice(0, at), right: text.slice(at + 4) }];
    });

const valueOf = async (text: string): Promise<number[]> => {
  const { value, diagnostics, sources } = await compileExpression(text, host, {});
  if (!value) throw new Error(diagnostics.map((d) => render(d, sources)).join('\n'));
  const key = { dtype: 'int32' as const, shape: [2], data: keyOfSeed(1) };
  return value.parts.flatMap(({ graph }) =>
    Array.from(
      evaluate(
        graph,
        graph.inputs.map(() => key),
      )[0].data,
    ),
  );
};

const trained = async (text: string): Promise<number[]> => {
  const { program, diagnostics, sources } = await compile('example.learn', text, host, {});
  if (!program) throw new Error(diagnostics.map((d) => render(d, sources)).join('\n'));
  const { evaluations } = await runProgram(program, { engine, seed: 1, onEvent: () => {} });
  return evaluations.slice(-1).map((e) => e.value);
};

describe.each(modules)('%s', (file) => {
  const examples = examplesOf(file);
  if (examples.length > 0)
    it.each(examples.map((e) => [`${e.left} == ${e.right}`, e] as const))('%s', async (_, { place, left, right }) => {
      const [seen, expected] = [
        await (left.startsWith('minimize') ? trained(left) : valueOf(left)),
        await valueOf(right),
      ];
      expect(expected.length, place).toBeGreaterThan(0);
      expect(seen.length, place).toBe(expected.length);
      expected.forEach((x, i) =>
        expect(Math.abs(seen[i] - x), `${place}: ${seen}`).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(x))),
      );
    });
  it('parses, and says of every declaration what it is', () => {
    const { module, diagnostics } = parse(read(file), file);
    expect(diagnostics).toEqual([]);
    const silent = module.declarations.flatMap((d) =>
      d.kind !== 'error' && 'name' in d && !d.docs && !d.name.text.startsWith('_') ? [d.name.text] : [],
    );
    expect(silent).toEqual([]);
  });
});
