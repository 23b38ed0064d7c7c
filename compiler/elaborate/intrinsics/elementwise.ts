/** Functions of single numbers, applied to every entry; `max` and `min` of two arguments live with the reductions. */
import * as ir from '../../ir/build.ts';
import type { UnaryOp } from '../../ir/operations.ts';
import { fail } from '../../messages.ts';
import { R } from '../../spaces/space.ts';
import { overSequences } from '../values/sequences.ts';
import { stopped } from '../values/stopped.ts';
import { known, mapBinary, mapUnary, shapeOf, tensor } from '../values/tensors.ts';
import { isLibrary } from '../../host.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';
import { realArgument, required, tensorArgument, toTensor } from './call.ts';

/** What the library computes of known numbers may be left out again by a condition. */
const isOwn = ({ span }: IntrinsicCall): boolean => !isLibrary(span);

const unary =
  (op: UnaryOp): Intrinsic =>
  (call) => {
    const each = overSequences([required(call, 'x')], call.caller, call.span, ([x]) =>
      mapUnary(op, toTensor(x, call, '`x`'), call.span),
    );
    if (each) return each;
    const x = tensorArgument(call, 'x');
    const result = mapUnary(op, x, call.span);
    const number = known(x);
    if (number !== undefined && !Number.isNaN(number) && Number.isNaN(known(result) ?? 0) && isOwn(call))
      fail('L0302', call.span, {
        expected: 'a number of which it has a value',
        seen: String(number),
        where: `\`${op}\``,
      });
    return result;
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
  stop: (call) => stopped(required(call, 'x'), call.span),
};
