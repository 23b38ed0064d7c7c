/**
 * Where the time and the memory of a training step go: every training graph of a program run instruction by instruction on its
 * engine, some rounds, with the variables as they are given. Medians over rounds, so that one interruption does not count.
 */
import type { Instruction, Plan } from '../compiler/plan.ts';
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { Action, DataFeed, Program } from '../compiler/program.ts';
import type { Graph, Place } from '../compiler/ir/graph.ts';
import type { Buffer, Engine, Step } from './engines/engine.ts';
import { bind, openWholes } from './feeds.ts';
import { openPreparer } from './prepare.ts';
import { deriveKey, streamsOf } from './random.ts';
import { median } from './result.ts';
import { openVariables } from './variables.ts';

export interface InstructionProfile {
  readonly operation: string;
  readonly span?: Place;
  readonly seconds: number;
  /** Of its results. */
  readonly bytes: number;
}

export interface StepProfile {
  readonly stage: string;
  /** The player whose step it is, or the solver. */
  readonly name: string;
  /** A whole step as training runs it, rows of data included; the instructions one by one take longer. */
  readonly seconds: number;
  readonly peakBytes: number;
  readonly instructions: readonly InstructionProfile[];
}

const warmUp = 2;
const rounds = 10;

interface Trained {
  readonly name: string;
  readonly graph: Graph;
  readonly feeds: readonly DataFeed[];
  readonly total: number;
}

const trainedBy = (action: Action): Trained[] => {
  if (action.kind !== 'train') return [];
  const { solver } = action;
  if (solver.kind !== 'gradient') return [{ name: solver.kind, graph: solver.graph, feeds: solver.feeds, total: 1 }];
  return solver.players.map(({ name, graph, feeds }) => ({ name, graph, feeds, total: solver.steps }));
};

/** Of an instruction that no line wrote alone (a mask, a part of a gradient): where its first reader is, or else what it reads. */
const placesOf = ({ instructions }: Plan): (Place | undefined)[] => {
  const places = instructions.map(({ span }) => span);
  const writer = new Map(instructions.flatMap(({ outputs }, i) => outputs.map((slot) => [slot, i] as const)));
  const makersOf = (i: number): number[] => instructions[i].inputs.flatMap((slot) => writer.get(slot) ?? []);
  for (let i = instructions.length - 1; i >= 0; i--) for (const k of makersOf(i)) if (!instructions[k].span) places[k] = places[i] ?? places[k]; // prettier-ignore
  instructions.forEach((_, i) => {
    places[i] ??= makersOf(i).map((k) => places[k]).find((place) => place !== undefined); // prettier-ignore
  });
  return places;
};

const bytesOf = (instruction: Instruction, { slots }: Plan): number =>
  instruction.outputs.reduce((sum, slot) => sum + (slot < 0 ? 0 : slots[slot].bytes), 0);

export const profile = async (
  program: Program,
  engine: Engine,
  values: ReadonlyMap<string, ArrayValue>,
  seed: number,
  now: () => number = () => performance.now(),
): Promise<StepProfile[]> => {
  const variables = openVariables(engine);
  const sources = { engine, program, variables, wholes: openWholes(engine, program) };
  const preparer = openPreparer(engine);
  for (const [id, value] of values) variables.put(id, value);

  const traced = async (step: Step, inputs: readonly Buffer[]): Promise<Map<Instruction, number>> => {
    const times = new Map<Instruction, number>();
    let last = now();
    await step.trace(inputs, (instruction) => {
      times.set(instruction, now() - last);
      last = now();
    });
    return times;
  };

  /** A kernel's time, without that of a wait for nothing, in equal parts that of the instructions in it. */
  const paced = async (pace: NonNullable<Step['pace']>, inputs: readonly Buffer[]) => {
    const times = new Map<Instruction, number>();
    let idle = 0;
    let last = now();
    await pace(inputs, (made) => {
      const took = now() - last;
      if (made.length === 0) idle = took;
      for (const instruction of made) times.set(instruction, Math.max(0, took - idle) / made.length);
      last = now();
    });
    return times;
  };

  const profileOf = async ({ name, graph, feeds, total }: Trained, stage: number, action: number) => {
    const streams = streamsOf(program.stages[stage].seed ?? seed, stage);
    const prepared = preparer.prepare(graph);
    const bound = bind(prepared, feeds, streams.orders(action), sources);
    const moment = (step: number) => ({ step, total, move: step, key: deriveKey(streams.draws(action), step) });
    const whole: number[] = [];
    const times = prepared.plan.instructions.map((): number[] => []);
    for (let round = 0; round < warmUp + rounds; round++) {
      const began = now();
      const outputs = bound.run(moment(round));
      // An engine with a queue of its own has only begun: reading waits for it.
      await engine.download(outputs[0]);
      if (round >= warmUp) whole.push(now() - began);
      outputs.forEach((buffer) => engine.release(buffer));
      const { inputs, release } = bound.fill(moment(round));
      const { step } = prepared;
      const found = step.pace ? await paced(step.pace, inputs) : await traced(step, inputs);
      if (round >= warmUp) prepared.plan.instructions.forEach((x, i) => times[i].push(found.get(x) ?? 0));
      release();
    }
    const places = placesOf(prepared.plan);
    const instructions = prepared.plan.instructions.map((instruction, i): InstructionProfile => ({
      operation: instruction.operation.op,
      ...(places[i] && { span: places[i] }),
      seconds: median(times[i]) / 1000,
      bytes: bytesOf(instruction, prepared.plan),
    }));
    const { peakBytes } = prepared.plan;
    return { stage: program.stages[stage].name, name, seconds: median(whole) / 1000, peakBytes, instructions };
  };

  try {
    const found: StepProfile[] = [];
    const seen = new Set<Graph>();
    for (const [stage, { actions, variables: needed }] of program.stages.entries()) {
      if (!needed.every((id) => variables.has(id))) continue; // never reached
      for (const [action, a] of actions.entries())
        for (const trained of trainedBy(a)) {
          if (seen.has(trained.graph)) continue;
          seen.add(trained.graph);
          found.push(await profileOf(trained, stage, action));
        }
    }
    return found;
  } finally {
    variables.release();
    sources.wholes.release();
    preparer.dispose();
  }
};
