/** What a file consists of; and the parser itself, which all these rules make up. */
import { EOF, type IToken } from 'chevrotain';
import { unquote } from '../build.ts';
import { endOf } from '../lex.ts';
import { T } from '../tokens.ts';
import type { Declaration, DefDeclaration, ImportDeclaration } from '../tree/declarations.ts';
import type { Expr } from '../tree/expressions.ts';
import type { Name } from '../tree/node.ts';
import type { Parameter } from '../tree/patterns.ts';
import type { Duration } from '../tree/problems.ts';
import type { SpaceExpr } from '../tree/spaces.ts';
import type { Rule } from './base.ts';
import { ProtocolRules } from './protocol.ts';

type Result = NonNullable<DefDeclaration['result']>;

export class LearnParser extends ProtocolRules {
  constructor() {
    super();
    this.performSelfAnalysis();
  }

  /** A whole file. */
  declarations: Rule<readonly Declaration[]> = this.RULE('declarations', () =>
    this.sequence(
      'declaration',
      () => this.SUBRULE(this.declaration),
      (span) => ({ kind: 'error' as const, span }),
    ),
  );

  /** One expression and nothing else. */
  lone: Rule<Expr | undefined> = this.RULE('lone', (): Expr | undefined => {
    const only = (): Expr => {
      const expr = this.SUBRULE(this.expr);
      this.MANY(() => void this.CONSUME(T.End));
      if (!this.RECORDING_PHASE && !this.is(1, EOF)) this.unexpected('lone');
      return expr;
    };
    return this.guarded<Expr | undefined>(-1, only, () => undefined);
  });

  private declaration: Rule<Declaration> = this.RULE('declaration', () =>
    this.OR<Declaration>([
      { ALT: () => this.SUBRULE(this.spaceDeclaration) },
      { ALT: () => this.SUBRULE(this.dataDeclaration) },
      { ALT: () => this.SUBRULE(this.letDeclaration) },
      { ALT: () => this.SUBRULE(this.def) },
      { ALT: () => this.SUBRULE(this.model) },
      { ALT: () => this.SUBRULE(this.paradigm) },
      { ALT: () => this.SUBRULE(this.importDeclaration) },
      { ALT: () => this.SUBRULE(this.show) },
      {
        ALT: () => {
          const problem = this.SUBRULE(this.problem);
          return { kind: 'problem-declaration', problem, span: problem.span };
        },
      },
    ]),
  );

  /** `space X = R[28, 28, 1]` */
  private spaceDeclaration: Rule<Declaration> = this.RULE('spaceDeclaration', (): Declaration => {
    const first = this.CONSUME(T.Space);
    const name = this.nameOf(this.CONSUME(T.Word));
    this.CONSUME(T.Assign);
    const space = this.SUBRULE(this.space);
    return { kind: 'space-declaration', name, space, span: this.spanFrom(first) };
  });

  /** `data D : [X] = ...` */
  private dataDeclaration: Rule<Declaration> = this.RULE('dataDeclaration', (): Declaration => {
    const first = this.CONSUME(T.Data);
    const name = this.nameOf(this.CONSUME(T.Word));
    const space = this.OPTION(() => this.SUBRULE(this.annotation));
    this.CONSUME(T.Assign);
    const value = this.SUBRULE(this.expr);
    return { kind: 'data', name, ...(space && { space }), value, span: this.spanFrom(first) };
  });

  private annotation: Rule<SpaceExpr> = this.RULE('annotation', (): SpaceExpr => {
    this.CONSUME(T.Colon);
    return this.SUBRULE(this.space);
  });

  /** `let x = e`, `let (a, b) : X = e`, `let x ~ dist` */
  private letDeclaration: Rule<Declaration> = this.RULE('letDeclaration', (): Declaration => {
    const first = this.CONSUME(T.Let);
    const pattern = this.SUBRULE(this.pattern);
    const space = this.OPTION(() => this.SUBRULE(this.annotation));
    const relation = this.SUBRULE(this.relation);
    const value = this.SUBRULE(this.expr);
    return { kind: 'let', pattern, ...(space && { space }), relation, value, span: this.spanFrom(first) };
  });

  private def: Rule<Declaration> = this.RULE('def', (): Declaration => {
    const first = this.CONSUME(T.Def);
    const name = this.nameOf(this.CONSUME(T.Word));
    const statics = this.OPTION(() => this.SUBRULE(this.statics)) ?? [];
    const params = this.OPTION2(() => this.SUBRULE(this.parameters));
    const result = this.OPTION3(() => this.SUBRULE(this.result));
    const body = this.SUBRULE(this.body);
    const found = { ...(params && { params }), ...(result && { result }) };
    return { kind: 'def', name, statics, ...found, body, span: this.spanFrom(first) };
  });

  private model: Rule<Declaration> = this.RULE('model', (): Declaration => {
    const first = this.CONSUME(T.Model);
    const name = this.nameOf(this.CONSUME(T.Word));
    const statics = this.OPTION(() => this.SUBRULE(this.statics)) ?? [];
    const params: readonly Parameter[] = this.OPTION2(() => this.SUBRULE(this.parameters)) ?? [];
    const result = this.OPTION3(() => this.SUBRULE(this.result));
    const body = this.SUBRULE(this.body);
    return { kind: 'model', name, statics, params, ...(result && { result }), body, span: this.spanFrom(first) };
  });

  /** `-> Y`, `~> Y` */
  private result: Rule<Result> = this.RULE('result', (): Result => {
    const stochastic = this.SUBRULE(this.arrow);
    return { stochastic, space: this.SUBRULE(this.space) };
  });

  private paradigm: Rule<Declaration> = this.RULE('paradigm', (): Declaration => {
    const first = this.CONSUME(T.Paradigm);
    const name = this.nameOf(this.CONSUME(T.Word));
    const params = this.OPTION(() => this.SUBRULE(this.parameters)) ?? [];
    const body = this.SUBRULE(this.protocol);
    return { kind: 'paradigm', name, params, body, span: this.spanFrom(first) };
  });

  /** `import { a, b as c } from "./file.learn"` */
  private importDeclaration: Rule<Declaration> = this.RULE('importDeclaration', (): Declaration => {
    const first = this.CONSUME(T.Import);
    const names: ImportDeclaration['names'][number][] = [];
    this.CONSUME(T.LBrace);
    this.MANY(() =>
      this.OR([{ ALT: () => void names.push(this.SUBRULE(this.imported)) }, { ALT: () => void this.CONSUME(T.End) }]),
    );
    this.CONSUME(T.RBrace);
    this.CONSUME(T.From);
    const path = this.CONSUME(T.Text);
    const from = { path: unquote(path.image), span: this.spanOf(path) };
    return { kind: 'import', names, from, span: this.spanFrom(first) };
  });

  private imported: Rule<ImportDeclaration['names'][number]> = this.RULE(
    'imported',
    (): ImportDeclaration['names'][number] => {
      const name = this.nameOf(this.CONSUME(T.Word));
      let as: Name | undefined;
      this.OPTION(() => {
        this.CONSUME(T.As);
        as = this.nameOf(this.CONSUME2(T.Word));
      });
      if (!this.is(1, T.RBrace, T.End)) this.CONSUME(T.Comma);
      return { name, ...(as && { as }) };
    },
  );

  /** `show samples = e as images every 10 steps` */
  private show: Rule<Declaration> = this.RULE('show', (): Declaration => {
    const first = this.CONSUME(T.Show);
    const name = this.nameOf(this.CONSUME(T.Word));
    this.CONSUME(T.Assign);
    const value = this.SUBRULE(this.expr);
    let as: Name | undefined;
    this.OPTION(() => {
      this.CONSUME(T.As);
      as = this.nameOf(this.CONSUME2(T.Word));
    });
    let every: Duration | undefined;
    this.OPTION2(() => {
      this.CONSUME(T.Every);
      every = this.SUBRULE(this.duration);
    });
    return { kind: 'show', name, value, ...(as && { as }), ...(every && { every }), span: this.spanFrom(first) };
  });

  /** Makes ready for another text. */
  begin(tokens: readonly IToken[], text: string, file: string): void {
    const last = tokens.at(-1);
    this.input = [...tokens];
    this.text = text;
    this.lastEnd = last ? endOf(last) : 0;
    this.file = file;
    this.diagnostics = [];
    this.nesting = 0;
  }
}
