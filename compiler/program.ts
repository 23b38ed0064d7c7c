/**
 * What the compiler hands to the runtime: stages of training as tensor graphs over named variables and data, plain data throughout.
 *
 * Naming of graph inputs, by which the runtime feeds them:
 *   `var:<id>`            the current value of a variable
 *   `data:<id>:<leaf>`    rows of a data set's leaf: a batch of them in a step, all of them in an evaluation (see DataFeed)
 *   `key`                 int32 [2]: the random key of this step (the runtime derives it from seed, stage and step)
 *   `step`                float32 []: steps done so far in this `train` action
 *   `total`               float32 []: steps of this `train` action in all
 * Outputs: `var:<id>` (a variable's next value), `loss`, or as the field says.
 */
import type { Span } from '../grammar/span.ts';
import type { Graph } from './ir/graph.ts';
import type { ArrayValue, DType, Shape } from './ir/operations.ts';

/** Something that changes while training: a parameter (unconstrained coordinates), a layer's running statistic, an optimiser's memory, a member at another time. */
export interface Variable {
  readonly id: string;
  /** For people: `f.dense.W`. */
  readonly name: string;
  readonly role: 'parameter' | 'statistic' | 'optimiser' | 'snapshot';
  readonly dtype: DType;
  readonly shape: Shape;
  /** Initial value: graph with input `key`, and `var:<id>` of variables initialised before it; one output. */
  readonly initial: Graph;
  /** For a parameter: unconstrained coordinates (input `var:<id>`) to the value in its space; one output. */
  readonly value: Graph;
  /** For people: the space, `Simplex[3]`. */
  readonly space: string;
  /** Every entry is one of 0, 1, ..., choices - 1: it is tried, not descended. */
  readonly choices?: number;
  readonly span?: Span;
}

/** A data set as arrays, one a leaf of its row (tuples and records flattened), rows first. */
export interface DataSet {
  readonly id: string;
  readonly name: string;
  readonly rows: number;
  readonly leaves: readonly ArrayValue[];
}

/** How rows reach the inputs `data:<id>:<leaf>` of a graph. */
export interface DataFeed {
  readonly data: string;
  /** Rows per step. `shuffled`: every epoch in a new order, without replacement, the rest that fills no batch left out; `all`: every row, in order. */
  readonly rows: number;
  readonly order: 'shuffled' | 'all';
  /** Inputs fed with the same rows: name of the input -> leaf. */
  readonly inputs: readonly { readonly name: string; readonly leaf: number }[];
}

/** One player's update. */
export interface PlayerStep {
  readonly name: string;
  /** Inputs: any of the above. Outputs: `loss` (float32 [], in the sense the user wrote it), and `var:<id>` of what changes. */
  readonly graph: Graph;
  /** To look at: `grad:<id>` of each parameter, in unconstrained coordinates, before the rule and its transforms. Inputs as those of `graph`. */
  readonly gradients?: Graph;
  readonly feeds: readonly DataFeed[];
  /** Moves only at steps divisible by this. */
  readonly every: number;
  readonly sense: 'minimize' | 'maximize';
  /** Not a player: it fills a buffer, and has no loss. */
  readonly collects?: boolean;
}

export type Solver =
  | {
      readonly kind: 'gradient';
      readonly players: readonly PlayerStep[];
      readonly steps: number;
      readonly stepsPerEpoch: number;
    }
  /**
   * Full batch, deterministic. `graph`: inputs `var:<id>` (and data, all rows) -> `loss` (to be made small), `grad:<id>` for each of `over`.
   * `exact`: the loss is quadratic in `over`; solved to the minimum-norm solution in double precision.
   * `lbfgs`: small and smooth. `closed`: `graph` has outputs `var:<id>` that are the solution.
   */
  | (WholeSolver & { readonly kind: 'exact' | 'lbfgs' })
  /** `loss` is the bound whose posteriors are those of the variables `held`, which hold `over` in the same order while a bound is made best. */
  | (WholeSolver & { readonly kind: 'em'; readonly held: readonly string[] })
  /** Members that keep the rows of the set `data`, one variable a leaf, and how many there are; trees are grown from them. */
  | (WholeSolver & {
      readonly kind: 'fitted';
      readonly data: string;
      /** The rows that the objective asks for: an output for each variable that keeps a part of them, named after it. */
      readonly aims: Graph;
      readonly aimFeeds: WholeSolver['feeds'];
      /** The leaf of the set that the part is, up to rounding, where it is one. */
      readonly rows: readonly { readonly variable: string; readonly leaf: number }[];
      readonly counts: readonly string[];
      readonly trees: readonly TreeOf[];
    })
  /**
   * The variables `tried` take all their values in turn; where `rest` is given, the others (`over`) are solved for by it at each point,
   * by `under` where what they are is constrained. `constraints`: outputs of the graph whose entries must be at most 0 (below it where
   * `strict`), or 0 where `equal`; where there is a rest they do not depend on it.
   */
  | (WholeSolver & {
      readonly kind: 'enumerated';
      readonly tried: readonly string[];
      readonly rest?: 'exact' | 'lbfgs' | 'constrained';
      readonly under?: Multipliers;
      readonly constraints: readonly { readonly output: string; readonly equal: boolean; readonly strict: boolean }[];
    })
  /**
   * `loss` is an augmented Lagrangian by the variables `penalty` and `multipliers`, which the solver moves; further outputs are
   * `objective`, in the sense of the spec, and for each multiplier `constraint:<id>`, what must be at most 0, or 0 where `equal`.
   */
  | (WholeSolver & Multipliers & { readonly kind: 'constrained' });

/** What weighs the constraints: the variables of an augmented Lagrangian. */
interface Multipliers {
  readonly penalty: string;
  readonly multipliers: readonly { readonly id: string; readonly equal: boolean; readonly text: string }[];
}

/** A tree of a member: the variables of its rows and of itself. */
export interface TreeOf {
  readonly rows: string;
  readonly targets: string;
  readonly count: string;
  readonly features: string;
  readonly thresholds: string;
  readonly leaves: string;
  readonly depth: number;
  readonly least: number;
  readonly classes?: number;
}

interface WholeSolver {
  readonly graph: Graph;
  readonly feeds: readonly DataFeed[];
  readonly over: readonly string[];
  readonly sense: 'minimize' | 'maximize';
  readonly steps?: number;
}

/** An `eval` condition compiled for one data set: exact, all rows. */
export interface Evaluation {
  readonly name: string;
  /** Output `value` (float32 []). */
  readonly graph: Graph;
  readonly feeds: readonly DataFeed[];
  /** `slack`: how far off counts as met, of a constraint. */
  readonly compare?: { readonly op: '<=' | '>=' | '<' | '>' | '=='; readonly bound: number; readonly slack?: number };
  readonly span: Span;
}

/** What a protocol does, in order. */
export type Action =
  | { readonly kind: 'train'; readonly label: string; readonly solver: Solver }
  /** `every`: while the training before it runs, as well, at steps divisible by this. */
  | {
      readonly kind: 'eval';
      readonly label?: string;
      readonly evaluations: readonly Evaluation[];
      readonly every?: number;
    }
  /** Variables of the stage return to fresh initial values (a new key). */
  | { readonly kind: 'restart' };

/** What was decided and why, for `learn explain`, the run's first lines and the report. */
export interface Decision {
  readonly subject: string;
  readonly choice: string;
  readonly reason: string;
  readonly span?: Span;
}

export interface Stage {
  readonly id: string;
  /** `pre` of `let pre = minimize ...`; otherwise `problem`. */
  readonly name: string;
  readonly span: Span;
  /** Ids of the variables this stage makes and changes, in the order in which they are initialised. */
  readonly variables: readonly string[];
  /** The members trained, for people: name, model, number of parameters. */
  readonly members: readonly { readonly name: string; readonly model: string; readonly parameters: number }[];
  readonly actions: readonly Action[];
  /** Evaluations on the final members, at points along the training as well (progress), are the `eval` actions that follow a `train`. */
  readonly decisions: readonly Decision[];
  readonly seed?: number;
  /** Independent trainings (`seeds N`). */
  readonly seeds: number;
  /** Formula in Unicode and LaTeX. */
  readonly formula: { readonly unicode: string; readonly latex: string };
}

export type PictureKind = 'images' | 'scatter' | 'curve' | 'heatmap' | 'table';

/** `show name = e as kind every N steps` */
export interface Show {
  readonly name: string;
  readonly kind: PictureKind;
  /** The stage whose members it reads, after (or, with `every`, during) which it is drawn. */
  readonly stage?: string;
  /** Outputs `value`, or `value:0`, `value:1`, ... for the parts of a tuple or the columns of a table; optional output `mask` (bool over rows: keep). */
  readonly graph: Graph;
  readonly feeds: readonly DataFeed[];
  readonly columns?: readonly string[];
  /** Drawn every so many steps as well; a curve's rows are then the steps. */
  readonly every?: number;
  readonly span: Span;
}

/** A whole file, compiled. */
export interface Program {
  readonly file: string;
  readonly source: string;
  readonly variables: ReadonlyMap<string, Variable>;
  readonly data: ReadonlyMap<string, DataSet>;
  readonly stages: readonly Stage[];
  readonly shows: readonly Show[];
}
