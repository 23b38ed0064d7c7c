/**
 * What kind of function of the parameters a loss is: a polynomial of which degree, and whether it is the same at every evaluation.
 * That is what decides between the exact solution, L-BFGS and steps along minibatch gradients.
 */
import { topological } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import { dependents } from '../../ir/rebuild.ts';
import { sizeOf } from '../../ir/shape.ts';

const linear: ReadonlySet<string> = new Set([
  ...[
    'neg',
    'reshape',
    'transpose',
    'broadcast',
    'slice',
    'pad',
    'concat',
    'reverse',
    'cumsum',
    'sum',
    'unfold',
    'fold',
  ],
  ...['add', 'sub'],
]);
const bilinear: ReadonlySet<string> = new Set(['mul', 'matmul', 'conv', 'conv_to_input', 'conv_to_filter']);

/** Degree as a polynomial in the inputs `wrt`; Infinity where it is none. */
export const degreeIn = (root: Node, wrt: ReadonlySet<Node>): number => {
  const degree = new Map<Node, number>();
  const of = (n: Node): number => degree.get(n) as number;
  for (const node of topological([root])) {
    const { op } = node.operation;
    const inputs = node.inputs.map(of);
    const most = Math.max(0, ...inputs);
    degree.set(
      node,
      wrt.has(node)
        ? 1
        : most === 0
          ? 0
          : linear.has(op)
            ? most
            : bilinear.has(op)
              ? inputs[0] + inputs[1]
              : op === 'square'
                ? 2 * inputs[0]
                : op === 'div' && inputs[1] === 0
                  ? inputs[0]
                  : op === 'gather' || op === 'scatter_add'
                    ? inputs[0]
                    : op === 'select' && inputs[0] === 0
                      ? most
                      : Infinity,
    );
  }
  return of(root);
};

/** Elementary operations of one evaluation, roughly; of what depends on `varying` alone, where it is given. */
export const workOf = (root: Node, varying?: readonly Node[]): number => {
  let work = 0;
  const order = topological([root]);
  const counted = varying && dependents(order, varying);
  for (const node of order) {
    if (counted && !counted.has(node)) continue;
    const { operation, inputs, shape } = node;
    const size = sizeOf(shape);
    if (operation.op === 'matmul') {
      const a = inputs[0].shape;
      work += size * a[a.length - (operation.transposeA ? 2 : 1)];
    } else if (operation.op.startsWith('conv')) work += size * sizeOf(inputs[1].shape.slice(0, -1));
    else if (operation.op === 'scan')
      work += operation.length * operation.body.outputs.reduce((w, o) => w + workOf(o.node), 0);
    else work += size;
  }
  return work;
};
