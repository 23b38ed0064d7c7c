/**
 * Moves of numbers that can be left out or done on fewer numbers: a move is absorbed by the operation that reads it, sums of copies are
 * products, and what is the same everywhere has no places to move between.
 */
import * as ir from '../ir/build.ts';
import type { Node } from '../ir/graph.ts';
import type { OpName, OperationOf, ReductionOp } from '../ir/operations.ts';
import { otherAxes, reducedShape, sameList, sizeOf } from '../ir/shape.ts';
import { rewrite, type Pass } from './pass.ts';

type Rule<K extends OpName> = (operation: OperationOf<K>, node: Node) => Node | undefined;

/** Only the last two axes change places. */
const swapsLastTwo = (node: Node): boolean => {
  if (node.operation.op !== 'transpose') return false;
  const { permutation } = node.operation;
  const n = permutation.length;
  return permutation.every((q, i) => q === (i === n - 1 ? n - 2 : i === n - 2 ? n - 1 : i));
};

/** Aᵀ read the other way round is A. */
const matmul: Rule<'matmul'> = ({ transposeA, transposeB }, node) => {
  const [a, b] = node.inputs;
  if (!swapsLastTwo(a) && !swapsLastTwo(b)) return undefined;
  return ir.matmul(
    swapsLastTwo(a) ? a.inputs[0] : a,
    swapsLastTwo(b) ? b.inputs[0] : b,
    { transposeA: transposeA !== swapsLastTwo(a), transposeB: transposeB !== swapsLastTwo(b) },
    node.span,
  );
};

/** (A B)ᵀ = Bᵀ Aᵀ; one number spread out has no places. */
const transpose: Rule<'transpose'> = (_, node) => {
  const [x] = node.inputs;
  if (x.operation.op !== 'matmul' || !swapsLastTwo(node)) return undefined;
  const { transposeA, transposeB } = x.operation;
  return ir.matmul(x.inputs[1], x.inputs[0], { transposeA: !transposeB, transposeB: !transposeA }, node.span);
};

/** Axes along which a broadcast repeats its source. */
const repeated = (node: Node): number[] => {
  const source = node.inputs[0].shape;
  const lead = node.shape.length - source.length;
  return node.shape.map((_, i) => i).filter((i) => i < lead || (source[i - lead] === 1 && node.shape[i] !== 1));
};

/** Over copies: a sum is the number of copies times one (a product: its power), a maximum is that one. */
const ofBroadcast = (op: ReductionOp, axes: readonly number[], keep: boolean, x: Node): Node | undefined => {
  const copies = repeated(x).filter((i) => axes.includes(i));
  const count = sizeOf(copies.map((i) => x.shape[i]));
  if (copies.length === 0 || count === 0) return undefined;
  const [source] = x.inputs;
  const lead = x.shape.length - source.shape.length;
  const aligned = ir.reshape(source, [...x.shape.slice(0, lead).map(() => 1), ...source.shape]);
  const fewer = ir.broadcastTo(
    aligned,
    x.shape.map((n, i) => (copies.includes(i) ? 1 : n)),
  );
  const reduced = ir.reshape(ir.reduce(op, fewer, axes), reducedShape(x.shape, axes, keep));
  const n = ir.scalar(count, x.dtype);
  return op === 'sum' ? ir.mul(reduced, n) : op === 'prod' ? ir.pow(reduced, n) : reduced;
};

const reduction: Rule<ReductionOp> = ({ op, axes, keep }, node) => {
  const [x] = node.inputs;
  const { operation } = x;
  if (operation.op === 'broadcast') return ofBroadcast(op, axes, keep, x);
  // Σ Σ is one Σ; so with the other reductions
  if (operation.op === op && !keep && !operation.keep) {
    const left = otherAxes(x.inputs[0].shape.length, operation.axes);
    return ir.reduce(op, x.inputs[0], [...operation.axes, ...axes.map((i) => left[i])], false, node.span);
  }
  if (operation.op === 'transpose') {
    // over axes of the source, and fewer numbers are moved afterwards
    const { permutation } = operation;
    const reduced = ir.reduce(
      op,
      x.inputs[0],
      axes.map((i) => permutation[i]),
      true,
      node.span,
    );
    return ir.reshape(ir.transpose(reduced, permutation), node.shape);
  }
  if (op !== 'sum') return undefined;
  if (operation.op === 'neg') return ir.neg(ir.sum(x.inputs[0], axes, keep)); // Σ -x = -Σ x
  if (operation.op === 'mul' && x.dtype === 'float32') {
    // Σ c x = c Σ x for one number c
    const k = x.inputs.findIndex((y) => y.shape.length === 0);
    if (k >= 0) return ir.mul(x.inputs[k], ir.sum(x.inputs[1 - k], axes, keep, node.span));
  }
  return undefined;
};

/** A slice of a slice; of one piece of a concatenation; of what a broadcast repeats. */
const slice: Rule<'slice'> = ({ begin, size, strides }, node) => {
  const [x] = node.inputs;
  const { operation } = x;
  if (operation.op === 'slice')
    return ir.slice(x.inputs[0], {
      begin: begin.map((b, i) => operation.begin[i] + b * operation.strides[i]),
      size,
      strides: strides.map((s, i) => s * operation.strides[i]),
    });
  if (operation.op === 'concat') {
    const { axis } = operation;
    const end = begin[axis] + Math.max(0, size[axis] - 1) * strides[axis];
    let start = 0;
    for (const piece of x.inputs) {
      const next = start + piece.shape[axis];
      if (begin[axis] >= start && end < next && size[axis] > 0)
        return ir.slice(piece, { begin: begin.map((b, i) => (i === axis ? b - start : b)), size, strides }, node.span);
      start = next;
    }
  }
  if (operation.op === 'broadcast') {
    const [source] = x.inputs;
    const lead = x.shape.length - source.shape.length;
    const spread = (i: number): boolean => source.shape[i] === 1;
    const cut = ir.slice(source, {
      begin: source.shape.map((_, i) => (spread(i) ? 0 : begin[i + lead])),
      size: source.shape.map((_, i) => (spread(i) ? Math.min(1, size[i + lead]) : size[i + lead])),
      strides: source.shape.map((_, i) => (spread(i) ? 1 : strides[i + lead])),
    });
    return ir.broadcastTo(cut, size);
  }
  return undefined;
};

/** Neighbouring pieces of one array, put together again. */
const concat: Rule<'concat'> = ({ axis }, node) => {
  const pieces = node.inputs;
  const [first] = pieces;
  if (first.operation.op !== 'slice') return undefined;
  const source = first.inputs[0];
  let at = first.operation.begin[axis];
  for (const piece of pieces) {
    const { operation } = piece;
    if (operation.op !== 'slice' || piece.inputs[0] !== source || operation.strides.some((s) => s !== 1))
      return undefined;
    const others = operation.begin.every(
      (b, i) => i === axis || b === (first.operation as OperationOf<'slice'>).begin[i],
    );
    if (!others || operation.begin[axis] !== at) return undefined;
    at += operation.size[axis];
  }
  return ir.slice(source, { begin: first.operation.begin, size: node.shape }, node.span);
};

/** What is the same number everywhere stays so when moved; zeros stay zeros when padded or added up. */
const uniform = (node: Node): Node | undefined => {
  const [x] = node.inputs;
  const value = ir.uniformValue(x);
  return value === undefined ? undefined : ir.full(value, node.shape, node.dtype);
};
const zeros = (node: Node): Node | undefined => (ir.uniformValue(node.inputs[0]) === 0 ? uniform(node) : undefined);

const rules: { readonly [K in OpName]?: Rule<K> } = {
  matmul,
  transpose: (operation, node) => uniform(node) ?? transpose(operation, node),
  sum: reduction as Rule<'sum'>,
  prod: reduction as Rule<'prod'>,
  max_over: reduction as Rule<'max_over'>,
  min_over: reduction as Rule<'min_over'>,
  slice: (operation, node) => uniform(node) ?? slice(operation, node),
  concat,
  reverse: (_, node) => uniform(node),
  gather: (_, node) => uniform(node),
  reshape: (_, node) => (sizeOf(node.shape) > 64 ? uniform(node) : undefined),
  pad: (_, node) => zeros(node),
  cumsum: (_, node) => zeros(node),
  scatter_add: (_, node) => zeros(node),
};

const apply = (node: Node): Node | undefined => {
  const rule = rules[node.operation.op] as ((operation: Node['operation'], node: Node) => Node | undefined) | undefined;
  const result = rule?.(node.operation, node);
  return result && result !== node && sameList(result.shape, node.shape) ? result : undefined;
};

export const rearrange: Pass = {
  name: 'rearrange',
  why: 'Transposes, copies and slices that the operation reading them can do itself, or that move equal numbers.',
  run: (graph, settled) => rewrite(graph, apply, settled),
};
