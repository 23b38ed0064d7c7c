/**
 * A problem inside an objective solved to its end, `argmin L(z, w) over z in R[3]`: Newton's steps, damped until they go down (Levenberg
 * 1944, Marquardt 1963), then one that is differentiated. Where the slope is 0 its derivative is that of the solution: the implicit
 * function theorem. Of a quadratic objective the first step is the solution.
 */
import type { Span } from '../../../grammar/span.ts';
import { vjp } from '../../differentiate.ts';
import * as ir from '../../ir/build.ts';
import { topological } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import { newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { identityNode, solveNode } from '../intrinsics/linear-algebra.ts';

/** Rounds of damped steps. */
const rounds = 40;
/** Numbers that a Hessian is made for. */
const mostSolved = 200;
/** What keeps the Hessian of a direction that does not matter from being singular, relative to the mean of its diagonal. */
const ridge = 1e-6;

/** The objective, to be made small, at coordinates [axes of the context, n]: a number for every example. */
export type Objective = (coordinates: Node, ctx: Context) => Node;

interface Local {
  readonly value: Node;
  readonly slope: Node;
  readonly hessian: Node;
}

/** Value, slope and Hessian at `at`: the Hessian's rows are slopes at as many copies, each by one number. */
const local = (objective: Objective, at: Node, ctx: Context): Local => {
  const n = at.shape[at.shape.length - 1];
  const front = at.shape.slice(0, -1);
  const axis = newAxis(ctx, n, 'coordinate');
  const copies = ir.input('variable', 'float32', [...front, n, n]);
  const inner: Context = { ...ctx, axes: [...ctx.axes, axis] };
  const total = ir.sum(objective(copies, inner));
  const [slopes] = vjp([total], [ir.scalar(1)], [copies]);
  const own = ir.sum(ir.mul(slopes, identityNode(n)));
  const [rows] = vjp([own], [ir.scalar(1)], [copies]);
  const spread = ir.broadcastTo(ir.reshape(at, [...front, 1, n]), copies.shape);
  const [hessian, all] = ir.substitute([rows, slopes], new Map([[copies, spread]]));
  const slope = ir.reshape(ir.sliceAxis(all, front.length, 0, 1), at.shape);
  return { value: objective(at, ctx), slope, hessian };
};

/** A step by Newton: -(H + damping)^-1 g. */
const step = ({ slope, hessian }: Local, damping: Node, span: Span): Node => {
  const n = slope.shape[slope.shape.length - 1];
  const diagonal = ir.mul(ir.reshape(damping, [...damping.shape, 1, 1]), identityNode(n));
  const right = ir.reshape(slope, [...slope.shape, 1]);
  return ir.neg(ir.reshape(solveNode(ir.add(hessian, diagonal), right, span), slope.shape));
};

const scaleOf = (hessian: Node): Node => {
  const n = hessian.shape[hessian.shape.length - 1];
  const last = hessian.shape.length - 1;
  const sum = ir.sum(ir.mul(ir.abs_(hessian), identityNode(n)), [last - 1, last]);
  return ir.add(ir.mul(sum, ir.scalar(1 / n)), ir.scalar(1e-12));
};

/** Coordinates of the minimum, from `start` [axes of the context, n] on. */
export const solved = (objective: Objective, start: Node, ctx: Context, span: Span): Node => {
  const n = start.shape[start.shape.length - 1];
  if (n > mostSolved)
    fail(
      'L0602',
      span,
      { what: `a nested problem over ${n} numbers solved to its end` },
      { help: 'say how many steps: `by sgd(0.01) for 5 steps`' },
    );
  const { site } = ctx.shared.counters;
  // Draws in the objective are the same wherever it is looked at.
  const fixed: Objective = (at, inner) => {
    ctx.shared.counters.site = site;
    return objective(at, inner);
  };
  const { problem } = ctx;
  if (problem && !problem.decisions.some((d) => d.span === span))
    problem.decisions.push({
      subject: 'nested problem',
      choice: `solved to its end: Newton's method over ${n} number${n === 1 ? '' : 's'}, differentiated at the solution`,
      reason: 'it has no `for`',
      span,
    });
  const at = ir.input('variable', 'float32', start.shape);
  const here = local(fixed, at, ctx);
  const polished = (from: Node): Node => {
    const damping = ir.mul(scaleOf(here.hessian), ir.scalar(ridge));
    return ir.substitute([ir.add(at, step(here, damping, span))], new Map([[at, from]]))[0];
  };
  // The second step takes away what the first one was off by rounding.
  if (!topological([here.hessian]).includes(at)) return polished(polished(start));
  const { carries } = ir.loop(
    { length: rounds, carries: [ir.stop(start), ir.full(1e-3, start.shape.slice(0, -1))], span },
    (_, [from, damping]) => {
      const now = ir.mul(scaleOf(here.hessian), damping);
      const next = ir.add(at, step(here, now, span));
      const [after] = ir.substitute([here.value], new Map([[at, next]]));
      const [tried, before, then] = ir.substitute([next, here.value, after], new Map([[at, from]]));
      const better = ir.le(then, before);
      const kept = ir.select(ir.reshape(better, [...better.shape, 1]), tried, from);
      const bolder = ir.maximum(ir.mul(damping, ir.scalar(0.1)), ir.scalar(1e-8));
      const calmer = ir.minimum(ir.mul(damping, ir.scalar(10)), ir.scalar(1e8));
      return { carries: [ir.stop(kept), ir.stop(ir.select(better, bolder, calmer))] };
    },
  );
  // Each of two steps that are differentiated makes twice as many orders of derivatives right.
  return polished(polished(ir.stop(carries[0])));
};
