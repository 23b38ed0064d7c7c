/** Operators: a flat list of operands, infix and prefix operators, which `build.ts` folds by precedence. */
import { fold, type Item } from '../build.ts';
import { report } from '../messages.ts';
import { canonicalBig, operatorOf, T } from '../tokens.ts';
import type { BigExpr, BigOp, Expr } from '../tree/expressions.ts';
import type { Rule } from './base.ts';
import { PatternRules } from './patterns.ts';

/** How many operators one chain may have; longer ones are trees too deep to walk. */
const LONGEST = 500;

type Head = Omit<BigExpr, 'body' | 'span'>;

export abstract class OperatorRules extends PatternRules {
  protected abstract operand: Rule<Expr>;

  operators: Rule<Expr> = this.RULE('operators', (): Expr => {
    const items: Item[] = [];
    this.SUBRULE(this.prefixed, { ARGS: [items] });
    this.MANY({
      GATE: () => !this.continuesProblem(),
      DEF: () => {
        const token = this.CONSUME(T.Operator);
        const span = this.spanOf(token);
        if (items.length > 2 * LONGEST) this.fail(report('L0130', span, { deepest: LONGEST }));
        this.ACTION(() => void items.push({ kind: 'infix', op: operatorOf(token.tokenType), span }));
        this.SUBRULE2(this.prefixed, { ARGS: [items] });
      },
    });
    return this.ACTION(() => fold(items, (span) => this.report(report('L0115', span, {}))));
  });

  /** `and minimize`, `and eval`: the next player or condition, not an operator. */
  protected continuesProblem(): boolean {
    return this.is(1, T.And) && this.is(2, T.Minimize, T.Maximize, T.ArgProblem, T.Eval);
  }

  /** Prefix operators and the operand behind them, appended to `items`. */
  private prefixed: Rule<void, [Item[]]> = this.RULE('prefixed', (items: Item[]) => {
    const add = (item: Item): void => this.ACTION(() => void items.push(item));
    this.MANY({
      GATE: () => !this.is(1, T.LogOf) || this.is(2, T.Big),
      DEF: () => {
        if (!this.RECORDING_PHASE && items.length > 2 * LONGEST)
          this.fail(report('L0130', this.spanOf(this.LA(1)), { deepest: LONGEST }));
        this.OR([
          { ALT: () => add({ kind: 'prefix', op: '-', span: this.spanOf(this.CONSUME(T.Minus)) }) },
          { ALT: () => add({ kind: 'prefix', op: 'not', span: this.spanOf(this.CONSUME(T.Not)) }) },
          { ALT: () => add({ kind: 'log', span: this.spanOf(this.CONSUME(T.LogOf)) }) },
          {
            ALT: () => {
              const first = this.LA(1);
              const head = this.SUBRULE(this.bigHead);
              add({ kind: 'big', head, span: this.spanFrom(first) });
            },
          },
        ]);
      },
    });
    const first = this.LA(1);
    const expr = this.SUBRULE(this.operand);
    add({ kind: 'operand', expr, span: this.spanFrom(first) });
  });

  /** `E[x ~ P, y in ys if c; samples = 8]`, `grad[x]` */
  private bigHead: Rule<Head> = this.RULE('bigHead', (): Head => {
    const op = canonicalBig(this.CONSUME(T.Big).image) as BigOp;
    const open = this.CONSUME(T.LBracket);
    const targets: Expr[] = [];
    let found: Pick<Head, 'binders' | 'conditions'> = { binders: [], conditions: [] };
    const options: Head['options'][number][] = [];
    this.inside(
      open,
      'binders',
      () => {
        this.OR({
          DEF: [
            {
              GATE: () => op === 'grad',
              ALT: () => this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => void targets.push(this.SUBRULE(this.expr)) }),
            },
            { ALT: () => void (found = this.SUBRULE(this.binders)) },
          ],
          IGNORE_AMBIGUITIES: true,
        });
        this.OPTION(() => {
          this.CONSUME(T.Semicolon);
          this.AT_LEAST_ONE_SEP2({
            SEP: T.Comma,
            DEF: () => {
              const name = this.nameOf(this.CONSUME(T.Word));
              this.CONSUME(T.Assign);
              options.push({ name, value: this.SUBRULE2(this.expr) });
            },
          });
        });
      },
      () => undefined,
    );
    this.CONSUME(T.RBracket);
    return { kind: 'big', op, ...found, targets, options };
  });
}
