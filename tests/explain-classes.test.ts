/** The place of a model in the field's map: linear is what is proven to be affine in its input, and nothing else. */
import { describe, expect, test } from 'vitest';
import { explain } from '../compiler/explain.ts';
import { parse } from '../grammar/parse.ts';

const classOf = (models: string): string => {
  const text = `${models}\nminimize E[(x, y) ~ D_tr] (f(x) - y)^2 over f in M on supervised(D)\n`;
  const [{ map }] = explain(parse(text, 'classes').module);
  return map.models[0].place.split(';')[0];
};

describe('linear', () => {
  test.each([
    'model M(x: R) -> R { param a : R; param b : R; a * x + b }',
    'model M(x: R[3]) -> R { param w : R[3]; param b : R; dot(w, x) - b / 2 }',
    'model M(x: R[3]) -> R[2] { param W : R[3, 2]; -(x @ W) }',
    'model M(x: R[3]) -> R { param w : R[3]; sum[i < 3] w[i] * x[i] }',
    'model M(x: R[3]) -> R { param w : R[3]; h = [w[i] * x[i] for i < 3]; h[0] + h[1] }',
    'model M(x: R[3]) -> R = dense[1](dense[8](x))[0]',
    'model M(x: R[3]) ~> Class[2] { param W : R[3, 2]; Categorical(logits = x @ W) }',
    'model M(x: R[3]) ~> R { param w : R[3]; param s : Positive; Normal(dot(w, x), exp(s)) }',
    'model M(x: R[3]) -> R { g in inner; g(x) + g(2 * x) }\nmodel inner(x: R[3]) -> R { param w : R[3]; dot(w, x) }',
  ])('%s', (model) => expect(classOf(model)).toBe('parametric, linear'));
});

describe('not linear', () => {
  test.each([
    'model M(x: R) -> R { param a : R; a * x^2 }',
    'model M(x: R[3]) -> R { param w : R[3]; dot(w, x)^2 }',
    'model M(x: R[3]) -> R { param w : R[3]; abs(dot(w, x)) }',
    'model M(x: R[3]) -> R { param w : R[3]; dot(x, x) * w[0] }',
    'model M(x: R) -> R { param w : R; if x > 0 then w * x else 0 }',
    'model M(x: R) -> R { param w : R; 1 / (w * x) }',
    'model M(x: R[3]) -> R { param w : R[3]; softmax(x)[0] * w[0] }',
    'model M(x: R[3]) -> R = dense[1](tanh(dense[8](x)))[0]',
    'model M(x: R[3]) -> R = dense[1]([e^2 for e in x])[0]',
    'model M(x: R[3]) -> R = inner(x)\nmodel inner(x: R[3]) -> R { param w : R[3]; dot(w, x)^2 }',
  ])('%s', (model) => expect(classOf(model)).not.toContain('linear'));
});
