/**
 * A graph in two: what does not depend on the variables that are looked for (features that an earlier stage has learned, statistics of
 * the rows) is computed once and kept, and each evaluation is fed with it.
 */
import { captures, make, substitute } from '../../compiler/ir/build.ts';
import type { Graph, Node } from '../../compiler/ir/graph.ts';

export interface Halves {
  /** Its outputs are the inputs of `each` of the same names. */
  readonly once: Graph;
  readonly each: Graph;
}

/** What is spread out costs less to spread again than to keep. */
const gathered = (node: Node): Node => {
  let at = node;
  while (at.operation.op === 'broadcast') at = at.inputs[0];
  return at;
};

export const inHalves = (graph: Graph, over: readonly string[]): Halves => {
  const names = new Set(over.map((id) => `var:${id}`));
  const varying = graph.inputs.filter(({ operation }) => operation.op === 'input' && names.has(operation.name));
  const results = graph.outputs.map(({ node }) => node);
  const kept = [...new Set(captures(results, varying).map(gathered))].filter(
    ({ operation }) => operation.op !== 'input' && operation.op !== 'constant',
  );
  const fed = kept.map(({ dtype, shape }, i) => make({ op: 'input', name: `kept:${i}`, dtype, shape }, []));
  const rest = substitute(results, new Map(kept.map((node, i) => [node, fed[i]])));
  return {
    once: { inputs: graph.inputs, outputs: kept.map((node, i) => ({ name: `kept:${i}`, node })) },
    each: {
      inputs: [...graph.inputs, ...fed],
      outputs: graph.outputs.map(({ name }, i) => ({ name, node: rest[i] })),
    },
  };
};
