/** `f at every 200`, `f at decay 0.99`, `f at start`: a member whose variables hold what another's held at another time. */
import type { Span } from '../../../grammar/span.ts';
import type { AtExpr } from '../../../grammar/tree/expressions.ts';
import { fail } from '../../messages.ts';
import type { Variable } from '../../program.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import type { Context, Snapshot } from '../context.ts';
import { asStatic, describe } from '../values/describe.ts';
import type { Value } from '../values/values.ts';
import { makeVariable, meaningOf, variableInput } from './variables.ts';

const timeOf = (e: AtExpr, ctx: Context): Snapshot['time'] => {
  if (e.time === 'start') return { kind: 'start' };
  const span = e.amount?.span ?? e.span;
  const amount = e.amount
    ? asStatic(ctx.shared.run.evaluate(e.amount, ctx), span, `the amount behind \`at ${e.time}\``)
    : NaN;
  const fits = e.time === 'every' ? Number.isInteger(amount) && amount > 0 : amount >= 0 && amount < 1;
  if (!fits)
    fail('L0302', span, {
      expected: e.time === 'every' ? 'a number of steps, 1 or more' : 'a number from 0 up to, not including, 1',
      seen: String(amount),
      where: `\`at ${e.time}\``,
    });
  return { kind: e.time, amount };
};

const textOf = (time: Snapshot['time']): string => (time.kind === 'start' ? 'start' : `${time.kind} ${time.amount}`);

/** The variable that holds `of` at the time: made at its first use, starting as what `of` starts as. */
const snapshot = (of: Variable, time: Snapshot['time'], ctx: Context, span: Span): Variable => {
  const id = `${of.id} at ${textOf(time)}`;
  const known = ctx.shared.snapshots.get(id);
  if (known) return known.variable;
  const variable = makeVariable(
    { ...of, id, name: `${of.name} at ${textOf(time)}`, role: 'snapshot', span },
    variableInput(of, ctx),
    ctx,
    meaningOf(of),
  );
  ctx.shared.snapshots.set(id, { variable, of, time });
  return variable;
};

export const memberAt = (e: AtExpr, value: Value, ctx: Context): Value => {
  if (value.kind !== 'member')
    return fail('L0302', e.object.span, { expected: 'a member', seen: describe(value), where: `\`at ${e.time}\`` });
  if (!ctx.problem) return fail('L0602', e.span, { what: '`at` speaks of a training: it belongs into an objective' });
  const time = timeOf(e, ctx);
  return { ...value, reading: { ...value.reading, at: (variable) => snapshot(variable, time, ctx, e.span) } };
};

/** The next value of a snapshot, when its variable becomes `next` after `step` steps were done before this one. */
export const renewed = ({ time }: Snapshot, held: Node, next: Node, step: Node): Node => {
  switch (time.kind) {
    case 'start':
      return held;
    case 'decay':
      return ir.add(ir.mul(ir.scalar(time.amount), held), ir.mul(ir.scalar(1 - time.amount), next));
    case 'every': {
      const done = ir.add(step, ir.scalar(1));
      return ir.select(ir.eq(ir.mod(done, ir.scalar(time.amount)), ir.scalar(0)), next, held);
    }
  }
};
