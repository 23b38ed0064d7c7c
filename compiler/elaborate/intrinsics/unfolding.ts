/** Intrinsics of sequences that are made entry by entry: trajectories, above all. */
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import { R } from '../../spaces/space.ts';
import { describe } from '../values/describe.ts';
import { intoShape } from '../distributions/independent.ts';
import { masked } from '../values/reduce.ts';
import { constantBoolean, tensor, toReal } from '../values/tensors.ts';
import { outcome, unfolding } from '../distributions/unfold.ts';
import type { Value } from '../values/values.ts';
import { countArgument, given, required, toTensor } from './call.ts';
import type { Intrinsic } from './call.ts';

const unfold: Intrinsic = (call): Value => {
  const facts = given(call, 'facts');
  const length = countArgument(call, 'length');
  if (length < 1) return fail('L0302', call.span, { expected: 'at least 1', seen: String(length), where: '`length`' });
  return unfolding(
    {
      start: required(call, 'start'),
      step: required(call, 'step'),
      length,
      ends: given(call, 'ends'),
      ...(facts?.kind === 'record' && { facts: facts.fields }),
    },
    call.caller,
    call.span,
  );
};

/** A draw of whatever is still a distribution; a value as it is. */
const drawn: Intrinsic = (call): Value => outcome(required(call, 'x'), call.caller, call.span);

/** What `step` of an environment gives, with `done` where it was left out. */
const transition: Intrinsic = (call): Value => {
  const v = required(call, 'x');
  const items = v.kind === 'tuple' ? v.items : v.kind === 'record' ? [...v.fields.values()] : [];
  if (items.length === 3) return { kind: 'tuple', items };
  if (items.length === 2) return { kind: 'tuple', items: [...items, constantBoolean(false)] };
  return fail('L0302', call.span, {
    expected: '(next state, reward) or (next state, reward, done)',
    seen: describe(v),
    where: '`step` of an environment',
  });
};

/** Entries that are there as they are, 0 in the gaps. */
const filled: Intrinsic = (call): Value => {
  const v = required(call, 'xs');
  if (v.kind !== 'along' || v.element.kind !== 'tensor') return toTensor(v, call);
  return intoShape(masked(toReal(v.element), v.mask, 0), v.axis);
};

/** Steps of the training that are done, where something is trained. */
const stepsDone: Intrinsic = (call): Value => tensor(call.caller.problem?.step ?? ir.scalar(0), [], R());

export const unfoldingIntrinsics: Readonly<Record<string, Intrinsic>> = {
  unfold,
  _drawn: drawn,
  _transition: transition,
  _padded: filled,
  steps_done: stepsDone,
};
