/**
 * Draws that came out of rejections carry the slope along which their parameter moves them, for the gradient (see `ir.pathwise`). When
 * all gradients are taken, only their values are left.
 */
import { rewrite, type Pass } from './pass.ts';

export const settle: Pass = {
  name: 'settle',
  why: 'A slope that no gradient asks for is not computed.',
  run: (graph, settled) =>
    rewrite(
      graph,
      ({ operation, inputs }) => (operation.op === 'stop' && inputs.length > 1 ? inputs[0] : undefined),
      settled,
    ),
};
