/** Problems in expressions: solved, not looked at where they start. */
import { describe, expect, test } from 'vitest';
import { measures, valueOf } from './specs-harness.ts';

const near = async (text: string, expected: readonly number[], digits = 4): Promise<void> => {
  const found = await valueOf(text);
  expect(found).toHaveLength(expected.length);
  found.forEach((x, i) => expect(x).toBeCloseTo(expected[i], digits));
};

describe('a problem as an expression', () => {
  test.each([
    ['argmin (a - 1)^2 over a in R', [1]],
    ['argmin (x - 1)^2 + (y + 2)^2 over x in R, y in R', [1, -2]],
    ['argmax -(x - 3)^2 over x in Positive', [3]],
    ['argmax dot(w, [1, 3, 2]) over w in Simplex[3]', [0, 1, 0]],
    ['minimize (a - 1)^2 + 3 over a in R', [3]],
    ['1 + (maximize -(a - 1)^2 + 3 over a in R)', [4]],
    ['argmin (a - 1)^2 over a in R by sgd(0.1) for 3 steps', [0.488]],
  ])('%s', (text, expected) => near(text, expected));
});

describe('a quotient of which both parts vanish together', () => {
  const rate = '0.1 * (v + 40) / (1 - exp(-(v + 40) / 10))';
  test.each([
    [`{ v ~ Normal(-40, 1e-30); ${rate} }`, [1]],
    [`{ v ~ Normal(-40, 1e-30); grad[v] ${rate} }`, [0.05]],
    [`{ v ~ Normal(-39, 1e-30); ${rate} }`, [0.1 / (1 - Math.exp(-0.1))]],
    [
      `{ v ~ Normal(-20, 1e-30); grad[v] ${rate} }`,
      [0.1 / (1 - Math.exp(-2)) - (0.2 * Math.exp(-2)) / (1 - Math.exp(-2)) ** 2],
    ],
    ['{ x ~ Normal(0, 1e-30); (exp(2 * x) - 1) / x }', [2]],
    ['{ x ~ Normal(2, 1e-30); grad[x] (1 - exp(x)) / x }', [-(Math.exp(2) + 1) / 4]],
    ['{ x ~ Normal(1, 1e-30); x / (exp(x + 1) - 1) }', [1 / (Math.exp(2) - 1)]],
  ])('%s', (text, expected) => near(text, expected));
});

describe('a start that is a saddle', () => {
  test('is left: a product of two weights that are both zero', async () => {
    const found = await measures(`minimize (a * b - 2)^2 + 0.1 * (a^2 + b^2) over a in R, b in R
  subject to eval a * b as product, eval a as a, eval b as b`);
    // stationary: a = b, 2 (a^2 - 2) a + 0.2 a = 0, so a^2 = 1.9
    expect(found.product).toBeCloseTo(1.9, 4);
    expect(found.a).toBeCloseTo(found.b, 4);
  });

  test('a start that is the optimum stays it, to the last bit', async () => {
    const found = await measures(
      'minimize 1 - exp(-a^2 - b^2) over a in R, b in R subject to eval a as a, eval b as b',
    );
    expect(found).toEqual({ a: 0, b: 0 });
  });
});
