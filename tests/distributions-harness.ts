/** Values of expressions in double precision, for tests of distributions. */
import { compile, compileExpression } from '../compiler/compile.ts';
import { evaluate, prepare } from '../compiler/ir/evaluate.ts';
import type { ArrayValue } from '../compiler/ir/operations.ts';
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

/** One step of a spec's first training as a function of the seed: the loss, and the gradient of every parameter, by plain descent. */
export const gradientOf = async (
  spec: string,
): Promise<(seed: number) => { readonly loss: number; readonly slopes: ReadonlyMap<string, number[]> }> => {
  const { program, diagnostics, sources } = await compile('test.learn', spec, host, {});
  if (!program) throw new Error(diagnostics.map((d) => render(d, sources)).join('\n'));
  const action = program.stages.flatMap((s) => s.actions).find((a) => a.kind === 'train');
  if (action?.kind !== 'train' || action.solver.kind !== 'gradient')
    throw new Error('the spec is not trained by steps');
  const { graph } = action.solver.players[action.solver.players.length - 1];
  const run = prepare(graph);
  const start = keyOfSeed(0);
  const initial = new Map(
    [...program.variables].map(([id, v]) => [
      id,
      evaluate(v.initial, [{ dtype: 'int32', shape: [2], data: start }])[0],
    ]),
  );
  return (seed) => {
    const values = graph.inputs.map(({ operation, dtype, shape }): ArrayValue => {
      const name = operation.op === 'input' ? operation.name : '';
      if (name === 'key') return { dtype: 'int32', shape: [2], data: keyOfSeed(seed) };
      if (name.startsWith('var:')) return initial.get(name.slice(4)) as ArrayValue;
      if (name === 'step' || name === 'total') return { dtype, shape, data: Float64Array.of(name === 'step' ? 0 : 1) };
      throw new Error(`no value for ${name}`);
    });
    const outputs = run(values);
    const slopes = new Map<string, number[]>();
    let loss = NaN;
    graph.outputs.forEach(({ name }, i) => {
      if (name === 'loss') [loss] = outputs[i].data;
      else if (name.startsWith('var:')) {
        const before = initial.get(name.slice(4)) as ArrayValue;
        slopes.set(
          name.slice(4),
          Array.from(before.data, (w, k) => w - outputs[i].data[k]),
        );
      }
    });
    return { loss, slopes };
  };
};

/** Is the mean of these numbers what is expected, to so many standard errors? The distance in standard errors. */
export const deviation = (xs: readonly number[], expected: number): number => {
  const mean = xs.reduce((a, b) => a + b, 0) / xs.length;
  const variance = xs.reduce((s, x) => s + (x - mean) ** 2, 0) / (xs.length - 1);
  if (Math.abs(mean - expected) < 1e-6 * Math.max(1, Math.abs(expected))) return 0;
  return (mean - expected) / Math.sqrt(variance / xs.length);
};
