/**
 * `f in M tuning lora[4]`: what may move. A restriction is a model that is given a parameter as it was at the start, and makes what
 * stands in its place; only its own parameters move. It is asked of every free parameter that its header fits; the others stay.
 */
import type { Expr } from '../../../grammar/tree/expressions.ts';
import { fail } from '../../messages.ts';
import type { Variable } from '../../program.ts';
import { printSpace, sameShape, storageShape } from '../../spaces/space.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import { fitness } from '../spaces/fitness.ts';
import type { Context } from '../context.ts';
import { asTensor, describe } from '../values/describe.ts';
import { shapeOf, tensor, toReal } from '../values/tensors.ts';
import { newStore } from './stores.ts';
import type { Member, Tensor, Tuning } from '../values/values.ts';
import { variableInput } from './variables.ts';

export const tuningOf = (e: Expr, ctx: Context): Tuning => {
  const value = ctx.shared.run.evaluate(e, ctx);
  if (value.kind !== 'model' || value.declaration.params.length !== 1)
    return fail('L0302', e.span, {
      expected: 'a model of one argument, a parameter at the start, such as `lora[4]`',
      seen: describe(value),
      where: '`tuning`',
    });
  return { restriction: value, members: new Map(), span: e.span };
};

const isAsked = ({ restriction }: Tuning, start: Tensor, ctx: Context): boolean => {
  if (start.space.element.kind !== 'R') return false;
  const [{ space }] = restriction.declaration.params;
  return !space || fitness(space, start, { ...ctx, scope: restriction.scope }) === 2;
};

/** What stands in a parameter's place; undefined where it stays. */
export const restricted = (
  tuning: Tuning,
  variable: Variable,
  space: TensorSpace,
  ctx: Context,
): Tensor | undefined => {
  const start = tensor(variableInput(variable, ctx), [], space);
  if (!isAsked(tuning, start, ctx)) return undefined;
  const { restriction, members, span } = tuning;
  const { text } = restriction.declaration.name;
  const made: Member = members.get(variable.id) ?? {
    kind: 'member',
    model: restriction,
    store: newStore(`${variable.name}.${text}`),
  };
  members.set(variable.id, made);
  const reading: Member = { ...made, reading: ctx.reading };
  const value = ctx.shared.run.apply(reading, [{ value: start, span }], { ...ctx, axes: [] }, span);
  const t = toReal(asTensor(value, span, `what \`${text}\` makes of a parameter`));
  if (!sameShape(shapeOf(t), storageShape(space)))
    fail('L0302', span, {
      expected: printSpace(space),
      seen: printSpace(t.space),
      where: `what \`${text}\` makes of \`${variable.name}\``,
    });
  return { ...t, space };
};
