/**
 * What an intrinsic is, and how it reads its arguments. An argument left at its default `missing` counts as not given;
 * values that are arrays in another form (ranges, comprehensions, lists) become tensors.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import { R, sameShape } from '../../spaces/space.ts';
import type { Context, Scope } from '../context.ts';
import { asCount, asStatic, asTensor, describe } from '../values/describe.ts';
import { draws } from '../distributions/distributions.ts';
import { arrayOfData } from '../data/rows.ts';
import {
  aligned,
  axisToShape,
  expandAxes,
  knownArray,
  rankOf,
  shapeOf,
  tensor,
  toReal,
  unionAxes,
} from '../values/tensors.ts';
import type { Tensor, Value } from '../values/values.ts';

export interface IntrinsicCall {
  /** Inside the function: its parameters are bound. */
  readonly ctx: Context;
  /** Where the call stands. */
  readonly caller: Context;
  readonly args: ReadonlyMap<string, Value>;
  /** What stood in brackets, by position. */
  readonly statics: readonly Value[];
  readonly span: Span;
  readonly scope: Scope;
}

export type Intrinsic = (call: IntrinsicCall) => Value;

/** The argument, unless it was left out. */
export const given = (call: IntrinsicCall, name: string): Value | undefined => {
  const v = call.args.get(name);
  return v === undefined || v.kind === 'missing' ? undefined : v;
};

export const required = (call: IntrinsicCall, name: string): Value =>
  given(call, name) ??
  fail('L0303', call.span, { what: `argument \`${name}\` is missing`, call: 'a library function' });

/** Equal elements in front: several tensors as one array. */
export const stackTensors = (items: readonly Tensor[], dimension: number, span: Span): Tensor => {
  const same = items.every(
    (t) => t.node.dtype === items[0].node.dtype && t.space.element.kind === items[0].space.element.kind,
  );
  const parts = same && items[0].space.element.kind !== 'Simplex' ? items : items.map(toReal);
  const odd = parts.find((t) => !sameShape(shapeOf(t), shapeOf(parts[0])));
  if (odd) fail('L0302', span, { expected: `arrays alike (${describe(items[0])})`, seen: describe(odd) });
  const axes = unionAxes(...parts);
  const nodes = parts.map((t) => expandAxes(t, axes, span).node);
  const node = ir.stack(nodes, axes.length + dimension, span);
  const shape = [...parts[0].space.shape];
  shape.splice(dimension, 0, items.length);
  return tensor(node, axes, { kind: 'tensor', element: parts[0].space.element, shape });
};

/** Any value that is an array of numbers, as a tensor. */
export const toTensor = (v: Value, call: IntrinsicCall, where?: string): Tensor => {
  switch (v.kind) {
    case 'along':
      if (v.mask) return fail('L0601', call.span, { what: 'this function of a list with `if`' });
      return axisToShape(toTensor(v.element, call, where), v.axis, call.span);
    case 'list':
      if (v.items.length === 0) return tensor(ir.full(0, [0]), [], R(0));
      return stackTensors(
        v.items.map((x) => toTensor(x, call, where)),
        0,
        call.span,
      );
    case 'dist':
      return v.implicit && v.sample
        ? toTensor(draws(v, call.caller, call.span), call, where)
        : asTensor(v, call.span, where);
    case 'data':
      return arrayOfData(v, call.caller) ?? asTensor(v, call.span, where);
    default:
      return asTensor(v, call.span, where);
  }
};

export const tensorArgument = (call: IntrinsicCall, name: string): Tensor =>
  toTensor(required(call, name), call, `\`${name}\``);

/** As real numbers: classes as their one-hot vectors. */
export const realArgument = (call: IntrinsicCall, name: string): Tensor => toReal(tensorArgument(call, name));

export const scalarArgument = (call: IntrinsicCall, name: string): Tensor => {
  const t = realArgument(call, name);
  return rankOf(t) === 0 ? t : fail('L0402', call.span, { what: `\`${name}\``, seen: describe(t) });
};

export const countArgument = (call: IntrinsicCall, name: string): number =>
  asCount(required(call, name), call.span, `\`${name}\``);

export const flagArgument = (call: IntrinsicCall, name: string): boolean =>
  asStatic(required(call, name), call.span, `\`${name}\``) !== 0;

export const textArgument = (call: IntrinsicCall, name: string): string => {
  const v = required(call, name);
  return v.kind === 'text'
    ? v.text
    : fail('L0302', call.span, { expected: 'a text in quotes', seen: describe(v), where: `\`${name}\`` });
};

/** Whole numbers that are known while compiling: one, or a list of them. */
export const wholeNumbers = (v: Value, call: IntrinsicCall, what: string): number[] => {
  const t = toTensor(v, call, what);
  const numbers = rankOf(t) <= 1 ? knownArray(t) : undefined;
  if (!numbers) return fail('L0307', call.span, { what });
  const odd = numbers.find((x) => !Number.isInteger(x));
  if (odd !== undefined) fail('L0302', call.span, { expected: 'a whole number', seen: String(odd), where: what });
  return [...numbers];
};

/** `stride = 2` or `stride = [2, 1]` */
export const pairArgument = (call: IntrinsicCall, name: string): [number, number] => {
  const numbers = wholeNumbers(required(call, name), call, `\`${name}\``);
  const [a, b = a] = numbers;
  if (numbers.length < 1 || numbers.length > 2 || a < 1 || b < 1)
    fail('L0302', call.span, {
      expected: 'one number or two, each at least 1',
      seen: `[${numbers.join(', ')}]`,
      where: `\`${name}\``,
    });
  return [a, b];
};

/** A dimension of an array of this rank; negative ones count from the end. */
export const dimensionOf = (axis: number, rank: number, call: IntrinsicCall, name = 'axis'): number => {
  const i = axis < 0 ? axis + rank : axis;
  if (i >= 0 && i < rank) return i;
  return fail('L0302', call.span, {
    expected: rank === 0 ? 'an array (a number has no axes)' : `a number from 0 to ${rank - 1} (or -${rank} to -1)`,
    seen: String(axis),
    where: `\`${name}\``,
  });
};

/** The `axis` argument: one, several, or none given. */
export const axesArgument = (call: IntrinsicCall, rank: number, name = 'axis'): number[] | undefined => {
  const v = given(call, name);
  return v && [...new Set(wholeNumbers(v, call, `\`${name}\``).map((a) => dimensionOf(a, rank, call, name)))];
};

export const axisArgument = (call: IntrinsicCall, rank: number, name = 'axis'): number | undefined => {
  const axes = axesArgument(call, rank, name);
  if (axes && axes.length !== 1)
    fail('L0302', call.span, { expected: 'one axis', seen: `${axes.length}`, where: `\`${name}\`` });
  return axes?.[0];
};

/** The dimensions in brackets: `zeros[2, 3]`, also `zeros[[2, 3]]`. */
export const staticShape = (call: IntrinsicCall, least = 0): number[] => {
  const shape = call.statics.flatMap((s) => wholeNumbers(s, call, 'a dimension'));
  const odd = shape.find((n) => n < least);
  if (odd !== undefined) fail('L0302', call.span, { expected: 'a dimension', seen: String(odd) });
  return shape;
};

/** Two tensors varying over the same axes, so that nodes of equal rank stand side by side. */
export const together = (tensors: readonly Tensor[], span: Span) => {
  const axes = unionAxes(...tensors);
  return { axes, nodes: tensors.map((t) => aligned(expandAxes(t, axes, span), axes)) };
};
