/** `npm run bench -- counts`: what a training step asks of a graphics card, compiled and by hand in TF.js, counted at the device. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { caseOf, digits, inWords, workloads } from './contest.ts';
import type { Counts } from './contestants/counted.ts';

interface Counted {
  readonly counts?: Counts;
  /** Of the plan: the most bytes alive at once, and the rows. */
  readonly bound?: number;
  readonly description?: string;
  readonly failed?: string;
}

const script = fileURLToPath(new URL('contestants/counted.js', import.meta.url));

/** Seconds that one count may take. */
const patience = Number(process.env.BENCH_PATIENCE ?? 600);

const count = (...args: readonly string[]): Promise<Counted> =>
  new Promise((done) => {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    const clock = setTimeout(() => child.kill('SIGKILL'), patience * 1000);
    let text = '';
    child.stdout.on('data', (part: Buffer) => (text += part.toString()));
    child.on('close', () => {
      clearTimeout(clock);
      const line = text.trim().split('\n').pop();
      done(line ? (JSON.parse(line) as Counted) : { failed: `no answer within ${patience} s` });
    });
  });

/** A processor plays the graphics card where losses are compared: at sizes that take seconds. */
const smaller: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  cnn: { width: 4, batch: 4 },
  gan: { width: 4, batch: 4 },
  mlp: { width: 32, batch: 8 },
  mmd: { batch: 16 },
  ode: { length: 5 },
  rnn: { length: 8, batch: 16 },
  tiny: {},
  transformer: { width: 16, length: 8, batch: 2 },
  vae: { width: 32, batch: 8 },
};
const inSizes = (sizes: Readonly<Record<string, number>>): string =>
  Object.entries(sizes).map((entry) => entry.join(' ')).join(', ') || 'as it is'; // prettier-ignore

/** Whether both find the losses of the reference where they are computed. */
const comparedOf = async (workload: string): Promise<string> => {
  const sizes = smaller[workload] ?? {};
  const { spec, reference } = await caseOf(workload, sizes);
  const failures: string[] = [];
  for (const [name, what] of [
    ['learn', spec],
    ['tfjs', workload],
  ]) {
    const { failed } = await count(name, what, reference, 'agree');
    if (failed) failures.push(`${name}: ${inWords(failed)}`);
  }
  return failures.length > 0 ? failures.join('; ') : `equal (${inSizes(sizes)})`;
};

export const countsTable = async (names: readonly string[]): Promise<string> => {
  const rows: string[] = [];
  let versions = '';
  for (const workload of names.length > 0 ? names : workloads) {
    const { spec, reference } = await caseOf(workload);
    const ours = await count('learn', spec, reference);
    const theirs = await count('tfjs', workload, reference);
    const losses = await comparedOf(workload);
    versions = ours.description ?? versions;
    for (const [name, { counts, bound, failed }] of [
      ['learn', ours],
      ['tfjs, eager', theirs],
    ] as const) {
      if (!counts) {
        rows.push(`| ${workload} | ${name} | ${inWords(failed ?? '')} | | | | | | | | ${losses} |`);
        continue;
      }
      const { kernels, moved, taken, most, before, allocated } = counts;
      const other = theirs.counts;
      const own = name === 'learn';
      const less = own && other ? [other.kernels / kernels, other.moved / moved] : [NaN, NaN];
      const mebibytes = [moved, taken, most - before].map((x) => x / 2 ** 20);
      const idle = own && bound ? (allocated - before) / bound : NaN;
      const share = own && bound ? (most - before) / bound : NaN;
      rows.push(
        `| ${workload} | ${name} | ${kernels} | ${[...mebibytes, share, idle, ...less].map(digits).join(' | ')} | ${own ? losses : ''} |`,
      );
    }
    console.error(rows.slice(-2).join('\n'));
  }
  return `# Kernels and bytes of a training step on WebGPU

Written by \`npm run bench -- counts\`: one step (rows uploaded, forward, backward, Adam) of our \`webgpu\` engine and of the same model by hand in
TF.js on its WebGPU backend. Counted at the device: kernels dispatched; bytes of the arrays that kernels are bound to, each once a kernel
(of one that picks rows or writes one, the rows); bytes of the buffers that the step asks for (most are used again); and the most that it
holds at once beyond what was there before. Of our engine also by how many times that is more than the most bytes alive at once in the
plan, with the rows that it is fed, and by how many times with the buffers that TF.js keeps idle until somebody asks for their exact size.
Counts are at the sizes of [RESULTS.md](RESULTS.md), and of the kernels that a graphics card gets, whatever is
at hand: the device is Dawn's that checks and takes all commands and computes nothing (${versions}).
The last column: both train the same model, their losses compared for three steps where a processor plays the card (SwiftShader), at sizes
that this takes seconds for.

| workload | | kernels | read and written, MiB | buffers asked for, MiB | held at most, MiB | of the plan's bound | with idle buffers | fewer kernels, times | fewer bytes, times | losses |
|---|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
};
