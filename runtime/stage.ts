/**
 * One stage: for each of its seeds, initial values, then the protocol (train, eval, restart), then the pictures; at the end the medians.
 * Wherever it is left it goes on at the journal's position.
 */
import type { Action, Evaluation, Stage } from '../compiler/program.ts';
import type { Carried } from './checkpoint.ts';
import type { Position } from './position.ts';
import type { Session } from './context.ts';
import type { EvaluationResult, Stopped, Trained, Where } from './events.ts';
import { keyValue } from './feeds.ts';
import { draw, measure, slopes } from './measure.ts';
import { prepareNamed } from './oracle.ts';
import { streamsOf, type Streams } from './random.ts';
import { judge, summarise } from './result.ts';
import { epochOf, isProgress } from './schedule.ts';
import { solveConstrained } from './solvers/constrained.ts';
import { solveExactly } from './solvers/exact.ts';
import { solveEnumerated } from './solvers/enumerated.ts';
import { solveFitted } from './solvers/fitted.ts';
import { trainByGradient } from './solvers/gradient.ts';
import { solveByEm } from './solvers/em.ts';
import { solveSmooth } from './solvers/smooth.ts';
import { nothing, type Outcome, type Training } from './solvers/training.ts';

type Train = Extract<Action, { readonly kind: 'train' }>;

/** Of one seed of the stage. */
interface Current {
  readonly session: Session;
  readonly stage: Stage;
  readonly where: Where;
  readonly streams: Streams;
}

const advance = ({ journal }: Session, change: Partial<Position>): void => {
  journal.position = { ...journal.position, ...change };
};

/** In the stage's order, each seeing those before it. */
const initialise = async ({ session, stage, streams, where }: Current): Promise<void> => {
  const { sources, journal, program, emit } = session;
  const { restarts } = journal.position;
  for (const [i, id] of stage.variables.entries()) {
    const { initial } = program.variables.get(id)!;
    const read = initial.inputs.flatMap(({ operation }) =>
      operation.op === 'input' && operation.name.startsWith('var:') ? [operation.name.slice(4)] : [],
    );
    const inputs = new Map([['key', keyValue(streams.initial(restarts, i))]]);
    for (const [other, value] of await sources.variables.host(read)) inputs.set(`var:${other}`, value);
    const [value] = prepareNamed(initial, 'float32')(inputs).values();
    sources.variables.put(id, value);
  }
  emit({ type: 'initialised', ...where, restarts });
};

const evaluateOne = async (
  { session, where, streams }: Current,
  { name, graph, feeds, compare, span }: Evaluation,
  at: { readonly action: number; readonly index: number; readonly label?: string },
): Promise<EvaluationResult> => {
  const { sources, preparer, journal } = session;
  const { restarts, stageSteps } = journal.position;
  const key = streams.evaluation(at.action, at.index);
  const value = await measure({ graph, feeds }, key, stageSteps, sources, preparer);
  const { action, label } = at;
  return { ...where, action, label, name, value, compare, verdict: judge(value, compare), span, restarts };
};

const evaluateAll = async (current: Current, action: Extract<Action, { readonly kind: 'eval' }>): Promise<void> => {
  const { journal, emit } = current.session;
  const at = journal.position.action;
  for (const [index, evaluation] of action.evaluations.entries()) {
    const result = await evaluateOne(current, evaluation, { action: at, index, label: action.label });
    journal.evaluations.push(result);
    emit({ type: 'evaluation', ...result });
    if (Number.isNaN(result.value))
      emit({ type: 'warning', message: `${result.name} is not a number (NaN)`, span: evaluation.span });
  }
};

/** Pictures of this stage; `done`: steps of the stage, for those that are drawn `every` so many. */
const drawAll = async (
  { session, stage, streams }: Current,
  due: (every: number | undefined) => boolean,
): Promise<void> => {
  const { program, journal, sources, preparer, emit } = session;
  const step = journal.position.stageSteps;
  for (const [index, show] of program.shows.entries()) {
    if (show.stage !== stage.id || !due(show.every) || journal.frames[index].at(-1)?.step === step) continue;
    const frame = await draw(show, streams.show(index), step, sources, preparer);
    journal.frames[index].push(frame);
    const { name, kind, columns } = show;
    emit({ type: 'show', name, kind, ...(columns && { columns }), ...frame });
  }
};

/** Progress and pictures after a step of gradient training. */
const afterStep = (current: Current, action: Train, trained: Trained, before: Position) => {
  const { session, stage, where } = current;
  const { solver } = action;
  const stepsPerEpoch = solver.kind === 'gradient' ? solver.stepsPerEpoch : 0;
  const total = solver.steps ?? 0;
  const next = stage.actions.findIndex((a, i) => i > trained.action && a.kind === 'eval');
  const upcoming = stage.actions[next];
  const isDue = ({ every }: { readonly every?: number }, step: number): boolean =>
    every === undefined ? isProgress(step, total, stepsPerEpoch) : step % every === 0 && step < total;
  const pictures = where.run === 0 ? session.program.shows.filter((s) => s.stage === stage.id && s.every) : [];
  return async (step: number): Promise<void> => {
    const stageSteps = before.stageSteps + step;
    const epoch = epochOf(step, stepsPerEpoch);
    advance(session, { step, epoch, stageSteps, steps: before.steps + step });
    if (upcoming?.kind === 'eval' && isDue(upcoming, step))
      for (const [index, evaluation] of upcoming.evaluations.entries()) {
        const result = await evaluateOne(current, evaluation, { action: next, index, label: upcoming.label });
        session.emit({ type: 'progress', step, epoch, ...result });
      }
    if (pictures.some(({ every }) => stageSteps % every! === 0))
      await drawAll(current, (every) => every !== undefined && stageSteps % every === 0);
  };
};

/** Of a solver that needs no steps: the gradient where it has ended. */
const showSlopes = async ({ session, streams }: Current, action: Train, index: number): Promise<void> => {
  const { solver } = action;
  const hasSlopes = solver.kind !== 'gradient' && solver.graph.outputs.some(({ name }) => name.startsWith('grad:'));
  if (!session.watch || !hasSlopes) return;
  const { sources, preparer, watch } = session;
  const moment = { step: 0, total: 1, move: 0, key: streams.draws(index) };
  watch.onGradients(await slopes(preparer.prepare(solver.graph), solver.feeds, streams.orders(index), moment, sources));
};

const train = async (current: Current, action: Train, carried: Carried): Promise<Outcome> => {
  const { session, where, streams } = current;
  const { journal, sources, preparer, emit } = session;
  const { position } = journal;
  const { solver, label } = action;
  const trained: Trained = { ...where, action: position.action, label };
  if (!position.started) {
    const all =
      solver.kind === 'gradient' ? solver.players.filter((p) => !p.collects) : [{ name: label, sense: solver.sense }];
    const maximised = all.filter(({ sense }) => sense === 'maximize').map(({ name }) => name);
    emit({
      ...{ type: 'train', ...trained, solver: solver.kind, total: solver.steps ?? 0 },
      players: all.map(({ name }) => name),
      ...(maximised.length > 0 && { maximised }),
    });
    advance(session, { started: true });
    if (where.run === 0 && solver.kind === 'gradient') await drawAll(current, (every) => every !== undefined);
  }
  // Steps of the stage and of the run before this action.
  const before = {
    ...position,
    stageSteps: position.stageSteps - position.step,
    steps: position.steps - position.step,
  };
  const training: Training = {
    where: trained,
    sources,
    prepare: (graph) => preparer.prepare(graph),
    keys: { draws: streams.draws(position.action), orders: streams.orders(position.action) },
    begin: position.step,
    carried,
    emit: (event) => {
      if (event.type === 'solved') {
        const { type: _, ...solved } = event;
        journal.solved.push(solved);
      }
      emit(event);
    },
    ...(session.watch && { watch: { due: () => session.watchDue(), show: session.watch.onGradients } }),
    after: solver.kind === 'gradient' ? afterStep(current, action, trained, before) : () => Promise.resolve(),
    pause: async (step, now) => {
      if (session.saveDue()) {
        advance(session, { step });
        await session.save(await now());
      }
      return session.breathe();
    },
  };
  if (solver.kind === 'gradient') return trainByGradient(solver, training);
  if (solver.kind === 'em') return solveByEm(solver, training);
  if (solver.kind === 'fitted') return solveFitted(solver, training);
  if (solver.kind === 'enumerated') return solveEnumerated(solver, training);
  if (solver.kind === 'constrained') return solveConstrained(solver, training);
  return solver.kind === 'exact' ? solveExactly(solver, training) : solveSmooth(solver, training);
};

const stoppedBy = (outcome: Exclude<Outcome, { kind: 'done' }>, trained: Trained): Stopped => {
  if (outcome.kind === 'interrupted') return { reason: 'interrupted', step: outcome.step, ...trained };
  if (outcome.kind === 'no solution') return { reason: 'no solution', message: outcome.message, ...trained };
  const { step, what, culprit } = outcome;
  return { reason: 'non-finite', step, what, ...trained, ...culprit };
};

/** Undefined: the end of the protocol was reached. */
const runProtocol = async (current: Current, begin: Carried): Promise<Stopped | undefined> => {
  const { session, stage, where } = current;
  const { journal } = session;
  let carried = begin;
  if (!journal.position.begun) {
    await initialise(current);
    advance(session, { begun: true });
  }
  while (journal.position.action < stage.actions.length) {
    const { action: index } = journal.position;
    if ((await session.breathe()) && journal.position.step === 0) {
      await session.save(nothing);
      return { reason: 'interrupted', step: 0, ...where };
    }
    const action = stage.actions[index];
    if (action.kind === 'restart') {
      advance(session, { restarts: journal.position.restarts + 1 });
      await initialise(current);
    } else if (action.kind === 'eval') await evaluateAll(current, action);
    else {
      const outcome = await train(current, action, carried);
      carried = nothing;
      if (outcome.kind !== 'done') {
        if (outcome.kind !== 'no solution') {
          const { step, stageSteps, steps } = journal.position;
          const back = action.solver.kind === 'gradient' ? step - outcome.step : 0;
          advance(session, { step: outcome.step, stageSteps: stageSteps - back, steps: steps - back });
          await session.save(outcome.carried);
        }
        return stoppedBy(outcome, { ...where, action: index, label: action.label });
      }
      await showSlopes(current, action, index);
    }
    advance(session, { action: index + 1, step: 0, epoch: 0, started: false });
    if (session.saveDue()) await session.save(nothing);
  }
  return undefined;
};

/** `carried`: of a checkpoint inside this stage. Undefined: finished. */
export const runStage = async (session: Session, stage: Stage, carried: Carried): Promise<Stopped | undefined> => {
  const { journal, sources, emit } = session;
  const seed = stage.seed ?? journal.seed;
  if (journal.position.run === 0 && !journal.position.begun) {
    const { id, name, members, formula, seeds, span } = stage;
    emit({ type: 'stage', stage: id, name, members, formula, seeds, span });
    for (const decision of stage.decisions) emit({ type: 'decision', stage: id, ...decision });
  }
  while (journal.position.run < stage.seeds) {
    const { run } = journal.position;
    const where = { stage: stage.id, run, seed: seed + run };
    const current = { session, stage, where, streams: streamsOf(where.seed, journal.position.stage) };
    const stopped = await runProtocol(current, carried);
    if (stopped) return stopped;
    carried = nothing;
    if (run === 0) {
      await drawAll(current, () => true);
      if (stage.seeds > 1) journal.first = await sources.variables.host(stage.variables);
    }
    advance(session, { run: run + 1, action: 0, restarts: 0, stageSteps: 0, begun: false });
  }
  // Later stages build on the member of the first seed.
  for (const [id, value] of journal.first ?? []) sources.variables.put(id, value);
  journal.first = undefined;
  for (const summary of summarise(stage.id, journal.evaluations)) emit({ type: 'summary', ...summary });
  emit({ type: 'stage end', stage: stage.id });
  sources.wholes.release();
  advance(session, { stage: journal.position.stage + 1, run: 0 });
  return undefined;
};
