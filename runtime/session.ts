/**
 * A run: the stages of a program one after the other on an engine, from a seed or from a checkpoint, to variables, evaluations and pictures.
 *
 *     initial values -> [train -> eval -> restart]... for every seed -> pictures -> medians -> next stage
 *
 * The same seed on the same engine gives the same numbers bit for bit, also when the run is stopped and resumed in between.
 */
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { Program } from '../compiler/program.ts';
import type { Carried, Checkpoint } from './checkpoint.ts';
import { openSession, type Session, type SessionOptions } from './context.ts';
import type { Engine } from './engines/engine.ts';
import type { Stopped } from './events.ts';
import { openWholes, type Sources } from './feeds.ts';
import { fingerprint } from './hash.ts';
import { emptyJournal, fromCheckpoint } from './journal.ts';
import { draw } from './measure.ts';
import { openPreparer } from './prepare.ts';
import { streamsOf } from './random.ts';
import { summarise, type RunResult } from './result.ts';
import { nothing } from './solvers/training.ts';
import { runStage } from './stage.ts';
import { openVariables } from './variables.ts';

export interface RunOptions extends SessionOptions {
  readonly engine: Engine;
  /** Of stages that do not say one themselves. */
  readonly seed: number;
  /** Goes on from here, with the checkpoint's seed. */
  readonly resume?: Checkpoint;
}

/** Pictures that read no stage's members. */
const drawRest = async (session: Session): Promise<void> => {
  const { program, journal, sources, preparer, emit } = session;
  const streams = streamsOf(journal.seed, program.stages.length);
  for (const [index, show] of program.shows.entries()) {
    if (show.stage !== undefined || journal.frames[index].length > 0) continue;
    const frame = await draw(show, streams.show(index), 0, sources, preparer);
    journal.frames[index].push(frame);
    const { name, kind, columns } = show;
    emit({ type: 'show', name, kind, ...(columns && { columns }), ...frame });
  }
};

const runStages = async (session: Session, begin: Carried): Promise<Stopped> => {
  const { program, journal } = session;
  let carried = begin;
  while (journal.position.stage < program.stages.length) {
    const stopped = await runStage(session, program.stages[journal.position.stage], carried);
    if (stopped) return stopped;
    carried = nothing;
  }
  await drawRest(session);
  return { reason: 'finished' };
};

const resultOf = (
  { program, journal }: Session,
  stopped: Stopped,
  variables: ReadonlyMap<string, ArrayValue>,
  seconds: number,
): RunResult => {
  const { evaluations, solved, position, frames } = journal;
  const done = program.stages.slice(0, position.stage);
  const summaries = done.flatMap(({ id }) => summarise(id, evaluations));
  const met = stopped.reason === 'finished' && summaries.every(({ verdict }) => verdict !== 'not met');
  const shows = program.shows.map((show, i) => ({ show, frames: frames[i] }));
  return { stopped, evaluations, summaries, met, variables, solved, shows, steps: position.steps, seconds };
};

export const runProgram = async (program: Program, options: RunOptions): Promise<RunResult> => {
  const { engine, seed, resume, now = () => performance.now() } = options;
  const began = now();
  // Reading all data takes a moment: only where somebody will compare.
  const hash = resume || options.store ? fingerprint(program) : '';
  const resumed = resume && fromCheckpoint(program, resume);
  const journal = resumed?.journal ?? emptyJournal(program, hash, engine.name, seed);
  const sources: Sources = {
    engine,
    program,
    variables: openVariables(engine),
    wholes: openWholes(engine, program),
  };
  const preparer = openPreparer(engine);
  const session = openSession(program, sources, preparer, journal, options);
  const { emit } = session;
  const end = async (stopped: Stopped): Promise<RunResult> => {
    emit({ type: 'stopped', ...stopped });
    return resultOf(session, stopped, await sources.variables.host(), (now() - began) / 1000);
  };

  try {
    if (resumed) {
      if (journal.program !== hash)
        return await end({
          reason: 'refused',
          message: 'the checkpoint is of another program: its text, its data or its protocol differs',
        });
      emit({ type: 'resumed', engine: engine.name, seed: journal.seed, position: journal.position });
      if (journal.engine !== engine.name) {
        const message = `the checkpoint was made on ${journal.engine}: on ${engine.name} the last digits will differ`;
        emit({ type: 'warning', message });
      }
      for (const [id, value] of resumed.variables) sources.variables.put(id, value);
    } else {
      emit({ type: 'run', file: program.file, engine: engine.name, description: engine.description, seed });
    }
    const stopped = await runStages(session, resumed?.carried ?? nothing);
    if (stopped.reason === 'finished') await session.save(nothing);
    return await end(stopped);
  } finally {
    sources.variables.release();
    sources.wholes.release();
    preparer.dispose();
  }
};
