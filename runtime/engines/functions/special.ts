/**
 * erf, log Γ and its derivatives in float32, without branches: shifted up by the recurrence, then the asymptotic series.
 */
import { polynomial, type Arithmetic, type Unary } from './arithmetic.ts';
import { log } from './exponential.ts';
import { sin, tan } from './trigonometric.ts';

/** x p(x²) / q(x²) up to where it is 1 in float32 (XLA's). */
export const erf: Unary = (m, given) => {
  const x = m.min(m.max(given, m.number(-3.832506856900711)), m.number(3.832506856900711));
  const z = m.mul(x, x);
  const above = polynomial(
    m,
    z,
    [1.128379143519084, 1.8520832239976145e-1, 5.0955695062380861e-2, 3.4082910107109506e-3, 2.2905065861350646e-4],
  );
  const below = polynomial(
    m,
    z,
    [
      1, 4.9746925110067538e-1, 1.1098505178285362e-1, 1.4070470171167667e-2, 1.0179625278914885e-3,
      2.3547966471313185e-5, -1.1791602954361697e-7,
    ],
  );
  const ratio = m.mul(x, m.div(above, below));
  return m.min(m.max(ratio, m.number(-1)), m.number(1));
};

/** log Γ(z) for z >= 1/2: up to z + 8, Stirling's series there, and the product taken off. */
const stirling = <F, B>(m: Arithmetic<F, B>, x: F): F => {
  let product = m.number(1);
  let z = x;
  for (let k = 0; k < 8; k++) {
    const low = m.lt(z, m.number(8));
    product = m.select(low, m.mul(product, z), product);
    z = m.select(low, m.add(z, m.number(1)), z);
  }
  const inverse = m.div(m.number(1), z);
  const series = polynomial(m, m.mul(inverse, inverse), [1 / 12, -1 / 360, 1 / 1260]);
  const main = m.sub(m.mul(m.sub(z, m.number(0.5)), log(m, z)), z);
  const rest = m.add(m.number(0.5 * Math.log(2 * Math.PI)), m.mul(series, inverse));
  const result = m.sub(m.add(main, rest), log(m, product));
  return m.select(m.eq(x, m.number(Infinity)), x, result);
};

/** Γ(x) Γ(1 - x) = π / sin πx on the left. */
export const lgamma: Unary = (m, x) => {
  const left = m.lt(x, m.number(0.5));
  const right = stirling(m, m.select(left, m.sub(m.number(1), x), x));
  const sine = m.abs(sin(m, m.mul(m.number(Math.PI), m.sub(x, m.nearest(x)))));
  return m.select(left, m.sub(m.sub(m.number(Math.log(Math.PI)), log(m, sine)), right), right);
};

const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66];

const raise = <F, B>(m: Arithmetic<F, B>, x: F, n: number): F => {
  let power = x;
  for (let k = 1; k < n; k++) power = m.mul(power, x);
  return power;
};

/** ψ(x): ten steps up, log z - 1/(2z) - Σ B₂ₖ / (2k z²ᵏ) there; ψ(x) = ψ(1 - x) - π / tan πx on the left. */
const digamma = <F, B>(m: Arithmetic<F, B>, x: F): F => {
  const left = m.lt(x, m.number(0));
  let z = m.select(left, m.sub(m.number(1), x), x);
  let sum = m.number(0);
  for (let k = 0; k < 10; k++) {
    sum = m.sub(sum, m.div(m.number(1), z));
    z = m.add(z, m.number(1));
  }
  const inverse = m.div(m.number(1), z);
  const square = m.mul(inverse, inverse);
  const series = polynomial(
    m,
    square,
    bernoulli.map((b, k) => b / (2 * k + 2)),
  );
  const main = m.sub(log(m, z), m.mul(m.number(0.5), inverse));
  const right = m.add(sum, m.sub(main, m.mul(series, square)));
  const turned = m.mul(m.number(Math.PI), m.sub(x, m.nearest(x)));
  const reflected = m.sub(right, m.div(m.number(Math.PI), tan(m, turned)));
  const pole = m.and(m.le(x, m.number(0)), m.eq(m.floor(x), x));
  return m.select(pole, m.number(NaN), m.select(left, reflected, right));
};

/** π dⁿ/dxⁿ cot πx as a polynomial of c = cot πx: dc/dx = -π (1 + c²). */
const cotangent = (order: number): readonly number[] => {
  let p: readonly number[] = [0, Math.PI];
  for (let n = 0; n < order; n++) {
    const slope = p.slice(1).map((b, i) => -Math.PI * b * (i + 1));
    p = [...slope, 0, 0].map((b, i) => b + (slope[i - 2] ?? 0));
  }
  return p;
};

/** ψ⁽ⁿ⁾(x), n >= 1: (-1)ⁿ⁺¹ (Σ n!/(x+k)ⁿ⁺¹ + (n-1)!/zⁿ + n!/(2zⁿ⁺¹) + Σ B₂ₖ (2k+n-1)!/((2k)! z²ᵏ⁺ⁿ)) */
export const polygamma = <F, B>(m: Arithmetic<F, B>, order: number, x: F): F => {
  if (order === 0) return digamma(m, x);
  let factorial = 1;
  for (let k = 2; k <= order; k++) factorial *= k;
  const left = m.lt(x, m.number(0));
  let z = m.select(left, m.sub(m.number(1), x), x);
  let sum = m.number(0);
  for (let k = 0; k < order + 10; k++) {
    sum = m.add(sum, m.div(m.number(factorial), raise(m, z, order + 1)));
    z = m.add(z, m.number(1));
  }
  const inverse = m.div(m.number(1), z);
  const power = raise(m, inverse, order);
  const square = m.mul(inverse, inverse);
  let coefficient = factorial / order;
  const terms = bernoulli.map((b, i) => {
    const k = i + 1;
    coefficient *= ((2 * k + order - 2) * (2 * k + order - 1)) / ((2 * k - 1) * 2 * k);
    return b * coefficient;
  });
  const tail = polynomial(m, square, [factorial / order, ...terms]);
  const total = m.add(m.add(sum, m.mul(tail, power)), m.mul(m.number(factorial / 2), m.mul(power, inverse)));
  const pole = m.and(m.le(x, m.number(0)), m.eq(m.floor(x), x));
  // ψ⁽ⁿ⁾(x) = (-1)ⁿ ψ⁽ⁿ⁾(1 - x) - π dⁿ/dxⁿ cot πx on the left
  const turned = m.mul(m.number(Math.PI), m.sub(x, m.nearest(x)));
  const beyond = polynomial(m, m.div(m.number(1), tan(m, turned)), cotangent(order));
  const right = order % 2 === 1 ? total : m.neg(total);
  const value = m.select(left, m.sub(m.neg(total), beyond), right);
  return m.select(pole, m.number(order % 2 === 1 ? Infinity : NaN), value);
};
