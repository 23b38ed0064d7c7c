/**
 * Between which numbers every entry of a result lies, from the bounds of what it is computed from (interval arithmetic). `undefined`: nothing
 * is said. NaN is not asked about: bounds hold for what is a number.
 */
import { madeAtOnce } from '../ir/arrays.ts';
import type { Node } from '../ir/graph.ts';
import type { ArrayValue, Bounds, Operation, OperationOf, OpName } from '../ir/operations.ts';
import { sizeOf } from '../ir/shape.ts';
import { each, families } from './table.ts';
import { narrowed, sharesAlong, unitsAlong } from './shares.ts';

type Rule<K extends OpName> = (
  inputs: readonly Bounds[],
  operation: OperationOf<K>,
  node: Node,
  of: (n: Node) => Bounds,
) => Bounds | undefined;

export const anything: Bounds = { low: -Infinity, high: Infinity };
const unit: Bounds = { low: 0, high: 1 };
const zero: Bounds = { low: 0, high: 0 };
const signed: Bounds = { low: -1, high: 1 };

const span = (...xs: readonly number[]): Bounds => ({ low: Math.min(...xs), high: Math.max(...xs) });
/** 0 * infinity: the product of a number with what has no bound is 0 where the number is. */
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);
const product = (a: Bounds, b: Bounds): Bounds =>
  span(times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high));
const inverse = ({ low, high }: Bounds): Bounds =>
  low >= 0 || high <= 0 ? { low: high === 0 ? -Infinity : 1 / high, high: low === 0 ? Infinity : 1 / low } : anything;
export const union = (...all: readonly Bounds[]): Bounds => ({
  low: Math.min(...all.map((b) => b.low)),
  high: Math.max(...all.map((b) => b.high)),
});
const clamped = ({ low, high }: Bounds, from: number, to: number): Bounds => ({
  low: Math.min(Math.max(low, from), to),
  high: Math.min(Math.max(high, from), to),
});
/** Sums of any number of such terms. */
const sums = ({ low, high }: Bounds): Bounds => ({ low: low >= 0 ? 0 : -Infinity, high: high <= 0 ? 0 : Infinity });
/** Sums of up to `n` of them. */
const upTo = (b: Bounds, n: number): Bounds => union(zero, product(b, { low: n, high: n }));

type Elementwise = (a: Bounds, b: Bounds) => Bounds | undefined;
/** An increasing function, of arguments between `from` and `to`. */
const rising =
  (f: (x: number) => number, from = -Infinity, to = Infinity): Elementwise =>
  (a) => {
    const { low, high } = clamped(a, from, to);
    return { low: f(low), high: f(high) };
  };
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));

const magnitude = ({ low, high }: Bounds): Bounds => ({
  low: low >= 0 ? low : high <= 0 ? -high : 0,
  high: Math.max(Math.abs(low), Math.abs(high)),
});
const squared: Elementwise = (a) => product(magnitude(a), magnitude(a));

const unaries: { readonly [K in (typeof families.unary)[number]]: Elementwise } = {
  neg: ({ low, high }) => ({ low: -high, high: -low }),
  abs: magnitude,
  sign: rising(Math.sign),
  exp: rising(Math.exp),
  expm1: rising(Math.expm1),
  log: rising(Math.log, 0),
  log1p: rising(Math.log1p, -1),
  sqrt: rising(Math.sqrt, 0),
  square: squared,
  reciprocal: inverse,
  sin: () => signed,
  cos: () => signed,
  tan: () => anything,
  asin: rising(Math.asin, -1, 1),
  acos: (a) => rising((x) => Math.acos(-x), -1, 1)({ low: -a.high, high: -a.low }, zero),
  atan: rising(Math.atan),
  sinh: rising(Math.sinh),
  cosh: (a) => rising(Math.cosh)(magnitude(a), zero),
  tanh: rising(Math.tanh),
  asinh: rising(Math.asinh),
  acosh: rising(Math.acosh, 1),
  atanh: rising(Math.atanh, -1, 1),
  sigmoid: rising(sigmoid),
  softplus: rising(softplus),
  relu: rising((x) => Math.max(0, x)),
  erf: ({ low, high }) => ({ low: low >= 0 ? 0 : -1, high: high <= 0 ? 0 : 1 }),
  lgamma: () => undefined,
  floor: rising(Math.floor),
  ceil: rising(Math.ceil),
  round: rising(Math.round),
};

const power: Elementwise = (a, b) => {
  const even = b.low === b.high && Number.isInteger(b.low / 2);
  const base = even ? magnitude(a) : a;
  if (base.low < 0) return b.low === b.high && Number.isInteger(b.low) ? anything : { low: 0, high: Infinity };
  const ends = [base.low, base.high].flatMap((x) => [x ** b.low, x ** b.high]).map((x) => (Number.isNaN(x) ? 1 : x));
  return b.low <= 0 && b.high >= 0 ? span(1, ...ends) : span(...ends);
};

const binaries: { readonly [K in (typeof families.binary)[number]]: Elementwise } = {
  add: (a, b) => ({ low: a.low + b.low, high: a.high + b.high }),
  sub: (a, b) => ({ low: a.low - b.high, high: a.high - b.low }),
  mul: product,
  div: (a, b) => product(a, inverse(b)),
  pow: power,
  mod: (_, b) => (b.low >= 0 ? { low: 0, high: b.high } : b.high <= 0 ? { low: b.low, high: 0 } : anything),
  max: (a, b) => ({ low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) }),
  min: (a, b) => ({ low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) }),
  atan2: () => ({ low: -Math.PI, high: Math.PI }),
};

/** So few numbers are read again rather than remembered. */
const few = 64;
const measured = new WeakMap<ArrayValue['data'], Bounds>();

const measure = (data: ArrayValue['data']): Bounds => {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    if (Number.isNaN(data[i])) return anything;
    low = Math.min(low, data[i]);
    high = Math.max(high, data[i]);
  }
  return { low, high };
};

/** Of sets that are not made at once only what was said of them is known: nobody looks at their numbers. The same numbers are read once. */
export const constantBounds = (array: ArrayValue): Bounds => {
  if (array.bounds) return array.bounds;
  const { data } = array;
  if (data.length === 0 || data.length > madeAtOnce) return anything;
  const known = measured.get(data) ?? measure(data);
  if (data.length > few) measured.set(data, known);
  return known;
};

const elementwise = <K extends string>(rules: { readonly [P in K]: Elementwise }) =>
  Object.fromEntries(
    Object.entries<Elementwise>(rules).map(([op, rule]) => [op, ([a, b]: readonly Bounds[]) => rule(a, b)]),
  ) as { readonly [P in K]: (inputs: readonly Bounds[]) => Bounds | undefined };

const same = ([a]: readonly Bounds[]): Bounds => a;
const truth = (): Bounds => unit;
/** Entries that are summed up, or multiplied, into one. */
const merged = ({ inputs, shape }: Node): number => sizeOf(inputs[0].shape) / Math.max(1, sizeOf(shape));

/** A sum over entries: of shares (1 in all), of numbers weighted by shares (between the numbers). */
const summed: Rule<'sum'> = ([a], { axes }, node, of) => {
  const n = merged(node);
  const all = (b: Bounds): Bounds => product(b, { low: n, high: n });
  const [x] = node.inputs;
  const isWhole = (along: readonly number[] | undefined): along is readonly number[] =>
    along !== undefined && along.every((i) => axes.includes(i));
  const others = (along: readonly number[]): number => n / sizeOf(along.map((i) => x.shape[i]));
  const part = x.operation.op === 'slice' ? x.inputs[0] : x;
  const along = sharesAlong(part);
  if (isWhole(along)) return { low: Math.max(0, all(a).low), high: Math.min(others(along), all(a).high) };
  if (x.operation.op !== 'mul') return all(a);
  for (const [weights, values] of [x.inputs, [...x.inputs].reverse()]) {
    const by = weights.shape.length === x.shape.length ? sharesAlong(weights) : undefined;
    if (isWhole(by)) return product(of(values), { low: others(by), high: others(by) });
  }
  return all(a);
};

/** The rows of the left and the columns of the right, where they are contracted. */
const contracted = ({ inputs: [a], operation }: Node): number => {
  const { transposeA } = operation as OperationOf<'matmul'>;
  return a.shape[a.shape.length - (transposeA ? 2 : 1)];
};

const matrixProduct: Rule<'matmul'> = ([a, b], { transposeA, transposeB }, node) => {
  const n = contracted(node);
  const all = product(product(a, b), { low: n, high: n });
  const [x, y] = node.inputs;
  const at = x.shape.length - (transposeA ? 2 : 1);
  const to = y.shape.length - (transposeB ? 1 : 2);
  const along = (find: (n: Node) => readonly number[] | undefined, m: Node, axis: number): boolean => {
    const found = find(m);
    return found?.length === 1 && found[0] === axis;
  };
  if (along(sharesAlong, x, at)) return b;
  if (along(sharesAlong, y, to)) return a;
  return along(unitsAlong, x, at) && along(unitsAlong, y, to) ? signed : all;
};

export const rangeRules: { readonly [K in OpName]: Rule<K> } = {
  input: () => undefined,
  constant: (_, { value }) => constantBounds(value),
  random: (_, { law }) => (law === 'uniform' ? unit : anything),
  derive_key: () => anything,
  ...elementwise(unaries),
  ...elementwise(binaries),
  mul: ([a, b], _, { inputs: [x, y] }) => (x === y ? squared(a, a) : product(a, b)),
  div: ([a, b], _, node) => {
    const all = product(a, inverse(b));
    if (sharesAlong(node)) return a.low >= 0 ? { low: Math.max(0, all.low), high: Math.min(1, all.high) } : all;
    return unitsAlong(node) ? clamped(all, -1, 1) : all;
  },
  polygamma: () => undefined,
  ...each(families.comparison, truth),
  ...each(families.logical, truth),
  not: truth,
  select: (_, __, { inputs: [c, x, y] }, of) => union(narrowed(c, x, true, of), narrowed(c, y, false, of)),
  cast: same,
  stop: same,
  reshape: same,
  transpose: same,
  broadcast: same,
  slice: same,
  reverse: same,
  gather: same,
  pad: ([a]) => union(a, zero),
  concat: (inputs) => union(...inputs),
  cumsum: ([a], { axis, exclusive }, { inputs: [x] }) =>
    exclusive ? upTo(a, x.shape[axis]) : union(a, product(a, { low: x.shape[axis], high: x.shape[axis] })),
  scatter_add: ([a]) => sums(a),
  unfold: ([a]) => union(a, zero),
  fold: ([a]) => sums(a),
  matmul: matrixProduct,
  conv: ([a, b], _, { inputs: [, filter] }) => upTo(product(a, b), sizeOf(filter.shape.slice(0, -1))),
  conv_to_input: ([a, b]) => sums(product(a, b)),
  conv_to_filter: ([a, b]) => sums(product(a, b)),
  sum: summed,
  prod: ([a], _, node) =>
    a.low >= 0
      ? { low: a.low ** merged(node), high: a.high ** merged(node) }
      : magnitude(a).high <= 1
        ? signed
        : anything,
  max_over: same,
  min_over: same,
  argmax: (_, { axis }, { inputs: [x] }) => ({ low: 0, high: x.shape[axis] - 1 }),
  argmin: (_, { axis }, { inputs: [x] }) => ({ low: 0, high: x.shape[axis] - 1 }),
  argsort: (_, __, { shape }) => ({ low: 0, high: shape[shape.length - 1] - 1 }),
  one_hot: truth,
  // what comes out of a loop is found by going round it
  scan: () => undefined,
  part: () => undefined,
};

/** The bounds of one node. */
export const rangeOf = (node: Node, of: (n: Node) => Bounds): Bounds | undefined => {
  if (node.dtype === 'bool') return unit;
  const rule = rangeRules[node.operation.op] as (
    inputs: readonly Bounds[],
    operation: Operation,
    node: Node,
    of: (n: Node) => Bounds,
  ) => Bounds | undefined;
  const found = rule(node.inputs.map(of), node.operation, node, of);
  // infinity - infinity
  return found && (Number.isNaN(found.low) || Number.isNaN(found.high)) ? anything : found;
};
