/**
 * lgamma and polygamma, in doubles inside and rounded once: the argument is moved up by the recurrence to where the asymptotic series is
 * exact (as in compiler/ir/special.ts), by all steps at once along an axis of their own.
 */
import { elementTypes } from '../model.ts';
import type { Writer } from '../writer.ts';
import type { Lowering } from './rule.ts';

/** B₂, B₄, ... */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

/** Arithmetic in doubles on names. */
const arithmetic = (w: Writer) => {
  const number = (x: number): string => w.number(x, 'float64');
  const two =
    (op: string) =>
    (a: string, b: string | number): string =>
      w.add(op, [a, typeof b === 'number' ? number(b) : b]);
  const one =
    (op: string) =>
    (a: string): string =>
      w.add(op, [a]);
  return {
    number,
    add: two('Add'),
    sub: two('Sub'),
    mul: two('Mul'),
    div: two('Div'),
    less: two('Less'),
    equal: two('Equal'),
    log: one('Log'),
    abs: one('Abs'),
    floor: one('Floor'),
    reciprocal: one('Reciprocal'),
    neg: one('Neg'),
    and: two('And'),
    where: (c: string, a: string | number, b: string | number): string =>
      w.add('Where', [c, ...[a, b].map((x) => (typeof x === 'number' ? number(x) : x))]),
    double: (x: string): string => w.add('Cast', [x], { to: elementTypes.float64 }),
    float: (x: string): string => w.add('Cast', [x], { to: elementTypes.float32 }),
    /** x + k along a new last axis, k = 0 .. count - 1 */
    steps: (x: string, count: number): string =>
      w.add('Add', [
        w.add('Unsqueeze', [x, w.list([-1])]),
        w.tensor(
          'float64',
          [count],
          Array.from({ length: count }, (_, k) => k),
        ),
      ]),
    over: (op: 'ReduceSum' | 'ReduceProd', x: string): string => w.add(op, [x, w.list([-1])], { keepdims: 0 }),
  };
};

/** Σ cₖ tᵏ */
const polynomial = (w: Writer, t: string, coefficients: readonly number[]): string => {
  const { number, add, mul } = arithmetic(w);
  return coefficients.reduceRight((sum, c) => (sum === '' ? number(c) : add(mul(sum, t), c)), '');
};

export const lgamma: Lowering<'lgamma'> = (_, [x], __, w) => {
  const { add, sub, mul, log, less, equal, and, abs, floor, reciprocal, where, double, float, steps, over } =
    arithmetic(w);
  const shift = 10;
  const given = double(x.name);
  const left = less(given, 0.5);
  const y = where(left, sub(w.number(1, 'float64'), given), given);
  // Γ(y) = Γ(y + m) / (y (y+1) ... (y+m-1))
  const low = less(y, shift);
  const z = where(low, add(y, shift), y);
  const product = where(low, over('ReduceProd', steps(where(low, y, 1), shift)), 1);
  // log Γ(z) ~ (z - 1/2) log z - z + log(2π)/2 + Σ B₂ₖ / (2k (2k-1) z²ᵏ⁻¹)
  const inverse = reciprocal(z);
  const series = mul(
    polynomial(
      w,
      mul(inverse, inverse),
      bernoulli.map((b, i) => b / ((2 * i + 2) * (2 * i + 1))),
    ),
    inverse,
  );
  const logZ = log(z);
  const stirling = add(sub(mul(sub(z, 0.5), logZ), z), 0.5 * Math.log(2 * Math.PI));
  const right = sub(add(stirling, series), log(product));
  // log π / |sin πx| - log Γ(1 - x); the fraction first, so that the sine is exact
  const fraction = sub(given, floor(given));
  const sine = abs(w.add('Sin', [mul(fraction, Math.PI)]));
  const reflected = sub(sub(w.number(Math.log(Math.PI), 'float64'), log(sine)), right);
  const pole = and(equal(fraction, 0), less(given, 0.5));
  const infinite = equal(given, Infinity);
  const result = where(left, reflected, right);
  return float(where(w.add('Or', [pole, infinite]), Infinity, result));
};

/** ψ(x) ~ log z - 1/(2z) - Σ B₂ₖ / (2k z²ᵏ); reflection on the left. */
const digamma: Lowering<'polygamma'> = (_, [x], __, w) => {
  const { add, sub, mul, div, log, less, equal, and, floor, reciprocal, where, double, float, steps, over } =
    arithmetic(w);
  const shift = 12;
  const given = double(x.name);
  const left = less(given, 0);
  const y = where(left, sub(w.number(1, 'float64'), given), given);
  const inverse = reciprocal(add(y, shift));
  const square = mul(inverse, inverse);
  const series = mul(
    polynomial(
      w,
      square,
      bernoulli.map((b, i) => b / (2 * i + 2)),
    ),
    square,
  );
  const asymptotic = sub(sub(log(add(y, shift)), mul(inverse, 0.5)), series);
  const right = sub(asymptotic, over('ReduceSum', reciprocal(steps(y, shift))));
  const fraction = sub(given, floor(given));
  // ψ(x) = ψ(1 - x) - π / tan πx; the tangent by sines, sin(π/2 - πx) above
  const sine = w.add('Sin', [mul(fraction, Math.PI)]);
  const cosine = w.add('Sin', [mul(sub(w.number(0.5, 'float64'), fraction), Math.PI)]);
  const reflected = sub(right, div(mul(cosine, Math.PI), sine));
  const pole = and(equal(fraction, 0), w.add('Not', [less(w.number(0, 'float64'), given)]));
  return float(where(pole, NaN, where(left, reflected, right)));
};

/** Σ n! / xⁿ⁺¹ over the rounds that bring every x to zero or above, and where they arrive. */
const climb = (w: Writer, x: string, order: number, factorial: number, shape: readonly number[]): string[] => {
  const body = w.inner();
  const { add, div, less, where } = arithmetic(body);
  const names = { round: body.fresh(), go: body.fresh(), x: body.fresh(), sum: body.fresh() };
  const below = less(names.x, 0);
  const term = div(body.number(factorial, 'float64'), power(body, names.x, order + 1));
  const next = where(below, add(names.x, 1), names.x);
  const sum = where(below, add(names.sum, term), names.sum);
  const go = body.add('Less', [lowest(body, next), body.number(0, 'float64')]);
  const graph = body.finish(
    [
      { name: names.round, type: 'int64', shape: [] },
      { name: names.go, type: 'bool', shape: [] },
      { name: names.x, type: 'float64', shape },
      { name: names.sum, type: 'float64', shape },
    ],
    [
      { name: go, type: 'bool', shape: [] },
      { name: next, type: 'float64', shape },
      { name: sum, type: 'float64', shape },
    ],
  );
  const start = w.add('Less', [lowest(w, x), w.number(0, 'float64')]);
  const zero = w.add('Sub', [x, x]);
  return w.addAll('Loop', ['', start, x, zero], 2, { body: graph });
};

const lowest = (w: Writer, x: string): string => w.add('ReduceMin', [x], { keepdims: 0 });

const power = (w: Writer, x: string, n: number): string =>
  Array.from({ length: n - 1 }).reduce<string>((y) => w.add('Mul', [y, x]), x);

/** ψ⁽ⁿ⁾(x), n >= 1: (-1)ⁿ⁺¹ [Σₖ n!/(x+k)ⁿ⁺¹ + (n-1)!/zⁿ + n!/(2zⁿ⁺¹) + Σ B₂ₖ (2k+n-1)! / ((2k)! z²ᵏ⁺ⁿ)] */
export const polygamma: Lowering<'polygamma'> = (operation, inputs, output, w) => {
  const { order: n } = operation;
  if (n === 0) return digamma(operation, inputs, output, w);
  const { add, mul, div, less, equal, and, floor, reciprocal, where, double, float, neg, steps, over } = arithmetic(w);
  const factorial = Array.from({ length: n }, (_, k) => k + 1).reduce((a, b) => a * b, 1);
  const shift = n + 12;
  const given = double(inputs[0].name);
  const far = less(given, -1e5);
  const pole = and(equal(floor(given), given), w.add('Not', [less(w.number(0, 'float64'), given)]));
  const start = where(w.add('Or', [far, pole]), 1, given);
  const [x, climbed] = climb(w, start, n, factorial, output.shape);
  const near = over('ReduceSum', div(w.number(factorial, 'float64'), power(w, steps(x, shift), n + 1)));
  const inverse = reciprocal(add(x, shift));
  let coefficient = factorial / n;
  const coefficients = bernoulli.map((b, i) => {
    const k = i + 1;
    coefficient *= ((2 * k + n - 2) * (2 * k + n - 1)) / ((2 * k - 1) * 2 * k);
    return b * coefficient;
  });
  const square = mul(inverse, inverse);
  const series = add(add(mul(polynomial(w, square, coefficients), square), mul(inverse, factorial / 2)), factorial / n);
  const total = add(add(climbed, near), mul(series, power(w, inverse, n)));
  const signed = n % 2 === 1 ? total : neg(total);
  return float(where(far, NaN, where(pole, n % 2 === 1 ? Infinity : NaN, signed)));
};
