/** Problems in expressions: solved, not looked at where they start. */
import { describe, expect, test } from 'vitest';
import { valueOf } from './specs-harness.ts';

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
