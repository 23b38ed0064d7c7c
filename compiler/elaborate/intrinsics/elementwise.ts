/** Functions of single numbers, applied to every entry; `max` and `min` of two arguments live with the reductions. */
import * as ir from '../../ir/build.ts';
import type { UnaryOp } from '../../ir/operations.ts';
import { R } from '../../spaces/space.ts';
import { mapTensors } from '../describe.ts';
import { overSequences } from '../sequences.ts';
import { mapBinary, mapUnary, shapeOf, stopTensor, tensor } from '../tensors.ts';
import type { Intrinsic } from './call.ts';
import { realArgument, required, tensorArgument, toTensor } from './call.ts';

const unary =
  (op: UnaryOp): Intrinsic =>
  (call) => {
    const each = overSequences([required(call, 'x')], call.caller, call.span, ([x]) =>
      mapUnary(op, toTensor(x, call, '`x`'), call.span),
    );
    return each ?? mapUnary(op, tensorArgument(call, 'x'), call.span);
  };

const named: readonly UnaryOp[] = [
  ...(['abs', 'sign', 'exp', 'expm1', 'log', 'log1p', 'sqrt'] as const),
  ...(['sin', 'cos', 'tan', 'asin', 'acos', 'atan'] as const),
  ...(['sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'] as const),
  ...(['sigmoid', 'softplus', 'relu', 'erf', 'lgamma', 'floor', 'ceil', 'round'] as const),
];

const polygamma =
  (order: number): Intrinsic =>
  (call) => {
    const x = realArgument(call, 'x');
    return tensor(ir.polygamma(order, x.node, call.span), x.axes, R(...shapeOf(x)));
  };

export const elementwiseIntrinsics: Readonly<Record<string, Intrinsic>> = {
  ...Object.fromEntries(named.map((op) => [op, unary(op)])),
  digamma: polygamma(0),
  trigamma: polygamma(1),
  atan2: (call) => mapBinary('atan2', tensorArgument(call, 'y'), tensorArgument(call, 'x'), call.span),
  /** The value of anything, constant for the gradient. */
  stop: (call) => mapTensors(required(call, 'x'), (t) => stopTensor(t, call.span)),
};
