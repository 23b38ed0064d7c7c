/**
 * Systems of equations and factorisations of matrices [n, n], as n rounds of elimination: rounds written out while n is
 * small, a loop otherwise. Every round is made of products with unit vectors, so all of it batches and differentiates.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import { R } from '../../spaces/space.ts';
import { describe } from '../values/describe.ts';
import { expandAxes, rankOf, shapeOf, sizesOf, tensor, unionAxes } from '../values/tensors.ts';
import type { Tensor } from '../values/values.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';
import { realArgument } from './call.ts';

/** Up to this size the rounds stand one after the other in the graph. */
const writtenOut = 4;

const squareArgument = (call: IntrinsicCall, name: string): Tensor => {
  const a = realArgument(call, name);
  const [n, m] = shapeOf(a);
  return rankOf(a) === 2 && n === m && n > 0
    ? a
    : fail('L0304', call.span, { name, expected: 'R[n, n]', seen: describe(a) });
};

/** Runs n rounds with e_k, the k-th unit vector [n]; `result` of each round is stacked in front. */
const rounds = (
  n: number,
  start: Node,
  round: (state: Node, unit: Node) => { readonly state: Node; readonly result: Node },
  span: Span,
): { readonly state: Node; readonly results: Node } => {
  if (n <= writtenOut) {
    let state = start;
    const results: Node[] = [];
    for (let k = 0; k < n; k++) {
      const done = round(state, ir.oneHot(ir.scalar(k, 'int32'), n));
      state = done.state;
      results.push(done.result);
    }
    return { state, results: ir.stack(results, 0) };
  }
  const looped = ir.loop({ length: n, carries: [start], span }, (k, [state]) => {
    const done = round(state, ir.oneHot(k, n));
    return { carries: [done.state], results: [done.result] };
  });
  return { state: looped.carries[0], results: looped.results[0] };
};

const last = (x: Node): number => x.shape.length - 1;
/** [..., n] as a column [..., n, 1], as a row [..., 1, n] */
const column = (x: Node): Node => ir.reshape(x, [...x.shape, 1]);
const row = (x: Node): Node => ir.reshape(x, [...x.shape.slice(0, -1), 1, x.shape[last(x)]]);
/** e . A: the row of A that the unit vector (one a matrix, or one for all) picks; A . e: the column. */
const pickRow = (a: Node, unit: Node): Node => ir.sum(ir.mul(column(unit), a), [last(a) - 1]);
const pickColumn = (a: Node, unit: Node): Node => ir.sum(ir.mul(a, row(unit)), [last(a)]);

/** 1 where the position is not above (`inclusive`) or is below that of the unit vector. */
const fromHere = (unit: Node): Node => ir.cumsum(unit, last(unit));

/**
 * Gauss and Jordan with pivots: [A | B] [..., n, n + m] -> [I | A^-1 B], and every round's pivot with the sign of its swap.
 */
const eliminate = (augmented: Node, n: number, span: Span): { readonly state: Node; readonly pivots: Node } => {
  const done = rounds(
    n,
    augmented,
    (m, e) => {
      // The largest entry of this column at or below the diagonal comes onto the diagonal.
      const square = ir.sliceAxis(m, last(m), 0, n);
      const entries = ir.sub(ir.mul(ir.add(ir.abs_(pickColumn(square, e)), ir.scalar(1)), fromHere(e)), ir.scalar(1));
      const p = ir.stop(ir.oneHot(ir.argmax(entries, last(entries)), n));
      const swap = ir.sub(e, p); // rows exchanged: M - (e - p) (e - p)' M
      const swapped = ir.sub(m, ir.mul(column(swap), row(ir.sub(pickRow(m, e), pickRow(m, p)))));
      const lead = pickRow(swapped, e);
      const leading = ir.sliceAxis(lead, last(lead), 0, n);
      const pivot = ir.sum(ir.mul(leading, e), [last(leading)], true);
      const scaled = ir.div(lead, pivot, span);
      const others = ir.sub(pickColumn(ir.sliceAxis(swapped, last(m), 0, n), e), e);
      const state = ir.sub(swapped, ir.mul(column(others), row(scaled)));
      const moved = ir.sum(ir.mul(e, p), [last(p)], true); // 1 where nothing was exchanged
      const sign = ir.sub(ir.mul(ir.scalar(2), moved), ir.scalar(1));
      return { state, result: ir.mul(pivot, sign) };
    },
    span,
  );
  return { state: done.state, pivots: done.results };
};

/** A^-1 B, for A [..., n, n] and B [..., n, m]. */
export const solveNode = (a: Node, b: Node, span: Span): Node => {
  const n = a.shape[last(a)];
  const { state } = eliminate(ir.concat([a, b], last(a)), n, span);
  return ir.sliceAxis(state, last(state), n, b.shape[last(b)]);
};

export const identityNode = (n: number): Node =>
  ir.array(
    Array.from({ length: n * n }, (_, i) => (Math.floor(i / n) === i % n ? 1 : 0)),
    [n, n],
  );

/** A x = b for a vector or the columns of a matrix. */
const solve: Intrinsic = (call) => {
  const a = squareArgument(call, 'A');
  const b = realArgument(call, 'b');
  const n = shapeOf(a)[0];
  const vector = rankOf(b) === 1;
  if (rankOf(b) < 1 || rankOf(b) > 2 || shapeOf(b)[0] !== n)
    fail('L0301', call.span, {
      op: 'solve',
      left: describe(a),
      right: describe(b),
      why: `the right side must have ${n} rows`,
    });
  const axes = unionAxes(a, b);
  const left = expandAxes(a, axes).node;
  const right = expandAxes(b, axes).node;
  const m = vector ? 1 : shapeOf(b)[1];
  const found = solveNode(left, ir.reshape(right, [...sizesOf(axes), n, m]), call.span);
  return tensor(ir.reshape(found, [...sizesOf(axes), ...shapeOf(b)]), axes, R(...shapeOf(b)));
};

/** A^-1, for matrices [..., n, n]. */
export const inverseNode = (a: Node, span: Span): Node => {
  const n = a.shape[last(a)];
  return solveNode(a, ir.broadcastTo(identityNode(n), a.shape), span);
};

/** log |det A| of one matrix [n, n]. */
export const logDeterminantNode = (a: Node, span: Span): Node =>
  ir.sum(ir.log(ir.abs_(eliminate(a, a.shape[0], span).pivots), span));

const inverse: Intrinsic = (call) => {
  const a = squareArgument(call, 'A');
  return tensor(inverseNode(a.node, call.span), a.axes, R(...shapeOf(a)));
};

const pivotsOf = (call: IntrinsicCall): { readonly a: Tensor; readonly pivots: Node } => {
  const a = squareArgument(call, 'A');
  const n = shapeOf(a)[0];
  const { pivots } = eliminate(a.node, n, call.span);
  return { a, pivots: ir.reshape(pivots, [n, ...sizesOf(a.axes)]) };
};

/** log |det A| */
const logdet: Intrinsic = (call) => {
  const { a, pivots } = pivotsOf(call);
  return tensor(ir.sum(ir.log(ir.abs_(pivots), call.span), [0]), a.axes, R());
};

const det: Intrinsic = (call) => {
  const { a, pivots } = pivotsOf(call);
  return tensor(ir.prod(pivots, [0]), a.axes, R());
};

/** A = L L' for a positive definite A: one column a round, what it explains taken away from the rest. */
const cholesky: Intrinsic = (call) => {
  const a = squareArgument(call, 'A');
  const n = shapeOf(a)[0];
  const { results } = rounds(
    n,
    a.node,
    (rest, e) => {
      const below = ir.mul(pickColumn(rest, e), fromHere(e));
      const pivot = ir.sum(ir.mul(below, e), [last(below)], true);
      const result = ir.div(below, ir.sqrt(pivot, call.span));
      return { state: ir.sub(rest, ir.mul(column(result), row(result))), result };
    },
    call.span,
  );
  // results: column k first; columns last is what L is
  const order = [...a.axes.map((_, i) => i + 1), a.axes.length + 1, 0];
  return tensor(ir.transpose(results, order, call.span), a.axes, R(n, n));
};

export const linearAlgebraIntrinsics: Readonly<Record<string, Intrinsic>> = { solve, inverse, logdet, det, cholesky };
