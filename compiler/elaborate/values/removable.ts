/**
 * Quotients with a hole: u / (1 - exp(-u)) is 1 at u = 0, where floating point says 0 / 0. Rate functions of neurons are written so
 * (Hodgkin and Huxley 1952), and a simulation does come to stand on the very point. The limit is taken instead, with its slope.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';

/** node = factor · base, constants peeled off. */
const scaled = (node: Node, factor = 1): { readonly base: Node; readonly factor: number } => {
  const [a, b] = node.inputs;
  switch (node.operation.op) {
    case 'neg':
      return scaled(a, -factor);
    case 'div': {
      const by = ir.uniformValue(b);
      return by === undefined || by === 0 ? { base: node, factor } : scaled(a, factor / by);
    }
    case 'mul': {
      const [left, right] = [ir.uniformValue(a), ir.uniformValue(b)];
      if (left !== undefined && left !== 0) return scaled(b, factor * left);
      return right === undefined || right === 0 ? { base: node, factor } : scaled(a, factor * right);
    }
    default:
      return { base: node, factor };
  }
};

/** Whether two small expressions are the same, written twice. */
const alike = (a: Node, b: Node, depth = 8): boolean => {
  if (a === b) return true;
  const value = ir.uniformValue(a);
  if (value !== undefined) return value === ir.uniformValue(b);
  const { op } = a.operation;
  if (depth === 0 || op === 'fold' || op === 'scan' || op === 'constant' || op === 'input') return false;
  return (
    JSON.stringify(a.operation) === JSON.stringify(b.operation) &&
    a.inputs.length > 0 &&
    a.inputs.length === b.inputs.length &&
    a.inputs.every((x, i) => alike(x, b.inputs[i], depth - 1))
  );
};

/** node = sign · (exp(x) - 1) */
const growthOf = (node: Node, sign = 1): { readonly x: Node; readonly sign: number } | undefined => {
  const [a, b] = node.inputs;
  const exponent = (n: Node): Node | undefined => (n.operation.op === 'exp' ? n.inputs[0] : undefined);
  const found = (x: Node | undefined, s: number) => (x ? { x, sign: s } : undefined);
  switch (node.operation.op) {
    case 'neg':
      return growthOf(a, -sign);
    case 'expm1':
      return { x: a, sign };
    case 'sub':
      if (ir.uniformValue(a) === 1) return found(exponent(b), -sign);
      return ir.uniformValue(b) === 1 ? found(exponent(a), sign) : undefined;
    case 'add':
      if (ir.uniformValue(a) === -1) return found(exponent(b), sign);
      return ir.uniformValue(b) === -1 ? found(exponent(a), sign) : undefined;
    default:
      return undefined;
  }
};

/** x / (exp(x) - 1), by its series around 0. */
const bernoulli = (x: Node, span: Span | undefined): Node => {
  const near = ir.lt(ir.abs_(x), ir.scalar(1e-2), span);
  const away = ir.select(near, ir.scalar(1), x, span);
  const x2 = ir.square(x);
  const even = ir.mul(x2, ir.sub(ir.scalar(1 / 12), ir.div(x2, ir.scalar(720))));
  const series = ir.add(ir.sub(ir.scalar(1), ir.div(x, ir.scalar(2))), even, span);
  return ir.select(near, series, ir.div(away, ir.expm1(away), span), span);
};

/** a / b, with the limit where both vanish together at a place that can be seen. */
export const quotient = (a: Node, b: Node, span: Span | undefined): Node => {
  const plain = (): Node => ir.div(a, b, span);
  const below = growthOf(b);
  const above = growthOf(a);
  const growth = below ?? above;
  if (!growth || (below && above)) return plain();
  const u = scaled(below ? a : b);
  const x = scaled(growth.x);
  if (!alike(u.base, x.base)) return plain();
  const ratio = ir.scalar((growth.sign * u.factor) / x.factor);
  const limit = bernoulli(growth.x, span);
  return below ? ir.mul(ratio, limit, span) : ir.div(ir.reciprocal(ratio), limit, span);
};
