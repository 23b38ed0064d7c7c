/**
 * Parameters are made when a body is run. Where a member's parameter is mentioned before anything has run it
 * (`-logsumexp[k < 2] log(p.w[k]) ...`), its body is run once on zeros of the spaces that its arguments are declared in.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import { elementDType, storageShape } from '../../spaces/space.ts';
import type { Space } from '../../spaces/space.ts';
import { resolveSpace } from '../spaces/resolve.ts';
import type { Context } from '../context.ts';
import { tensor } from '../values/tensors.ts';
import type { Given, Member, Value } from '../values/values.ts';

const zeroOf = (space: Space): Value | undefined => {
  if (space.kind === 'tensor') {
    const dtype = elementDType(space.element);
    return tensor(ir.cast(ir.full(0, storageShape(space)), dtype), [], space);
  }
  if (space.kind !== 'tuple') return undefined;
  const items = space.items.map(zeroOf);
  return items.every((x) => x !== undefined) ? { kind: 'tuple', items } : undefined;
};

/** Whether it could be run: its arguments must be declared, with their sizes. */
export const runFirst = (member: Member, ctx: Context, span: Span): boolean => {
  const { store, model } = member;
  if (store.parameters.size > 0 || store.members.size > 0) return false;
  const args: Given[] = [];
  for (const { space, default: otherwise } of model.declaration.params) {
    if (otherwise) continue;
    const value = space && zeroOf(resolveSpace(space, { ...ctx, scope: model.scope }));
    if (!value) return false;
    args.push({ value, span });
  }
  ctx.shared.run.apply(member, args, { ...ctx, axes: [] }, span);
  return true;
};
