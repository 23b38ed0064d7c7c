/** An objective or an evaluation as a graph: what it reads is collected while it is built. */
import type { Span } from '../../../grammar/span.ts';
import type { Expr } from '../../../grammar/tree/expressions.ts';
import { fail } from '../../messages.ts';
import type { DataFeed } from '../../program.ts';
import { withLooseScores } from '../expectations/averages.ts';
import type { Context, Feed, ProblemContext } from '../context.ts';
import { asMeasure, describe } from '../values/describe.ts';
import { keyInput, stepInput, totalInput } from '../members/inputs.ts';
import { settle } from '../expressions/operators.ts';
import type { Given, Tensor, Value } from '../values/values.ts';

export const newProblem = (mode: ProblemContext['mode'], batch?: number): ProblemContext => ({
  mode,
  batch,
  feeds: new Map(),
  updates: new Map(),
  decisions: [],
  games: [],
  rates: [],
  step: stepInput,
  total: totalInput,
});

export const inProblem = (ctx: Context, problem: ProblemContext): Context => ({
  ...ctx,
  problem,
  axes: [],
  key: keyInput,
  scores: undefined,
});

export const feedsOf = (feeds: Iterable<Feed>): DataFeed[] =>
  [...feeds]
    .filter((f) => f.inputs.length > 0)
    .map((f) => ({
      data: f.data.id,
      rows: f.rows,
      order: f.order,
      inputs: f.inputs.map(({ name, leaf }) => ({ name, leaf })),
    }));

/** One number: the loss of a training step. */
export const lossOf = (e: Expr, ctx: Context): Tensor => {
  const scores: Tensor[] = [];
  const inner: Context = { ...ctx, scores };
  const value = settle(ctx.shared.run.evaluate(e, inner), inner, e.span);
  const t = withLooseScores(asMeasure(value, e.span, 'the objective'), scores, e.span);
  return t.axes.length === 0
    ? t
    : fail('L0402', e.span, { what: 'the objective', seen: describe(value), summed: true });
};

/** `eval L` with L a function means L(f, D_eval): as many of the members as it takes, then the data. */
export const evaluationValue = (e: Expr, members: readonly Value[], data: Value | undefined, ctx: Context): Tensor => {
  const value = ctx.shared.run.evaluate(e, ctx);
  const called =
    value.kind === 'function' ? ctx.shared.run.apply(value, givenTo(value, members, data, e.span), ctx, e.span) : value;
  const t = asMeasure(settle(called, ctx, e.span), e.span, 'what is evaluated');
  return t;
};

const givenTo = (
  f: Extract<Value, { kind: 'function' }>,
  members: readonly Value[],
  data: Value | undefined,
  span: Span,
): Given[] => {
  const positional = f.overloads[0]?.params.filter((p) => !p.keyword && !p.default).length ?? members.length + 1;
  const all = [...members, ...(data ? [data] : [])].map((value) => ({ value, span }));
  return positional === 1 && data ? [{ value: members[0] ?? data, span }] : all;
};
