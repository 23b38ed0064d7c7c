/**
 * The functions that engines are generated from, run on plain numbers rounded to float32: a few ulp from Math, and right in the corners.
 */
import { describe, expect, it } from 'vitest';
import { binaryOps, unaryOps, type BinaryOp, type UnaryOp } from '../compiler/ir/operations.ts';
import { polygamma as exactPolygamma } from '../compiler/ir/special.ts';
import type { Arithmetic } from '../runtime/engines/functions/arithmetic.ts';
import { polygamma } from '../runtime/engines/functions/special.ts';
import { binaryFunctions, unaryFunctions } from '../runtime/engines/functions/table.ts';
import { binaryFloat, unary as exact } from '../runtime/engines/host/scalars.ts';

const r = Math.fround;
const evenly = (x: number): number => {
  const down = Math.floor(x);
  const half = x - down;
  return half < 0.5 ? down : half > 0.5 ? down + 1 : down % 2 === 0 ? down : down + 1;
};
const negative = (x: number): boolean => x < 0 || Object.is(x, -0);

const numbers: Arithmetic<number, boolean> = {
  number: r,
  add: (a, b) => r(a + b),
  sub: (a, b) => r(a - b),
  mul: (a, b) => r(a * b),
  div: (a, b) => r(a / b),
  madd: (a, b, c) => r(r(a * b) + c),
  neg: (a) => -a,
  abs: Math.abs,
  sqrt: (a) => r(Math.sqrt(a)),
  min: Math.min,
  max: Math.max,
  floor: Math.floor,
  ceil: Math.ceil,
  nearest: (a) => (Number.isFinite(a) ? evenly(a) : a),
  copySign: (a, b) => (negative(b) ? -Math.abs(a) : Math.abs(a)),
  whole: (x, y) => {
    const n = Number.isFinite(x) ? evenly(r(x * y)) : x;
    return { n, power: n };
  },
  halved: (x, n) => r(x * 2 ** (n - 1)),
  split: (x) => {
    const exponent = Number.isFinite(x) && x > 0 ? Math.floor(Math.log2(x)) + 1 : 0;
    const fraction = x / 2 ** exponent;
    if (fraction >= 1) return { fraction: fraction / 2, exponent: exponent + 1 };
    return fraction < 0.5 ? { fraction: fraction * 2, exponent: exponent - 1 } : { fraction, exponent };
  },
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  isNaN: Number.isNaN,
  and: (a, b) => a && b,
  or: (a, b) => a || b,
  not: (a) => !a,
  select: (c, a, b) => (c ? a : b),
};

/** The distance to the right value in units of its last place. */
const ulps = (seen: number, wanted: number): number => {
  if (Object.is(seen, wanted) || seen === r(wanted)) return 0;
  if (!Number.isFinite(seen) || !Number.isFinite(wanted)) return Infinity;
  const unit = 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(wanted) || 1e-45))) - 23);
  return Math.abs(seen - wanted) / unit;
};

interface Range {
  readonly from: number;
  readonly to: number;
  readonly most: number;
}
/** Where, and how many ulp at most. */
const ranges: { readonly [K in UnaryOp]?: readonly Range[] } = {
  exp: [{ from: -86, to: 88.7, most: 2 }],
  expm1: [
    { from: -20, to: 88.7, most: 3 },
    { from: -1e-3, to: 1e-3, most: 3 },
  ],
  log: [
    { from: 1e-30, to: 2, most: 2 },
    { from: 0.9, to: 1.1, most: 2 },
    { from: 2, to: 1e30, most: 2 },
  ],
  log1p: [
    { from: -0.99, to: 2, most: 4 },
    { from: -1e-4, to: 1e-4, most: 3 },
    { from: 1, to: 1e20, most: 3 },
  ],
  sigmoid: [{ from: -80, to: 30, most: 4 }],
  softplus: [{ from: -80, to: 80, most: 4 }],
  tanh: [{ from: -10, to: 10, most: 5 }],
  sinh: [{ from: -80, to: 80, most: 4 }],
  cosh: [{ from: -80, to: 80, most: 4 }],
  asinh: [{ from: -50, to: 50, most: 5 }],
  acosh: [{ from: 1, to: 1e12, most: 5 }],
  atanh: [{ from: -0.999, to: 0.999, most: 5 }],
  sqrt: [{ from: 0, to: 1e9, most: 0.5 }],
  reciprocal: [{ from: 0.1, to: 100, most: 0.5 }],
  asin: [{ from: -1, to: 1, most: 4 }],
  acos: [{ from: -1, to: 0.99, most: 4 }],
  atan: [{ from: -100, to: 100, most: 4 }],
  erf: [{ from: -5, to: 5, most: 6 }],
  // zeros of these are approached in absolute terms: see below
  sin: [{ from: -1.5, to: 1.5, most: 3 }],
  cos: [{ from: -1.5, to: 1.5, most: 3 }],
  tan: [{ from: -1.4, to: 1.4, most: 5 }],
};

const samples = ({ from, to }: Range): number[] =>
  Array.from({ length: 4001 }, (_, i) =>
    to / Math.max(from, 1e-300) > 1e6 && from > 0
      ? r(from * (to / from) ** (i / 4000))
      : r(from + ((to - from) * i) / 4000),
  );

const corners = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3, 100, -100, 1e-40, 1e30, -1e30];

describe.each(unaryOps)('%s', (op) => {
  const f = (x: number): number => unaryFunctions[op](numbers, x);

  it.skipIf(!ranges[op])('is within a few ulp of Math', () => {
    for (const range of ranges[op] ?? []) {
      let worst = { x: 0, off: 0 };
      for (const x of samples(range)) {
        const off = ulps(f(x), exact[op](x));
        if (off > worst.off) worst = { x, off };
      }
      expect(worst.off, `at ${worst.x}: ${f(worst.x)}, not ${exact[op](worst.x)}`).toBeLessThanOrEqual(range.most);
    }
  });

  it('is right in the corners', () => {
    for (const x of corners) {
      const wanted = r(exact[op](r(x)));
      const seen = f(r(x));
      // sines of large numbers, and the far left of Γ, are no one's
      if (['sin', 'cos', 'tan'].includes(op) && Math.abs(x) > 1000 && Number.isFinite(x)) continue;
      if (op === 'lgamma' && (x < -10 || Object.is(x, -0))) continue;
      const close =
        Object.is(seen, wanted) ||
        seen === wanted ||
        Math.abs(seen - wanted) <= 4e-6 * Math.max(1, Math.abs(wanted)) ||
        (Number.isNaN(seen) && Number.isNaN(wanted));
      expect(close, `${op}(${x}) = ${seen}, not ${wanted}`).toBe(true);
    }
  });
});

describe.each(binaryOps)('%s', (op: BinaryOp) => {
  it('is right in the corners and between', () => {
    const grid = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 2, -2, 0.5, -3, 3.7, -3.7, 7, 1e10];
    for (const a of grid)
      for (const b of grid) {
        const [x, y] = [r(a), r(b)];
        const wanted = r(binaryFloat[op](x, y));
        const seen = binaryFunctions[op](numbers, x, y);
        if (op === 'mod' && (Math.abs(a) === 1e10 || Math.abs(b) === 1e10)) continue;
        const close =
          seen === wanted ||
          (Number.isNaN(seen) && Number.isNaN(wanted)) ||
          Math.abs(seen - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted));
        expect(close, `${op}(${a}, ${b}) = ${seen}, not ${wanted}`).toBe(true);
      }
  });
});

describe('of the gamma function', () => {
  it.each([0, 1, 2, 3])('the derivative %i of its logarithm is near', (order) => {
    for (const x of [0.1, 0.5, 1, 1.46, 2, 3.3, 8, 25, 100, -0.25, -3.5, -20.75, -100.25]) {
      const wanted = exactPolygamma(order, x);
      const seen = polygamma(numbers, order, r(x));
      expect(Math.abs(seen - wanted), `at ${x}: ${seen}, not ${wanted}`).toBeLessThan(1e-5 * (1 + Math.abs(wanted)));
    }
  });
  it('the logarithm is near', () => {
    for (const x of [0.01, 0.3, 0.5, 1, 1.5, 2, 5, 9, 30, 300, -0.5, -3.2])
      expect(unaryFunctions.lgamma(numbers, r(x))).toBeCloseTo(exact.lgamma(r(x)), x > 100 ? 2 : 4);
  });
});
