/** Intrinsics of sequences that are made entry by entry: trajectories, above all. */
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import { R } from '../../spaces/space.ts';
import { isLibrary } from '../../host.ts';
import { boundsOf } from '../values/bounds.ts';
import { describe, partsOf, tensorsOf } from '../values/describe.ts';
import { intoShape } from '../distributions/independent.ts';
import { masked } from '../values/reduce.ts';
import { constantBoolean, rankOf, shapeOf, tensor, toReal } from '../values/tensors.ts';
import { outcome, unfolding } from '../distributions/unfold.ts';
import type { Tensor, Value } from '../values/values.ts';
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

const isNumbers = (v: Value): boolean => v.kind === 'tensor' || (partsOf(v)?.every(isNumbers) ?? false);

/** A length or a count, of which any but 0 would end an episode. */
const isAmount = (t: Tensor): boolean => {
  const { low, high } = boundsOf(toReal(t).node);
  return low >= 0 && high > 1;
};

/** What `step` of an environment gives, with `done` where it was left out. */
const transition: Intrinsic = (call): Value => {
  const v = required(call, 'x');
  const step = required(call, 'step');
  const own = step.kind === 'function' ? step.overloads[0]?.span : undefined;
  const notes = own && !isLibrary(own) ? [{ message: 'the `step` of the environment', span: own }] : [];
  const items = v.kind === 'tuple' ? v.items : v.kind === 'record' ? [...v.fields.values()] : [];
  if (items.length !== 2 && items.length !== 3)
    return fail(
      'L0302',
      call.span,
      {
        expected: '(next state, reward) or (next state, reward, done)',
        seen: describe(v),
        where: '`step` of an environment',
      },
      { notes },
    );
  const [next, reward, done = constantBoolean(false)] = items;
  const state = required(call, 's');
  const [before, after] = [state, next].map((x) => tensorsOf(x).map((t) => shapeOf(t).join()));
  if (isNumbers(next) && before.join(';') !== after.join(';'))
    fail(
      'L0304',
      call.span,
      { name: 'the next state', expected: describe(state), seen: describe(next) },
      { notes, help: '`step` gives (next state, reward, done), the next state in the space of the first' },
    );
  for (const [what, x] of [
    ['the reward', reward],
    ['whether the episode ends', done],
  ] as const)
    if (x.kind === 'tensor' && rankOf(toReal(x)) > 0) fail('L0402', call.span, { what, seen: describe(x) }, { notes });
  if (done.kind === 'tensor' && isAmount(done))
    fail(
      'L0302',
      call.span,
      { expected: 'a condition', seen: describe(done), where: 'whether the episode ends' },
      { notes, help: 'compare it: `norm(s) > 1`' },
    );
  return { kind: 'tuple', items: [next, reward, done] };
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
