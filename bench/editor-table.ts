/**
 * What a checker must be: `learn check` of every example from a cold start (the whole process), and a keystroke in the language service:
 * from the changed text to its diagnostics, inlay hints and the hover where it was typed. Keys are typed all over the file: the last
 * letter of a word is taken away, and put back. Beside the time that passes stands the processor's, which a busy machine distorts less.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { hints } from '../editor/hints.ts';
import { hover } from '../editor/hover.ts';
import { openDocuments } from '../editor/lsp/documents.ts';
import { problems } from '../editor/problems.ts';
import { nodeHost } from '../runtime/data/node-host.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const warmUp = 16;

const median = (xs: readonly number[]): number => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)];

interface Time {
  readonly passed: number;
  readonly processor: number;
}

const processorNow = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const started = (): (() => Time) => {
  const [began, used] = [performance.now(), processorNow()];
  return () => ({ passed: performance.now() - began, processor: processorNow() - used });
};

/** The shell says what its children took. An example that waits for a part of the language has its errors found all the same. */
const coldCheck = (file: string): Time => {
  const since = started();
  const command = '"$0" "$1" check "$2" > /dev/null 2>&1; times';
  const told = execFileSync('bash', ['-c', command, process.execPath, `${root}bin/learn.js`, file], {
    encoding: 'utf8',
  });
  const { passed } = since();
  const [, children] = told.split('\n');
  const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((n, [, m, s]) => n + 60 * Number(m) + Number(s), 0);
  return { passed, processor: 1000 * seconds };
};

/** Keystrokes at `keys` places. */
const keystrokes = async (file: string, keys: number): Promise<Time[]> => {
  const text = readFileSync(file, 'utf8');
  const documents = openDocuments(nodeHost());
  const type = async (now: string, offset: number): Promise<Time> => {
    const since = started();
    await documents.change(file, now);
    const view = await documents.compiled(file);
    if (!view) throw new Error('overtaken');
    problems(view);
    hints(view);
    hover(view, offset);
    return since();
  };
  await type(text, 0);
  const ends = [...text.matchAll(/(?<=[\p{L}\d])(?![\p{L}\d])/gu)].map((m) => m.index);
  const taken: Time[] = [];
  for (let k = 0; k < warmUp + keys; k++) {
    const at = ends[Math.floor((((k * 7919) % 1000) / 1000) * ends.length)];
    const times = [await type(text.slice(0, at - 1) + text.slice(at), at - 1), await type(text, at)];
    if (k >= warmUp) taken.push(...times);
  }
  return taken;
};

export const editorTable = async (names: readonly string[], turns: number): Promise<string> => {
  const files = readdirSync(`${root}examples`)
    .filter((f) => f.endsWith('.learn') && (names.length === 0 || names.some((n) => f.includes(n))))
    .map((f) => `${root}examples/${f}`);
  const rows: string[] = [];
  const all: Time[] = [];
  const ms = (x: number): string => `${x.toFixed(x < 10 ? 1 : 0)} ms`;
  const both = (times: readonly Time[]): string =>
    `${ms(median(times.map((t) => t.passed)))} | ${ms(median(times.map((t) => t.processor)))}`;
  for (const file of files) {
    const cold = Array.from({ length: Math.max(1, turns >> 1) }, () => coldCheck(file));
    const keys = await keystrokes(file, turns * 2);
    all.push(...keys);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').length;
    rows.push(`| ${file.split('/').pop()} | ${lines} | ${both(cold)} | ${both(keys)} |`);
    console.error(rows[rows.length - 1]);
  }
  rows.push(`| all keys | | | | ${both(all)} |`);
  return [
    '# The checker in an editor',
    '',
    'Written by `npm run bench -- editor`. Cold: `learn check` as a process of its own. Key: from a changed text to diagnostics, inlay hints',
    `and a hover, ${turns * 4} keystrokes all over the file. Medians; "processor" is its time, all threads, which includes what waits for no key.`,
    `Node ${process.version}, ${cpus().length} cores (${cpus()[0].model}), load ${loadavg()[0].toFixed(1)}.`,
    '',
    '| example | lines | cold check | processor | key | processor |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
    '',
  ].join('\n');
};
