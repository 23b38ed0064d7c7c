/** Primary expressions: names, tuples, records, arrays and comprehensions, literals. */
import { number, unquote } from '../build.ts';
import { canonicalWord, T } from '../tokens.ts';
import type { Expr, RecordExpr } from '../tree/expressions.ts';
import type { Rule } from './base.ts';
import { OperatorRules } from './operators.ts';
import type { Binders } from './patterns.ts';

export abstract class PrimaryRules extends OperatorRules {
  protected primary: Rule<Expr> = this.RULE('primary', () =>
    this.OR<Expr>({
      DEF: [
        { ALT: () => this.SUBRULE(this.record) },
        { GATE: () => this.is(1, T.RecordSpaceParen), ALT: () => this.SUBRULE(this.recordSpace) },
        { ALT: () => this.SUBRULE(this.round) },
        { ALT: () => this.SUBRULE(this.square) },
        {
          ALT: () => {
            const first = this.CONSUME(T.DistOf);
            const body = this.SUBRULE(this.block);
            return { kind: 'dist', body, span: this.spanFrom(first) };
          },
        },
        {
          ALT: () => {
            const word = this.CONSUME(T.Word);
            return { kind: 'name', name: canonicalWord(word.image), span: this.spanOf(word) };
          },
        },
      ],
      IGNORE_AMBIGUITIES: true,
    }),
  );

  /** `(s = 1, a = 2)` */
  private record: Rule<Expr> = this.RULE('record', (): Expr => {
    const open = this.CONSUME(T.RecordParen);
    const fields: RecordExpr['fields'][number][] = [];
    const field = (): void => {
      const name = this.nameOf(this.CONSUME(T.Word));
      this.CONSUME(T.Assign);
      fields.push({ name, value: this.SUBRULE(this.expr) });
    };
    this.inside(
      open,
      'record',
      () => {
        this.MANY_SEP({ SEP: T.Comma, DEF: field });
        this.OPTION(() => void this.CONSUME(T.Comma));
      },
      () => undefined,
    );
    this.CONSUME(T.RParen);
    return { kind: 'record', fields, span: this.spanFrom(open) };
  });

  /** `(x: X, y: Y)` where an expression stands */
  private recordSpace: Rule<Expr> = this.RULE('recordSpace', (): Expr => {
    const first = this.LA(1);
    const space = this.SUBRULE(this.space);
    return { kind: 'space', space, span: this.spanFrom(first) };
  });

  /** `()`, `(e)`, `(a, b)` */
  private round: Rule<Expr> = this.RULE('round', (): Expr => {
    const open = this.CONSUME(T.LParen);
    const items: Expr[] = [];
    const wrong: boolean = this.inside(
      open,
      'round',
      () => {
        this.OPTION(() => {
          items.push(this.SUBRULE(this.expr));
          this.MANY(() => {
            this.comma();
            this.OPTION2(() => void items.push(this.SUBRULE2(this.expr)));
          });
        });
        return false;
      },
      () => true,
    );
    this.CONSUME(T.RParen);
    const span = this.spanFrom(open);
    if (wrong) return { kind: 'error', span };
    return items.length === 1 ? items[0]! : { kind: 'tuple', items, span };
  });

  /** `[1, 2]`, `[e for x in xs if c]` */
  private square: Rule<Expr> = this.RULE('square', (): Expr => {
    const open = this.CONSUME(T.LBracket);
    const items: Expr[] = [];
    let found: Binders | undefined;
    const wrong: boolean = this.inside(
      open,
      'square',
      () => {
        this.OPTION(() => {
          items.push(this.SUBRULE(this.expr));
          this.OR([
            {
              ALT: () =>
                this.AT_LEAST_ONE(() => {
                  this.CONSUME(T.ForEach);
                  const more = this.SUBRULE(this.binders);
                  this.ACTION(() => {
                    const binders = [...(found?.binders ?? []), ...more.binders];
                    found = { binders, conditions: [...(found?.conditions ?? []), ...more.conditions] };
                  });
                }),
            },
            {
              ALT: () =>
                this.MANY(() => {
                  this.comma();
                  this.OPTION2(() => void items.push(this.SUBRULE2(this.expr)));
                }),
            },
          ]);
        });
        return false;
      },
      () => true,
    );
    this.CONSUME(T.RBracket);
    const span = this.spanFrom(open);
    if (wrong) return { kind: 'error', span };
    return found
      ? { kind: 'comprehension', body: items[0]!, ...(found as Binders), span }
      : { kind: 'array', items, span };
  });

  protected literal: Rule<Expr> = this.RULE('literal', (): Expr => {
    const span = this.spanOf(this.LA(1));
    return this.OR<Expr>([
      {
        ALT: () => {
          const token = this.CONSUME(T.Number);
          return { kind: 'number', value: number(token), text: token.image, span };
        },
      },
      { ALT: () => ({ kind: 'string', value: unquote(this.CONSUME(T.Text).image), span }) },
      { ALT: () => (this.CONSUME(T.True), { kind: 'boolean', value: true, span }) },
      { ALT: () => (this.CONSUME(T.False), { kind: 'boolean', value: false, span }) },
    ]);
  });
}
