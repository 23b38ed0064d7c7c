/**
 * What a pass is, and the walk that most passes are: bottom up over the nodes, each rebuilt where an input changed and then offered to
 * a rule. Loop bodies are walked by the same pass. What nothing changes stays the same object, so that passes know when they are done.
 */
import { make, substitute } from '../ir/build.ts';
import { topological, type Graph, type Node } from '../ir/graph.ts';
import { sameList } from '../ir/shape.ts';

export interface Pass {
  readonly name: string;
  readonly why: string;
  /** `settled`: nodes that the pass is known to leave alone; it adds to them, so that another round looks at what is new only. */
  readonly run: (graph: Graph, settled?: Set<Node>) => Graph;
}

/** The same graph over other nodes; the same object if they are the same nodes. */
export const withOutputs = (graph: Graph, nodes: readonly Node[]): Graph =>
  nodes.every((node, i) => node === graph.outputs[i].node)
    ? graph
    : { inputs: graph.inputs, outputs: graph.outputs.map(({ name }, i) => ({ name, node: nodes[i] })) };

/** The graph with nodes replaced, and what depends on them made anew. */
export const withReplaced = (graph: Graph, map: ReadonlyMap<Node, Node>): Graph =>
  withOutputs(
    graph,
    substitute(
      graph.outputs.map((o) => o.node),
      map,
    ),
  );

/** The node on other inputs. */
export const withInputs = (node: Node, inputs: readonly Node[]): Node =>
  inputs.every((x, i) => x === node.inputs[i]) ? node : make(node.operation, inputs, node.span);

/** A loop whose body went through a pass. Bodies that occur twice are walked once. */
export const entering = (run: (graph: Graph) => Graph): ((node: Node) => Node) => {
  const done = new Map<Graph, Graph>();
  return (node) => {
    const { operation } = node;
    if (operation.op !== 'scan') return node;
    const body = done.get(operation.body) ?? run(operation.body);
    done.set(operation.body, body);
    return body === operation.body ? node : { ...node, operation: { ...operation, body } };
  };
};

/** A rule that goes on for ever is a bug; this many steps at one node are enough. */
const stepsAtOneNode = 8;

/** `fixed`: nodes that stay as they are, with all that they are computed from. */
export const rewrite = (
  graph: Graph,
  rule: (node: Node) => Node | undefined,
  settled: Set<Node> = new Set(),
  fixed: ReadonlySet<Node> = new Set(),
): Graph => {
  const enter = entering((body) => rewrite(body, rule, settled));
  const map = new Map<Node, Node>();
  const order = topological(graph.outputs.map((o) => o.node));
  for (const old of order) {
    if (fixed.has(old)) {
      map.set(old, old);
      continue;
    }
    let node = enter(
      withInputs(
        old,
        old.inputs.map((x) => map.get(x) as Node),
      ),
    );
    for (let i = settled.has(node) ? stepsAtOneNode : 0; i < stepsAtOneNode; i++) {
      const next = rule(node);
      if (!next || next === node) break;
      if (!sameList(next.shape, node.shape) || next.dtype !== node.dtype)
        throw new Error(`internal: a rewrite of ${node.operation.op} changes its type`);
      node = next;
    }
    settled.add(node);
    map.set(old, node);
  }
  return withOutputs(
    graph,
    graph.outputs.map((o) => map.get(o.node) as Node),
  );
};
