/** A program trained for so many steps, and what memory it held on the way: for `bench/memory.ts` and the test that nothing leaks. */
import type { Action, Program } from '../compiler/program.ts';
import type { Engine } from '../runtime/engines/engine.ts';
import { runProgram } from '../runtime/session.ts';

export interface Sample {
  /** Which training of the program, and the steps of it that are done. */
  readonly training: string;
  readonly step: number;
  /** Alive in the engine. */
  readonly buffers: number;
  readonly bytes: number;
  /** Bytes that the engine's memory has grown to; 0 where it has none of its own. */
  readonly arena: number;
  /** Bytes of JavaScript objects and of the process. */
  readonly heap: number;
  readonly resident: number;
}

const lengthened = (action: Action, steps: number): Action =>
  action.kind === 'train' && action.solver.kind === 'gradient'
    ? { ...action, solver: { ...action.solver, steps } }
    : action;

/** Every training along gradients takes so many steps, whatever the spec says. */
const withSteps = (program: Program, steps: number): Program => ({
  ...program,
  stages: program.stages.map((stage) => ({
    ...stage,
    seeds: 1,
    actions: stage.actions.map((action) => lengthened(action, steps)),
  })),
});

/** Samples at the first log point of every `parts`-th of each training; `before` each of them, the caller may collect garbage. */
export const sampled = async (
  program: Program,
  engine: Engine,
  steps: number,
  options: {
    readonly signal?: { readonly aborted: boolean };
    readonly before?: () => void;
    readonly parts?: number;
  } = {},
): Promise<Sample[]> => {
  const samples: Sample[] = [];
  const { parts = 20 } = options;
  let latest = '';
  await runProgram(withSteps(program, steps), {
    engine,
    seed: 1,
    signal: options.signal,
    onEvent: (event) => {
      if (event.type !== 'step') return;
      const training = `${event.stage}, action ${event.action}`;
      const part = `${training}, ${Math.floor((event.step * parts) / Math.max(event.total, parts))}`;
      if (part === latest) return;
      latest = part;
      options.before?.();
      const { buffers, bytes, arena = 0 } = engine.memory();
      const { heapUsed, rss } = process.memoryUsage();
      samples.push({ training, step: event.step, buffers, bytes, arena, heap: heapUsed, resident: rss });
    },
  });
  return samples;
};
