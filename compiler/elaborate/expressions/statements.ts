/** Blocks and their statements, and the functions that are made in them. */
import type { Diagnostic } from '../../../grammar/diagnostics.ts';
import type { BlockExpr, LambdaExpr } from '../../../grammar/tree/expressions.ts';
import type { Statement } from '../../../grammar/tree/statements.ts';
import { patternNames } from '../../../grammar/walk.ts';
import { fail } from '../../messages.ts';
import { bind, childScope, inScope } from '../context.ts';
import { Failure } from '../../failure.ts';
import type { Context } from '../context.ts';
import { describe, poisoned } from '../values/describe.ts';
import { draws, toDistribution } from '../distributions/distributions.ts';
import { declareParameter } from '../members/parameters.ts';
import { submember } from '../members/members.ts';
import { bindPattern } from './patterns.ts';
import type { Value } from '../values/values.ts';

const homeOf = (ctx: Context) => ({ member: ctx.member, path: ctx.path, reading: ctx.reading });

export const lambda = (e: LambdaExpr, ctx: Context): Value => ({
  kind: 'function',
  name: '',
  overloads: [
    {
      kind: 'lambda',
      name: '',
      statics: [],
      params: e.params,
      result: e.stochastic ? { space: { kind: 'tuple', items: [], span: e.span }, stochastic: true } : undefined,
      body: e.body,
      scope: ctx.scope,
      home: homeOf(ctx),
      span: e.span,
    },
  ],
});

/** What a statement declares. */
const namesOf = (s: Statement): readonly string[] =>
  s.kind === 'assign' || s.kind === 'draw' ? patternNames(s.pattern) : 'name' in s ? [s.name.text] : [];

export const block = (e: BlockExpr, ctx: Context): Value => {
  const scope = childScope(ctx.scope);
  const inner = inScope(ctx, scope);
  let last: Value | undefined;
  const found: Diagnostic[] = [];
  for (const s of e.statements)
    try {
      last = statement(s, inner);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // The statements behind it have errors of their own; what uses its names stays silent.
      found.push(...error.diagnostics);
      for (const name of namesOf(s)) bind(scope, name, { kind: 'poison' });
      last = { kind: 'poison' };
    }
  if (found.length > 0) throw new Failure(found);
  if (last?.kind === 'poison') return poisoned();
  return last ?? fail('L0302', e.span, { expected: 'an expression at the end of the block', seen: 'nothing' });
};

export const statement = (s: Statement, ctx: Context): Value | undefined => {
  const { scope } = ctx;
  switch (s.kind) {
    case 'assign': {
      const value = ctx.shared.run.evaluate(s.value, ctx);
      bindPattern(scope, s.pattern, value, ctx, s.value.span);
      return undefined;
    }
    case 'draw': {
      const value = draws(
        toDistribution(ctx.shared.run.evaluate(s.distribution, ctx), ctx, s.distribution.span),
        ctx,
        s.distribution.span,
      );
      bindPattern(scope, s.pattern, value, ctx, s.span);
      return undefined;
    }
    case 'param':
      bind(scope, s.name.text, declareParameter(s, ctx));
      return undefined;
    case 'member': {
      const model = ctx.shared.run.evaluate(s.model, ctx);
      if (model.kind !== 'model') return fail('L0302', s.model.span, { expected: 'a model', seen: describe(model) });
      if (!ctx.member)
        return fail('L0602', s.span, {
          what: `\`${s.name.text} in ...\` picks a member inside the body of a model; in a problem write \`over ${s.name.text} in ...\``,
        });
      bind(scope, s.name.text, submember(model, ctx, s.span, s.name.text));
      return undefined;
    }
    case 'local-def':
      bind(scope, s.name.text, {
        kind: 'function',
        name: s.name.text,
        overloads: [
          {
            kind: 'def',
            name: s.name.text,
            statics: [],
            params: s.params,
            body: s.body,
            scope,
            home: homeOf(ctx),
            span: s.span,
          },
        ],
      });
      return undefined;
    case 'expr':
      return ctx.shared.run.evaluate(s.value, ctx);
    case 'error':
      return poisoned();
  }
};
