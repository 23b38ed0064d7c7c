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

const count = (args: readonly string[]): Promise<Counted> =>
  new Promise((done) => {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (part: Buffer) => (text += part.toString()));
    child.on('close', () => {
      const line = text.trim().split('\n').pop();
      done(line ? (JSON.parse(line) as Counted) : { failed: 'no answer' });
    });
  });

/** Software plays the graphics card: some workloads are counted at a smaller size, or they would take minutes. */
const smaller: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  cnn: { batch: 8 },
  gan: { batch: 4 },
  transformer: { batch: 2 },
  vae: { batch: 16 },
  mlp: { batch: 16 },
  ode: { length: 50 },
};
const named = (workload: string): string =>
  [workload, ...Object.entries(smaller[workload] ?? {}).map(([name, value]) => `${name} ${value}`)].join(', ');

export const countsTable = async (names: readonly string[]): Promise<string> => {
  const rows: string[] = [];
  let card = '';
  for (const workload of names.length > 0 ? names : workloads) {
    const of = await caseOf(workload, smaller[workload]);
    const ours = await count(['learn', of.spec, of.reference]);
    const theirs = await count(['tfjs', workload, of.reference]);
    card = ours.description ?? card;
    for (const [name, { counts, bound, failed }] of [
      ['learn', ours],
      ['tfjs, eager', theirs],
    ] as const) {
      if (!counts) {
        rows.push(`| ${named(workload)} | ${name} | ${inWords(failed ?? '')} | | | | | | |`);
        continue;
      }
      const { kernels, moved, taken, most, before } = counts;
      const other = theirs.counts;
      const less = name === 'learn' && other ? [other.kernels / kernels, other.moved / moved] : [NaN, NaN];
      const mebibytes = [moved, taken, most - before].map((x) => x / 2 ** 20);
      const share = name === 'learn' && bound ? (most - before) / bound : NaN;
      rows.push(
        `| ${named(workload)} | ${name} | ${kernels} | ${[...mebibytes, share, ...less].map(digits).join(' | ')} |`,
      );
    }
    console.error(rows.slice(-2).join('\n'));
  }
  return `# Kernels and bytes of a training step on WebGPU

Written by \`npm run bench -- counts\`: one step (rows uploaded, forward, backward, Adam) of our \`webgpu\` engine and of the same model by hand in
TF.js on its WebGPU backend, both from the same parameters and with the same losses. Counted at the device: kernels dispatched; bytes of
the arrays that kernels are bound to, each once a kernel (of one that picks rows or writes one, the rows); bytes of the buffers that the
step asks for (most are used again); and the most that it holds at once beyond what was there before. Of our engine also by how many
times that is more than the most bytes alive at once in the plan, with the rows that it is fed. Adapter: ${card}.
Where it is software, our engine leaves out kernels whose threads wait for each other. Sizes are smaller where the workload says so.

| workload | | kernels | read and written, MiB | buffers asked for, MiB | held at most, MiB | of the plan's bound | fewer kernels, times | fewer bytes, times |
|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
};
