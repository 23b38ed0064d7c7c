/**
 * Sines and angles in float32: reduced to an octant, a polynomial there (Moshier's Cephes). A few ulp, for sines up to |x| about 8000.
 */
import { polynomial, type Arithmetic, type Binary, type Unary } from './arithmetic.ts';

/** x = n π/2 + r with |r| <= π/4: sin r, cos r, and n mod 4. */
const octant = <F, B>(m: Arithmetic<F, B>, x: F): { sine: F; cosine: F; quarter: F } => {
  const n = m.nearest(m.mul(x, m.number(2 / Math.PI)));
  let r = x;
  for (const piece of [1.5703125, 4.837512969970703125e-4, 7.54978995489188216e-8])
    r = m.sub(r, m.mul(n, m.number(piece)));
  const z = m.mul(r, r);
  const odd = polynomial(m, z, [-1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4]);
  const even = polynomial(m, z, [4.166664568298827e-2, -1.388731625493765e-3, 2.443315711809948e-5]);
  return {
    sine: m.add(m.mul(m.mul(odd, z), r), r),
    cosine: m.add(m.sub(m.mul(m.mul(even, z), z), m.mul(z, m.number(0.5))), m.number(1)),
    quarter: m.sub(n, m.mul(m.number(4), m.floor(m.mul(n, m.number(0.25))))),
  };
};

const isOdd = <F, B>(m: Arithmetic<F, B>, quarter: F): B =>
  m.or(m.eq(quarter, m.number(1)), m.eq(quarter, m.number(3)));

export const sin: Unary = (m, x) => {
  const { sine, cosine, quarter } = octant(m, x);
  const value = m.select(isOdd(m, quarter), cosine, sine);
  return m.select(m.lt(quarter, m.number(2)), value, m.neg(value));
};

export const cos: Unary = (m, x) => {
  const { sine, cosine, quarter } = octant(m, x);
  const value = m.select(isOdd(m, quarter), sine, cosine);
  const flipped = m.or(m.eq(quarter, m.number(1)), m.eq(quarter, m.number(2)));
  return m.select(flipped, m.neg(value), value);
};

export const tan: Unary = (m, x) => {
  const { sine, cosine, quarter } = octant(m, x);
  return m.select(isOdd(m, quarter), m.neg(m.div(cosine, sine)), m.div(sine, cosine));
};

export const atan: Unary = (m, x) => {
  const a = m.abs(x);
  const steep = m.lt(m.number(2.414213562373095), a);
  const middle = m.lt(m.number(0.41421356237309503), a);
  const turned = m.div(m.sub(a, m.number(1)), m.add(a, m.number(1)));
  const t = m.select(steep, m.neg(m.div(m.number(1), a)), m.select(middle, turned, a));
  const base = m.select(steep, m.number(Math.PI / 2), m.select(middle, m.number(Math.PI / 4), m.number(0)));
  const z = m.mul(t, t);
  const series = polynomial(m, z, [-3.33329491539e-1, 1.99777106478e-1, -1.38776856032e-1, 8.05374449538e-2]);
  return m.copySign(m.add(base, m.add(m.mul(m.mul(series, z), t), t)), x);
};

/** The angle of (x, y): atan of the smaller over the larger, turned into its octant. */
export const atan2: Binary = (m, y, x) => {
  const [a, b] = [m.abs(x), m.abs(y)];
  const large = m.max(a, b);
  const equal = m.eq(a, b); // also where both are infinite
  const ratio = m.select(equal, m.number(1), m.div(m.min(a, b), large));
  const angle = atan(m, m.select(m.eq(large, m.number(0)), m.number(0), ratio));
  const upright = m.select(m.lt(a, b), m.sub(m.number(Math.PI / 2), angle), angle);
  const left = m.lt(m.copySign(m.number(1), x), m.number(0));
  const full = m.select(left, m.sub(m.number(Math.PI), upright), upright);
  return m.select(m.or(m.isNaN(x), m.isNaN(y)), m.number(NaN), m.copySign(full, y));
};

/** asin for 0 <= t <= 1/2 */
const arc = <F, B>(m: Arithmetic<F, B>, t: F): F => {
  const z = m.mul(t, t);
  const series = polynomial(
    m,
    z,
    [1.6666752422e-1, 7.4953002686e-2, 4.5470025998e-2, 2.4181311049e-2, 4.2163199048e-2],
  );
  return m.add(m.mul(m.mul(series, z), t), t);
};

/** √((1 - a) / 2): half of the angle from the other side. */
const halfChord = <F, B>(m: Arithmetic<F, B>, a: F): F => m.sqrt(m.mul(m.sub(m.number(1), a), m.number(0.5)));

const outside = <F, B>(m: Arithmetic<F, B>, a: F, value: F): F => m.select(m.le(a, m.number(1)), value, m.number(NaN));

export const asin: Unary = (m, x) => {
  const a = m.abs(x);
  const far = m.lt(m.number(0.5), a);
  const y = arc(m, m.select(far, halfChord(m, a), a));
  const result = m.select(far, m.sub(m.number(Math.PI / 2), m.add(y, y)), y);
  return outside(m, a, m.copySign(result, x));
};

export const acos: Unary = (m, x) => {
  const a = m.abs(x);
  const far = m.lt(m.number(0.5), a);
  const y = arc(m, m.select(far, halfChord(m, a), a));
  const twice = m.add(y, y);
  const negative = m.lt(x, m.number(0));
  const end = m.select(negative, m.sub(m.number(Math.PI), twice), twice);
  const middle = m.sub(m.number(Math.PI / 2), m.copySign(y, x));
  return outside(m, a, m.select(far, end, middle));
};
