/**
 * Loops: two that run side by side on the same carries become one (the gradient of a loop runs it again with more results); carries,
 * sequences, captures and results that nobody reads go; a carry that never changes becomes a capture; small constants move inside.
 */
import * as ir from '../ir/build.ts';
import { topological, type Graph, type Node } from '../ir/graph.ts';
import { raw } from '../ir/make.ts';
import type { OperationOf } from '../ir/operations.ts';
import { sameList, sizeOf } from '../ir/shape.ts';
import { entering, withInputs, withOutputs, withReplaced, type Pass } from './pass.ts';
import { share } from './share.ts';

type Scan = OperationOf<'scan'>;
const scanOf = (node: Node): Scan => node.operation as Scan;

/** Parts that are read, in order. */
const partsRead = (order: readonly Node[]): Map<Node, Set<number>> => {
  const read = new Map<Node, Set<number>>();
  for (const { operation, inputs } of order) {
    if (operation.op !== 'part') continue;
    const parts = read.get(inputs[0]) ?? new Set();
    read.set(inputs[0], parts.add(operation.index));
  }
  return read;
};

/** What `part` nodes of an old scan become. */
type Replacement = (index: number) => Node;

// -- one out of two

/** a and b in one loop, if they carry the same; else undefined. */
const merged = (a: Node, b: Node): { readonly first: Replacement; readonly second: Replacement } | undefined => {
  const [p, q] = [scanOf(a), scanOf(b)];
  const inputs = [...a.inputs];
  const bodyInputs = [...p.body.inputs];
  const { carries } = p;
  // sequences of b that a does not have go behind a's sequences, captures behind everything
  const places = b.inputs.map((x, i): number => {
    const isSequence = i >= q.carries && i < q.carries + q.sequences;
    const [from, to] = isSequence ? [carries, carries + p.sequences] : [carries + p.sequences, a.inputs.length];
    return i < q.carries ? i : a.inputs.findIndex((y, j) => j >= from && j < to && y === x);
  });
  const missing = b.inputs.map((_, i) => i).filter((i) => places[i] < 0);
  const missingSequences = missing.filter((i) => i < q.carries + q.sequences);
  inputs.splice(carries + p.sequences, 0, ...missingSequences.map((i) => b.inputs[i]));
  // inputs of their own: the two bodies may share nodes that mean different things in them
  const own = new Map(missing.map((i) => [i, raw(q.body.inputs[i + 1].operation, [])]));
  const ownInput = (i: number): Node => own.get(i) as Node;
  bodyInputs.splice(1 + carries + p.sequences, 0, ...missingSequences.map(ownInput));
  const missingCaptures = missing.filter((i) => i >= q.carries + q.sequences);
  inputs.push(...missingCaptures.map((i) => b.inputs[i]));
  bodyInputs.push(...missingCaptures.map(ownInput));

  const map = new Map<Node, Node>([[q.body.inputs[0], p.body.inputs[0]]]);
  places.forEach((place, i) => {
    map.set(q.body.inputs[i + 1], place >= 0 ? p.body.inputs[place + 1] : ownInput(i));
  });
  const other = ir.substitute(
    q.body.outputs.map((o) => o.node),
    map,
  );
  const outputs = [...p.body.outputs, ...other.map((node, i) => ({ name: `more${i}`, node }))];
  const together = share.run({ inputs: bodyInputs, outputs });
  const nodes = together.outputs.map((o) => o.node);
  const offset = p.body.outputs.length;
  for (let i = 0; i < carries; i++) if (nodes[i] !== nodes[offset + i]) return undefined;
  const body: Graph = {
    inputs: bodyInputs,
    outputs: [...together.outputs.slice(0, offset), ...together.outputs.slice(offset + carries)],
  };
  const operation: Scan = { ...p, body, sequences: p.sequences + missingSequences.length };
  const scan = ir.make(operation, inputs, a.span);
  return {
    first: (index) => ir.part(scan, index),
    second: (index) => ir.part(scan, index < carries ? index : offset + index - carries),
  };
};

/** Loops that could be one: as many rounds the same way round, beginning with the same carries. */
const companions = (a: Node, b: Node): boolean => {
  const [p, q] = [scanOf(a), scanOf(b)];
  const alike = p.length === q.length && p.reverse === q.reverse && p.carries === q.carries && p.carries > 0;
  return alike && a.inputs.slice(0, p.carries).every((x, i) => x === b.inputs[i]);
};

/** The first pair of companions that merge, where neither is computed from the other. */
const mergePair = (graph: Graph): Graph => {
  const order = topological(graph.outputs.map((o) => o.node));
  const scans = order.filter((n) => n.operation.op === 'scan');
  for (let i = 0; i < scans.length; i++)
    for (let j = i + 1; j < scans.length; j++) {
      const [a, b] = [scans[i], scans[j]];
      if (!companions(a, b) || topological([b]).includes(a)) continue;
      const found = merged(a, b);
      if (!found) continue;
      const map = new Map<Node, Node>();
      for (const node of order)
        if (node.operation.op === 'part' && (node.inputs[0] === a || node.inputs[0] === b))
          map.set(node, (node.inputs[0] === a ? found.first : found.second)(node.operation.index));
      return withReplaced(graph, map);
    }
  return graph;
};

const mergeAll = (graph: Graph): Graph => {
  for (let current = graph; ;) {
    const next = mergePair(current);
    if (next === current) return current;
    current = next;
  }
};

const mergeEverywhere = (graph: Graph): Graph => {
  const top = mergeAll(graph);
  const enter = entering(mergeEverywhere);
  return mapScans(top, enter);
};

/** Applies to every scan, rebuilding what reads it. */
const mapScans = (graph: Graph, change: (node: Node) => Node): Graph => {
  const map = new Map<Node, Node>();
  for (const old of topological(graph.outputs.map((o) => o.node)))
    map.set(
      old,
      change(
        withInputs(
          old,
          old.inputs.map((x) => map.get(x) as Node),
        ),
      ),
    );
  return withOutputs(
    graph,
    graph.outputs.map((o) => map.get(o.node) as Node),
  );
};

export const mergeLoops: Pass = {
  name: 'merge loops',
  why: 'A loop and the same loop with more results, which differentiating makes, run once.',
  run: (graph) => mergeEverywhere(graph),
};

// -- less of one

const isSmallConstant = (node: Node): boolean => {
  const source = node.operation.op === 'broadcast' ? node.inputs[0] : node;
  return source.operation.op === 'constant' && sizeOf(source.shape) <= 64;
};

/** Outputs of the body that matter: parts that are read, and carries that these depend on. */
const liveOutputs = (operation: Scan, read: ReadonlySet<number>): Set<number> => {
  const { body, carries } = operation;
  const live = new Set(read);
  for (let size = -1; size !== live.size;) {
    size = live.size;
    const reached = new Set(topological([...live].map((i) => body.outputs[i].node)));
    for (let i = 0; i < carries; i++) if (reached.has(body.inputs[i + 1])) live.add(i);
  }
  return live;
};

/** The scan with only what matters, and its parts in terms of it; undefined if all of it matters. */
const pruned = (node: Node, read: ReadonlySet<number>): Replacement | undefined => {
  const operation = scanOf(node);
  const { body, carries, sequences, length } = operation;
  const constant = new Set(
    node.inputs.map((_, i) => i).filter((i) => i < carries && body.outputs[i].node === body.inputs[i + 1]),
  );
  const live = liveOutputs(operation, read);
  const nodes = body.outputs.map((o) => o.node);
  // constants from outside, and the zero-th round of loops with one round, are known inside
  const inside = new Map<Node, Node>();
  node.inputs.forEach((x, i) => {
    if ((i >= carries + sequences || constant.has(i)) && isSmallConstant(x)) inside.set(body.inputs[i + 1], x);
  });
  const outputs = inside.size > 0 ? ir.substitute(nodes, inside) : nodes;
  const kept = nodes.map((_, i) => i).filter((i) => live.has(i) && !constant.has(i));
  const reached = new Set(topological(kept.map((i) => outputs[i])));
  const all = node.inputs.map((_, i) => i);
  const keptCarries = all.filter((i) => i < carries && live.has(i) && !constant.has(i));
  const keptSequences = all.filter((i) => i >= carries && i < carries + sequences && reached.has(body.inputs[i + 1]));
  const keptCaptures = [
    ...all.filter((i) => constant.has(i) && reached.has(body.inputs[i + 1])),
    ...all.filter((i) => i >= carries + sequences && reached.has(body.inputs[i + 1])),
  ];
  const from = [...keptCarries, ...keptSequences, ...keptCaptures];
  if (kept.length === nodes.length && sameList(from, all)) return undefined;
  const scan =
    kept.length === 0
      ? undefined
      : ir.make(
          {
            ...operation,
            body: {
              inputs: [body.inputs[0], ...from.map((i) => body.inputs[i + 1])],
              outputs: kept.map((i) => ({ name: body.outputs[i].name, node: outputs[i] })),
            },
            carries: keptCarries.length,
            sequences: keptSequences.length,
          },
          from.map((i) => node.inputs[i]),
          node.span,
        );
  return (index) => {
    if (constant.has(index)) return node.inputs[index];
    if (!scan) throw new Error(`internal: nothing is left of a loop of ${length} rounds, but part ${index} is read`);
    return ir.part(scan, kept.indexOf(index));
  };
};

const prune = (graph: Graph): Graph => {
  const enter = entering(prune);
  const order = topological(graph.outputs.map((o) => o.node));
  const read = partsRead(order);
  const map = new Map<Node, Node>();
  const replaced = new Map<Node, Replacement | undefined>();
  for (const old of order) {
    const { operation } = old;
    const source = old.inputs[0];
    if (operation.op === 'part' && replaced.get(source)) {
      map.set(old, (replaced.get(source) as Replacement)(operation.index));
      continue;
    }
    const node = enter(
      withInputs(
        old,
        old.inputs.map((x) => map.get(x) as Node),
      ),
    );
    if (operation.op === 'scan') replaced.set(old, pruned(node, read.get(old) ?? new Set()));
    map.set(old, node);
  }
  return withOutputs(
    graph,
    graph.outputs.map((o) => map.get(o.node) as Node),
  );
};

export const pruneLoops: Pass = {
  name: 'prune loops',
  why: 'What a loop carries, reads or stacks for nobody costs time and memory in every round.',
  run: (graph) => prune(graph),
};
