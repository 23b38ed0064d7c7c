/** How an expectation is computed, and why: said once for each place in the source, for `learn explain`. */
import type { Span } from '../../../grammar/span.ts';
import type { Context } from '../context.ts';

export const decide = (ctx: Context, span: Span, choice: string, reason: string): void => {
  const problem = ctx.problem;
  if (!problem || problem.decisions.some((d) => d.span?.start === span.start && d.span.file === span.file)) return;
  problem.decisions.push({ subject: 'expectation', choice, reason, span });
};
