/** What introduces names: patterns, binders, parameters. */
import { report } from '../messages.ts';
import { T } from '../tokens.ts';
import type { Expr } from '../tree/expressions.ts';
import type { Binder, Parameter, Pattern, StaticParameter } from '../tree/patterns.ts';
import type { SpaceExpr } from '../tree/spaces.ts';
import type { Rule } from './base.ts';
import { SpaceRules } from './spaces.ts';

export interface Binders {
  readonly binders: readonly Binder[];
  readonly conditions: readonly Expr[];
}

/** `((x: R))`: the space of a parameter is the parameter's, also where parentheses hold it to the name. */
const apart = (pattern: Pattern): { readonly pattern: Pattern; readonly inside?: SpaceExpr } => {
  if (pattern.kind !== 'name' || !pattern.space) return { pattern };
  const { kind, name, space, span } = pattern;
  return { pattern: { kind, name, span: { ...span, end: span.start + name.length } }, inside: space };
};

export abstract class PatternRules extends SpaceRules {
  /** `x`, `_`, `(a, b)`, `[x, v]`; `(a)` is `a`. */
  protected pattern: Rule<Pattern> = this.RULE('pattern', () =>
    this.nested(() => {
      const first = this.LA(1);
      const items: Pattern[] = [];
      return this.OR<Pattern>([
        {
          ALT: () => {
            const { text, span } = this.nameOf(this.CONSUME(T.Word));
            return text === '_' ? { kind: 'wildcard', span } : { kind: 'name', name: text, span };
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.LParen);
            this.SUBRULE(this.patternList, { ARGS: [items] });
            this.CONSUME(T.RParen);
            return items.length === 1 ? items[0]! : { kind: 'tuple', items, span: this.spanFrom(first) };
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.LBracket);
            this.SUBRULE2(this.patternList, { ARGS: [items] });
            this.CONSUME(T.RBracket);
            return { kind: 'array', items, span: this.spanFrom(first) };
          },
        },
      ]);
    }),
  );

  private patternList: Rule<void, [Pattern[]]> = this.RULE('patternList', (items: Pattern[]) => {
    const add = (item: Pattern): void => void items?.push(item);
    this.OPTION(() => {
      add(this.SUBRULE(this.patternItem));
      this.MANY(() => {
        this.comma();
        this.OPTION2(() => add(this.SUBRULE2(this.patternItem)));
      });
    });
  });

  private patternItem: Rule<Pattern> = this.RULE('patternItem', (): Pattern => {
    const first = this.LA(1);
    let item = this.SUBRULE(this.pattern);
    this.OPTION({
      GATE: () => item.kind === 'name',
      DEF: () => {
        this.CONSUME(T.Colon);
        const space = this.SUBRULE(this.space);
        item = { ...item, space, span: this.spanFrom(first) } as Pattern;
      },
    });
    return item;
  });

  /** `x in xs`, `i < n`, `x, x' ~ P` */
  protected binder: Rule<Binder> = this.RULE('binder', (): Binder => {
    const first = this.LA(1);
    const targets: Pattern[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => void targets.push(this.SUBRULE(this.pattern)) });
    const relation = this.OR<Binder['relation']>([
      { ALT: () => (this.CONSUME(T.In), 'in') },
      { ALT: () => (this.CONSUME(T.Tilde), '~') },
      { ALT: () => (this.CONSUME(T.Less), '<') },
      {
        ALT: () => {
          const span = this.spanOf(this.CONSUME(T.Assign));
          const fixes = [{ title: 'Write `~`', span, replacement: '~' }];
          this.report(report('L0107', span, {}, { fixes }));
          return '~';
        },
      },
    ]);
    const source = this.SUBRULE(this.operators);
    return { targets, relation, source, span: this.spanFrom(first) };
  });

  /** Binders separated by commas; `if c` may stand behind any of them. */
  protected binders: Rule<Binders> = this.RULE('binders', (): Binders => {
    const binders: Binder[] = [this.SUBRULE(this.binder)];
    const conditions: Expr[] = [];
    this.MANY(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(T.Comma);
            binders.push(this.SUBRULE2(this.binder));
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.If);
            conditions.push(this.SUBRULE(this.operators));
          },
        },
      ]),
    );
    return { binders, conditions };
  });

  /** What stands in the parentheses of a `def`, `model` or lambda; behind `;` by name only. */
  protected parameters: Rule<Parameter[]> = this.RULE('parameters', (): Parameter[] => {
    const open = this.CONSUME(T.LParen);
    const items: Parameter[] = [];
    this.inside(
      open,
      'parameters',
      () => {
        this.OPTION(() => this.SUBRULE(this.parameterList, { ARGS: [items, false] }));
        this.OPTION2(() => {
          this.CONSUME(T.Semicolon);
          this.OPTION3(() => this.SUBRULE2(this.parameterList, { ARGS: [items, true] }));
        });
      },
      () => undefined,
    );
    this.CONSUME(T.RParen);
    return items;
  });

  private parameterList: Rule<void, [Parameter[], boolean]> = this.RULE(
    'parameterList',
    (items: Parameter[], keyword: boolean) => {
      const add = (item: Parameter): void => void items?.push(item);
      add(this.SUBRULE(this.parameter, { ARGS: [keyword] }));
      this.MANY(() => {
        this.comma();
        this.OPTION(() => add(this.SUBRULE2(this.parameter, { ARGS: [keyword] })));
      });
    },
  );

  private parameter: Rule<Parameter, [boolean]> = this.RULE('parameter', (keyword: boolean) => {
    const first = this.LA(1);
    const { pattern, inside } = apart(this.SUBRULE(this.pattern));
    const behind = this.OPTION(() => {
      this.CONSUME(T.Colon);
      return this.SUBRULE(this.space);
    });
    const space = behind ?? inside;
    const value = this.OPTION2(() => {
      this.CONSUME(T.Assign);
      return this.SUBRULE(this.expr);
    });
    return {
      pattern,
      ...(space && { space }),
      ...(value && { default: value }),
      keyword,
      span: this.spanFrom(first),
    };
  });

  /** `[n, K = 10, h: X -> Y]` behind the name of a `def` or `model` */
  protected statics: Rule<StaticParameter[]> = this.RULE('statics', (): StaticParameter[] => {
    const open = this.CONSUME(T.LBracket);
    const items: StaticParameter[] = [];
    this.inside(
      open,
      'statics',
      () =>
        this.OPTION(() => {
          items.push(this.SUBRULE(this.staticParameter));
          this.MANY(() => {
            this.comma();
            this.OPTION2(() => void items.push(this.SUBRULE2(this.staticParameter)));
          });
        }),
      () => undefined,
    );
    this.CONSUME(T.RBracket);
    return items;
  });

  private staticParameter: Rule<StaticParameter> = this.RULE('staticParameter', (): StaticParameter => {
    const first = this.LA(1);
    const name = this.nameOf(this.CONSUME(T.Word));
    const space = this.OPTION(() => {
      this.CONSUME(T.Colon);
      return this.SUBRULE(this.space);
    });
    const value = this.OPTION2(() => {
      this.CONSUME(T.Assign);
      return this.SUBRULE(this.expr);
    });
    return { name, ...(space && { space }), ...(value && { default: value }), span: this.spanFrom(first) };
  });
}
