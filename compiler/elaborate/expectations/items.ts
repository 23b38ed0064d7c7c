/** `E[f ~ [a, b, c]] e` over different things (members, sets, distributions): the mean of what e is for each of them. */
import type { BigExpr, Expr } from '../../../grammar/tree/expressions.ts';
import type { Binder } from '../../../grammar/tree/patterns.ts';
import { nodes, patternNames } from '../../../grammar/walk.ts';
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import { childScope, inScope } from '../context.ts';
import type { Context } from '../context.ts';
import { settle } from '../expressions/operators.ts';
import { bindPattern } from '../expressions/patterns.ts';
import { inOrder } from '../expressions/places.ts';
import { asTensor } from '../values/describe.ts';
import { mapBinary, tensor, toReal } from '../values/tensors.ts';
import type { Tensor, Value } from '../values/values.ts';

/** Looking at other sources would draw what they draw. */
const isWritten = ({ kind }: Expr): boolean => kind === 'name' || kind === 'array';

/** The first binder that goes over a list of different things, which those before it do not make. */
const overList = ({ binders }: BigExpr, ctx: Context): { at: number; items: readonly Value[] } | undefined => {
  const bound = new Set<string>();
  for (const [at, { relation, source, targets }] of binders.entries()) {
    const depends = [...nodes(source)].some((n) => n.kind === 'name' && bound.has((n as { name: string }).name));
    if (relation !== '<' && isWritten(source) && !depends) {
      const value = ctx.shared.run.evaluate(source, ctx);
      if (value.kind === 'list' && value.items.length > 0) return { at, items: inOrder(value.items) };
    }
    for (const name of targets.flatMap(patternNames)) bound.add(name);
  }
  return undefined;
};

/** One item for each target: `f, g ~ xs` are all ordered pairs of different ones. */
const choices = ({ targets, relation }: Binder, items: readonly Value[]): (readonly Value[])[] =>
  targets.reduce<(readonly Value[])[]>(
    (found, _) =>
      found.flatMap((chosen) =>
        items.filter((x) => relation !== '~' || !chosen.includes(x)).map((x) => [...chosen, x]),
      ),
    [[]],
  );

/** Undefined where no binder goes over such a list. `mean`: of an expectation over what is left. */
export const meanOfItems = (
  e: BigExpr,
  ctx: Context,
  mean: (rest: BigExpr, ctx: Context) => Value,
): Tensor | undefined => {
  const found = overList(e, ctx);
  if (!found) return undefined;
  if (e.conditions.length > 0)
    fail('L0601', e.conditions[0].span, { what: 'a condition in an expectation over a list of different things' });
  const binder = e.binders[found.at];
  const rest: BigExpr = { ...e, binders: e.binders.filter((_, i) => i !== found.at) };
  const values = choices(binder, found.items).map((chosen) => {
    const inner = inScope(ctx, childScope(ctx.scope));
    chosen.forEach((x, i) => bindPattern(inner.scope, binder.targets[i], x, inner, binder.span));
    const value =
      rest.binders.length > 0 ? mean(rest, inner) : settle(ctx.shared.run.evaluate(e.body, inner), inner, e.body.span);
    return toReal(asTensor(value, e.body.span, 'the body of `E`'));
  });
  const total = values.reduce((a, b) => mapBinary('add', a, b, e.span));
  return tensor(ir.mul(total.node, ir.scalar(1 / values.length), e.span), total.axes, total.space);
};
