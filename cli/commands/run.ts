/**
 * `learn run`: compile, choose an engine, train, evaluate, and leave a folder with everything about it.
 */
import { join, resolve } from 'node:path';
import { readCheckpoint } from '../../runtime/checkpoint.ts';
import type { Checkpoint, CheckpointStore } from '../../runtime/checkpoint.ts';
import { fileStore } from '../../runtime/files.ts';
import { fingerprint } from '../../runtime/hash.ts';
import { profile } from '../../runtime/profile.ts';
import { runProgram } from '../../runtime/session.ts';
import { oneOf, wholeNumber } from '../arguments.ts';
import { command } from '../command.ts';
import { engineOrStop } from '../engine.ts';
import { codes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { reasonOf } from '../files.ts';
import { codeOf, diagnosticJson, load, showDiagnostics } from '../load.ts';
import type { Loaded } from '../load.ts';
import { cutMetrics, newFolder, oldFolder, saveSources } from '../run-folder.ts';
import type { RunFacts, RunFolder } from '../run-folder.ts';
import { openNarrator } from '../narrator.ts';
import type { Terminal } from '../terminal.ts';
import { versions } from '../version.ts';
import { finish } from '../wrap-up.ts';

const checkpointPath = (folder: RunFolder): string => folder.file('checkpoint/last.safetensors');

/** Where to go on. A run that was killed before its first checkpoint begins anew: at most half a minute is lost. */
const lastCheckpoint = async (folder: RunFolder): Promise<Checkpoint | undefined> => {
  const bytes = await fileStore(checkpointPath(folder)).read();
  if (!bytes) return undefined;
  const checkpoint = readCheckpoint(bytes);
  if ('failed' in checkpoint)
    throw new Stop(codes.file, `the checkpoint in \`${folder.shown}\` cannot be read: ${checkpoint.failed}`);
  return checkpoint;
};

/** The lines of metrics that a checkpoint counts are on the disk before it is. */
const storeIn = (folder: RunFolder): CheckpointStore => {
  const store = fileStore(checkpointPath(folder));
  return {
    read: () => store.read(),
    write: async (bytes) => {
      folder.flush();
      try {
        await store.write(bytes);
      } catch (error) {
        throw new Stop(codes.file, `cannot write the checkpoint in \`${folder.shown}\`: ${reasonOf(error)}`);
      }
    },
  };
};

/** The spec compiled without errors, or undefined with its errors shown. */
const compiled = async (file: string, seed: number, json: boolean, terminal: Terminal): Promise<Loaded | ExitCode> => {
  const loaded = await load(file, terminal, { seed });
  const { diagnostics, sources, program } = loaded.compilation;
  if (json)
    for (const d of diagnostics) terminal.out(JSON.stringify({ type: 'diagnostic', ...diagnosticJson(d, sources) }));
  else showDiagnostics(loaded, terminal);
  const code = codeOf(diagnostics);
  if (code !== codes.ok) {
    if (json) terminal.out(JSON.stringify({ type: 'result', status: 'errors', met: false, results: [] }));
    return code;
  }
  if (!program) throw new Error('internal: no errors and no program');
  return loaded;
};

const exitCode = (stopped: string, met: boolean, check: boolean): ExitCode => {
  if (stopped === 'interrupted') return codes.interrupted;
  if (stopped === 'refused') return codes.file;
  if (stopped !== 'finished') return codes.stopped;
  return check && !met ? codes.different : codes.ok;
};

export const run = command({
  name: 'run',
  usage: 'run FILE',
  summary: 'Trains and evaluates what the spec asks for, and leaves a folder with metrics, parameters and a report.',
  options: {
    check: { type: 'boolean', help: 'exit 1 when a threshold is not met' },
    seed: { type: 'string', value: 'N', help: 'seed of stages that do not say one (default 1)' },
    engine: {
      type: 'string',
      value: 'NAME',
      help: 'native, wasm, cpu, webgpu, tensorflow ...; the best that starts otherwise',
    },
    out: { type: 'string', value: 'DIR', help: 'folder of the run (default runs/<spec>-<n>)' },
    resume: { type: 'string', value: 'DIR', help: 'go on with an interrupted run' },
    'save-every': { type: 'string', value: 'SECONDS', help: 'how often a checkpoint is written (default 30)' },
    json: { type: 'boolean', help: 'one JSON document a line: every event, then the result' },
    profile: { type: 'boolean', help: 'at the end, where the time and memory of a step go, by source line' },
    quiet: { type: 'boolean', help: 'only the results' },
  },
  notes: 'Ctrl-C saves a checkpoint and stops; a second Ctrl-C quits at once.',
  run: async ({ values, files }, terminal) => {
    const json = values.json === true;
    const old = values.resume === undefined ? undefined : oldFolder(terminal.cwd, values.resume);
    const file = old && files.length === 0 ? old.facts.file : oneOf('run', files, 'a file');
    const seed = old?.facts.seed ?? wholeNumber('seed', values.seed ?? '1');
    const loaded = await compiled(file, seed, json, terminal);
    if (typeof loaded === 'number') return loaded;
    const program = loaded.compilation.program;
    if (!program) return codes.spec;

    const checkpoint = old && (await lastCheckpoint(old.folder));
    const hash = fingerprint(program);
    if (old && checkpoint && checkpoint.header.program !== hash)
      throw new Stop(
        codes.file,
        `the spec or its data have changed since the run in \`${old.folder.shown}\` was stopped`,
        `undo the change (the spec as it was: \`${join(old.folder.shown, 'spec.learn')}\`), or start a new run`,
      );
    const chosen = await engineOrStop(values.engine ?? old?.facts.engine.name);
    const { engine } = chosen;
    const folder = old?.folder ?? newFolder(terminal.cwd, file, values.out);
    const facts: RunFacts = {
      ...{ format: 1, file: resolve(terminal.cwd, file), seed },
      command: `learn run ${[...files, ...Object.entries(values).flatMap(([k, v]) => (v === true ? [`--${k}`] : [`--${k}`, String(v)]))].join(' ')}`,
      versions: versions(),
      engine: { name: engine.name, description: engine.description, reason: chosen.reason },
      program: hash,
      started: old?.facts.started ?? new Date().toISOString(),
      status: 'running',
    };
    if (!old) saveSources(folder, resolve(terminal.cwd, file), loaded.compilation.sources, loaded.text);
    folder.saveFacts(facts);

    const narrator = openNarrator({
      terminal,
      folder,
      loaded,
      facts,
      json,
      quiet: values.quiet === true,
    });
    if (old) narrator.replay(cutMetrics(folder, checkpoint?.header.metrics ?? 0));
    const controller = new AbortController();
    const restore = terminal.onInterrupt(() => {
      narrator.say('\nStopping after this step; once more quits at once.');
      controller.abort();
    });
    try {
      narrator.begin();
      const result = await runProgram(program, {
        engine,
        seed: facts.seed,
        ...(checkpoint && { resume: checkpoint }),
        onEvent: narrator.onEvent,
        signal: controller.signal,
        store: storeIn(folder),
        checkpointEverySeconds: wholeNumber('save-every', values['save-every'] ?? '30'),
      });
      folder.flush();
      await finish({ result, program, loaded, folder, facts, record: narrator.record });
      if (values.profile) narrator.profile(await profile(program, engine, result.variables, seed));
      narrator.end(result);
      return exitCode(result.stopped.reason, result.met, values.check === true);
    } catch (error) {
      folder.saveFacts({ ...facts, status: 'failed' });
      throw error;
    } finally {
      folder.flush();
      restore();
      engine.dispose();
    }
  },
});
