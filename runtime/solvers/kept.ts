/**
 * A graph in two: what does not depend on the variables that are looked for (features that an earlier stage has learned, statistics of
 * the rows) is computed once and kept, and each evaluation is fed with it.
 */
import { captures, make, substitute } from '../../compiler/ir/build.ts';
import { topological, type Graph, type Node } from '../../compiler/ir/graph.ts';
import { sizeOf } from '../../compiler/ir/shape.ts';
import type { PlayerStep } from '../../compiler/program.ts';
import { workOf } from './work.ts';

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
  return apartFrom(names, graph);
};

/** `moving`: names of inputs that change from one evaluation to the next. */
const apartFrom = (moving: ReadonlySet<string>, graph: Graph): Halves => {
  const varying = graph.inputs.filter(({ operation }) => operation.op === 'input' && moving.has(operation.name));
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

/** A step is worth cutting in two from this share of its work on, as long as what is kept takes no more memory than this. */
const worthwhile = 0.1;
const mostBytes = 2 ** 28;

const isFed = (node: Node, moving: ReadonlySet<string>): boolean =>
  node.operation.op === 'input' && !moving.has(node.operation.name);

/**
 * A player's step in two: what does not change while these players train, such as what a kernel machine of an earlier stage makes of its
 * rows, and the rest. Undefined where that is little. `changed`: the variables that any of them changes.
 */
export const stepInHalves = (player: PlayerStep, changed: readonly string[]): Halves | undefined => {
  const known = stepsCut.get(player.graph);
  if (known) return known.halves;
  const halves = cutStep(player, changed);
  stepsCut.set(player.graph, { halves });
  return halves;
};

/** One training may run again with another seed: its halves are prepared once. */
const stepsCut = new WeakMap<Graph, { readonly halves: Halves | undefined }>();

const cutStep = ({ graph, feeds }: PlayerStep, changed: readonly string[]): Halves | undefined => {
  const moving = new Set([
    ...changed.map((id) => `var:${id}`),
    ...feeds.flatMap(({ order, inputs }) => (order === 'all' ? [] : inputs.map(({ name }) => name))),
    ...['key', 'step', 'total'],
  ]);
  if (!topological(graph.outputs.map(({ node }) => node)).some((node) => isFed(node, moving))) return undefined;
  const halves = apartFrom(moving, graph);
  const bytes = halves.once.outputs.reduce((sum, { node }) => sum + 4 * sizeOf(node.shape), 0);
  return bytes <= mostBytes && workOf(halves.once) >= worthwhile * workOf(graph) ? halves : undefined;
};
