/**
 * Where a problem stands in the field: its goal, its space of models, its paradigm, each with what in the spec says so.
 * Rules from the most particular to the most general; the first that applies gives the goal.
 */
import type { Module } from '../../grammar/tree/declarations.ts';
import type { Argument, Expr } from '../../grammar/tree/expressions.ts';
import type { ProblemExpr } from '../../grammar/tree/problems.ts';
import { classOf } from './classes.ts';
import { reached } from './declarations.ts';
import { paradigmOf, protocolName } from './protocols.ts';
import type { Place } from './protocols.ts';
import type { Scope } from './problems.ts';
import { memberName } from './problems.ts';
import { nodes, patternNames } from '../../grammar/walk.ts';

export interface FieldMap {
  readonly goal: Place;
  readonly models: readonly (Place & { readonly member: string })[];
  readonly paradigm: Place;
}

const divergences: Readonly<Record<string, string>> = {
  KL: 'maximum likelihood',
  MMD: 'a kernel distance between samples',
  energy: 'the energy distance between samples',
  W1: 'optimal transport',
  W2: 'optimal transport',
  sliced_W1: 'optimal transport along random lines',
  JS: 'the Jensen-Shannon divergence',
  reverse_KL: 'the reverse KL divergence',
  TV: 'the total variation distance',
  hellinger: "Hellinger's distance",
  chi_square: "Pearson's divergence",
  f_divergence: 'an f-divergence',
};

type Fields = Readonly<Record<string, unknown>>;

interface View {
  readonly protocol: string | undefined;
  readonly problem: ProblemExpr;
  readonly module: Module;
  /** Nodes of the objectives and of the `def`s they call. */
  readonly all: readonly Fields[];
  readonly calls: ReadonlySet<string>;
  /** Names of members, and of what the `def`s take. */
  readonly locals: ReadonlySet<string>;
}

const calleeName = (n: Fields): string | undefined => {
  const callee = n.callee as Expr | undefined;
  return n.kind === 'call' && callee?.kind === 'name' ? callee.name : undefined;
};

const view = (problem: ProblemExpr, module: Module): View => {
  const objectives = problem.players.map((p) => p.objective);
  const defs = reached(objectives, module).filter((d) => d.kind === 'def');
  const all = [...nodes([...objectives, ...defs.map((d) => d.body)])];
  const calls = new Set(all.flatMap((n) => calleeName(n) ?? []));
  const locals = new Set([
    ...problem.players.flatMap((p) => p.over.flatMap((o) => (o.name ? [o.name.text] : []))),
    ...defs.flatMap((d) => (d.params ?? []).flatMap((p) => patternNames(p.pattern))),
  ]);
  return { problem, module, all, calls, locals, protocol: protocolName(problem, module) };
};

const has = (v: View, test: (n: Fields) => boolean): boolean => v.all.some(test);
const isSquare = (n: Fields): boolean => {
  const right = n.right as Expr | undefined;
  const left = n.left as Expr | undefined;
  return (
    n.kind === 'binary' &&
    n.op === '^' &&
    right?.kind === 'number' &&
    right.value === 2 &&
    left?.kind === 'binary' &&
    left.op === '-'
  );
};

const drawsPairs = (n: Fields): boolean =>
  n.relation === '~' && (n.targets as readonly { readonly kind: string }[])[0]?.kind === 'tuple';

const isDistance = (v: View): boolean => has(v, isSquare) || v.calls.has('squared_distance');

/** `log f(y | x)` */
const conditionalDensity = (v: View): string | undefined => {
  for (const n of v.all) {
    const call = n.call as Expr | undefined;
    if (n.kind === 'density' && call?.kind === 'call' && call.form === 'given' && call.callee.kind === 'name')
      return call.callee.name;
  }
  return undefined;
};

/** A binder `z ~ q(...)` of a member or argument other than the likelihood: a code is drawn. */
const drawsCode = (v: View, likelihood: string): boolean => {
  const drawn = (n: Fields): boolean =>
    nodes(n.source).some((m) => {
      const name = calleeName(m);
      return name !== undefined && name !== likelihood && v.locals.has(name);
    });
  return has(v, (n) => n.relation === '~' && drawn(n));
};

/** The space that a member's model ends in. */
const resultOf = (member: string, v: View): string | undefined => {
  for (const p of v.problem.players)
    for (const o of p.over) {
      const domain = o.domain.kind === 'index' ? o.domain.object : o.domain;
      if (o.name?.text !== member || domain.kind !== 'name') continue;
      if (domain.name === 'classifier') return 'Class';
      const d = v.module.declarations.find((x) => x.kind === 'model' && x.name.text === domain.name);
      if (d?.kind === 'model' && d.result?.space.kind === 'named') return d.result.space.name.text;
    }
  return undefined;
};

/** Draws whole batches out of a comprehension over the data that leaves fields out. */
const dropsLabels = (n: Fields): boolean => {
  if (n.kind !== 'comprehension') return false;
  const body = n.body as Expr;
  const binders = n.binders as readonly { readonly targets: readonly { readonly kind: string }[] }[];
  return body.kind === 'name' && binders.length === 1 && binders[0].targets[0]?.kind === 'tuple';
};

const supervised = (v: View): Place | undefined => {
  const density = conditionalDensity(v);
  if (v.problem.players.some((p) => p.over.length > 1) && density && (v.calls.has('KL') || drawsCode(v, density)))
    return {
      place: 'density estimation with a latent variable (variational)',
      because: v.calls.has('KL')
        ? 'a bound of `log p(x | z)` and a KL divergence, with two members'
        : `a bound: \`log ${density}(x | z)\` at codes drawn from another member`,
    };
  if (density && resultOf(density, v) === 'Class')
    return { place: 'supervised, classification', because: `\`log ${density}(y | x)\` with classes as outcomes` };
  if (density && /^\p{Lu}/u.test(density))
    return {
      place: 'supervised, from comparisons or yes/no answers',
      because: `the likelihood \`log ${density}(... | ...)\``,
    };
  if (density) return { place: 'supervised, a conditional density', because: `\`log ${density}(y | x)\`` };
  if (v.protocol === 'unsupervised' && isDistance(v) && !has(v, drawsPairs))
    return has(v, (n) => n.kind === 'big' && (n.op === 'min' || n.op === 'argmin'))
      ? { place: 'clustering', because: 'the distance of an example to the nearest of several' }
      : { place: 'representation: a reconstruction', because: 'the distance of an example to what is made of it' };
  if (isDistance(v))
    return { place: 'supervised, regression', because: 'the squared difference of prediction and outcome' };
  return undefined;
};

const dual = (v: View, divergence: string): string => {
  const args = v.all.filter((n) => calleeName(n) === divergence).flatMap((n) => n.args as readonly Argument[]);
  const names = new Set(args.flatMap((a) => (a.name ? [a.name.text] : [])));
  return names.has('critic') || names.has('features') ? ' in its dual form: a game with a critic' : '';
};

const inner = (v: View): Place => {
  const drawsBatches = has(v, dropsLabels);
  if (drawsBatches && v.protocol === 'supervised')
    return { place: 'representation (self-supervised)', because: 'the objective leaves the labels out' };
  if (v.problem.players.length > 1)
    return {
      place: `a game of ${v.problem.players.length} players`,
      because: 'an objective of its own for each player',
    };
  const divergence = Object.keys(divergences).find((d) => v.calls.has(d));
  const likely = supervised(v);
  if (likely) return likely;
  if (divergence && v.problem.on)
    return {
      place: `density estimation (generative): ${divergences[divergence]}${dual(v, divergence)}`,
      because: `\`${divergence}\` from the data to the member`,
    };
  if (divergence && !v.problem.on)
    return {
      place: 'optimisation of a distribution',
      because: `an expectation and \`${divergence}\` to a reference, without data`,
    };
  return { place: 'optimisation', because: 'the objective' };
};

const goalOf = (v: View): Place => {
  switch (v.protocol) {
    case 'interaction':
      return v.problem.players.length > 1
        ? {
            place: 'reinforcement, policy optimisation with a learned baseline (actor and critic)',
            because: 'expectations over rollouts of the policy, and a second player',
          }
        : { place: 'reinforcement, policy optimisation', because: 'an expectation over rollouts of the policy' };
    case 'replayed':
    case 'offline':
      return { place: 'reinforcement, value-based', because: `transitions from \`${v.protocol}\`` };
    case 'episodes':
      return {
        place: 'meta-learning: a start from which tasks are learned quickly',
        because: has(v, (n) => n.kind === 'problem') ? 'the objective contains another problem' : '`on episodes(...)`',
      };
    case 'continual': {
      const goal = inner(v);
      return {
        place: `continual learning; each task: ${goal.place}`,
        because: `\`on continual(...)\`; ${goal.because}`,
      };
    }
    default:
      return inner(v);
  }
};

export const mapOf = (problem: ProblemExpr, module: Module, scope: Scope): FieldMap => ({
  goal: goalOf(view(problem, module)),
  models: problem.players.flatMap((p) =>
    p.over.map((o) => {
      const c = classOf(o.domain, module);
      return { member: memberName(o, p, scope), place: c.words, because: c.because };
    }),
  ),
  paradigm: paradigmOf(problem, module),
});
