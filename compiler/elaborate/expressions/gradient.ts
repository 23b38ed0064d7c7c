/** `grad[x] e`: derivatives inside of expressions. */
import type { BigExpr, Expr } from '../../../grammar/tree/expressions.ts';
import { vjp } from '../../differentiate.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import { bind, childScope, inScope } from '../context.ts';
import type { Context } from '../context.ts';
import { asTensor, describe, mapTensors, tensorsOf } from '../values/describe.ts';
import { noteSlope } from '../values/dependence.ts';
import { settle } from './operators.ts';
import { expandAxes, shapeOf, tensor, toReal, unionAxes } from '../values/tensors.ts';
import type { Member, Value } from '../values/values.ts';
import { R } from '../../spaces/space.ts';

/** `grad[x] e`: one derivative for each number of x, for every example. */
export const gradient = (e: BigExpr, ctx: Context): Value => {
  const results = e.targets.map((target) => derivative(target, e.body, ctx));
  return results.length === 1 ? results[0] : { kind: 'tuple', items: results };
};

const derivative = (target: Expr, body: Expr, ctx: Context): Value => {
  const { run } = ctx.shared;
  const value = run.evaluate(target, ctx);
  const wrt = tensorsOf(value).map((t) => expandAxes(toReal(t), unionAxes(t, { axes: ctx.axes })));
  if (wrt.length === 0)
    return fail('L0302', target.span, { expected: 'a number or an array', seen: describe(value), where: '`grad`' });
  const holders = wrt.map((t) => ir.input('variable', 'float32', t.node.shape));
  let inner: Context = { ...ctx, differentiated: true };
  if (target.kind === 'name') {
    const scope = childScope(ctx.scope);
    bind(
      scope,
      target.name,
      mapTensors(value, (_, i) => ({ ...wrt[i], node: holders[i], counts: undefined })),
    );
    inner = inScope(inner, scope);
  } else if (target.kind === 'field' && target.object.kind === 'name') {
    // A parameter of a member: in the body the member has these numbers, one for each example.
    const member = run.evaluate(target.object, ctx);
    const variable = member.kind === 'member' ? plainParameter(member, target.name.text) : undefined;
    if (member.kind === 'member' && variable) {
      const scope = childScope(ctx.scope);
      const values = new Map([
        ...(member.reading?.values ?? []),
        [variable, { ...wrt[0], node: holders[0], counts: undefined }],
      ]);
      bind(scope, target.object.name, { ...member, reading: { ...member.reading, values, stopped: undefined } });
      inner = inScope(inner, scope);
    }
  }
  const y = toReal(
    asTensor(settle(run.evaluate(body, inner), inner, body.span), body.span, 'what `grad` differentiates'),
  );
  if (shapeOf(y).length > 0)
    return fail('L0402', body.span, { what: 'what `grad` differentiates', seen: describe(y), summed: true });
  // Examples are independent: the gradient of their sum holds each one's own.
  const total = ir.sum(y.node);
  const direct = vjp([total], [ir.scalar(1)], holders);
  const reached = direct.some((g) => !isZero(g));
  const found = reached
    ? ir.substitute(direct, new Map(holders.map((h, i) => [h, wrt[i].node])))
    : vjp(
        ir.substitute([total], new Map(holders.map((h, i) => [h, wrt[i].node]))),
        [ir.scalar(1)],
        wrt.map((t) => t.node),
      );
  return mapTensors(value, (_, i) => tensor(noteSlope(found[i]), wrt[i].axes, R(...shapeOf(wrt[i]))));
};

/** The id of a parameter whose coordinates are its values. */
const plainParameter = (member: Member, name: string): string | undefined => {
  const found = [...member.store.parameters].find(([key]) => key.endsWith(`/${name}`))?.[1];
  return found?.space.element.kind === 'R' ? found.variable.id : undefined;
};

const isZero = (node: Node): boolean => ir.uniformValue(node) === 0;
