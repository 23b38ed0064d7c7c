/** `over g in M from f`: g starts where f stands. */
import type { Span } from '../../../grammar/span.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import type { Variable } from '../../program.ts';
import type { Context } from '../context.ts';
import { describe } from '../values/describe.ts';
import { newStore, variablesOf } from './stores.ts';
import { tensor } from '../values/tensors.ts';
import { restricted } from './tuning.ts';
import type { HeldParameter, Model, Store, Value } from '../values/values.ts';
import { makeVariable, meaningOf, uniqueId, variableInput } from './variables.ts';

/** The numbers of a parameter as they are, or what a restriction has made of them. */
const valueOf = ({ tuning }: Store, { variable, space }: HeldParameter, ctx: Context): Node =>
  (tuning && restricted(tuning, variable, space, ctx)?.node) ?? variableInput(variable, ctx);

const trainedFor = ({ tuning }: Store, { id }: Variable): Variable[] => {
  const own = tuning?.members.get(id);
  return own ? variablesOf(own.store) : [];
};

const copy = (to: Store, from: Store, ctx: Context): void => {
  const { trainedOn } = ctx.shared;
  for (const [key, p] of from.parameters) {
    const { variable, space } = p;
    const name = `${to.name}${variable.name.slice(from.name.length)}`;
    const made = makeVariable(
      { ...variable, id: uniqueId(name, ctx), name },
      valueOf(from, p, ctx),
      ctx,
      meaningOf(variable),
    );
    const seen = [variable, ...trainedFor(from, variable)].flatMap((v) => [...(trainedOn.get(v.id) ?? [])]);
    if (seen.length > 0) trainedOn.set(made.id, new Set(seen));
    to.parameters.set(key, { variable: made, space, value: tensor(variableInput(made, ctx), [], space) });
  }
  for (const [key, member] of from.members) {
    const store = newStore(`${to.name}${member.store.name.slice(from.name.length)}`, to.tuning);
    copy(store, member.store, ctx);
    to.members.set(key, { ...member, store });
  }
  for (const [name, count] of from.names) to.names.set(name, count);
};

export const copyStart = (store: Store, model: Model, from: Value, ctx: Context, span: Span): void => {
  if (from.kind !== 'member') {
    const slip = from.kind === 'stage' ? 'stage' : undefined;
    fail('L0302', span, { expected: 'a member', seen: describe(from), where: '`from`', slip });
  } else {
    const [own, other] = [model.declaration.name.text, from.model.declaration.name.text];
    if (model.declaration !== from.model.declaration)
      fail('L0302', span, { expected: `a member of \`${own}\``, seen: `a member of \`${other}\``, where: '`from`' });
    copy(store, from.store, ctx);
  }
};
