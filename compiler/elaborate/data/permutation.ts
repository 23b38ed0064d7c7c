/** Numbers 0 .. n-1 in a random order that depends on the key alone (Fisher and Yates). */
import { fillRandom } from '../../ir/random.ts';
import { allRows } from '../../ir/rows.ts';
import type { Key } from '../../ir/random.ts';

export const permutation = (n: number, key: Key): Int32Array => {
  const order = allRows(n);
  const u = new Float32Array(n);
  fillRandom('uniform', key, 0, u);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.min(i, Math.floor(u[i] * (i + 1)));
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  return order;
};
