/**
 * The mean over what the binders of an expectation have opened. Each summand of the body is averaged over the axes it varies over
 * alone, so `E[x, x' ~ P, y, y' ~ Q] k(x, x') - 2 * k(x, y) + k(y, y')` never makes an array over all four.
 */
import type { Span } from '../../../grammar/span.ts';
import type { Expr } from '../../../grammar/tree/expressions.ts';
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import { isDifferentiated } from '../values/dependence.ts';
import { aligned, expandAxes, shapeOf, tensor, toReal, unionAxes } from '../values/tensors.ts';
import type { Score, Tensor } from '../values/values.ts';
import type { Averaged } from './weighing.ts';
import type { Baseline } from './scores.ts';
import { inside, scaled, settingOf, contribution, sumOver, divided, shareOf } from './weighing.ts';
import { withScores, besideLoop, jointly } from './scores.ts';

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
