/**
 * The training worker: compiles a text, runs it on an engine, and tells the page what happens as it happens. Pausing stops the run at a
 * checkpoint; going on, and a single step, resume from it, so they give the numbers of a run that was never stopped.
 */
import { compile } from '../../compiler/compile.ts';
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import type { Program, Show } from '../../compiler/program.ts';
import { readCheckpoint, under } from '../../runtime/checkpoint.ts';
import type { Checkpoint } from '../../runtime/checkpoint.ts';
import type { Engine } from '../../runtime/engines/engine.ts';
import type { Event } from '../../runtime/events.ts';
import { fingerprint, hashOfBytes } from '../../runtime/hash.ts';
import { valuesOf } from '../../runtime/measure.ts';
import { parametersFile, parametersOf } from '../../runtime/parameters.ts';
import { runProgram } from '../../runtime/session.ts';
import { offer, tell } from './calls.ts';
import type { Callee } from './calls.ts';
import { openBrowserEngine } from './engines.ts';
import type { BrowserEngine } from './engine-names.ts';
import { browserHost } from './files.ts';
import type { FileSource } from './files.ts';
import { parameterRows } from './parameters.ts';
import type { ParameterView } from './parameters.ts';
import { withSurface } from './surface.ts';

export interface Start {
  readonly text: string;
  readonly seed: number;
  readonly engine: BrowserEngine | 'auto';
  readonly files: FileSource;
  /** Where an earlier run stopped, kept over a reload. */
  readonly checkpoint?: Uint8Array;
  /** Stop after one step. */
  readonly single?: boolean;
}

/** A batch of what the run said, with the seconds at which it did. */
export type Batch = readonly (readonly [Event, number])[];

export interface Ended {
  readonly stopped: string;
  readonly met: boolean;
  readonly seconds: number;
  readonly steps: number;
  readonly parameters: readonly ParameterView[];
  readonly checkpoint?: Uint8Array;
}

const scope = self as unknown as Callee;

interface Current {
  readonly key: string;
  readonly program: Program;
  readonly engine: Engine;
  readonly reason: string;
  checkpoint?: Checkpoint;
  variables: ReadonlyMap<string, ArrayValue>;
}

let current: Current | undefined;
let stop: (() => void) | undefined;
let opened: { readonly name: string; readonly engine: Engine; readonly reason: string } | undefined;

const steps = (program: Program, stage: string | undefined): number =>
  program.stages
    .filter((s) => s.id === stage)
    .flatMap((s) => s.actions)
    .reduce((n, a) => n + (a.kind === 'train' && a.solver.kind === 'gradient' ? a.solver.steps : 0), 0);

const frames = 12;

/** Pictures that do not say how often are drawn while it trains, too. A curve over steps means something else: it stays as it is. */
const live = (program: Program): Program => ({
  ...program,
  shows: program.shows.map((show: Show) => {
    const total = steps(program, show.stage);
    return show.every !== undefined || show.kind === 'curve' || total < frames
      ? show
      : { ...show, every: Math.ceil(total / frames) };
  }),
});

const engineFor = async (name: Start['engine']): Promise<NonNullable<typeof opened>> => {
  if (opened?.name === name) return opened;
  opened?.engine.dispose();
  opened = undefined;
  const found = await openBrowserEngine(name);
  if ('failed' in found) throw new Error(found.failed);
  opened = { name, ...found };
  return opened;
};

const prepare = async ({ text, seed, engine: name, files }: Start): Promise<Current> => {
  const { engine, reason } = await engineFor(name);
  const host = browserHost(() => files);
  const { program, diagnostics } = await compile('spec.learn', text, host, { seed });
  const wrong = diagnostics.find((d) => d.severity === 'error');
  if (!program || wrong) throw new Error(wrong?.message ?? 'the spec has errors');
  return { key: '', program: live(await withSurface(text, program, host, seed)), engine, reason, variables: new Map() };
};

/** A page that draws sixty times a second needs no more than this. */
const interval = 100;

const teller = (): { add: (event: Event, seconds: number) => void; flush: () => void } => {
  let batch: [Event, number][] = [];
  let last = 0;
  const flush = (): void => {
    if (batch.length > 0) tell(scope, 'events', batch satisfies Batch);
    batch = [];
    last = performance.now();
  };
  return {
    flush,
    add: (event, seconds) => {
      batch.push([event, seconds]);
      if (performance.now() - last > interval) flush();
    },
  };
};

/** Asked for at the first look it is false, then true: one step. */
const afterOne = (): { readonly aborted: boolean } => {
  let looks = 0;
  return {
    get aborted() {
      return looks++ > 0;
    },
  };
};

const keyOf = ({ text, seed, engine, files }: Start): string =>
  JSON.stringify([text, seed, engine, [...files.dropped].map(([name, bytes]) => [name, hashOfBytes(bytes)])]);

/** Parameters of the run as it is here, or of one that another visit has left. */
const trained = async (
  start: Start,
): Promise<{ program: Program; variables: ReadonlyMap<string, ArrayValue> } | undefined> => {
  if (current && current.variables.size > 0 && current.key === keyOf(start)) return current;
  const kept = start.checkpoint && readCheckpoint(start.checkpoint);
  if (!kept || !('tensors' in kept)) return undefined;
  const { program } = await compile(
    'spec.learn',
    start.text,
    browserHost(() => start.files),
    { seed: start.seed },
  );
  return program && { program, variables: under(kept.tensors, 'var:') };
};

const run = async (start: Start): Promise<Ended> => {
  const key = keyOf(start);
  if (current?.key !== key) current = { ...(await prepare(start)), key };
  const running = current;
  const { program, engine, reason } = running;
  const kept = start.checkpoint && readCheckpoint(start.checkpoint);
  const resume = kept && 'header' in kept && kept.header.program === fingerprint(program) ? kept : undefined;
  tell(scope, 'began', { engine: engine.name, description: engine.description, reason, resumed: resume !== undefined });
  const out = teller();
  let aborted = false;
  stop = () => (aborted = true);
  let bytes: Uint8Array | undefined;
  let gradients: ReadonlyMap<string, ArrayValue> = new Map();
  const signal = start.single
    ? afterOne()
    : {
        get aborted() {
          return aborted;
        },
      };
  const result = await runProgram(program, {
    engine,
    seed: start.seed,
    ...(resume && { resume }),
    signal,
    onEvent: out.add,
    checkpointEverySeconds: 2,
    watch: { everySeconds: 2, onGradients: (found) => (gradients = new Map([...gradients, ...found])) },
    store: {
      read: () => Promise.resolve(bytes),
      write: (written) => {
        bytes = written;
        const checkpoint = readCheckpoint(written);
        if ('tensors' in checkpoint) {
          const values = valuesOf(program, under(checkpoint.tensors, 'var:'));
          tell(scope, 'parameters', parameterRows(program, values, gradients, checkpoint.header.position.steps));
        }
        tell(scope, 'checkpoint', written);
        return Promise.resolve();
      },
    },
  });
  out.flush();
  running.variables = result.variables;
  const { stopped, met, seconds } = result;
  const parameters = parameterRows(program, valuesOf(program, result.variables), gradients, result.steps);
  return {
    stopped: stopped.reason,
    met,
    seconds,
    steps: result.steps,
    parameters,
    ...(bytes && { checkpoint: bytes }),
  };
};

let going: Promise<unknown> = Promise.resolve();

const offers = {
  start: (start: Start): Promise<Ended> => {
    stop?.();
    const mine = going.then(() => run(start));
    going = mine.catch(() => undefined);
    return mine;
  },
  /** Stops at the next step; the checkpoint goes on from there. */
  pause: () => stop?.(),
  safetensors: async (start: Start): Promise<Uint8Array | undefined> => {
    const found = await trained(start);
    if (!found) return undefined;
    return parametersFile(parametersOf(found.program, found.variables));
  },
};

export type TrainingOffers = typeof offers;

offer(scope, offers);
