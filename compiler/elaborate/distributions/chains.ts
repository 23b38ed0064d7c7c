/**
 * Hidden Markov models: `z ~ MarkovChain(start, step, n); [P(z[t]) for t < n]`, where each entry depends on the state of its own place
 * alone. The density is a sum over all paths; the forward recursion (Baum 1972; Rabiner 1989), written in the library, takes n steps.
 */
import type { Span } from '../../../grammar/span.ts';
import type { BlockExpr, ComprehensionExpr, Expr } from '../../../grammar/tree/expressions.ts';
import type { DrawStatement } from '../../../grammar/tree/statements.ts';
import { vjp } from '../../differentiate.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { R } from '../../spaces/space.ts';
import { inAxes, lookup } from '../context.ts';
import type { Context } from '../context.ts';
import { isLaw, logDensity, toDistribution } from './distributions.ts';
import { underAxis } from './independent.ts';
import { pointsOf } from './finite.ts';
import type { Points } from './finite.ts';
import { axisToShape, expandAxes, tensor, unionAxes } from '../values/tensors.ts';
import type { Along, Dist, Given, Tensor, Value } from '../values/values.ts';

/** The draw of the chain, if all that follows is an array with an entry for each state. */
export const chainIn = ({ statements }: BlockExpr): DrawStatement | undefined => {
  const last = statements.at(-1);
  if (last?.kind !== 'expr' || last.value.kind !== 'comprehension') return undefined;
  const { value } = last;
  return statements.find(
    (s): s is DrawStatement =>
      s.kind === 'draw' &&
      s.pattern.kind === 'name' &&
      eachItsOwn(value, s.pattern.name) &&
      statements.every(
        (other) => other === s || other === last || mentions(other, (s.pattern as { name: string }).name) === 0,
      ),
  );
};

/** `[... z[t] ... for t < n]`, or `[... s ... for s in z]`. */
const eachItsOwn = ({ body, binders, conditions }: ComprehensionExpr, z: string): boolean => {
  const [{ targets, relation, source }] = binders;
  if (binders.length !== 1 || conditions.length > 0 || targets.length !== 1) return false;
  const [target] = targets;
  const within = mentions(body, z);
  if (relation === 'in' && source.kind === 'name' && source.name === z) return within === 0;
  if (relation !== '<' || target.kind !== 'name' || mentions(source, z) > 0) return false;
  const t = target.name;
  return within > 0 && within === ownPlaces(body, z, t) && !binds(body, t);
};

const parts = (node: unknown): unknown[] =>
  Array.isArray(node) ? node : typeof node === 'object' && node !== null ? Object.values(node) : [];

const count = (node: unknown, is: (node: Record<string, unknown>) => boolean): number =>
  (!Array.isArray(node) && typeof node === 'object' && node !== null && is(node as Record<string, unknown>) ? 1 : 0) +
  parts(node).reduce<number>((n, part) => n + count(part, is), 0);

/** Uses of a name, and what gives the same name to something else. */
const mentions = (node: unknown, name: string): number => count(node, (n) => n.kind === 'name' && n.name === name);

/** `z[t]` */
const ownPlaces = (node: unknown, z: string, t: string): number =>
  count(node, (n) => {
    if (n.kind !== 'index') return false;
    const { object, items } = n as unknown as { object: Expr; items: readonly { kind: string; value?: Expr }[] };
    const [at] = items;
    const own = items.length === 1 && at.kind === 'at' && at.value?.kind === 'name' && at.value.name === t;
    return own && object.kind === 'name' && object.name === z;
  });

const binds = (node: unknown, name: string): boolean =>
  count(node, (n) => ['targets', 'params', 'pattern', 'state'].some((field) => mentions(n[field], name) > 0)) > 0;

/** A chain with every state of it under one axis: what is said of a state holds at every place. */
export interface Chain {
  readonly dist: Dist;
  readonly points: Points;
  readonly length: number;
  /** What is drawn, for the statements that follow. */
  readonly value: Tensor;
}

export const chainOf = (dist: Dist, ctx: Context): Chain | undefined => {
  const { event } = dist;
  if (dist.family !== 'MarkovChain' || event?.shape.length !== 1) return undefined;
  const points = pointsOf({ ...event, shape: [] }, ctx, 1024);
  if (!points) return undefined;
  const [length] = event.shape;
  const { node } = points.value;
  const all = ir.broadcastTo(ir.reshape(node, [points.axis.size, 1]), [points.axis.size, length]);
  return { dist, points, length, value: tensor(all, [points.axis], event) };
};

const say = ({ points, length }: Chain, { problem }: Context, span: Span): void => {
  if (!problem || problem.decisions.some((d) => d.span === span)) return;
  problem.decisions.push({
    subject: 'latent variables',
    choice: `summed over by the forward recursion, ${length} states of ${points.axis.size} values`,
    reason: 'they are a Markov chain, and each entry depends on the state of its own place',
    span,
  });
};

/**
 * For `em` (Baum and Welch): how likely each state and each step is by what was seen are the slopes of the sum over paths. With those
 * held, the sum of each log probability so often is a lower bound, of the same value and slope here.
 */
const bounded = (logs: readonly Tensor[], sum: (logs: readonly Tensor[]) => Tensor, posteriors: Node[]): Tensor => {
  const axes = unionAxes(...logs);
  const now = logs.map((t) => expandAxes(t, axes));
  const holders = now.map(({ node }) => ir.input('log', 'float32', node.shape));
  const whole = expandAxes(sum(holders.map((node, i) => tensor(node, axes, now[i].space))), axes);
  const slopes = vjp([whole.node], [ir.full(1, whole.node.shape)], holders);
  const [value, ...often] = ir
    .substitute([whole.node, ...slopes], new Map(holders.map((holder, i) => [holder, now[i].node])))
    .map((node) => ir.stop(node));
  // what is impossible adds 0, not 0 times infinity
  const expected = often
    .map((p, i) => {
      const each = ir.select(ir.gt(p, ir.scalar(0)), ir.mul(p, now[i].node), ir.scalar(0));
      return ir.sum(
        each,
        each.shape.flatMap((_, d) => (d < axes.length ? [] : [d])),
      );
    })
    .reduce((a, b) => ir.add(a, b));
  const entropy = ir.stop(ir.sub(value, expected));
  posteriors.push(...often, entropy);
  return tensor(ir.add(entropy, expected), axes, R());
};

const fits = ({ length }: Chain, last: Value | undefined): last is Along =>
  last?.kind === 'along' && !last.mask && last.axis.size === length && isLaw(last);

/** What the program ends in, its entries under the axis of states: the density sums over paths. Undefined: not one for each state. */
export const overPaths = (chain: Chain, last: Value | undefined, ctx: Context, span: Span): Dist | undefined => {
  if (!fits(chain, last)) return undefined;
  const { dist, points, length } = chain;
  const { axis, element } = last;
  const entry = toDistribution(element, inAxes(ctx, axis), span);
  return {
    ...entry,
    family: '',
    args: new Map(),
    sample: undefined,
    facts: new Map(),
    event: entry.event && { ...entry.event, shape: [length, ...entry.event.shape] },
    logDensity:
      entry.logDensity &&
      ((at, x, where) => {
        say(chain, at, span);
        const each = logDensity(
          entry,
          underAxis(x, axis, where),
          inAxes(at, axis),
          where,
          'the density of the program',
        );
        const emissions = axisToShape(axisToShape(each, points.axis), axis);
        const states = axisToShape(points.value, points.axis);
        const outside = { ...at, axes: at.axes.filter((a) => a !== points.axis) };
        const library = (name: string, values: readonly (Value | undefined)[]): Tensor => {
          const args = values.map((value): Given => ({ value: value as Value, span: where }));
          return at.shared.run.apply(lookup(at.shared.library, name) as Value, args, outside, where) as Tensor;
        };
        const first = library('_log_start', [dist.args.get('start'), states]);
        const go = library('_log_go', [dist.args.get('step'), states]);
        const logs = [first, go, emissions];
        const posteriors = at.problem?.posteriors;
        const sum = (ts: readonly Tensor[]): Tensor => library('_over_paths', ts);
        return posteriors ? bounded(logs, sum, posteriors) : sum(logs);
      }),
  };
};
