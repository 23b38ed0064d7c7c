/**
 * What the parts of a session share: the engine, the variables in it, the journal, and the ways to speak, to save and to be stopped.
 */
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { Program } from '../compiler/program.ts';
import { writeCheckpoint, type Carried, type CheckpointStore } from './checkpoint.ts';
import { isMetric, type Event, type OnEvent } from './events.ts';
import type { Sources } from './feeds.ts';
import { hasNaN } from './finite.ts';
import { toCheckpoint, type Journal } from './journal.ts';
import type { Preparer } from './prepare.ts';

/** Somebody looks at the gradients of a training: now and then, and where it ends or stops. It changes no number of the run. */
export interface Watch {
  readonly everySeconds: number;
  /** By the variable's id; in the coordinates in which it is trained. */
  readonly onGradients: (gradients: ReadonlyMap<string, ArrayValue>) => void;
}

export interface Session {
  readonly program: Program;
  readonly sources: Sources;
  readonly preparer: Preparer;
  readonly journal: Journal;
  emit(event: Event): void;
  /** Writes a checkpoint of where the journal stands. */
  save(carried: Carried): Promise<void>;
  saveDue(): boolean;
  readonly watch?: Watch;
  watchDue(): boolean;
  /** Gives way to timers and signals now and then. True: stop was asked for. */
  breathe(): Promise<boolean>;
}

export interface SessionOptions {
  readonly onEvent?: OnEvent;
  /** An AbortSignal will do. */
  readonly signal?: { readonly aborted: boolean };
  readonly store?: CheckpointStore;
  /** At least so often, while a step takes less; 30 if not said. */
  readonly checkpointEverySeconds?: number;
  readonly watch?: Watch;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** One turn of the event loop. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });

/** Milliseconds of work between turns: a stop request waits no longer than this and a step. */
const slice = 50;

export const openSession = (
  program: Program,
  sources: Sources,
  preparer: Preparer,
  journal: Journal,
  { onEvent, signal, store, checkpointEverySeconds = 30, watch, now = () => performance.now() }: SessionOptions,
): Session => {
  const began = now();
  let turned = began;
  let saved = began;
  let watched = began;
  const emit = (event: Event): void => {
    if (isMetric(event)) journal.metrics++;
    onEvent?.(event, (now() - began) / 1000);
  };
  return {
    program,
    sources,
    preparer,
    journal,
    emit,
    save: async (carried) => {
      if (!store) return;
      const variables: ReadonlyMap<string, ArrayValue> = await sources.variables.host();
      // A NaN between two log points is about to be found: the last good checkpoint must not be lost to it.
      if ([...variables.values()].some(hasNaN)) return;
      const bytes = writeCheckpoint(toCheckpoint(journal, variables, carried));
      await store.write(bytes);
      saved = now();
      emit({ type: 'checkpoint', step: journal.position.step, bytes: bytes.length });
    },
    saveDue: () => store !== undefined && now() - saved >= checkpointEverySeconds * 1000,
    watch,
    watchDue: () => {
      if (!watch || now() - watched < watch.everySeconds * 1000) return false;
      watched = now();
      return true;
    },
    breathe: async () => {
      if (now() - turned >= slice) {
        await turn();
        turned = now();
      }
      return signal?.aborted ?? false;
    },
  };
};
