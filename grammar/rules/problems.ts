/** `minimize ... over ... subject to ... on ... by ...`: players, and which clause is whose. */
import { endOf } from '../lex.ts';
import { report } from '../messages.ts';
import { T } from '../tokens.ts';
import type { Condition, Over, Player, ProblemExpr } from '../tree/problems.ts';
import type { Rule } from './base.ts';
import { ClauseRules, type Mutable } from './clauses.ts';

type Sense = Player['sense'];
type Clauses = Mutable<Omit<ProblemExpr, 'kind' | 'span' | 'players' | 'conditions'>>;

export abstract class ProblemRules extends ClauseRules {
  problem: Rule<ProblemExpr> = this.RULE('problem', (): ProblemExpr => {
    const first = this.LA(1);
    const players: Mutable<Player>[] = [this.SUBRULE(this.player)];
    const conditions: Condition[] = [];
    const whole: Clauses = { by: [] };
    /** Has a clause of the whole problem come since the last player began? */
    let begun = false;
    const player = (): Mutable<Player> => players[players.length - 1]!;
    const clause = (key: keyof Clauses, run: () => void): void => {
      const word = this.LA(1);
      const twice = key === 'by' ? whole.by.length > 0 : whole[key] !== undefined;
      if (twice) this.report(report('L0117', this.spanOf(word), { word: word.image }));
      run();
      begun = true;
    };
    /** A clause of the player: `where`, `every`, and `by` before any clause of the whole. */
    const own = (key: 'where' | 'by' | 'every', run: (p: Mutable<Player>) => void): void => {
      const word = this.LA(1);
      const there = player()?.[key];
      const twice = Array.isArray(there) ? there.length > 0 : there !== undefined;
      if (twice) this.report(report('L0117', this.spanOf(word), { word: word.image }));
      run(player());
      this.ACTION(() => {
        if (!begun) player().span = { ...player().span, end: endOf(this.LA(0)) };
      });
    };
    this.MANY({
      GATE: () => !this.is(1, T.And) || this.is(2, T.Minimize, T.Maximize, T.ArgProblem),
      DEF: () =>
        this.OR([
          {
            ALT: () => {
              this.CONSUME(T.And);
              players.push(this.SUBRULE2(this.player));
              begun = false;
            },
          },
          { ALT: () => own('where', (p) => this.SUBRULE(this.where, { ARGS: [p] })) },
          {
            ALT: () =>
              own('every', (p) => {
                this.CONSUME(T.Every);
                const every = this.SUBRULE(this.operators);
                this.SUBRULE(this.stepsUnit);
                this.ACTION(() => void (p.every = every));
              }),
          },
          {
            GATE: () => !begun,
            ALT: () =>
              own('by', (p) => {
                const by = this.SUBRULE(this.by);
                this.ACTION(() => void (p.by = by));
              }),
          },
          { ALT: () => clause('by', () => void (whole.by = this.SUBRULE2(this.by))) },
          {
            ALT: () => {
              this.SUBRULE(this.subject, { ARGS: [conditions] });
              begun = true;
            },
          },
          {
            ALT: () =>
              clause('on', () => {
                this.CONSUME(T.On);
                whole.on = this.SUBRULE2(this.operators);
              }),
          },
          {
            ALT: () =>
              clause('duration', () => {
                this.CONSUME(T.For);
                whole.duration = this.SUBRULE(this.duration);
              }),
          },
          {
            ALT: () =>
              clause('batch', () => {
                this.CONSUME(T.Batch);
                whole.batch = this.SUBRULE3(this.operators);
              }),
          },
          {
            ALT: () =>
              clause('seed', () => {
                this.CONSUME(T.Seed);
                whole.seed = this.SUBRULE4(this.operators);
              }),
          },
          {
            ALT: () =>
              clause('seeds', () => {
                this.CONSUME(T.Seeds);
                whole.seeds = this.SUBRULE5(this.operators);
              }),
          },
        ]),
    });
    return this.ACTION(() => {
      const others = players.slice(0, -1);
      // A `by` right behind the last player is the whole problem's, unless the others have their own.
      if (whole.by.length === 0 && others.every((p) => p.by.length === 0)) {
        whole.by = player().by;
        player().by = [];
      } else if (others.length === 0 && player().by.length > 0) {
        this.report(report('L0117', whole.by[0]!.span, { word: 'by' }));
      }
      return { kind: 'problem', players, conditions, ...whole, span: this.spanFrom(first) };
    });
  });

  private player: Rule<Player> = this.RULE('player', (): Player => {
    const first = this.LA(1);
    const sense = this.OR<Sense>([
      { ALT: () => (this.CONSUME(T.Minimize), 'minimize') },
      { ALT: () => (this.CONSUME(T.Maximize), 'maximize') },
      { ALT: () => this.CONSUME(T.ArgProblem).image as Sense },
    ]);
    const objective = this.SUBRULE(this.expr);
    const over: Over[] = [];
    this.OPTION(() => {
      this.CONSUME(T.Over);
      over.push(this.SUBRULE(this.over));
      this.MANY({
        GATE: () => this.anotherItem(),
        DEF: () => {
          this.CONSUME(T.Comma);
          over.push(this.SUBRULE2(this.over));
        },
      });
    });
    if (over.length === 0 && !this.RECORDING_PHASE) {
      if (!this.endsPlayer()) this.unexpected('player');
      const end = endOf(this.LA(0));
      this.report(report('L0108', { file: this.file, start: first.startOffset, end }, { sense }));
    }
    return { sense, objective, over, where: [], by: [], span: this.spanFrom(first) };
  });

  /** What may follow a player whose `over` was forgotten. */
  private endsPlayer(): boolean {
    const clauses = [T.Where, T.By, T.Every, T.Subject, T.On, T.For, T.Batch, T.Seed, T.Seeds];
    const token = this.LA(1).tokenType;
    return clauses.includes(token) || this.continuesProblem() || this.closes();
  }

  private closes(): boolean {
    return this.is(1, T.End, T.RBrace, T.RParen, T.RBracket, T.Comma) || this.LA(1).image === '';
  }
}
