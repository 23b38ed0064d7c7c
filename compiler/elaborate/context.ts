/**
 * Where an expression is being run: its names, the axes around it, the member whose body it is, the problem it serves.
 * Contexts are immutable; what is shared by a whole compilation is in `Shared`, the only thing that changes.
 */
import type { Diagnostic } from '../../grammar/diagnostics.ts';
import type { Span } from '../../grammar/span.ts';
import type { Declaration } from '../../grammar/tree/declarations.ts';
import type { Expr } from '../../grammar/tree/expressions.ts';
import type { ProblemExpr } from '../../grammar/tree/problems.ts';
import type { Statement } from '../../grammar/tree/statements.ts';
import type { DataRequest, DataFailure, Table } from '../host.ts';
import type { Node } from '../ir/graph.ts';
import type { DataSet, Decision, Show, Stage, Variable } from '../program.ts';
import type { Axis, Data, FunctionValue, Given, Reading, Rule, Score, Store, Tensor, Value } from './values/values.ts';

/** Names, innermost first. `lazy` entries are run at their first use. */
export interface Scope {
  readonly names: Map<string, Entry>;
  readonly parent?: Scope;
}

export type Entry = { readonly value: Value } | { readonly lazy: () => Value };

/** The mutually recursive heart, handed down so that modules need not import each other in circles. */
export interface Runner {
  evaluate(expr: Expr, ctx: Context): Value;
  /** One statement of a block, whose names are bound in the scope of `ctx`; the value of an expression. */
  statement(s: Statement, ctx: Context): Value | undefined;
  /** Calls a function, member, model (a new sub-member) or distribution. `site` is where, for members made by mentions. */
  apply(callee: Value, args: readonly Given[], ctx: Context, span: Span): Value;
  /** A problem that stands in an expression or declaration. */
  solve(problem: ProblemExpr, ctx: Context, name: string | undefined): Value;
}

/** What one compilation collects. */
export interface Shared {
  readonly run: Runner;
  readonly diagnostics: Diagnostic[];
  readonly tables: ReadonlyMap<string, Table | DataFailure>;
  /** Data asked for that was not there yet: the host reads it, then compilation starts again. */
  readonly wanted: Map<string, DataRequest>;
  /** Files that have been read, each one set. */
  readonly files: Map<string, Data>;
  readonly variables: Map<string, Variable>;
  readonly data: Map<string, DataSet>;
  readonly stages: Stage[];
  readonly shows: Show[];
  readonly sources: Map<string, string>;
  /** Nodes that hold evaluation data, and sets that constants were computed from. */
  readonly evaluationNodes: Set<Node>;
  readonly rootsOf: Map<Node, ReadonlySet<string>>;
  /** Rows of sets, by the names that `roots` have for them. */
  readonly parts: Map<string, Part>;
  /** What variables have been trained on, by their ids. */
  readonly trainedOn: Map<string, ReadonlySet<string>>;
  /** Constants that sum up all rows of sets. */
  readonly statisticsOf: Map<Node, ReadonlySet<string>>;
  /** Data sets computed from comprehensions, by place and source. */
  readonly comprehensions: Map<string, Data>;
  /** The spec being compiled, and what each of its expressions stood for, by `file:start:end`: for hover and `--emit types`. */
  readonly file: string;
  readonly seen: Map<string, { readonly span: Span; readonly value: Value }>;
  /** What the spec declares, by name. */
  readonly declared: ReadonlyMap<string, readonly Declaration[]>;
  readonly seed: number;
  /**
   * In a quick look: whether rows that are much work wait (see computed.ts), which updates were looked at (see descent.ts), and which
   * initial values (see parameters.ts).
   */
  readonly postponed?: { rows: boolean; readonly updates: Set<string>; readonly initials: Map<string, Initial> };
  /** The scope of the standard library. */
  readonly library: Scope;
  /** Inner players: the critics of duals, by where their problem stands. */
  readonly critics: Map<string, readonly Store[]>;
  /** Members at other times: variable and time -> the variable that holds it. */
  readonly snapshots: Map<string, Snapshot>;
  /** Of parameters that `ewc` holds back, by their id. */
  readonly anchors: Map<string, Anchor>;
  /** The input node of each variable, one object for all graphs. */
  readonly inputs: Map<string, Node>;
  /** Expressions of the library as each line of the spec calls them. */
  readonly called: Map<Span, Map<Expr, Expr>>;
  /** Parameters of distributions that may leave their space: it has been said of them. */
  readonly doubted: Set<Node>;
  readonly counters: { axis: number; site: number; data: number; stage: number; depth: number };
}

/** What a parameter starts at, and how far that has counted. */
export interface Initial {
  readonly value: Tensor;
  readonly axes: number;
  readonly sites: number;
}

/** Rows reach a graph through named inputs; the same rows for every use of a set in one objective. */
export interface Feed {
  readonly data: Data;
  readonly rows: number;
  readonly order: 'shuffled' | 'all';
  readonly inputs: { readonly name: string; readonly leaf: number; readonly node: Node }[];
}

/** A variable's value at another time of the training, and when it is renewed. */
export interface Snapshot {
  readonly variable: Variable;
  readonly of: Variable;
  readonly time: { readonly kind: 'every' | 'decay'; readonly amount: number } | { readonly kind: 'start' };
}

/** Where a parameter stood, and how much it mattered. */
export interface Anchor {
  readonly of: Variable;
  readonly place: Variable;
  readonly weight: Variable;
}

/** Rows of a set that was read or computed: all of it, or a part. */
export interface Part {
  readonly root: string;
  readonly rows: Int32Array;
}

/** A schedule's value as a node of the time. */
export interface Rate {
  readonly of: FunctionValue;
  readonly node: Node;
}

/** A `maximize ... over c in C` inside an objective: its own player, its value at the present member. */
export interface Game {
  readonly problem: ProblemExpr;
  readonly loss: Tensor;
  readonly sense: 'minimize' | 'maximize';
  readonly name: string;
  readonly stores: readonly Store[];
  /** Where it stands: its pace is read there. */
  readonly scope: Scope;
  /** Its own update rule, if it says one. */
  readonly by?: Rule;
}

/** The objective or evaluation that is being built. */
export interface ProblemContext {
  readonly mode: 'train' | 'eval';
  /** Rows per step; undefined: all of them. */
  readonly batch?: number;
  readonly feeds: Map<string, Feed>;
  /** Next values of running statistics. */
  readonly updates: Map<string, Node>;
  readonly decisions: Decision[];
  /** `step` and `total` of the training, as nodes. */
  readonly step: Node;
  readonly total: Node;
  /** Other players that the objective brings with it: the dual of a divergence. */
  readonly games: Game[];
  /** Schedules that its update rules have read. */
  readonly rates: Rate[];
  /** The pass after a task that finds what mattered: `ewc` counts nothing in it. */
  readonly weighing?: boolean;
  /** For `em`: which component a point is of, by the variables as they are. Collected, since the E-step holds them. */
  readonly posteriors?: Node[];
}

export interface Context {
  readonly shared: Shared;
  readonly scope: Scope;
  readonly axes: readonly Axis[];
  /** Some of the places on the axes do not count: they were filtered out, or a sequence has ended. */
  readonly filtered?: boolean;
  /** An expectation's rows or draws are among the axes: one draw for each of them is enough. */
  readonly averaged?: boolean;
  /** What is written here is differentiated where it stands: a problem in it is a part of it, not a stage before. */
  readonly differentiated?: true;
  /** int32 [2] from which draws are made; undefined where nothing random may be. */
  readonly key: Node;
  readonly problem?: ProblemContext;
  /** The variables of the problem that is being solved, in the order in which they are made. */
  readonly created?: Variable[];
  readonly member?: Store;
  /** Of the member whose body it is. */
  readonly reading?: Reading;
  /** Log densities of draws that cannot be differentiated through, collected for the score function. */
  readonly scores?: Score[];
  /** Calls between the member's body and here: tells apart the members that one mention makes. */
  readonly path: string;
  /** The call outside of the library that led here. */
  readonly site?: Span;
  /** The `let` whose value is being run: the name of a stage in it. */
  readonly naming?: string;
  /** The def being run: the family of a `distribution(...)` and its arguments. */
  readonly family?: { readonly name: string; readonly args: ReadonlyMap<string, Value> };
}

export const childScope = (parent: Scope): Scope => ({ names: new Map(), parent });

export const bind = (scope: Scope, name: string, value: Value): void => {
  scope.names.set(name, { value });
};

export const findEntry = (scope: Scope, name: string): { entry: Entry; scope: Scope } | undefined => {
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    const entry = s.names.get(name);
    if (entry) return { entry, scope: s };
  }
  return undefined;
};

export const lookup = (scope: Scope, name: string): Value | undefined => {
  const found = findEntry(scope, name);
  if (!found) return undefined;
  return 'value' in found.entry ? found.entry.value : found.entry.lazy();
};

/** Every name that can be seen from here, for "did you mean". */
export const visibleNames = (scope: Scope): string[] => {
  const names: string[] = [];
  for (let s: Scope | undefined = scope; s; s = s.parent) names.push(...s.names.keys());
  return names;
};

export const newAxis = (ctx: Context, size: number, name: string): Axis => ({
  size,
  order: ctx.shared.counters.axis++,
  name,
});

export const inAxes = (ctx: Context, ...axes: Axis[]): Context => ({
  ...ctx,
  axes: [...new Set([...ctx.axes, ...axes])].sort((a, b) => a.order - b.order),
});

/** What was written in one place and is run in another: names and member of the one, axes, draws and problem of the other. */
export const runAt = (home: Context, { axes, key, problem, created, scores }: Context): Context => ({
  ...inAxes(home, ...axes),
  key,
  problem,
  created,
  scores,
});

export const inScope = (ctx: Context, scope: Scope): Context => ({ ...ctx, scope });

/** Running a function to look at it leaves no trace in the problem, except the parameters that it makes. */
export const quietly = (ctx: Context): Context =>
  ctx.problem
    ? {
        ...ctx,
        scores: undefined,
        problem: {
          ...ctx.problem,
          feeds: new Map(ctx.problem.feeds),
          updates: new Map(),
          decisions: [],
          games: [],
          rates: [],
        },
      }
    : { ...ctx, scores: undefined };

export const spanKey = (span: Span): string => `${span.file}:${span.start}:${span.end}`;

/** What stands in the spec itself has had this value: for hover, `compile --emit types` and messages. */
export const noteSeen = (span: Span, value: Value, { shared }: Context): void => {
  if (span.file === shared.file) shared.seen.set(spanKey(span), { span, value });
};
