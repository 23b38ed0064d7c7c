/**
 * A problem inside an objective. With `for K steps` it is written out and differentiated through (MAML: Finn et al. 2017); a
 * `maximize` inside a `minimize` is a game, whose other player moves along.
 */
import type { Span } from '../../../grammar/span.ts';
import type { Over, Player, ProblemExpr } from '../../../grammar/tree/problems.ts';
import { vjp } from '../../differentiate.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import { printSpace, R, storageShape } from '../../spaces/space.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import { coerceTensor } from '../spaces/coerce.ts';
import { bind, childScope, inScope, spanKey } from '../context.ts';
import type { Context } from '../context.ts';
import { asCount, asMeasure, asTensor } from '../values/describe.ts';
import { defaultInitial } from '../members/parameters.ts';
import { newStore, variablesOf } from '../members/stores.ts';
import { variableInput } from '../members/variables.ts';
import { settle } from '../expressions/operators.ts';
import { domainOf, opened } from './over.ts';
import { arityOf, ruleOf } from '../solvers/optimisers.ts';
import { expandAxes, shapeOf, sizesOf, stopTensor, tensor, toReal, unionAxes } from '../values/tensors.ts';
import { intoSpace, outOfSpace } from '../members/transforms.ts';
import { solved } from './solved.ts';
import type { Objective } from './solved.ts';
import type { Axis, Member, Tensor, Value } from '../values/values.ts';

const isArgument = (p: Player): boolean => p.sense === 'argmin' || p.sense === 'argmax';

const nameOf = (over: Over): string =>
  over.name?.text ?? fail('L0403', over.span, { model: 'a nested problem', free: [] });

export const nested = (problem: ProblemExpr, ctx: Context): Value => {
  const [player, ...others] = problem.players;
  if (others.length > 0) return fail('L0601', problem.span, { what: 'a game of several players inside an objective' });
  if (problem.duration) return unrolled(problem, player, ctx);
  if (isArgument(player)) return toItsEnd(problem, player, ctx);
  return game(problem, player, ctx);
};

/** The inner player: its members are made once for the objective, its value is taken at the present ones. */
const game = (problem: ProblemExpr, player: Player, ctx: Context): Tensor => {
  if (!ctx.problem) return fail('L0602', problem.span, { what: 'a game outside of an objective' });
  const scope = childScope(ctx.scope);
  const inner = inScope(ctx, scope);
  const names = player.over.map(nameOf);
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
  const found = known ?? names.map((name) => newStore(name));
  stores.set(key, found);
  const where = '`over` of the dual';
  player.over.forEach((over, i) => {
    if (domainOf(over, ctx, where).kind === 'choice')
      fail('L0601', over.span, { what: 'one of some values as a player inside an objective' });
    bind(scope, names[i], opened(over, names[i], found[i], ctx, where).value);
  });
  const loss = asMeasure(
    settle(ctx.shared.run.evaluate(player.objective, inner), inner, player.objective.span),
    player.objective.span,
    'the objective',
  );
  if (loss.axes.length > 0)
    return fail('L0601', problem.span, { what: 'a game for every example: the dual of a divergence that varies' });
  const sense = player.sense === 'maximize' ? 'maximize' : 'minimize';
  const rules = player.by.length > 0 ? player.by : problem.by;
  if (ctx.problem.mode === 'train' && !ctx.problem.games.some((g) => g.stores === found))
    ctx.problem.games.push({
      problem,
      loss,
      sense,
      name: names.join(', '),
      stores: found,
      scope: ctx.scope,
      by: ruleOf(rules, ctx),
    });
  return loss;
};

/** What the steps of a nested problem move: numbers by id, and what stands for them in the objective. */
interface Moved {
  readonly given: readonly (readonly [id: string, value: Tensor])[];
  readonly at: (values: ReadonlyMap<string, Tensor>) => Value;
  readonly variables: () => readonly {
    readonly id: string;
    readonly shape: readonly number[];
    readonly start: () => Tensor;
  }[];
}

/** `over g in M from f`: a copy of f moves; without `from` a member that nobody else knows; `over d in R[3]`: a point, from 0 if it is not said where. */
const startOf = (over: Over, ctx: Context): Moved => {
  const from = over.from && ctx.shared.run.evaluate(over.from, ctx);
  const copyOf = (member: Member): Moved => ({
    given: [...(member.reading?.values ?? [])].map(
      ([id, t]) => [id, member.reading?.stopped ? stopTensor(t) : t] as const,
    ),
    at: (values): Member => ({ ...member, reading: { ...member.reading, values, stopped: undefined } }),
    variables: () =>
      variablesOf(member.store).map((v) => ({
        id: v.id,
        shape: v.shape,
        start: () => {
          const t = tensor(variableInput(v, ctx), [], R(...v.shape));
          return member.reading?.stopped ? stopTensor(t) : t;
        },
      })),
  });
  if (from?.kind === 'member') return copyOf(from);
  const domain = domainOf(over, ctx);
  if (domain.kind === 'choice')
    return fail('L0601', over.span, { what: 'one of some values as a player inside an objective' });
  if (domain.kind !== 'point') {
    // Nobody trains these parameters: they stay where they begin.
    const key = `start:${ctx.path}:${spanKey(over.span)}`;
    const [store] = ctx.shared.critics.get(key) ?? [newStore(nameOf(over))];
    ctx.shared.critics.set(key, [store]);
    return copyOf({ kind: 'member', model: domain, store });
  }
  const { space } = domain;
  const shape = storageShape(space);
  const span = over.from?.span ?? over.span;
  const id = `${nameOf(over)}@${ctx.shared.counters.site++}`;
  const begin = from
    ? coerceTensor(toReal(asTensor(from, span)), space, { name: nameOf(over), span })
    : middleOf(space, span);
  const start = tensor(outOfSpace(space.element, begin.node, span), begin.axes, R(...shape));
  return {
    given: [[id, start]],
    at: (values) => {
      const own = values.get(id) ?? start;
      return tensor(intoSpace(space.element, own.node, span), own.axes, space);
    },
    variables: () => [{ id, shape, start: () => start }],
  };
};

const middleOf = (space: TensorSpace, span: Span): Tensor => {
  const start = defaultInitial(space);
  if ('spread' in start && space.element.kind !== 'R')
    return fail(
      'L0602',
      span,
      { what: `a nested problem over ${printSpace(space)} has no middle to start at` },
      { help: 'write where it starts: `over z in ... from ...`' },
    );
  return tensor(ir.broadcastTo(ir.scalar('constant' in start ? start.constant : 0), storageShape(space)), [], space);
};

/** K steps of the update rule, each a part of the graph. */
const unrolled = (problem: ProblemExpr, player: Player, ctx: Context): Value => {
  const duration = problem.duration as NonNullable<ProblemExpr['duration']>;
  if (duration.unit !== 'steps')
    return fail(
      'L0602',
      duration.span,
      { what: 'a nested problem counts steps, not epochs' },
      { help: 'each step reads all rows that it is given: `for 5 steps`' },
    );
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
  const moved = player.over.map((over) => startOf(over, ctx));
  let values = new Map<string, Tensor>(moved.flatMap((m) => m.given));
  const current = (): Value[] => moved.map((m) => m.at(new Map(values)));
  const loss = (): Tensor => {
    current().forEach((value, i) => bind(scope, nameOf(player.over[i]), value));
    return asMeasure(
      settle(ctx.shared.run.evaluate(player.objective, inner), inner, player.objective.span),
      player.objective.span,
      'the objective',
    );
  };
  loss(); // makes the parameters, if nobody has yet
  const variables = moved.flatMap((m) => m.variables());
  const maximised = player.sense === 'argmax' || player.sense === 'maximize';
  let memory = new Map<string, Value>();
  for (let k = 0; k < steps; k++) {
    values = new Map(
      variables.map((v) => {
        const t = values.get(v.id) ?? v.start();
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
            ? inner.shared.run.apply(rule.rule.start, [{ value: w, span }], inner, span)
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
        const result = inner.shared.run.apply(f, args, inner, span);
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

/** The solution, as it depends on everything else in the objective. */
const toItsEnd = (problem: ProblemExpr, player: Player, ctx: Context): Value => {
  const { span } = problem;
  const by = player.by.length > 0 ? player.by : problem.by;
  if (by.length > 0)
    return fail(
      'L0602',
      by[0].span,
      { what: 'an update rule without its steps' },
      { help: 'say how many: `for 5 steps`; or leave `by` out, and the problem is solved to its end' },
    );
  const scope = childScope(ctx.scope);
  const moved = player.over.map((over) => startOf(over, ctx));
  const at = (values: ReadonlyMap<string, Tensor>): Value[] => moved.map((m) => m.at(values));
  const loss = (values: ReadonlyMap<string, Tensor>, inner: Context): Tensor => {
    at(values).forEach((value, i) => bind(scope, nameOf(player.over[i]), value));
    const value = settle(inner.shared.run.evaluate(player.objective, inner), inner, player.objective.span);
    return toReal(asMeasure(value, player.objective.span, 'the objective'));
  };
  const given = new Map<string, Tensor>(moved.flatMap((m) => m.given));
  const before = new Map(ctx.problem?.updates);
  const inner: Context = { ...inScope(ctx, scope), scores: undefined };
  loss(given, inner); // makes the parameters, if nobody has yet
  const variables = moved.flatMap((m) => m.variables());
  const starts = variables.map((v) => given.get(v.id) ?? v.start());
  const axes = unionAxes({ axes: ctx.axes }, ...starts);
  const sizes = variables.map((v) => sizeOf(v.shape));
  const apart = (coordinates: Node, front: readonly Axis[]): Map<string, Tensor> => {
    let from = 0;
    return new Map(
      variables.map((v, i): [string, Tensor] => {
        const part = ir.sliceAxis(coordinates, front.length, from, sizes[i]);
        from += sizes[i];
        const node = ir.reshape(part, [...sizesOf(front), ...v.shape]);
        return [v.id, tensor(node, front, R(...v.shape))];
      }),
    );
  };
  const sign = player.sense === 'argmax' ? -1 : 1;
  const objective: Objective = (coordinates, { axes: front }) => {
    const y = loss(apart(coordinates, front), { ...inner, axes: front });
    return ir.mul(expandAxes(y, front).node, ir.scalar(sign));
  };
  const flat = starts.map((t, i) => ir.reshape(expandAxes(t, axes).node, [...sizesOf(axes), sizes[i]]));
  const found = solved(objective, ir.concat(flat, axes.length), { ...inner, axes }, span);
  // What the objective would have remembered was seen at places that are gone.
  ctx.problem?.updates.clear();
  for (const [id, node] of before) ctx.problem?.updates.set(id, node);
  const results = at(apart(found, axes));
  return results.length === 1 ? results[0] : { kind: 'tuple', items: results };
};
