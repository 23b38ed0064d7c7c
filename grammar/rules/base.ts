/**
 * What all grammar rules share: spans from tokens, reports, and recovery: an error ends its statement, and
 * parsing goes on with the next.
 */
import { EmbeddedActionsParser, EOF, type IToken, type ParserMethod, type TokenType } from 'chevrotain';
import type { Diagnostic } from '../diagnostics.ts';
import { name } from '../build.ts';
import { endOf } from '../lex.ts';
import { T, vocabulary } from '../tokens.ts';
import type { Expr, Name, Span, SpaceExpr, Statement } from '../tree.ts';

export type Rule<R, Args extends unknown[] = []> = ParserMethod<Args, R>;

/** How deep expressions may nest: far more than anyone writes, far less than the stack holds. */
export const DEEPEST = 60;

/** What a rule throws when the statement cannot be read further; its diagnostic is reported where it is caught. */
interface Failure extends Error {
  readonly diagnostic: Diagnostic;
}

export const isFailure = (e: unknown): e is Failure => e instanceof Error && 'diagnostic' in e;

export abstract class BaseRules extends EmbeddedActionsParser {
  file = '';
  diagnostics: Diagnostic[] = [];
  protected depth = 0;

  constructor() {
    super(vocabulary, { maxLookahead: 2, recoveryEnabled: false, skipValidations: false });
  }

  abstract expr: Rule<Expr>;
  abstract operators: Rule<Expr, [] | [boolean]>;
  abstract postfix: Rule<Expr>;
  abstract space: Rule<SpaceExpr>;
  abstract statement: Rule<Statement>;

  protected begin(): IToken {
    return this.LA(1);
  }

  protected spanOf(token: IToken): Span {
    return { file: this.file, start: token.startOffset, end: endOf(token) };
  }

  /** From a token to the one consumed last. */
  protected spanFrom(start: IToken): Span {
    const last = this.LA(0);
    return { file: this.file, start: start.startOffset, end: Math.max(start.startOffset, endOf(last)) };
  }

  protected nameOf(token: IToken): Name {
    return name(token, this.spanOf(token));
  }

  protected at(...types: TokenType[]): boolean {
    return types.includes(this.LA(1).tokenType);
  }

  protected ends(): boolean {
    return this.at(T.End, T.RBrace, EOF);
  }

  protected report(diagnostic: Diagnostic): void {
    if (!this.RECORDING_PHASE) this.diagnostics.push(diagnostic);
  }

  protected fail(diagnostic: Diagnostic): never {
    throw Object.assign(new Error(diagnostic.message), { diagnostic });
  }
}
