/**
 * Nodes and weights for the mean of a function of one real number with a density: the trapezoidal rule after a change of variable
 * that makes both tails fall off doubly exponentially (Takahasi & Mori 1974), centred and scaled by what the family says of itself.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { R } from '../../spaces/space.ts';
import { inAxes, newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { isRandom } from '../values/dependence.ts';
import { tensorsOf } from '../values/describe.ts';
import { tensor, toReal } from '../values/tensors.ts';
import type { Axis, Dist, Tensor, Value } from '../values/values.ts';

const count = 2049;

export interface Rule {
  readonly axis: Axis;
  readonly value: Value;
  /** Adds up to 1. */
  readonly weight: Tensor;
}

/** A number that the family knows of itself; one that varies from example to example does not help here. */
const number = (dist: Dist, ctx: Context, names: readonly string[]): Node | undefined => {
  for (const name of names) {
    const v = dist.facts.get(name)?.(ctx) ?? dist.args.get(name);
    if (v?.kind !== 'tensor' || v.axes.length > 0) continue;
    const t = toReal(v);
    const value = ir.uniformValue(t.node);
    if (t.node.shape.length === 0 && (value === undefined || Number.isFinite(value))) return t.node;
  }
  return undefined;
};

const grid = (f: (t: number) => number, from: number): Node =>
  ir.array(Array.from({ length: count }, (_, i) => f(from + (-2 * from * i) / (count - 1))));

const step = (from: number): number => (-2 * from) / (count - 1);

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

interface Nodes {
  readonly x: Node;
  readonly width: Node;
}

/** x = c + s sinh(π/2 sinh t) over the line. */
const line = (centre: Node, scale: Node): Nodes => {
  const from = -3.1;
  const inner = (t: number): number => (Math.PI / 2) * Math.sinh(t);
  const slope = (t: number): number => (Math.PI / 2) * Math.cosh(t) * Math.cosh(inner(t));
  return {
    x: ir.add(
      centre,
      ir.mul(
        scale,
        grid((t) => Math.sinh(inner(t)), from),
      ),
    ),
    width: ir.mul(
      scale,
      grid((t) => slope(t) * step(from), from),
    ),
  };
};

/** x = c e^(sinh t) over the positive numbers. */
const halfLine = (centre: Node): Nodes => {
  const from = -5;
  const x = ir.mul(
    centre,
    grid((t) => Math.exp(Math.max(-80, Math.min(80, Math.sinh(t)))), from),
  );
  return {
    x,
    width: ir.mul(
      x,
      grid((t) => Math.cosh(t) * step(from), from),
    ),
  };
};

/** x = a + (b - a) σ(π sinh t) between two bounds. */
const interval = (a: Node, b: Node): Nodes => {
  const from = -3;
  const length = ir.sub(b, a);
  const u = (t: number): number => sigmoid(Math.PI * Math.sinh(t));
  const slope = (t: number): number =>
    Math.PI * Math.cosh(t) * sigmoid(Math.PI * Math.sinh(t)) * sigmoid(-Math.PI * Math.sinh(t));
  return {
    x: ir.add(a, ir.mul(length, grid(u, from))),
    width: ir.mul(
      length,
      grid((t) => slope(t) * step(from), from),
    ),
  };
};

const nodesOf = (dist: Dist, ctx: Context): Nodes | undefined => {
  const element = dist.event?.element;
  const [a, b] = [number(dist, ctx, ['lower']), number(dist, ctx, ['upper'])];
  if (a && b) return interval(a, b);
  if (a || b) {
    // one end: the half line from it, as far as the middle is
    const middle = number(dist, ctx, ['median', 'mean']);
    if (!middle) return undefined;
    const end = (a ?? b) as Node;
    const { x, width } = halfLine(ir.abs_(ir.sub(middle, end)));
    return { x: a ? ir.add(end, x) : ir.sub(end, x), width };
  }
  if (element?.kind === 'Interval') return interval(ir.scalar(element.from), ir.scalar(element.to));
  const centre = number(dist, ctx, ['median', 'mean', 'mode']);
  if (element?.kind === 'Positive') return centre && halfLine(centre);
  if (element?.kind !== 'R') return undefined;
  const scale = number(dist, ctx, ['scale', 'sd', 'std']);
  return centre && scale && line(centre, scale);
};

export const quadrature = (dist: Dist, ctx: Context, span: Span): Rule | undefined => {
  if (dist.pushed) {
    // E f(y) for y = g(x) is E f(g(x)): the nodes are those of the base
    const { base, map } = dist.pushed;
    const rule = quadrature(base, ctx, span);
    const value = rule && map(rule.value, inAxes(ctx, rule.axis));
    const drawn = !value || value.kind === 'dist' || tensorsOf(value).some((t) => isRandom(t.node));
    return drawn ? undefined : { ...rule, value };
  }
  if (!dist.logDensity || dist.event?.shape.length !== 0) return undefined;
  const nodes = nodesOf(dist, ctx);
  if (!nodes) return undefined;
  const axis = newAxis(ctx, count, 'node');
  const value = tensor(nodes.x, [axis], R());
  const log = dist.logDensity(inAxes(ctx, axis), value, span);
  if (log.axes.length > 1) return undefined;
  // the width is 0 to the precision of the numbers at the ends; so is the weight then
  const weight = ir.mul(ir.exp(log.node, span), nodes.width, span);
  const total = ir.sum(weight, [0], true);
  return { axis, value, weight: tensor(ir.div(weight, total), [axis], R()) };
};
