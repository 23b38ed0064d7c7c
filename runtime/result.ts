/**
 * What a run ends with, and how many evaluations become one verdict.
 */
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { Evaluation, Show } from '../compiler/program.ts';
import type { EvaluationResult, Frame, Solved, Stopped, Summary, Verdict } from './events.ts';

export interface Drawn {
  readonly show: Show;
  readonly frames: readonly Frame[];
}

export interface RunResult {
  readonly stopped: Stopped;
  /** Every evaluation in the order in which it was made, without those of the progress. */
  readonly evaluations: readonly EvaluationResult[];
  readonly summaries: readonly Summary[];
  /** The run finished and every threshold is met. */
  readonly met: boolean;
  /** Final values (unconstrained coordinates for parameters); of a stage with several seeds, the first's. */
  readonly variables: ReadonlyMap<string, ArrayValue>;
  readonly solved: readonly Solved[];
  readonly shows: readonly Drawn[];
  /** Gradient steps in all. */
  readonly steps: number;
  readonly seconds: number;
}

/** Values are computed in single precision: 76 of 80 comes out as 0.94999999, which is not below 0.95. */
const rounding = (value: number, bound: number): number => 1e-6 * Math.max(Math.abs(value), Math.abs(bound));

/** NaN meets nothing. */
export const judge = (value: number, compare: Evaluation['compare']): Verdict => {
  if (!compare) return 'no threshold';
  const { op, bound, slack: allowed = 0 } = compare;
  const slack = op === '<' || op === '>' ? allowed : Math.max(allowed, rounding(value, bound));
  const met =
    op === '<='
      ? value <= bound + slack
      : op === '>='
        ? value >= bound - slack
        : op === '<'
          ? value < bound + slack
          : op === '>'
            ? value > bound - slack
            : Math.abs(value - bound) <= slack;
  return met ? 'met' : 'not met';
};

/** NaN if any is NaN. */
export const median = (values: readonly number[]): number => {
  if (values.some(Number.isNaN)) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const grouped = <T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
};

/**
 * One line a name. A label that is evaluated again counts as it was last (a continual learner's first task after the last one);
 * after a restart it is another one (folds without labels).
 */
export const summarise = (stage: string, evaluations: readonly EvaluationResult[]): Summary[] => {
  const here = evaluations.filter((e) => e.stage === stage);
  return [...grouped(here, (e) => e.name)].map(([name, ofName]) => {
    const runs = [...grouped(ofName, (e) => String(e.run)).values()].map((ofRun) => ({
      seed: ofRun[0].seed,
      last: new Map(ofRun.map((e) => [`${e.restarts} ${e.label ?? ''}`, e])),
    }));
    const perSeed = runs.map(({ seed, last }) => ({ seed, value: mean([...last.values()].map((e) => e.value)) }));
    const perLabel = [...runs[0].last].map(([key, e]) => ({
      label: e.label ?? '',
      value: median(runs.map(({ last }) => last.get(key)?.value ?? NaN)),
    }));
    const value = median(perSeed.map((s) => s.value));
    const { compare, span } = ofName[0];
    return {
      stage,
      name,
      value,
      perSeed,
      perLabel,
      compare,
      verdict: judge(value, compare as Evaluation['compare']),
      span,
    };
  });
};
