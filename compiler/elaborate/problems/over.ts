/** What a problem moves: `f in M` is a member, `z in R[2]` a point of a space, `k in [1, 2, 5]` one of some; `from` says where it starts. */
import type { Over, Player } from '../../../grammar/tree/problems.ts';
import { writtenIn } from '../../../grammar/written.ts';
import { fail } from '../../messages.ts';
import { printSpace } from '../../spaces/space.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import type { Context } from '../context.ts';
import { dependsOnParameters, isFed } from '../values/dependence.ts';
import { asTensor, describe } from '../values/describe.ts';
import { choiceParameter, pointParameter } from '../members/parameters.ts';
import { copyStart } from '../members/start.ts';
import { shapeOf } from '../values/tensors.ts';
import { instantiate } from '../members/members.ts';
import type { Model, Store, Tensor, Value } from '../values/values.ts';

/** A member, a point or a value, under its name. */
export interface Bound {
  readonly name: string;
  readonly value: Value;
  readonly store: Store;
  readonly model: string;
}

/** A player, with all that it moves. */
export interface Contestant {
  readonly player: Player;
  readonly bound: readonly Bound[];
}

type Domain =
  Model | { readonly kind: 'point'; readonly space: TensorSpace } | { readonly kind: 'choice'; readonly among: Tensor };

/** The model, the space of numbers, or the numbers or arrays, one of which is taken, that `over` names. */
export const domainOf = ({ domain: e }: Over, ctx: Context, where = '`over`'): Domain => {
  const domain = ctx.shared.run.evaluate(e, ctx);
  if (domain.kind === 'model') return domain;
  if (domain.kind === 'space') {
    if (domain.space.kind === 'tensor') return { kind: 'point', space: domain.space };
    return fail('L0302', e.span, { expected: 'a space of numbers', seen: printSpace(domain.space), where });
  }
  const among = domain.kind === 'tensor' || domain.kind === 'range' ? asTensor(domain, e.span) : undefined;
  if (!among || shapeOf(among).length === 0 || dependsOnParameters(among.node) || isFed(among.node))
    return fail('L0302', e.span, { expected: 'a model, or a space', seen: describe(domain), where });
  return { kind: 'choice', among };
};

/** `f in M`, `z in R[2]`, `k in [1, 2, 5]`, `g in M from f`. Its parameters are made in `store`, or found there. */
export const opened = (over: Over, name: string, store: Store, ctx: Context, where?: string): Bound => {
  const domain = domainOf(over, ctx, where);
  const written = writtenIn(over.domain.span, ctx.shared.sources);
  switch (domain.kind) {
    case 'point': {
      const value = pointParameter(name, domain.space, store, ctx, over.span, over.from);
      return { name, value, store, model: printSpace(domain.space) };
    }
    case 'choice':
      return { name, value: choiceParameter(name, domain.among, store, ctx, over.span), store, model: written };
    case 'model': {
      if (!domain.statics) instantiate(domain, [], ctx, over.domain.span);
      const fresh = store.parameters.size === 0 && store.members.size === 0;
      if (over.from && fresh) copyStart(store, domain, ctx.shared.run.evaluate(over.from, ctx), ctx, over.from.span);
      return { name, value: { kind: 'member', model: domain, store }, store, model: written };
    }
  }
};
