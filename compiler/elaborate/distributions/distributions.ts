/**
 * Distributions and what they can do: drawing, densities; powers of them, several side by side, data sets and points as
 * distributions. A distribution is made for one example; under axes it is one distribution for each.
 */
import type { Span } from '../../../grammar/span.ts';
import { fail } from '../../messages.ts';
import { inAxes, newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { describe, mapTensors, poisoned } from '../values/describe.ts';
import { checkPoint } from './points.ts';
import { arrayDist, sequenceOf } from './independent.ts';
import { rowAt } from '../data/rows.ts';
import { longest, reachOf, sequence } from '../values/sequences.ts';
import { mapBinary, stopTensor } from '../values/tensors.ts';
import type { Data, Dist, Tensor, Value } from '../values/values.ts';

export const nameOf = (d: Dist): string => d.family || 'the distribution';

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
        { expected: 'a distribution', seen: describe(v), slip: 'given' },
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
  return fail('L0302', span, { expected: 'a distribution', seen: describe(v), slip: 'given' });
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
    parts,
    facts: new Map(
      ['mean', 'mode', 'variance', 'std'].flatMap((name): [string, (ctx: Context) => Value][] => {
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

export const lackNotes = (lack: Dist['lacks']['density']) => ({
  notes: lack ? [{ message: lack.message, span: lack.span }] : [],
  ...(lack?.help !== undefined && { help: lack.help }),
});

/** log P(x), one number for each example. `at`: where the point is written. */
export const logDensity = (v: Value, x: Value, ctx: Context, span: Span, purpose: string, at = span): Tensor => {
  const dist = toDistribution(v, ctx, span);
  if (!dist.logDensity) return fail('L0312', span, { name: nameOf(dist), purpose }, lackNotes(dist.lacks.density));
  const point = x.kind === 'dist' && x.implicit ? draws(x, ctx, span) : x;
  checkPoint(dist, point, span, at);
  return dist.logDensity(ctx, point, span);
};

const noSpan: Span = { file: '', start: 0, end: 0 };
