/**
 * Over all entries of one value, or over some of its axes: sum, mean, max, ... A list with `if` holds entries that are not
 * there; they do not count. Of a distribution, `mean`, `std`, `var`, `mode` and `entropy` are facts about it.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import type { ReductionOp } from '../../ir/operations.ts';
import { reducedShape, sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import { Bit, R } from '../../spaces/space.ts';
import { describe, mapTensors, tensorsOf } from '../values/describe.ts';
import { fact } from '../distributions/facts.ts';
import {
  aligned,
  axisToShape,
  constantNumber,
  expandAxes,
  mapBinary,
  rankOf,
  shapeOf,
  shapeToAxis,
  sizesOf,
  tensor,
  toReal,
  unionAxes,
} from '../values/tensors.ts';
import { arrayOfData } from '../data/rows.ts';
import { isSequence, overSequences } from '../values/sequences.ts';
import type { Tensor, Value } from '../values/values.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';
import { axesArgument, axisArgument, given, required, toTensor } from './call.ts';

/** The entries, which dimensions go, and which entries are there (same shape as the entries). */
interface Entries {
  readonly x: Tensor;
  readonly dims: readonly number[];
  readonly present?: Tensor;
}

const entriesOf = (call: IntrinsicCall): Entries => {
  const v = required(call, 'x');
  if (isSequence(v)) {
    const x = axisToShape(toReal(toTensor(v.element, call)), v.axis, call.span);
    const mask = axisToShape(v.mask, v.axis, call.span);
    const axes = unionAxes(x, mask);
    const full = expandAxes(x, axes);
    const rows = ir.reshape(aligned(mask, axes), [
      ...axes.map((a) => (mask.axes.includes(a) ? a.size : 1)),
      v.axis.size,
      ...shapeOf(x)
        .slice(1)
        .map(() => 1),
    ]);
    const present = tensor(ir.broadcastTo(rows, full.node.shape), axes, Bit(...shapeOf(x)));
    return { x: full, dims: dimensions(call, full), present };
  }
  const x = toReal(toTensor(v, call));
  return { x, dims: dimensions(call, x) };
};

const dimensions = (call: IntrinsicCall, x: Tensor): readonly number[] =>
  axesArgument(call, rankOf(x)) ?? shapeOf(x).map((_, i) => i);

/** Absent entries replaced by what does not change the result. */
const filled = ({ x, present }: Entries, neutral: number): Node =>
  present ? ir.select(present.node, x.node, ir.scalar(neutral)) : x.node;

const counted = ({ x, dims, present }: Entries): Node =>
  present
    ? ir.reduce('sum', ir.cast(present.node, 'float32'), nodeAxes(x, dims), true)
    : ir.scalar(sizeOf(dims.map((d) => shapeOf(x)[d])));

const nodeAxes = (x: Tensor, dims: readonly number[]): number[] => dims.map((d) => d + x.axes.length);

/** A node with reduced dimensions kept as 1, as the tensor without them. */
const dropped = (node: Node, { x, dims }: Entries): Tensor => {
  const shape = reducedShape(shapeOf(x), dims, false);
  return tensor(ir.reshape(node, [...sizesOf(x.axes), ...shape]), x.axes, R(...shape));
};

const kept = (op: ReductionOp, entries: Entries, neutral: number, span: Span): Node =>
  ir.reduce(op, filled(entries, neutral), nodeAxes(entries.x, entries.dims), true, span);

const reduction =
  (op: ReductionOp, neutral: number): Intrinsic =>
  (call) => {
    const entries = entriesOf(call);
    return dropped(kept(op, entries, neutral, call.span), entries);
  };

const meanOf = (entries: Entries, span: Span): Node => {
  const total = kept('sum', entries, 0, span);
  const count = counted(entries);
  const n = ir.uniformValue(count);
  return n === undefined ? ir.div(total, count, span) : ir.mul(total, ir.scalar(1 / n), span);
};

/** mean of (x - mean)^2 */
const varianceOf = (entries: Entries, span: Span): Node => {
  const centred = ir.square(ir.sub(entries.x.node, meanOf(entries, span)));
  return meanOf({ ...entries, x: { ...entries.x, node: centred } }, span);
};

/** sqrt whose slope at 0 is 0 rather than infinite. */
const safeSqrt = (v: Node, span?: Span): Node => {
  const positive = ir.gt(v, ir.scalar(0));
  return ir.select(positive, ir.sqrt(ir.select(positive, v, ir.scalar(1)), span), ir.scalar(0));
};

/**
 * Is the value a distribution that is asked about itself? A stochastic map's value is, too, when it has the fact; otherwise
 * one draw of it is meant.
 */
const isAsked = (v: Value, name: string): boolean =>
  v.kind === 'dist'
    ? !v.implicit || v.facts.has(name)
    : v.kind === 'data' || (v.kind === 'member' && v.model.declaration.params.length === 0);

/** Rows of numbers are an array: a statistic of them is one over the rows, entry by entry, unless an axis is named. */
const overRows = (call: IntrinsicCall): IntrinsicCall => {
  const v = required(call, 'x');
  const array = v.kind === 'data' ? arrayOfData(v, call.caller) : undefined;
  if (!array) return call;
  const axis = given(call, 'axis') ?? constantNumber(0);
  return { ...call, args: new Map([...call.args, ['x', array], ['axis', axis]]) };
};

const factOr =
  (name: string, compute: Intrinsic): Intrinsic =>
  (asked) => {
    const call = name === 'mean' || name === 'variance' ? overRows(asked) : asked;
    const v = required(call, 'x');
    return isAsked(v, name) ? fact(v, name, call.caller, call.span) : compute(call);
  };

/** The root of the variance, of a distribution too. */
const stdOf: Intrinsic = (asked) => {
  const call = overRows(asked);
  const v = required(call, 'x');
  if (!isAsked(v, 'variance')) return computed((entries, span) => safeSqrt(varianceOf(entries, span), span))(call);
  return mapTensors(fact(v, 'variance', call.caller, call.span), (t) =>
    tensor(safeSqrt(toReal(t).node, call.span), t.axes, R(...shapeOf(toReal(t)))),
  );
};

const notADistribution =
  (name: string): Intrinsic =>
  (call) =>
    fail(
      'L0302',
      call.span,
      { expected: 'a distribution', seen: describe(required(call, 'x')), where: `\`${name}\`` },
      { help: ofEach(required(call, 'x'), name) },
    );

/** A member is one for each input. */
const ofEach = (v: Value, name: string): string | undefined =>
  v.kind === 'member' && v.model.declaration.params.length > 0
    ? `\`${v.store.name}\` gives one for each input: as a function of it, \`x -> ${name}(${v.store.name}(x))\``
    : undefined;

/** The largest entry of each group, 0 where there is none above -infinity: what softmax subtracts. */
const pivot = (entries: Entries): Node => {
  const most = ir.stop(kept('max_over', entries, -Infinity, entries.x.node.span as Span));
  return ir.select(ir.gt(most, ir.scalar(-Infinity)), most, ir.scalar(0));
};

/** log of the sum of exponentials, with the largest taken out first. */
const logSumExp = (entries: Entries, span: Span): Node => {
  const most = pivot(entries);
  const powers = ir.exp(ir.sub(filled(entries, -Infinity), most), span);
  return ir.add(most, ir.log(ir.sum(powers, nodeAxes(entries.x, entries.dims), true), span), span);
};

/** The group a softmax is taken over: one axis, the last unless another is named. */
const group = (call: IntrinsicCall): Entries => {
  const v = required(call, 'x');
  if (isSequence(v)) return { ...entriesOf(call), dims: [0] };
  const x = toReal(toTensor(v, call));
  if (rankOf(x) === 0) fail('L0302', call.span, { expected: 'a vector', seen: describe(x), where: '`softmax`' });
  return { x, dims: [axisArgument(call, rankOf(x)) ?? rankOf(x) - 1] };
};

/** Of a sequence of vectors each is a group, as of an array of them; of a sequence of numbers it is one itself. */
const perEntry =
  (run: Intrinsic): Intrinsic =>
  (call) => {
    const v = required(call, 'x');
    const vectors = isSequence(v) && tensorsOf(v.element).some((t) => rankOf(toReal(t)) > 0);
    const axis = vectors ? (axesArgument(call, rankOf(toReal(toTensor(v.element, call))) + 1) ?? [-1]) : [0];
    if (!vectors || axis.includes(0)) return run(call);
    const inner = (x: Value): ReadonlyMap<string, Value> =>
      new Map([...call.args, ['x', x], ['axis', constantNumber(axis[0] > 0 ? axis[0] - 1 : axis[0])]]);
    return overSequences([v], call.caller, call.span, ([x]) => perEntry(run)({ ...call, args: inner(x) })) ?? run(call);
  };

/** What was computed of the entries of a sequence, as a sequence again. */
const likewise = (call: IntrinsicCall, t: Tensor): Value => {
  const v = required(call, 'x');
  return isSequence(v) ? { ...v, element: shapeToAxis(t, v.axis) } : t;
};

const softmax: Intrinsic = (call) => {
  const entries = group(call);
  const { x, dims } = entries;
  const powers = ir.exp(ir.sub(filled(entries, -Infinity), pivot(entries)), call.span);
  const node = ir.div(powers, ir.sum(powers, nodeAxes(x, dims), true), call.span);
  const shape = shapeOf(x);
  if (entries.present) return likewise(call, tensor(node, x.axes, R(...shape)));
  const last = dims[0] === shape.length - 1;
  const size = shape[shape.length - 1];
  return tensor(
    node,
    x.axes,
    last ? { kind: 'tensor', element: { kind: 'Simplex', size }, shape: shape.slice(0, -1) } : R(...shape),
  );
};

const logSoftmax: Intrinsic = (call) => {
  const entries = group(call);
  const { x } = entries;
  return likewise(call, tensor(ir.sub(x.node, logSumExp(entries, call.span), call.span), x.axes, R(...shapeOf(x))));
};

/** All or any of the truth values: the least (largest) of 0 and 1 is above 0. */
const truth =
  (op: 'min_over' | 'max_over', neutral: number): Intrinsic =>
  (call) => {
    const entries = entriesOf(call);
    const bits = ir.cast(ir.ne(entries.x.node, ir.scalar(0)), 'float32');
    const node = kept(op, { ...entries, x: { ...entries.x, node: bits } }, neutral, call.span);
    const t = dropped(node, entries);
    return tensor(ir.gt(t.node, ir.scalar(0)), t.axes, Bit(...shapeOf(t)));
  };

/** `max(x)` over entries, `max(a, b)` entry by entry. */
const extreme = (op: 'max' | 'min'): Intrinsic => {
  const over = reduction(op === 'max' ? 'max_over' : 'min_over', op === 'max' ? -Infinity : Infinity);
  return (call) =>
    given(call, 'b')
      ? mapBinary(op, toTensor(required(call, 'a'), call), toTensor(required(call, 'b'), call), call.span)
      : over(call);
};

const computed =
  (f: (entries: Entries, span: Span) => Node): Intrinsic =>
  (call) => {
    const entries = entriesOf(call);
    return dropped(f(entries, call.span), entries);
  };

/** (x - mean) / sqrt(variance + eps) over the last dimension (or `axis`). */
const standardise: Intrinsic = (call) => {
  const entries = group(call);
  const { x } = entries;
  const eps = toReal(toTensor(required(call, 'eps'), call)).node;
  const centred = ir.sub(x.node, meanOf(entries, call.span), call.span);
  const variance = meanOf({ ...entries, x: { ...x, node: ir.square(centred) } }, call.span);
  return likewise(call, tensor(ir.div(centred, ir.sqrt(ir.add(variance, eps)), call.span), x.axes, R(...shapeOf(x))));
};

/** x / |x|: a point of the sphere. */
const unit: Intrinsic = (call) => {
  const entries = group(call);
  const { x, dims } = entries;
  const square = ir.sum(ir.square(x.node), nodeAxes(x, dims), true);
  const length = ir.sqrt(ir.maximum(square, ir.scalar(1e-24)), call.span);
  const shape = shapeOf(x);
  return tensor(ir.div(x.node, length, call.span), x.axes, {
    kind: 'tensor',
    element: { kind: 'Sphere', dimension: shape[shape.length - 1] - 1 },
    shape: shape.slice(0, -1),
  });
};

/** Over every axis that binders put around one example: the statistics of a batch. */
const overBatch: Intrinsic = (call) => {
  const x = toReal(toTensor(required(call, 'x'), call));
  const axes = x.axes.map((_, i) => i);
  return tensor(axes.length === 0 ? x.node : ir.mean_(x.node, axes, false, call.span), [], R(...shapeOf(x)));
};

export const reductionIntrinsics: Readonly<Record<string, Intrinsic>> = {
  sum: reduction('sum', 0),
  prod: reduction('prod', 1),
  max: extreme('max'),
  min: extreme('min'),
  all: truth('min_over', 1),
  any: truth('max_over', 0),
  mean: factOr('mean', computed(meanOf)),
  var: factOr('variance', computed(varianceOf)),
  std: stdOf,
  mode: factOr('mode', notADistribution('mode')),
  entropy: factOr('entropy', notADistribution('entropy')),
  norm: computed((entries, span) =>
    safeSqrt(kept('sum', { ...entries, x: { ...entries.x, node: ir.square(entries.x.node) } }, 0, span), span),
  ),
  logsumexp: computed(logSumExp),
  softmax: perEntry(softmax),
  log_softmax: perEntry(logSoftmax),
  standardise: perEntry(standardise),
  unit: perEntry(unit),
  over_batch_mean: overBatch,
};
