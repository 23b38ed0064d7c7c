/**
 * The mean over what the binders of an expectation have opened. Each summand of the body is averaged over the axes it varies over
 * alone, so `E[x, x' ~ P, y, y' ~ Q] k(x, x') - 2 * k(x, y) + k(y, y')` never makes an array over all four. What cannot be
 * differentiated through brings its score along (Williams 1992), with the mean over the other draws as baseline.
 */
import type { Span } from '../../../grammar/span.ts';
import type { Expr } from '../../../grammar/tree/expressions.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import type { ArrayValue } from '../../ir/operations.ts';
import { fail } from '../../messages.ts';
import { Bit, R } from '../../spaces/space.ts';
import { isDifferentiated } from '../values/dependence.ts';
import { aligned, expandAxes, logical, reduceAxis, shapeOf, tensor, toReal, unionAxes } from '../values/tensors.ts';
import { partsOfRounds } from './rounds.ts';
import type { Axis, Score, Tensor, Value } from '../values/values.ts';

/** Probabilities of the points of a finite support (or weights of a quadrature's nodes), which add up to 1 over `axis`. */
export interface Weight {
  readonly axis: Axis;
  readonly weight: Tensor;
}

export interface Averaged {
  /** Axes around the expectation. */
  readonly outside: readonly Axis[];
  /** The axes that the binders opened. */
  readonly axes: readonly Axis[];
  /** Rows and draws that count. */
  readonly masks: readonly Tensor[];
  /** Axes of one sample, of which different entries are paired. */
  readonly samples: readonly (readonly Axis[])[];
  readonly weights: readonly Weight[];
  /** Ratios of densities that draws from a proposal are multiplied by. */
  readonly ratios: readonly Tensor[];
}

/** The last few masks of pairs: large, and the same in every compilation. */
const masks = new Map<string, ArrayValue>();

const pairsOf = (n: number, m: number): ArrayValue => {
  const key = `${n} ${m}`;
  const known = masks.get(key);
  if (known) return known;
  const data = new Uint8Array(n * m).fill(1);
  for (let i = 0; i < Math.min(n, m); i++) data[i * m + i] = 0;
  const value: ArrayValue = { dtype: 'bool', shape: [n, m], data };
  if (masks.size >= 8) masks.clear();
  masks.set(key, value);
  return value;
};

/** Pairs of different places on two axes. */
const differing = (a: Axis, b: Axis): Tensor => {
  const node = ir.constant(pairsOf(a.size, b.size));
  return a.order < b.order ? tensor(node, [a, b], Bit()) : tensor(ir.transpose(node, [1, 0]), [b, a], Bit());
};

const inside = (axes: readonly Axis[], t: { readonly axes: readonly Axis[] }): Axis[] =>
  t.axes.filter((a) => axes.includes(a));

/** Multiplies numbers for each example into arrays for each example. */
const scaled = (t: Tensor, factor: Tensor, span: Span): Tensor => {
  const axes = unionAxes(t, factor);
  const rank = shapeOf(t).length;
  const f = expandAxes(factor, axes).node;
  const node = ir.mul(expandAxes(t, axes).node, ir.reshape(f, [...f.shape, ...Array<number>(rank).fill(1)]), span);
  return tensor(node, axes, t.space);
};

/** Where the condition does not hold: 0, also in place of what is no number. */
const kept = (t: Tensor, condition: Tensor): Tensor => {
  const axes = unionAxes(t, condition);
  const x = expandAxes(t, axes).node;
  const c = expandAxes(condition, axes).node;
  const shape = [...c.shape, ...shapeOf(t).map(() => 1)];
  return tensor(ir.select(ir.reshape(c, shape), x, ir.scalar(0)), axes, t.space);
};

const sumOver = (t: Tensor, axes: readonly Axis[], span: Span): Tensor =>
  [...axes].reverse().reduce((u, axis) => reduceAxis('sum', u, axis, span), t);

/** Everything that a term is summed with: its axes, what counts, and with which weight. */
interface Setting {
  readonly axes: readonly Axis[];
  readonly mask?: Tensor;
  readonly weight?: Tensor;
}

/** Masks and weights that share an axis with the term take part, and may bring further axes. */
const settingOf = (varying: readonly Axis[], state: Averaged): Setting => {
  const axes = new Set(varying);
  const parts = [
    ...state.masks.map((t) => ({ t, needs: inside(state.axes, t) })),
    ...state.weights.map((w) => ({ t: w.weight, needs: [w.axis] })),
  ];
  for (let before = -1; before !== axes.size;) {
    before = axes.size;
    for (const { t, needs } of parts)
      if (needs.some((a) => axes.has(a))) for (const a of inside(state.axes, t)) axes.add(a);
  }
  const masks = state.masks.filter(
    (t) => inside(state.axes, t).some((a) => axes.has(a)) || inside(state.axes, t).length === 0,
  );
  for (const group of state.samples) {
    const own = group.filter((a) => axes.has(a));
    for (let i = 0; i < own.length; i++) for (let j = i + 1; j < own.length; j++) masks.push(differing(own[i], own[j]));
  }
  const weights = state.weights.filter((w) => axes.has(w.axis)).map((w) => w.weight);
  return {
    axes: state.axes.filter((a) => axes.has(a)),
    mask: masks.length > 0 ? masks.reduce((a, b) => logical('and', a, b)) : undefined,
    weight:
      weights.length > 0
        ? weights.reduce((a, b) => {
            const all = unionAxes(a, b);
            return tensor(ir.mul(expandAxes(a, all).node, expandAxes(b, all).node), all, R());
          })
        : undefined,
  };
};

/** value * weight where it counts. */
const contribution = (value: Tensor, { mask, weight }: Setting, span: Span): Tensor => {
  let t = value;
  if (weight) {
    // 0 * infinity is 0 here: an impossible point adds nothing
    const possible = tensor(ir.gt(weight.node, ir.scalar(1e-30)), weight.axes, Bit());
    t = scaled(kept(t, possible), weight, span);
  }
  return mask ? kept(t, mask) : t;
};

const one = tensor(ir.scalar(1), [], R());

/** The share of the weight that counts: undefined where that is all of it. */
const shareOf = (setting: Setting, state: Averaged, over: readonly Axis[], span: Span): Tensor | number => {
  const plain = over.filter((a) => !state.weights.some((w) => w.axis === a));
  const count = plain.reduce((n, a) => n * a.size, 1);
  if (!setting.mask) return count;
  const counted = contribution(one, setting, span);
  return sumOver(expandAxes(counted, unionAxes(counted, { axes: over })), over, span);
};

const divided = (t: Tensor, by: Tensor | number, span: Span): Tensor => {
  if (typeof by === 'number') return by === 1 ? t : tensor(ir.mul(t.node, ir.scalar(1 / by), span), t.axes, t.space);
  const axes = unionAxes(t, by);
  const safe = tensor(ir.maximum(by.node, ir.scalar(1e-30)), by.axes, R());
  const d = expandAxes(safe, axes).node;
  const shaped = ir.reshape(d, [...d.shape, ...shapeOf(t).map(() => 1)]);
  return tensor(ir.div(expandAxes(t, axes).node, shaped, span), axes, t.space);
};

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
const withScores = (
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

/** The mean of one term. */
const meanOfTerm = (
  term: Tensor,
  scores: readonly Score[],
  state: Averaged,
  baseline: Baseline | undefined,
  span: Span,
): Tensor => {
  const real = toReal(term);
  const weighted = state.ratios.reduce(
    (t, r) =>
      inside(state.axes, r).some((a) => t.axes.includes(a)) || inside(state.axes, r).length === 0
        ? scaled(t, r, span)
        : t,
    real,
  );
  const value = withScores(weighted, scores, state, baseline, span);
  const setting = settingOf(inside(state.axes, value), state);
  if (setting.axes.length === 0) return value;
  const full = contribution(value, setting, span);
  const total = sumOver(expandAxes(full, unionAxes(full, { axes: setting.axes })), setting.axes, span);
  return divided(total, shareOf(setting, state, setting.axes, span), span);
};

/** `a + b - c` as its terms with their signs. */
export const termsOf = (e: Expr): { readonly term: Expr; readonly sign: 1 | -1 }[] => {
  if (e.kind === 'tuple' && e.items.length === 1) return termsOf(e.items[0]);
  if (e.kind !== 'binary' || (e.op !== '+' && e.op !== '-')) return [{ term: e, sign: 1 }];
  const right = termsOf(e.right);
  return [
    ...termsOf(e.left),
    ...(e.op === '+'
      ? right
      : right.map(({ term, sign }) => ({ term, sign: sign === 1 ? (-1 as const) : (1 as const) }))),
  ];
};

/** Draws under axes that the body opened and closed again count together. */
const jointly = (score: Tensor, state: Averaged, span: Span): Tensor =>
  sumOver(
    score,
    score.axes.filter((a) => !state.axes.includes(a) && !state.outside.includes(a)),
    span,
  );

/** The same for draws in a loop, whose rounds stay apart. */
const besideLoop = (score: Score, state: Averaged, span: Span): Score => {
  const { rounds } = score;
  const known = [...state.axes, ...state.outside, ...(rounds ? [rounds.axis] : [])];
  const closed = score.axes.filter((a) => !known.includes(a));
  return { ...sumOver(score, closed, span), rounds };
};

/** A value that was computed with draws outside of any expectation: one draw stands for all. */
export const withLooseScores = (value: Tensor, scores: readonly Score[], span: Span): Tensor =>
  meanOfTerms(
    [{ value, sign: 1 }],
    scores,
    { outside: value.axes, axes: [], masks: [], samples: [], weights: [], ratios: [] },
    undefined,
    span,
  );

/** The mean of the sum of the terms. `scores`: log densities of the draws that were made on the way. */
export const meanOfTerms = (
  terms: readonly { readonly value: Tensor; readonly sign: 1 | -1 }[],
  scores: readonly Score[],
  state: Averaged,
  baseline: Baseline | undefined,
  span: Span,
): Tensor => {
  const used = scores
    .filter((s) => isDifferentiated(s.node))
    .map((s): Score => (s.rounds ? besideLoop(s, state, span) : jointly(s, state, span)));
  if (typeof baseline === 'function' && used.length > 0 && !used.some((s) => s.rounds))
    fail(
      'L0602',
      span,
      {
        what: 'a baseline that is a function is given what a loop carries before it draws, and here nothing is drawn in a loop',
      },
      { help: 'give it its argument: `baseline = b(x)`' },
    );
  const means = terms.map(({ value, sign }) => {
    const m = meanOfTerm(value, used, state, baseline, span);
    return sign === 1 ? m : tensor(ir.neg(m.node, span), m.axes, m.space);
  });
  return means.reduce((a, b) => {
    const axes = unionAxes(a, b);
    const rank = Math.max(shapeOf(a).length, shapeOf(b).length);
    const node = ir.add(aligned(expandAxes(a, axes), axes, rank), aligned(expandAxes(b, axes), axes, rank), span);
    return tensor(node, axes, shapeOf(a).length >= shapeOf(b).length ? a.space : b.space);
  });
};
