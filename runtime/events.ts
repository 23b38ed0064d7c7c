/**
 * What a run says while it goes on, as plain data: for the terminal, the report, the playground, and `metrics.jsonl`.
 * Numbers are the same whenever the same seed runs on the same engine; everything read off a clock is in `seconds` and nowhere else.
 */
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { Decision, PictureKind, Stage } from '../compiler/program.ts';
import type { Span } from '../grammar/span.ts';
import type { Position } from './position.ts';
import type { EngineName } from './engines/engine.ts';

/** Which training: the stage's id, and which of its seeds (0, 1, ...). */
export interface Where {
  readonly stage: string;
  readonly run: number;
  readonly seed: number;
}

export interface Trained extends Where {
  /** Index among the stage's actions, and its label. */
  readonly action: number;
  readonly label: string;
}

export type Verdict = 'met' | 'not met' | 'no threshold';

export interface EvaluationResult extends Where {
  readonly action: number;
  readonly label?: string;
  readonly name: string;
  readonly value: number;
  readonly compare?: { readonly op: string; readonly bound: number };
  readonly verdict: Verdict;
  readonly span: Span;
  /** How often the stage had been restarted in this run: folds are told apart by it. */
  readonly restarts: number;
}

/** One evaluation's name over everything: the mean over labels (folds, tasks), the median over seeds. The threshold is judged here. */
export interface Summary {
  readonly stage: string;
  readonly name: string;
  readonly value: number;
  /** The mean over labels, of each seed. */
  readonly perSeed: readonly { readonly seed: number; readonly value: number }[];
  /** The median over seeds, of each label. */
  readonly perLabel: readonly { readonly label: string; readonly value: number }[];
  readonly compare?: { readonly op: string; readonly bound: number };
  readonly verdict: Verdict;
  readonly span: Span;
}

/** How a solver without steps went. */
export interface Solved extends Trained {
  readonly solver: 'exact' | 'lbfgs' | 'em' | 'constrained' | 'fitted' | 'enumerated' | 'closed';
  /** In the user's sense. */
  readonly loss: number;
  readonly unknowns: number;
  readonly method: string;
  readonly rank?: number;
  readonly condition?: number;
  readonly residual?: number;
  readonly iterations?: number;
  /** Why L-BFGS stopped. */
  readonly reason?: string;
  /** Where it computed: float64 in plain arrays, or float32 on the engine. */
  readonly precision: 'float64' | 'float32';
}

/** What a solver's `unknowns` are. */
export const unknownsOf = ({ solver, unknowns }: Pick<Solved, 'solver' | 'unknowns'>): string =>
  `${unknowns} ${solver === 'fitted' ? 'rows' : solver === 'enumerated' ? 'points' : 'unknowns'}`;

/** A picture's numbers: `values` are the parts of a tuple or the columns of a table, `mask` says which rows to keep. */
export interface Frame {
  /** Steps of the stage done when it was drawn. */
  readonly step: number;
  readonly values: readonly ArrayValue[];
  readonly mask?: ArrayValue;
}

/** The instruction where a NaN or an infinity came from. */
export interface Culprit {
  readonly operation: string;
  readonly span?: Span;
  /** `log of 0`: what it was given, for people. */
  readonly detail: string;
}

export type Stopped =
  | { readonly reason: 'finished' }
  /** By request; the checkpoint goes on from here. */
  | ({ readonly reason: 'interrupted'; readonly step: number } & Partial<Trained>)
  /** `step`: the last one that was good. `what`: the loss, or the variable, that is not finite. */
  | ({ readonly reason: 'non-finite'; readonly step: number; readonly what: string } & Trained & Partial<Culprit>)
  /** The problem has no solution; why, in words. */
  | ({ readonly reason: 'no solution'; readonly message: string } & Trained)
  /** The checkpoint is of another program or engine. */
  | { readonly reason: 'refused'; readonly message: string };

export type Event =
  | {
      readonly type: 'run';
      readonly file: string;
      readonly engine: EngineName;
      readonly description: string;
      readonly seed: number;
    }
  | { readonly type: 'resumed'; readonly engine: EngineName; readonly seed: number; readonly position: Position }
  | ({ readonly type: 'stage'; readonly stage: string } & Pick<
      Stage,
      'name' | 'members' | 'formula' | 'seeds' | 'span'
    >)
  | ({ readonly type: 'decision'; readonly stage: string } & Decision)
  /** A stage's variables have initial values: at its start, for every seed, and at every `restart`. */
  | ({ readonly type: 'initialised'; readonly restarts: number } & Where)
  | ({
      readonly type: 'train';
      readonly solver: 'gradient' | 'exact' | 'lbfgs' | 'em' | 'constrained' | 'fitted' | 'enumerated';
      readonly total: number;
      readonly players: readonly string[];
      /** Those of the players whose objective is to become large. */
      readonly maximised?: readonly string[];
    } & Trained)
  /** `step` steps are done; the losses are those of the last of them, before its update. */
  | ({
      readonly type: 'step';
      readonly step: number;
      readonly total: number;
      readonly epoch: number;
      readonly losses: Readonly<Record<string, number>>;
    } & Trained)
  | ({ readonly type: 'solved' } & Solved)
  | ({ readonly type: 'progress'; readonly step: number; readonly epoch: number } & EvaluationResult)
  | ({ readonly type: 'evaluation' } & EvaluationResult)
  | ({ readonly type: 'summary' } & Summary)
  | ({
      readonly type: 'show';
      readonly name: string;
      readonly kind: PictureKind;
      readonly columns?: readonly string[];
    } & Frame)
  | { readonly type: 'checkpoint'; readonly step: number; readonly bytes: number }
  | { readonly type: 'warning'; readonly message: string; readonly span?: Span }
  | { readonly type: 'stage end'; readonly stage: string }
  | ({ readonly type: 'stopped' } & Stopped);

/** `seconds` since the run (or its resumption) began. */
export type OnEvent = (event: Event, seconds: number) => void;

/** Arrays longer than this are left out of the lines. */
const longest = 4096;

const plain = (_: string, value: unknown): unknown => {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'object' && value !== null && 'dtype' in value && 'data' in value) {
    const { dtype, shape, data } = value as ArrayValue;
    return { dtype, shape, ...(data.length <= longest && { data: Array.from(data) }) };
  }
  return value;
};

/**
 * Whether an event is a line of `metrics.jsonl`: not those that depend on when the run was stopped or saved, so that a run that was
 * stopped and resumed leaves the lines of one that was not.
 */
export const isMetric = (event: Event): boolean =>
  event.type !== 'checkpoint' &&
  event.type !== 'resumed' &&
  !(event.type === 'stopped' && event.reason === 'interrupted');

/** The line; NaN and infinities are strings. The time, if given, is the last field. */
export const toMetricsLine = (event: Event, seconds?: number): string | undefined =>
  isMetric(event) ? JSON.stringify({ ...event, ...(seconds !== undefined && { seconds }) }, plain) : undefined;
