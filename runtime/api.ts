/**
 * Learn from JavaScript, in Node: `import { check, run } from 'learn'`. What a command prints comes back as values; a spec with errors is
 * an error that carries them.
 */
import { resolve } from 'node:path';
import { compile } from '../compiler/compile.ts';
import type { ArrayValue } from '../compiler/ir/operations.ts';
import { position, render, type Diagnostic } from '../grammar/diagnostics.ts';
import { readFile } from 'node:fs/promises';
import { nodeHost } from './data/node-host.ts';
import { openEngine } from './engines/choose.ts';
import type { OnEvent, Stopped, Summary } from './events.ts';
import { parametersOf } from './parameters.ts';
import { runProgram } from './session.ts';

export interface CheckOptions {
  /** The spec itself, when it is not in the file: data files and modules are looked for beside the file all the same. */
  readonly text?: string;
  /** Of what is drawn in `data` and `let`, and of the training: 1 where it is left out. */
  readonly seed?: number;
}

export interface RunOptions extends CheckOptions {
  /** `native`, `wasm`, `cpu`, `webgpu`, ...: the best that starts where it is left out. */
  readonly engine?: string;
  /** Hears of every loss, evaluation and decision, and the seconds since the start. */
  readonly onEvent?: OnEvent;
  /** Ends the run after the step that it is in. */
  readonly signal?: AbortSignal;
}

/** An error or a warning. */
export interface Problem {
  readonly code: string;
  readonly severity: Diagnostic['severity'];
  readonly message: string;
  /** From 1; absent where it is about no place. */
  readonly line?: number;
  readonly column?: number;
  /** As `learn check` prints it, with the lines and the way out. */
  readonly text: string;
}

export interface Outcome {
  /** The run finished, and every threshold is met. */
  readonly met: boolean;
  readonly stopped: Stopped;
  /** What every `eval` came to. */
  readonly results: readonly Pick<Summary, 'name' | 'value' | 'verdict' | 'perSeed' | 'perLabel'>[];
  /** The trained parameters in their spaces, by name: `f.dense.W`. */
  readonly parameters: ReadonlyMap<string, ArrayValue>;
  /** What every `show` drew last: the parts of a tuple or the columns of a table. */
  readonly pictures: ReadonlyMap<string, readonly ArrayValue[]>;
  readonly warnings: readonly Problem[];
  readonly seconds: number;
}

/** A spec that does not compile; `message` has all its errors. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(({ text }) => text).join('\n\n'));
  }
}

const compiled = async (file: string, { text, seed = 1 }: CheckOptions) => {
  const path = resolve(file);
  const { program, diagnostics, sources } = await compile(path, text ?? (await readFile(path, 'utf8')), nodeHost(), {
    seed,
  });
  const problems = diagnostics.map((d): Problem => {
    const source = d.span && sources.get(d.span.file);
    return {
      ...{ code: d.code, severity: d.severity, message: d.message },
      ...(d.span && source !== undefined && position(source, d.span.start)),
      text: render(d, sources).replaceAll(path, file),
    };
  });
  return { program, problems };
};

/** The errors and warnings of a spec; runs nothing. */
export const check = async (file: string, options: CheckOptions = {}): Promise<readonly Problem[]> =>
  (await compiled(file, options)).problems;

/** Trains and evaluates what a spec asks for. Writes nothing. */
export const run = async (file: string, options: RunOptions = {}): Promise<Outcome> => {
  const { program, problems } = await compiled(file, options);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (!program || errors.length > 0) throw new SpecError(errors);
  const opened = await openEngine(options.engine);
  if ('failed' in opened) throw new Error(opened.failed);
  try {
    const { onEvent, signal, seed = 1 } = options;
    const result = await runProgram(program, { engine: opened.engine, seed, onEvent, signal });
    return {
      ...{ met: result.met, stopped: result.stopped, seconds: result.seconds },
      results: result.summaries,
      parameters: new Map(parametersOf(program, result.variables).map(({ name, value }) => [name, value])),
      pictures: new Map(result.shows.map(({ show, frames }) => [show.name, frames.at(-1)?.values ?? []])),
      warnings: problems,
    };
  } finally {
    opened.engine.dispose();
  }
};
