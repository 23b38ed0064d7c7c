/** Which of the overloads of a name takes the arguments: the one that they fit most specifically. */
import type { Span } from '../../../grammar/span.ts';
import type { SpaceExpr } from '../../../grammar/tree/spaces.ts';
import { parameterName } from '../../../grammar/walk.ts';
import { writtenIn } from '../../../grammar/written.ts';
import { fail } from '../../messages.ts';
import { spread } from './arguments.ts';
import { assign } from './assign.ts';
import { childScope, lookup } from '../context.ts';
import { isLibrary } from '../../host.ts';
import type { Context, Scope } from '../context.ts';
import { describe } from '../values/describe.ts';
import { isLaw } from '../distributions/distributions.ts';
import { fitness } from '../spaces/fitness.ts';
import type { Closure, FunctionValue, Given } from '../values/values.ts';

const score = (closure: Closure, args: readonly Given[], ctx: Context): number | undefined => {
  const assigned = assign(closure.params, args);
  if ('wrong' in assigned) return undefined;
  let total = 0;
  const scope = childScope(closure.scope);
  for (let i = 0; i < closure.params.length; i++) {
    const arg = assigned.given[i];
    if (!arg) continue;
    const fit = fitness(closure.params[i].space, arg.value, { ...ctx, scope });
    if (fit === undefined) return undefined;
    total += fit;
  }
  return total;
};

/** `(q: Dist[X], p: Dist[X])`, as it is written. */
const signature = ({ params, span }: Closure, ctx: Context): string => {
  const [first, last] = [params[0], params.at(-1)];
  if (!first || !last) return '()';
  return `(${writtenIn({ ...span, start: first.span.start, end: last.span.end }, ctx.shared.sources)})`;
};

/** Do the two sides fit the other way round? */
const fitsTurned = (fn: FunctionValue, args: readonly Given[], ctx: Context): boolean =>
  args.length === 2 && fn.overloads.some((c) => score(c, [args[1], args[0]], ctx) !== undefined);

/** What is missing for an overload. */
const nearlyFits = (fn: FunctionValue, args: readonly Given[], ctx: Context): string | undefined => {
  for (const closure of fn.overloads) {
    const left = closure.params.filter(
      (p) => p.keyword && !p.default && !args.some((a) => a.name !== undefined && a.name === parameterName(p)),
    );
    const rest = { ...closure, params: closure.params.filter((p) => !left.includes(p)) };
    if (left.length > 0 && score(rest, args, ctx) !== undefined) {
      const missing = left.map((p) => `\`${parameterName(p) ?? '_'} = ...\``).join(', ');
      return `give ${missing} as well: \`${fn.name}${signature(closure, ctx)}\``;
    }
  }
  return conditionalGiven(args, ctx);
};

/** `KL(D_tr || f)` where f is a distribution for each x. */
const conditionalGiven = (args: readonly Given[], ctx: Context): string | undefined => {
  const text = ({ span }: Given): string => writtenIn(span, ctx.shared.sources);
  const conditional = args.find(
    ({ value: v }) =>
      v.kind === 'member' && v.model.declaration.result?.stochastic && v.model.declaration.params.length > 0,
  );
  if (!conditional) return undefined;
  const f = text(conditional);
  const data = args.find(({ value }) => value.kind === 'data');
  return data
    ? `\`${f}\` is a distribution of y for each x: its likelihood is \`E[(x, y) ~ ${text(data)}] -log ${f}(y | x)\``
    : `\`${f}\` is a distribution for each x: give it one, \`${f}(x)\``;
};

/** The overload that takes these arguments most specifically; `written` is what a reader sees of them. */
export const choose = (
  fn: FunctionValue,
  args: readonly Given[],
  written: readonly Given[],
  ctx: Context,
  span: Span,
): Closure => {
  if (fn.overloads.length === 1) return fn.overloads[0];
  let best: Closure | undefined;
  let equal: Closure | undefined;
  let most = -1;
  for (const closure of fn.overloads) {
    const s = score(closure, spread(closure.params, args), ctx);
    if (s !== undefined && s >= most) {
      equal = s === most ? (equal ?? closure) : undefined;
      if (s > most) best = closure;
      most = s;
    }
  }
  // The library's own overloads are in the order in which they are to be tried.
  if (best && equal && !isLibrary(best.span) && !isLibrary(equal.span))
    fail(
      'L0314',
      span,
      { name: fn.name, seen: written.map((a) => describe(a.value)).join(', ') },
      { notes: [best, equal].map((c, i) => ({ message: i === 0 ? 'either this' : 'or this', span: c.span })) },
    );
  const turned = !best && fitsTurned(fn, args, ctx);
  return (
    best ??
    fail(
      'L0305',
      span,
      {
        name: fn.name,
        seen: written.map((a) => (a.name ? `${a.name} = ` : '') + describe(a.value)).join(', '),
        model: written.flatMap(({ value }) => (value.kind === 'model' ? [value.declaration.name.text] : []))[0],
        turned,
      },
      {
        help: turned ? undefined : nearlyFits(fn, args, ctx),
        notes: fn.overloads.slice(0, 6).map((c) => {
          const message = `\`${c.name}${signature(c, ctx)}\``;
          return isLibrary(c.span) ? { message } : { message, span: c.span };
        }),
      },
    )
  );
};

const meansLaw = (space: SpaceExpr | undefined, scope: Scope): boolean =>
  space?.kind === 'data' ||
  (space?.kind === 'named' &&
    (['Dist', 'Sampler'].includes(space.name.text) || lookup(scope, space.name.text)?.kind === 'function'));

/** Where distributions are asked for, a member without arguments is the one that its body ends in: rules go by its family. */
export const settledLaw = (fn: FunctionValue, g: Given, i: number, ctx: Context): Given => {
  if (g.value.kind !== 'member' || g.value.model.declaration.params.length > 0) return g;
  const asked = fn.overloads.flatMap((c) => {
    const p = g.name === undefined ? c.params[i] : c.params.find((q) => parameterName(q) === g.name);
    return p ? [meansLaw(p.space, c.scope)] : [];
  });
  if (asked.length === 0 || !asked.every((x) => x)) return g;
  const value = ctx.shared.run.apply(g.value, [], ctx, g.span);
  return isLaw(value) ? { ...g, value } : g;
};
