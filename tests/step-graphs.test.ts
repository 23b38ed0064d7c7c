/** What a compiled training step computes: as few products as a person would write. */
import { expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { topological, type Graph } from '../compiler/ir/graph.ts';
import type { OpName } from '../compiler/ir/operations.ts';
import { optimise } from '../compiler/passes/index.ts';
import { render } from '../grammar/diagnostics.ts';
import { nodeHost } from '../runtime/data/node-host.ts';

/** The optimised step of the only player. */
const stepOf = async (spec: string): Promise<Graph> => {
  const { program, diagnostics, sources } = await compile('test.learn', spec, nodeHost(), {});
  if (!program) throw new Error(diagnostics.map((d) => render(d, sources)).join('\n'));
  const [solver] = program.stages[0].actions.flatMap((a) => (a.kind === 'train' ? [a.solver] : []));
  if (solver.kind !== 'gradient') throw new Error(`a ${solver.kind} solver`);
  return optimise(solver.players[0].graph);
};

const count = (graph: Graph, op: OpName): number =>
  topological(graph.outputs.map((output) => output.node)).filter((node) => node.operation.op === op).length;

test('a posterior that the objective mentions twice is differentiated once', async () => {
  const step = await stepOf(`
data D : [R[20]] = Normal(0, 1)[20]^64
let prior = Normal(0, 1)[2]
model Decoder(z: R[2]) ~> R[20] = Normal(dense[20](z), 1)
model Encoder(x: R[20]) ~> R[2] {
  h = relu(dense[16](x))
  Normal(dense[2](h), exp(dense[2](h)))
}
maximize E[x ~ D] (E[z ~ q(x)] log p(x | z) - KL(q(x) || prior))
  over p in Decoder, q in Encoder
  by sgd(0.01) for 5 steps batch 8
`);
  // four layers: forward, gradient of the weights, and of all inputs but the data
  expect(count(step, 'matmul')).toBe(4 + 4 + 3);
});
