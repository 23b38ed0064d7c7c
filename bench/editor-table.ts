/**
 * What a checker must be: `learn check` of every example from a cold start (whole process, wall clock), and a keystroke in the language
 * service: from the changed text to its diagnostics, inlay hints and the hover where it was typed. Keys are typed all over the file: the
 * last letter of a word is taken away, and put back.
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

const since = (began: number): number => performance.now() - began;

const coldCheck = (file: string): number => {
  const began = performance.now();
  try {
    execFileSync(process.execPath, [`${root}bin/learn.js`, 'check', file], { stdio: 'ignore' });
  } catch {
    // an example that waits for a part of the language: its errors are found all the same
  }
  return since(began);
};

/** Milliseconds of keystrokes at `keys` places. */
const keystrokes = async (file: string, keys: number): Promise<number[]> => {
  const text = readFileSync(file, 'utf8');
  const documents = openDocuments(nodeHost());
  const type = async (now: string, offset: number): Promise<number> => {
    const began = performance.now();
    await documents.change(file, now);
    const view = await documents.compiled(file);
    if (!view) throw new Error('overtaken');
    problems(view);
    hints(view);
    hover(view, offset);
    return since(began);
  };
  await type(text, 0);
  const ends = [...text.matchAll(/(?<=[\p{L}\d])(?![\p{L}\d])/gu)].map((m) => m.index);
  const taken: number[] = [];
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
  const all: number[] = [];
  for (const file of files) {
    const cold = median(Array.from({ length: Math.max(3, turns >> 1) }, () => coldCheck(file)));
    const keys = await keystrokes(file, turns * 2);
    all.push(...keys);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').length;
    const name = file.split('/').pop();
    const ms = (x: number): string => `${x.toFixed(x < 10 ? 1 : 0)} ms`;
    rows.push(`| ${name} | ${lines} | ${ms(cold)} | ${ms(median(keys))} | ${ms(Math.max(...keys))} |`);
    console.error(rows[rows.length - 1]);
  }
  return [
    '# The checker in an editor',
    '',
    'Written by `npm run bench -- editor`. Cold: `learn check` as a process of its own, median. Key: from a changed text to diagnostics,',
    `inlay hints and a hover, median and longest of ${turns * 4} keystrokes all over the file; ${median(all).toFixed(0)} ms in the middle of all.`,
    `Node ${process.version}, ${cpus().length} cores (${cpus()[0].model}), load ${loadavg()[0].toFixed(1)}.`,
    '',
    '| example | lines | cold check | key | longest |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...rows,
    '',
  ].join('\n');
};
