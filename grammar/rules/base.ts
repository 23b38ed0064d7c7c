/**
 * What all grammar rules share: spans from tokens, reports, and recovery. An error ends the bracket it stands in, or its
 * statement; parsing goes on behind it. Rules fail with a sentence of their own, or with an exception of Chevrotain's, for
 * which `mistakes.ts` finds the sentence.
 */
import {
  defaultParserErrorProvider,
  EmbeddedActionsParser,
  EOF,
  isRecognitionException,
  type IRecognitionException,
  type IToken,
  type ParserMethod,
  type TokenType,
} from 'chevrotain';
import { name } from '../build.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { endOf } from '../lex.ts';
import { report } from '../messages.ts';
import { diagnose } from '../mistakes.ts';
import { T, vocabulary } from '../tokens.ts';
import type { Span } from '../span.ts';
import type { BlockExpr, Expr } from '../tree/expressions.ts';
import type { Name } from '../tree/node.ts';
import type { ProblemExpr } from '../tree/problems.ts';
import type { SpaceExpr } from '../tree/spaces.ts';
import type { Statement } from '../tree/statements.ts';

export type Rule<R, Args extends unknown[] = []> = ParserMethod<Args, R>;

/** How deep expressions may nest: far more than anyone writes, far less than the stack holds. */
export const DEEPEST = 100;

/** What a rule throws when the statement cannot be read further; its diagnostic is reported where it is caught. */
interface Failure extends Error {
  readonly diagnostic: Diagnostic;
}

const isFailure = (e: unknown): e is Failure => e instanceof Error && 'diagnostic' in e;

/** Chevrotain's exceptions carry no more than what was expected; the sentence is made later. */
const errorMessageProvider = {
  ...defaultParserErrorProvider,
  buildMismatchTokenMessage: ({ expected }: { expected: TokenType }): string => expected.name,
  buildNoViableAltMessage: (): string => '',
};

export abstract class BaseRules extends EmbeddedActionsParser {
  file = '';
  text = '';
  /** Where the last token ends: what is missing at the end of a file is missing there. */
  protected lastEnd = 0;
  diagnostics: Diagnostic[] = [];
  /** How many brackets each token stands in; a bracket itself stands outside. */
  depths: ReadonlyMap<IToken, number> = new Map();
  protected nesting = 0;

  constructor() {
    super(vocabulary, { maxLookahead: 1, recoveryEnabled: false, skipValidations: true, errorMessageProvider });
  }

  abstract expr: Rule<Expr>;
  abstract operators: Rule<Expr>;
  abstract postfix: Rule<Expr>;
  abstract block: Rule<BlockExpr>;
  abstract problem: Rule<ProblemExpr>;
  abstract space: Rule<SpaceExpr>;
  abstract statement: Rule<Statement>;

  protected startOf(token: IToken): number {
    return token.tokenType === EOF ? this.lastEnd : token.startOffset;
  }

  protected spanOf(token: IToken): Span {
    const start = this.startOf(token);
    return { file: this.file, start, end: token.tokenType === EOF ? start : Math.max(start, endOf(token)) };
  }

  /** From a token to the one consumed last. */
  protected spanFrom(first: IToken): Span {
    const start = this.startOf(first);
    const last = this.LA(0);
    return { file: this.file, start, end: last.tokenType === EOF ? start : Math.max(start, endOf(last)) };
  }

  protected nameOf(token: IToken): Name {
    return name(token, this.spanOf(token));
  }

  protected is(ahead: number, ...types: TokenType[]): boolean {
    return types.includes(this.LA(ahead).tokenType);
  }

  protected isWord(ahead: number): boolean {
    return this.LA(ahead).tokenType.CATEGORIES?.includes(T.Word) ?? false;
  }

  protected report(diagnostic: Diagnostic): void {
    if (!this.RECORDING_PHASE) this.diagnostics.push(diagnostic);
  }

  protected fail(diagnostic: Diagnostic): never {
    throw Object.assign(new Error(diagnostic.message), { diagnostic });
  }

  /** Fails at the next token, with the sentence that fits; `rule` says what was being read. */
  protected unexpected(rule: string): never {
    return this.fail(this.diagnosis([rule], ''));
  }

  private diagnosis(rules: readonly string[], expected: string): Diagnostic {
    const { text } = this;
    return diagnose({ look: (n) => this.LA(n), spanOf: (token) => this.spanOf(token), text, rules, expected });
  }

  /** A comma between items; a second one right behind it misses an item. */
  protected comma(rule = 'operand'): void {
    this.CONSUME(T.Comma);
    if (this.is(1, T.Comma)) this.unexpected(rule);
  }

  /** Counts a level of nesting around `run`. */
  protected nested<R>(run: () => R): R {
    if (this.nesting >= DEEPEST) this.fail(report('L0130', this.spanOf(this.LA(1)), { deepest: DEEPEST }));
    this.nesting += 1;
    try {
      return run();
    } finally {
      this.nesting -= 1;
    }
  }

  /** Runs `run`; when it fails, reports, skips to where the bracket or statement around it ends, and gives `instead`. */
  protected guarded<R>(inner: number, run: () => R, instead: () => R): R {
    if (this.RECORDING_PHASE) return run();
    const nesting = this.nesting;
    try {
      return run();
    } catch (e) {
      this.nesting = nesting;
      if (isFailure(e)) this.report(e.diagnostic);
      else if (e instanceof Error && isRecognitionException(e)) {
        const { context, message } = e as IRecognitionException;
        this.report(this.diagnosis(context.ruleStack, message));
      } else throw e;
      this.skip(inner);
      return instead();
    }
  }

  /** Skips to the end of the statement, or of the bracket, whose inside is `inner` brackets deep. */
  private skip(inner: number): void {
    for (;;) {
      const token = this.LA(1);
      const depth = this.depths.get(token) ?? -1;
      if (token.tokenType === EOF || depth < inner || (depth === inner && token.tokenType === T.End)) return;
      this.SKIP_TOKEN();
    }
  }

  /** What stands in the bracket that `open` opened; an error in it ends there. */
  protected inside<R>(open: IToken, rule: string, run: () => R, instead: () => R): R {
    if (this.RECORDING_PHASE) return run();
    const inner = (this.depths.get(open) ?? 0) + 1;
    const whole = (): R => {
      const result = run();
      if ((this.depths.get(this.LA(1)) ?? -1) >= inner) this.unexpected(rule);
      return result;
    };
    return this.guarded(inner, whole, instead);
  }

  /** Statements up to `}` or the end of the file; one that fails becomes `wrong`. */
  protected sequence<S>(rule: string, one: () => S, wrong: (span: Span) => S): S[] {
    const items: S[] = [];
    if (this.RECORDING_PHASE) {
      this.MANY(() => this.OR([{ ALT: () => void this.CONSUME(T.End) }, { ALT: () => void one() }]));
      return items;
    }
    const whole = (): S => {
      const item = one();
      if (!this.is(1, T.End, T.RBrace, EOF)) this.unexpected(rule);
      return item;
    };
    while (!this.is(1, T.RBrace, EOF)) {
      const first = this.LA(1);
      if (first.tokenType !== T.End) {
        const inner = this.depths.get(first) ?? 0;
        items.push(this.guarded(inner, whole, () => wrong(this.spanFrom(first))));
      }
      // An `End`, or a statement that failed at its first token: go on all the same.
      if (this.LA(1) === first) this.SKIP_TOKEN();
    }
    return items;
  }
}
