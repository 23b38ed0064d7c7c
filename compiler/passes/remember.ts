/**
 * A loop that goes back over the rounds of another computes much of them again, from the carries that were kept. What is dear (products,
 * exponentials, draws) is kept as well, round by round, as long as that takes no more memory than `mostBytes`; what is cheap is not.
 */
import * as ir from '../ir/build.ts';
import { topological, type Graph, type Node } from '../ir/graph.ts';
import type { OperationOf, OpName } from '../ir/operations.ts';
import { sizeOf } from '../ir/shape.ts';
import { entering, withInputs, withOutputs, withReplaced, type Pass } from './pass.ts';
import { nodeKey, openNames } from './share.ts';

type Scan = OperationOf<'scan'>;
const scanOf = (node: Node): Scan => node.operation as Scan;

const mostBytes = 128 * 2 ** 20;

/** One instruction of the processor a number, or none; everything else is dear. */
const cheap: ReadonlySet<OpName> = new Set<OpName>([
  ...([
    'add',
    'sub',
    'mul',
    'div',
    'max',
    'min',
    'neg',
    'abs',
    'sign',
    'sqrt',
    'square',
    'reciprocal',
    'relu',
  ] as const),
  ...(['floor', 'ceil', 'round', 'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'and', 'or', 'not', 'select', 'cast'] as const),
  ...(['stop', 'reshape', 'transpose', 'broadcast', 'slice', 'pad', 'concat', 'reverse', 'constant', 'input'] as const),
  ...(['one_hot', 'derive_key', 'scan'] as const),
]);

/** What the inputs of b's body are, in terms of a's body at the same round. */
const correspondence = (a: Node, b: Node): Map<Node, Node> => {
  const [p, q] = [scanOf(a), scanOf(b)];
  const map = new Map<Node, Node>([[q.body.inputs[0], p.body.inputs[0]]]);
  b.inputs.forEach((x, i) => {
    const inner = q.body.inputs[i + 1];
    if (i < q.carries) return;
    if (i < q.carries + q.sequences) {
      // a result of a, or a sequence that a reads too
      if (x.operation.op === 'part' && x.inputs[0] === a && x.operation.index >= p.carries)
        return void map.set(inner, p.body.outputs[x.operation.index].node);
      const same = a.inputs.findIndex((y, j) => y === x && j >= p.carries && j < p.carries + p.sequences);
      if (same >= 0) map.set(inner, p.body.inputs[same + 1]);
      return;
    }
    const same = a.inputs.findIndex((y, j) => y === x && j >= p.carries + p.sequences);
    if (same >= 0) map.set(inner, p.body.inputs[same + 1]);
  });
  return map;
};

/** Nodes of b's body that a's body computes too, each with its twin, inputs left out. */
const twins = (a: Node, b: Node): Map<Node, Node> => {
  const names = openNames();
  const byKey = new Map<string, Node>();
  const key = (node: Node, inputs: readonly Node[]): string => nodeKey(node, inputs.map(names.node), names);
  for (const node of topological(scanOf(a).body.outputs.map((o) => o.node)))
    if (node.operation.op !== 'input') byKey.set(key(node, node.inputs), node);
  const known = correspondence(a, b);
  const found = new Map<Node, Node>();
  for (const node of topological(scanOf(b).body.outputs.map((o) => o.node))) {
    if (node.operation.op === 'input') continue;
    const inputs = node.inputs.map((x) => known.get(x));
    if (!inputs.every((x) => x !== undefined)) continue;
    const twin = byKey.get(key(node, inputs));
    if (!twin) continue;
    known.set(node, twin);
    found.set(node, twin);
  }
  return found;
};

/** The dear twins that b needs: those nearest to what only b computes. */
const worthKeeping = (b: Node, twin: ReadonlyMap<Node, Node>): Node[] => {
  const nodes = scanOf(b).body.outputs.map((o) => o.node);
  const open = new Set(nodes.filter((n) => twin.has(n)));
  for (const node of topological(nodes)) if (!twin.has(node)) for (const x of node.inputs) if (twin.has(x)) open.add(x);
  const kept = new Set<Node>();
  const seen = new Set<Node>();
  const stack = [...open];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (!cheap.has(node.operation.op)) kept.add(node);
    else for (const x of node.inputs) if (twin.has(x)) stack.push(x);
  }
  return [...kept];
};

/** The parts of a and b by loops that share what is dear; undefined where there is nothing to share. */
const shared = (
  a: Node,
  b: Node,
  order: readonly Node[],
): { readonly first: Node; readonly second: Node } | undefined => {
  const [p, q] = [scanOf(a), scanOf(b)];
  const twin = twins(a, b);
  const kept = worthKeeping(b, twin);
  const bytes = kept.reduce((sum, node) => sum + 4 * p.length * sizeOf(node.shape), 0);
  if (kept.length === 0 || bytes > mostBytes) return undefined;
  const more = kept.map((node, i) => ({ name: `kept${i}`, node: twin.get(node) as Node }));
  const first = ir.make({ ...p, body: { ...p.body, outputs: [...p.body.outputs, ...more] } }, a.inputs, a.span);

  const elements = kept.map(({ dtype, shape }, i) => ir.input(`kept${i}`, dtype, shape));
  const nodes = ir.substitute(
    q.body.outputs.map((o) => o.node),
    new Map(kept.map((node, i) => [node, elements[i]])),
  );
  const end = q.carries + q.sequences;
  const stacks = kept.map((_, i) => ir.part(first, p.body.outputs.length + i));
  const parts = order.filter((n) => n.operation.op === 'part' && n.inputs[0] === a);
  const old = ir.substitute(
    b.inputs,
    new Map(parts.map((n) => [n, ir.part(first, (n.operation as OperationOf<'part'>).index)])),
  );
  const body: Graph = {
    inputs: [...q.body.inputs.slice(0, end + 1), ...elements, ...q.body.inputs.slice(end + 1)],
    outputs: q.body.outputs.map(({ name }, i) => ({ name, node: nodes[i] })),
  };
  const inputs = [...old.slice(0, end), ...stacks, ...old.slice(end)];
  return { first, second: ir.make({ ...q, body, sequences: q.sequences + kept.length }, inputs, b.span) };
};

/** The first pair that shares something. */
const rememberPair = (graph: Graph): Graph => {
  const order = topological(graph.outputs.map((o) => o.node));
  for (const b of order) {
    if (b.operation.op !== 'scan') continue;
    const sources = new Set(b.inputs.flatMap((x) => (x.operation.op === 'part' ? [x.inputs[0]] : [])));
    for (const a of sources) {
      if (scanOf(a).length !== b.operation.length) continue;
      const pair = shared(a, b, order);
      if (!pair) continue;
      const map = new Map<Node, Node>();
      for (const node of order)
        if (node.operation.op === 'part' && (node.inputs[0] === a || node.inputs[0] === b))
          map.set(node, ir.part(node.inputs[0] === a ? pair.first : pair.second, node.operation.index));
      return withReplaced(graph, map);
    }
  }
  return graph;
};

const run = (graph: Graph): Graph => {
  let current = graph;
  for (let next = rememberPair(current); next !== current; next = rememberPair(current)) current = next;
  const enter = entering(run);
  const map = new Map<Node, Node>();
  for (const old of topological(current.outputs.map((o) => o.node))) {
    const inputs = old.inputs.map((x) => map.get(x) as Node);
    map.set(old, enter(withInputs(old, inputs)));
  }
  return withOutputs(
    current,
    current.outputs.map((o) => map.get(o.node) as Node),
  );
};

export const remember: Pass = {
  name: 'remember',
  why: 'The way back through a loop needs what the way there has computed.',
  run: (graph) => run(graph),
};
