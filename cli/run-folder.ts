/**
 * The folder of a run: spec.learn and the modules it imports, run.json, metrics.jsonl, parameters.safetensors, checkpoint/, report.html.
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { codes, Stop } from './exit.ts';
import { reasonOf, writeFile } from './files.ts';
import { isLibraryFile } from '../compiler/host.ts';

/** What run.json says; `status` and `results` change while the run goes on. */
export interface RunFacts {
  readonly format: 1;
  readonly file: string;
  readonly command: string;
  readonly seed: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly engine: { readonly name: string; readonly description: string; readonly reason: string };
  readonly program: string;
  readonly started: string;
  status: 'running' | 'finished' | 'interrupted' | 'non-finite' | 'no solution' | 'refused' | 'failed';
  seconds?: number;
  steps?: number;
  met?: boolean;
  results?: readonly unknown[];
}

export interface RunFolder {
  readonly path: string;
  /** As the user would write it. */
  readonly shown: string;
  file(name: string): string;
  saveFacts(facts: RunFacts): void;
  metrics(line: string): void;
  flush(): void;
}

const name = (spec: string): string => basename(spec).replace(/\.learn$/, '');

/** `runs/<spec>-<n>`, the first n that is free. */
const freshPath = (cwd: string, spec: string): string => {
  const parent = join(cwd, 'runs');
  const taken = existsSync(parent) ? readdirSync(parent) : [];
  const used = taken.map((t) => (t.startsWith(`${name(spec)}-`) ? Number(t.slice(name(spec).length + 1)) : NaN));
  return join(parent, `${name(spec)}-${Math.max(0, ...used.filter(Number.isSafeInteger)) + 1}`);
};

const open = (path: string, cwd: string): RunFolder => {
  const shown = relative(cwd, path);
  const file = (n: string): string => join(path, n);
  let waiting: string[] = [];
  const flush = (): void => {
    if (waiting.length === 0) return;
    const lines = waiting.join('');
    waiting = [];
    try {
      appendFileSync(file('metrics.jsonl'), lines);
    } catch (error) {
      throw new Stop(codes.file, `cannot write \`${join(shown, 'metrics.jsonl')}\`: ${reasonOf(error)}`);
    }
  };
  return {
    path,
    shown: shown.startsWith('..') || shown === '' ? path : shown,
    file,
    saveFacts: (facts) => writeFile(file('run.json'), `${JSON.stringify(facts, null, 2)}\n`),
    metrics: (line) => {
      waiting.push(`${line}\n`);
      if (waiting.length >= 500) flush();
    },
    flush,
  };
};

export const newFolder = (cwd: string, spec: string, out: string | undefined): RunFolder => {
  const path = out === undefined ? freshPath(cwd, spec) : resolve(cwd, out);
  if (existsSync(path) && readdirSync(path).length > 0)
    throw new Stop(
      codes.file,
      `\`${out}\` is not empty`,
      'choose another folder; to go on with the run in it: learn run --resume ' + String(out),
    );
  try {
    mkdirSync(join(path, 'checkpoint'), { recursive: true });
  } catch (error) {
    throw new Stop(codes.file, `cannot make the folder \`${path}\`: ${reasonOf(error)}`);
  }
  return open(path, cwd);
};

/** The folder of a run that was stopped, with what it says about itself. */
export const oldFolder = (cwd: string, path: string): { folder: RunFolder; facts: RunFacts } => {
  const folder = open(resolve(cwd, path), cwd);
  try {
    return { folder, facts: JSON.parse(readFileSync(folder.file('run.json'), 'utf8')) as RunFacts };
  } catch {
    throw new Stop(codes.file, `\`${path}\` is not the folder of a run: it has no readable run.json`);
  }
};

/** Keeps the first `count` lines of metrics.jsonl, and returns them: the later ones belong to steps that are done again. */
export const cutMetrics = (folder: RunFolder, count: number): string[] => {
  const path = folder.file('metrics.jsonl');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((l) => l !== '')
    .slice(0, count);
  writeFileSync(path, lines.map((l) => `${l}\n`).join(''));
  return lines;
};

/** The spec and the modules that it imports; library modules are part of the version of learn. */
export const saveSources = (
  folder: RunFolder,
  spec: string,
  sources: ReadonlyMap<string, string>,
  main: string,
): void => {
  writeFile(folder.file('spec.learn'), main);
  for (const [file, text] of sources)
    if (file !== spec && !isLibraryFile(file)) writeFile(folder.file(join('modules', basename(file))), text);
};
