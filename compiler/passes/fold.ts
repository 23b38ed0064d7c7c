/**
 * Everything that is known is computed: each node is made anew, and making folds constants (up to 4096 numbers) and applies the local
 * identities. Graphs written through the constructors are so already; those put together otherwise become so here.
 */
import { make } from '../ir/build.ts';
import { rewrite, type Pass } from './pass.ts';

export const fold: Pass = {
  name: 'fold',
  why: 'What is known while compiling is not computed in every step.',
  run: (graph, settled) =>
    rewrite(
      graph,
      (node) => {
        if (node.inputs.length === 0) return undefined;
        const made = make(node.operation, node.inputs, node.span);
        return made.operation === node.operation ? undefined : made;
      },
      settled,
    ),
};
