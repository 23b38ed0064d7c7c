/**
 * Draws leave loops: what a round draws under a key that does not depend on what the loop carries is drawn for all rounds beforehand, by a
 * loop that does nothing else, and is one more sequence of the loop. So the host can draw it (host.ts), in one go. Graph -> graph.
 */
import * as ir from '../../../compiler/ir/build.ts';
import { topological, type Graph, type Node } from '../../../compiler/ir/graph.ts';
import { raw } from '../../../compiler/ir/make.ts';
import type { OperationOf } from '../../../compiler/ir/operations.ts';
import { sizeOf } from '../../../compiler/ir/shape.ts';
import { optimise } from '../../../compiler/passes/index.ts';

/** Keys, rounds and what they are made of: more is not computed twice. */
export const smallSize = 8;
/** Numbers that may be drawn ahead for one loop. */
const aheadLimit = 1 << 26;

type Scan = OperationOf<'scan'>;

/** Of a loop's body: the draws whose keys come from the round, small sequences and small captures alone. */
const drawsOf = ({ body, carries, length }: Scan, drawing: ReadonlySet<Node>): Node[] => {
  const carried = new Set(body.inputs.slice(1, 1 + carries));
  const light = new Set<Node>();
  const found: Node[] = [];
  for (const node of topological(body.outputs.map((output) => output.node))) {
    const { op } = node.operation;
    const known = node.inputs.every((x) => light.has(x));
    const drawn = op === 'random' || (op === 'part' && drawing.has(node.inputs[0]));
    if (drawn && known && sizeOf(node.shape) * length <= aheadLimit) found.push(node);
    if (drawing.has(node) ? known : !drawn && op !== 'scan' && op !== 'part' && known && !carried.has(node)) {
      if (drawing.has(node) || sizeOf(node.shape) <= smallSize) light.add(node);
    }
  }
  return found;
};

/** The loop in two: the one that draws, and the one that reads what was drawn. */
const split = (node: Node, scan: Scan, drawing: Set<Node>): Node => {
  const draws = drawsOf(scan, drawing);
  if (draws.length === 0) return node;
  const { body, carries, sequences, length, reverse } = scan;
  const reached = new Set(topological(draws));
  const places = node.inputs.map((_, i) => i).filter((i) => i >= carries && reached.has(body.inputs[i + 1]));
  const ahead: Graph = {
    inputs: [body.inputs[0], ...places.map((i) => body.inputs[i + 1])],
    outputs: draws.map((draw, i) => ({ name: `draw${i}`, node: draw })),
  };
  const drawn = raw(
    { op: 'scan', body: ahead, length, carries: 0, sequences: places.filter((i) => i < carries + sequences).length, reverse }, // prettier-ignore
    places.map((i) => node.inputs[i]),
    node.span,
  );
  drawing.add(drawn);
  const elements = draws.map(({ dtype, shape }, i) => ir.input(`drawn${i}`, dtype, shape));
  const outputs = ir.substitute(
    body.outputs.map((output) => output.node),
    new Map(draws.map((draw, i) => [draw, elements[i]])),
  );
  const end = carries + sequences;
  const rest: Graph = {
    inputs: [...body.inputs.slice(0, 1 + end), ...elements, ...body.inputs.slice(1 + end)],
    outputs: body.outputs.map(({ name }, i) => ({ name, node: outputs[i] })),
  };
  const inputs = [...node.inputs.slice(0, end), ...draws.map((_, i) => ir.part(drawn, i)), ...node.inputs.slice(end)];
  return raw({ ...scan, body: rest, sequences: sequences + draws.length }, inputs, node.span);
};

/** `drawing`: the loops made here, which do nothing else. */
const drawAhead = (graph: Graph, drawing: Set<Node>): Graph => {
  const done = new Map<Node, Node>();
  for (const node of topological(graph.outputs.map((output) => output.node))) {
    const inputs = node.inputs.map((input) => done.get(input) as Node);
    const { operation } = node;
    const body = operation.op === 'scan' ? drawAhead(operation.body, drawing) : undefined;
    const same = inputs.every((input, i) => input === node.inputs[i]);
    if (operation.op !== 'scan' || !body) {
      done.set(node, same ? node : raw(operation, inputs, node.span));
      continue;
    }
    const scan = { ...operation, body };
    done.set(node, split(same && body === operation.body ? node : raw(scan, inputs, node.span), scan, drawing));
  }
  const outputs = graph.outputs.map((output) => ({ ...output, node: done.get(output.node) as Node }));
  return outputs.every((output, i) => output.node === graph.outputs[i].node) ? graph : { ...graph, outputs };
};

const drawsInLoops = (graph: Graph, inside = false): boolean =>
  topological(graph.outputs.map((output) => output.node)).some(
    ({ operation }) =>
      (inside && operation.op === 'random') || (operation.op === 'scan' && drawsInLoops(operation.body, true)),
  );

/** After all other passes: a loop and its gradient become one only while they draw alike. */
export const drawFirst = (graph: Graph): Graph =>
  drawsInLoops(graph) ? drawAhead(optimise(graph), new Set<Node>()) : graph;
