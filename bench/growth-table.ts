/** `npm run bench -- growth`: how the time and the memory of a step grow with the batch, width, depth, length and samples. */
import { caseOf, contest, contestants, digits, machine, median, type Contestant, type Timed } from './contest.ts';

interface Axis {
  readonly workload: string;
  /** As the spec calls it (`let width = 256`), or the batch. */
  readonly size: string;
  readonly title: string;
  readonly values: readonly number[];
}

const axes: readonly Axis[] = [
  { workload: 'mlp', size: 'batch', title: 'batch of mlp', values: [32, 128, 512] },
  { workload: 'mlp', size: 'width', title: 'width of mlp', values: [64, 256, 1024] },
  { workload: 'transformer', size: 'depth', title: 'depth of transformer', values: [1, 2, 4] },
  { workload: 'transformer', size: 'length', title: 'length of transformer', values: [16, 64, 128] },
  { workload: 'rnn', size: 'length', title: 'length of rnn', values: [10, 40, 160] },
  { workload: 'vae', size: 'count', title: 'samples of vae', values: [1, 4, 16] },
];
const { native, wasm, torch, tfjsWasm } = contestants;
/** Steps are of interest here, not compilations. */
const once = ({ name, command }: Contestant): Contestant => ({ name, command: (of) => [...command(of), '0'] });
const who = [once(native), once(wasm), torch, tfjsWasm];

const cells = (timed: readonly Timed[], of: (one: Timed) => number): string[] =>
  timed.map((one) => (one.failed ? one.failed : digits(of(one))));

export const growthTable = async (names: readonly string[], turns: number): Promise<string> => {
  const rows: string[] = [];
  for (const { workload, size, title, values } of axes) {
    if (names.length > 0 && !names.includes(workload)) continue;
    for (const value of values) {
      const timed = await contest(await caseOf(workload, { [size]: value }), who, Math.min(turns, 5));
      const times = cells(timed, (one) => median(one.times));
      const memory = cells(timed, (one) => one.memory / 2 ** 20);
      const least = digits(timed[1].facts.held / 2 ** 20);
      rows.push(`| ${title} | ${value} | ${[...times, ...memory, least].join(' | ')} |`);
      console.error(rows[rows.length - 1]);
    }
  }
  const columns = who.map(({ name }) => name);
  return `# How a training step grows

Written by \`npm run bench -- growth\`: medians of milliseconds of processor time a step, and the most memory (MiB) that the contestant's whole process held,
when one size of a workload is changed; the last column is what one step on \`wasm\` lays out for itself and its results. One thread
each, in turns of 100 ms, from the same parameters (see RESULTS.md). Machine: ${machine()}.

| what grows | to | ${columns.join(' | ')} | ${columns.map((name) => `memory: ${name}`).join(' | ')} | of the step |
|---|---|${'---|'.repeat(2 * who.length + 1)}
${rows.join('\n')}
`;
};
