/**
 * Training by steps: in every step the players move one after the other, each seeing what those before it did; a player with `every k`
 * moves at steps divisible by k. Losses are read at log points only, so an engine with its own queue is not waited for in between.
 * When a number is not finite the steps since the last good copy are run again, to find the instruction where it arose.
 */
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import { sizeOf } from '../../compiler/ir/shape.ts';
import type { PlayerStep, Solver } from '../../compiler/program.ts';
import type { Carried } from '../checkpoint.ts';
import type { Buffer } from '../engines/engine.ts';
import { bind, type Bound, type Moment, type Sources } from '../feeds.ts';
import { findCulprit, inputNames, isFinite, isSound } from '../finite.ts';
import { slopes } from '../measure.ts';
import type { Prepared } from '../prepare.ts';
import { deriveKey, type Key } from '../random.ts';
import { epochOf, isLogged, isSnapshot } from '../schedule.ts';
import { stepInHalves } from './kept.ts';
import type { Outcome, Training } from './training.ts';

type Gradient = Extract<Solver, { readonly kind: 'gradient' }>;

interface Player {
  readonly player: PlayerStep;
  readonly prepared: Prepared;
  readonly bound: Bound;
  readonly key: Key;
  readonly moment: (step: number) => Moment;
  /** What stays while they train. */
  readonly kept?: ReadonlyMap<string, Buffer>;
  /** Of the last move. */
  loss?: Buffer;
}

const keptBy = (
  once: Prepared,
  { feeds }: PlayerStep,
  order: Key,
  moment: Moment,
  sources: Sources,
): ReadonlyMap<string, Buffer> => {
  const outputs = bind(once, feeds, order, sources).run(moment);
  return new Map(once.outputs.map((name, i) => [name, outputs[i]]));
};

/** State after `step` steps, on the host. */
interface Snapshot {
  readonly step: number;
  readonly variables: ReadonlyMap<string, ArrayValue>;
  readonly carried: Carried;
}

const changedBy = ({ graph }: PlayerStep): string[] =>
  graph.outputs.filter(({ name }) => name.startsWith('var:')).map(({ name }) => name.slice(4));

export const trainByGradient = async (solver: Gradient, training: Training): Promise<Outcome> => {
  const { sources, keys, where, begin } = training;
  const { engine, variables } = sources;
  const { steps: total, stepsPerEpoch } = solver;

  const changed = [...new Set(solver.players.flatMap(changedBy))];
  const players = solver.players.map((player, i): Player => {
    const halves = stepInHalves(player, changed);
    const prepared = training.prepare(halves?.each ?? player.graph);
    const key = deriveKey(keys.draws, i);
    const moment = (step: number): Moment => ({
      step,
      total,
      move: Math.floor(step / player.every),
      key: deriveKey(key, step),
    });
    const loss = training.carried.tensors.get(`loss:${player.name}`);
    const order = deriveKey(keys.orders, i);
    const kept = halves && keptBy(training.prepare(halves.once), player, order, moment(begin), sources);
    const bound = bind(prepared, player.feeds, order, sources, kept);
    return { player, prepared, bound, kept, key, moment, loss: loss && engine.upload(loss) };
  });
  const bytes = changed.reduce((sum, id) => sum + 4 * sizeOf(variables.get(id).shape), 0);

  const keepLoss = (player: Player, loss: Buffer): void => {
    if (player.loss) engine.release(player.loss);
    player.loss = loss;
  };
  const accept = (player: Player, outputs: readonly Buffer[]): void => {
    const { outputs: names } = player.prepared;
    for (let i = 0; i < names.length; i++) {
      if (names[i] === 'loss') keepLoss(player, outputs[i]);
      else if (names[i].startsWith('var:')) variables.replace(names[i].slice(4), outputs[i]);
      else engine.release(outputs[i]);
    }
  };
  const moving = (step: number): Player[] => players.filter(({ player }) => step % player.every === 0);
  const move = (step: number): void => {
    for (const player of players)
      if (step % player.player.every === 0) accept(player, player.bound.run(player.moment(step)));
  };

  const carried = async (): Promise<Carried> => {
    const tensors = new Map<string, ArrayValue>();
    for (const { player, loss } of players) if (loss) tensors.set(`loss:${player.name}`, await engine.download(loss));
    return { numbers: {}, tensors };
  };
  const takeSnapshot = async (step: number): Promise<Snapshot> => ({
    step,
    variables: await variables.host(changed),
    carried: await carried(),
  });
  const restore = (snapshot: Snapshot): void => {
    for (const [id, value] of snapshot.variables) variables.put(id, value);
    for (const player of players) {
      const loss = snapshot.carried.tensors.get(`loss:${player.player.name}`);
      if (loss) keepLoss(player, engine.upload(loss));
    }
  };
  const nameOf = inputNames(sources.program);
  const firstBad = (now: Snapshot, before: Snapshot): string | undefined => {
    for (const [name, value] of now.carried.tensors) if (!isFinite(value)) return name.replace('loss:', 'the loss of ');
    for (const [id, value] of now.variables) if (!isSound(value, before.variables.get(id))) return nameOf(`var:${id}`);
    return undefined;
  };

  /** Runs again from a good state until a step leaves something that is not finite; the variables end as they were before it. */
  const diagnose = async (good: Snapshot, seen: number, what: string): Promise<Outcome> => {
    restore(good);
    let before = good;
    for (let step = good.step; step < seen; step++) {
      for (const player of moving(step)) {
        const { inputs, release } = player.bound.fill(player.moment(step));
        const outputs = player.prepared.step.run(inputs);
        const values = await Promise.all(outputs.map((buffer) => engine.download(buffer)));
        const names = player.prepared.outputs;
        const bad = names.find((name, i) =>
          name.startsWith('var:')
            ? !isSound(values[i], before.variables.get(name.slice(4)))
            : name === 'loss' && !isFinite(values[i]),
        );
        if (bad === undefined) {
          release();
          accept(player, outputs);
          continue;
        }
        outputs.forEach((buffer) => engine.release(buffer));
        const culprit = await findCulprit(engine, player.prepared, inputs, nameOf);
        release();
        restore(before);
        const named = bad === 'loss' ? `the loss of ${player.player.name}` : nameOf(bad);
        return { kind: 'non-finite', step, what: named, culprit, carried: before.carried };
      }
      before = await takeSnapshot(step + 1);
    }
    // A graphics card may not repeat itself: then only the place in time is known.
    restore(good);
    return { kind: 'non-finite', step: good.step, what, carried: good.carried };
  };

  const report = async (done: number): Promise<boolean> => {
    const losses: Record<string, number> = {};
    for (const { player, loss } of players) if (loss) losses[player.name] = (await engine.download(loss)).data[0];
    training.emit({ type: 'step', ...where, step: done, total, epoch: epochOf(done, stepsPerEpoch), losses });
    return Object.values(losses).every(Number.isFinite);
  };

  /** Gradients where the players stand after so many steps; of one who moves several times a step the first. */
  const show = async (done: number): Promise<void> => {
    const found = new Map<string, ArrayValue>();
    for (const [i, { player, moment }] of players.entries()) {
      if (!player.gradients || solver.players.findIndex((p) => p.name === player.name) < i) continue;
      const prepared = training.prepare(player.gradients);
      for (const [id, g] of await slopes(prepared, player.feeds, deriveKey(keys.orders, i), moment(done), sources))
        found.set(id, g);
    }
    training.watch?.show(found);
  };

  const train = async (): Promise<Outcome> => {
    let good = await takeSnapshot(begin);
    for (let step = begin; step < total; step++) {
      const done = step + 1;
      move(step);
      if (isLogged(done, total)) {
        const finite = await report(done);
        const next = !finite || isSnapshot(done, total, bytes) ? await takeSnapshot(done) : undefined;
        const bad = next && firstBad(next, good);
        if (bad) return diagnose(good, done, bad);
        good = next ?? good;
      }
      await training.after(done);
      if (training.watch?.due()) await show(done);
      if (await training.pause(done, carried)) {
        if (training.watch) await show(done);
        return { kind: 'interrupted', step: done, carried: await carried() };
      }
    }
    if (training.watch) await show(total);
    return { kind: 'done' };
  };

  try {
    return await train();
  } finally {
    for (const { loss, kept } of players)
      for (const buffer of [loss, ...(kept?.values() ?? [])]) if (buffer) engine.release(buffer);
  }
};
