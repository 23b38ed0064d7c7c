/**
 * The benchmark: `npm run bench [workloads] [turns] [out]`. Compiled specs on our engines and the same models by hand elsewhere, each in
 * a process of its own; they take turns, so that what else the machine does hits all alike. Medians of times and of ratios, as Markdown.
 */
import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const specs = fileURLToPath(new URL('../../bench/specs/', import.meta.url));
const beside = (name: string): string => fileURLToPath(new URL(`contestants/${name}`, import.meta.url));
const python = fileURLToPath(new URL('../../bench/contestants/pytorch.py', import.meta.url));

interface Message {
  readonly ready?: Readonly<Record<string, number>>;
  readonly ms?: number;
  readonly steps?: number;
  readonly memory?: number;
  readonly failed?: string;
}

const contestants = (workload: string): readonly { name: string; command: string; args: string[] }[] => [
  ...['native', 'wasm'].map((engine) => ({ name: `learn, ${engine}`, command: process.execPath, args: [beside('learn.js'), `${specs}${workload}.learn`, engine] })), // prettier-ignore
  { name: 'PyTorch, eager', command: '/usr/bin/python3', args: [python, workload] },
];

/** A process, asked by lines and answering by lines. */
const start = (command: string, args: readonly string[]) => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  child.on('error', () => {}); // not installed: the lines end
  child.stdin.on('error', () => {});
  const answer = async (): Promise<Message> => {
    const { value, done } = await lines.next();
    return done ? { failed: 'it does not start' } : (JSON.parse(value) as Message);
  };
  return { answer, ask: (text: string) => (child.stdin.write(`${text}\n`), answer()) };
};

const median = (xs: readonly number[]): number => [...xs].sort((a, b) => a - b)[xs.length >> 1] ?? NaN;
const digits = (x: number | undefined): string => (x === undefined || Number.isNaN(x) ? '' : String(Number(x.toPrecision(3)))); // prettier-ignore

const all = readdirSync(specs).map((file) => file.replace('.learn', ''));
const [names = 'all', turns = '15', out] = process.argv.slice(2);

const rows: string[] = [];
for (const workload of names === 'all' ? all : names.split(',')) {
  const running = [];
  for (const { name, command, args } of contestants(workload)) {
    const { answer, ask } = start(command, args);
    const { ready, failed } = await answer();
    running.push({ name, ask, ready, failed, times: [] as number[] });
  }
  for (let turn = 0; turn < Number(turns); turn++)
    for (const { ask, ready, times } of running) {
      if (!ready) continue;
      const { ms, steps } = await ask('100');
      times.push(ms !== undefined && steps ? ms / steps : NaN);
    }
  const reference = running[running.length - 1];
  for (const { name, ask, ready, failed, times } of running) {
    if (!ready) {
      rows.push(`| ${workload} | ${name} | ${failed ?? ''} | | | | | | | |`);
      continue;
    }
    const { memory = NaN } = await ask('end');
    const ratio = reference.ready ? median(times.map((t, i) => reference.times[i] / t)) : NaN;
    const cells = [Math.min(...times), median(times), ratio, ready.compile, ready.recompile, ready.load, ready.start, memory / 2 ** 20]; // prettier-ignore
    rows.push(`| ${workload} | ${name} | ${cells.map(digits).join(' | ')} |`);
  }
  console.error(rows.slice(-running.length).join('\n'));
}

const text = `# Training steps, measured

Written by \`npm run bench\`. Milliseconds; contestants take turns of 100 ms, one thread each, ${turns} turns. "times as fast as PyTorch" is the median over turns
of PyTorch's time by this one's in the same turn. Machine: ${cpus().length} cores of ${cpus()[0].model}, Node ${process.version}; load at the end ${loadavg()[0].toFixed(1)}.

| workload | contestant | step, fastest turn | step, median | times as fast as PyTorch | compile, cold | compile, again | load | start | peak memory, MiB |
|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
if (out) writeFileSync(out, text);
else console.log(text);
