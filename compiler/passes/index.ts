/**
 * The passes in their order, and why each stands where it stands; `optimise` runs them until nothing changes.
 */
import type { Graph, Node } from '../ir/graph.ts';
import { batchRounds } from './batch.ts';
import { factor } from './factor.ts';
import { fold } from './fold.ts';
import { mergeLoops, pruneLoops } from './loops.ts';
import type { Pass } from './pass.ts';
import { rearrange } from './rearrange.ts';
import { remember } from './remember.ts';
import { settle } from './settle.ts';
import { share } from './share.ts';
import { simplify } from './simplify.ts';
import { stable } from './stable.ts';

export const passes: readonly Pass[] = [
  settle, // before everything: what only gradients need is not worked on
  fold, // first: what is known makes more patterns match
  stable, // before algebra takes the forms apart that it looks for
  rearrange, // brings products and sums next to each other
  simplify,
  share, // after all that writes nodes: equal ones have become equal in form
  factor, // after sharing: a factor in common has become one node
  mergeLoops, // needs equal carries to be one node
  pruneLoops, // after merging, which turns a result read nowhere into one read somewhere
  remember, // before rounds are batched: then the two loops no longer have the same formulas
  batchRounds, // after merging: loops that are taken apart are no longer alike
];

/** Rounds of all passes; in practice two or three. */
const rounds = 6;

export const optimise = (graph: Graph): Graph => {
  const settled = passes.map(() => new Set<Node>());
  let current = graph;
  for (let i = 0; i < rounds; i++) {
    const next = passes.reduce((g, pass, k) => pass.run(g, settled[k]), current);
    if (next === current) break;
    current = next;
  }
  return current;
};
