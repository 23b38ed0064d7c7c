/**
 * Rewriting a graph node by node, loop bodies too: what an engine's legaliser is made of. A rule gets a node whose inputs are already
 * rewritten and answers what stands in its place.
 */
import { topological, type Graph, type Node } from '../../compiler/ir/graph.ts';
import type { OperationOf, OpName } from '../../compiler/ir/operations.ts';
import { raw } from '../../compiler/ir/make.ts';

/** undefined: it stays. */
export type RewriteRule<K extends OpName> = (
  operation: OperationOf<K>,
  inputs: readonly Node[],
  node: Node,
) => Node | undefined;
export type Rewrites = { readonly [K in OpName]?: RewriteRule<K> };

export const rewrite = (graph: Graph, rules: Rewrites): Graph => {
  const done = new Map<Node, Node>();
  for (const node of topological(graph.outputs.map((output) => output.node))) {
    const inputs = node.inputs.map((input) => done.get(input) as Node);
    const kept = inputs.every((input, i) => input === node.inputs[i]);
    const { operation } = node;
    if (operation.op === 'scan') {
      const body = rewrite(operation.body, rules);
      const same = kept && body === operation.body;
      done.set(node, same ? node : raw({ ...operation, body }, inputs, node.span));
      continue;
    }
    const rule = rules[operation.op] as ((o: object, i: readonly Node[], n: Node) => Node | undefined) | undefined;
    done.set(node, rule?.(operation, inputs, node) ?? (kept ? node : raw(operation, inputs, node.span)));
  }
  const outputs = graph.outputs.map((output) => ({ ...output, node: done.get(output.node) as Node }));
  return outputs.every((output, i) => output.node === graph.outputs[i].node) ? graph : { ...graph, outputs };
};
