/**
 * What is computed for each row of a set by itself: which nodes are, along which axis their rows lie, and the same nodes for fewer rows.
 * One rule a family of operations; where there is none, a node is not taken to be made row by row.
 */
import * as ir from '../ir/build.ts';
import type { Node } from '../ir/graph.ts';
import { elementwiseOps, type Operation } from '../ir/operations.ts';
import { raw } from '../ir/make.ts';
import { sizeOf } from '../ir/shape.ts';

/** The axis of the rows, of nodes that are made row by row. */
export type RowAxes = ReadonlyMap<Node, number>;

/** Where the axis of an operand comes to lie under broadcasting, and back. */
const aligned = (axis: number, from: Node, to: Node): number => axis + to.shape.length - from.shape.length;

/** Copies of something without rows: as many as are wanted. */
const isSpread = (x: Node, axis: number): boolean => {
  if (x.operation.op !== 'broadcast') return false;
  const [source] = x.inputs;
  const at = axis - (x.shape.length - source.shape.length);
  return at < 0 || source.shape[at] === 1;
};

/** Under broadcasting: operands with rows have them on one axis, and the others are the same for all rows. */
const broadcast = (node: Node, axes: RowAxes): number | undefined => {
  const found = node.inputs.flatMap((x) => {
    const axis = axes.get(x);
    return axis === undefined ? [] : [aligned(axis, x, node)];
  });
  const [axis] = found;
  if (found.some((other) => other !== axis)) return undefined;
  const fits = node.inputs.every((x) => {
    const at = axis - (node.shape.length - x.shape.length);
    return axes.has(x) || at < 0 || x.shape[at] === 1 || isSpread(x, at);
  });
  return fits ? axis : undefined;
};

const reshaped = ([x]: readonly Node[], { shape }: Node, axis: number): number | undefined => {
  const before = sizeOf(x.shape.slice(0, axis));
  const rows = x.shape[axis];
  const found = shape.findIndex((n, i) => n === rows && sizeOf(shape.slice(0, i)) === before);
  return found < 0 ? undefined : found;
};

const product = (node: Node, axes: RowAxes): number | undefined => {
  const { operation, inputs, shape } = node;
  if (operation.op !== 'matmul') return undefined;
  const transposed = [operation.transposeA, operation.transposeB];
  const places = inputs.map((x, side) => {
    const axis = axes.get(x);
    if (axis === undefined) return undefined;
    const rank = x.shape.length;
    if (axis < rank - 2) return aligned(axis, x, node);
    // the axis that stays: rows of the left side, columns of the right one
    const stays = (side === 0) === transposed[side] ? rank - 1 : rank - 2;
    return axis === stays ? shape.length - 2 + side : NaN;
  });
  const found = places.filter((place) => place !== undefined);
  const [axis] = found;
  if (found.some((other) => other !== axis)) return undefined; // NaN among them
  if (axis >= shape.length - 2) return found.length === 1 ? axis : undefined;
  const fits = inputs.every((x, i) => {
    const at = axis - (shape.length - x.shape.length);
    return places[i] !== undefined || at < 0 || x.shape[at] === 1;
  });
  return fits ? axis : undefined;
};

/** Of a node that reads something with rows; undefined: rows meet in it, or nobody knows. */
const rowAxis = (node: Node, axes: RowAxes): number | undefined => {
  const { operation, inputs, shape } = node;
  const [first, second] = inputs;
  const axis = axes.get(first);
  if (elementwiseOps.has(operation.op)) return broadcast(node, axes);
  if (operation.op === 'matmul') return product(node, axes);
  if (operation.op === 'concat') {
    const own = inputs.flatMap((x) => axes.get(x) ?? []);
    const [found] = own;
    const fits = inputs.every((x) => axes.get(x) === found || (!axes.has(x) && isSpread(x, found)));
    return found !== operation.axis && fits ? found : undefined;
  }
  if (operation.op === 'gather') {
    if (axis === undefined) return axes.get(second);
    return axis > 0 && !axes.has(second) ? axis - 1 + second.shape.length : undefined;
  }
  // all others have their rows in what they read first, and nowhere else
  if (axis === undefined || inputs.slice(1).some((x) => axes.has(x))) return undefined;
  const without = (gone: readonly number[]): number | undefined =>
    gone.includes(axis) ? undefined : axis - gone.filter((i) => i < axis).length;
  switch (operation.op) {
    case 'stop':
      return inputs.length === 1 ? axis : undefined;
    case 'reshape':
      return reshaped(inputs, node, axis);
    case 'transpose':
      return operation.permutation.indexOf(axis);
    case 'broadcast': {
      const at = aligned(axis, first, node);
      return shape[at] === first.shape[axis] ? at : undefined;
    }
    case 'slice':
      return operation.size[axis] === first.shape[axis] ? axis : undefined;
    case 'pad':
      return shape[axis] === first.shape[axis] ? axis : undefined;
    case 'reverse':
      return operation.axes.includes(axis) ? undefined : axis;
    case 'cumsum':
      return operation.axis === axis ? undefined : axis;
    case 'one_hot':
      return axis;
    case 'argsort':
      return axis === first.shape.length - 1 ? undefined : axis;
    case 'argmax':
    case 'argmin':
      return without([operation.axis]);
    case 'sum':
    case 'prod':
    case 'max_over':
    case 'min_over':
      return operation.keep && !operation.axes.includes(axis) ? axis : without(operation.axes);
    case 'conv':
    case 'conv_to_input':
    case 'unfold':
    case 'fold':
      return axis === 0 ? 0 : undefined;
    default:
      return undefined;
  }
};

/** The axes of all nodes that are made of `sources` row by row; rows of these lie on their first axis. */
export const rowAxes = (order: readonly Node[], sources: readonly Node[]): Map<Node, number> => {
  const axes = new Map<Node, number>(sources.map((x) => [x, 0]));
  const reading = new Set<Node>(sources);
  for (const node of order) {
    if (axes.has(node) || !node.inputs.some((x) => reading.has(x))) continue;
    reading.add(node);
    // what rows have met in is not the same for all rows before all are there
    const met = node.inputs.some((x) => reading.has(x) && !axes.has(x));
    const axis = met ? undefined : rowAxis(node, axes);
    if (axis !== undefined) axes.set(node, axis);
  }
  return axes;
};

const resized = (shape: readonly number[], axis: number, rows: number): number[] =>
  shape.map((n, i) => (i === axis ? rows : n));

const withRows = (operation: Operation, axis: number, rows: number): Operation => {
  switch (operation.op) {
    case 'reshape':
    case 'broadcast':
      return { ...operation, shape: resized(operation.shape, axis, rows) };
    case 'slice':
      return { ...operation, size: resized(operation.size, axis, rows) };
    default:
      return operation;
  }
};

/** Nodes that are made row by row, for other rows: `given` stands for the sources. */
export const forRows = (
  wanted: readonly Node[],
  order: readonly Node[],
  axes: RowAxes,
  given: ReadonlyMap<Node, Node>,
  rows: number,
): Node[] => {
  const made = new Map<Node, Node>(given);
  const operand = (x: Node, node: Node, axis: number): Node => {
    const own = made.get(x);
    if (own) return own;
    const at = axis - (node.shape.length - x.shape.length);
    const { op } = node.operation;
    if (!(elementwiseOps.has(op) || op === 'concat') || at < 0 || !isSpread(x, at) || x.shape[at] === 1) return x;
    return ir.broadcastTo(x.inputs[0], resized(x.shape, at, rows), x.span);
  };
  const needed = new Set<Node>(wanted);
  for (const node of [...order].reverse())
    if (needed.has(node)) node.inputs.forEach((x) => axes.has(x) && needed.add(x));
  for (const node of order) {
    const axis = axes.get(node);
    if (axis === undefined || made.has(node) || !needed.has(node)) continue;
    const inputs = node.inputs.map((x) => operand(x, node, axis));
    made.set(node, raw(withRows(node.operation, axis, rows), inputs, node.span));
  }
  return wanted.map((node) => made.get(node) as Node);
};
