/** `if`: one branch where the condition is known, else both, and the choice of each number. */
import type { Span } from '../../../grammar/span.ts';
import type { IfExpr } from '../../../grammar/tree/expressions.ts';
import { fail } from '../../messages.ts';
import type { Context } from '../context.ts';
import { asTensor, describe } from '../values/describe.ts';
import { settle } from './operators.ts';
import { known, selectTensors, toBit } from '../values/tensors.ts';
import type { Tensor, Value } from '../values/values.ts';

const choose = (condition: Tensor, a: Value, b: Value, span: Span): Value => {
  if (a.kind === 'tuple' && b.kind === 'tuple' && a.items.length === b.items.length)
    return { kind: 'tuple', items: a.items.map((x, i) => choose(condition, x, b.items[i], span)) };
  if (a.kind === 'record' && b.kind === 'record') {
    const fields = [...a.fields].map(([name, x]): [string, Value] => {
      const other = b.fields.get(name);
      return [name, other ? choose(condition, x, other, span) : fail('L0308', span, { field: name, of: describe(b) })];
    });
    return { kind: 'record', fields: new Map(fields) };
  }
  return selectTensors(condition, asTensor(a, span, 'a branch of `if`'), asTensor(b, span, 'a branch of `if`'), span);
};

export const conditional = (e: IfExpr, ctx: Context): Value => {
  const { run } = ctx.shared;
  const condition = toBit(
    asTensor(settle(run.evaluate(e.condition, ctx), ctx, e.condition.span), e.condition.span, 'the condition'),
  );
  const truth = known(condition);
  if (truth !== undefined) return run.evaluate(truth !== 0 ? e.then : e.else, ctx);
  const then = settle(run.evaluate(e.then, ctx), ctx, e.then.span);
  const otherwise = settle(run.evaluate(e.else, ctx), ctx, e.else.span);
  return choose(condition, then, otherwise, e.span);
};
