/** Where the extremes are, and along one axis: sorting, running sums and products. */
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import { R } from '../../spaces/space.ts';
import { describe, someToChoose } from '../values/describe.ts';
import { rankOf, shapeOf, tensor, toReal } from '../values/tensors.ts';
import type { Tensor, Value } from '../values/values.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';
import { axisArgument, flagArgument, realArgument, required, tensorArgument, toTensor } from './call.ts';
import { extremeOf, orderOf, reversedOf, runningOf, sortedOf } from './sequences.ts';

const indices = (node: Node, like: Tensor, size: number, shape: readonly number[]): Tensor =>
  tensor(node, like.axes, { kind: 'tensor', element: { kind: 'Class', size }, shape });

/** The position of the extreme entry: of all (counted row by row), or along an axis. */
const position =
  (op: 'argmax' | 'argmin'): Intrinsic =>
  (call) => {
    const of = required(call, 'x');
    const drawn = tensorArgument(call, 'x');
    if (of.kind === 'dist' && drawn.space.element.kind === 'Class' && drawn.space.shape.length === 0)
      fail(
        'L0302',
        call.span,
        { expected: 'an array', seen: `a distribution over ${describe(drawn)}`, where: `\`${op}\`` },
        { help: op === 'argmax' ? 'its most probable value is `mode(...)`' : 'its probabilities are `mean(...)`' },
      );
    const x = toReal(drawn);
    const shape = shapeOf(x);
    const axis = axisArgument(call, shape.length);
    const front = x.axes.length;
    const pick = op === 'argmax' ? ir.argmax : ir.argmin;
    someToChoose(op, axis === undefined ? sizeOf(shape) : shape[axis], call.span);
    if (axis !== undefined)
      return indices(
        pick(x.node, front + axis, call.span),
        x,
        shape[axis],
        shape.filter((_, i) => i !== axis),
      );
    if (shape.length === 0) fail('L0302', call.span, { expected: 'an array', seen: describe(x), where: `\`${op}\`` });
    const flat = ir.reshape(x.node, [...x.node.shape.slice(0, front), sizeOf(shape)]);
    return indices(pick(flat, front, call.span), x, sizeOf(shape), []);
  };

/** Runs `f` with the chosen axis (the last unless named) moved to the end of the node. */
const alongAxis = (call: IntrinsicCall, f: (node: Node, n: number) => Node): { node: Node; x: Tensor; n: number } => {
  const x = realArgument(call, 'x');
  const rank = rankOf(x);
  if (rank === 0) fail('L0302', call.span, { expected: 'an array', seen: describe(x) });
  const at = x.axes.length + (axisArgument(call, rank) ?? rank - 1);
  const order = x.node.shape.map((_, i) => i);
  const swap = order.map((i) => (i === at ? order.length - 1 : i === order.length - 1 ? at : i));
  const n = x.node.shape[at];
  return { node: ir.transpose(f(ir.transpose(x.node, swap), n), swap), x, n };
};

const ranks = (call: IntrinsicCall, node: Node): Node =>
  ir.argsort(flagArgument(call, 'descending') ? ir.neg(node) : node, call.span);

/** Entries of the last axis taken in this order: rows of length n are laid end to end, so that one gather does it. */
const take = (node: Node, order: Node, n: number): Node => {
  const count = sizeOf(node.shape);
  const rows = ir.reshape(order, [count / n, n]);
  const starts = ir.array(
    Array.from({ length: count / n }, (_, i) => i * n),
    [count / n, 1],
    'int32',
  );
  return ir.reshape(ir.gather(ir.reshape(node, [count]), ir.add(rows, starts)), node.shape);
};

const sort: Intrinsic = (call) => {
  const { node, x } = alongAxis(call, (a, n) => (n === 0 ? a : take(a, ranks(call, ir.stop(a)), n)));
  return tensor(node, x.axes, R(...shapeOf(x)));
};

const argsort: Intrinsic = (call) => {
  const { node, x, n } = alongAxis(call, (a) => ranks(call, a));
  return indices(node, x, n, shapeOf(x));
};

const cumsum: Intrinsic = (call) => {
  const { node, x } = alongAxis(call, (a) => ir.cumsum(a, a.shape.length - 1, {}, call.span));
  return tensor(node, x.axes, R(...shapeOf(x)));
};

/** Products up to each entry, in log n doublings. */
const cumprod: Intrinsic = (call) => {
  const { node, x } = alongAxis(call, (a, n) => {
    const last = a.shape.length - 1;
    let products = a;
    for (let reach = 1; reach < n; reach *= 2) {
      const ones = ir.full(1, [...a.shape.slice(0, -1), reach]);
      products = ir.mul(products, ir.concat([ones, ir.sliceAxis(products, last, 0, n - reach)], last), call.span);
    }
    return products;
  });
  return tensor(node, x.axes, R(...shapeOf(x)));
};

/** Rows in the opposite order; any array, a list of values too. */
const reverse: Intrinsic = (call): Value => {
  const v = required(call, 'x');
  if (v.kind === 'list') return { ...v, items: [...v.items].reverse() };
  const t = toTensor(v, call);
  const x = t.space.element.kind === 'Class' || t.space.element.kind === 'Bit' ? t : toReal(t);
  const rank = x.space.shape.length;
  if (rank === 0) fail('L0302', call.span, { expected: 'an array', seen: describe(t), where: '`reverse`' });
  const axis = axisArgument(call, rank) ?? 0;
  return { ...tensor(ir.reverse(x.node, [x.axes.length + axis], call.span), x.axes, x.space) };
};

export const orderIntrinsics: Readonly<Record<string, Intrinsic>> = {
  argmax: extremeOf('argmax', position('argmax')),
  argmin: extremeOf('argmin', position('argmin')),
  sort: sortedOf(sort),
  argsort: orderOf(argsort),
  cumsum: runningOf(0, cumsum),
  cumprod: runningOf(1, cumprod),
  reverse: reversedOf(reverse),
};
