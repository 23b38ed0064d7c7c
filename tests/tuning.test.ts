/** `tuning`: a restriction makes what stands in a parameter's place, and only its own parameters move. */
import { describe, expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { measures } from './specs-harness.ts';

const points = '[([1, 0], 3), ([0, 1], -1), ([1, 1], 2), ([2, 1], 5)]';
/** y = 3 x0 - x1 exactly; from (1, 1) and 0. */
const spec = (over: string, more = ''): string => `
data D : [(R[2], R)] = ${points}
model M(x: R[2]) -> R {
  param w : R[2, 1] = 1
  param b : R = 0
  param s : Positive = 1
  s * ((x @ w)[0] + b)
}
${more}
def L(f, D) = E[(x, y) ~ D] (f(x) - y)^2
minimize L(f, D_tr) over ${over}
  subject to eval L as loss, eval f.w[0, 0] as w0, eval f.w[1, 0] as w1, eval f.b as b, eval f.s as s
  on supervised(D, holdout = 0)`;

describe('tuning', () => {
  test('lora moves matrices by a product of two narrow ones, and nothing else', async () => {
    const found = await measures(spec('f in M tuning lora[1]'));
    expect(found.loss).toBeLessThan(1e-6);
    expect(found.w0).toBeCloseTo(3, 3);
    expect(found.w1).toBeCloseTo(-1, 3);
    expect([found.b, found.s]).toEqual([0, 1]);
  });

  test('biases move vectors only; a restriction that fits nothing is an error', async () => {
    const text = spec('f in M tuning biases');
    const { diagnostics } = await compile('spec.learn', text, nodeHost(), {});
    expect(diagnostics.map((d) => [d.code, text.slice(d.notes[0].span?.start, d.notes[0].span?.end)])).toEqual([
      ['L0401', 'biases'],
    ]);
  });

  test('a restriction of the spec: one number scales the whole matrix', async () => {
    const scaled = 'model scaled(W: R[d, n]) -> R[d, n] { param c : R = 1; c * W }';
    const found = await measures(spec('f in M tuning scaled', scaled));
    // least squares along (1, 1): c = sum z y / sum z^2 with z = x0 + x1
    const c = (1 * 3 + 1 * -1 + 2 * 2 + 3 * 5) / (1 + 1 + 4 + 9);
    expect(found.w0).toBeCloseTo(c, 4);
    expect(found.w1).toBeCloseTo(c, 4);
    expect(found.b).toBe(0);
  });

  test('a member starts from a restricted one as that one stands', async () => {
    const text = `
data D : [(R[2], R)] = ${points}
model M(x: R[2]) -> R { param w : R[2, 1] = 1; param b : R[1] = 0; (x @ w + b)[0] }
def L(f, D) = E[(x, y) ~ D] (f(x) - y)^2
let first = minimize L(f, D_tr) over f in M tuning lora[1] subject to eval L as a on supervised(D, holdout = 0)
minimize L(g, D_tr) over g in M from first.f tuning biases
  subject to eval L as b, eval g.w[0, 0] as w0, eval g.b[0] as shift on supervised(D, holdout = 0)`;
    const found = await measures(text);
    expect(found.b).toBeLessThan(1e-6);
    expect(found.w0).toBeCloseTo(3, 3);
    expect(found.shift).toBeCloseTo(0, 3);
  });

  test('what is no restriction is refused', async () => {
    for (const [over, seen] of [
      ['f in M tuning 3', 'tuning'],
      ['f in M tuning L', 'tuning'],
    ]) {
      const { diagnostics } = await compile('spec.learn', spec(over), nodeHost(), {});
      expect(diagnostics.map((d) => d.code)).toEqual(['L0302']);
      expect(diagnostics[0].message).toContain(seen);
    }
  });
});
