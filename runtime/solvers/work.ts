/** How much work a graph is, roughly. */
import { topological, type Graph } from '../../compiler/ir/graph.ts';
import { sizeOf } from '../../compiler/ir/shape.ts';

/** Elementary steps of one evaluation in plain arrays, roughly: an element made, or four multiplications in a product. */
export const workOf = (graph: Graph): number => {
  let work = 0;
  for (const { operation, inputs, shape } of topological(graph.outputs.map(({ node }) => node))) {
    const size = sizeOf(shape);
    const largest = inputs.reduce((most, input) => Math.max(most, sizeOf(input.shape)), size);
    if (operation.op === 'input' || operation.op === 'constant') continue;
    if (operation.op === 'scan') work += operation.length * workOf(operation.body);
    else if (operation.op === 'matmul') {
      const [a] = inputs;
      work += (size * a.shape.at(operation.transposeA ? -2 : -1)!) / 4;
    } else if (operation.op.startsWith('conv')) work += (largest * sizeOf(inputs[1].shape)) / 4;
    else work += largest;
  }
  return work;
};
