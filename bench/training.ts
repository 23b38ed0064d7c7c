/**
 * A spec as the benchmark trains it: compiled, its variables at their first values, and the players' moves one step after the other.
 * Every part can be looked at, unlike in a session; what a step does is what it does there.
 */
import { readFileSync } from 'node:fs';
import { compile } from '../compiler/compile.ts';
import type { DataFeed, Program } from '../compiler/program.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { openEngine } from '../runtime/engines/choose.ts';
import type { Buffer, Engine } from '../runtime/engines/engine.ts';
import { bind, keyValue, openWholes, type Bound, type Moment } from '../runtime/feeds.ts';
import { prepareNamed } from '../runtime/oracle.ts';
import { openPreparer, type Prepared } from '../runtime/prepare.ts';
import { deriveKey, streamsOf } from '../runtime/random.ts';
import { openVariables, type Variables } from '../runtime/variables.ts';

const seed = 1;

export const compiled = async (file: string): Promise<Program> => {
  const { program, diagnostics } = await compile(file, readFileSync(file, 'utf8'), nodeHost(), { seed });
  if (!program) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return program;
};

export const opened = async (name: string): Promise<Engine> => {
  const found = await openEngine(name);
  if ('failed' in found) throw new Error(found.failed);
  return found.engine;
};

export interface Player {
  readonly name: string;
  readonly feeds: readonly DataFeed[];
  readonly prepared: Prepared;
  readonly bound: Bound;
  moment(step: number): Moment;
}

export interface Training {
  readonly variables: Variables;
  readonly players: readonly Player[];
  /** A player's move: its variables are replaced, its loss is kept. */
  move(player: Player, step: number): void;
  /** The last loss of each player, in their order. */
  losses(): Promise<number[]>;
}

/** In their order, each seeing those before it. */
const initialise = async (program: Program, variables: Variables): Promise<void> => {
  const streams = streamsOf(seed, 0);
  for (const [i, id] of program.stages[0].variables.entries()) {
    const { initial } = program.variables.get(id)!;
    const inputs = new Map([['key', keyValue(streams.initial(0, i))]]);
    for (const [other, value] of await variables.host()) inputs.set(`var:${other}`, value);
    const [value] = prepareNamed(initial, 'float32')(inputs).values();
    variables.put(id, value);
  }
};

export const openTraining = async (program: Program, engine: Engine): Promise<Training> => {
  const solver = program.stages[0].actions.flatMap((a) => (a.kind === 'train' ? [a.solver] : []))[0];
  if (solver?.kind !== 'gradient') throw new Error('internal: no gradient training');
  const variables = openVariables(engine);
  const sources = { engine, program, variables, wholes: openWholes(engine, program) };
  await initialise(program, variables);
  const preparer = openPreparer(engine);
  const streams = streamsOf(seed, 0);
  const losses = new Map<string, Buffer>();
  const players = solver.players.map(({ name, graph, feeds }, i): Player => {
    const prepared = preparer.prepare(graph);
    const bound = bind(prepared, feeds, deriveKey(streams.orders(0), i), sources);
    const key = deriveKey(streams.draws(0), i);
    const moment = (step: number): Moment => ({ step, total: solver.steps, move: step, key: deriveKey(key, step) });
    return { name, feeds, prepared, bound, moment };
  });
  return {
    variables,
    players,
    move: ({ name, prepared, bound, moment }, step) => {
      const outputs = bound.run(moment(step));
      prepared.outputs.forEach((output, i) => {
        if (output.startsWith('var:')) return variables.replace(output.slice(4), outputs[i]);
        const old = losses.get(name);
        if (old) engine.release(old);
        losses.set(name, outputs[i]);
      });
    },
    losses: async () => {
      const values: number[] = [];
      for (const { name } of players) values.push((await engine.download(losses.get(name)!)).data[0]);
      return values;
    },
  };
};
