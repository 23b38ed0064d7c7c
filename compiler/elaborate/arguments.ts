/** Arguments -> parameters for what is not an ordinary function call: the bodies of paradigms. */
import type { Span } from '../../grammar/tree.ts';
import { fail } from '../messages.ts';
import { matchAnnotation } from './annotations.ts';
import { assign } from './assign.ts';
import { childScope, inScope } from './context.ts';
import type { Context } from './context.ts';
import { bindPattern } from './patterns.ts';
import type { Closure, Given } from './values.ts';

export const bindArguments = (closure: Closure, ctx: Context, args: readonly Given[], span: Span): Context => {
  const assigned = assign(closure.params, args);
  if ('wrong' in assigned) {
    const { wrong: what, span: at, ...meant } = assigned;
    return fail('L0303', at ?? span, { what, call: closure.name, ...meant });
  }
  const scope = childScope(closure.scope);
  const inner = inScope(ctx, scope);
  closure.params.forEach((param, i) => {
    const arg = assigned.given[i];
    const value = arg ? arg.value : ctx.shared.run.evaluate(param.default!, inner);
    const name = param.pattern.kind === 'name' ? param.pattern.name : `argument ${i + 1}`;
    const checked = param.space ? matchAnnotation(param.space, value, inner, { name, span: arg?.span ?? span }) : value;
    bindPattern(scope, param.pattern, checked, inner, arg?.span ?? span);
  });
  return inner;
};
