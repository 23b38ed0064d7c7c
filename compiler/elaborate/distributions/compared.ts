/** Distributions that are compared are over one space: arrays of draws of one shape. */
import type { Span } from '../../../grammar/span.ts';
import type { Parameter } from '../../../grammar/tree/patterns.ts';
import type { SpaceArgument } from '../../../grammar/tree/spaces.ts';
import { fail } from '../../messages.ts';
import { printSpace, sameShape, storageShape } from '../../spaces/space.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import { lookup } from '../context.ts';
import { isLibrary } from '../../host.ts';
import type { Scope } from '../context.ts';
import type { Given } from '../values/values.ts';

const nameOf = (argument: SpaceArgument): string | undefined => {
  if (argument.kind === 'dimension') return argument.value.kind === 'name' ? argument.value.name : undefined;
  return argument.space.kind === 'named' ? argument.space.name.text : undefined;
};

/** What the distributions of two parameters must have in common: the X of `Dist[X]`; or both are given as families. */
const eventOf = (param: Parameter, scope: Scope): string | undefined => {
  const { space } = param;
  if (space?.kind !== 'named') return undefined;
  const argument = space.groups[0]?.[0];
  if (space.name.text === 'Dist' || space.name.text === 'Sampler') return argument && nameOf(argument);
  // A rule of the library takes two families to compare them; a function of the spec may take them for anything.
  const compares = isLibrary(space.span) && lookup(scope, space.name.text)?.kind === 'function';
  return compares ? 'family' : undefined;
};

export const agreeOnEvents = (
  params: readonly Parameter[],
  given: readonly (Given | undefined)[],
  scope: Scope,
  span: Span,
): void => {
  const first = new Map<string, { readonly event: TensorSpace; readonly span: Span }>();
  params.forEach((param, i) => {
    const value = given[i]?.value;
    if (value?.kind !== 'dist' || !value.event) return;
    const key = eventOf(param, scope);
    if (key === undefined) return;
    const own = { event: value.event, span: given[i]?.span ?? span };
    const before = first.get(key);
    if (!before) first.set(key, own);
    else if (!sameShape(storageShape(before.event), storageShape(own.event))) {
      const note = { message: `compared with this, in ${printSpace(before.event)}`, span: before.span };
      const p = { name: 'the distribution', expected: printSpace(before.event), seen: printSpace(own.event) };
      fail('L0304', own.span, p, { notes: before.span === own.span ? [] : [note] });
    }
  });
};
