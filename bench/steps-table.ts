/** `npm run bench -- steps`: training steps of compiled specs on our engines, and of the same models by hand elsewhere. */
import { caseOf, contest, contestants, digits, machine, median, ratio, workloads } from './contest.ts';

const who = Object.values(contestants);
const against = [contestants.torch, contestants.tfjsWasm, contestants.jax].map(({ name }) => name);

export const stepsTable = async (names: readonly string[], turns: number): Promise<string> => {
  const rows: string[] = [];
  for (const workload of names.length > 0 ? names : workloads) {
    const timed = await contest(await caseOf(workload), who, turns);
    for (const one of timed) {
      const { name, failed, times, facts, memory } = one;
      const ratios = against.map((other) => {
        const found = timed.find((t) => t.name === other);
        return !found || found.failed || other === name ? NaN : ratio(one, found);
      });
      const cells = failed
        ? [failed, ...Array<string>(9).fill('')]
        : [Math.min(...times.filter((t) => t > 0)), median(times), ...ratios, facts.compile, facts.recompile, facts.load, facts.start, memory / 2 ** 20].map(digits); // prettier-ignore
      rows.push(`| ${workload} | ${name} | ${cells.join(' | ')} |`);
    }
    console.error(rows.slice(-timed.length).join('\n'));
  }
  return `# Training steps, measured

Written by \`npm run bench -- steps\`. Milliseconds of processor time, which other work on the
machine hardly changes; contestants take turns of 100 ms, one thread each, ${turns} turns (3 for those whose turn takes
more than 0.8 s). "times as fast as" is the median over turns of the other's time by this one's in the same turn. Machine: ${machine()}.

All contestants of a workload start from the same parameters, arrays that are given to them, and repeat three steps on the same rows with
the same random numbers; one whose loss is off by more than a thousandth there is not timed. "no kernel": TF.js has none for that
backend. The start of a contestant includes these steps.

| workload | contestant | step, fastest turn | step, median | times as fast as PyTorch | as tfjs, wasm | as jax-js | compile, cold | compile, again | load | start | peak memory, MiB |
|---|---|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
};
