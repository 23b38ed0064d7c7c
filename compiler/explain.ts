/**
 * What a spec says, for people: for every problem of a file its formula (Unicode, LaTeX, MathML) and its place in the
 * field's map, from the tree alone; with the compiled program also what was decided, and why.
 */
import type { Span } from '../grammar/span.ts';
import type { Declaration, Module } from '../grammar/tree/declarations.ts';
import type { Expr } from '../grammar/tree/expressions.ts';
import type { ProblemExpr } from '../grammar/tree/problems.ts';
import { writer } from './explain/expressions.ts';
import { writeFormula } from './explain/formula.ts';
import type { Formula } from './explain/formula.ts';
import { toLatex } from './explain/latex.ts';
import { mapOf } from './explain/map.ts';
import type { FieldMap } from './explain/map.ts';
import { toMathML } from './explain/mathml.ts';
import type { Scope } from './explain/problems.ts';
import { toUnicode } from './explain/unicode.ts';
import { declaredNames, lastOf, patternNames, substitute } from '../grammar/walk.ts';
import type { Decision, Program } from './program.ts';

export interface Explanation {
  /** `pre` of `let pre = minimize ...`; `problem` for one that stands by itself. */
  readonly name: string;
  readonly span: Span;
  readonly problem: ProblemExpr;
  readonly formula: Formula;
  readonly map: FieldMap;
  /** Of the compiled program; empty without one. */
  readonly decisions: readonly Decision[];
  readonly members: readonly { readonly name: string; readonly model: string; readonly parameters: number }[];
}

const scopeOf = (module: Module): Scope => {
  const names = new Set(module.declarations.flatMap(declaredNames));
  const functions = new Set(module.declarations.flatMap((d) => (d.kind === 'def' && d.params ? [d.name.text] : [])));
  return { functions, known: (name) => names.has(name) };
};

/** `fit(MMD)` for a `def fit(distance) = minimize ...`: the problem with its argument in place. */
const applied = (value: Expr, module: Module): ProblemExpr | undefined => {
  if (value.kind === 'problem') return value;
  if (value.kind === 'block') {
    const last = lastOf(value.statements);
    return last?.kind === 'expr' ? applied(last.value, module) : undefined;
  }
  if (value.kind !== 'call' || value.callee.kind !== 'name') return undefined;
  const name = value.callee.name;
  const def = module.declarations.find((d) => d.kind === 'def' && d.name.text === name);
  if (def?.kind !== 'def' || !def.params) return undefined;
  const inside = applied(def.body, module);
  if (!inside) return undefined;
  const values = new Map<string, Expr>();
  def.params.forEach((p, i) => {
    const [parameter] = patternNames(p.pattern);
    const argument = value.args.find((a) => a.name?.text === parameter)?.value ?? value.args[i]?.value ?? p.default;
    if (parameter && argument) values.set(parameter, argument);
  });
  return substitute(inside, values) as ProblemExpr;
};

const problemOf = (d: Declaration, module: Module): { name: string; problem: ProblemExpr } | undefined => {
  if (d.kind === 'problem-declaration') return { name: 'problem', problem: d.problem };
  if (d.kind !== 'let' || d.pattern.kind !== 'name') return undefined;
  const problem = applied(d.value, module);
  return problem && { name: d.pattern.name, problem };
};

/** Every problem that the file poses, in order. */
export const problemsOf = (module: Module): { name: string; span: Span; problem: ProblemExpr }[] =>
  module.declarations.flatMap((d) => {
    const found = problemOf(d, module);
    return found ? [{ ...found, span: d.span }] : [];
  });

export const formulaOf = (problem: ProblemExpr, module: Module): Formula => {
  const scope = scopeOf(module);
  return writeFormula(problem, module, writer(scope), scope);
};

export const explain = (module: Module, program?: Program): Explanation[] => {
  const scope = scopeOf(module);
  const write = writer(scope);
  const left = [...(program?.stages ?? [])];
  return problemsOf(module).map(({ name, span, problem }) => {
    const at = left.findIndex((s) => s.name === name);
    const [stage] = at < 0 ? [] : left.splice(at, 1);
    return {
      name,
      span,
      problem,
      formula: writeFormula(problem, module, write, scope),
      map: mapOf(problem, module, scope),
      decisions: stage?.decisions ?? [],
      members: stage?.members ?? [],
    };
  });
};

/** One expression in the three spellings. */
export const writeExpression = (e: Expr, module?: Module): { unicode: string; latex: string; mathml: string } => {
  const { box } = writer(module ? scopeOf(module) : { functions: new Set(), known: () => false })(e);
  return { unicode: toUnicode(box), latex: toLatex(box), mathml: toMathML(box) };
};
