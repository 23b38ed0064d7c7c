/** Calls, indexes and fields behind a primary expression, and the primaries themselves. */
import { number, unquote } from '../build.ts';
import { report } from '../messages.ts';
import { canonicalWord, T } from '../tokens.ts';
import type { Argument, CallExpr, Expr, IndexItem, RecordExpr } from '../tree.ts';
import type { Binders } from './patterns.ts';
import type { Rule } from './base.ts';
import { OperatorRules } from './operators.ts';

/** How many calls and indexes may stand behind one another. */
const LONGEST = 200;

type Call = Pick<CallExpr, 'args' | 'form' | 'given' | 'semicolon'>;

export abstract class PostfixRules extends OperatorRules {
  postfix: Rule<Expr> = this.RULE('postfix', (): Expr => {
    const first = this.LA(1);
    let expr = this.SUBRULE(this.primary);
    let length = 0;
    const add = (make: () => Expr): void => this.ACTION(() => void (expr = make()));
    this.MANY(() => {
      if (++length > LONGEST) this.fail(report('L0130', this.spanOf(this.LA(1)), { deepest: LONGEST }));
      this.OR([
        {
          ALT: () => {
            const call = this.SUBRULE(this.call);
            add(() => ({ kind: 'call', callee: expr, ...call, span: this.spanFrom(first) }));
          },
        },
        {
          ALT: () => {
            const items = this.SUBRULE(this.index);
            add(() => ({ kind: 'index', object: expr, items, span: this.spanFrom(first) }));
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.Dot);
            const name = this.nameOf(this.CONSUME(T.Word));
            add(() => ({ kind: 'field', object: expr, name, span: this.spanFrom(first) }));
          },
        },
      ]);
    });
    return expr;
  });

  /** `(a, b; k = 3)`, `(x | z)`, `(q || p)` */
  private call: Rule<Call> = this.RULE('call', (): Call => {
    const open = this.CONSUME(T.LParen);
    const args: Argument[] = [];
    const given: Argument[] = [];
    let form: CallExpr['form'] = 'plain';
    let semicolon: number | undefined;
    this.inside(
      open,
      'call',
      () => {
        this.OPTION(() => this.SUBRULE(this.args, { ARGS: [args] }));
        this.OPTION2(() =>
          this.OR([
            {
              ALT: () => {
                this.CONSUME(T.Bar);
                form = 'given';
                this.SUBRULE2(this.args, { ARGS: [given] });
              },
            },
            {
              ALT: () => {
                const bars = this.CONSUME(T.Divides);
                form = 'divergence';
                if (args.length !== 1) this.report(report('L0131', this.spanOf(bars), {}));
                this.SUBRULE3(this.args, { ARGS: [args] });
              },
            },
          ]),
        );
        this.OPTION3(() => {
          this.CONSUME(T.Semicolon);
          semicolon = args.length;
          this.OPTION4(() => this.SUBRULE4(this.args, { ARGS: [args] }));
        });
      },
      () => undefined,
    );
    this.CONSUME(T.RParen);
    return { args, form, given, ...(semicolon !== undefined && semicolon < args.length && { semicolon }) };
  });

  private args: Rule<void, [Argument[]]> = this.RULE('args', (args: Argument[]) => {
    const add = (a: Argument): void => void args?.push(a);
    add(this.SUBRULE(this.argument));
    this.MANY(() => {
      this.comma();
      this.OPTION(() => add(this.SUBRULE2(this.argument)));
    });
  });

  private argument: Rule<Argument> = this.RULE('argument', (): Argument => {
    const first = this.LA(1);
    const name = this.OPTION({
      GATE: () => this.is(2, T.Assign),
      DEF: () => {
        const word = this.CONSUME(T.Word);
        this.CONSUME(T.Assign);
        return this.nameOf(word);
      },
    });
    const value = this.SUBRULE(this.expr);
    return { ...(name && { name }), value, span: this.spanFrom(first) };
  });

  /** `[i]`, `[1:3, :]`, `[10, bias = false]` */
  private index: Rule<IndexItem[]> = this.RULE('index', (): IndexItem[] => {
    const open = this.CONSUME(T.LBracket);
    const items: IndexItem[] = [];
    this.inside(
      open,
      'index',
      () => {
        items.push(this.SUBRULE(this.indexItem));
        this.MANY(() => {
          this.comma();
          this.OPTION(() => void items.push(this.SUBRULE2(this.indexItem)));
        });
      },
      () => undefined,
    );
    this.CONSUME(T.RBracket);
    return items;
  });

  private indexItem: Rule<IndexItem> = this.RULE('indexItem', (): IndexItem => {
    const first = this.LA(1);
    return this.OR<IndexItem>({
      DEF: [
        {
          GATE: () => this.is(2, T.Assign),
          ALT: () => {
            const name = this.nameOf(this.CONSUME(T.Word));
            this.CONSUME(T.Assign);
            return { kind: 'named', name, value: this.SUBRULE(this.expr), span: this.spanFrom(first) };
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.Colon);
            const to = this.OPTION(() => this.SUBRULE2(this.expr));
            return { kind: 'slice', ...(to && { to }), span: this.spanFrom(first) };
          },
        },
        {
          ALT: () => {
            const value = this.SUBRULE3(this.expr);
            let item: IndexItem | undefined;
            this.OPTION2(() => {
              this.CONSUME2(T.Colon);
              const to = this.OPTION3(() => this.SUBRULE4(this.expr));
              item = { kind: 'slice', from: value, ...(to && { to }), span: this.spanFrom(first) };
            });
            return item ?? { kind: 'at', value, span: this.spanFrom(first) };
          },
        },
      ],
      IGNORE_AMBIGUITIES: true,
    });
  });

  private primary: Rule<Expr> = this.RULE('primary', () =>
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
