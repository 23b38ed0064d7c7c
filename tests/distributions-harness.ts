/** Values of expressions in double precision, for tests of distributions. */
import { compileExpression } from '../compiler/compile.ts';
import { evaluate } from '../compiler/ir/evaluate.ts';
import { keyOfSeed } from '../compiler/ir/random.ts';
import { render } from '../grammar/diagnostics.ts';
import { nodeHost } from '../runtime/data/node-host.ts';

const host = nodeHost();

/** The numbers of an expression's value, drawn from `seed`. */
export const expectationOf = async (text: string, seed = 1): Promise<number[]> => {
  const { value, diagnostics, sources } = await compileExpression(text, host, {});
  if (!value) throw new Error(diagnostics.map((d) => render(d, sources)).join('\n'));
  const key = { dtype: 'int32' as const, shape: [2], data: keyOfSeed(seed) };
  return value.parts.flatMap(({ graph }) => {
    const [array] = evaluate(
      graph,
      graph.inputs.map(() => key),
    );
    return Array.from(array.data);
  });
};
