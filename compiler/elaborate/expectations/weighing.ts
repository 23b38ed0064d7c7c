/**
 * What a term of an expectation is averaged over: the axes it varies over alone, which of their places count (rows that are there, pairs
 * of different draws), and with which weight (probabilities, nodes of a quadrature).
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import type { ArrayValue } from '../../ir/operations.ts';
import { Bit, R } from '../../spaces/space.ts';
import { expandAxes, logical, reduceAxis, shapeOf, tensor, unionAxes } from '../values/tensors.ts';
import type { Axis, Tensor } from '../values/values.ts';

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

export const inside = (axes: readonly Axis[], t: { readonly axes: readonly Axis[] }): Axis[] =>
  t.axes.filter((a) => axes.includes(a));

/** Multiplies numbers for each example into arrays for each example. */
export const scaled = (t: Tensor, factor: Tensor, span: Span): Tensor => {
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

export const sumOver = (t: Tensor, axes: readonly Axis[], span: Span): Tensor =>
  [...axes].reverse().reduce((u, axis) => reduceAxis('sum', u, axis, span), t);

/** Everything that a term is summed with: its axes, what counts, and with which weight. */
export interface Setting {
  readonly axes: readonly Axis[];
  readonly mask?: Tensor;
  readonly weight?: Tensor;
}

/** Masks and weights that share an axis with the term take part, and may bring further axes. */
export const settingOf = (varying: readonly Axis[], state: Averaged): Setting => {
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
export const contribution = (value: Tensor, { mask, weight }: Setting, span: Span): Tensor => {
  let t = value;
  if (weight) {
    // 0 * infinity is 0 here: an impossible point adds nothing
    const possible = tensor(ir.gt(weight.node, ir.scalar(1e-30)), weight.axes, Bit());
    t = scaled(kept(t, possible), weight, span);
  }
  return mask ? kept(t, mask) : t;
};

export const one = tensor(ir.scalar(1), [], R());

/** The share of the weight that counts: undefined where that is all of it. */
export const shareOf = (setting: Setting, state: Averaged, over: readonly Axis[], span: Span): Tensor | number => {
  const plain = over.filter((a) => !state.weights.some((w) => w.axis === a));
  const count = plain.reduce((n, a) => n * a.size, 1);
  if (!setting.mask) return count;
  const counted = contribution(one, setting, span);
  return sumOver(expandAxes(counted, unionAxes(counted, { axes: over })), over, span);
};

export const divided = (t: Tensor, by: Tensor | number, span: Span): Tensor => {
  if (typeof by === 'number') return by === 1 ? t : tensor(ir.mul(t.node, ir.scalar(1 / by), span), t.axes, t.space);
  const axes = unionAxes(t, by);
  const safe = tensor(ir.maximum(by.node, ir.scalar(1e-30)), by.axes, R());
  const d = expandAxes(safe, axes).node;
  const shaped = ir.reshape(d, [...d.shape, ...shapeOf(t).map(() => 1)]);
  return tensor(ir.div(expandAxes(t, axes).node, shaped, span), axes, t.space);
};
