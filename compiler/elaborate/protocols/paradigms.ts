/** Running a paradigm's body while compiling: its loops and conditions are known then; what is left is the list of what to do. */
import type { Span } from '../../../grammar/span.ts';
import type { ParadigmDeclaration } from '../../../grammar/tree/declarations.ts';
import type { Binder } from '../../../grammar/tree/patterns.ts';
import type { ProtocolStatement } from '../../../grammar/tree/protocols.ts';
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import { bindArguments } from '../functions/arguments.ts';
import { bindPattern } from '../expressions/patterns.ts';
import { bufferOf } from '../data/buffer-rows.ts';
import { ownRows, toData } from '../data/materialise.ts';
import { bind, childScope, inScope } from '../context.ts';
import type { Context, Scope } from '../context.ts';
import { asCount, asStatic, asTensor, describe } from '../values/describe.ts';
import { toDistribution } from '../distributions/distributions.ts';
import { entryUnder } from '../expressions/indexing.ts';
import { inOrder } from '../expressions/places.ts';
import { openBelow, openEvery } from '../expressions/sources.ts';
import { flattened } from '../values/flat.ts';
import { constantNumber, known, tensor, toBit } from '../values/tensors.ts';
import type { Closure, FunctionValue, Paradigm, ProtocolStep, Tensor, Value } from '../values/values.ts';

/** The entries of an array that is the same for every example. */
const entriesOf = (t: Tensor): Tensor[] =>
  Array.from({ length: t.node.shape[0] }, (_, i) => {
    const node = ir.reshape(ir.sliceAxis(t.node, 0, i, 1), t.node.shape.slice(1));
    return tensor(node, [], { ...t.space, shape: t.space.shape.slice(1) });
  });

const itemsOf = (v: Value, relation: 'in' | '~' | '<', ctx: Context, span: Span): readonly Value[] => {
  if (v.kind === 'list' || v.kind === 'tuple') return inOrder(v.items);
  if (v.kind === 'range') return Array.from({ length: v.to - v.from + 1 }, (_, i) => constantNumber(v.from + i));
  if (v.kind === 'tensor' && relation === 'in' && v.axes.length === 0 && v.space.shape.length > 0) return entriesOf(v);
  const opened = relation === '<' ? openBelow(v, ctx, span, 'i') : openEvery(v, ctx, span, 'item');
  if (opened.kind === 'items') return opened.items;
  if (opened.value.kind === 'tensor' && opened.value.counts) {
    const { offset, axis } = opened.value.counts;
    return Array.from({ length: axis.size }, (_, i) => constantNumber(offset + i));
  }
  if (opened.value.kind === 'along') {
    const { axis, value } = opened;
    const samples = Array.from({ length: axis.size }, (_, i) =>
      entryUnder({ kind: 'along', axis, element: value }, i, span),
    );
    return inOrder(samples.map((x, i) => toData(x, ownRows(`sample ${i}`, span), ctx)));
  }
  return fail('L0302', span, {
    expected: 'a range or a list of data sets or tasks',
    seen: describe(v),
    where: 'a loop of a protocol',
  });
};

const truth = (v: Value, span: Span): boolean => {
  const x = known(toBit(asTensor(v, span, 'the condition')));
  return x === undefined ? fail('L0307', span, { what: 'a condition of a protocol' }) : x !== 0;
};

const labelOf = (v: Value, span: Span): string => {
  if (v.kind === 'text') return v.text;
  return String(asStatic(v, span, 'the name of an evaluation'));
};

/** What is trained or evaluated on has rows. */
const rowsFor = (v: Value, span: Span, where: string): Value => {
  const rowless =
    (v.kind === 'tensor' && v.space.shape.length === 0 && v.axes.length === 0) ||
    ['function', 'model', 'member', 'text', 'optimiser', 'space', 'paradigm'].includes(v.kind);
  return rowless ? fail('L0302', span, { expected: 'a data set', seen: describe(v), where }) : v;
};

/** What is repeated holds one `train`, to whose steps all else is timed. */
const repeated = (steps: readonly ProtocolStep[], span: Span): readonly ProtocolStep[] => {
  const trains = steps.filter((s) => s.kind === 'train');
  if (trains.length !== 1)
    fail('L0602', trains[1]?.span ?? span, {
      what: `\`repeat\` needs one \`train on\` in it, by which the steps are counted; here ${trains.length === 0 ? 'is none' : `are ${trains.length}`}`,
    });
  for (const s of steps) {
    if (s.kind === 'eval')
      fail(
        'L0602',
        s.span,
        { what: 'this would evaluate after every step' },
        { help: 'say how often: every 1000 steps { eval on ... }' },
      );
    if (s.kind === 'restart' || s.kind === 'repeat')
      fail('L0602', s.span, { what: `\`${s.kind}\` inside of \`repeat\`, which has no end of its own` });
    if (s.kind === 'train' && s.unit === 'epochs')
      fail('L0602', s.span, { what: '`repeat` counts steps: rows that come while training make no epochs' });
    if (s.kind === 'train' && (s.count ?? 1) < 1)
      fail('L0302', s.span, { expected: 'at least 1 step', seen: String(s.count), where: '`train on`' });
  }
  return steps;
};

/** Several binders: all combinations, the last binder's the fastest. */
const overAll = ([binder, ...rest]: readonly Binder[], ctx: Context, each: (at: Context) => void): void => {
  if (!binder) return each(ctx);
  const { relation, source, targets, span } = binder;
  for (const item of itemsOf(ctx.shared.run.evaluate(source, ctx), relation, ctx, source.span)) {
    const inner = inScope(ctx, childScope(ctx.scope));
    bindPattern(inner.scope, targets[0], item, inner, span);
    overAll(rest, inner, each);
  }
};

const run = (statements: readonly ProtocolStatement[], ctx: Context): ProtocolStep[] => {
  const { run: runner } = ctx.shared;
  const steps: ProtocolStep[] = [];
  for (const s of statements) {
    switch (s.kind) {
      case 'assign':
        bindPattern(ctx.scope, s.pattern, runner.evaluate(s.value, ctx), ctx, s.value.span);
        break;
      case 'train': {
        const data = rowsFor(runner.evaluate(s.data, ctx), s.data.span, '`train on`');
        const count =
          s.duration && asCount(runner.evaluate(s.duration.count, ctx), s.duration.count.span, 'the duration');
        steps.push({ kind: 'train', data, count, unit: s.duration?.unit, span: s.span });
        break;
      }
      case 'eval':
        steps.push({
          kind: 'eval',
          data: rowsFor(runner.evaluate(s.data, ctx), s.data.span, '`eval on`'),
          label: s.as && labelOf(runner.evaluate(s.as, ctx), s.as.span),
          span: s.span,
        });
        break;
      case 'restart':
        steps.push({ kind: 'restart', span: s.span });
        break;
      case 'for': {
        const round = (at: Context): void => {
          if (s.conditions.every((c) => truth(runner.evaluate(c, at), c.span))) steps.push(...run(s.body, at));
        };
        overAll(flattened(s.binders), ctx, round);
        break;
      }
      case 'if-protocol':
        steps.push(
          ...run(
            truth(runner.evaluate(s.condition, ctx), s.condition.span) ? s.then : s.else,
            inScope(ctx, childScope(ctx.scope)),
          ),
        );
        break;
      case 'repeat':
        steps.push({
          kind: 'repeat',
          steps: repeated(run(s.body, inScope(ctx, childScope(ctx.scope))), s.span),
          span: s.span,
        });
        break;
      case 'every': {
        const count = asCount(runner.evaluate(s.duration.count, ctx), s.duration.count.span, '`every`');
        if (s.duration.unit !== 'steps' || count < 1)
          fail('L0302', s.duration.count.span, {
            expected: 'a number of steps, 1 or more',
            seen: `${count} ${s.duration.unit}`,
            where: '`every`',
          });
        const body = run(s.body, inScope(ctx, childScope(ctx.scope)));
        const odd = body.find((x) => x.kind !== 'eval');
        if (odd) fail('L0602', odd.span, { what: 'inside of `every` there can only be `eval on`' });
        steps.push({ kind: 'every', count, steps: body, span: s.span });
        break;
      }
      case 'buffer': {
        const capacity = asCount(runner.evaluate(s.capacity, ctx), s.capacity.span, 'the capacity of a buffer');
        if (capacity < 1)
          fail('L0302', s.capacity.span, { expected: 'at least 1', seen: String(capacity), where: 'the capacity' });
        bind(ctx.scope, s.name.text, bufferOf(s.name.text, capacity, s.span));
        break;
      }
      case 'collect': {
        const count = asCount(runner.evaluate(s.count, ctx), s.count.span, 'how many are collected');
        if (count < 1) fail('L0302', s.count.span, { expected: 'at least 1', seen: String(count), where: '`collect`' });
        const into = runner.evaluate(s.into, ctx);
        if (into.kind !== 'dist' || !into.buffer)
          fail('L0302', s.into.span, { expected: 'a buffer', seen: describe(into), where: '`into`' });
        else {
          const from = toDistribution(runner.evaluate(s.from, ctx), ctx, s.from.span);
          steps.push({ kind: 'collect', from, into: into.buffer, count, span: s.from.span });
        }
        break;
      }
      case 'error':
        break;
    }
  }
  return steps;
};

/** `every` counts the steps of a `repeat`. */
const checkEvery = (steps: readonly ProtocolStep[]): readonly ProtocolStep[] => {
  for (const s of steps)
    if (s.kind === 'every')
      fail('L0602', s.span, { what: '`every` belongs inside of `repeat`, whose steps it counts' });
  return steps;
};

/** `supervised(D, holdout = 0.2)`: called like a function, it gives the list of what to do. */
export const paradigmFunction = (d: ParadigmDeclaration, scope: Scope): FunctionValue => {
  const closure: Closure = { kind: 'def', name: d.name.text, statics: [], params: d.params, scope, span: d.span };
  return {
    kind: 'function',
    name: d.name.text,
    overloads: [closure],
    run: (ctx, args, span): Paradigm => {
      const inner = bindArguments(closure, ctx, args, span);
      return { kind: 'paradigm', name: d.name.text, steps: checkEvery(run(d.body, inner)) };
    },
  };
};
