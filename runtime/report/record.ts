/**
 * What a run said, gathered for the report: loss and evaluation curves, results, decisions. Fed with events as they come
 * (or, after a resumption, with the lines of metrics.jsonl first).
 */
import type { Decision } from '../../compiler/program.ts';
import type { EvaluationResult, Event, Solved, Stopped, Summary } from '../events.ts';

export interface Curve {
  readonly name: string;
  readonly run: number;
  readonly seed: number;
  readonly x: number[];
  readonly y: number[];
}

export interface StageRecord {
  readonly id: string;
  name: string;
  members: readonly { readonly name: string; readonly model: string; readonly parameters: number }[];
  formula: { readonly unicode: string; readonly latex: string };
  readonly decisions: Decision[];
  readonly losses: Curve[];
  /** Players whose objective is to become large. */
  maximised?: readonly string[];
  readonly progress: Curve[];
  readonly evaluations: EvaluationResult[];
  readonly summaries: Summary[];
  readonly solved: Solved[];
}

export interface RunRecord {
  readonly stages: StageRecord[];
  readonly warnings: string[];
  stopped?: Stopped;
  /** Steps of earlier actions of a training, by stage, run and players: the curves of a stream of tasks are one behind the other. */
  readonly done: Map<string, { action: number; before: number; last: number }>;
}

export const newRecord = (): RunRecord => ({ stages: [], warnings: [], done: new Map() });

const stageOf = (record: RunRecord, id: string): StageRecord => {
  const found = record.stages.find((s) => s.id === id);
  if (found) return found;
  const made: StageRecord = {
    ...{ id, name: id, members: [], formula: { unicode: '', latex: '' }, decisions: [] },
    ...{ losses: [], progress: [], evaluations: [], summaries: [], solved: [] },
  };
  record.stages.push(made);
  return made;
};

/** What the number of a player is called. */
export const measureOf = (stage: StageRecord | undefined, player: string): 'loss' | 'objective' =>
  stage?.maximised?.includes(player) ? 'objective' : 'loss';

const curveOf = (curves: Curve[], name: string, { run, seed }: { run: number; seed: number }): Curve => {
  const found = curves.find((c) => c.name === name && c.run === run);
  if (found) return found;
  const made: Curve = { name, run, seed, x: [], y: [] };
  curves.push(made);
  return made;
};

/** Steps since the training of these players began, over all its actions. What is computed between them has steps of its own. */
const overall = (record: RunRecord, e: Extract<Event, { type: 'step' }>): number => {
  const key = `${e.stage} ${e.run} ${Object.keys(e.losses).join()}`;
  const was = record.done.get(key) ?? { action: e.action, before: 0, last: 0 };
  const at = was.action === e.action ? was : { action: e.action, before: was.before + was.last, last: 0 };
  at.last = Math.max(at.last, e.step);
  record.done.set(key, at).set(`${e.stage} ${e.run}`, at);
  return at.before + e.step;
};

/** An evaluation during training comes under the number of its own action: its place is that of the training. */
const during = (record: RunRecord, e: { stage: string; run: number; step: number }): number =>
  (record.done.get(`${e.stage} ${e.run}`)?.before ?? 0) + e.step;

const add = (curve: Curve, x: number, y: number): void => {
  curve.x.push(x);
  curve.y.push(y);
};

export const recordEvent = (record: RunRecord, event: Event): void => {
  switch (event.type) {
    case 'stage': {
      const { name, members, formula } = event;
      Object.assign(stageOf(record, event.stage), { name, members, formula });
      return;
    }
    case 'decision': {
      const { decisions } = stageOf(record, event.stage);
      if (!decisions.some((d) => d.subject === event.subject && d.choice === event.choice)) decisions.push(event);
      return;
    }
    case 'train': {
      const stage = stageOf(record, event.stage);
      stage.maximised = [...(stage.maximised ?? []), ...(event.maximised ?? [])];
      return;
    }
    case 'step': {
      const x = overall(record, event);
      const { losses } = stageOf(record, event.stage);
      for (const [player, loss] of Object.entries(event.losses)) add(curveOf(losses, player, event), x, loss);
      return;
    }
    case 'progress':
      add(curveOf(stageOf(record, event.stage).progress, event.name, event), during(record, event), event.value);
      return;
    case 'solved':
      stageOf(record, event.stage).solved.push(event);
      return;
    case 'evaluation':
      stageOf(record, event.stage).evaluations.push(event);
      return;
    case 'summary':
      stageOf(record, event.stage).summaries.push(event);
      return;
    case 'warning':
      record.warnings.push(event.message);
      return;
    case 'stopped':
      record.stopped = event;
      return;
    default:
      return;
  }
};
