/**
 * Exponentials and logarithms in float32: reduction to a short interval, a polynomial there (Moshier's Cephes), and back. A few ulp.
 */
import { polynomial, type Arithmetic, type Binary, type Unary } from './arithmetic.ts';

/** log 2 = high + low, where n · high is exact for the n that occur. */
const log2High = 0.693359375;
const log2Low = -2.1219444e-4;

/** x = n log 2 + r with |r| <= log 2 / 2, and eʳ - 1. */
const reduce = <F, B>(m: Arithmetic<F, B>, x: F): { power: F; grown: F } => {
  const { n, power } = m.whole(x, m.number(Math.LOG2E));
  const r = m.madd(n, m.number(-log2Low), m.madd(n, m.number(-log2High), x));
  const tail = polynomial(
    m,
    r,
    [5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3, 1.98756915e-4],
  );
  return { power, grown: m.madd(tail, m.mul(r, r), r) };
};

const between = <F, B>(m: Arithmetic<F, B>, x: F, low: number, high: number): F =>
  m.min(m.max(x, m.number(low)), m.number(high));

/** Below it eˣ/2 is no longer normal. */
const lowest = -86.25;

/** 2ⁿ = 2 · 2ⁿ⁻¹, since 2¹²⁸ is no float */
export const exp: Unary = (m, x) => {
  const { power, grown } = reduce(m, between(m, x, lowest, 89));
  const half = m.halved(m.add(grown, m.number(1)), power);
  return m.select(m.lt(x, m.number(lowest)), m.number(0), m.add(half, half));
};

/** 2ⁿ (eʳ - 1) + (2ⁿ - 1), everything halved against overflow */
export const expm1: Unary = (m, x) => {
  const { power, grown } = reduce(m, between(m, x, lowest, 89));
  const scale = m.halved(m.number(1), power);
  const half = m.add(m.mul(scale, grown), m.sub(scale, m.number(0.5)));
  // zero keeps its sign
  return m.select(m.eq(x, m.number(0)), x, m.add(half, half));
};

export const log: Unary = (m, x) => {
  const tiny = m.lt(x, m.number(2 ** -126));
  const { fraction, exponent } = m.split(m.select(tiny, m.mul(x, m.number(2 ** 23)), x));
  const low = m.lt(fraction, m.number(Math.SQRT1_2));
  const e0 = m.select(low, m.sub(exponent, m.number(1)), exponent);
  const e = m.select(tiny, m.sub(e0, m.number(23)), e0);
  const f = m.sub(m.select(low, m.add(fraction, fraction), fraction), m.number(1));
  const z = m.mul(f, f);
  const series = polynomial(
    m,
    f,
    [
      3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1, 1.4249322787e-1, -1.2420140846e-1,
      1.167699874e-1, -1.151461031e-1, 7.0376836292e-2,
    ],
  );
  const small = m.add(m.mul(m.mul(series, f), z), m.mul(e, m.number(log2Low)));
  const near = m.add(m.sub(small, m.mul(z, m.number(0.5))), f);
  const result = m.add(near, m.mul(e, m.number(log2High)));
  // log 0 = -∞, log ∞ = ∞; of a negative number or NaN: NaN
  const high = m.select(m.eq(x, m.number(Infinity)), x, result);
  const zero = m.select(m.eq(x, m.number(0)), m.number(-Infinity), high);
  return m.select(m.or(m.lt(x, m.number(0)), m.isNaN(x)), m.number(NaN), zero);
};

/** log(1 + x) = log u + (x - (u - 1)) / u with u = 1 + x rounded */
export const log1p: Unary = (m, x) => {
  const u = m.add(m.number(1), x);
  const lost = m.div(m.sub(x, m.sub(u, m.number(1))), u);
  const exact = m.or(m.eq(u, m.number(0)), m.eq(u, m.number(Infinity)));
  const sum = m.add(log(m, u), m.select(exact, m.number(0), lost));
  return m.select(m.eq(x, m.number(0)), x, sum);
};

/** e^-|x|, which sigmoid and softplus of one number share. */
const decay: Unary = (m, x) => exp(m, m.neg(m.abs(x)));

/** 1 / (1 + e^-x), and on the left eˣ / (1 + eˣ) */
export const sigmoid: Unary = (m, x) => {
  const e = decay(m, x);
  return m.div(m.select(m.lt(x, m.number(0)), e, m.number(1)), m.add(e, m.number(1)));
};

/** log(1 + e) = 2 artanh s with s = e / (2 + e), for e in [0, 1]: s <= 1/3; a minimax polynomial in s². */
const log1pOfUnit: Unary = (m, e) => {
  const s = m.div(e, m.add(e, m.number(2)));
  const z = m.mul(s, s);
  const series = polynomial(m, z, [0.66666667357, 0.39999696318, 0.2859281039, 0.21700044407, 0.23253774889]);
  return m.madd(m.mul(series, z), s, m.add(s, s));
};

/** max(x, 0) + log(1 + e^-|x|) */
export const softplus: Unary = (m, x) => m.add(m.max(x, m.number(0)), log1pOfUnit(m, decay(m, x)));

/** A quotient of polynomials up to where it is 1 in float32 (Eigen's). */
export const tanh: Unary = (m, given) => {
  const x = between(m, given, -7.90531110763549805, 7.90531110763549805);
  const z = m.mul(x, x);
  const above = polynomial(
    m,
    z,
    [
      4.89352455891786e-3, 6.37261928875436e-4, 1.48572235717979e-5, 5.12229709037114e-8, -8.60467152213735e-11,
      2.00018790482477e-13, -2.76076847742355e-16,
    ],
  );
  const below = polynomial(m, z, [4.89352518554385e-3, 2.268434632439e-3, 1.18534705686654e-4, 1.19825839466702e-6]);
  return m.select(m.lt(m.abs(x), m.number(4e-4)), x, m.div(m.mul(above, x), below));
};

export const sinh: Unary = (m, x) => {
  const z = m.mul(x, x);
  const series = polynomial(m, z, [1.66667160211e-1, 8.33028376239e-3, 2.03721912945e-4]);
  const near = m.add(m.mul(m.mul(series, z), x), x);
  const e = exp(m, m.abs(x));
  const far = m.sub(m.mul(e, m.number(0.5)), m.div(m.number(0.5), e));
  return m.select(m.lt(m.abs(x), m.number(1)), near, m.copySign(far, x));
};

export const cosh: Unary = (m, x) => {
  const e = exp(m, m.abs(x));
  return m.add(m.mul(e, m.number(0.5)), m.div(m.number(0.5), e));
};

/** Where x² would overflow: log(2 x). */
const logOfDouble = <F, B>(m: Arithmetic<F, B>, x: F): F => m.add(log(m, x), m.number(Math.LN2));
const large = 1e9;

/** log(x + √(x² + 1)) = log1p(x + x² / (1 + √(x² + 1))) */
export const asinh: Unary = (m, x) => {
  const a = m.abs(x);
  const z = m.mul(a, a);
  const root = m.sqrt(m.add(z, m.number(1)));
  const near = log1p(m, m.add(a, m.div(z, m.add(m.number(1), root))));
  return m.copySign(m.select(m.lt(a, m.number(large)), near, logOfDouble(m, a)), x);
};

/** log(x + √(x² - 1)) = log1p(t + √(2 t + t²)) with t = x - 1; NaN below 1 */
export const acosh: Unary = (m, x) => {
  const t = m.sub(x, m.number(1));
  const near = log1p(m, m.add(t, m.sqrt(m.add(m.add(t, t), m.mul(t, t)))));
  const result = m.select(m.lt(x, m.number(large)), near, logOfDouble(m, x));
  return m.select(m.le(m.number(1), x), result, m.number(NaN));
};

/** log1p(2 x / (1 - x)) / 2; NaN outside [-1, 1] */
export const atanh: Unary = (m, x) => {
  const a = m.abs(x);
  const half = m.mul(m.number(0.5), log1p(m, m.div(m.add(a, a), m.sub(m.number(1), a))));
  return m.select(m.le(a, m.number(1)), m.copySign(half, x), m.number(NaN));
};

/** aᵇ = e^(b log |a|), with the sign of a for odd b. 0 and 1 and infinities as JavaScript has them. */
export const pow: Binary = (m, a, b) => {
  const zero = m.number(0);
  const one = m.number(1);
  const magnitude = exp(m, m.mul(b, log(m, m.abs(a))));
  const whole = m.eq(m.floor(b), b);
  const half = m.mul(b, m.number(0.5));
  const odd = m.and(whole, m.ne(m.floor(half), half));
  const negative = m.lt(m.copySign(one, a), zero);
  const signed = m.select(m.and(negative, odd), m.neg(magnitude), magnitude);
  // a fractional power of a negative number is NaN, of -∞ it is not
  const finite = m.lt(m.abs(a), m.number(Infinity));
  const undefinedHere = m.and(m.and(m.lt(a, zero), finite), m.not(whole));
  const result = m.select(undefinedHere, m.number(NaN), signed);
  const unitBase = m.eq(m.abs(a), one);
  const endless = m.eq(m.abs(b), m.number(Infinity));
  const unit = m.select(m.and(unitBase, endless), m.number(NaN), result);
  return m.select(m.eq(b, zero), one, m.select(m.or(m.isNaN(a), m.isNaN(b)), m.number(NaN), unit));
};
