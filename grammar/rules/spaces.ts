/** Spaces, as they stand behind `:` and behind the arrow of a result. */
import type { TokenType } from 'chevrotain';
import { report } from '../messages.ts';
import { argumentOf, asArgument, isCapital, spaceOf } from '../spaces.ts';
import { T } from '../tokens.ts';
import type { Expr } from '../tree/expressions.ts';
import type { Name } from '../tree/node.ts';
import type { SpaceArgument, SpaceExpr } from '../tree/spaces.ts';
import { BaseRules, type Rule } from './base.ts';

/** What may stand between names in a space, sizes apart. */
const opensOrSeparates = (type: TokenType): boolean =>
  [T.Comma, T.Colon, T.LParen, T.LBracket, T.RParen, T.RBracket].some(
    (t) => t === type || (type.CATEGORIES?.includes(t) ?? false),
  );

type Field = { readonly name: Name; readonly space: SpaceExpr };

export abstract class SpaceRules extends BaseRules {
  /** `X`, `X -> Y`, `X ~> Y`; arrows associate to the right. */
  space: Rule<SpaceExpr> = this.RULE('space', () =>
    this.nested((): SpaceExpr => {
      const first = this.LA(1);
      const from = this.SUBRULE(this.spaceAtom);
      let result = from;
      this.OPTION(() => {
        const stochastic = this.SUBRULE(this.arrow);
        const to = this.SUBRULE(this.space);
        result = { kind: 'function', from, to, stochastic, span: this.spanFrom(first) };
      });
      return result;
    }),
  );

  /** `->` or `~>`: is it stochastic? */
  protected arrow: Rule<boolean> = this.RULE('arrow', () =>
    this.OR([{ ALT: () => (this.CONSUME(T.Arrow), false) }, { ALT: () => (this.CONSUME(T.StochasticArrow), true) }]),
  );

  private spaceAtom: Rule<SpaceExpr> = this.RULE('spaceAtom', (): SpaceExpr => {
    const first = this.LA(1);
    let atom: SpaceExpr | undefined;
    this.OR([
      { ALT: () => void (atom = this.SUBRULE(this.namedSpace)) },
      { ALT: () => void (atom = this.SUBRULE(this.roundSpace)) },
      { ALT: () => void (atom = this.SUBRULE(this.dataSpace)) },
    ]);
    this.MANY(() => {
      const dims = this.SUBRULE(this.spaceArguments);
      this.ACTION(() => {
        const element = atom!;
        const values = dims.flatMap((d) => (d.kind === 'dimension' ? [d.value] : []));
        for (const d of dims)
          if (d.kind === 'space') this.report(report('L0129', d.space.span, { wanted: 'a number' }));
        atom = { kind: 'array', element, dims: values, span: this.spanFrom(first) };
      });
    });
    return atom!;
  });

  /** `R[28, 28]`, `Class[10][28, 28]` */
  private namedSpace: Rule<SpaceExpr> = this.RULE('namedSpace', (): SpaceExpr => {
    const first = this.CONSUME(T.Word);
    const groups: (readonly SpaceArgument[])[] = [];
    this.MANY(() => void groups.push(this.SUBRULE(this.spaceArguments)));
    return { kind: 'named', name: this.nameOf(first), groups, span: this.spanFrom(first) };
  });

  private spaceArguments: Rule<SpaceArgument[]> = this.RULE('spaceArguments', (): SpaceArgument[] => {
    const open = this.CONSUME(T.LBracket);
    const items: SpaceArgument[] = [];
    this.inside(
      open,
      'space',
      () => {
        items.push(this.SUBRULE(this.spaceArgument));
        this.MANY(() => {
          this.comma();
          this.OPTION(() => void items.push(this.SUBRULE2(this.spaceArgument)));
        });
      },
      () => undefined,
    );
    this.CONSUME(T.RBracket);
    return items;
  });

  /** An arrow means a function space here, never a lambda. */
  private spaceArgument: Rule<SpaceArgument> = this.RULE('spaceArgument', (): SpaceArgument => {
    return this.OR<SpaceArgument>({
      DEF: [
        {
          GATE: () => this.beginsSpace(),
          ALT: () => {
            const space = this.SUBRULE(this.space);
            return this.ACTION(() => asArgument(space));
          },
        },
        {
          ALT: () => {
            const value = this.SUBRULE(this.expr);
            return this.ACTION(() => argumentOf(value));
          },
        },
      ],
      IGNORE_AMBIGUITIES: true,
    });
  });

  /** Only a space goes on like this: an arrow follows, or there are nothing but names and commas in the brackets. */
  private beginsSpace(): boolean {
    const arrow = (n: number): boolean => this.is(n, T.Arrow, T.StochasticArrow);
    if (this.is(1, T.LambdaParen, T.LambdaBracket, T.RecordSpaceParen)) return true;
    if (this.isWord(1)) {
      const behind = this.behindBrackets(2);
      const ends = behind > 2 && isCapital(this.LA(1).image) && this.is(behind, T.Comma, T.RBracket);
      return ends || arrow(behind);
    }
    const outside = this.depths.get(this.LA(1));
    for (let n = 2; ; n++) {
      const token = this.LA(n);
      const depth = this.depths.get(token);
      if (depth === outside) return arrow(n + 1) || this.is(n + 1, T.Comma, T.RBracket, T.LBracket);
      if (depth === undefined || outside === undefined) return false;
      // What stands in brackets of its own may be a size.
      const size = depth > outside + 1;
      if (!size && !this.isWord(n) && !arrow(n) && !opensOrSeparates(token.tokenType)) return false;
    }
  }

  /** The first token behind the brackets `[ ]` that begin at the n-th, one pair or several. */
  private behindBrackets(n: number): number {
    let at = n;
    while (this.is(at, T.LBracket)) {
      const depth = this.depths.get(this.LA(at));
      do at += 1;
      while (this.depths.has(this.LA(at)) && this.depths.get(this.LA(at)) !== depth);
      if (!this.depths.has(this.LA(at))) return at;
      at += 1;
    }
    return at;
  }

  /** `(X, Y)`, `(x: X, y: Y)`, `(X)` */
  private roundSpace: Rule<SpaceExpr> = this.RULE('roundSpace', (): SpaceExpr => {
    const open = this.CONSUME(T.LParen);
    const fields: Field[] = [];
    const items: SpaceExpr[] = [];
    const one = (): boolean => this.isWord(1) && this.is(2, T.Colon);
    this.inside(
      open,
      'space',
      () =>
        this.MANY_SEP({
          SEP: T.Comma,
          DEF: () =>
            this.OR({
              DEF: [
                {
                  GATE: one,
                  ALT: () => {
                    const name = this.nameOf(this.CONSUME(T.Word));
                    this.CONSUME(T.Colon);
                    fields.push({ name, space: this.SUBRULE(this.space) });
                  },
                },
                { GATE: () => !one(), ALT: () => void items.push(this.SUBRULE2(this.space)) },
              ],
              IGNORE_AMBIGUITIES: true,
            }),
        }),
      () => undefined,
    );
    this.CONSUME(T.RParen);
    const span = this.spanFrom(open);
    return this.ACTION((): SpaceExpr => {
      if (fields.length > 0) {
        for (const item of items) this.report(report('L0129', item.span, { wanted: 'a field `name: Space`' }));
        return { kind: 'record', fields, span };
      }
      return items.length === 1 ? items[0]! : { kind: 'tuple', items, span };
    });
  });

  /** `[X]`: a data set */
  private dataSpace: Rule<SpaceExpr> = this.RULE('dataSpace', (): SpaceExpr => {
    const open = this.CONSUME(T.LBracket);
    let element: SpaceExpr = { kind: 'tuple', items: [], span: this.spanOf(open) };
    this.inside(
      open,
      'space',
      () => void (element = this.SUBRULE(this.space)),
      () => undefined,
    );
    this.CONSUME(T.RBracket);
    return { kind: 'data', element, span: this.spanFrom(open) };
  });

  /** `X -> Y` where an expression stood: its left side, read as a space. */
  protected functionSpace(from: Expr, stochastic: boolean, to: SpaceExpr, span: SpaceExpr['span']): Expr {
    const left = spaceOf(from);
    if (left) return { kind: 'space', space: { kind: 'function', from: left, to, stochastic, span }, span };
    this.report(report('L0145', from.span, { arrow: stochastic ? '~>' : '->' }));
    return { kind: 'error', span };
  }
}
