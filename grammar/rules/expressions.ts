/** Expressions with a word or an arrow of their own: `if`, lambdas, `fold`, densities, `at`; and blocks. */
import { report } from '../messages.ts';
import { T } from '../tokens.ts';
import type { AtExpr, BlockExpr, Expr, FoldExpr } from '../tree/expressions.ts';
import type { Parameter } from '../tree/patterns.ts';
import type { Rule } from './base.ts';
import { PostfixRules } from './postfix.ts';

export abstract class ExpressionRules extends PostfixRules {
  expr: Rule<Expr> = this.RULE('expr', () =>
    this.nested((): Expr => {
      const first = this.LA(1);
      let expr = this.SUBRULE(this.operators);
      this.OPTION(() => {
        const stochastic = this.SUBRULE(this.arrow);
        const to = this.SUBRULE(this.space);
        this.ACTION(() => void (expr = this.functionSpace(expr, stochastic, to, this.spanFrom(first))));
      });
      return expr;
    }),
  );

  protected operand: Rule<Expr> = this.RULE('operand', () =>
    this.nested(() =>
      this.OR<Expr>({
        DEF: [
          { ALT: () => this.SUBRULE(this.conditional) },
          { ALT: () => this.SUBRULE(this.problem) },
          { ALT: () => this.SUBRULE(this.foldOrScan) },
          { ALT: () => this.SUBRULE(this.density) },
          { GATE: () => this.beginsLambda(), ALT: () => this.SUBRULE(this.lambda) },
          { ALT: () => this.SUBRULE(this.block) },
          { ALT: () => this.SUBRULE(this.literal) },
          { ALT: () => this.SUBRULE(this.timed) },
        ],
        IGNORE_AMBIGUITIES: true,
      }),
    ),
  );

  private beginsLambda(): boolean {
    return this.is(1, T.LambdaParen, T.LambdaBracket) || this.is(2, T.Arrow, T.StochasticArrow);
  }

  private conditional: Rule<Expr> = this.RULE('conditional', (): Expr => {
    const first = this.CONSUME(T.If);
    const condition = this.SUBRULE(this.expr);
    this.CONSUME(T.Then);
    const then = this.SUBRULE2(this.expr);
    this.CONSUME(T.Else);
    const otherwise = this.SUBRULE3(this.expr);
    return { kind: 'if', condition, then, else: otherwise, span: this.spanFrom(first) };
  });

  /** `x -> e`, `(s, a: A) ~> e`, `[x, v] -> e` */
  private lambda: Rule<Expr> = this.RULE('lambda', (): Expr => {
    const first = this.LA(1);
    const params = this.OR<readonly Parameter[]>({
      DEF: [
        { ALT: () => this.SUBRULE(this.parameters) },
        {
          ALT: () => {
            const pattern = this.SUBRULE(this.pattern);
            return [{ pattern, keyword: false, span: this.spanFrom(first) }];
          },
        },
      ],
      IGNORE_AMBIGUITIES: true,
    });
    const stochastic = this.SUBRULE(this.arrow);
    const body = this.SUBRULE(this.expr);
    return { kind: 'lambda', params, stochastic, body, span: this.spanFrom(first) };
  });

  /** `fold h = h0 over x in xs { ... }` */
  private foldOrScan: Rule<Expr> = this.RULE('foldOrScan', (): Expr => {
    const first = this.CONSUME(T.FoldOf);
    const state = this.SUBRULE(this.pattern);
    this.CONSUME(T.Assign);
    const init = this.SUBRULE(this.expr);
    this.CONSUME(T.Over);
    const { binders, conditions } = this.SUBRULE(this.binders);
    this.ACTION(() => {
      const [wrong] = conditions;
      if (wrong) this.report(report('L0132', wrong.span, {}));
    });
    const body = this.SUBRULE(this.block);
    const all = first.image === 'scan';
    const fold: FoldExpr = { kind: 'fold', all, state, init, binders, body, span: this.spanFrom(first) };
    return fold;
  });

  /** `log p(x | z)` */
  private density: Rule<Expr> = this.RULE('density', (): Expr => {
    const first = this.CONSUME(T.LogOf);
    const call = this.SUBRULE(this.postfix);
    return { kind: 'density', call, span: this.spanFrom(first) };
  });

  /** `q at every 200`, `f at decay 0.99`, `f at start` */
  private timed: Rule<Expr> = this.RULE('timed', (): Expr => {
    const first = this.LA(1);
    let expr = this.SUBRULE(this.postfix);
    this.OPTION({
      GATE: () => this.is(2, T.Every, T.Decay, T.Start),
      DEF: () => {
        this.CONSUME(T.At);
        let amount: Expr | undefined;
        const value = (): void => void (amount = this.SUBRULE(this.simple));
        const time = this.OR<AtExpr['time']>([
          { ALT: () => (this.CONSUME(T.Every), value(), 'every') },
          { ALT: () => (this.CONSUME(T.Decay), value(), 'decay') },
          { ALT: () => (this.CONSUME(T.Start), 'start') },
        ]);
        expr = { kind: 'at', object: expr, time, ...(amount && { amount }), span: this.spanFrom(first) };
      },
    });
    return expr;
  });

  protected simple: Rule<Expr> = this.RULE('simple', () =>
    this.OR([{ ALT: () => this.SUBRULE(this.literal) }, { ALT: () => this.SUBRULE(this.postfix) }]),
  );

  /** `{ statements }`: the last one is the value. */
  block: Rule<BlockExpr> = this.RULE('block', (): BlockExpr => {
    const open = this.CONSUME(T.LBrace);
    const statements = this.sequence(
      'statement',
      () => this.SUBRULE(this.statement),
      (span) => ({ kind: 'error' as const, span }),
    );
    this.CONSUME(T.RBrace);
    const span = this.spanFrom(open);
    this.ACTION(() => {
      const last = statements.at(-1);
      if (!last) this.report(report('L0120', span, { last: 'nothing' }));
      else if (last.kind !== 'expr' && last.kind !== 'error')
        this.report(report('L0120', last.span, { last: last.kind }));
    });
    return { kind: 'block', statements, span };
  });
}
