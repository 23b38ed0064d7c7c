/** Calls, indexes and fields behind a primary expression. */
import { report } from '../messages.ts';
import { T } from '../tokens.ts';
import type { Argument, CallExpr, Expr, IndexItem } from '../tree/expressions.ts';
import type { Rule } from './base.ts';
import { PrimaryRules } from './primary.ts';

/** How many calls and indexes may stand behind one another. */
const LONGEST = 200;

type Call = Pick<CallExpr, 'args' | 'form' | 'given' | 'semicolon'>;

export abstract class PostfixRules extends PrimaryRules {
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
}
