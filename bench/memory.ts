/**
 * Is memory flat? `node --expose-gc dist/bench/memory.js [steps] [seconds] [out] [NAME...]` trains every example for so many steps, or for so
 * many seconds where that ends first, each in a process of its own, and prints what was held on the way as a Markdown table.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile } from '../compiler/compile.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { openEngine } from '../runtime/engines/choose.ts';
import { sampled, type Sample } from './memory-of.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const MiB = 2 ** 20;

interface Answer {
  readonly samples: readonly Sample[];
  readonly why?: string;
}

/** In the child: one example. */
const measure = async (name: string, steps: number, seconds: number): Promise<Answer> => {
  const file = `${examples}${name}.learn`;
  const { program } = await compile(file, readFileSync(file, 'utf8'), nodeHost(), {});
  if (!program) return { samples: [], why: 'does not compile yet' };
  const chosen = await openEngine();
  if ('failed' in chosen) return { samples: [], why: chosen.failed };
  const end = performance.now() + seconds * 1000;
  const signal = {
    get aborted() {
      return performance.now() > end;
    },
  };
  const samples = await sampled(program, chosen.engine, steps, { signal, before: () => globalThis.gc?.() });
  return { samples, ...(samples.length === 0 && { why: 'solved without steps along gradients' }) };
};

const child = (name: string, args: readonly string[]): Promise<Answer> =>
  new Promise((resolve) => {
    const self = fileURLToPath(import.meta.url);
    const process_ = spawn(process.execPath, ['--expose-gc', self, ...args, '-', '--one', name], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    process_.stdout.on('data', (part: Buffer) => (text += part.toString()));
    process_.on('close', (code) => resolve(code === 0 ? (JSON.parse(text) as Answer) : { samples: [], why: `ends with ${code}` })); // prettier-ignore
  });

/** The sample nearest to a share of the training. */
const near = (samples: readonly Sample[], share: number): Sample => {
  const at = share * (samples.at(-1) as Sample).step;
  return samples.reduce((best, s) => (Math.abs(s.step - at) < Math.abs(best.step - at) ? s : best));
};

const shares = [0.1, 0.25, 0.5, 0.75, 1];

const row = (name: string, training: string, samples: readonly Sample[]): string => {
  const points = shares.map((share) => near(samples, share));
  const over = (value: (s: Sample) => string): string => {
    const all = points.map(value);
    return all.every((x) => x === all[0]) ? all[0] : all.join(' → ');
  };
  const cells = [
    name,
    training,
    (samples.at(-1) as Sample).step.toLocaleString('en'),
    over((s) => String(s.buffers)),
    over((s) => (s.bytes / MiB).toFixed(2)),
    over((s) => (s.arena / MiB).toFixed(1)),
    over((s) => (s.heap / MiB).toFixed(0)),
    over((s) => (s.resident / MiB).toFixed(0)),
  ];
  return `| ${cells.join(' | ')} |`;
};

const [steps = '10000', seconds = '120', out = '-', ...rest] = process.argv.slice(2);
if (rest[0] === '--one') console.log(JSON.stringify(await measure(rest[1], Number(steps), Number(seconds))));
else {
  const names = readdirSync(examples)
    .map((f) => f.replace('.learn', ''))
    .filter((name) => rest.length === 0 || rest.some((w) => name.includes(w)));
  const lines = [
    '| example | training | steps | live buffers | their MiB | arena, MiB | heap, MiB | resident, MiB |',
    '| --- | --- | --: | --: | --: | --: | --: | --: |',
  ];
  for (const name of names) {
    const { samples, why } = await child(name, [steps, seconds]);
    const trainings = [...new Set(samples.map((s) => s.training))];
    const found = trainings.map((t) => row(name, t, samples.filter((s) => s.training === t))); // prettier-ignore
    lines.push(...(why === undefined ? found : [`| ${name} | ${why} | | | | | | |`]));
    console.error(lines.slice(-Math.max(1, found.length)).join('\n'));
  }
  if (out === '-') console.log(lines.join('\n'));
  else writeFileSync(out, `${lines.join('\n')}\n`);
}
