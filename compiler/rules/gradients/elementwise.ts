/**
 * Gradients one number at a time. Functions of one argument are given by their derivative f'(x), with y = f(x) at hand.
 * At corners: |x|' = 0 and relu' = 0 at 0; max and min share equally between equals.
 */
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import type { BinaryOp, UnaryOp } from '../../ir/operations.ts';
import { tabulate } from '../table.ts';
import type { GradientRule, Pull } from './rule.ts';

const one = ir.scalar(1);
const half = ir.scalar(0.5);
const zero = ir.scalar(0);

/** 1 - x², as (1 - x)(1 + x) so that nothing cancels near ±1 */
const oneMinusSquare = (x: Node): Node => ir.mul(ir.sub(one, x), ir.add(one, x));

const derivatives: { readonly [K in UnaryOp]: 'none' | ((x: Node, y: Node) => Node) } = {
  neg: () => ir.scalar(-1),
  abs: (x) => ir.sign(x),
  sign: 'none',
  exp: (_, y) => y,
  expm1: (_, y) => ir.add(y, one), // eˣ = (eˣ - 1) + 1
  log: (x) => ir.reciprocal(x),
  log1p: (x) => ir.reciprocal(ir.add(one, x)),
  sqrt: (_, y) => ir.div(half, y), // 1 / (2 √x)
  square: (x) => ir.mul(ir.scalar(2), x),
  reciprocal: (_, y) => ir.neg(ir.square(y)), // -1/x²
  sin: (x) => ir.cos(x),
  cos: (x) => ir.neg(ir.sin(x)),
  tan: (_, y) => ir.add(one, ir.square(y)),
  asin: (x) => ir.reciprocal(ir.sqrt(oneMinusSquare(x))),
  acos: (x) => ir.neg(ir.reciprocal(ir.sqrt(oneMinusSquare(x)))),
  atan: (x) => ir.reciprocal(ir.add(one, ir.square(x))),
  sinh: (x) => ir.cosh(x),
  cosh: (x) => ir.sinh(x),
  tanh: (_, y) => ir.sub(one, ir.square(y)),
  asinh: (x) => ir.reciprocal(ir.sqrt(ir.add(one, ir.square(x)))),
  acosh: (x) => ir.reciprocal(ir.sqrt(ir.mul(ir.sub(x, one), ir.add(x, one)))),
  atanh: (x) => ir.reciprocal(oneMinusSquare(x)),
  sigmoid: (_, y) => ir.mul(y, ir.sub(one, y)),
  softplus: (x) => ir.sigmoid(x),
  relu: (x) => ir.cast(ir.gt(x, zero), 'float32'), // by the rule below
  erf: (x) => ir.mul(ir.scalar(2 / Math.sqrt(Math.PI)), ir.exp(ir.neg(ir.square(x)))),
  lgamma: (x) => ir.polygamma(0, x),
  floor: 'none',
  ceil: 'none',
  round: 'none',
};

/** Those whose cotangent is not a product with f'(x). */
const direct: { readonly [K in UnaryOp]?: (g: Node, x: Node) => Node } = {
  neg: (g) => ir.neg(g),
  relu: (g, x) => ir.select(ir.gt(x, zero), g, zero),
  reciprocal: (g, x) => ir.neg(ir.div(g, ir.square(x))),
  log: (g, x) => ir.div(g, x),
};

const unary = (op: UnaryOp): GradientRule<UnaryOp> => {
  const derivative = derivatives[op];
  if (derivative === 'none') return 'none';
  return (_, node, g) => {
    const [x] = node.inputs;
    return direct[op]?.(g, x) ?? ir.mul(g, derivative(x, node));
  };
};

/** How much of the larger (smaller) of two is `a`: 1, 0, or 1/2 where they are equal. */
const share = (a: Node, b: Node): Node =>
  ir.mul(half, ir.add(ir.cast(ir.gt(a, b), 'float32'), ir.cast(ir.ge(a, b), 'float32')));

/** aᵇ: by a it is b aᵇ⁻¹, which is 0 for b = 0 also at a = 0; by b it is aᵇ log a, taken to be 0 for a <= 0. */
const pow: Pull<'pow'> = (_, node, g, k) => {
  const [a, b] = node.inputs;
  if (k === 0) {
    const exponent = ir.uniformValue(b);
    if (exponent === 0) return undefined;
    const slope = ir.mul(b, ir.pow(a, ir.sub(b, one)));
    return ir.mul(g, exponent !== undefined ? slope : ir.select(ir.eq(b, zero), zero, slope));
  }
  const positive = ir.gt(a, zero);
  return ir.mul(g, ir.select(positive, ir.mul(node, ir.log(ir.select(positive, a, one))), zero));
};

const binary: { readonly [K in BinaryOp]: Pull<K> } = {
  add: (_, __, g) => g,
  sub: (_, __, g, k) => (k === 0 ? g : ir.neg(g)),
  mul: (_, { inputs }, g, k) => ir.mul(g, inputs[1 - k]),
  div: (_, node, g, k) => {
    const quotient = ir.div(g, node.inputs[1]);
    return k === 0 ? quotient : ir.neg(ir.mul(quotient, node)); // -(a/b)/b
  },
  pow,
  mod: (_, { inputs: [a, b] }, g, k) => (k === 0 ? g : ir.neg(ir.mul(g, ir.floor(ir.div(a, b))))), // a - b ⌊a/b⌋
  max: (_, { inputs }, g, k) => ir.mul(g, share(inputs[k], inputs[1 - k])),
  min: (_, { inputs }, g, k) => ir.mul(g, share(inputs[1 - k], inputs[k])),
  atan2: (_, { inputs: [a, b] }, g, k) => {
    const scaled = ir.div(g, ir.add(ir.square(a), ir.square(b)));
    return k === 0 ? ir.mul(scaled, b) : ir.neg(ir.mul(scaled, a)); // (b da - a db) / (a² + b²)
  },
};

export const elementwiseGradients = {
  ...tabulate(Object.keys(derivatives) as UnaryOp[], unary),
  ...binary,
  polygamma: ((operation, { inputs: [x] }, g) => ir.mul(g, ir.polygamma(operation.order + 1, x))) as Pull<'polygamma'>,
  select: ((_, { inputs: [c] }, g, k) => (k === 1 ? ir.select(c, g, zero) : ir.select(c, zero, g))) as Pull<'select'>,
  cast: ((_, __, g) => g) as Pull<'cast'>,
};
