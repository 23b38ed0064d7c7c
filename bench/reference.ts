/**
 * What all contestants start from, so that they train the same model: the spec's data and first parameters, and the rows, the draws and
 * the losses of its first steps on our own engine. A contestant repeats these steps before it is timed, and must find these losses.
 *
 * Written as safetensors, which Python reads too: `data:0` a leaf of the data, `p:NAME` a parameter, `rows:STEP:LEAF` a batch,
 * `draw:STEP:PLAYER` standard normal numbers; losses [step][player], sizes and the batch in the metadata.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { Instruction, Plan } from '../compiler/plan.ts';
import { readSafetensors, writeSafetensors } from '../runtime/safetensors.ts';
import { compiled, opened, openTraining } from './training.ts';

export interface Reference {
  readonly tensors: ReadonlyMap<string, ArrayValue>;
  /** Parameters by name, without the optimiser's memory. */
  readonly parameters: ReadonlyMap<string, ArrayValue>;
  readonly data: readonly ArrayValue[];
  readonly batch: number;
  /** What the spec says with `let NAME = NUMBER`. */
  readonly sizes: Readonly<Record<string, number>>;
  /** [step][player] */
  readonly losses: readonly (readonly number[])[];
}

/** Steps that are compared. */
const compared = 3;
/** How far a loss may be off, relative to one of more than 1. */
const tolerance = 1e-3;

/** Why a contestant's losses are not the reference's, or nothing. */
export const disagreement = (losses: Reference['losses'], own: Reference['losses']): string | undefined => {
  for (const [step, wanted] of losses.entries())
    for (const [player, loss] of wanted.entries()) {
      const found = own[step]?.[player];
      if (!(Math.abs(found - loss) <= tolerance * Math.max(1, Math.abs(loss))))
        return `another model: after ${step} steps its loss is ${found}, not ${loss}`;
    }
  return undefined;
};

const sizesOf = (text: string): Record<string, number> =>
  Object.fromEntries([...text.matchAll(/^let (\w+) = (\d+)$/gm)].map(([, name, value]) => [name, Number(value)]));

/** The compiler puts the samples of an expectation on the last axis, those of a model behind the rows. */
const samplesLast = ({ slots, instructions }: Plan, { outputs: [slot] }: Instruction): boolean => {
  const operation = instructions.find(({ inputs }) => inputs.includes(slot))?.operation;
  return slots[slot].shape.length === 3 || (operation?.op === 'matmul' && operation.transposeA);
};

/** The last axis moved to the front, as one writes it by hand. */
const lastFirst = ({ dtype, shape, data }: ArrayValue): ArrayValue => {
  const count = shape[shape.length - 1];
  const rest = data.length / count;
  const moved = Float32Array.from(data, (_, i) => data[(i % rest) * count + Math.floor(i / rest)]);
  return { dtype, shape: [count, ...shape.slice(0, -1)], data: moved };
};

export const writeReference = async (spec: string, to: string): Promise<void> => {
  const program = await compiled(spec);
  const engine = await opened('wasm');
  const training = await openTraining(program, engine);
  const { variables, players } = training;
  const tensors = new Map<string, ArrayValue>();
  for (const [name, value] of await variables.host()) if (!name.includes('!')) tensors.set(`p:${name}`, value);
  for (const set of program.data.values()) set.leaves.forEach((leaf, i) => tensors.set(`data:${i}`, leaf));
  const losses: number[][] = [];
  let batch = 0;
  for (let step = 0; step < compared; step++) {
    for (const [at, player] of players.entries()) {
      const { inputs, release } = player.bound.fill(player.moment(step));
      for (const { rows, inputs: fed } of player.feeds) {
        batch = rows;
        for (const { name, leaf } of fed) {
          const index = player.prepared.inputs.findIndex((input) => input.name === name);
          if (index >= 0) tensors.set(`rows:${step}:${leaf}`, await engine.download(inputs[index]));
        }
      }
      const { plan } = player.prepared;
      if (plan.instructions.some(({ operation }) => operation.op === 'random'))
        await player.prepared.step.trace(inputs, async (instruction, values) => {
          if (instruction.operation.op !== 'random') return;
          const value = await values()[0];
          tensors.set(`draw:${step}:${at}`, samplesLast(plan, instruction) ? lastFirst(value) : value);
        });
      release();
      training.move(player, step);
    }
    losses.push(await training.losses());
  }
  const about = { batch, sizes: sizesOf(readFileSync(spec, 'utf8')), losses };
  writeFileSync(to, writeSafetensors(tensors, { about: JSON.stringify(about) }));
};

export const readReference = (file: string): Reference => {
  const read = readSafetensors(readFileSync(file));
  if ('failed' in read) throw new Error(read.failed);
  const { tensors, metadata } = read;
  const about = JSON.parse(metadata.about) as Pick<Reference, 'batch' | 'sizes' | 'losses'>;
  const parameters = new Map([...tensors].flatMap(([name, x]) => (name.startsWith('p:') ? [[name.slice(2), x]] : [])));
  const data = [0, 1].flatMap((i) => tensors.get(`data:${i}`) ?? []);
  return { ...about, tensors, parameters, data };
};
