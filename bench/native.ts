/**
 * Milliseconds a training step on each engine, as a Markdown table: `node dist/bench/native.js [engines] [workloads] [seconds]`.
 * Engines take turns step by step, so that what else the machine does hits all alike; the fastest twentieth says what an engine can do,
 * the median what it did.
 */
import { optimise } from '../compiler/passes/index.ts';
import { plan } from '../compiler/plan.ts';
import { openEngine } from '../runtime/engines/choose.ts';
import type { Buffer, Engine } from '../runtime/engines/engine.ts';
import { startOf, workloads, type Workload } from './steps.ts';

/** A loaded step and its state. */
const open = (engine: Engine, name: Workload) => {
  const graph = workloads[name]();
  const begun = performance.now();
  const step = engine.load(plan(optimise(engine.legalise(graph))));
  const loading = performance.now() - begun;
  const buffers = startOf(graph).map(engine.upload);
  const fixed = buffers.slice(0, buffers.length - graph.outputs.length + 1);
  let state: Buffer[] = buffers.slice(fixed.length);
  let last: Buffer | undefined;
  const once = (): void => {
    const [loss, ...next] = step.run([...fixed, ...state]);
    state.forEach(engine.release);
    if (last) engine.release(last);
    [last, state] = [loss, next];
  };
  const close = async (): Promise<number> => {
    const loss = last ? (await engine.download(last)).data[0] : NaN;
    [...fixed, ...state, ...(last ? [last] : [])].forEach(engine.release);
    step.dispose();
    return loss;
  };
  return { loading, once, close };
};

/** Short enough for what disturbs to miss some, long enough for the clock. */
const shortest = 0.2;

const compare = async (engines: readonly string[], name: Workload, seconds: number): Promise<void> => {
  const contestants = [];
  plan(optimise(workloads[name]())); // so that the first engine does not pay for the compiler's own warming up
  for (const which of engines) {
    const opened = await openEngine(which);
    if ('failed' in opened) console.error(opened.failed);
    else contestants.push({ which, times: [] as number[], ...open(opened.engine, name) });
  }
  for (const { once } of contestants) for (let i = 0; i < 5; i++) once();
  const until = performance.now() + seconds * 1000 * contestants.length;
  while (performance.now() < until)
    for (const { once, times } of contestants) {
      const turn = performance.now();
      do {
        const begun = performance.now();
        let count = 0;
        do {
          once();
          count++;
        } while (performance.now() - begun < shortest);
        times.push((performance.now() - begun) / count);
      } while (performance.now() - turn < 20);
    }
  for (const { which, times, loading, close } of contestants) {
    times.sort((a, b) => a - b);
    const at = (part: number): string => times[Math.floor(times.length * part)].toPrecision(3);
    const loss = await close();
    console.log(`| ${name} | ${which} | ${at(0.05)} | ${at(0.5)} | ${loading.toFixed(0)} | ${loss.toPrecision(3)} |`);
  }
};

const [engines = 'native,onnx,wasm,tfjs-wasm', names = Object.keys(workloads).join(), seconds = '4'] =
  process.argv.slice(2);
console.log('| workload | engine | ms a step, fastest 5 % | median | ms to plan and load | loss at the end |');
console.log('|---|---|---|---|---|---|');
for (const name of names.split(',') as Workload[]) await compare(engines.split(','), name, Number(seconds));
