/** Intrinsics of problems: optimisers, data files and their parts, running statistics. */
import type { Span } from '../../../grammar/span.ts';
import type { DataFailure, DataFormat } from '../../host.ts';
import * as ir from '../../ir/build.ts';
import { keyOfSeed } from '../../ir/random.ts';
import { permutation } from '../data/permutation.ts';
import { isLibrary } from '../../host.ts';
import { diagnose, fail } from '../../messages.ts';
import { R } from '../../spaces/space.ts';
import type { Context } from '../context.ts';
import { dataKey, UnrollSignal } from '../data/comprehend.ts';
import { ewc } from '../protocols/consolidation.ts';
import { fromTable, subset, zipData } from '../data/sets.ts';
import { ownRows, toData } from '../data/materialise.ts';
import { asCount, asData, asScalar, asStatic, asTensor, poisoned, tensorsOf } from '../values/describe.ts';
import { renamed } from '../values/entries.ts';
import { counting, renameIn } from '../values/sequences.ts';
import { openDraws, openEvery } from '../expressions/sources.ts';
import { constantBoolean, known, knownArray, tensor, toReal } from '../values/tensors.ts';
import type { Data, Tensor, Value } from '../values/values.ts';
import { statistic } from '../members/statistics.ts';
import { readInput } from '../members/variables.ts';
import { given, required, textArgument } from './call.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';

// ---------------------------------------------------------------- optimisers

const textOfCall = (call: IntrinsicCall): string => {
  const family = call.caller.family;
  if (!family) return 'an optimiser';
  const shown = [...family.args]
    .flatMap(([name, v]) => {
      if (v.kind === 'function') return [`${name} = ${v.name || 'a schedule'}`];
      const numbers = v.kind === 'tensor' ? knownArray(v) : undefined;
      return numbers?.length === 1 ? [`${name} = ${Number(numbers[0].toPrecision(6))}`] : [];
    })
    .join(', ');
  return `${family.name}(${shown})`;
};

/** Expectation-maximisation takes no steps along gradients: see em.ts. */
const em: Intrinsic = (): Value => ({
  kind: 'optimiser',
  name: 'em',
  transform: false,
  step: { kind: 'tuple', items: [] },
  text: 'em',
  solver: 'em',
});

const optimiser: Intrinsic = (call): Value => {
  const start = required(call, 'start');
  const probe =
    start.kind === 'function'
      ? call.ctx.shared.run.apply(
          start,
          [{ value: tensor(ir.scalar(0), [], R()), span: call.span }],
          call.ctx,
          call.span,
        )
      : start;
  const empty = probe.kind === 'tuple' && probe.items.length === 0;
  return {
    kind: 'optimiser',
    name: call.caller.family?.name ?? 'optimiser',
    transform: false,
    start: empty ? undefined : start,
    step: required(call, 'step'),
    text: textOfCall(call),
  };
};

const gradientTransform: Intrinsic = (call): Value => ({
  kind: 'optimiser',
  name: call.caller.family?.name ?? 'a transform',
  transform: true,
  step: required(call, 'change'),
  text: textOfCall(call),
});

const schedule: Intrinsic = (call): Value => {
  const rate = required(call, 'rate');
  const { caller, span } = call;
  if (rate.kind !== 'function') {
    const fixed = asScalar(rate, span, '`rate`');
    const value = known(fixed);
    if (value !== undefined && !(value >= 0 && value < Infinity))
      fail('L0302', span, { expected: 'a rate of 0 or more', seen: String(value), where: '`rate`' });
    const site = call.ctx.site ?? span;
    if (value === 0 && !isLibrary(site)) call.ctx.shared.diagnostics.push(diagnose('L0906', site, { why: 'rate' }));
    return fixed;
  }
  const value = asScalar(
    caller.shared.run.apply(rate, [{ value: required(call, 't'), span }], caller, span),
    span,
    'a rate',
  );
  caller.problem?.rates.push({ of: rate, node: value.node });
  return value;
};

// ---------------------------------------------------------------- data

const read =
  (format: DataFormat): Intrinsic =>
  (call): Value => {
    const path = textArgument(call, 'path');
    const { shared } = call.ctx;
    const base = call.span.file;
    const key = `${format}:${base}:${path}`;
    const table = shared.tables.get(key);
    if (!table) {
      shared.wanted.set(key, { format, path, base });
      return poisoned();
    }
    if ('failed' in table) return failedData(table, path, call.span);
    const known = shared.files.get(key);
    if (known) return known;
    const name = (call.caller.family?.name ?? path.split('/').at(-1) ?? path).replace(/\.[a-z.]+$/, '');
    const data = fromTable(table, name, call.ctx);
    shared.files.set(key, data);
    return data;
  };

const failedData = (failure: DataFailure, path: string, span: Span): never => {
  const near = failure.candidates && failure.candidates.length > 0 ? failure.candidates : undefined;
  return fail(
    'L0501',
    span,
    { what: failure.failed, place: failure.place },
    {
      meant: failure.meant,
      help: failure.meant
        ? undefined
        : (failure.help ?? (near && `beside \`${path}\` there are: ${near.slice(0, 5).join(', ')}`)),
    },
  );
};

const asSet = (v: Value, call: IntrinsicCall, what: string): Data => {
  if (v.kind === 'along' || v.kind === 'tensor' || v.kind === 'range') {
    // One set for each place of a binder around it.
    if (tensorsOf(v).some((t) => t.axes.some((a) => call.caller.axes.includes(a)))) throw new UnrollSignal(call.span);
    return toData(v, ownRows('data', call.span), call.ctx);
  }
  if (v.kind === 'dist' && v.power) {
    // Draws that were given no name are made here, once for each place.
    const key = ir.deriveKey(dataKey(call.ctx), ir.scalar(call.ctx.shared.counters.site++, 'int32'));
    const opened = openDraws(v, { ...call.ctx, key }, call.span, 'row');
    if (opened.kind === 'axis') return asSet({ kind: 'along', axis: opened.axis, element: opened.value }, call, what);
  }
  return asData(v, call.span, what);
};

/** Arrays and sequences side by side, entry by entry. */
const zipArrays = (values: readonly Value[], call: IntrinsicCall): Value | undefined => {
  if (values.some((v) => !['tensor', 'range', 'along'].includes(v.kind))) return undefined;
  const opened = values.map((v) => openEvery(v, call.caller, call.span, 'entry'));
  const axes = opened.flatMap((o) => (o.kind === 'axis' ? [o] : []));
  const [first] = axes;
  const other = axes.find((o) => o.axis.size !== first.axis.size);
  if (other)
    fail('L0504', call.span, {
      what: `\`zip\` needs arrays of equal length: they have ${first.axis.size} and ${other.axis.size} entries`,
    });
  const items = axes.map((o) => (o === first ? o.value : renamed(o.value, o.axis, counting(first.axis, 0), call.span)));
  const masked = axes.find((o) => o.mask);
  const mask = masked?.mask && (renameIn(masked.mask, masked.axis, first.axis) as Tensor);
  return {
    kind: 'along',
    axis: first.axis,
    element: { kind: 'tuple', items },
    mask,
    length: masked?.length,
    front: masked?.front,
  };
};

const zip: Intrinsic = (call): Value => {
  const names = ['a', 'b', 'c', 'd'];
  const values = names.flatMap((name) => given(call, name) ?? []);
  const arrays = zipArrays(values, call);
  if (arrays) return arrays;
  const sets = names.flatMap((name) => {
    const v = given(call, name);
    return v ? [asSet(v, call, '`zip`')] : [];
  });
  return zipData(sets, call.ctx, call.span);
};

const plain = (d: Data, call: IntrinsicCall): Data =>
  d.filtered ? fail('L0601', call.span, { what: 'splitting a set from which something trained leaves out rows' }) : d;

/** `split(D, holdout)`: (training rows, evaluation rows), in a random order that is always the same. */
const split: Intrinsic = (call): Value => {
  const data = plain(asSet(required(call, 'D'), call, 'a split'), call);
  const holdout = asStatic(required(call, 'holdout'), call.span, '`holdout`');
  if (!(holdout >= 0 && holdout < 1))
    fail('L0302', call.span, {
      expected: 'a part of the rows, from 0 up to, not including, 1',
      seen: String(holdout),
      where: '`holdout`',
      slip: 'per cent',
    });
  if (holdout === 0) return { kind: 'tuple', items: [data, data] };
  const held = Math.round(data.rows * holdout);
  if (held === 0 || held === data.rows)
    fail('L0504', call.span, {
      what: `\`${data.name}\` has ${data.rows} rows: holding out ${holdout} of them leaves ${held === 0 ? 'none to evaluate on' : 'none to train on'}`,
    });
  const order = permutation(data.rows, keyOfSeed(call.ctx.shared.seed));
  return {
    kind: 'tuple',
    items: [
      subset(data, order.subarray(held), { name: `${data.name} (training)` }, call.ctx),
      subset(data, order.subarray(0, held), { name: `${data.name} (held out)`, evaluation: true }, call.ctx),
    ],
  };
};

/** `fold_of(D, i, k)`: the rows outside and inside the i-th of k equal parts. */
const foldOf: Intrinsic = (call): Value => {
  const data = plain(asSet(required(call, 'D'), call, 'a fold'), call);
  const i = asCount(required(call, 'i'), call.span, 'the number of the fold');
  const k = asCount(required(call, 'k'), call.span, 'the number of folds');
  if (k < 2 || k > data.rows)
    fail('L0302', call.span, { expected: `from 2 to ${data.rows} folds`, seen: String(k), where: '`k`' });
  const order = permutation(data.rows, keyOfSeed(call.ctx.shared.seed));
  const from = Math.floor((i * data.rows) / k);
  const to = Math.floor(((i + 1) * data.rows) / k);
  const outside = [...order.subarray(0, from), ...order.subarray(to)];
  return {
    kind: 'tuple',
    items: [
      subset(data, outside, { name: `${data.name} (without fold ${i + 1})` }, call.ctx),
      subset(data, order.subarray(from, to), { name: `${data.name} (fold ${i + 1})`, evaluation: true }, call.ctx),
    ],
  };
};

/** `parts_of(D, k)`: k equal parts, for streams. */
const rowsOf: Intrinsic = (call): Value => {
  const data = plain(asSet(required(call, 'D'), call, 'rows'), call);
  const from = asCount(required(call, 'from'), call.span, 'the first row');
  const to = Math.min(data.rows, asCount(required(call, 'to'), call.span, 'the last row'));
  return subset(
    data,
    Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i),
    {},
    call.ctx,
  );
};

/** Marks a set as held out: its rows must not reach a training objective. */
const heldOut: Intrinsic = (call): Value => ({ ...asSet(required(call, 'D'), call, '`held_out`'), evaluation: true });

// ---------------------------------------------------------------- running statistics

const training: Intrinsic = (call) => constantBoolean(call.caller.problem?.mode === 'train');

/** The batch's value in training, where an average of it is kept; the average in evaluations. */
const running: Intrinsic = (call): Value => {
  const name = textArgument(call, 'name');
  const value = toReal(asTensor(required(call, 'value'), call.span, '`running`'));
  const ctx: Context = call.caller;
  const store = ctx.member;
  if (!store || !ctx.problem) return value;
  if (value.axes.length > 0)
    return fail('L0602', call.span, { what: 'a running average of something that differs from row to row' });
  const key = `${ctx.path}/running:${name}`;
  const start = toReal(asTensor(required(call, 'initial'), call.span, 'the initial value')).node;
  const own = `${store.name}.${name}`;
  const average = statistic(store, key, own, ir.broadcastTo(start, value.node.shape), ctx, call.span);
  const count = statistic(store, `${key}:count`, `${own}.count`, ir.scalar(0), ctx, call.span);
  const held = readInput(average, ctx);
  if (ctx.problem.mode !== 'train') return tensor(held, [], value.space);
  const decay = toReal(asTensor(required(call, 'decay'), call.span, '`decay`')).node;
  // The plain mean of the values so far, while they are few: what it started at counts for nothing.
  const n = readInput(count, ctx);
  const kept = ir.minimum(decay, ir.div(n, ir.add(n, ir.scalar(1))));
  const mixed = ir.add(ir.mul(kept, held), ir.mul(ir.sub(ir.scalar(1), kept), ir.stop(value.node)));
  if (!ctx.reading?.at) {
    ctx.problem.updates.set(average.id, mixed);
    ctx.problem.updates.set(count.id, ir.add(n, ir.scalar(1)));
  }
  return value;
};

export const problemIntrinsics: Readonly<Record<string, Intrinsic>> = {
  optimiser,
  em,
  gradient_transform: gradientTransform,
  schedule,
  csv: read('csv'),
  json: read('json'),
  npy: read('npy'),
  idx: read('idx'),
  parquet: read('parquet'),
  images: read('images'),
  zip,
  ewc,
  split,
  fold_of: foldOf,
  rows: rowsOf,
  held_out: heldOut,
  training,
  running,
};
