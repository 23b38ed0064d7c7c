/** The clauses of problems: `over`, `where`, `by`, `subject to`, and durations. */
import { compared, conjuncts } from '../conditions.ts';
import { endOf } from '../lex.ts';
import { report } from '../messages.ts';
import { T } from '../tokens.ts';
import type { Span } from '../span.ts';
import type { Expr } from '../tree/expressions.ts';
import type { Condition, Duration, Over, Player } from '../tree/problems.ts';
import type { Rule } from './base.ts';
import { ExpressionRules } from './expressions.ts';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export abstract class ClauseRules extends ExpressionRules {
  /** A comma goes on with this clause, unless a named argument of a call around it follows. */
  protected anotherItem(): boolean {
    return this.isWord(2) && !this.is(3, T.Assign);
  }

  /** `f in M`, `M`, `g in M from f`, `f in M tuning lora[4]` */
  protected over: Rule<Over> = this.RULE('over', (): Over => {
    const first = this.LA(1);
    const name = this.OPTION({
      GATE: () => this.is(2, T.In, T.Assign, T.Tilde, T.Colon),
      DEF: () => {
        const word = this.CONSUME(T.Word);
        this.OR([
          { ALT: () => void this.CONSUME(T.In) },
          { ALT: () => this.notIn(this.spanOf(this.CONSUME(T.Assign))) },
          { ALT: () => this.notIn(this.spanOf(this.CONSUME(T.Tilde))) },
          { ALT: () => this.notIn(this.spanOf(this.CONSUME(T.Colon))) },
        ]);
        return this.nameOf(word);
      },
    });
    const domain = this.SUBRULE(this.expr);
    const from = this.OPTION2(() => {
      this.CONSUME(T.From);
      return this.SUBRULE2(this.expr);
    });
    const tuning = this.OPTION3(() => {
      this.CONSUME(T.Tuning);
      return this.SUBRULE3(this.expr);
    });
    return {
      ...(name && { name }),
      domain,
      ...(from && { from }),
      ...(tuning && { tuning }),
      span: this.spanFrom(first),
    };
  });

  protected notIn(span: Span): void {
    if (this.RECORDING_PHASE) return;
    const written = this.text.slice(span.start, span.end);
    const fixes = [{ title: 'Write `in`', span, replacement: written === ':' ? ' in' : 'in' }];
    this.report(report('L0136', span, { written }, { fixes }));
  }

  protected where: Rule<void, [Mutable<Player>]> = this.RULE('where', (player: Mutable<Player>) => {
    this.CONSUME(T.Where);
    const items: Player['where'][number][] = [];
    const name = this.nameOf(this.CONSUME(T.Word));
    this.CONSUME(T.Assign);
    items.push({ name, value: this.SUBRULE(this.expr) });
    this.MANY({
      GATE: () => this.isWord(2) && this.is(3, T.Assign),
      DEF: () => {
        this.CONSUME(T.Comma);
        const name = this.nameOf(this.CONSUME2(T.Word));
        this.CONSUME2(T.Assign);
        items.push({ name, value: this.SUBRULE2(this.expr) });
      },
    });
    this.ACTION(() => void (player.where = [...player.where, ...items]));
  });

  protected by: Rule<Expr[]> = this.RULE('by', (): Expr[] => {
    this.CONSUME(T.By);
    const items = [this.SUBRULE(this.operators)];
    this.MANY({
      GATE: () => this.anotherItem(),
      DEF: () => {
        this.CONSUME(T.Comma);
        items.push(this.SUBRULE2(this.operators));
      },
    });
    return items;
  });

  protected subject: Rule<void, [Condition[]]> = this.RULE('subject', (conditions: Condition[]) => {
    const add = (more: readonly Condition[]): void => this.ACTION(() => void conditions.push(...more));
    const word = this.CONSUME(T.Subject);
    if (this.is(1, T.To)) this.CONSUME(T.To);
    else if (!this.RECORDING_PHASE) {
      const at = endOf(word);
      const fixes = [
        { title: 'Write `subject to`', span: { file: this.file, start: at, end: at }, replacement: ' to' },
      ];
      this.report(report('L0118', this.spanOf(word), {}, { fixes }));
    }
    add(this.SUBRULE(this.condition));
    this.MANY({
      GATE: () => (this.is(1, T.And) ? this.is(2, T.Eval) : !this.is(3, T.Assign)),
      DEF: () => {
        this.OR([{ ALT: () => void this.CONSUME(T.Comma) }, { ALT: () => void this.CONSUME(T.And) }]);
        add(this.SUBRULE2(this.condition));
      },
    });
  });

  /** `eval E as name >= c`, or a constraint; `a <= 1 and b <= 2` are two. */
  protected condition: Rule<readonly Condition[]> = this.RULE('condition', (): readonly Condition[] => {
    const first = this.LA(1);
    let evaluated = false;
    this.OPTION({
      GATE: () => this.beginsEvaluation(),
      DEF: () => {
        this.CONSUME(T.Eval);
        evaluated = true;
      },
    });
    const start = this.LA(1);
    const value = this.SUBRULE(this.operators);
    const parsed = (): Condition[] =>
      (evaluated ? [value] : conjuncts(value, start.startOffset)).map((e, i) => {
        const parts = compared(e, i === 0 ? start.startOffset : e.span.start);
        return { evaluated, ...parts, span: evaluated ? this.spanFrom(first) : e.span };
      });
    let result = this.ACTION(parsed);
    this.OPTION2(() => {
      this.CONSUME(T.As);
      const as = this.SUBRULE(this.simple);
      let compare: Condition['compare'];
      this.OPTION3(() => {
        const op = this.OR<NonNullable<Condition['compare']>['op']>([
          { ALT: () => (this.CONSUME(T.LessEqual), '<=') },
          { ALT: () => (this.CONSUME(T.GreaterEqual), '>=') },
          { ALT: () => (this.CONSUME(T.Less), '<') },
          { ALT: () => (this.CONSUME(T.Greater), '>') },
          { ALT: () => (this.CONSUME(T.Equal), '==') },
        ]);
        compare = { op, bound: this.SUBRULE2(this.operators) };
      });
      this.ACTION(() => {
        const parts = compare ? { value, compare } : compared(value, start.startOffset);
        result = [{ evaluated, ...parts, as, span: this.spanFrom(first) }];
      });
    });
    return result;
  });

  /** `eval` before an operand, not a name that happens to be `eval`. */
  protected beginsEvaluation(): boolean {
    const next = this.LA(2).tokenType;
    if (next === T.Minus || next === T.Not) return true;
    const operator = next.CATEGORIES?.includes(T.Operator) ?? false;
    return !operator && ![T.Dot, T.Comma, T.End, T.RBrace].includes(next);
  }

  /** `5 epochs`, `300 steps` */
  protected duration: Rule<Duration> = this.RULE('duration', (): Duration => {
    const first = this.LA(1);
    const count = this.SUBRULE(this.operators);
    let unit: Duration['unit'] | undefined;
    this.OPTION(() =>
      this.OR([
        { ALT: () => void (this.CONSUME(T.Steps), (unit = 'steps')) },
        { ALT: () => void (this.CONSUME(T.Step), (unit = 'steps')) },
        { ALT: () => void (this.CONSUME(T.Epochs), (unit = 'epochs')) },
        { ALT: () => void (this.CONSUME(T.Epoch), (unit = 'epochs')) },
      ]),
    );
    const span = this.spanFrom(first);
    if (!unit) this.report(report('L0116', span, {}));
    return { count, unit: unit ?? 'steps', span };
  });

  /** `steps` behind `every K`: a player counts in nothing else. */
  protected stepsUnit: Rule<void> = this.RULE('stepsUnit', (): void => {
    const found = this.OPTION(() =>
      this.OR([{ ALT: () => this.CONSUME(T.Steps) }, { ALT: () => this.CONSUME(T.Step) }]),
    );
    if (!found) this.report(report('L0116', this.spanOf(this.LA(0)), {}));
  });
}
