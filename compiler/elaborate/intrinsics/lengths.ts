/** Sets of sequences by their length: drawn from a task for each length, or the rows of a set that are so long. */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import { dataKey } from '../data/comprehend.ts';
import type { Context } from '../context.ts';
import { rememberedSet } from '../data/remembered.ts';
import { joinData, subset } from '../data/sets.ts';
import { toData } from '../data/materialise.ts';
import { describe } from '../values/describe.ts';
import { powerOf, toDistribution } from '../distributions/distributions.ts';
import { openDraws } from '../expressions/sources.ts';
import { constantNumber } from '../values/tensors.ts';
import type { Data, Template, Value } from '../values/values.ts';
import { countArgument, required, wholeNumbers } from './call.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';

/** `count` draws of the task at one length, as a set. */
const drawn = (task: Value, n: number, count: number, ctx: Context, span: Span): Data => {
  const given = { value: constantNumber(n), span };
  const dist = toDistribution(ctx.shared.run.apply(task, [given], ctx, span), ctx, span);
  const opened = openDraws(powerOf(dist, count, ctx, span), ctx, span, 'row');
  if (opened.kind !== 'axis') throw new Error('internal: draws stand under an axis');
  const origin = {
    name: 'task',
    span,
    placeOf: (row: number) => `draw ${row + 1} of length ${n}`,
    roots: new Set<string>(),
    evaluation: false,
    later: true,
  };
  return toData({ kind: 'along', axis: opened.axis, element: opened.value }, origin, ctx);
};

/** Length of each row: of its first sequence. */
const lengthsOf = (data: Data): ArrayLike<number> | undefined => {
  const first = (t: Template): ArrayLike<number> | undefined => {
    switch (t.kind) {
      case 'sequence':
        return data.leaves[t.length.leaf].data;
      case 'leaf':
        return t.space.shape.length > 0 ? new Float64Array(data.rows).fill(t.space.shape[0]) : undefined;
      case 'tuple':
        return t.items.map(first).find((x) => x !== undefined);
      case 'record':
        return [...t.fields.values()].map(first).find((x) => x !== undefined);
      default:
        return undefined;
    }
  };
  return first(data.template);
};

const rowsOfLengths = (data: Data, wanted: readonly number[], call: IntrinsicCall): Data => {
  const lengths = lengthsOf(data);
  if (!lengths)
    return fail('L0302', call.span, { expected: 'rows with a sequence', seen: describe(data), where: '`lengths`' });
  const set = new Set(wanted);
  const rows = Array.from({ length: data.rows }, (_, i) => i).filter((i) => set.has(lengths[i]));
  if (rows.length === 0) {
    const all = Array.from(lengths);
    const range =
      all.length === 0 ? 'it has no rows' : `its sequences have ${Math.min(...all)} to ${Math.max(...all)} entries`;
    fail('L0504', call.span, {
      what: `no row of \`${data.name}\` is ${wanted[0]} to ${wanted[wanted.length - 1]} long: ${range}`,
    });
  }
  return subset(data, rows, {}, call.ctx);
};

/** `of_lengths(task, 1..40, 20_000)` */
const ofLengths: Intrinsic = (call): Value => {
  const task = required(call, 'task');
  const wanted = wholeNumbers(required(call, 'lengths'), call, 'the lengths');
  const least = Math.min(...wanted);
  if (wanted.length === 0 || least < 1)
    fail('L0302', call.span, {
      expected: 'lengths of at least 1, such as `1..40`',
      seen: wanted.length === 0 ? 'none' : String(least),
      where: '`lengths`',
    });
  if (task.kind === 'data') return rowsOfLengths(task, wanted, call);
  if (task.kind !== 'function')
    return fail(
      'L0302',
      call.span,
      {
        expected: 'a function from a length to a distribution, or a data set',
        seen: describe(task),
        where: '`lengths`',
      },
      { help: 'such as `def parity(n) = dist { x ~ Bernoulli(0.5)[n]; (x, class(sum(x) mod 2)) }`' },
    );
  const rows = countArgument(call, 'rows');
  const each = Math.max(1, Math.round(rows / wanted.length));
  const name = task.name || 'the task';
  const make = (caller: Context): Data => {
    const base = ir.deriveKey(dataKey(caller), ir.scalar(caller.shared.counters.site++, 'int32'));
    const sets = wanted.map((n) => {
      const ctx: Context = {
        ...caller,
        axes: [],
        key: ir.deriveKey(base, ir.scalar(n, 'int32')),
        problem: undefined,
        scores: undefined,
      };
      return drawn(task, n, each, ctx, call.span);
    });
    return joinData(sets, `${name} (${least}..${Math.max(...wanted)})`, caller, call.span);
  };
  return rememberedSet(task, `of_lengths ${wanted.join()} ${each}`, call.caller, make);
};

export const lengthIntrinsics: Readonly<Record<string, Intrinsic>> = { of_lengths: ofLengths };
