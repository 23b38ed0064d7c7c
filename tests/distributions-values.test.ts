// Log densities, entropies, moments, distribution functions and divergences against SciPy's values (scripts/scipy-values.py).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectationOf } from './distributions-harness.ts';

const rows = JSON.parse(readFileSync(new URL('fixtures/scipy-values.json', import.meta.url), 'utf8')) as {
  readonly expression: string;
  readonly values: readonly number[];
}[];

describe('agrees with SciPy to 1e-5', () => {
  it.each(rows.map((row) => [row.expression, row] as const))('%s', async (_, { expression, values }) => {
    const seen = await expectationOf(expression);
    expect(seen.length).toBe(values.length);
    // an entropy near 0 is a difference of larger numbers
    values.forEach((x, i) =>
      expect(Math.abs(seen[i] - x), `${seen[i]}, SciPy ${x}`).toBeLessThanOrEqual(1e-5 * Math.max(Math.abs(x), 1e-3)),
    );
  });
});
