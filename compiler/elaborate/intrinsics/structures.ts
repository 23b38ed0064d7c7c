/** States of several parts (tuples, records) as one vector and back, for what is written for vectors. */
import * as ir from '../../ir/build.ts';
import { sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import { R } from '../../spaces/space.ts';
import { asTensor, describe, mapTensors } from '../values/describe.ts';
import { constantBoolean, expandAxes, shapeOf, sizesOf, tensor, toReal, unionAxes } from '../values/tensors.ts';
import type { Tensor, Value } from '../values/values.ts';
import { required, tensorArgument } from './call.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';

const hasParts: Intrinsic = (call) => constantBoolean(['tuple', 'record'].includes(required(call, 'x').kind));

/** The parts of v in the order of those of `like`, which names them. */
const partsLike = (v: Value, like: Value, call: IntrinsicCall): Tensor[] => {
  const odd = (): never =>
    fail('L0302', call.span, { expected: describe(like), seen: describe(v), where: 'the change of the state' });
  if (like.kind === 'record') {
    if (v.kind !== 'record' || v.fields.size !== like.fields.size) return odd();
    return [...like.fields].flatMap(([name, part]) => partsLike(v.fields.get(name) ?? odd(), part, call));
  }
  if (like.kind === 'tuple') {
    if (v.kind !== 'tuple' || v.items.length !== like.items.length) return odd();
    return like.items.flatMap((part, i) => partsLike(v.items[i], part, call));
  }
  const shape = shapeOf(toReal(asTensor(like, call.span)));
  if (v.kind === 'tuple' || v.kind === 'record') return odd();
  const part = toReal(asTensor(v, call.span));
  const size = sizeOf(shape);
  if (sizeOf(shapeOf(part)) !== size) return odd();
  return [tensor(ir.reshape(part.node, [...sizesOf(part.axes), size]), part.axes, R(size))];
};

const flat: Intrinsic = (call) => {
  const parts = partsLike(required(call, 'x'), required(call, 'like'), call);
  const axes = unionAxes(...parts);
  const node = ir.concat(
    parts.map((t) => expandAxes(t, axes).node),
    axes.length,
    call.span,
  );
  return tensor(node, axes, R(node.shape[axes.length]));
};

const parted: Intrinsic = (call) => {
  const whole = tensorArgument(call, 'v');
  const like = required(call, 'like');
  const front = sizesOf(whole.axes);
  let at = 0;
  return mapTensors(like, (t) => {
    const shape = shapeOf(toReal(t));
    const size = sizeOf(shape);
    const cut = ir.sliceAxis(whole.node, front.length, at, size);
    at += size;
    return tensor(ir.reshape(cut, [...front, ...shape]), whole.axes, R(...shape));
  });
};

export const structureIntrinsics: Readonly<Record<string, Intrinsic>> = {
  _has_parts: hasParts,
  _flat_like: flat,
  _parted_like: parted,
};
