/**
 * One elaboration: names are declared, problems solved in their order, pictures drawn; or one expression is run. The rooms around it:
 *
 *     values/         what an expression stands for: tensors under axes, sequences, lists; what is known of them, their words in messages
 *     spaces/         annotations: read, compared with values, values brought into them
 *     expressions/    one file a construct: operators, binders, indices, blocks, loops
 *     functions/      calling: arguments, overloads, whose mistake an error is
 *     intrinsics/     what the library's declarations without a body do
 *     members/        models, their members and parameters
 *     distributions/  what can be drawn, and which of it has a density
 *     data/           sets and their rows; what of evaluation data has reached where
 *     expectations/   the estimators of E
 *     problems/       objectives, players, constraints, problems inside of objectives
 *     solvers/        which solver does a training, and why
 *     protocols/      paradigms followed
 */
import type { Diagnostic } from '../../grammar/diagnostics.ts';
import type { Span } from '../../grammar/span.ts';
import type { Declaration, Module } from '../../grammar/tree/declarations.ts';
import type { Expr } from '../../grammar/tree/expressions.ts';
import type { DataFailure, DataRequest, Table } from '../host.ts';
import * as ir from '../ir/build.ts';
import type { Node } from '../ir/graph.ts';
import type { Modules } from '../modules.ts';
import type { Program } from '../program.ts';
import type { PrintedAt } from '../spaces/printed.ts';
import { printSpace } from '../spaces/space.ts';
import { printed } from './values/printed.ts';
import { applyValue } from './functions/calls.ts';
import { bind, childScope, inScope, lookup } from './context.ts';
import type { Context, Runner, Scope, Shared } from './context.ts';
import { declareAll, guarded } from './declarations.ts';
import { declaredSpaces } from './declared.ts';
import { dataKey } from './data/comprehend.ts';
import { draws } from './distributions/distributions.ts';
import { evaluate } from './expressions/evaluate.ts';
import { statement } from './expressions/statements.ts';
import { atStart } from './members/initial.ts';
import { newStore } from './members/stores.ts';
import { keyInput } from './members/inputs.ts';
import { settle } from './expressions/operators.ts';
import { solve } from './problems/solve.ts';
import { withEnd } from '../names/ended.ts';
import { unknownNames } from '../names/unknown.ts';
import { showOf } from './shows.ts';
import { rowsUnder } from './data/rows.ts';
import { expandAxes, toBit } from './values/tensors.ts';
import { checkUnused } from './unused.ts';
import type { StageValue, Tensor, Value } from './values/values.ts';
import { declaredNames, patternNames } from '../../grammar/walk.ts';

export type { Modules } from '../modules.ts';

export interface Elaborated {
  readonly program?: Program;
  readonly value?: {
    readonly space: string;
    readonly parts: readonly {
      readonly name: string;
      readonly node: Node;
      readonly mask?: Node;
      readonly space: string;
    }[];
  };
  readonly diagnostics: readonly Diagnostic[];
  readonly wanted: ReadonlyMap<string, DataRequest>;
  readonly spaces: readonly PrintedAt[];
  /** Whether rows were put off whose numbers nobody has looked at. */
  readonly postponed: boolean;
}

export interface ElaborateOptions {
  readonly seed: number;
  readonly quick?: boolean;
}

const placeOf = (span: Span | undefined): string => `${span?.file}:${span?.start}`;

const runner: Runner = { evaluate, statement, apply: applyValue, solve };

const byName = ({ declarations }: Module): Shared['declared'] => {
  const all = new Map<string, Declaration[]>();
  for (const d of declarations) for (const name of declaredNames(d)) all.set(name, [...(all.get(name) ?? []), d]);
  return all;
};

const newShared = (
  modules: Modules,
  tables: ReadonlyMap<string, Table | DataFailure>,
  { seed, quick }: ElaborateOptions,
  library: Scope,
): Shared => ({
  run: runner,
  diagnostics: [],
  tables,
  wanted: new Map(),
  files: new Map(),
  variables: new Map(),
  data: new Map(),
  stages: [],
  shows: [],
  sources: new Map(modules.sources),
  evaluationNodes: new Set(),
  rootsOf: new Map(),
  parts: new Map(),
  trainedOn: new Map(),
  statisticsOf: new Map(),
  comprehensions: new Map(),
  file: modules.main.file,
  seen: new Map(),
  declared: byName(modules.main.module),
  seed,
  postponed: quick ? { rows: false, updates: new Set(), initials: new Map() } : undefined,
  library,
  critics: new Map(),
  snapshots: new Map(),
  anchors: new Map(),
  inputs: new Map(),
  called: new Map(),
  doubted: new Set(),
  counters: { axis: 0, site: 0, data: 0, stage: 0, depth: 0 },
});

const spacesOf = (shared: Shared): Elaborated['spaces'] =>
  [...shared.seen.values()].map(({ span, value }) => ({ span, ...printed(value, shared) }));

/** After a problem its members, and the data they were trained and evaluated on, can be looked at. */
const publish = (stage: StageValue, scope: Scope): void => {
  for (const [name, value] of stage.members) if (!scope.names.has(name)) bind(scope, name, value);
  if (stage.train) bind(scope, 'D_tr', stage.train);
  if (stage.evaluation) bind(scope, 'D_eval', stage.evaluation);
};

const execute = (d: Declaration, ctx: Context, shown: Context): void => {
  const { shared } = ctx;
  guarded(ctx, undefined, () => {
    switch (d.kind) {
      case 'problem-declaration': {
        // Until it is solved, what looks at its members and data has been answered by its own error.
        const names = [
          ...d.problem.players.flatMap((p) => p.over.flatMap((o) => (o.name ? [o.name.text] : []))),
          'D_tr',
          'D_eval',
        ];
        const fresh = names.filter((name) => !shown.scope.names.has(name));
        for (const name of fresh) bind(shown.scope, name, { kind: 'poison' });
        const value = shared.run.solve(d.problem, ctx, undefined);
        for (const name of fresh) shown.scope.names.delete(name);
        if (value.kind === 'stage') publish(value, shown.scope);
        break;
      }
      case 'show':
        shared.shows.push(showOf(d, shown));
        break;
      case 'let': {
        const names = patternNames(d.pattern);
        const value = names.length > 0 ? lookup(ctx.scope, names[0]) : undefined;
        if (value?.kind === 'stage') publish({ ...value, members: new Map() }, shown.scope);
        break;
      }
      case 'data':
      case 'space-declaration':
        lookup(ctx.scope, d.name.text);
        break;
      default:
        break;
    }
  });
};

/** What is there before anything is run: the library, the imported files, the spec's own names. */
export const readyToRun = (
  modules: Modules,
  tables: ReadonlyMap<string, Table | DataFailure>,
  options: ElaborateOptions,
) => {
  const library: Scope = { names: new Map() };
  const shared = newShared(modules, tables, options, library);
  const base: Context = { shared, scope: library, axes: [], key: ir.scalar(0), path: '' };
  const key = dataKey(base);
  const top: Context = { ...base, key };
  const noImports = (): undefined => undefined;
  for (const m of modules.library) declareAll(m.module, top, noImports);

  const scopes = new Map<string, Scope>();
  const scopeOf = (file: string, module: Module): Scope => {
    const known = scopes.get(file);
    if (known) return known;
    const scope = childScope(library);
    scopes.set(file, scope);
    const own = modules.imports.get(file);
    declareAll(module, inScope(top, scope), (path) => {
      const found = own?.get(path);
      return found && scopeOf(found.file, found.module);
    });
    return scope;
  };
  const main = inScope(top, scopeOf(modules.main.file, modules.main.module));

  const finish = (rest: Partial<Elaborated>): Elaborated => ({
    diagnostics: shared.diagnostics.map((d) =>
      d.span?.file === modules.main.file ? withEnd(d, modules.main.module, modules.main.text) : d,
    ),
    wanted: shared.wanted,
    postponed: shared.postponed?.rows ?? false,
    spaces: [
      ...spacesOf(shared),
      ...declaredSpaces(modules.main.module, modules.main.text, main.scope, (v) => printed(v, shared)),
    ],
    ...rest,
  });

  const programOf = (): Program => ({
    file: modules.main.file,
    source: modules.main.text,
    variables: shared.variables,
    data: shared.data,
    stages: shared.stages,
    shows: shared.shows,
  });

  return {
    program: (): Elaborated => {
      const shown = inScope(main, childScope(main.scope));
      const { module } = modules.main;
      for (const d of module.declarations) execute(d, main, shown);
      const reported = new Set(shared.diagnostics.map((d) => placeOf(d.span)));
      const known = new Set(library.names.keys());
      shared.diagnostics.push(
        ...unknownNames(module, modules.main.text, known).filter((d) => !reported.has(placeOf(d.span))),
      );
      // While data are still to be read, what stands on them has not been run.
      if (shared.wanted.size === 0) shared.diagnostics.push(...checkUnused(module.declarations, main));
      return finish({ program: programOf() });
    },
    expression: (e: Expr): Elaborated => {
      const value = guarded(main, undefined, () => {
        const ctx: Context = { ...main, key: keyInput, scope: childScope(main.scope), member: newStore('member') };
        const found = partsOf(settle(ctx.shared.run.evaluate(e, ctx), ctx, e.span), ctx, e.span);
        const parts = found.parts.map((p) => {
          const [node, mask] = atStart(p.mask ? [p.node, p.mask] : [p.node], shared, keyInput);
          return { ...p, node, ...(mask && { mask }) };
        });
        return { ...found, parts };
      });
      return finish({ value, ...(shared.stages.length > 0 && { program: programOf() }) });
    },
  };
};

/** A value as named arrays: what `learn eval` prints. */
const partsOf = (value: Value, ctx: Context, span: Span): NonNullable<Elaborated['value']> => {
  const parts: { name: string; node: Node; mask?: Node; space: string }[] = [];
  const add = (v: Value, name: string, axes: Context['axes'], mask?: Tensor): void => {
    switch (v.kind) {
      case 'tensor':
        parts.push({
          name,
          node: expandAxes(v, axes).node,
          space: printSpace(v.space),
          ...(mask && { mask: expandAxes(toBit(mask), axes).node }),
        });
        break;
      case 'tuple':
      case 'list':
        v.items.forEach((x, i) => add(x, name === '' ? String(i) : `${name}.${i}`, axes, mask));
        break;
      case 'record':
        for (const [field, x] of v.fields) add(x, name === '' ? field : `${name}.${field}`, axes, mask);
        break;
      case 'along':
        // Of lists in lists the gaps are shown: they are of different lengths.
        add(v.element, name, [...axes, v.axis], axes.length === 0 ? v.mask : undefined);
        break;
      case 'data': {
        const rows = rowsUnder(v, {}, ctx);
        add(rows.row, name, [...axes, rows.axis], axes.length === 0 ? rows.mask : undefined);
        break;
      }
      case 'dist':
        if (v.power) add(draws(v, ctx, span), name, axes);
        break;
      default:
        break;
    }
  };
  add(value, '', []);
  return { space: printed(value, ctx.shared).space, parts };
};
