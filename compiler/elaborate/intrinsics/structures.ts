/** States of several parts (tuples, records) as one vector and back, for what is written for vectors. */
import * as ir from '../../ir/build.ts';
import { sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import { Failure } from '../../failure.ts';
import { isLibrary } from '../../host.ts';
import type { Span } from '../../../grammar/span.ts';
import { R, sameShape } from '../../spaces/space.ts';
import { asTensor, describe, mapTensors, poisoned } from '../values/describe.ts';
import { constantBoolean, expandAxes, shapeOf, sizesOf, tensor, toReal, unionAxes } from '../values/tensors.ts';
import type { Tensor, Value } from '../values/values.ts';
import { required, tensorArgument } from './call.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';

const isCallable = (v: Value): boolean => ['function', 'member', 'model'].includes(v.kind);

const hasParts: Intrinsic = (call) => {
  const x = required(call, 'x');
  return isCallable(x) ? poisoned() : constantBoolean(isParted(x));
};

const isParted = ({ kind }: Value): boolean => kind === 'tuple' || kind === 'record';

/** Several arguments are not the parts of the state. */
const takenApart = <T>(parted: boolean, place: Span | undefined, run: () => T): T => {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Failure) || !parted) throw error;
    const notes = place ? [{ message: 'it is given the state and the time', span: place }] : [];
    const help = 'take the state apart: `((x, v), t) -> ...`, or name its parts, `s -> (x = s.v, v = -s.x)`';
    throw new Failure(error.diagnostics.map((d) => ({ ...d, notes: [...d.notes, ...notes], help })));
  }
};

/** A slope f(x, t), of an f that may leave out the time. It changes the state, and so is in its space. */
const ofStateAndTime: Intrinsic = (call) => {
  const f = required(call, 'f');
  if (!isCallable(f))
    fail('L0302', call.span, { expected: 'the slope, a function of the state', seen: describe(f), where: '`f`' });
  const x0 = required(call, 'x0');
  if (isCallable(x0)) fail('L0302', call.span, { expected: 'the state at first', seen: describe(x0), where: '`x0`' });
  const params =
    f.kind === 'member' ? f.model.declaration.params : f.kind === 'function' ? f.overloads[0]?.params : undefined;
  const own = f.kind === 'function' ? f.overloads[0]?.span : undefined;
  const place = own && !isLibrary(own) ? own : undefined;
  return {
    kind: 'function',
    name: 'slope',
    overloads: [],
    run: (ctx, args, span) => {
      const given = params?.length === 1 ? args.slice(0, 1) : args;
      const state = args[0].value;
      const parted = isParted(state) && params?.length === 2;
      const change = takenApart(parted, place, () => ctx.shared.run.apply(f, given, ctx, span));
      const alike =
        state.kind !== 'tensor' ||
        (change.kind === 'tensor' ? sameShape(shapeOf(toReal(change)), shapeOf(toReal(state))) : !isParted(change));
      if (!alike)
        fail(
          'L0302',
          span,
          { expected: describe(state), seen: describe(change), where: 'the change of the state' },
          { notes: place ? [{ message: 'the slope', span: place }] : [] },
        );
      return change;
    },
  };
};

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
  _of_state_and_time: ofStateAndTime,
  _flat_like: flat,
  _parted_like: parted,
};
