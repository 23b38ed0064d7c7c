/** The players of a problem, each with what it moves. */
import type { Over, Player, ProblemExpr } from '../../../grammar/tree/problems.ts';
import { freeNames } from '../../../grammar/walk.ts';
import { fail } from '../../messages.ts';
import { isBuiltinSpace } from '../../spaces/names.ts';
import { lookup } from '../context.ts';
import type { Context } from '../context.ts';
import { isKnownIntrinsic } from '../intrinsics/index.ts';
import { newStore } from '../members/stores.ts';
import { opened } from './over.ts';
import type { Contestant } from './over.ts';
import { tuningOf } from '../members/tuning.ts';

/** What a problem supplies, and the language. */
const supplied = new Set(['D_tr', 'D_eval', 'missing']);

/** The name of the member: written, or the one free name of the objective. */
const memberName = (over: Over, player: Player, ctx: Context): string => {
  if (over.name) return over.name.text;
  const taken = new Set(player.over.flatMap((o) => (o.name ? [o.name.text] : [])));
  const where = new Set(player.where.map((w) => w.name.text));
  const known = (name: string): boolean =>
    lookup(ctx.scope, name) !== undefined ||
    taken.has(name) ||
    where.has(name) ||
    supplied.has(name) ||
    isBuiltinSpace(name) ||
    isKnownIntrinsic(name);
  const free = freeNames(player.objective, known);
  if (free.length === 1) return free[0];
  return fail('L0403', over.span, { model: over.domain.kind === 'name' ? over.domain.name : 'the model', free });
};

export const contestantsOf = (problem: ProblemExpr, ctx: Context): Contestant[] => {
  const taken = new Set<string>();
  return problem.players.map((player) => {
    if (player.over.length === 0)
      return fail('L0602', player.span, { what: 'a problem without `over`: what may change?' });
    const bound = player.over.map((over) => {
      const name = memberName(over, player, ctx);
      if (taken.has(name))
        fail('L0202', over.span, { name }, { help: 'each player has members of its own: give this one another name' });
      taken.add(name);
      return opened(over, name, newStore(name, over.tuning && tuningOf(over.tuning, ctx)), ctx);
    });
    return { player, bound };
  });
};
