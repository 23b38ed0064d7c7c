/**
 * Programs whose draws can be summed over: `{ z ~ Categorical(w); Normal(mu[z], 1) }` has the density of a mixture. The body is run once
 * with every draw of finite support standing for all of its points, each under an axis of its own with its log probability; the draws
 * that the body ends in (`x`, `(z, x)`) have the parts of the point in their place.
 */
import type { Span } from '../../../grammar/span.ts';
import type { BlockExpr, Expr } from '../../../grammar/tree/expressions.ts';
import type { Pattern } from '../../../grammar/tree/patterns.ts';
import type { DrawStatement, Statement } from '../../../grammar/tree/statements.ts';
import * as ir from '../../ir/build.ts';
import { drawsAnyway } from '../values/dependence.ts';
import { fail } from '../../messages.ts';
import { childScope, inAxes, inScope, quietly, runAt } from '../context.ts';
import { Failure } from '../../failure.ts';
import type { Context } from '../context.ts';
import { describe, partsOf, poisoned } from '../values/describe.ts';
import { draws, lackNotes, logDensity, toDistribution } from './distributions.ts';
import { chainIn, chainOf, overPaths } from './chains.ts';
import type { Chain } from './chains.ts';
import { countPoints, countsInReach, finitePoints } from './finite.ts';
import { endsInLaw, lawOf } from './laws.ts';
import { factsOf, marginalOver, mixedFacts } from './mixtures.ts';
import { bindPattern } from '../expressions/patterns.ts';
import { constantNumber, mapBinary } from '../values/tensors.ts';
import type { Axis, Dist, Lack, Tensor, Value } from '../values/values.ts';

/** All latent variables of a program together have at most so many values. */
const most = 4096;
/** Of a hidden chain, paths that are summed over one by one. */
const fewPaths = 64;

type Ability = Pick<Dist, 'logDensity' | 'facts' | 'event' | 'lacks'>;

/** Names in a pattern or outcome; undefined where it is not made of names. */
const outcomeNames = (e: Expr): readonly string[] | undefined => {
  switch (e.kind) {
    case 'name':
      return [e.name];
    case 'tuple':
    case 'record': {
      const parts = e.kind === 'tuple' ? e.items : e.fields.map((f) => f.value);
      const names = parts.map((p) => (p.kind === 'name' ? p.name : undefined));
      return parts.length > 0 && names.every((n) => n !== undefined) ? names : undefined;
    }
    default:
      return undefined;
  }
};

const bindsName = (pattern: Pattern, name: string): boolean =>
  pattern.kind === 'name'
    ? pattern.name === name
    : pattern.kind !== 'wildcard' && pattern.items.some((p) => bindsName(p, name));

const binds = (s: Statement, name: string): boolean =>
  (s.kind === 'draw' || s.kind === 'assign') && bindsName(s.pattern, name);

/** The draws that the body ends in, by name; undefined if it ends in something else. Each is drawn once and is no other thing later. */
const outcomeOf = (body: BlockExpr): readonly string[] | undefined => {
  const last = body.statements.at(-1);
  const names = last?.kind === 'expr' ? outcomeNames(last.value) : undefined;
  const drawn = names?.every((name) => {
    const own = body.statements.filter((s) => binds(s, name));
    return own.length === 1 && own[0].kind === 'draw' && own[0].pattern.kind === 'name';
  });
  return drawn && new Set(names).size === names?.length ? names : undefined;
};

/** The body up to the one draw it ends in: what is drawn afterwards does not change its law. */
const endingIn = (body: BlockExpr, name: string): BlockExpr => {
  const at = body.statements.findIndex((s) => s.kind === 'draw' && binds(s, name));
  const { distribution, span } = body.statements[at] as DrawStatement;
  return { ...body, statements: [...body.statements.slice(0, at), { kind: 'expr', value: distribution, span }] };
};

interface Unfolded {
  /** A draw that no density can sum over: the rest is not run. */
  readonly endless?: Lack;
  /** Inside all axes. */
  readonly ctx: Context;
  readonly axes: readonly Axis[];
  readonly logs: readonly Tensor[];
  readonly last?: Value;
}

/** Of a program that `abilitiesOf` has found to end. */
const ended = (u: Unfolded, name: string, span: Span): Unfolded =>
  u.endless
    ? fail('L0312', span, { name: name || 'the distribution', purpose: 'its log-density' }, lackNotes(u.endless))
    : u;

/** Where the values of the outcome's draws come from: parts of a point, or (to see what the program can do) draws. */
type Outcome = (name: string, dist: Dist, ctx: Context) => Value;

const label = (s: DrawStatement): string => (s.pattern.kind === 'name' ? `\`${s.pattern.name}\`` : 'what');

const unfold = (
  body: BlockExpr,
  start: Context,
  outcome: ReadonlySet<string>,
  valueOf: Outcome,
  program: string,
  hidden: DrawStatement | 'none' | undefined = outcome.size === 0 ? chainIn(body) : undefined,
): Unfolded => {
  const { statements } = body;
  const scope = childScope(start.scope);
  let ctx = inScope(start, scope);
  const axes: Axis[] = [];
  const logs: Tensor[] = [];
  let last: Value | undefined;
  let size = 1;
  let chain: Chain | undefined;
  for (const s of statements) {
    if (s.kind !== 'draw') {
      last = ctx.shared.run.statement(s, ctx);
      continue;
    }
    const { span } = s.distribution;
    const dist = toDistribution(ctx.shared.run.evaluate(s.distribution, ctx), ctx, span);
    if (s.pattern.kind === 'name' && outcome.has(s.pattern.name)) {
      const value = valueOf(s.pattern.name, dist, ctx);
      logs.push(logDensity(dist, value, ctx, span, 'the density of the program'));
      bindPattern(scope, s.pattern, value, ctx, s.span);
      continue;
    }
    chain = s === hidden && (countOfPoints(dist) ?? 0) > fewPaths ? chainOf(dist, ctx) : chain;
    if (s === hidden && chain) {
      ctx = inAxes(ctx, chain.points.axis);
      bindPattern(scope, s.pattern, chain.value, ctx, s.span);
      continue;
    }
    const points = dist.logDensity && (finitePoints(dist, ctx, most) ?? countsInReach(dist, ctx, most));
    size *= points?.axis.size ?? countOfPoints(dist) ?? 1;
    if (!points || size > most)
      return {
        ctx,
        axes,
        logs,
        endless: {
          message:
            size > most
              ? `its latent variables have ${size.toLocaleString('en')} values together, and no more than ${most.toLocaleString('en')} are summed over`
              : `${program === '' ? 'it' : `\`${program}\``} draws ${label(s)} before it ends, which is not one of a few values to sum over: it can only be sampled`,
          span: s.span,
          ...(size > most && {
            help: `${chained}; otherwise bound the density from below: \`E[z ~ q(x)] log p(x | z) - KL(q(x) || prior)\``,
          }),
        },
      };
    ctx = inAxes(ctx, points.axis);
    axes.push(points.axis);
    logs.push(logDensity(dist, points.value, ctx, span, 'the density of the program'));
    bindPattern(scope, s.pattern, points.value, ctx, s.span);
  }
  const paths = chain && overPaths(chain, last, ctx, body.span);
  if (chain && !paths) return unfold(body, start, outcome, valueOf, program, 'none');
  return { ctx, axes, logs, last: paths ?? last };
};

const countOfPoints = ({ event }: Dist): number | undefined => event && countPoints(event);

const total = (logs: readonly Tensor[], span: Span): Tensor =>
  logs.reduce((a, b) => mapBinary('add', a, b, span), constantNumber(0));

const chained = 'states that follow each other are summed over as `z ~ MarkovChain(start, step, n)`';

/** Draws have no place in a density: a graph that needs this key has one. */
const noDraws = ir.input('undrawn', 'int32', [2]);

const withoutDraws = (t: Tensor, name: string, span: Span): Tensor =>
  drawsAnyway(t.node)
    ? fail(
        'L0312',
        span,
        { name: name || 'the distribution', purpose: 'its log-density' },
        {
          notes: [{ message: 'a draw inside of a function, a loop or a branch is not summed over' }],
          help: `${chained}; other draws stand in the body of the model itself`,
        },
      )
    : t;

const say = (axes: readonly Axis[], ctx: Context, span: Span): void => {
  const { problem } = ctx;
  if (!problem || axes.length === 0 || problem.decisions.some((d) => d.span === span)) return;
  const size = axes.reduce((n, a) => n * a.size, 1);
  problem.decisions.push({
    subject: 'latent variables',
    choice: `summed over, ${size} values`,
    reason: 'the draws of the program have finite supports',
    span,
  });
};

const placed = (at: Context, home: Context): Context => runAt(home, { ...at, key: noDraws, scores: undefined });

/** A program that ends in a distribution: a mixture over its latent variables. */
const mixed = (name: string, body: BlockExpr, home: Context, end: Dist): Ability => {
  const none = new Set<string>();
  const run = (
    at: Context,
  ): { readonly inside: Context; readonly axes: readonly Axis[]; logs: readonly Tensor[]; dist: Dist } => {
    const run = unfold(body, placed(at, home), none, poisoned, name);
    const { ctx, axes, logs, last } = ended(run, name, body.span);
    return { inside: ctx, axes, logs, dist: lawOf(last as Value, ctx, body.span) };
  };
  return {
    event: end.event,
    lacks: end.lacks,
    logDensity:
      end.logDensity &&
      ((at, x, span) => {
        const { inside, axes, logs, dist } = run(at);
        say(axes, at, body.span);
        const joint = total([...logs, logDensity(dist, x, inside, span, 'the density of the program')], span);
        return withoutDraws(marginalOver(joint, axes, at, span), name, span);
      }),
    facts: factsOf(
      mixedFacts.filter((fact) => end.facts.has(fact)),
      (at) => {
        const { inside, axes, logs, dist } = run(at);
        return { axes, inside, logWeights: total(logs, body.span), fact: (fact) => dist.facts.get(fact)?.(inside) };
      },
    ),
  };
};

/** The parts of a point that the names of the outcome stand for. */
const partsByName = (x: Value, names: readonly string[], span: Span): ReadonlyMap<string, Value> => {
  const items = partsOf(x) ?? [];
  if (items.length !== names.length)
    return fail('L0302', span, { expected: `a tuple of ${names.length}`, seen: describe(x) });
  return new Map(names.map((n, i) => [n, items[i]]));
};

/** A program that ends in a tuple of what it drew: their joint density, the other draws summed over. */
const joint = (name: string, body: BlockExpr, home: Context, names: readonly string[]): Ability => ({
  lacks: {},
  facts: new Map(),
  logDensity: (at, x, span) => {
    const parts = partsByName(x, names, span);
    const run = unfold(body, placed(at, home), new Set(names), (n) => parts.get(n) as Value, name);
    const { axes, logs } = ended(run, name, span);
    say(axes, at, body.span);
    return withoutDraws(marginalOver(total(logs, span), axes, at, span), name, span);
  },
});

/** What a program can do beyond being sampled; undefined where it ends in a value that it computes. */
export const abilitiesOf = (name: string, body: Expr, ctx: Context): Ability | undefined => {
  if (body.kind !== 'block') return undefined;
  const names = outcomeOf(body);
  const whole =
    names?.length === 1 && body.statements.at(-1)?.kind === 'expr' && isName(body) ? endingIn(body, names[0]) : body;
  const outcome = new Set(whole === body ? names : []);
  try {
    const { last, endless } = unfold(whole, quietly(ctx), outcome, (_, dist, at) => draws(dist, at, body.span), name);
    if (endless) return { lacks: { density: endless }, facts: new Map() };
    if (outcome.size > 0) return joint(name, whole, ctx, names as readonly string[]);
    return last && endsInLaw(last) ? mixed(name, whole, ctx, lawOf(last, ctx, body.span)) : undefined;
  } catch (error) {
    if (error instanceof Failure) return undefined; // it will be reported where it is run
    throw error;
  }
};

const isName = (body: BlockExpr): boolean => {
  const last = body.statements.at(-1);
  return last?.kind === 'expr' && last.value.kind === 'name';
};
