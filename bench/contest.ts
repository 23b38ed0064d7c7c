/**
 * Contestants: processes that train one workload, each in its turn, so that what else the machine does hits all alike. One that cannot,
 * that finds other losses than the reference, or that is not ready in time, says why instead of a time.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { writeReference } from './reference.ts';

const beside = (name: string): string => fileURLToPath(new URL(`contestants/${name}`, import.meta.url));
const source = (name: string): string => fileURLToPath(new URL(`../../bench/${name}`, import.meta.url));
const temporary = mkdtempSync(path.join(tmpdir(), 'learn-bench-'));

export const workloads = readdirSync(source('specs')).map((file) => file.replace('.learn', ''));

/** A workload as it is timed: its spec, and what contestants start from. */
export interface Case {
  readonly workload: string;
  readonly spec: string;
  readonly reference: string;
}

/** A spec with other sizes: of `let NAME = NUMBER`, or of the batch. */
const sized = (workload: string, sizes: Readonly<Record<string, number>>): string => {
  const file = source(`specs/${workload}.learn`);
  const entries = Object.entries(sizes);
  if (entries.length === 0) return file;
  let text = readFileSync(file, 'utf8');
  for (const [name, value] of entries) {
    const place = name === 'batch' ? /(batch )\d+$/m : new RegExp(`^(let ${name} = )\\d+$`, 'm');
    if (!place.test(text)) throw new Error(`internal: ${workload} has no ${name}`);
    text = text.replace(place, `$1${value}`);
  }
  const to = path.join(temporary, `${workload}-${entries.map((entry) => entry.join('')).join('-')}.learn`);
  writeFileSync(to, text);
  return to;
};

export const caseOf = async (workload: string, sizes: Readonly<Record<string, number>> = {}): Promise<Case> => {
  const spec = sized(workload, sizes);
  const reference = path.join(temporary, `${path.basename(spec)}.safetensors`);
  await writeReference(spec, reference);
  return { workload, spec, reference };
};

export interface Contestant {
  readonly name: string;
  readonly command: (of: Case) => readonly string[];
}

const node = process.execPath;
const learn = (engine: string): Contestant => ({
  name: `learn, ${engine}`,
  command: ({ spec, reference }) => [node, beside('learn.js'), spec, reference, engine],
});
const tfjs = (backend: string): Contestant => ({
  name: `tfjs, ${backend}`,
  command: ({ workload, reference }) => [node, beside('tfjs.js'), workload, reference, backend],
});
export const contestants = {
  native: learn('native'),
  wasm: learn('wasm'),
  tfjsWasm: tfjs('wasm'),
  tfjsCpu: tfjs('cpu'),
  jax: {
    name: 'jax-js, wasm',
    command: ({ workload, reference }) => [node, source('contestants/jax.js'), workload, reference],
  },
  torch: {
    name: 'PyTorch, eager',
    command: ({ workload, reference }) => ['/usr/bin/python3', source('contestants/pytorch.py'), workload, reference],
  },
} as const satisfies Readonly<Record<string, Contestant>>;

interface Message {
  readonly ready?: Readonly<Record<string, number>>;
  readonly ms?: number;
  readonly steps?: number;
  readonly memory?: number;
  readonly failed?: string;
}

export interface Timed {
  readonly name: string;
  /** Why there are no times. */
  readonly failed?: string;
  /** Milliseconds of processor time a step, by turn; NaN in turns that it sat out. */
  readonly times: readonly number[];
  readonly facts: Readonly<Record<string, number>>;
  /** The most that its process ever held, in bytes. */
  readonly memory: number;
}

/** Seconds that a contestant may take to start, and to repeat the steps of the reference. */
const patience = Number(process.env.BENCH_PATIENCE ?? 20);
const turn = 100;
/** Whose turn takes this many milliseconds takes part in three only. */
const slow = 800;

/** A process, asked by lines and answering by lines. */
const start = ([command, ...args]: readonly string[]) => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  child.on('error', () => {}); // not installed: the lines end
  child.stdin.on('error', () => {});
  let late = false;
  const answer = async (): Promise<Message> => {
    const clock = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, patience * 1000);
    const { value, done } = await lines.next();
    clearTimeout(clock);
    if (done) return { failed: late ? `not ready within ${patience} s` : 'it does not start' };
    return JSON.parse(value) as Message;
  };
  return { answer, ask: (text: string) => (child.stdin.write(`${text}\n`), answer()) };
};

/** Kernels, not processes, are missing; what is not installed is said as such. */
export const inWords = (failed: string): string =>
  failed
    .replace(/^Kernel '(\w+)' not registered for backend.*/, 'cannot: no kernel $1')
    .replace(/^Cannot find (module|package) '?([^' ]*)'?.*/, '$2 is not installed');

export const contest = async (of: Case, who: readonly Contestant[], turns: number): Promise<Timed[]> => {
  const running = [];
  for (const { name, command } of who) {
    const { answer, ask } = start(command(of));
    const { ready, failed } = await answer();
    running.push({ name, ask, ready, failed, times: [] as number[] });
  }
  for (let i = 0; i < turns; i++)
    for (const contestant of running) {
      const { ask, ready, times } = contestant;
      if (!ready || contestant.failed) continue;
      if (i >= 3 && times[0] > slow) {
        times.push(NaN);
        continue;
      }
      const { ms, steps, failed } = await ask(String(turn));
      if (failed) contestant.failed = failed;
      times.push(ms !== undefined && steps ? ms / steps : NaN);
    }
  const results: Timed[] = [];
  for (const { name, ask, ready, failed, times } of running) {
    if (!ready || failed)
      results.push({ name, failed: inWords(failed ?? 'no answer'), times: [], facts: {}, memory: NaN });
    else results.push({ name, times, facts: ready, memory: (await ask('end')).memory ?? NaN });
  }
  return results;
};

export const median = (xs: readonly number[]): number => {
  const known = xs.filter((x) => !Number.isNaN(x)).sort((a, b) => a - b);
  return known.length === 0 ? NaN : known[known.length >> 1];
};
/** How many times as fast the one is as the other: the median over turns that both took. */
export const ratio = (one: Timed, other: Timed): number => median(one.times.map((t, i) => other.times[i] / t));
export const digits = (x: number | undefined): string =>
  x === undefined || Number.isNaN(x) ? '' : String(Number(x.toPrecision(3)));
export const machine = (): string =>
  `${cpus().length} cores of ${cpus()[0].model.trim()}, Node ${process.version}; load (processes that wanted to run, beside ours) ` +
  `${loadBefore.toFixed(1)} at the start, ${loadavg()[0].toFixed(1)} at the end`;
const loadBefore = loadavg()[0];
