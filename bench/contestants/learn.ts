/**
 * A compiled spec on an engine: `learn.js SPEC REFERENCE ENGINE [COMPILATIONS]`. A step is what training does in one: rows gathered, uploaded, players
 * moved. Rows and draws of the first steps are those of the reference by themselves: they come from the same seed.
 */
import { heldBytes, prepare } from '../../runtime/engines/wasm/prepare.ts';
import { readReference } from '../reference.ts';
import { compiled, opened, openTraining } from '../training.ts';
import { now, serve } from './serve.ts';

const [spec, reference, engineName, compilations = '3'] = process.argv.slice(2);
const { losses } = readReference(reference);

const timed = async () => {
  const began = now();
  const program = await compiled(spec);
  return { program, ms: now() - began };
};

await serve(losses, async () => {
  const { program, ms } = await timed();
  const again: number[] = [];
  while (again.length < Number(compilations)) again.push((await timed()).ms);
  const engine = await opened(engineName);
  const began = now();
  const training = await openTraining(program, engine);
  const load = now() - began;
  const { players, move } = training;
  let step = 0;
  const next = (): void => {
    for (const player of players) move(player, step);
    step++;
  };
  return {
    facts: {
      compile: ms,
      ...(again.length > 0 && { recompile: Math.min(...again) }),
      load,
      held: Math.max(...players.map(({ prepared: { plan } }) => heldBytes(prepare(plan, true)))),
    },
    repeat: async () => {
      const found: number[][] = [];
      while (found.length < losses.length) {
        next();
        found.push(await training.losses());
      }
      return found;
    },
    step: next,
    loss: async () => (await training.losses())[players.length - 1],
  };
});
