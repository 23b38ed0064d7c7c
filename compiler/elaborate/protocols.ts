/** Running a paradigm's body while compiling: its loops and conditions are known then; what is left is the list of what to do. */
import type { ParadigmDeclaration, ProtocolStatement, Span } from '../../grammar/tree.ts';
import { fail } from '../messages.ts';
import { bindArguments } from './arguments.ts';
import { bindPattern } from './patterns.ts';
import { childScope, inScope } from './context.ts';
import type { Context, Scope } from './context.ts';
import { asCount, asStatic, asTensor, describe } from './describe.ts';
import { openBelow, openEvery } from './sources.ts';
import { constantNumber, known, toBit } from './tensors.ts';
import type { Closure, FunctionValue, Paradigm, ProtocolStep, Value } from './values.ts';

const itemsOf = (v: Value, relation: 'in' | '~' | '<', ctx: Context, span: Span): readonly Value[] => {
  if (v.kind === 'list' || v.kind === 'tuple') return v.items;
  if (v.kind === 'range') return Array.from({ length: v.to - v.from + 1 }, (_, i) => constantNumber(v.from + i));
  const opened = relation === '<' ? openBelow(v, ctx, span, 'i') : openEvery(v, ctx, span, 'item');
  if (opened.kind === 'items') return opened.items;
  if (opened.value.kind === 'tensor' && opened.value.counts) {
    const { offset, axis } = opened.value.counts;
    return Array.from({ length: axis.size }, (_, i) => constantNumber(offset + i));
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
        const [binder, ...more] = s.binders;
        if (more.length > 0 || binder.targets.length !== 1)
          fail('L0601', s.span, { what: 'a loop over several things at once in a protocol' });
        for (const item of itemsOf(runner.evaluate(binder.source, ctx), binder.relation, ctx, binder.source.span)) {
          const scope = childScope(ctx.scope);
          const inner = inScope(ctx, scope);
          bindPattern(scope, binder.targets[0], item, inner, binder.span);
          if (s.conditions.every((c) => truth(runner.evaluate(c, inner), c.span))) steps.push(...run(s.body, inner));
        }
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
      case 'every':
      case 'buffer':
      case 'collect':
        fail('L0601', s.span, { what: `\`${s.kind}\` in a protocol` });
        break;
      case 'error':
        break;
    }
  }
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
      return { kind: 'paradigm', name: d.name.text, steps: run(d.body, inner) };
    },
  };
};
