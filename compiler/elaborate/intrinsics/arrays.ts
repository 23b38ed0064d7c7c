/** Rearranging arrays: the numbers stay, their places change. Truth values and classes keep their space. */
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import { printSpace, R } from '../../spaces/space.ts';
import { asStatic, describe, tensorsOf } from '../values/describe.ts';
import { rankOf, shapeOf, sizesOf, tensor, toReal, transposeShape } from '../values/tensors.ts';
import type { Tensor } from '../values/values.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';
import { concat, concatenate, loose, several } from './concat.ts';
import { joinedOf } from './sequences.ts';
import {
  axisArgument,
  countArgument,
  dimensionOf,
  given,
  required,
  scalarArgument,
  stackTensors,
  tensorArgument,
  toTensor,
  together,
  wholeNumbers,
} from './call.ts';

const looseArgument = (call: IntrinsicCall, name = 'x'): Tensor => loose(tensorArgument(call, name));

const shaped = (t: Tensor, node: Node, shape: readonly number[]): Tensor =>
  tensor(node, t.axes, { kind: 'tensor', element: t.space.element, shape });

const reshapeTo = (t: Tensor, shape: readonly number[], call: IntrinsicCall): Tensor =>
  shaped(t, ir.reshape(t.node, [...sizesOf(t.axes), ...shape], call.span), shape);

const reshape: Intrinsic = (call) => {
  const x = looseArgument(call);
  const asked = call.statics.flatMap((s) => wholeNumbers(s, call, 'a dimension'));
  const size = sizeOf(shapeOf(x));
  const free = asked.filter((n) => n === -1).length;
  const rest = asked.filter((n) => n !== -1).reduce((p, n) => p * n, 1);
  const shape = asked.map((n) => (n === -1 && rest !== 0 ? size / rest : n));
  if (free > 1 || shape.some((n) => n < 0 || !Number.isInteger(n)) || sizeOf(shape) !== size)
    fail('L0304', call.span, {
      name: 'reshape',
      expected: `${printSpace(R(...asked))} (${free > 0 ? `a multiple of ${rest}` : sizeOf(asked)} entries)`,
      seen: `${describe(x)} (${size} entries)`,
    });
  return reshapeTo(x, shape, call);
};

/** All numbers of a value one after the other; the parts of a tuple or record too. */
const flatten: Intrinsic = (call) => {
  const v = required(call, 'x');
  const parts = v.kind === 'tuple' || v.kind === 'record' ? tensorsOf(v) : [toTensor(v, call)];
  if (parts.length === 0)
    return fail('L0302', call.span, { expected: 'numbers', seen: describe(v), where: '`flatten`' });
  const flat = parts.map((t) => {
    const x = t.node.dtype === 'bool' ? t : toReal(t);
    return reshapeTo(x, [sizeOf(shapeOf(x))], call);
  });
  return flat.length === 1 ? flat[0] : concatenate(flat, 0, call);
};

const stack: Intrinsic = (call) => {
  const items = several(call, false).map(loose);
  const axis = asStatic(required(call, 'axis'), call.span, '`axis`');
  return stackTensors(items, dimensionOf(axis, rankOf(items[0]) + 1, call), call.span);
};

/** All dimensions in the opposite order, or in the order given. */
const transpose: Intrinsic = (call) => {
  const x = looseArgument(call);
  const rank = rankOf(x);
  const order = given(call, 'order');
  const permutation = order
    ? wholeNumbers(order, call, '`order`').map((i) => dimensionOf(i, rank, call, 'order'))
    : shapeOf(x).map((_, i) => rank - 1 - i);
  if (new Set(permutation).size !== rank || permutation.length !== rank)
    fail('L0302', call.span, {
      expected: `each of the ${rank} axes once`,
      seen: `[${permutation.join(', ')}]`,
      where: '`order`',
    });
  return transposeShape(x, permutation, call.span);
};

/** The diagonal of the last two dimensions: every (m + 1)-th number of the matrix written row by row. */
const diagonal: Intrinsic = (call) => {
  const x = looseArgument(call);
  const shape = shapeOf(x);
  if (shape.length < 2) fail('L0302', call.span, { expected: 'a matrix', seen: describe(x), where: '`diagonal`' });
  const [n, m] = shape.slice(-2);
  const count = Math.min(n, m);
  const flat = ir.reshape(x.node, [...x.node.shape.slice(0, -2), n * m]);
  const node = ir.sliceAxis(flat, flat.shape.length - 1, 0, count, m + 1, call.span);
  return shaped(x, node, [...shape.slice(0, -2), count]);
};

/** `before` and `after`: one number for every dimension, or one for each. */
const pad: Intrinsic = (call) => {
  const x = toReal(tensorArgument(call, 'x'));
  const rank = rankOf(x);
  const amounts = (name: string): number[] => {
    const numbers = wholeNumbers(required(call, name), call, `\`${name}\``);
    const spread = numbers.length === 1 ? Array.from({ length: rank }, () => numbers[0]) : numbers;
    if (spread.length !== rank || spread.some((n) => n < 0))
      fail('L0302', call.span, {
        expected: `one number, or ${rank}, each at least 0`,
        seen: `[${numbers.join(', ')}]`,
        where: `\`${name}\``,
      });
    return spread;
  };
  const front = x.axes.map(() => 0);
  const [before, after] = [amounts('before'), amounts('after')];
  const around = { before: [...front, ...before], after: [...front, ...after] };
  const padded = ir.pad(x.node, around, call.span);
  const shape = shapeOf(x).map((n, i) => before[i] + n + after[i]);
  const value = scalarArgument(call, 'value');
  if (ir.uniformValue(value.node) === 0) return tensor(padded, x.axes, R(...shape));
  // Elsewhere than inside: the value.
  const inside = ir.pad(ir.full(1, shapeOf(x)), { before, after });
  const { axes, nodes } = together([tensor(padded, x.axes, R(...shape)), value], call.span);
  const outside = ir.reshape(nodes[1], [...nodes[1].shape, ...shape.map(() => 1)]);
  return tensor(ir.select(ir.gt(inside, ir.scalar(0)), nodes[0], outside, call.span), axes, R(...shape));
};

/** Each entry `n` times in a row along an axis, or (`whole`) the array `n` times after itself. */
const repeated =
  (whole: boolean): Intrinsic =>
  (call) => {
    const scalar = looseArgument(call);
    const x = rankOf(scalar) === 0 ? reshapeTo(scalar, [1], call) : scalar;
    const n = countArgument(call, 'n');
    const shape = shapeOf(x);
    const at = axisArgument(call, shape.length) ?? 0;
    const sizes = sizesOf(x.axes);
    const cut = whole ? at : at + 1;
    const raised = ir.reshape(x.node, [...sizes, ...shape.slice(0, cut), 1, ...shape.slice(cut)]);
    const spread = ir.broadcastTo(raised, [...sizes, ...shape.slice(0, cut), n, ...shape.slice(cut)]);
    const full = shape.map((k, i) => (i === at ? k * n : k));
    return shaped(x, ir.reshape(spread, [...sizes, ...full], call.span), full);
  };

export const arrayIntrinsics: Readonly<Record<string, Intrinsic>> = {
  reshape,
  flatten,
  concat: joinedOf(concat),
  stack,
  transpose,
  diagonal,
  pad,
  repeat: repeated(false),
  tile: repeated(true),
};
