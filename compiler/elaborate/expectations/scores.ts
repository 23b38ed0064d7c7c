/**
 * The score function (Williams 1992): draws that cannot be differentiated through bring the gradient of their log density along,
 * multiplied by how much better than the others they turned out. The baseline is the mean over the other draws, or what the spec gives.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { R } from '../../spaces/space.ts';
import { expandAxes, logical, reduceAxis, shapeOf, tensor, unionAxes } from '../values/tensors.ts';
import { partsOfRounds } from './rounds.ts';
import type { Axis, Score, Tensor, Value } from '../values/values.ts';
import type { Setting, Averaged } from './weighing.ts';
import { sumOver, contribution, one, divided, scaled, settingOf, inside } from './weighing.ts';

/** The mean of the other draws: everything in which the draw on `own` took no part. */
const others = (
  value: Tensor,
  setting: Setting,
  state: Averaged,
  own: readonly Axis[],
  span: Span,
): Tensor | undefined => {
  if (own.length === 0 || own.reduce((n, a) => n * a.size, 1) < 2) return undefined;
  const group = own.length === 1 ? state.samples.find((g) => g.includes(own[0])) : undefined;
  const partners = group ? group.filter((a) => a !== own[0] && setting.axes.includes(a)) : [];
  if (partners.length > 1) return undefined;
  const all = unionAxes({ axes: setting.axes }, { axes: own });
  const without = (t: Tensor): Tensor => {
    const full = expandAxes(t, unionAxes(t, { axes: all }));
    const perDraw = sumOver(
      full,
      all.filter((a) => !own.includes(a)),
      span,
    );
    const total = sumOver(perDraw, own, span);
    const spread = expandAxes(total, unionAxes(total, { axes: own }));
    let rest = ir.sub(spread.node, expandAxes(perDraw, spread.axes).node);
    if (partners.length === 1) {
      // pairs in which the draw stands second (pairs of a draw with itself are not there)
      const second = sumOver(
        full,
        all.filter((a) => a !== partners[0]),
        span,
      );
      const place = second.axes.indexOf(partners[0]);
      const moved = { ...second, axes: second.axes.map((a, i) => (i === place ? own[0] : a)) };
      rest = ir.sub(rest, expandAxes(ordered(moved), spread.axes).node);
    }
    return tensor(rest, spread.axes, t.space);
  };
  const weightOf = contribution(one, setting, span);
  return divided(without(contribution(value, setting, span)), without(weightOf), span);
};

/** Axes ascending, as tensors keep them. */
const ordered = (t: Tensor): Tensor => {
  const axes = [...t.axes].sort((a, b) => a.order - b.order);
  const order = axes.map((a) => t.axes.indexOf(a));
  const rest = shapeOf(t).map((_, i) => i + axes.length);
  return tensor(ir.transpose(t.node, [...order, ...rest]), axes, t.space);
};

const shapedLike = (node: Node, rank: number): Node =>
  ir.reshape(node, [...node.shape, ...Array<number>(rank).fill(1)]);

const plus = (t: Tensor, more: Tensor, span: Span): Tensor => {
  const axes = unionAxes(t, more);
  return tensor(ir.add(expandAxes(t, axes).node, expandAxes(more, axes).node, span), axes, t.space);
};

/** A number for each example, beside arrays for each. */
const shapedAs = (t: Tensor, rank: number): Tensor => (rank === 0 ? t : { ...t, node: shapedLike(t.node, rank) });

/** + Σ stop(advantage) (log p - stop(log p)): nothing, with the gradient that the draws leave out. */
const surrogate = (advantage: Node, log: Node, rank: number, span: Span): Node =>
  ir.mul(ir.stop(advantage), shapedLike(ir.sub(log, ir.stop(log)), rank), span);

/** What is subtracted from the value that a score is multiplied by: a number, or a function of what a loop carried before the draw. */
export type Baseline = Tensor | ((before: Value, axis: Axis) => Tensor);

/**
 * A draw in a loop moves what the value adds up in its round and after. A baseline says what is still to come, from what the loop
 * carried, in units of its own round. What it leaves is compared with what it leaves of the other draws that have come so far.
 */
const ofRounds = (
  value: Tensor,
  score: Score,
  state: Averaged,
  baseline: Baseline | undefined,
  span: Span,
): Tensor | undefined => {
  const { rounds } = score;
  const parts = rounds && partsOfRounds(value.node, rounds.loop);
  if (!rounds || !parts || typeof baseline === 'object') return undefined;
  const { axis, before, there } = rounds;
  const rank = shapeOf(value).length;
  // [axes, ...shape, rounds] -> [axes, rounds, ...shape]
  const front = value.axes.length;
  const total = front + rank;
  const order = [...value.axes.map((_, i) => i), total, ...Array.from({ length: rank }, (_, i) => front + i)];
  const axes = unionAxes(value, { axes: [axis] });
  const ordinal = (node: Node): Tensor => {
    const stood = ir.transpose(node, order);
    const now = [...value.axes, axis];
    const rest = stood.shape.map((_, i) => i).slice(now.length);
    return tensor(ir.transpose(stood, [...axes.map((x) => now.indexOf(x)), ...rest]), axes, value.space);
  };
  const toGo = ordinal(ir.cumsum(ir.mul(parts.terms, parts.weight), total, { reverse: true }));
  const weight = tensor(parts.weight, [axis], R());
  const told = baseline && scaled(scaled(baseline(before, axis), weight, span), tensor(ir.scalar(-1), [], R()), span);
  const left = told ? plus(toGo, shapedAs(told, rank), span) : toGo;
  const setting = settingOf(inside(state.axes, value), state);
  const together = there ? { ...setting, mask: setting.mask ? logical('and', setting.mask, there) : there } : setting;
  const against = others(left, together, state, inside(state.axes, score), span);
  const all = unionAxes(left, score, against ?? score);
  const v = expandAxes(left, all).node;
  const node = surrogate(
    against ? ir.sub(v, expandAxes(against, all).node) : v,
    expandAxes(score, all).node,
    rank,
    span,
  );
  return reduceAxis('sum', tensor(node, all, value.space), axis, span);
};

/** v + Σ stop(v - baseline) (log p - stop(log p)): the value of v, with the gradient that the draws leave out. */
export const withScores = (
  value: Tensor,
  scores: readonly Score[],
  state: Averaged,
  baseline: Baseline | undefined,
  span: Span,
): Tensor => {
  const rank = shapeOf(value).length;
  return scores.reduce((t, each) => {
    const own = inside(state.axes, each);
    const setting = settingOf(inside(state.axes, value), state);
    // a draw that the term does not depend on adds nothing but noise
    if (own.length > 0 && !own.some((a) => setting.axes.includes(a))) return t;
    const parted = ofRounds(value, each, state, baseline, span);
    if (parted) return plus(t, parted, span);
    const score = jointly(each, state, span);
    const given = typeof baseline === 'function' ? undefined : baseline;
    const against = given ?? others(value, setting, state, own, span);
    const axes = unionAxes(score, value, against ?? score);
    const v = expandAxes(value, axes).node;
    const advantage = against
      ? ir.sub(
          v,
          rank > 0 && shapeOf(against).length === 0
            ? shapedLike(expandAxes(against, axes).node, rank)
            : expandAxes(against, axes).node,
        )
      : v;
    return plus(t, tensor(surrogate(advantage, expandAxes(score, axes).node, rank, span), axes, value.space), span);
  }, value);
};

/** Draws under axes that the body opened and closed again count together. */
export const jointly = (score: Tensor, state: Averaged, span: Span): Tensor =>
  sumOver(
    score,
    score.axes.filter((a) => !state.axes.includes(a) && !state.outside.includes(a)),
    span,
  );

/** The same for draws in a loop, whose rounds stay apart. */
export const besideLoop = (score: Score, state: Averaged, span: Span): Score => {
  const { rounds } = score;
  const known = [...state.axes, ...state.outside, ...(rounds ? [rounds.axis] : [])];
  const closed = score.axes.filter((a) => !known.includes(a));
  return { ...sumOver(score, closed, span), rounds };
};
