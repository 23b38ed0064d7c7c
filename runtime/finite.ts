/**
 * Finding NaN and infinities, and where they come from: the plan is run instruction by instruction, and from an output that is not finite
 * the way back leads, through values that are not finite, to the first instruction that made one of finite ones.
 * (Infinities that the program means, as in a mask before softmax, do not lie on such a way.)
 */
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { Instruction, Plan } from '../compiler/plan.ts';
import type { Program } from '../compiler/program.ts';
import type { Buffer, Engine, Step } from './engines/engine.ts';
import type { Culprit } from './events.ts';

export const isFinite = ({ dtype, data }: ArrayValue): boolean => {
  if (dtype !== 'float32') return true;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
};

/** NaN always; an infinity only where there was none before, for a variable may be meant to begin at one. */
export const isSound = (value: ArrayValue, before?: ArrayValue): boolean =>
  isFinite(value) || (before !== undefined && !isFinite(before) && !hasNaN(value) && !hasNaN(before));

export const hasNaN = ({ dtype, data }: ArrayValue): boolean => {
  if (dtype !== 'float32') return false;
  for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i])) return true;
  return false;
};

interface Executed {
  readonly instruction: Instruction;
  /** Positions of the instructions that made its inputs; -1 for inputs and constants of the plan. */
  readonly sources: readonly number[];
  readonly finite: boolean;
}

/** Every instruction in order, with whether its values are finite. */
const execute = async (step: Step, inputs: readonly Buffer[]): Promise<Executed[]> => {
  const executed: Executed[] = [];
  const writer = new Map<number, number>();
  await step.trace(inputs, async (instruction, values) => {
    const sources = instruction.inputs.map((slot) => writer.get(slot) ?? -1);
    const arrays = await Promise.all(values());
    for (const slot of instruction.outputs) writer.set(slot, executed.length);
    executed.push({ instruction, sources, finite: arrays.every(isFinite) });
  });
  return executed;
};

/** Back from the outputs through what is not finite; of the origins the one that ran first. */
const originOf = (plan: Plan, executed: readonly Executed[]): number | undefined => {
  const last = new Map(executed.flatMap(({ instruction }, i) => instruction.outputs.map((slot) => [slot, i] as const)));
  const open = plan.outputs.map(({ slot }) => last.get(slot) ?? -1);
  const seen = new Set<number>();
  let origin: number | undefined;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at < 0 || seen.has(at) || executed[at].finite) continue;
    seen.add(at);
    const before = executed[at].sources.filter((source) => source >= 0 && !executed[source].finite);
    if (before.length === 0) origin = origin === undefined ? at : Math.min(origin, at);
    open.push(...before);
  }
  return origin;
};

/** Its own span, or that of the first instruction that carries its value on. */
const spanOf = (executed: readonly Executed[], origin: number): Instruction['span'] => {
  const reached = new Set<number>();
  for (let i = origin; i < executed.length; i++) {
    const { instruction, sources } = executed[i];
    if (i > origin && !sources.some((source) => reached.has(source))) continue;
    if (instruction.span) return instruction.span;
    reached.add(i);
  }
  return undefined;
};

const describe = ({ dtype, shape, data }: ArrayValue): string => {
  const what = shape.length === 0 ? '' : `[${shape.join(', ')}] `;
  if (dtype !== 'float32' || data.length === 0) return `${what}${dtype}`;
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    low = Math.min(low, data[i]);
    high = Math.max(high, data[i]);
  }
  const short = (value: number): string => String(Number(value.toPrecision(4)));
  return low === high ? `${what}${short(low)}` : `${what}from ${short(low)} to ${short(high)}`;
};

/** What the instruction at a position was given. */
const inputsOf = async (plan: Plan, step: Step, engine: Engine, inputs: readonly Buffer[], position: number) => {
  const held = new Map<number, ArrayValue>(plan.constants.map(({ slot, value }) => [slot, value]));
  const wanted = new Set(plan.instructions[position].inputs);
  for (let i = 0; i < inputs.length; i++)
    if (wanted.has(plan.inputs[i].slot)) held.set(plan.inputs[i].slot, await engine.download(inputs[i]));
  let at = 0;
  await step.trace(inputs, async (instruction, values) => {
    const slots = instruction.outputs.filter((slot) => slot >= 0);
    if (at++ < position && slots.some((slot) => wanted.has(slot))) {
      const arrays = await Promise.all(values());
      slots.forEach((slot, i) => held.set(slot, arrays[i]));
    }
  });
  return plan.instructions[position].inputs.map((slot) => held.get(slot)!);
};

const culpritIn = async (
  engine: Engine,
  plan: Plan,
  step: Step,
  inputs: readonly Buffer[],
): Promise<Culprit | undefined> => {
  const executed = await execute(step, inputs);
  const origin = originOf(plan, executed);
  if (origin === undefined) return undefined;
  const { instruction } = executed[origin];
  const given = await inputsOf(plan, step, engine, inputs, origin);
  const span = spanOf(executed, origin);
  const { operation, body } = instruction;
  if (operation.op === 'scan' && body) {
    const inner = await culpritInLoop(engine, operation, body, given);
    if (inner) return { ...inner, span: inner.span ?? span };
  }
  return { operation: operation.op, span, detail: `${operation.op} of ${given.map(describe).join(' and ')}` };
};

const element = ({ dtype, shape, data }: ArrayValue, index: number): ArrayValue => {
  const size = data.length / shape[0];
  return { dtype, shape: shape.slice(1), data: data.slice(index * size, (index + 1) * size) };
};

/** The loop again, a round at a time, until a round's outputs are not finite. */
const culpritInLoop = async (
  engine: Engine,
  { length, carries, sequences, reverse }: { length: number; carries: number; sequences: number; reverse: boolean },
  body: Plan,
  given: readonly ArrayValue[],
): Promise<Culprit | undefined> => {
  const step = engine.load(body);
  let state = given.slice(0, carries);
  try {
    for (let count = 0; count < length; count++) {
      const round = reverse ? length - 1 - count : count;
      const values: ArrayValue[] = [
        { dtype: 'int32', shape: [], data: Int32Array.of(round) },
        ...state,
        ...given.slice(carries, carries + sequences).map((sequence) => element(sequence, round)),
        ...given.slice(carries + sequences),
      ];
      const inputs = values.map((value) => engine.upload(value));
      const outputs = step.run(inputs);
      const results = await Promise.all(outputs.map((buffer) => engine.download(buffer)));
      outputs.forEach((buffer) => engine.release(buffer));
      const culprit = results.every(isFinite) ? undefined : await culpritIn(engine, body, step, inputs);
      inputs.forEach((buffer) => engine.release(buffer));
      if (culprit) return { ...culprit, detail: `${culprit.detail}, in round ${round} of a loop` };
      state = results.slice(0, carries);
    }
    return undefined;
  } finally {
    step.dispose();
  }
};

/** Undefined where the outputs are finite after all. */
export const findCulprit = async (
  engine: Engine,
  { plan, step }: { readonly plan: Plan; readonly step: Step },
  inputs: readonly Buffer[],
  nameOf: (input: string) => string,
): Promise<Culprit | undefined> => {
  for (let i = 0; i < inputs.length; i++) {
    const value = await engine.download(inputs[i]);
    if (!hasNaN(value)) continue;
    const count = value.data.filter(Number.isNaN).length;
    const detail = `${count} of ${value.data.length} numbers of ${nameOf(plan.inputs[i].name)} are not numbers (NaN)`;
    return { operation: 'input', detail };
  }
  return culpritIn(engine, plan, step, inputs);
};

/** `var:3` and `data:tr:0` in the words of the program. */
export const inputNames =
  (program: Program) =>
  (input: string): string => {
    const [kind, id] = input.split(':');
    if (kind === 'var') return program.variables.get(input.slice(4))?.name ?? input;
    return kind === 'data' ? `the data set ${program.data.get(id)?.name ?? id}` : input;
  };
