/** The bodies of paradigms: who gets which data when. */
import { T } from '../tokens.ts';
import type { Expr } from '../tree/expressions.ts';
import type { Duration } from '../tree/problems.ts';
import type { ProtocolStatement } from '../tree/protocols.ts';
import type { AssignStatement, Statement } from '../tree/statements.ts';
import type { Rule } from './base.ts';
import { StatementRules } from './statements.ts';

export abstract class ProtocolRules extends StatementRules {
  protected protocol: Rule<readonly ProtocolStatement[]> = this.RULE('protocol', (): readonly ProtocolStatement[] => {
    this.CONSUME(T.LBrace);
    const body = this.sequence(
      'protocolStatement',
      () => this.SUBRULE(this.protocolStatement),
      (span) => ({ kind: 'error' as const, span }),
    );
    this.CONSUME(T.RBrace);
    return body;
  });

  private protocolStatement: Rule<ProtocolStatement> = this.RULE('protocolStatement', (): ProtocolStatement => {
    const first = this.LA(1);
    const span = (): ProtocolStatement['span'] => this.spanFrom(first);
    return this.OR<ProtocolStatement>({
      DEF: [
        {
          GATE: () => this.is(1, T.PatternParen, T.PatternBracket) || this.is(2, T.Assign, T.Colon),
          ALT: () => this.SUBRULE(this.binding) as Statement as AssignStatement,
        },
        {
          ALT: () => {
            this.CONSUME(T.ForEach);
            const { binders, conditions } = this.SUBRULE(this.binders);
            return { kind: 'for', binders, conditions, body: this.SUBRULE2(this.protocol), span: span() };
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.If);
            const condition = this.SUBRULE(this.expr);
            const then = this.SUBRULE3(this.protocol);
            const otherwise = this.OPTION(() => {
              this.CONSUME(T.Else);
              return this.SUBRULE4(this.protocol);
            });
            return { kind: 'if-protocol', condition, then, else: otherwise ?? [], span: span() };
          },
        },
        { ALT: () => this.SUBRULE(this.train) },
        { ALT: () => this.SUBRULE(this.evaluate) },
        { ALT: () => (this.CONSUME(T.Restart), { kind: 'restart', span: span() }) },
        {
          ALT: () => {
            this.CONSUME(T.Repeat);
            return { kind: 'repeat', body: this.SUBRULE5(this.protocol), span: span() };
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.Every);
            const duration = this.SUBRULE(this.duration);
            return { kind: 'every', duration, body: this.SUBRULE6(this.protocol), span: span() };
          },
        },
        { ALT: () => this.SUBRULE(this.buffer) },
        { ALT: () => this.SUBRULE(this.collect) },
      ],
      IGNORE_AMBIGUITIES: true,
    });
  });

  /** `train on D for 1 steps` */
  private train: Rule<ProtocolStatement> = this.RULE('train', (): ProtocolStatement => {
    const first = this.CONSUME(T.Train);
    this.CONSUME(T.On);
    const data = this.SUBRULE(this.operators);
    let duration: Duration | undefined;
    this.OPTION(() => {
      this.CONSUME(T.For);
      duration = this.SUBRULE(this.duration);
    });
    return { kind: 'train', data, ...(duration && { duration }), span: this.spanFrom(first) };
  });

  /** `eval on D as name` */
  private evaluate: Rule<ProtocolStatement> = this.RULE('evaluate', (): ProtocolStatement => {
    const first = this.CONSUME(T.Eval);
    this.CONSUME(T.On);
    const data = this.SUBRULE(this.operators);
    let as: Expr | undefined;
    this.OPTION(() => {
      this.CONSUME(T.As);
      as = this.SUBRULE2(this.operators);
    });
    return { kind: 'eval', data, ...(as && { as }), span: this.spanFrom(first) };
  });

  /** `buffer B[capacity]` */
  private buffer: Rule<ProtocolStatement> = this.RULE('buffer', (): ProtocolStatement => {
    const first = this.CONSUME(T.Buffer);
    const name = this.nameOf(this.CONSUME(T.Word));
    this.CONSUME(T.LBracket);
    const capacity = this.SUBRULE(this.expr);
    this.CONSUME(T.RBracket);
    return { kind: 'buffer', name, capacity, span: this.spanFrom(first) };
  });

  /** `collect 1 from rollout(env, policy) into B` */
  private collect: Rule<ProtocolStatement> = this.RULE('collect', (): ProtocolStatement => {
    const first = this.CONSUME(T.Collect);
    const count = this.SUBRULE(this.operators);
    this.CONSUME(T.From);
    const from = this.SUBRULE2(this.operators);
    this.CONSUME(T.Into);
    const into = this.SUBRULE3(this.operators);
    return { kind: 'collect', count, from, into, span: this.spanFrom(first) };
  });
}
