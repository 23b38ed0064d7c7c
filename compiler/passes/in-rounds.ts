/**
 * A look at all rows of a large set, in rounds of some hundred rows each: what is computed row by row takes the room of one round instead
 * of that of the whole set. Sums over rows (and products, extremes) add up from round to round; small results of rows are stacked.
 */
import * as ir from '../ir/build.ts';
import { topological, type Graph, type Node } from '../ir/graph.ts';
import type { OperationOf, ReductionOp } from '../ir/operations.ts';
import { reductionOps } from '../ir/operations.ts';
import { loop, substitute } from '../ir/rebuild.ts';
import { reducedShape } from '../ir/shape.ts';
import { bytesOf } from '../plan/storage.ts';
import type { DataFeed } from '../program.ts';
import { forRows, rowAxes, type RowAxes } from './by-rows.ts';
import { optimise } from './index.ts';

/** From this many bytes on the largest array of all rows is worth it; and what that of a round may take. */
const large = 2 ** 24;
const ofRound = 2 ** 22;

const joins: { readonly [K in ReductionOp]: { readonly start: number; readonly join: (a: Node, b: Node) => Node } } = {
  sum: { start: 0, join: ir.add },
  prod: { start: 1, join: ir.mul },
  max_over: { start: -Infinity, join: ir.maximum },
  min_over: { start: Infinity, join: ir.minimum },
};

/** A reduction of what is made row by row, over its rows among others. */
const meeting = (node: Node, axes: RowAxes): OperationOf<ReductionOp> | undefined => {
  const { operation, inputs } = node;
  if (!(reductionOps as readonly string[]).includes(operation.op) || axes.has(node) || !axes.has(inputs[0]))
    return undefined;
  return node.dtype === 'float32' ? (operation as OperationOf<ReductionOp>) : undefined;
};

const biggestOf = (nodes: readonly Node[]): number =>
  Math.max(0, ...nodes.filter(({ operation }) => operation.op !== 'reshape').map(bytesOf));

/** Rather a few rows fewer than a rest. */
const inARound = (rows: number, most: number): number => {
  for (let count = most; 2 * count > most; count--) if (rows % count === 0) return count;
  return most;
};

/** `sources`: inputs with the rows of one set on their first axis. The graph itself where there is nothing to gain. */
export const inRounds = (graph: Graph, sources: readonly Node[]): Graph => {
  if (sources.length === 0) return graph;
  const order = topological(graph.outputs.map(({ node }) => node));
  const axes = rowAxes(order, sources);
  const rows = sources[0].shape[0];
  const inner = order.filter((node) => axes.has(node) && !sources.includes(node));
  const biggest = biggestOf(inner);
  if (biggest < large) return graph;

  // what is read where rows have met, or asked for
  const asked = new Set(graph.outputs.map(({ node }) => node));
  const leaving = new Set<Node>();
  const joined = new Set<Node>();
  for (const node of order) {
    if (axes.has(node)) continue;
    if (meeting(node, axes)) joined.add(node);
    else for (const x of node.inputs) if (axes.has(x) && !sources.includes(x)) leaving.add(x);
  }
  for (const node of inner) if (asked.has(node)) leaving.add(node);
  const stacked = [...leaving];
  const stackedBytes = stacked.reduce((sum, node) => sum + bytesOf(node), 0);
  if (stackedBytes > biggest / 4 || stacked.some((node) => axes.get(node) !== 0)) return graph;

  const perRound = inARound(rows, Math.max(1, Math.floor((rows * ofRound) / biggest)));
  const length = Math.floor(rows / perRound);
  if (length < 2) return graph;
  const rest = rows - length * perRound;
  const meetings = [...joined];
  const values = [...meetings.map((node) => node.inputs[0]), ...stacked];
  /** Of so many rows: the joined ones reduced, the stacked ones as they are. */
  const part = (given: readonly Node[], count: number): { readonly totals: Node[]; readonly rows: Node[] } => {
    const made = forRows(values, order, axes, new Map(sources.map((x, i) => [x, given[i]])), count);
    const totals = meetings.map(({ operation, span }, i) => {
      const { op, axes: over, keep } = operation as OperationOf<ReductionOp>;
      return ir.reduce(op, made[i], over, keep, span);
    });
    return { totals, rows: made.slice(meetings.length) };
  };
  const join = (node: Node, a: Node, b: Node): Node => joins[node.operation.op as ReductionOp].join(a, b);

  const carries = meetings.map((node) => {
    const { op, axes: over, keep } = node.operation as OperationOf<ReductionOp>;
    return ir.full(joins[op].start, reducedShape(node.inputs[0].shape, over, keep));
  });
  // each round picks its own rows: what is cut off at the end would be a copy of the set
  const first = ir.array([...Array(perRound).keys()], [perRound], 'int32');
  const picked = (round: Node): Node[] => {
    const places = ir.add(first, ir.mul(round, ir.scalar(perRound, 'int32')));
    return sources.map((x) => ir.gather(x, places));
  };
  const looped = loop({ length, carries }, (round, sofar) => {
    const { totals, rows: results } = part(picked(round), perRound);
    return { carries: meetings.map((node, i) => join(node, sofar[i], totals[i])), results };
  });
  const last =
    rest === 0
      ? undefined
      : part(
          sources.map((x) => ir.sliceAxis(x, 0, length * perRound, rest)),
          rest,
        );
  const found = new Map<Node, Node>();
  meetings.forEach((node, i) =>
    found.set(node, last ? join(node, looped.carries[i], last.totals[i]) : looped.carries[i]),
  );
  stacked.forEach((node, i) => {
    const flat = ir.reshape(looped.results[i], [length * perRound, ...node.shape.slice(1)]);
    found.set(node, last ? ir.concat([flat, last.rows[i]], 0) : flat);
  });
  const outputs = substitute(
    graph.outputs.map(({ node }) => node),
    found,
  );
  return { ...graph, outputs: graph.outputs.map((output, i) => ({ ...output, node: outputs[i] })) };
};

/** Of an evaluation or a picture: one set after the other that it sees all rows of. */
export const looksInRounds = <T extends { readonly graph: Graph; readonly feeds: readonly DataFeed[] }>(look: T): T => {
  const { graph, feeds } = look;
  if (biggestOf(topological(graph.outputs.map(({ node }) => node))) < large) return look;
  const whole = feeds.filter(({ order }) => order === 'all');
  const rounds = whole.reduce((made, { inputs }) => {
    const names = new Set(inputs.map(({ name }) => name));
    const sources = made.inputs.filter(({ operation }) => operation.op === 'input' && names.has(operation.name));
    return inRounds(made, sources);
  }, optimise(graph));
  return { ...look, graph: rounds };
};
