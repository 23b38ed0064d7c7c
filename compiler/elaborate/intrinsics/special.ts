/** Numerical pieces that families of distributions are built from: a quantile, values with a gradient of their own. */
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { sizeOf } from '../../ir/shape.ts';
import { Bit, R, sameShape } from '../../spaces/space.ts';
import { asTensor } from '../values/describe.ts';
import {
  constantNumber,
  contract,
  expandAxes,
  mapBinary,
  mapUnary,
  reduceShape,
  reshapeTensor,
  selectTensors,
  shapeOf,
  tensor,
  toReal,
  unionAxes,
} from '../values/tensors.ts';
import type { Tensor } from '../values/values.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';
import { realArgument, required } from './call.ts';

const polynomial = (coefficients: readonly number[], x: Node): Node =>
  coefficients.slice(1).reduce<Node>((y, c) => ir.add(ir.mul(y, x), ir.scalar(c)), ir.scalar(coefficients[0]));

const ratio = (above: readonly number[], below: readonly number[], x: Node): Node =>
  ir.div(polynomial(above, x), polynomial(below, x));

/** Wichura (1988), AS 241: rational functions, of p in the middle and of sqrt(-log p) in the tails. */
const middle = [
  [
    2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125,
    1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
  ],
  [
    5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867, 5394.1960214247511077,
    687.1870074920579083, 42.313330701600911252, 1,
  ],
] as const;
const near = [
  [
    7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
    3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
  ],
  [
    1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
    0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1,
  ],
] as const;
const far = [
  [
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
    0.29656057182650489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
  ],
  [
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1,
  ],
] as const;

/** Φ⁻¹(p), given log p and log (1 - p), so that neither tail is lost. */
const normalQuantile: Intrinsic = (call) => {
  const lower = realArgument(call, 'log_p');
  const upper = realArgument(call, 'log_q');
  const axes = unionAxes(lower, upper);
  const [a, b] = [expandAxes(lower, axes).node, expandAxes(upper, axes).node];
  const q = ir.mul(ir.scalar(0.5), ir.sub(ir.exp(a), ir.exp(b))); // p - 1/2
  const inner = ir.minimum(ir.abs_(q), ir.scalar(0.425));
  const r = ir.sub(ir.scalar(0.180625), ir.square(inner));
  const centre = ir.mul(q, ratio(middle[0], middle[1], r));
  const s = ir.sqrt(ir.maximum(ir.neg(ir.minimum(a, b)), ir.scalar(0.1)));
  const close = ratio(near[0], near[1], ir.sub(s, ir.scalar(1.6)));
  const distant = ratio(far[0], far[1], ir.sub(s, ir.scalar(5)));
  const tail = ir.mul(ir.sign(q), ir.select(ir.le(s, ir.scalar(5)), close, distant));
  const node = ir.select(ir.le(ir.abs_(q), ir.scalar(0.425)), centre, tail);
  return tensor(node, axes, R(...shapeOf(lower)));
};

/**
 * The value, whose derivative by `by` is `slope` at it and by anything else 0: how draws that come out of a loop of rejections are
 * differentiated (implicit reparameterisation, Figurnov et al. 2018).
 */
const pathwise: Intrinsic = (call) => {
  const value = realArgument(call, 'value');
  const by = realArgument(call, 'by');
  if (by.node.operation.op === 'constant') return value;
  const axes = unionAxes(value, by);
  const [drawn, p] = [value, by].map((t) => expandAxes(t, axes));
  const held = tensor(ir.stop(drawn.node), axes, R(...shapeOf(value)));
  const given = [{ value: held, span: call.span }];
  const slope = toReal(
    asTensor(call.ctx.shared.run.apply(required(call, 'slope'), given, call.ctx, call.span), call.span),
  );
  return { ...held, node: ir.pathwise(held.node, p.node, expandAxes(slope, axes).node, call.span) };
};

/** Vectors from this length on are compared by a matrix product where every x meets every y. */
const longVector = 8;

/**
 * |x - y|^2. Where x and y vary over axes of their own it is |x|^2 + |y|^2 - 2 x.y, one matrix product instead of an array of all
 * differences.
 */
const pairSquare = (call: IntrinsicCall): Tensor => {
  const [x, y] = [realArgument(call, 'x'), realArgument(call, 'y')];
  const apart = x.axes.some((a) => !y.axes.includes(a)) && y.axes.some((a) => !x.axes.includes(a));
  const size = sizeOf(shapeOf(x));
  if (!apart || size < longVector || !sameShape(shapeOf(x), shapeOf(y))) {
    const square = mapUnary('square', mapBinary('sub', x, y, call.span, '-'), call.span);
    return reduceShape(
      'sum',
      square,
      shapeOf(square).map((_, i) => i),
      call.span,
    );
  }
  const [a, b] = [x, y].map((t) => reshapeTensor(t, [size], call.span));
  const lengths = [a, b].map((t) => reduceShape('sum', mapUnary('square', t), [0]));
  const product = mapBinary('mul', contract(a, b, 0, call.span), constantNumber(-2));
  const square = mapBinary('add', mapBinary('add', lengths[0], lengths[1]), product, call.span);
  return mapBinary('max', square, constantNumber(0));
};

/** The root, with a slope of 0 where two points are one. */
const pairDistance: Intrinsic = (call) => {
  const square = pairSquare(call);
  const apart = tensor(ir.gt(square.node, ir.scalar(1e-12)), square.axes, Bit());
  const safe = selectTensors(apart, square, constantNumber(1));
  return selectTensors(apart, mapUnary('sqrt', safe, call.span), constantNumber(0));
};

export const specialIntrinsics: Readonly<Record<string, Intrinsic>> = {
  _normal_quantile: normalQuantile,
  _pathwise: pathwise,
  _pair_square: pairSquare,
  _pair_distance: pairDistance,
};
