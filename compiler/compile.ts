/**
 * The front door: text -> program.
 *
 *     text --parse--> tree --load--> modules --declare--> names --run--> stages and pictures as tensor graphs
 *                                       ^                    |
 *                                       +---- data files ----+   (read by the host, then names are declared again)
 *
 * Everything is returned, with all diagnostics of all phases; nothing is thrown for what a user wrote.
 */
import type { Diagnostic } from '../grammar/diagnostics.ts';
import { parse, parseExpression } from '../grammar/parse.ts';
import type { Module } from '../grammar/tree/declarations.ts';
import type { Expr } from '../grammar/tree/expressions.ts';
import { graphOf } from './ir/graph.ts';
import type { Graph } from './ir/graph.ts';
import * as ir from './ir/build.ts';
import { formulaOf, problemsOf } from './explain.ts';
import type { DataFailure, DataRequest, Host, Table } from './host.ts';
import { readyToRun } from './elaborate/run.ts';
import type { Elaborated, Modules } from './elaborate/run.ts';
import { withoutAllowed } from './allowed.ts';
import { withFixes } from './fixes.ts';
import { loadModules } from './modules.ts';
import { withoutFollowing } from './names/broken.ts';
import { withLaterDeclarations } from './names/later.ts';
import { looksInRounds } from './passes/in-rounds.ts';
import type { Program } from './program.ts';
import type { PrintedAt } from './spaces/printed.ts';

export interface Compilation {
  readonly module: Module;
  /** Absent when there are errors. */
  readonly program?: Program;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
  /** What expressions turned out to be, for `--emit types` and hover. */
  readonly spaces: readonly PrintedAt[];
  /** A quick look that did not look at all rows: what is wrong with those is not said. */
  readonly postponed: boolean;
}

export interface CompileOptions {
  /** Of the draws in `data` and `let`; training has a seed of its own. */
  readonly seed?: number;
  /** For an editor: rows that are much work to compute are taken to be numbers (`postponed` says whether there are any); no formulas. */
  readonly quick?: boolean;
}

const hasErrors = (diagnostics: readonly Diagnostic[]): boolean => diagnostics.some((d) => d.severity === 'error');

/** Elaborates until every data file that is asked for has been read. */
const withData = async (
  host: Host,
  elaborate: (tables: ReadonlyMap<string, Table | DataFailure>) => Elaborated,
): Promise<Elaborated> => {
  const tables = new Map<string, Table | DataFailure>();
  for (;;) {
    const done = elaborate(tables);
    const wanted = [...done.wanted].filter(([key]) => !tables.has(key));
    if (wanted.length === 0) return done;
    const read = await Promise.all(
      wanted.map(async ([key, request]: [string, DataRequest]) => [key, await host.readData(request)] as const),
    );
    for (const [key, table] of read) tables.set(key, table);
  }
};

const inOrder = (diagnostics: readonly Diagnostic[], file: string): Diagnostic[] => {
  const seen = new Set<string>();
  const rank = (d: Diagnostic): number => (d.span?.file === file ? d.span.start : -1);
  return [...diagnostics]
    .filter((d) => {
      const key = `${d.code}:${d.span?.file}:${d.span?.start}:${d.message}`;
      return !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => rank(a) - rank(b));
};

/** Formulas of stages, for the report and the first lines of a run. */
const withFormulas = (program: Program, module: Module): Program => {
  const problems = problemsOf(module);
  const stages = program.stages.map((stage) => {
    const found =
      problems.find((p) => p.problem.span.start === stage.span.start) ?? problems.find((p) => p.name === stage.name);
    if (!found) return stage;
    const { unicode, latex } = formulaOf(found.problem, module);
    return { ...stage, formula: { unicode, latex } };
  });
  return { ...program, stages };
};

/** What looks at all rows of a large set does it in rounds. */
const withRounds = (program: Program): Program => ({
  ...program,
  stages: program.stages.map((stage) => ({
    ...stage,
    actions: stage.actions.map((action) =>
      action.kind === 'eval' ? { ...action, evaluations: action.evaluations.map(looksInRounds) } : action,
    ),
  })),
  shows: program.shows.map(looksInRounds),
});

export const compile = async (
  file: string,
  text: string,
  host: Host,
  options: CompileOptions,
): Promise<Compilation> => {
  const parsed = parse(text, file);
  const modules = await loadModules(file, text, parsed.module, host);
  const { seed = 0, quick } = options;
  const done = await withData(host, (tables) => readyToRun(modules, tables, { seed, quick }).program());
  const meant = withoutFollowing(done.diagnostics, parsed.diagnostics, modules.sources);
  const every = [...parsed.diagnostics, ...modules.diagnostics, ...meant];
  const found = inOrder(every, file).map((d) => withLaterDeclarations(d, parsed.module));
  const diagnostics = withFixes(withoutAllowed(found, parsed.module, modules.sources), modules, done.spaces);
  // Silence would look like a run that went well.
  const posed = parsed.module.declarations.some((d) => d.kind === 'problem-declaration');
  if (posed && !hasErrors(found) && done.program?.stages.length === 0)
    throw new Error('internal: a problem was given up without a diagnostic');
  const made = hasErrors(diagnostics) ? undefined : done.program;
  const program = made && !quick ? withFormulas(withRounds(made), parsed.module) : made;
  return {
    module: parsed.module,
    program,
    diagnostics,
    sources: modules.sources,
    spaces: done.spaces,
    postponed: done.postponed,
  };
};

export interface ExpressionValue {
  readonly space: string;
  /** The problems in it, to be solved first: the graphs read their variables as `var:<id>`. */
  readonly program?: Program;
  /** Outputs `value` and, of a list with gaps, `mask`: the entries that are there. */
  readonly parts: readonly { readonly name: string; readonly graph: Graph; readonly space: string }[];
}

export interface ExpressionCompilation {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
  readonly value?: ExpressionValue;
}

const expressionFile = 'expression';

/** One expression, with the names of the library and, with `file`, of a spec. */
export const compileExpression = async (
  text: string,
  host: Host,
  options: CompileOptions & { readonly file?: string },
): Promise<ExpressionCompilation> => {
  const { expr, diagnostics } = parseExpression(text, expressionFile);
  const spec = options.file === undefined ? undefined : await host.readModule(options.file, '');
  const sources = new Map([[expressionFile, text]]);
  if (!expr || hasErrors(diagnostics)) return { diagnostics, sources };
  const module: Module = spec
    ? parse(spec.text, spec.file).module
    : { kind: 'module', declarations: [], span: { file: expressionFile, start: 0, end: 0 } };
  const loaded = await loadModules(spec?.file ?? expressionFile, spec?.text ?? text, module, host);
  const modules: Modules = { ...loaded, sources: new Map([...loaded.sources, [expressionFile, text]]) };
  const seed = options.seed ?? 0;
  const done = await withData(host, (tables) => readyToRun(modules, tables, { seed }).expression(expr as Expr));
  const all = inOrder([...diagnostics, ...modules.diagnostics, ...done.diagnostics], expressionFile);
  if (hasErrors(all) || !done.value) return { diagnostics: all, sources: modules.sources };
  const key = ir.input('key', 'int32', [2]);
  const parts = done.value.parts.map(({ name, node, mask, space }) => ({
    name,
    space,
    graph: graphOf([{ name: 'value', node }, ...(mask ? [{ name: 'mask', node: mask }] : [])], [key]),
  }));
  return {
    diagnostics: all,
    sources: modules.sources,
    value: { space: done.value.space, program: done.program, parts },
  };
};
