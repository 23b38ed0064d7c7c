/** Arguments -> parameters, for whatever is called: a function, a member, a paradigm. */
import type { Span } from '../../../grammar/span.ts';
import type { Parameter } from '../../../grammar/tree/patterns.ts';
import { fail } from '../../messages.ts';
import { matchAnnotation } from '../spaces/annotations.ts';
import { assign } from './assign.ts';
import { childScope, inScope } from '../context.ts';
import type { Context } from '../context.ts';
import { bindPattern } from '../expressions/patterns.ts';
import type { Closure, Given } from '../values/values.ts';

/** A single tuple given to several parameters is taken apart: `f((a, b))` is `f(a, b)`. */
export const spread = (params: readonly Parameter[], args: readonly Given[]): readonly Given[] => {
  const positional = params.filter((p) => !p.keyword && !p.default).length;
  const first = args[0];
  return args.length === 1 &&
    first.name === undefined &&
    positional > 1 &&
    first.value.kind === 'tuple' &&
    first.value.items.length === params.length
    ? first.value.items.map((value) => ({ value, span: first.span }))
    : args;
};

/** One for each parameter, or what is wrong with them; undefined takes the default. */
export const assigned = (
  params: readonly Parameter[],
  args: readonly Given[],
  call: string,
  span: Span,
): readonly (Given | undefined)[] => {
  const found = assign(params, args);
  if ('given' in found) return found.given;
  const { wrong: what, span: at, ...meant } = found;
  const rules = args.some((a) => a.value.kind === 'optimiser');
  return fail(
    'L0303',
    at ?? span,
    { what, call, ...meant },
    { help: rules ? `a rule and changes of the gradient stand side by side: \`by sgd(0.1), ${call}\`` : undefined },
  );
};

/** What messages call the i-th parameter. */
export const nameOfParameter = ({ pattern }: Parameter, i: number): string =>
  pattern.kind === 'name' ? pattern.name : `argument ${i + 1}`;

/** The scope of a paradigm's body. */
export const bindArguments = (closure: Closure, ctx: Context, args: readonly Given[], span: Span): Context => {
  const given = assigned(closure.params, args, closure.name, span);
  const scope = childScope(closure.scope);
  const inner = inScope(ctx, scope);
  closure.params.forEach((param, i) => {
    const at = given[i]?.span ?? span;
    const value = given[i]?.value ?? ctx.shared.run.evaluate(param.default!, inner);
    const subject = { name: nameOfParameter(param, i), span: at };
    const checked = param.space ? matchAnnotation(param.space, value, inner, subject) : value;
    bindPattern(scope, param.pattern, checked, inner, at);
  });
  return inner;
};
