/** The statements of a body: assignments, draws, parameters, members, local definitions, and its value. */
import { report } from '../messages.ts';
import { T } from '../tokens.ts';
import type { Expr } from '../tree/expressions.ts';
import type { Pattern } from '../tree/patterns.ts';
import type { ParamStatement, Statement } from '../tree/statements.ts';
import type { Rule } from './base.ts';
import { ProblemRules } from './problems.ts';

export abstract class StatementRules extends ProblemRules {
  statement: Rule<Statement> = this.RULE('statement', () =>
    this.OR<Statement>({
      DEF: [
        { GATE: () => this.isWord(2) && this.beginsParam(), ALT: () => this.SUBRULE(this.param) },
        { GATE: () => this.beginsBinding(), ALT: () => this.SUBRULE(this.binding) },
        { GATE: () => this.is(2, T.DefParen), ALT: () => this.SUBRULE(this.localDef) },
        { GATE: () => this.is(2, T.In), ALT: () => this.SUBRULE(this.member) },
        {
          ALT: () => {
            const first = this.LA(1);
            const value = this.SUBRULE(this.expr);
            return { kind: 'expr', value, span: this.spanFrom(first) };
          },
        },
      ],
      IGNORE_AMBIGUITIES: true,
    }),
  );

  private beginsParam(): boolean {
    return this.is(1, T.Param);
  }

  private beginsBinding(): boolean {
    if (this.is(1, T.PatternParen, T.PatternBracket)) return true;
    return this.isWord(1) && this.is(2, T.Assign, T.Tilde, T.Colon);
  }

  /** `param w : R[n] ~ init` */
  private param: Rule<ParamStatement> = this.RULE('param', (): ParamStatement => {
    const first = this.CONSUME(T.Param);
    const name = this.nameOf(this.CONSUME(T.Word));
    this.CONSUME(T.Colon);
    const space = this.SUBRULE(this.space);
    let init: ParamStatement['init'];
    this.OPTION(() => {
      const relation = this.SUBRULE(this.relation);
      init = { relation, value: this.SUBRULE(this.expr) };
    });
    return { kind: 'param', name, space, ...(init && { init }), span: this.spanFrom(first) };
  });

  protected relation: Rule<'=' | '~'> = this.RULE('relation', () =>
    this.OR([
      { ALT: () => (this.CONSUME(T.Assign), '=' as const) },
      { ALT: () => (this.CONSUME(T.Tilde), '~' as const) },
    ]),
  );

  /** `name = e`, `(a, b) = e`, `x : R[2] = e`, `z ~ dist` */
  protected binding: Rule<Statement> = this.RULE('binding', (): Statement => {
    const first = this.LA(1);
    let pattern: Pattern = this.SUBRULE(this.pattern);
    this.OPTION(() => {
      this.CONSUME(T.Colon);
      const space = this.SUBRULE(this.space);
      if (pattern.kind === 'name') pattern = { ...pattern, space, span: this.spanFrom(first) };
      else this.ACTION(() => this.report(report('L0133', space.span, {})));
    });
    const relation = this.SUBRULE(this.relation);
    const value = this.SUBRULE(this.expr);
    const span = this.spanFrom(first);
    return relation === '='
      ? { kind: 'assign', pattern, value, span }
      : { kind: 'draw', pattern, distribution: value, span };
  });

  /** `a_m(v) = ...`, `f(v) { ... }` */
  private localDef: Rule<Statement> = this.RULE('localDef', (): Statement => {
    const first = this.CONSUME(T.Word);
    const params = this.SUBRULE(this.parameters);
    const body = this.SUBRULE(this.body);
    return { kind: 'local-def', name: this.nameOf(first), params, body, span: this.spanFrom(first) };
  });

  /** `= e` or a block */
  protected body: Rule<Expr> = this.RULE('body', () =>
    this.OR<Expr>([
      { ALT: () => this.SUBRULE(this.block) },
      {
        ALT: () => {
          this.CONSUME(T.Assign);
          return this.SUBRULE(this.expr);
        },
      },
    ]),
  );

  /** `g in Model[...]` */
  private member: Rule<Statement> = this.RULE('member', (): Statement => {
    const first = this.CONSUME(T.Word);
    this.CONSUME(T.In);
    const model = this.SUBRULE(this.expr);
    return { kind: 'member', name: this.nameOf(first), model, span: this.spanFrom(first) };
  });
}
