/**
 * Distributions and what they can do: drawing, densities, facts (mean, mode, ...), arrays and powers of them, data sets and
 * programs as distributions. A distribution is made for one example; under axes it is one distribution for each.
 */
import type { Span } from '../../grammar/tree.ts';
import * as ir from '../ir/build.ts';
import { fail } from '../messages.ts';
import { printSpace, sameShape } from '../spaces/space.ts';
import { inAxes, lookup, newAxis } from './context.ts';
import type { Context } from './context.ts';
import { asTensor, describe, mapTensors, poisoned } from './describe.ts';
import { rowAt } from './rows.ts';
import { masked } from './reduce.ts';
import { longest, reachOf, renameIn, sequence } from './sequences.ts';
import {
  axisToShape,
  expandAxes,
  mapBinary,
  reduceAxis,
  shapeOf,
  shapeToAxis,
  stopTensor,
  tensor,
  toReal,
  unionAxes,
} from './tensors.ts';
import type { Along, Axis, Data, Dist, Tensor, Value } from './values.ts';

const nameOf = (d: Dist): string => d.family || 'the distribution';

/** Moves axes of an array value into its shape; what is no single array stays under the axis. */
export const intoShape = (v: Value, axis: Axis): Value =>
  v.kind === 'tensor' ? axisToShape(v, axis) : { kind: 'along', axis, element: v };

/** The value of one entry each, the leading dimension of an array becoming the axis. */
export const underAxis = (v: Value, axis: Axis, span: Span): Value => {
  if (v.kind === 'along') return renameIn(v.element, v.axis, axis);
  return mapTensors(v, (t) => {
    if (shapeOf(t)[0] !== axis.size)
      return fail('L0301', span, {
        op: 'log density',
        left: `an array of ${axis.size}`,
        right: printSpace(t.space),
        why: `the distribution is an array of ${axis.size}`,
      });
    return shapeToAxis(t.space.shape.length === 0 ? toReal(t) : t, axis, 0);
  });
};

/** Independent draws over `axes`, which become the leading dimensions of one draw. `base` may vary over them. */
export const arrayOf = (base: Dist, axes: readonly Axis[]): Dist => {
  if (axes.length === 0) return base;
  const back = [...axes].reverse();
  const gather = (v: Value): Value => back.reduce<Value>((u, axis) => intoShape(u, axis), v);
  const widen = (t: Tensor): Tensor => expandAxes(t, unionAxes(t, { axes }));
  // functions such as `cdf` are about one point: an array has none
  const own = [...base.facts].filter(([name]) => name !== 'cdf' && name !== 'quantile');
  const facts = own.map(([name, f]): [string, (ctx: Context) => Value] => [
    name,
    (ctx) => {
      const v = f(inAxes(ctx, ...axes));
      if (name === 'entropy' && v.kind === 'tensor')
        return axes.reduce((t, axis) => reduceAxis('sum', t, axis), v as Tensor);
      return gather(mapTensors(v, widen));
    },
  ]);
  return {
    ...base,
    args: new Map([...base.args].map(([k, v]) => [k, v.kind === 'tensor' ? gather(widen(v)) : v])),
    sample:
      base.sample && ((ctx) => gather(mapTensors((base.sample as (c: Context) => Value)(inAxes(ctx, ...axes)), widen))),
    logDensity:
      base.logDensity &&
      ((ctx, x, span) => {
        const one = axes.reduce<Value>((v, axis) => underAxis(v, axis, span), x);
        const t = (base.logDensity as NonNullable<Dist['logDensity']>)(inAxes(ctx, ...axes), one, span);
        return axes.reduce((sum, axis) => reduceAxis('sum', sum, axis, span), t);
      }),
    facts: new Map(facts),
    event: base.event && { ...base.event, shape: [...axes.map((a) => a.size), ...base.event.shape] },
  };
};

/** One distribution for each entry, independent; of a sequence, as many as it has. */
const sequenceOf = (base: Dist, { axis, mask, length, front }: Omit<Along, 'element'>): Dist => {
  if (!mask) return arrayOf(base, [axis]);
  const whole = (element: Value): Value => ({ kind: 'along', axis, element, mask, length, front });
  const widen = (t: Tensor): Tensor => expandAxes(t, unionAxes(t, { axes: [axis] }));
  const inside = (ctx: Context): Context => inAxes(ctx, axis);
  const facts = [...base.facts]
    .filter(([name]) => !['cdf', 'quantile', 'first', 'last'].includes(name))
    .map(([name, f]): [string, (ctx: Context) => Value] => [
      name,
      (ctx) => {
        const v = mapTensors(f(inside(ctx)), widen);
        return name === 'entropy' ? reduceAxis('sum', masked(v as Tensor, mask, 0), axis) : whole(v);
      },
    ]);
  const { sample, logDensity: density } = base;
  return {
    ...base,
    args: new Map(),
    sample: sample && ((ctx) => whole(mapTensors(sample(inside(ctx)), widen))),
    logDensity:
      density &&
      ((ctx, x, span) => {
        const entry = entriesUnder(x, axis, span);
        return reduceAxis('sum', masked(density(inside(ctx), entry, span), mask, 0), axis, span);
      }),
    facts: new Map(facts),
    event: undefined,
    power: undefined,
  };
};

/** The entries of a sequence under the axis of another one that is as long. */
const entriesUnder = (x: Value, axis: Axis, span: Span): Value => {
  if (x.kind === 'along' && x.axis.size !== axis.size)
    return fail('L0301', span, {
      op: 'log density',
      left: `a sequence of up to ${axis.size}`,
      right: `a sequence of up to ${x.axis.size}`,
      why: 'a sequence of distributions has a density at sequences that are as long',
    });
  return underAxis(x, axis, span);
};

/** `P[n, m]` */
export const arrayDist = (base: Dist, sizes: readonly number[], ctx: Context): Dist =>
  arrayOf(
    base,
    sizes.map((n) => newAxis(ctx, n, 'entry')),
  );

/** `P^n` where n differs from draw to draw: a sequence of as many draws, laid out as long as it can become. */
export const sequencePower = (base: Value, count: Tensor, ctx: Context, span: Span): Dist => {
  const { high } = reachOf(count);
  if (!(high <= longest))
    return fail(
      'L0307',
      span,
      { what: 'the most draws that there can be' },
      { help: 'give it a bound: `P^min(n, 100)`' },
    );
  const dist = toDistribution(base, ctx, span);
  return sequenceOf(dist, sequence(newAxis(ctx, Math.max(0, high), 'entry'), base, count));
};

/** `P^n`: n draws in a row. */
export const powerOf = (base: Value, count: number, ctx: Context, span: Span): Dist => {
  const dist = toDistribution(base, ctx, span);
  return { ...arrayDist(dist, [count], ctx), power: { base, count }, data: dist.data };
};

const lackOfDensity = { density: { message: 'a data set can be drawn from, it has no density' } };

const dataDistribution = (data: Data): Dist => ({
  kind: 'dist',
  family: data.name,
  args: new Map(),
  sample: (ctx) => rowAt(data, ctx),
  facts: new Map(),
  reparameterised: false,
  lacks: lackOfDensity,
  implicit: false,
  data,
});

/** A value as the distribution that is always this value. */
export const dirac = (v: Value, span: Span): Dist => ({
  kind: 'dist',
  family: '',
  args: new Map(),
  sample: () => v,
  facts: new Map([
    ['mean', () => v],
    ['mode', () => v],
  ]),
  reparameterised: true,
  lacks: { density: { message: 'it ends in a value, not in a distribution: it can only be sampled', span } },
  implicit: true,
});

/** Anything that can be drawn from, as a distribution. */
export const toDistribution = (v: Value, ctx: Context, span: Span): Dist => {
  switch (v.kind) {
    case 'dist':
      return v;
    case 'data':
      return dataDistribution(v);
    case 'member':
      if (v.model.declaration.params.length === 0)
        return toDistribution(ctx.shared.run.apply(v, [], ctx, span), ctx, span);
      return fail(
        'L0302',
        span,
        { expected: 'a distribution', seen: describe(v) },
        {
          help: `give it its argument: \`${v.store.name}(...)\`, or push a distribution forward: \`${v.store.name} # prior\``,
        },
      );
    case 'poison':
      return poisoned();
    // an array of distributions: independent draws, one of each
    case 'along':
      if (!isLaw(v)) break;
      return sequenceOf(toDistribution(v.element, inAxes(ctx, v.axis), span), v);
    case 'model':
      return fail('L0311', span, { name: v.declaration.name.text });
    case 'tuple':
      if (v.items.length > 0 && v.items.every((x) => x.kind === 'data' || isLaw(x)))
        return jointOf(
          v.items.map((x) => toDistribution(x, ctx, span)),
          (items) => ({ kind: 'tuple', items }),
        );
      break;
    case 'record': {
      const fields = [...v.fields];
      if (fields.length > 0 && fields.every(([, x]) => x.kind === 'data' || isLaw(x)))
        return jointOf(
          fields.map(([, x]) => toDistribution(x, ctx, span)),
          (items) => ({ kind: 'record', fields: new Map(fields.map(([name], i) => [name, items[i]])) }),
        );
      break;
    }
    default:
      break;
  }
  return fail('L0302', span, { expected: 'a distribution', seen: describe(v) });
};

/** What a program may end in as a distribution: one, an array of them in any number of dimensions, or several side by side. */
export const isLaw = (v: Value): boolean => {
  switch (v.kind) {
    case 'dist':
      return true;
    case 'along':
      return v.element.kind === 'dist' || (v.element.kind === 'along' && isLaw(v.element));
    case 'tuple':
      return v.items.length > 0 && v.items.every(isLaw);
    case 'record':
      return v.fields.size > 0 && [...v.fields.values()].every(isLaw);
    default:
      return false;
  }
};

/** Independent draws of several distributions side by side: `(P, Q)` as a distribution over pairs. */
export const jointOf = (parts: readonly Dist[], build: (items: readonly Value[]) => Value): Dist => {
  const lacking = parts.find((p) => !p.logDensity);
  return {
    kind: 'dist',
    family: '',
    args: new Map(),
    sample: parts.every((p) => p.sample) ? (ctx) => build(parts.map((p) => draws(p, ctx, noSpan))) : undefined,
    logDensity: lacking
      ? undefined
      : (ctx, x, span) => {
          const items = x.kind === 'tuple' ? x.items : x.kind === 'record' ? [...x.fields.values()] : [];
          if (items.length !== parts.length)
            return fail('L0302', span, { expected: `a tuple of ${parts.length}`, seen: describe(x) });
          return parts
            .map((p, i) => logDensity(p, items[i], ctx, span, 'the density of a tuple'))
            .reduce((a, b) => mapBinary('add', a, b, span));
        },
    facts: new Map(
      ['mean', 'mode'].flatMap((name): [string, (ctx: Context) => Value][] => {
        const each = parts.map((p) => p.facts.get(name));
        return each.every((f) => f !== undefined)
          ? [[name, (ctx) => build(each.map((f) => (f as (c: Context) => Value)(ctx)))]]
          : [];
      }),
    ),
    // each part brings its own score
    reparameterised: true,
    lacks: lacking?.lacks ?? {},
    implicit: false,
  };
};

/** One draw for each example in sight. */
export const draws = (v: Value, ctx: Context, span: Span): Value => {
  const dist = toDistribution(v, ctx, span);
  if (!dist.sample) return fail('L0313', span, { name: nameOf(dist), what: 'sampler' }, lackNotes(dist.lacks.sample));
  if (dist.reparameterised || !dist.logDensity || !ctx.scores) return dist.sample(ctx);
  // The score function is the whole gradient by the parameters: none goes through the draw.
  const x = mapTensors(dist.sample({ ...ctx, scores: undefined }), (t) => stopTensor(t));
  ctx.scores.push(dist.logDensity(ctx, x, span));
  return x;
};

const lackNotes = (lack: Dist['lacks']['density']) => ({
  notes: lack ? [{ message: lack.message, span: lack.span }] : [],
});

/** log P(x), one number for each example. */
export const logDensity = (v: Value, x: Value, ctx: Context, span: Span, purpose: string): Tensor => {
  const dist = toDistribution(v, ctx, span);
  if (!dist.logDensity) return fail('L0312', span, { name: nameOf(dist), purpose }, lackNotes(dist.lacks.density));
  const point = x.kind === 'dist' && x.implicit ? draws(x, ctx, span) : x;
  if (dist.event && (point.kind === 'tensor' || point.kind === 'range')) {
    const t = asTensor(point, span);
    const seen = shapeOf(toReal(t));
    const classes = dist.event.element.kind === 'Class' ? [dist.event.element.size] : [];
    const inner = dist.event.element.kind === 'Simplex' ? [dist.event.element.size] : [];
    const sphere = dist.event.element.kind === 'Sphere' ? [dist.event.element.dimension + 1] : [];
    const ball = dist.event.element.kind === 'Ball' ? [dist.event.element.dimension] : [];
    const expected = [...dist.event.shape, ...classes, ...inner, ...sphere, ...ball];
    const index = dist.event.element.kind === 'Class' && sameShape(seen, dist.event.shape);
    if (!sameShape(seen, expected) && !index)
      fail('L0304', span, { name: 'the point', expected: printSpace(dist.event), seen: printSpace(t.space) });
  }
  return dist.logDensity(ctx, point, span);
};

/** Between two bounds that are not infinite: such a distribution has all moments. */
const isBounded = (dist: Dist, ctx: Context): boolean =>
  ['lower', 'upper'].every((name) => {
    const v = dist.facts.get(name)?.(ctx);
    const x = v?.kind === 'tensor' ? ir.uniformValue(v.node) : undefined;
    return v?.kind === 'tensor' && (x === undefined || Math.abs(x) < 1e30);
  });

/**
 * The library's expectation for what a distribution does not say of itself. A family that names no mean may have none (Cauchy); one
 * that ends has one, and of a program or a pushforward there is nothing better than draws: many, since one for each example is noise.
 */
const estimateOf = (dist: Dist, name: string, ctx: Context): Value | undefined => {
  if (!dist.sample) return undefined;
  const ends = dist.data !== undefined || dist.facts.has('last') || isBounded(dist, ctx);
  if (name === 'entropy' ? !dist.logDensity : !['mean', 'variance'].includes(name)) return undefined;
  if (name !== 'entropy' && !ends) {
    const one = dist.family === '' ? dist.sample({ ...ctx, scores: undefined }) : undefined;
    if (one?.kind !== 'tensor') return undefined;
  }
  const alone = ctx.axes.length === 0 && ctx.problem?.mode !== 'train';
  const summed = dist.facts.has('last') || (alone && (ends || name === 'entropy' || dist.pushed !== undefined));
  return lookup(ctx.shared.library, `_${name}_by_${summed ? 'expectation' : 'draws'}`);
};

/** mean, mode, variance, entropy, ... of a distribution. */
export const fact = (v: Value, name: string, ctx: Context, span: Span): Value => {
  const dist = toDistribution(v, ctx, span);
  const f = dist.facts.get(name);
  const estimate = f ? undefined : estimateOf(dist, name, ctx);
  return f
    ? f(ctx)
    : estimate
      ? ctx.shared.run.apply(estimate, [{ value: dist, span }], ctx, span)
      : fail(
          'L0313',
          span,
          { name: nameOf(dist), what: name },
          {
            ...(name === 'entropy' ? lackNotes(dist.lacks.density) : {}),
            help: dist.sample ? `estimate it from draws: \`E[x ~ ...] ...\`` : undefined,
          },
        );
};

const noSpan: Span = { file: '', start: 0, end: 0 };

/** log sum exp over a binder's axis, the largest taken out first. */
export const logsumexpAxis = (t: Tensor, axis: Axis, span?: Span): Tensor => {
  const full = expandAxes(t, unionAxes(t, { axes: [axis] }));
  const at = full.axes.indexOf(axis);
  const top = ir.stop(ir.maxOver(full.node, [at], true));
  // where all are -infinity, the difference would be NaN
  const safe = ir.select(ir.gt(top, ir.scalar(-3e38)), top, ir.scalar(0));
  const sum = ir.sum(ir.exp(ir.sub(full.node, safe, span)), [at], true);
  const node = ir.add(ir.log(sum, span), safe);
  return tensor(
    ir.reshape(
      node,
      node.shape.filter((_, i) => i !== at),
    ),
    full.axes.filter((a) => a !== axis),
    t.space,
  );
};
