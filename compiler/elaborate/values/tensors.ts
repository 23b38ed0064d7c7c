/**
 * Tensors under axes: a function written for one example is run on all of them by keeping the binders' axes in front.
 * Here are the few moves everything else is made of: bringing tensors to common axes, moving an axis into the shape and
 * back, elementwise operations, reductions, and the general product that batches over what both sides share.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import type { BinaryOp, ComparisonOp, ReductionOp, Shape, UnaryOp } from '../../ir/operations.ts';
import { fail } from '../../messages.ts';
import { R, Bit, printSpace, sameShape, storageShape } from '../../spaces/space.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import { quotient } from './removable.ts';
import type { Axis, Tensor } from './values.ts';

export const tensor = (node: Node, axes: readonly Axis[], space: TensorSpace): Tensor => ({
  kind: 'tensor',
  node,
  axes,
  space,
});

export const constantNumber = (x: number): Tensor => tensor(ir.scalar(x), [], R());
export const constantBoolean = (x: boolean): Tensor =>
  tensor(ir.constant({ dtype: 'bool', shape: [], data: Uint8Array.of(x ? 1 : 0) }), [], Bit());

/** The number, when it is known while compiling. */
export const known = (t: Tensor): number | undefined => {
  const op = t.node.operation;
  return op.op === 'constant' && t.node.shape.length === 0 ? op.value.data[0] : undefined;
};

/** All numbers, when they are known while compiling. */
export const knownArray = (t: Tensor): readonly number[] | undefined => {
  const op = t.node.operation;
  return op.op === 'constant' && t.axes.length === 0 && !op.value.bounds ? Array.from(op.value.data) : undefined;
};

export const unionAxes = (...tensors: readonly { readonly axes: readonly Axis[] }[]): Axis[] =>
  [...new Set(tensors.flatMap((t) => t.axes))].sort((a, b) => a.order - b.order);

/** The dimensions in front of a tensor under these axes. */
export const sizesOf = (axes: readonly Axis[]): number[] => axes.map((a) => a.size);

/** Shape of one example as stored. */
export const shapeOf = (t: Tensor): Shape => t.node.shape.slice(t.axes.length);
export const rankOf = (t: Tensor): number => t.node.shape.length - t.axes.length;

/** The node with a dimension for each of `axes` (1 where the tensor does not vary), and its own shape padded in front to `rank`. */
export const aligned = (t: Tensor, axes: readonly Axis[], rank = rankOf(t), span?: Span): Node => {
  if (t.axes.length === 0) return t.node; // NumPy's rule adds leading dimensions of size 1 by itself
  const own = shapeOf(t);
  const front = axes.map((a) => (t.axes.includes(a) ? a.size : 1));
  const padding = Array.from({ length: rank - own.length }, () => 1);
  return ir.reshape(t.node, [...front, ...padding, ...own], span);
};

/** The tensor varying over all of `axes`, dimensions in full. */
export const expandAxes = (t: Tensor, axes: readonly Axis[], span?: Span): Tensor => {
  if (axes.length === t.axes.length && axes.every((a, i) => a === t.axes[i])) return t;
  const node = ir.broadcastTo(aligned(t, axes), [...sizesOf(axes), ...shapeOf(t)], span);
  return { ...tensor(node, axes, t.space) };
};

/** As real numbers: booleans become 0 and 1, classes their one-hot vectors. */
export const toReal = (t: Tensor): Tensor => {
  if (t.space.element.kind === 'Class') {
    const space = R(...t.space.shape, t.space.element.size);
    return tensor(ir.oneHot(t.node, t.space.element.size), t.axes, space);
  }
  if (t.space.element.kind === 'R') return t;
  return {
    ...tensor(ir.cast(t.node, 'float32'), t.axes, R(...storageShape(t.space))),
    counts: t.counts,
    within: t.within,
  };
};

/** As truth values. */
export const toBit = (t: Tensor): Tensor =>
  t.node.dtype === 'bool'
    ? t
    : tensor(ir.compare('ne', toReal(t).node, ir.scalar(0)), t.axes, Bit(...shapeOf(toReal(t))));

export const mapUnary = (op: UnaryOp, t: Tensor, span?: Span): Tensor => {
  const x = toReal(t);
  return tensor(ir.unary(op, x.node, span), x.axes, R(...shapeOf(x)));
};

/** Shape of an elementwise operation: equal shapes, a number with anything, or one shape that ends with the other. */
const commonShape = (name: string, a: Tensor, b: Tensor, span?: Span): Shape => {
  const left = shapeOf(a);
  const right = shapeOf(b);
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  const offset = long.length - short.length;
  if (short.every((n, i) => n === long[i + offset])) return long;
  return fail('L0301', span, {
    op: name,
    left: printSpace(a.space),
    right: printSpace(b.space),
    why: `${printSpace(a.space)} on the left, ${printSpace(b.space)} on the right`,
  });
};

/** Two tensors brought to common axes and rank: nodes that broadcast, and the resulting shape. */
const pair = (name: string, a: Tensor, b: Tensor, span?: Span) => {
  const shape = commonShape(name, a, b, span);
  const axes = unionAxes(a, b);
  return { axes, shape, left: aligned(a, axes, shape.length, span), right: aligned(b, axes, shape.length, span) };
};

/** A node that may have lost dimensions of size 1 to broadcasting is brought to the full sizes of its axes. */
const complete = (node: Node, axes: readonly Axis[], shape: Shape, span?: Span): Node => {
  const full = [...sizesOf(axes), ...shape];
  return sameShape(node.shape, full) ? node : ir.broadcastTo(node, full, span);
};

export const mapBinary = (op: BinaryOp, a: Tensor, b: Tensor, span?: Span, name: string = op): Tensor => {
  const p = pair(name, toReal(a), toReal(b), span);
  const node = op === 'div' ? quotient(p.left, p.right, span) : ir.binary(op, p.left, p.right, span);
  return tensor(complete(node, p.axes, p.shape, span), p.axes, R(...p.shape));
};

/** A class beside a number (`y == class(3)`, where K is not said): their indices are compared, not the one-hot vector. */
const classByIndex = (a: Tensor, b: Tensor): boolean => {
  const [c, other] = a.space.element.kind === 'Class' ? [a, b] : [b, a];
  if (c.space.element.kind !== 'Class' || other.space.element.kind === 'Class') return false;
  return other.space.element.kind === 'Int' || rankOf(other) <= c.space.shape.length;
};

const asIndex = (t: Tensor): Tensor =>
  t.space.element.kind === 'Class' ? tensor(ir.cast(t.node, 'float32'), t.axes, R(...t.space.shape)) : toReal(t);

export const compareTensors = (op: ComparisonOp, a: Tensor, b: Tensor, span?: Span, name: string = op): Tensor => {
  const same = a.space.element.kind === 'Class' && b.space.element.kind === 'Class';
  const boolean = a.node.dtype === 'bool' && b.node.dtype === 'bool';
  if (same || (boolean && (op === 'eq' || op === 'ne'))) {
    const p = pair(name, a, b, span);
    return tensor(complete(ir.compare(op, p.left, p.right, span), p.axes, p.shape), p.axes, Bit(...p.shape));
  }
  const [x, y] = classByIndex(a, b) ? [a, b].map(asIndex) : [toReal(a), toReal(b)];
  const p = pair(name, x, y, span);
  return tensor(complete(ir.compare(op, p.left, p.right, span), p.axes, p.shape), p.axes, Bit(...p.shape));
};

export const logical = (op: 'and' | 'or', a: Tensor, b: Tensor, span?: Span): Tensor => {
  const p = pair(op, toBit(a), toBit(b), span);
  const node = op === 'and' ? ir.and(p.left, p.right, span) : ir.or(p.left, p.right, span);
  return tensor(complete(node, p.axes, p.shape), p.axes, Bit(...p.shape));
};

export const selectTensors = (condition: Tensor, a: Tensor, b: Tensor, span?: Span): Tensor => {
  const c = toBit(condition);
  const sameKind = a.node.dtype === b.node.dtype && a.space.element.kind === b.space.element.kind;
  const x = sameKind ? a : toReal(a);
  const y = sameKind ? b : toReal(b);
  const shape = commonShape('if', x, y, span);
  const axes = unionAxes(c, x, y);
  const rank = Math.max(shape.length, rankOf(c));
  if (rankOf(c) > 0 && !sameShape(shapeOf(c), shape) && shape.length > 0) commonShape('if', c, x, span);
  const full = rankOf(c) > shape.length ? shapeOf(c) : shape;
  const node = ir.select(aligned(c, axes, rank), aligned(x, axes, rank), aligned(y, axes, rank), span);
  const space: TensorSpace = sameKind
    ? {
        kind: 'tensor',
        element: a.space.element,
        shape: a.space.shape.length >= b.space.shape.length ? a.space.shape : b.space.shape,
      }
    : R(...full);
  return tensor(complete(node, axes, full), axes, sameShape(storageShape(space), full) ? space : R(...full));
};

export const stopTensor = (t: Tensor, span?: Span): Tensor =>
  t.node.dtype === 'float32' ? { ...t, node: ir.stop(t.node, span) } : t;

// ---------------------------------------------------------------- axes and shapes

/** Makes the axis the first dimension of each example's array. */
export const axisToShape = (t: Tensor, axis: Axis, span?: Span): Tensor => {
  const full = t.axes.includes(axis) ? t : expandAxes(t, unionAxes(t, { axes: [axis] }), span);
  const at = full.axes.indexOf(axis);
  const rest = full.axes.filter((a) => a !== axis);
  const rank = full.node.shape.length;
  const permutation = Array.from({ length: rank }, (_, i) => i);
  permutation.splice(at, 1);
  permutation.splice(rest.length, 0, at);
  const node = at === rest.length ? full.node : ir.transpose(full.node, permutation, span);
  const { element, shape } = full.space;
  return tensor(node, rest, { kind: 'tensor', element, shape: [axis.size, ...shape] });
};

/** Makes dimension `dimension` of each example's array the axis (which must be new, or stand in front of no other). */
export const shapeToAxis = (t: Tensor, axis: Axis, dimension = 0, span?: Span): Tensor => {
  const axes = unionAxes(t, { axes: [axis] });
  const at = axes.indexOf(axis);
  const from = t.axes.length + dimension;
  const permutation = Array.from({ length: t.node.shape.length }, (_, i) => i);
  permutation.splice(from, 1);
  permutation.splice(at, 0, from);
  const node = at === from ? t.node : ir.transpose(t.node, permutation, span);
  const shape = t.space.shape.filter((_, i) => i !== dimension);
  return tensor(node, axes, { kind: 'tensor', element: t.space.element, shape });
};

/** The same tensor under another axis of the same size. */
export const renameAxis = (t: Tensor, from: Axis, to: Axis): Tensor => {
  if (!t.axes.includes(from)) return t;
  const moved = axisToShape(t, from);
  return shapeToAxis(moved, to);
};

/** Reduces dimensions of each example's array. */
export const reduceShape = (op: ReductionOp, t: Tensor, dimensions: readonly number[], span?: Span): Tensor => {
  const x = toReal(t);
  const axes = dimensions.map((d) => d + x.axes.length);
  const shape = shapeOf(x).filter((_, i) => !dimensions.includes(i));
  return tensor(ir.reduce(op, x.node, axes, false, span), x.axes, R(...shape));
};

/** Reduces over a binder's axis. A tensor that does not vary over it is the same `size` times. */
export const reduceAxis = (op: ReductionOp, t: Tensor, axis: Axis, span?: Span): Tensor => {
  const x = toReal(t);
  if (!x.axes.includes(axis)) {
    if (op === 'sum') return mapBinary('mul', x, constantNumber(axis.size), span);
    if (op === 'prod') return mapBinary('pow', x, constantNumber(axis.size), span);
    return x;
  }
  const at = x.axes.indexOf(axis);
  return tensor(
    ir.reduce(op, x.node, [at], false, span),
    x.axes.filter((a) => a !== axis),
    R(...shapeOf(x)),
  );
};

export const reshapeTensor = (t: Tensor, shape: Shape, span?: Span): Tensor =>
  tensor(ir.reshape(t.node, [...sizesOf(t.axes), ...shape], span), t.axes, R(...shape));

/** Permutes the dimensions of each example's array. */
export const transposeShape = (t: Tensor, permutation: readonly number[], span?: Span): Tensor => {
  const n = t.axes.length;
  const node = ir.transpose(t.node, [...t.axes.map((_, i) => i), ...permutation.map((p) => p + n)], span);
  return tensor(node, t.axes, { ...t.space, shape: permutation.map((p) => t.space.shape[p]) });
};

/**
 * The general product: contracts the last dimension of `a` with the dimension `k` of `b`; every other dimension stays.
 * Axes that both have are batched over; those of one side join its rows or columns, so one matrix product does it.
 * Result shape: a's other dimensions, then b's.
 */
export const contract = (a: Tensor, b: Tensor, k: number, span?: Span): Tensor => {
  const x = toReal(a);
  const y = toReal(b);
  const shared = x.axes.filter((axis) => y.axes.includes(axis));
  const ofX = x.axes.filter((axis) => !y.axes.includes(axis));
  const ofY = y.axes.filter((axis) => !x.axes.includes(axis));
  const shapeX = shapeOf(x);
  const shapeY = shapeOf(y);
  const inner = shapeX[shapeX.length - 1];
  const rows = shapeX.slice(0, -1);
  const columns = shapeY.filter((_, i) => i !== k);
  const product = (dims: readonly number[]) => dims.reduce((p, n) => p * n, 1);
  const order = (t: Tensor, front: readonly Axis[], own: readonly Axis[]) => [
    ...front.map((axis) => t.axes.indexOf(axis)),
    ...own.map((axis) => t.axes.indexOf(axis)),
  ];
  const m = product(sizesOf(ofX)) * product(rows);
  const n = product(sizesOf(ofY)) * product(columns);
  const s = sizesOf(shared);
  const left = ir.reshape(
    ir.transpose(x.node, [...order(x, shared, ofX), ...shapeX.map((_, i) => i + x.axes.length)], span),
    [...s, m, inner],
    span,
  );
  // b as [shared, inner, columns] when the contracted dimension already stands first, else [shared, columns, inner] transposed.
  const first = k === 0 && ofY.length === 0;
  const rest = shapeY
    .map((_, i) => i)
    .filter((i) => i !== k)
    .map((i) => i + y.axes.length);
  const right = first
    ? ir.reshape(
        ir.transpose(y.node, [...order(y, shared, []), k + y.axes.length, ...rest], span),
        [...s, inner, n],
        span,
      )
    : ir.reshape(
        ir.transpose(y.node, [...order(y, shared, ofY), ...rest, k + y.axes.length], span),
        [...s, n, inner],
        span,
      );
  const out = ir.matmul(left, right, { transposeA: false, transposeB: !first }, span);
  const spread = ir.reshape(out, [...s, ...sizesOf(ofX), ...rows, ...sizesOf(ofY), ...columns], span);
  const axes = unionAxes(x, y);
  // Now dimensions stand as shared, ofX, rows, ofY, columns: bring them to axes, rows, columns.
  const place = (axis: Axis): number =>
    shared.includes(axis)
      ? shared.indexOf(axis)
      : ofX.includes(axis)
        ? shared.length + ofX.indexOf(axis)
        : shared.length + ofX.length + rows.length + ofY.indexOf(axis);
  const permutation = [
    ...axes.map(place),
    ...rows.map((_, i) => shared.length + ofX.length + i),
    ...columns.map((_, i) => shared.length + ofX.length + rows.length + ofY.length + i),
  ];
  return tensor(ir.transpose(spread, permutation, span), axes, R(...rows, ...columns));
};

/** `a @ b`: vectors and matrices, as in NumPy. */
export const matrixProduct = (a: Tensor, b: Tensor, span?: Span): Tensor => {
  const x = toReal(a);
  const y = toReal(b);
  const k = Math.max(0, rankOf(y) - 2);
  const inner = shapeOf(x)[rankOf(x) - 1];
  if (rankOf(x) === 0 || rankOf(y) === 0 || inner !== shapeOf(y)[k])
    fail('L0301', span, {
      op: '@',
      left: printSpace(a.space),
      right: printSpace(b.space),
      why:
        rankOf(x) === 0 || rankOf(y) === 0
          ? 'a matrix product needs vectors or matrices'
          : `the last dimension on the left is ${inner}, the ${k === 0 ? 'first' : 'second to last'} on the right ${shapeOf(y)[k]}`,
    });
  if (rankOf(y) > 2)
    fail('L0301', span, {
      op: '@',
      left: printSpace(a.space),
      right: printSpace(b.space),
      why: 'write batches with a binder',
    });
  return contract(x, y, k, span);
};

/** Folds the axes into the first dimension (convolutions take one batch dimension), and the way back. */
export const flattenAxes = (t: Tensor, span?: Span): Node =>
  ir.reshape(t.node, [sizesOf(t.axes).reduce((p, n) => p * n, 1), ...shapeOf(t)], span);

export const unflattenAxes = (node: Node, axes: readonly Axis[], span?: Span): Tensor => {
  const shape = node.shape.slice(1);
  return tensor(ir.reshape(node, [...sizesOf(axes), ...shape], span), axes, R(...shape));
};
