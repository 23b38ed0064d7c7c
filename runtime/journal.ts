/**
 * What a run has found so far and where it stands: the part of its state that is not in the engine. It changes as the run goes on,
 * and together with the variables it is a checkpoint.
 */
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { Program } from '../compiler/program.ts';
import { prefixed, under, type Carried, type Checkpoint, type Header } from './checkpoint.ts';
import type { Position } from './position.ts';
import type { EngineName } from './engines/engine.ts';
import type { EvaluationResult, Frame, Solved } from './events.ts';

export interface Journal {
  readonly program: string;
  readonly engine: EngineName;
  readonly seed: number;
  position: Position;
  readonly evaluations: EvaluationResult[];
  readonly solved: Solved[];
  /** Of every show. */
  readonly frames: Frame[][];
  /** Lines of metrics. */
  metrics: number;
  /** Final variables of the first of several seeds, while the others train. */
  first?: ReadonlyMap<string, ArrayValue>;
}

const start: Position = {
  stage: 0,
  run: 0,
  action: 0,
  step: 0,
  epoch: 0,
  restarts: 0,
  stageSteps: 0,
  steps: 0,
  begun: false,
  started: false,
};

export const emptyJournal = (program: Program, hash: string, engine: EngineName, seed: number): Journal => ({
  program: hash,
  engine,
  seed,
  position: start,
  evaluations: [],
  solved: [],
  frames: program.shows.map(() => []),
  metrics: 0,
});

export const toCheckpoint = (
  journal: Journal,
  variables: ReadonlyMap<string, ArrayValue>,
  carried: Carried,
): Checkpoint => {
  const { program, engine, seed, position, evaluations, solved, metrics } = journal;
  const tensors = new Map([
    ...prefixed('var:', variables),
    ...prefixed('first:', journal.first ?? new Map()),
    ...prefixed('solver:', carried.tensors),
  ]);
  const frames: Header['frames'][number][] = [];
  journal.frames.forEach((drawn, show) =>
    drawn.forEach(({ step, values, mask }, frame) => {
      frames.push({ show, step, parts: values.length, mask: mask !== undefined });
      values.forEach((value, part) => tensors.set(`show:${show}:${frame}:${part}`, value));
      if (mask) tensors.set(`show:${show}:${frame}:mask`, mask);
    }),
  );
  const solver = carried.numbers;
  return {
    header: { format: 1, program, engine, seed, position, evaluations, solved, frames, solver, metrics },
    tensors,
  };
};

export const fromCheckpoint = (program: Program, { header, tensors }: Checkpoint) => {
  const frames: Frame[][] = program.shows.map(() => []);
  for (const { show, step, parts, mask } of header.frames) {
    const place = `show:${show}:${frames[show].length}`;
    const values = Array.from({ length: parts }, (_, part) => tensors.get(`${place}:${part}`)!);
    frames[show].push({ step, values, ...(mask && { mask: tensors.get(`${place}:mask`) }) });
  }
  const first = under(tensors, 'first:');
  const journal: Journal = {
    program: header.program,
    engine: header.engine,
    seed: header.seed,
    position: header.position,
    evaluations: [...header.evaluations],
    solved: [...header.solved],
    frames,
    metrics: header.metrics,
    first: first.size > 0 ? first : undefined,
  };
  const carried: Carried = { numbers: header.solver, tensors: under(tensors, 'solver:') };
  return { journal, carried, variables: under(tensors, 'var:') };
};
