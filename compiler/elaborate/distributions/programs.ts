/** `dist { ... }` and models whose bodies draw: distributions given by running a program. */
import type { Span } from '../../../grammar/span.ts';
import type { Expr } from '../../../grammar/tree/expressions.ts';
import { runAt } from '../context.ts';
import type { Context } from '../context.ts';
import { draws } from './distributions.ts';
import { abilitiesOf } from './latents.ts';
import { endsInLaw, lawOf } from './laws.ts';
import type { Dist } from '../values/values.ts';

const endsInProgram = (body: Expr): boolean => {
  const last = body.kind === 'block' ? body.statements.at(-1) : undefined;
  return body.kind === 'dist' || (last?.kind === 'expr' && last.value.kind === 'dist');
};

/** A distribution given by running `body`: its draws are made anew at each sample. */
export const program = (name: string, body: Expr, ctx: Context, span: Span, implicit = true): Dist => ({
  kind: 'dist',
  family: name,
  args: new Map(),
  sample: (at) => {
    const inner = runAt(ctx, at);
    const v = ctx.shared.run.evaluate(body, inner);
    // A program that ends in another draws that one: a task, say, of a distribution of tasks.
    if (!implicit && endsInProgram(body)) return v;
    return endsInLaw(v) ? draws(lawOf(v, inner, span), inner, span) : v;
  },
  facts: new Map(),
  // What cannot be differentiated through is found draw by draw: see `scores`.
  reparameterised: true,
  lacks: {
    density: {
      message: `${name ? `\`${name}\`` : 'it'} draws before it ends: it can only be sampled`,
      span: body.kind === 'block' ? body.statements.find((s) => s.kind === 'draw')?.span : body.span,
    },
  },
  implicit,
  ...(!implicit && endsInProgram(body) ? {} : abilitiesOf(name, body, ctx)),
});
