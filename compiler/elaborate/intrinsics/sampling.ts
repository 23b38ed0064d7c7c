/** Samples as arrays, and what a distribution says of itself: its support, whether its draws can be differentiated through. */
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import { R } from '../../spaces/space.ts';
import { newAxis, inAxes } from '../context.ts';
import type { Context } from '../context.ts';
import { asCount, describe, mapTensors } from '../values/describe.ts';
import { dirac, draws, isLaw, toDistribution } from '../distributions/distributions.ts';
import { intoShape } from '../distributions/independent.ts';
import { rowsUnder } from '../data/rows.ts';
import { constantBoolean, mapBinary, shapeOf, tensor, toReal } from '../values/tensors.ts';
import type { Dist, Value } from '../values/values.ts';
import { countArgument, given, required, tensorArgument, textArgument, toTensor, wholeNumbers } from './call.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';

/** Draws of an objective and of an evaluation, where nothing says how many. */
const stepDraws = 64;
const evaluationDraws = 1024;

const usualCount = (ctx: Context): number =>
  ctx.problem?.mode === 'train' ? (ctx.problem.batch ?? stepDraws) : evaluationDraws;

/** Rows of a set: those of the step in training, all of them otherwise. */
const rowsOf = (v: Extract<Value, { kind: 'data' }>, call: IntrinsicCall): Value => {
  const batch = call.caller.problem?.mode === 'train' ? call.caller.problem.batch : undefined;
  const { axis, row, mask } = rowsUnder(v, { batch }, call.caller);
  if (mask) return fail('L0601', call.span, { what: 'a sample of a set that is filtered by something trained' });
  return mapTensors(row, (t) => intoShape(t, axis));
};

const isArray = (v: Value): boolean => v.kind === 'tensor' || v.kind === 'along' || v.kind === 'list';

const sampleOf = (v: Value, n: number | undefined, call: IntrinsicCall): Value => {
  if (v.kind === 'data') return rowsOf(v, call);
  if (isArray(v)) return toTensor(v, call);
  const dist = toDistribution(v, call.caller, call.span);
  const count = n ?? dist.power?.count ?? usualCount(call.caller);
  const axis = newAxis(call.caller, count, 'draw');
  const base = dist.power ? toDistribution(dist.power.base, call.caller, call.span) : dist;
  return mapTensors(draws(base, inAxes(call.caller, axis), call.span), (t) => intoShape(t, axis));
};

const sizeOfSample = (v: Value): number | undefined => (v.kind === 'tensor' ? v.space.shape[0] : undefined);

const sample: Intrinsic = (call): Value => {
  const n = given(call, 'n');
  return sampleOf(required(call, 'P'), n && asCount(n, call.span, '`n`'), call);
};

/** A sample of each; where one of the two is data, the other has as many draws as there are rows. */
const samples: Intrinsic = (call): Value => {
  const [p, q] = [required(call, 'P'), required(call, 'Q')];
  const fixed = (v: Value): boolean => v.kind === 'data' || isArray(v);
  if (fixed(p) || !fixed(q)) {
    const xs = sampleOf(p, undefined, call);
    return { kind: 'tuple', items: [xs, sampleOf(q, sizeOfSample(xs), call)] };
  }
  const ys = sampleOf(q, undefined, call);
  return { kind: 'tuple', items: [sampleOf(p, sizeOfSample(ys), call), ys] };
};

/** Ranks that the optimal coupling of sorted samples of n and of m numbers brings together, and how much of each. */
const couplingOfRanks: Intrinsic = (call): Value => {
  const [n, m] = [countArgument(call, 'n'), countArgument(call, 'm')];
  const first: number[] = [];
  const second: number[] = [];
  const weight: number[] = [];
  let done = 0;
  for (let i = 0, j = 0; i < n && j < m;) {
    // the next level at which one of the quantile functions steps, in units of 1 / (n m)
    const next = Math.min((i + 1) * m, (j + 1) * n);
    first.push(i);
    second.push(j);
    weight.push((next - done) / (n * m));
    done = next;
    if ((i + 1) * m === next) i++;
    if ((j + 1) * n === next) j++;
  }
  const ranks = (xs: readonly number[], size: number): Value =>
    tensor(ir.array(xs, [xs.length], 'int32'), [], {
      kind: 'tensor',
      element: { kind: 'Class', size },
      shape: [xs.length],
    });
  return { kind: 'tuple', items: [ranks(first, n), ranks(second, m), tensor(ir.array(weight), [], R(weight.length))] };
};

/** The argument P. */
const distributionOf = (call: IntrinsicCall): Dist => toDistribution(required(call, 'P'), call.caller, call.span);

/** An array in the place of a sample of it. */
const isPoints = (call: IntrinsicCall): boolean => {
  const v = required(call, 'P');
  return ['tensor', 'along', 'list'].includes(v.kind) && !isLaw(v);
};

/** `_has(P, "mode")`: does it say so of itself? Also of what is no fact: a sampler, a density, whether it is reparameterised. */
const has: Intrinsic = (call) => {
  if (isPoints(call)) return constantBoolean(false);
  const dist = distributionOf(call);
  const name = textArgument(call, 'fact');
  switch (name) {
    case 'sampler':
      return constantBoolean(dist.sample !== undefined);
    case 'density':
      return constantBoolean(dist.logDensity !== undefined);
    case 'reparameterised':
      return constantBoolean(dist.sample !== undefined && dist.reparameterised);
    default:
      return constantBoolean(dist.facts.has(name));
  }
};

const isCount: Intrinsic = (call) =>
  constantBoolean(!isPoints(call) && distributionOf(call).event?.element.kind === 'Nat');

/** The space of a draw, or an array of it. */
const support: Intrinsic = (call): Value => {
  const dist = distributionOf(call);
  const dims = given(call, 'dims');
  const space =
    dist.event ?? fail('L0313', call.span, { name: dist.family || 'the distribution', what: 'known support' });
  const front = dims ? wholeNumbers(dims, call, '`dims`') : [];
  return { kind: 'space', space: { ...space, shape: [...front, ...space.shape] } };
};

const point: Intrinsic = (call): Value => {
  const x = required(call, 'x');
  if (x.kind === 'dist') return fail('L0302', call.span, { expected: 'a value', seen: describe(x), where: '`Dirac`' });
  const made = dirac(x, call.span);
  return {
    ...made,
    family: 'Dirac',
    implicit: false,
    args: new Map([['x', x]]),
    facts: new Map([
      ...made.facts,
      [
        'variance',
        () => mapTensors(x, (t) => tensor(ir.full(0, toReal(t).node.shape), t.axes, R(...shapeOf(toReal(t))))),
      ],
    ]),
    event: x.kind === 'tensor' ? x.space : undefined,
  };
};

/** Are these the same number for every example? Used where a rule holds for numbers only. */
const isNumber: Intrinsic = (call) => constantBoolean(tensorArgument(call, 'x').space.shape.length === 0);

/** A sample of single numbers; of anything else the reader is told what there is instead. */
const lineOnly: Intrinsic = (call) => {
  const xs = tensorArgument(call, 'xs');
  if (xs.space.shape.length === 1 && xs.space.element.kind !== 'Class') return xs;
  return fail(
    'L0302',
    call.span,
    { expected: 'distributions of one number', seen: describe(xs), where: 'the exact distance by sorting' },
    {
      help: 'in several dimensions: `W2(P || Q; epsilon = 0.05)` (Sinkhorn), `sliced_W1(P || Q)`, or `W1(P || Q; critic = C)`, a game',
    },
  );
};

const partsOfBoth = (call: IntrinsicCall): readonly (readonly [Dist, Dist])[] | undefined => {
  const [p, q] = ['P', 'Q'].map((name) => toDistribution(required(call, name), call.caller, call.span));
  const { parts } = q;
  return parts && p.parts?.length === parts.length ? p.parts.map((x, i) => [x, parts[i]]) : undefined;
};

/** Σ f(p, q) over independent parts that stand side by side. */
const overParts: Intrinsic = (call) => {
  const f = required(call, 'f');
  const { caller, span } = call;
  const terms = (partsOfBoth(call) ?? []).map((pair) =>
    toTensor(
      caller.shared.run.apply(
        f,
        pair.map((value) => ({ value, span })),
        caller,
        span,
      ),
      call,
    ),
  );
  return terms.reduce((a, b) => mapBinary('add', a, b, span));
};

export const samplingIntrinsics: Readonly<Record<string, Intrinsic>> = {
  sample,
  samples,
  _coupling_of_ranks: couplingOfRanks,
  _has: has,
  _have_parts: (call) => constantBoolean(partsOfBoth(call) !== undefined),
  _over_parts: overParts,
  _is_count: isCount,
  _is_on_space: (call) => constantBoolean(distributionOf(call).args.has('space')),
  _is_number: isNumber,
  _line_only: lineOnly,
  support,
  Dirac: point,
};
