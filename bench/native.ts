/**
 * Milliseconds a training step on each engine: `node bench/native.ts [engines] [workloads]`, compiled by vite-node or tsc.
 * Engines take turns, so that what else the machine does hits all alike; medians.
 */
import { optimise } from '../compiler/passes/index.ts';
import { plan } from '../compiler/plan.ts';
import { openEngine } from '../runtime/engines/choose.ts';
import type { Buffer, Engine } from '../runtime/engines/engine.ts';
import { startOf, workloads, type Workload } from './steps.ts';

const median = (list: number[]): number => list.sort((a, b) => a - b)[list.length >> 1];

const open = async (engine: Engine, name: Workload) => {
  const graph = workloads[name]();
  const begun = performance.now();
  const step = engine.load(plan(optimise(engine.legalise(graph))));
  const loading = performance.now() - begun;
  const parameters = graph.outputs.length - 1;
  const buffers = startOf(graph).map(engine.upload);
  const fixed = buffers.slice(0, buffers.length - parameters);
  let state: Buffer[] = buffers.slice(buffers.length - parameters);
  let loss: Buffer | undefined;
  const once = (): void => {
    const [first, ...next] = step.run([...fixed, ...state]);
    state.forEach(engine.release);
    if (loss) engine.release(loss);
    [loss, state] = [first, next];
  };
  return { loading, once, loss: async () => (loss ? (await engine.download(loss)).data[0] : NaN) };
};

const [engines = 'native,wasm', names = Object.keys(workloads).join()] = process.argv.slice(2);
for (const name of names.split(',') as Workload[]) {
  const contestants = [];
  for (const which of engines.split(',')) {
    const opened = await openEngine(which);
    if ('failed' in opened) throw new Error(opened.failed);
    contestants.push({ which, times: [] as number[], ...(await open(opened.engine, name)) });
  }
  for (const { once } of contestants) once();
  const until = performance.now() + 4000;
  while (performance.now() < until) {
    for (const { once, times } of contestants) {
      const begun = performance.now();
      let count = 0;
      do {
        once();
        count++;
      } while (performance.now() - begun < 20);
      times.push((performance.now() - begun) / count);
    }
  }
  for (const { which, times, loading, loss } of contestants)
    console.log(
      `${name.padEnd(6)} ${which.padEnd(8)} ${median(times).toFixed(3)} ms a step (best ${times[0].toFixed(3)}), loading ${loading.toFixed(0)} ms, loss ${(await loss()).toPrecision(5)}`,
    );
}
