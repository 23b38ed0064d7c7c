/** The page's side of the training worker, and what is kept of a run so that closing the tab loses nothing. */
import type { Event } from '../../../runtime/events.ts';
import { newRecord, recordEvent } from '../../../runtime/report/record.ts';
import type { RunRecord } from '../../../runtime/report/record.ts';
import { askOf } from '../../workers/calls.ts';
import type { Ask } from '../../workers/calls.ts';
import type { BrowserEngine } from '../../workers/engine-names.ts';
import type { FileSource } from '../../workers/files.ts';
import type { ParameterView } from '../../workers/parameters.ts';
import type { Batch, Ended, Start, TrainingOffers } from '../../workers/training.ts';
import { keep, kept } from '../storage.ts';
import { addFrame } from './frames.ts';
import type { Pictures } from './frames.ts';

export type Status = 'idle' | 'starting' | 'running' | 'pausing' | 'paused' | 'stopped' | 'finished' | 'failed';

/** It can go on from its last checkpoint. */
export const isHeld = (status: Status | undefined): boolean => status === 'paused' || status === 'stopped';

export interface Run {
  status: Status;
  readonly text: string;
  readonly seed: number;
  engine?: { readonly engine: string; readonly description: string; readonly reason: string };
  record: RunRecord;
  pictures: Pictures;
  parameters: readonly ParameterView[];
  checkpoint?: Uint8Array;
  /** Steps of this action: done and in all. */
  progress?: { readonly step: number; readonly total: number; readonly label: string };
  message?: string;
  met?: boolean;
  seconds: number;
  /** Of the parts before it was paused. */
  secondsBefore?: number;
  readonly at: number;
}

export interface Training {
  readonly run: () => Run | undefined;
  start(text: string, seed: number, engine: BrowserEngine | 'auto', files: FileSource): void;
  pause(): void;
  resume(files: FileSource): void;
  step(text: string, seed: number, engine: BrowserEngine | 'auto', files: FileSource): void;
  stop(): void;
  safetensors(files: FileSource): Promise<Uint8Array | undefined>;
  onChange(listener: (run: Run | undefined) => void): void;
}

const fresh = (text: string, seed: number): Run => ({
  ...{
    status: 'starting',
    text,
    seed,
    record: newRecord(),
    pictures: new Map(),
    parameters: [],
    seconds: 0,
    at: Date.now(),
  },
});

/** Plain data only: a run goes into the browser's storage as it is. */
const name = 'run';

export const openTraining = (): Training => {
  const listeners: ((run: Run | undefined) => void)[] = [];
  let worker: Worker | undefined;
  let ask: Ask<TrainingOffers> | undefined;
  let run: Run | undefined;
  let engineName: BrowserEngine | 'auto' = 'auto';
  let asked = 0;

  const changed = (): void => listeners.forEach((f) => f(run));
  const save = (): void => void (run && keep(name, { ...run }));

  const hear = (event: Event, seconds: number): void => {
    if (!run) return;
    recordEvent(run.record, event);
    run.seconds = (run.secondsBefore ?? 0) + seconds;
    if (event.type === 'train') run.progress = { step: 0, total: event.total, label: event.label };
    else if (event.type === 'step') run.progress = { step: event.step, total: event.total, label: event.label };
    else if (event.type === 'show') addFrame(run.pictures, event);
  };

  const open = (): Ask<TrainingOffers> => {
    if (ask) return ask;
    worker = new Worker(new URL('../../workers/training.ts', import.meta.url), { type: 'module', name: 'training' });
    ask = askOf<TrainingOffers>(worker, ({ told, value }) => {
      if (!run) return;
      if (told === 'began') {
        run.engine = value as Run['engine'];
        if (run.status === 'starting') run.status = 'running';
      } else if (told === 'events') for (const [event, seconds] of value as Batch) hear(event, seconds);
      else if (told === 'parameters') run.parameters = value as ParameterView[];
      else if (told === 'checkpoint') {
        run.checkpoint = value as Uint8Array;
        save();
      }
      changed();
    });
    return ask;
  };

  const settle = (mine: number, ended: Ended): void => {
    if (!run || mine !== asked) return;
    const { stopped, met, seconds, parameters, checkpoint } = ended;
    run.parameters = parameters;
    run.checkpoint = checkpoint ?? run.checkpoint;
    run.seconds = (run.secondsBefore ?? 0) + seconds;
    run.status = stopped === 'interrupted' ? 'paused' : stopped === 'finished' ? 'finished' : 'failed';
    run.met = stopped === 'finished' ? met : undefined;
    save();
    changed();
  };

  const begin = (start: Start): void => {
    const mine = ++asked;
    changed();
    open()('start', start)
      .then((ended) => settle(mine, ended))
      .catch((error: unknown) => {
        if (!run || mine !== asked) return;
        run.status = 'failed';
        run.message = error instanceof Error ? error.message : String(error);
        changed();
      });
  };

  /** A worker that does not answer is ended; the next run has a new one. */
  const end = (): void => {
    worker?.terminate();
    worker = undefined;
    ask = undefined;
    asked++;
  };

  const begun = (text: string, seed: number): boolean => isHeld(run?.status) && run?.text === text && run.seed === seed;

  void kept<Run>(name).then((last) => {
    if (!last || run) return;
    const cut = last.status === 'running' || last.status === 'starting' || last.status === 'pausing';
    run = { ...last, status: cut ? 'paused' : last.status };
    changed();
  });

  return {
    run: () => run,
    onChange: (listener) => void listeners.push(listener),
    start: (text, seed, engine, files) => {
      engineName = engine;
      run = fresh(text, seed);
      begin({ text, seed, engine, files });
    },
    pause: () => {
      if (run?.status !== 'running') return;
      run.status = 'pausing';
      void open()('pause', undefined as never);
      changed();
    },
    resume: (files) => {
      if (!run || !isHeld(run.status)) return;
      run.status = 'starting';
      run.secondsBefore = run.seconds;
      const { text, seed, checkpoint } = run;
      begin({ text, seed, engine: engineName, files, checkpoint });
    },
    step: (text, seed, engine, files) => {
      engineName = engine;
      if (!begun(text, seed)) run = fresh(text, seed);
      if (!run) return;
      run.status = 'starting';
      run.secondsBefore = run.seconds;
      begin({ text, seed, engine, files, checkpoint: run.checkpoint, single: true });
    },
    stop: () => {
      if (!run) return;
      end();
      run.status = run.checkpoint ? 'stopped' : 'idle';
      save();
      changed();
    },
    safetensors: async (files) => {
      if (!run) return undefined;
      const { text, seed, checkpoint } = run;
      return open()('safetensors', { text, seed, engine: engineName, files, checkpoint });
    },
  };
};
