/**
 * A problem inside an objective. With `for K steps` it is written out and differentiated through (MAML: Finn et al. 2017); a
 * `maximize` inside a `minimize` is a game, whose other player moves along.
 */
import type { Over, Player, ProblemExpr } from '../../grammar/tree.ts';
import { vjp } from '../differentiate.ts';
import * as ir from '../ir/build.ts';
import { fail } from '../messages.ts';
import type { Variable } from '../program.ts';
import { R } from '../spaces/space.ts';
import { bind, childScope, inScope, spanKey } from './context.ts';
import type { Context } from './context.ts';
import { asCount, asScalar, describe, asTensor } from './describe.ts';
import { newStore, variablesOf } from './members.ts';
import { variableInput } from './variables.ts';
import { applyValue } from './calls.ts';
import { settle } from './operators.ts';
import { arityOf, ruleOf } from './optimisers.ts';
import { expandAxes, shapeOf, tensor, toReal, unionAxes } from './tensors.ts';
import type { Member, Tensor, Value } from './values.ts';

const isArgument = (p: Player): boolean => p.sense === 'argmin' || p.sense === 'argmax';

const nameOf = (over: Over): string =>
  over.name?.text ?? fail('L0403', over.span, { model: 'a nested problem', free: [] });

export const nested = (problem: ProblemExpr, ctx: Context): Value => {
  const [player, ...others] = problem.players;
  if (others.length > 0) return fail('L0601', problem.span, { what: 'a game of several players inside an objective' });
  if (problem.duration) return unrolled(problem, player, ctx);
  if (isArgument(player))
    return fail(
      'L0601',
      problem.span,
      { what: 'a nested problem solved to its end' },
      { help: 'say how many steps: `by sgd(0.01) for 5 steps`' },
    );
  return game(problem, player, ctx);
};

/** The dual's player: made once for the objective, its value taken at the present member. */
const game = (problem: ProblemExpr, player: Player, ctx: Context): Tensor => {
  if (!ctx.problem) return fail('L0602', problem.span, { what: 'a game outside of an objective' });
  const scope = childScope(ctx.scope);
  const inner = inScope(ctx, scope);
  if (player.over.length !== 1)
    return fail('L0601', player.span, { what: 'several members in the dual of a divergence' });
  const [over] = player.over;
  const name = nameOf(over);
  const domain = ctx.shared.run.evaluate(over.domain, ctx);
  if (domain.kind !== 'model')
    return fail('L0302', over.domain.span, {
      expected: 'a model',
      seen: describe(domain),
      where: '`over` of the dual',
    });
  const key = `${ctx.path}:${spanKey(problem.span)}`;
  const stores = ctx.shared.critics;
  const known = stores.get(key);
  if (!known && ctx.problem.mode === 'eval')
    return fail(
      'L0602',
      problem.span,
      { what: 'a dual in an evaluation: no critic has been trained for it' },
      { help: 'measure with samples: `energy(P || Q)`, `MMD(P || Q)`, `sliced_W1(P || Q)`' },
    );
  const store = known ?? newStore(name);
  stores.set(key, store);
  const member: Member = { kind: 'member', model: domain, store };
  bind(scope, name, member);
  const loss = asScalar(
    settle(ctx.shared.run.evaluate(player.objective, inner), inner, player.objective.span),
    player.objective.span,
    'the objective',
  );
  if (loss.axes.length > 0)
    return fail('L0601', problem.span, { what: 'a game for every example: the dual of a divergence that varies' });
  const sense = player.sense === 'maximize' ? 'maximize' : 'minimize';
  const rules = player.by.length > 0 ? player.by : problem.by;
  if (ctx.problem.mode === 'train' && !ctx.problem.games.some((g) => g.store === store))
    ctx.problem.games.push({
      problem,
      loss,
      sense,
      name,
      model: domain.declaration.name.text,
      store,
      scope: ctx.scope,
      by: ruleOf(rules, ctx),
    });
  return loss;
};

/** K steps of the update rule, each a part of the graph. */
const unrolled = (problem: ProblemExpr, player: Player, ctx: Context): Value => {
  const duration = problem.duration as NonNullable<ProblemExpr['duration']>;
  if (duration.unit !== 'steps')
    return fail('L0602', duration.span, { what: 'a nested problem counts steps, not epochs' });
  const steps = asCount(ctx.shared.run.evaluate(duration.count, ctx), duration.count.span, 'the number of steps');
  const by = player.by.length > 0 ? player.by : problem.by;
  const rule = ruleOf(by, ctx);
  if (!rule)
    return fail(
      'L0602',
      problem.span,
      { what: 'a nested problem needs an update rule' },
      { help: 'for example `by sgd(0.01) for 1 steps`' },
    );
  const scope = childScope(ctx.scope);
  const inner = inScope(ctx, scope);
  const members = player.over.map((over) => {
    const from = over.from && ctx.shared.run.evaluate(over.from, ctx);
    if (from?.kind !== 'member')
      return fail(
        'L0601',
        over.span,
        { what: 'a nested problem that does not start at a member' },
        { help: 'write where it starts: `over g in M from f`' },
      );
    return { name: nameOf(over), member: from };
  });
  let values = new Map<string, Tensor>(members.flatMap((m) => [...(m.member.reading?.values ?? [])]));
  const current = (): Member[] => members.map((m) => ({ ...m.member, reading: { ...m.member.reading, values } }));
  const loss = (): Tensor => {
    current().forEach((member, i) => bind(scope, members[i].name, member));
    return asScalar(
      settle(ctx.shared.run.evaluate(player.objective, inner), inner, player.objective.span),
      player.objective.span,
      'the objective',
    );
  };
  loss(); // makes the parameters, if nobody has yet
  const variables: Variable[] = members.flatMap((m) => variablesOf(m.member.store));
  const maximised = player.sense === 'argmax' || player.sense === 'maximize';
  let memory = new Map<string, Value>();
  for (let k = 0; k < steps; k++) {
    values = new Map(
      variables.map((v) => {
        const t = values.get(v.id) ?? tensor(variableInput(v, ctx), [], R(...v.shape));
        return [v.id, expandAxes(t, unionAxes(t, { axes: ctx.axes }))];
      }),
    );
    const here = values;
    const wrt = variables.map((v) => (here.get(v.id) as Tensor).node);
    // Inputs stand for the parameters while the slope is taken: simplification would look through what spreads them over the axes.
    const holders = wrt.map((node) => ir.input('variable', 'float32', node.shape));
    const places = new Map(holders.map((h, i) => [h, wrt[i]]));
    values = new Map(variables.map((v, i) => [v.id, { ...(here.get(v.id) as Tensor), node: holders[i] }]));
    const before = ctx.scores?.length ?? 0;
    const y = toReal(loss());
    const slopes = vjp([ir.sum(y.node)], [ir.scalar(maximised ? -1 : 1)], holders);
    const found = ir.substitute(slopes, places);
    for (const [id, node] of ctx.problem?.updates ?? []) ctx.problem?.updates.set(id, ir.substitute([node], places)[0]);
    ctx.scores?.forEach((t, i, all) => {
      if (i >= before) all[i] = { ...t, node: ir.substitute([t.node], places)[0] };
    });
    values = here;
    const nextMemory = new Map<string, Value>();
    values = new Map(
      variables.map((v, i) => {
        const w = values.get(v.id) as Tensor;
        const { span } = problem;
        const g = tensor(found[i], w.axes, w.space);
        const state =
          memory.get(v.id) ??
          (rule.rule.start
            ? applyValue(rule.rule.start, [{ value: w, span }], inner, span)
            : ({ kind: 'tuple', items: [] } as Value));
        const count = (x: number): Tensor => tensor(ir.scalar(x), [], R());
        const time: Value = {
          kind: 'record',
          fields: new Map([
            ['step', count(k + 1)],
            ['total', count(steps)],
          ]),
        };
        const f = rule.rule.step;
        const args = [w, g, state, time].map((value) => ({ value, span })).slice(0, arityOf(f));
        const result = applyValue(f, args, inner, span);
        const [next, after] = result.kind === 'tuple' ? result.items : [result, state];
        nextMemory.set(v.id, after ?? state);
        const t = toReal(asTensor(next, span, rule.rule.name));
        return [v.id, shapeOf(t).length === v.shape.length ? t : w];
      }),
    );
    memory = nextMemory;
  }
  const trained = current();
  if (isArgument(player)) return trained.length === 1 ? trained[0] : { kind: 'tuple', items: trained };
  return loss();
};
