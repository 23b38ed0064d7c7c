/**
 * A compiled spec on an engine: `learn.js FILE ENGINE`. A step is what training does in one: rows gathered, uploaded, players moved.
 */
import { readFileSync } from 'node:fs';
import { compile } from '../../compiler/compile.ts';
import type { Program } from '../../compiler/program.ts';
import { nodeHost } from '../../runtime/data/node-host.ts';
import { openEngine } from '../../runtime/engines/choose.ts';
import type { Buffer } from '../../runtime/engines/engine.ts';
import { bind, keyValue, openWholes } from '../../runtime/feeds.ts';
import { prepareNamed } from '../../runtime/oracle.ts';
import { openPreparer } from '../../runtime/prepare.ts';
import { deriveKey, streamsOf } from '../../runtime/random.ts';
import { openVariables, type Variables } from '../../runtime/variables.ts';
import { serve } from './serve.ts';

const [file, engineName] = process.argv.slice(2);
const seed = 1;

/** In their order, each seeing those before it. */
const initialise = async (program: Program, variables: Variables): Promise<void> => {
  const streams = streamsOf(seed, 0);
  for (const [i, id] of program.stages[0].variables.entries()) {
    const { initial } = program.variables.get(id)!;
    const inputs = new Map([['key', keyValue(streams.initial(0, i))]]);
    for (const [other, value] of await variables.host()) inputs.set(`var:${other}`, value);
    const [value] = prepareNamed(initial, 'float32')(inputs).values();
    variables.put(id, value);
  }
};

await serve(async () => {
  const text = readFileSync(file, 'utf8');
  const timed = async () => {
    const began = performance.now();
    const { program, diagnostics } = await compile(file, text, nodeHost(), { seed });
    if (!program) throw new Error(diagnostics.map(({ message }) => message).join('; '));
    return { program, ms: performance.now() - began };
  };
  const cold = await timed();
  const again = [await timed(), await timed(), await timed()].map(({ ms }) => ms);
  const { program } = cold;
  const opened = await openEngine(engineName);
  if ('failed' in opened) throw new Error(opened.failed);
  const { engine } = opened;
  const solver = program.stages[0].actions.flatMap((a) => (a.kind === 'train' ? [a.solver] : []))[0];
  if (solver?.kind !== 'gradient') throw new Error('internal: no gradient training');
  const variables = openVariables(engine);
  const sources = { engine, program, variables, wholes: openWholes(engine, program) };
  await initialise(program, variables);
  const began = performance.now();
  const preparer = openPreparer(engine);
  const streams = streamsOf(seed, 0);
  let loss: Buffer | undefined;
  const players = solver.players.map(({ graph, feeds }, i) => {
    const prepared = preparer.prepare(graph);
    const bound = bind(prepared, feeds, deriveKey(streams.orders(0), i), sources);
    const key = deriveKey(streams.draws(0), i);
    return { prepared, bound, key };
  });
  const load = performance.now() - began;
  let step = 0;
  return {
    facts: { compile: cold.ms, recompile: Math.min(...again), load, peak: Math.max(...players.map((p) => p.prepared.plan.peakBytes)) }, // prettier-ignore
    step: () => {
      for (const { prepared, bound, key } of players) {
        const outputs = bound.run({ step, total: solver.steps, move: step, key: deriveKey(key, step) });
        prepared.outputs.forEach((name, i) => {
          if (name.startsWith('var:')) return variables.replace(name.slice(4), outputs[i]);
          if (loss) engine.release(loss);
          loss = outputs[i];
        });
      }
      step++;
    },
    loss: async () => (await engine.download(loss!)).data[0],
  };
});
