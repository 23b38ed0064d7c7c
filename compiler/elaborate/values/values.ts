/**
 * What an expression stands for while the compiler runs the program symbolically. Functions are run where they are used,
 * on tensors whose leading dimensions are the axes of the binders around them (see docs/decisions/001).
 */
import type { Span } from '../../../grammar/span.ts';
import type { ModelDeclaration } from '../../../grammar/tree/declarations.ts';
import type { Expr } from '../../../grammar/tree/expressions.ts';
import type { Parameter, StaticParameter } from '../../../grammar/tree/patterns.ts';
import type { SpaceExpr } from '../../../grammar/tree/spaces.ts';
import type { ArrayValue } from '../../ir/operations.ts';
import type { Node } from '../../ir/graph.ts';
import type { TreeOf, Variable } from '../../program.ts';
import type { Space, TensorSpace } from '../../spaces/space.ts';
import type { Context, Scope } from '../context.ts';

/** What a binder introduces: one more leading dimension. Later axes stand further right. */
export interface Axis {
  readonly size: number;
  readonly order: number;
  readonly name: string;
}

/** `node.shape` is the sizes of `axes` (ascending by order), then the storage shape of `space`. */
export interface Tensor {
  readonly kind: 'tensor';
  readonly node: Node;
  readonly axes: readonly Axis[];
  readonly space: TensorSpace;
  /** The value is the position on this axis plus offset: indexing with it is a relabelling. */
  readonly counts?: { readonly axis: Axis; readonly offset: number };
  /** The value is how many entries of a list with gaps are there: counting up to it goes over those. */
  readonly extent?: { readonly axis: Axis; readonly mask: Tensor };
  /** A whole number between these: how far a range that ends there can go. */
  readonly within?: { readonly low: number; readonly high: number };
}

/** Of draws in a loop, one for each round under an axis of its own. */
export interface LoopRounds {
  readonly axis: Axis;
  readonly loop: Node;
  /** What the loop carried when the round began. */
  readonly before: Value;
  /** Rounds before the sequence ended. */
  readonly there?: Tensor;
}

/** The log density of draws that cannot be differentiated through. */
export interface Score extends Tensor {
  readonly rounds?: LoopRounds;
}

/** An array whose entries are not plain tensors (tuples, distributions, ...), held as one value under an axis of its own. */
export interface Along {
  readonly kind: 'along';
  readonly axis: Axis;
  readonly element: Value;
  /** bool under the axis: entries that are there. */
  readonly mask?: Tensor;
  /** What is known of the whole, by name: the discount of a trajectory. */
  readonly facts?: ReadonlyMap<string, Value>;
  /** How many entries are there, where those are the first ones: a sequence. Comes with a mask. */
  readonly length?: Tensor;
  /** Those that are there are the first ones, though nobody has counted them. */
  readonly front?: true;
}

/** Texts of a data file under an axis that enumerates its rows; null is missing. */
export interface TextColumn {
  readonly kind: 'texts';
  readonly axis: Axis;
  /** Rows at random places, whose texts nobody knows when compiling: there are no values. */
  readonly drawn?: true;
  readonly values: readonly (string | null)[];
}

/** Entries, as many as `length` says, at most `most`: leaves of the element have one more dimension behind the rows, padded. */
export interface SequenceTemplate {
  readonly kind: 'sequence';
  readonly most: number;
  readonly length: { readonly kind: 'leaf'; readonly leaf: number; readonly space: TensorSpace };
  readonly element: Template;
}

/** How the leaves of a row are arranged. */
export type Template =
  | { readonly kind: 'leaf'; readonly leaf: number; readonly space: TensorSpace }
  | { readonly kind: 'texts'; readonly values: readonly (string | null)[] }
  | SequenceTemplate
  | { readonly kind: 'tuple'; readonly items: readonly Template[] }
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, Template> };

/** A data set: leaves as arrays with rows first. */
export interface Data {
  readonly kind: 'data';
  readonly id: string;
  readonly name: string;
  readonly rows: number;
  readonly leaves: readonly ArrayValue[];
  readonly template: Template;
  /** The file it is, if it is one: its fields are columns. */
  readonly file?: string;
  /** For messages: where row i came from. */
  readonly placeOf: (row: number) => string;
  /** The sets it was computed from, itself included. */
  readonly roots: ReadonlySet<string>;
  /** Sets of which all rows went into every row: a mean, a scale, a member trained on them. */
  readonly statistics: ReadonlySet<string>;
  /** Held back for evaluation. */
  readonly evaluation: boolean;
  /** A lazy `[body for pattern in data if conditions]`: applied after a row is bound. */
  readonly view?: (ctx: Context, row: Value) => { readonly value: Value; readonly mask?: Tensor };
  /** The view leaves rows out, so how many there are is not known. */
  readonly filtered?: boolean;
  /** What the view makes of a row: where it is written. */
  readonly body?: Span;
}

/** Reason why a distribution cannot do something. */
export interface Lack {
  readonly message: string;
  readonly span?: Span;
  /** What could be written instead, where it is known. */
  readonly help?: string;
}

/** A distribution and what it can do; absent abilities have their reason in `lacks`. */
export interface Dist {
  readonly kind: 'dist';
  /** The `def` that made it (`Normal`), for overloads such as `KL(q: Normal, p: Normal)`. */
  readonly family: string;
  readonly args: ReadonlyMap<string, Value>;
  readonly sample?: (ctx: Context) => Value;
  readonly logDensity?: (ctx: Context, x: Value, span: Span) => Tensor;
  /** By-name facts: mean, variance, mode, entropy, support, ... */
  readonly facts: ReadonlyMap<string, (ctx: Context) => Value>;
  readonly reparameterised: boolean;
  readonly lacks: { readonly density?: Lack; readonly sample?: Lack };
  /** A stochastic map's value that is meant as its draw where a value is needed. */
  readonly implicit: boolean;
  /** The space of one draw, where it is one array of numbers. */
  readonly event?: TensorSpace;
  /** `P^n`: so many independent draws of `base`. */
  readonly power?: { readonly base: Value; readonly count: number };
  /** `g # P`: what it pushes forward, and by what. */
  readonly pushed?: { readonly base: Dist; readonly map: (x: Value, ctx: Context) => Value };
  /** Independent distributions side by side. */
  readonly parts?: readonly Dist[];
  /** The set it draws rows from. */
  readonly data?: Data;
  /** Sequences that are made one entry after the other: how they begin and go on, for who collects entries. */
  readonly process?: Process;
  /** Rows that are collected while training. */
  readonly buffer?: Buffer;
}

/** What makes a sequence, entry by entry: `unfold(start, step, length, ends)`. */
export interface Process {
  readonly start: (ctx: Context) => Value;
  /** From a state the next one, the entry, and whether the sequence ends with it. */
  readonly step: (
    ctx: Context,
    state: Value,
  ) => { readonly state: Value; readonly entry: Value; readonly ends?: Tensor };
  readonly length: number;
}

/** Rows collected while training, the latest `capacity` of them: variables that hold the leaves of rows, and how many there were. */
export interface Buffer {
  readonly name: string;
  readonly capacity: number;
  /** Made at the first `collect`, which tells what a row is. */
  readonly content: {
    held?: { readonly template: Template; readonly leaves: readonly Variable[]; readonly count: Variable };
  };
}

export interface Closure {
  readonly kind: 'def' | 'lambda' | 'intrinsic';
  readonly name: string;
  readonly statics: readonly StaticParameter[];
  readonly params: readonly Parameter[];
  /** Declared without an argument list: `zeros[3]` is the value already. */
  readonly bare?: boolean;
  readonly result?: { readonly space: SpaceExpr; readonly stochastic: boolean };
  readonly body?: Expr;
  readonly scope: Scope;
  /** Where a lambda was made: mentions of models in it belong to that member. */
  readonly home?: Pick<Context, 'member' | 'path' | 'reading'>;
  readonly span: Span;
}

/** One name, several overloads. `bound`: static arguments already given. */
export interface FunctionValue {
  readonly kind: 'function';
  readonly name: string;
  readonly overloads: readonly Closure[];
  readonly bound?: readonly Value[];
  readonly boundNamed?: ReadonlyMap<string, Value>;
  /** Made by the compiler (composition): run this instead. */
  readonly run?: (ctx: Context, args: readonly Given[], span: Span) => Value;
}

export interface Given {
  readonly name?: string;
  readonly value: Value;
  readonly span: Span;
}

/** A set of functions: all values of its parameters. */
export interface Model {
  readonly kind: 'model';
  readonly declaration: ModelDeclaration;
  readonly scope: Scope;
  readonly statics?: ReadonlyMap<string, Value>;
}

/** One function of a model, with its own parameters, made at the first use. */
export interface Member {
  readonly kind: 'member';
  readonly model: Model;
  readonly store: Store;
  readonly reading?: Reading;
}

/** What is read in place of a member's variables as they are. */
export interface Reading {
  /** The variables that hold them at another time. */
  readonly at?: (variable: Variable) => Variable;
  /** Their numbers, unconstrained, by the variables' ids: what a nested problem has trained, what `grad` differentiates by. */
  readonly values?: ReadonlyMap<string, Tensor>;
  /** `stop(f)`: its parameters are constants for the gradient. */
  readonly stopped?: boolean;
}

export interface HeldParameter {
  readonly variable: Variable;
  readonly space: TensorSpace;
  readonly value: Tensor;
}

/** What a member holds. One that is a point of a space (`z in R[2]`) has a single parameter. */
export interface Store {
  readonly name: string;
  readonly parameters: Map<string, HeldParameter>;
  readonly members: Map<string, Member>;
  /** Running averages. */
  readonly statistics: Map<string, Variable>;
  /** Names of sub-members in use, for people: dense, dense2, ... */
  readonly names: Map<string, number>;
  /** What a member of a problem is trained on: a set of it, and how many rows it is at most and at least, over the protocol. */
  rows?: {
    readonly data: Data;
    readonly most: number;
    readonly least: number;
    /** What it is fitted to, as the objective has it. */
    readonly template?: Template;
  };
  /** While the objective is looked at for what fitted members are asked: this one, and those inside of it. */
  probes?: Map<Store, Probe>;
  /** Trees that are grown from the rows, by where they are asked for. */
  readonly trees: Map<string, TreeOf>;
  /** What may move, where it is not the parameters themselves: one for a member and the members inside it. */
  readonly tuning?: Tuning;
}

/** What a fitted member is asked, and the unknown in the place of its answer. */
export interface Probe {
  asked?: {
    readonly input: Value;
    readonly answer: Node;
    readonly axes: readonly Axis[];
    readonly classes?: number;
    readonly span: Span;
  };
}

/** `tuning lora[4]`: the restriction, and its member for each parameter (by the variable's id) that it is asked of. */
export interface Tuning {
  readonly restriction: Model;
  readonly members: Map<string, Member>;
  readonly span: Span;
}

/** A trained problem: `pre.h` is a member of it. */
export interface StageValue {
  readonly kind: 'stage';
  readonly id: string;
  readonly members: ReadonlyMap<string, Value>;
  readonly train?: Data;
  readonly evaluation?: Data;
  readonly value?: (ctx: Context) => Tensor;
}

/** A protocol with its data. */
export interface Paradigm {
  readonly kind: 'paradigm';
  readonly name: string;
  readonly steps: readonly ProtocolStep[];
}

export type TrainStep = Extract<ProtocolStep, { kind: 'train' }>;

export type ProtocolStep =
  | {
      readonly kind: 'train';
      readonly data: Value;
      readonly count?: number;
      readonly unit?: 'epochs' | 'steps';
      readonly span: Span;
    }
  | { readonly kind: 'eval'; readonly data: Value; readonly label?: string; readonly span: Span }
  | { readonly kind: 'restart'; readonly span: Span }
  | {
      readonly kind: 'collect';
      readonly from: Dist;
      readonly into: Buffer;
      readonly count: number;
      readonly span: Span;
    }
  /** Again and again until the problem's `for` is over: rows are collected, there is one `train`. */
  | { readonly kind: 'repeat'; readonly steps: readonly ProtocolStep[]; readonly span: Span }
  /** Inside `repeat`: evaluations at steps divisible by `count`. */
  | { readonly kind: 'every'; readonly count: number; readonly steps: readonly ProtocolStep[]; readonly span: Span };

/** An update rule for parameters, or a transformation of their gradient (`clip`), written in the language. */
export interface Optimiser {
  readonly kind: 'optimiser';
  readonly name: string;
  readonly transform: boolean;
  readonly start?: Value;
  readonly step: Value;
  readonly text: string;
  /** Solves the whole problem in place of steps along gradients. */
  readonly solver?: 'em';
}

/** What stands behind one `by`: an update rule and any number of transforms. */
export interface Rule {
  readonly rule: Optimiser;
  readonly transforms: readonly Optimiser[];
  /** Where the spec says it, if it does. */
  readonly span?: Span;
}

export type Value =
  | Tensor
  | Along
  | TextColumn
  | Data
  | Dist
  | FunctionValue
  | Model
  | Member
  | StageValue
  | Paradigm
  | Optimiser
  | { readonly kind: 'tuple'; readonly items: readonly Value[] }
  /** `set`: the data file whose columns these are. */
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, Value>; readonly set?: string }
  /** Values known one by one while compiling: data sets, models, functions. */
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly kind: 'space'; readonly space: Space }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  | { readonly kind: 'missing' }
  /** Something that has been reported already. */
  | { readonly kind: 'poison' };
