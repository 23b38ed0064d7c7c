/**
 * Loops: a Scan, whose body reads what it captures by name from around it. (Written out round by round, the recurrent network of
 * bench/steps.ts takes as long and three times as long to load.)
 */
import type { OperationOf } from '../../../compiler/ir/operations.ts';
import type { Instruction, Plan } from '../../../compiler/plan.ts';
import { lowerConstants, nameOf, results, typed, type Names } from './names.ts';
import type { Writer } from './writer.ts';

interface Around {
  readonly plan: Plan;
  readonly w: Writer;
  readonly names: Names;
  readonly lowerInstructions: (plan: Plan, w: Writer, names: Names) => void;
}

/** A loop as it is lowered: names of what enters, and which results are read. */
interface Loop extends Around {
  readonly operation: OperationOf<'scan'>;
  readonly body: Plan;
  readonly given: readonly string[];
  readonly outputs: readonly number[];
}

export const lowerLoop = (operation: OperationOf<'scan'>, instruction: Instruction, around: Around): void => {
  const { inputs, outputs, body } = instruction;
  if (!body) throw new Error('internal: a scan without the plan of its body');
  const given = inputs.map((slot) => nameOf(around.names, slot));
  const loop = { ...around, operation, body, given, outputs };
  if (operation.length === 0) noRounds(loop);
  else asScan(loop);
};

const noRounds = ({ operation, outputs, given, plan, w, names }: Loop): void =>
  outputs.forEach((slot, i) => {
    if (slot < 0) return;
    const { dtype, shape } = plan.slots[slot];
    names[slot] = i < operation.carries ? given[i] : w.tensor(dtype, shape, []);
  });

/** The slots of what a body is given: its round, carries, elements, captures. */
const entrance = ({ operation, body }: Loop) => {
  const slots = body.inputs.map(({ slot }) => slot);
  const end = 1 + operation.carries + operation.sequences;
  return {
    round: slots[0],
    carries: slots.slice(1, 1 + operation.carries),
    elements: slots.slice(1 + operation.carries, end),
    captures: slots.slice(end),
  };
};

const asScan = (loop: Loop): void => {
  const { operation, body, given, outputs, w, names, lowerInstructions } = loop;
  const { carries, sequences, length, reverse } = operation;
  const enter = entrance(loop);
  const inner = w.inner();
  const own: Names = [];
  const entering = [...enter.carries, ...enter.elements, enter.round].map((slot) => {
    const name = inner.fresh();
    own[slot] = name;
    return typed(name, body.slots[slot]);
  });
  const captured = given.slice(carries + sequences);
  enter.captures.forEach((slot, i) => (own[slot] = captured[i]));
  lowerConstants(body, inner, own);
  const outside = new Set([...entering.map(({ name }) => name), ...captured]);
  for (const { slot } of body.constants) outside.add(nameOf(own, slot));
  lowerInstructions(body, inner, own);
  // results that nobody reads are not stacked
  const wanted = body.outputs.map((_, i) => i).filter((i) => i < carries || outputs[i] >= 0);
  const slots = wanted.map((i) => body.outputs[i].slot);
  const leaving = results(
    inner,
    slots.map((slot) => nameOf(own, slot)),
    outside,
  );
  const graph = inner.finish(
    entering,
    leaving.map((name, i) => typed(name, body.slots[slots[i]])),
  );
  const rounds = Array.from({ length }, (_, i) => i);
  const direction = Number(reverse);
  const inputs = [...given.slice(0, carries + sequences), w.tensor('int32', [length], rounds)];
  const made = w.addAll('Scan', inputs, wanted.length, {
    body: graph,
    num_scan_inputs: sequences + 1,
    scan_input_directions: Array.from({ length: sequences + 1 }, () => direction),
    scan_output_directions: wanted.slice(carries).map(() => direction),
  });
  wanted.forEach((i, k) => outputs[i] >= 0 && (names[outputs[i]] = made[k]));
};
