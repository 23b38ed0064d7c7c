/** Arrays out of nothing: constants, ranges, classes and their one-hot vectors. */
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import { classOf, elementCount, R } from '../../spaces/space.ts';
import { rowsOfBuffer } from '../data/buffer-rows.ts';
import { isFed } from '../values/dependence.ts';
import { asCount, asStatic, describe, knownTexts } from '../values/describe.ts';
import { isSequence, lengthOf } from '../values/sequences.ts';
import { knownArray, rankOf, shapeOf, sizesOf, tensor, toReal } from '../values/tensors.ts';
import type { Tensor, TextColumn, Value } from '../values/values.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';
import { countArgument, required, scalarArgument, staticShape, tensorArgument, together, toTensor } from './call.ts';

const constant =
  (x: number): Intrinsic =>
  (call) => {
    const shape = staticShape(call);
    return tensor(ir.full(x, shape), [], R(...shape));
  };

const identity: Intrinsic = (call) => {
  const [n, m = n] = staticShape(call);
  if (n === undefined) return fail('L0303', call.span, { what: 'the size `[n]` is missing', call: 'identity' });
  const data = Float64Array.from({ length: n * m }, (_, i) => (Math.floor(i / m) === i % m ? 1 : 0));
  return tensor(ir.constant({ dtype: 'float32', shape: [n, m], data }), [], R(n, m));
};

/** `fill[3, 4](x)`: the value repeated along new dimensions in front. */
const fill: Intrinsic = (call) => {
  const x = tensorArgument(call, 'x');
  const front = staticShape(call);
  const axes = sizesOf(x.axes);
  const own = shapeOf(x);
  const raised = ir.reshape(x.node, [...axes, ...front.map(() => 1), ...own]);
  const node = ir.broadcastTo(raised, [...axes, ...front, ...own], call.span);
  return tensor(node, x.axes, { ...x.space, shape: [...front, ...x.space.shape] });
};

/** The index that a class, a truth value or a whole number stands for. */
const indexNode = (t: Tensor): Node => ir.cast(t.node, 'int32');

const checkWhole = (t: Tensor, size: number, call: IntrinsicCall): void => {
  const odd = knownArray(t)?.find((x) => !Number.isInteger(x) || x < 0 || x >= size);
  if (odd !== undefined)
    fail('L0304', call.span, {
      name: 'the class',
      expected: Number.isFinite(size) ? `Class[${size}]` : 'Nat',
      seen: `R (it is ${odd})`,
    });
};

const sizeInBrackets = (call: IntrinsicCall): number | undefined =>
  call.statics.length > 0 && call.statics[0].kind !== 'missing'
    ? asCount(call.statics[0], call.span, 'the number of classes')
    : undefined;

const onehot: Intrinsic = (call) => {
  const size = sizeInBrackets(call);
  const i = tensorArgument(call, 'i');
  const own = elementCount(i.space.element);
  const depth =
    size ?? own ?? fail('L0303', call.span, { what: 'the number of classes `[K]` is missing', call: 'onehot' });
  checkWhole(i, depth, call);
  return tensor(ir.oneHot(indexNode(i), depth, call.span), i.axes, R(...i.space.shape, depth));
};

/** The different texts of a column in alphabetical order are its classes. */
const classOfTexts = ({ axis, values }: TextColumn, call: IntrinsicCall): Tensor => {
  const names = [...new Set(values.filter((x) => x !== null))].sort();
  const size = sizeInBrackets(call) ?? names.length;
  if (names.length > size)
    fail('L0304', call.span, {
      name: 'the class',
      expected: `Class[${size}]`,
      seen: `a column of ${names.length} different texts (${names.slice(0, 4).join(', ')}${names.length > 4 ? ', ...' : ''})`,
    });
  // A missing text has no class: -1 is in no space, and the row is reported if it is not left out.
  const data = Int32Array.from(values, (x) => (x === null ? -1 : names.indexOf(x)));
  return tensor(ir.constant({ dtype: 'int32', shape: [data.length], data }), [axis], { ...classOf(size, names) });
};

/**
 * `class[K](k)`: a whole number as one of K classes; a truth value is one of two. Without K a number stays an index whose
 * K is that of the class it meets.
 */
const toClass: Intrinsic = (call): Value => {
  const v = required(call, 'k');
  if (v.kind === 'texts') return classOfTexts(knownTexts(v, call.span), call);
  const t = toTensor(v, call, '`class`');
  const { element, shape } = t.space;
  const size = sizeInBrackets(call);
  if (element.kind === 'Class') {
    if (size === undefined || size === element.size) return t;
    if (size < element.size)
      fail('L0304', call.span, { name: 'the class', expected: `Class[${size}]`, seen: describe(t) });
    return tensor(t.node, t.axes, { ...classOf(size), shape });
  }
  if (element.kind === 'Simplex' || element.kind === 'Sphere' || element.kind === 'Ball')
    return fail('L0302', call.span, {
      expected: 'a whole number or a truth value',
      seen: describe(t),
      where: '`class`',
    });
  const found = size ?? (t.node.dtype === 'bool' ? 2 : undefined);
  checkWhole(t, found ?? Infinity, call);
  if (found === undefined) return tensor(t.node, t.axes, { kind: 'tensor', element: { kind: 'Int' }, shape });
  return tensor(indexNode(wholeOrNone(t)), t.axes, { ...classOf(found), shape });
};

/** Rows of data that hold no whole number get a class that is in no space, so that they are found and named. */
const wholeOrNone = (t: Tensor): Tensor => {
  if (t.node.dtype !== 'float32' || t.axes.length === 0 || isFed(t.node)) return t;
  const whole = ir.eq(t.node, ir.floor(t.node));
  return { ...t, node: ir.select(whole, t.node, ir.scalar(-1)) };
};

/** The position of a class, 0 to K - 1, as a number. */
const index: Intrinsic = (call) => {
  const t = tensorArgument(call, 'k');
  if (t.space.element.kind !== 'Class') return toReal(t);
  return tensor(ir.cast(t.node, 'float32'), t.axes, { kind: 'tensor', element: { kind: 'Int' }, shape: t.space.shape });
};

/** n numbers from a to b, both included. */
const linspace: Intrinsic = (call) => {
  const n = countArgument(call, 'n');
  const { axes, nodes } = together([scalarArgument(call, 'a'), scalarArgument(call, 'b')], call.span);
  const [a, b] = nodes.map((x) => ir.reshape(x, [...x.shape, 1]));
  const steps = ir.array(Array.from({ length: n }, (_, i) => (n === 1 ? 0 : i / (n - 1))));
  const node = ir.add(ir.mul(a, ir.sub(ir.scalar(1), steps)), ir.mul(b, steps), call.span);
  return tensor(node, axes, R(n));
};

const range: Intrinsic = (call) => {
  const from = asStatic(required(call, 'a'), call.span, '`range`');
  return { kind: 'range', from, to: from + countArgument(call, 'n') - 1 };
};

/** Draws from (0, 1) of the shape of x, independent in every entry of every example. */
const uniformLike: Intrinsic = (call) => {
  const x = toReal(tensorArgument(call, 'x'));
  const axes = [...new Set([...call.caller.axes, ...x.axes])].sort((a, b) => a.order - b.order);
  const shape = [...sizesOf(axes), ...shapeOf(x)];
  const site = call.ctx.shared.counters.site++;
  return tensor(ir.random('uniform', shape, site, call.caller.key, call.span), axes, R(...shapeOf(x)));
};

// ---------------------------------------------------------------- sizes

/** Number of entries of the first dimension: of an array, a list, the rows of a data set. */
const size: Intrinsic = (call): Value => {
  const given = required(call, 'x');
  const v = given.kind === 'dist' && given.buffer ? rowsOfBuffer(given.buffer, call.ctx, call.span) : given;
  const number = (n: number): Value => tensor(ir.scalar(n), [], R());
  switch (v.kind) {
    case 'data':
      return number(v.rows);
    case 'list':
    case 'tuple':
      return number(v.items.length);
    case 'range':
      return number(Math.max(0, v.to - v.from + 1));
    case 'texts':
      return number(v.axis.size);
    case 'along':
      if (!v.mask) return number(v.axis.size);
      if (v.front) return { ...lengthOf(v), extent: { axis: v.axis, mask: v.mask } };
      return lengthOf(v);
    default: {
      const t = toTensor(v, call, '`size`');
      const shape = t.space.element.kind === 'Class' ? t.space.shape : shapeOf(t);
      if (shape.length === 0)
        return fail('L0302', call.span, { expected: 'an array', seen: describe(v), where: '`size`' });
      return number(shape[0]);
    }
  }
};

const shape: Intrinsic = (call): Value => {
  const v = required(call, 'x');
  if (isSequence(v)) {
    const entry = shapeOf(toReal(toTensor(v.element, call)));
    return { kind: 'list', items: [lengthOf(v), ...entry.map((n) => tensor(ir.scalar(n), [], R()))] };
  }
  const dims = shapeOf(toReal(tensorArgument(call, 'x')));
  return tensor(ir.array(dims), [], R(dims.length));
};

const count: Intrinsic = (call) => tensor(ir.scalar(sizeOf(shapeOf(toReal(tensorArgument(call, 'x'))))), [], R());
const rank: Intrinsic = (call) => tensor(ir.scalar(rankOf(toReal(tensorArgument(call, 'x')))), [], R());

export const creationIntrinsics: Readonly<Record<string, Intrinsic>> = {
  zeros: constant(0),
  ones: constant(1),
  identity,
  fill,
  onehot,
  class: toClass,
  index,
  linspace,
  range,
  uniform_like: uniformLike,
  size,
  length: size,
  shape,
  count,
  rank,
};
