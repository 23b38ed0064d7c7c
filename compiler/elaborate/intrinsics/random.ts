/** Intrinsics of distributions: the two sources of randomness, how a family is put together, mixtures, rows at random. */
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import { elementCount, R } from '../../spaces/space.ts';
import type { Element, TensorSpace } from '../../spaces/space.ts';
import { lookup, newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { asCount, asData, asStatic, asTensor, describe } from '../values/describe.ts';
import { arrayDist } from '../distributions/independent.ts';
import { dirac, draws, toDistribution } from '../distributions/distributions.ts';
import { countPoints } from '../distributions/finite.ts';
import { mixedFacts, mixtureOf } from '../distributions/mixtures.ts';
import type { Fact } from '../distributions/mixtures.ts';
import { rowsUnder } from '../data/rows.ts';
import { permuted } from '../data/shuffle.ts';
import { constantNumber, expandAxes, mapUnary, shapeOf, sizesOf, tensor, toReal } from '../values/tensors.ts';
import type { Axis, Dist, Given, Tensor, Value } from '../values/values.ts';
import type { Span } from '../../../grammar/span.ts';
import { flagArgument, given, realArgument, required } from './call.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';

const source =
  (law: 'uniform' | 'normal'): Intrinsic =>
  (): Value => ({
    kind: 'dist',
    family: law === 'uniform' ? 'StandardUniform' : 'StandardNormal',
    args: new Map(),
    sample: (ctx: Context) => {
      const sizes = sizesOf(ctx.axes);
      return tensor(ir.random(law, sizes, ctx.shared.counters.site++, ctx.key), ctx.axes, R());
    },
    facts: new Map(),
    reparameterised: true,
    event: R(),
    lacks: {},
    implicit: false,
  });

const factNames = [
  'mean',
  'variance',
  'mode',
  'entropy',
  'median',
  'cdf',
  'survival',
  'quantile',
  'lower',
  'upper',
  'last',
  'reach',
  'probabilities',
  'log_probabilities',
] as const;

const spaceArgument = (call: IntrinsicCall): TensorSpace => {
  const v = given(call, 'support');
  if (!v) return R();
  if (v.kind === 'space' && v.space.kind === 'tensor') return v.space;
  return fail('L0302', call.span, { expected: 'a space', seen: describe(v), where: '`support`' });
};

/** What `def Normal(mean, sd) = distribution(sample = ..., log_density = ...)` makes. */
const distribution: Intrinsic = (call): Value => {
  const family = call.caller.family;
  const name = family?.name ?? '';
  const sampler = given(call, 'sample');
  const log = given(call, 'log_density');
  const support = spaceArgument(call);
  const facts = new Map<string, (ctx: Context) => Value>();
  for (const fact of factNames) {
    const v = given(call, fact);
    if (v) facts.set(fact, () => v);
  }
  const variance = given(call, 'variance');
  if (variance?.kind === 'tensor') facts.set('std', () => mapUnary('sqrt', variance, call.span));
  const reparameterised = given(call, 'reparameterised');
  const dist: Dist = {
    kind: 'dist',
    family: name,
    args: family?.args ?? new Map(),
    sample:
      sampler &&
      ((ctx) =>
        inSupport(draws(toDistribution(sampler, ctx, call.span), { ...ctx, scores: undefined }, call.span), support)),
    logDensity:
      log &&
      ((ctx, x, span) =>
        toReal(
          asTensor(ctx.shared.run.apply(log, [{ value: x, span }], ctx, span), span, `the log density of \`${name}\``),
        )),
    facts,
    reparameterised: reparameterised ? asStatic(reparameterised, call.span, '`reparameterised`') !== 0 : true,
    event: support,
    lacks: log ? {} : { density: { message: `\`${name}\` is defined by its sampler alone` } },
    implicit: false,
  };
  return dist;
};

/** A draw is in the support by construction. */
const inSupport = (v: Value, support: TensorSpace): Value =>
  v.kind === 'tensor' &&
  support.element.kind !== 'R' &&
  v.space.element.kind !== support.element.kind &&
  v.space.element.kind === 'R'
    ? support.element.kind === 'Bit'
      ? tensor(ir.gt(v.node, ir.scalar(0.5)), v.axes, support)
      : { ...v, space: support }
    : v;

/** Components side by side: under an axis already, or a list of different families. */
const componentsOf = (v: Value, call: IntrinsicCall): { axis: Axis; component: Dist } => {
  const { ctx, span } = call;
  if (v.kind === 'along') return { axis: v.axis, component: toDistribution(v.element, ctx, span) };
  if (v.kind === 'data') {
    // a distribution around each row
    const { axis, row, mask } = rowsUnder(v, {}, call.caller);
    if (row.kind === 'dist' && !mask) return { axis, component: row };
  }
  if (v.kind !== 'list')
    return fail(
      'L0302',
      span,
      { expected: 'an array of distributions', seen: describe(v), where: '`mixture`' },
      {
        help: 'list distributions here, `mixture(w, [A(x), B(x)])`: a list with a name has a draw of what each model gives',
      },
    );
  const parts = v.items.map((x) => toDistribution(x, ctx, span));
  const axis = newAxis(ctx, parts.length, 'component');
  const lacking = parts.find((p) => !p.logDensity);
  const stackUnder = (ts: readonly Tensor[]): Tensor => {
    const axes = [...new Set(ts.flatMap((t) => t.axes))].filter((a) => a !== axis).sort((a, b) => a.order - b.order);
    const node = ir.stack(
      ts.map((t) => expandAxes(t, axes).node),
      axes.length,
    );
    const all = [...axes, axis].sort((a, b) => a.order - b.order);
    const now = [...axes, axis];
    const order = [...all.map((a) => now.indexOf(a)), ...shapeOf(ts[0]).map((_, i) => i + now.length)];
    return tensor(ir.transpose(node, order), all, R(...shapeOf(ts[0])));
  };
  const without = (c: Context): Context => ({ ...c, axes: c.axes.filter((a) => a !== axis) });
  const component: Dist = {
    ...parts[0],
    family: 'mixture',
    sample: (c) => stackUnder(parts.map((p) => toReal(asTensor(draws(p, without(c), span), span)))),
    logDensity: lacking ? undefined : (c, x, s) => stackUnder(parts.map((p) => p.logDensity!(without(c), x, s))),
    facts: new Map(
      mixedFacts
        .filter((name) => parts.every((p) => p.facts.has(name)))
        .map((name): [string, (c: Context) => Value] => {
          const each = (c: Context, of: (v: Value, at: Context) => Value): Tensor =>
            stackUnder(
              parts.map((p) => toReal(asTensor(of((p.facts.get(name) as Fact)(without(c)), without(c)), span))),
            );
          if (name !== 'cdf' && name !== 'survival') return [name, (c) => each(c, (v) => v)];
          const run = (c: Context, args: readonly Given[], at: Span): Value =>
            each(c, (f, inner) => inner.shared.run.apply(f, args, inner, at));
          return [name, () => ({ kind: 'function', name, overloads: [], run })];
        }),
    ),
    lacks: lacking ? lacking.lacks : {},
  };
  return { axis, component };
};

/** log w, also where a weight is 0. */
const logWeights = (w: Tensor): Tensor => {
  const real = toReal(w);
  return tensor(ir.log(ir.maximum(real.node, ir.scalar(1e-30))), real.axes, real.space);
};

const mixture: Intrinsic = (call): Value => {
  const w = realArgument(call, 'weights');
  const { axis, component } = componentsOf(required(call, 'components'), call);
  if (shapeOf(w).length !== 1 || shapeOf(w)[0] !== axis.size)
    return fail('L0301', call.span, {
      op: 'mixture',
      left: `${shapeOf(w).join(' x ')} weights`,
      right: `${axis.size} components`,
      why: 'one weight for each component',
    });
  const log = logWeights(w);
  const index = (ctx: Context): Tensor => {
    // Gumbel-max: argmax (log w + g) is distributed as w
    const k = newAxis(ctx, axis.size, 'component');
    const sizes = [...sizesOf(ctx.axes), k.size];
    const u = ir.random('uniform', sizes, ctx.shared.counters.site++, ctx.key);
    const g = ir.neg(ir.log(ir.neg(ir.log(u))));
    const spread = expandAxes(log, ctx.axes.length >= log.axes.length ? ctx.axes : log.axes);
    const place = ir.argmax(ir.add(spread.node, g), ctx.axes.length);
    return tensor(ir.oneHot(place, axis.size), ctx.axes, R(axis.size));
  };
  return { ...mixtureOf(log, axis, component, index), args: new Map([['weights', w]]) };
};

/** Indices of n rows: at random, or each next one likelier the farther it is from those before (Arthur & Vassilvitskii 2007). */
const rowsAtRandom = (rows: Node, n: number, apart: boolean, ctx: Context): Node => {
  const count = rows.shape[0];
  if (!apart) return ir.slice(permuted(count, ctx), { begin: [0], size: [n] });
  const flat = ir.reshape(rows, [count, rows.shape.slice(1).reduce((p, k) => p * k, 1)]);
  const gumbel = (): Node =>
    ir.neg(ir.log(ir.neg(ir.log(ir.random('uniform', [count], ctx.shared.counters.site++, ctx.key)))));
  const chosen: Node[] = [];
  let nearest: Node | undefined;
  for (let k = 0; k < n; k++) {
    const log = nearest ? ir.log(ir.maximum(nearest, ir.scalar(1e-30))) : ir.full(0, [count]);
    const place = ir.argmax(ir.add(log, gumbel()), 0);
    chosen.push(place);
    const gap = ir.sum(ir.square(ir.sub(flat, ir.gather(flat, place))), [1]);
    nearest = nearest ? ir.minimum(nearest, gap) : gap;
  }
  return ir.stack(chosen, 0);
};

/** `param mu : R[K, d] ~ draws(D, K)`: K different rows, as starting points. */
const rowDraws: Intrinsic = (call): Value => {
  const data = asData(required(call, 'D'), call.span, '`draws`');
  const n = asCount(required(call, 'n'), call.span, 'the number of rows');
  if (data.template.kind !== 'leaf')
    return fail('L0302', call.span, {
      expected: 'a data set of numbers or arrays',
      seen: describe(data),
      where: '`draws`',
    });
  if (n < 1) fail('L0302', call.span, { expected: 'at least 1', seen: String(n), where: 'the number of rows' });
  if (n > data.rows)
    return fail('L0504', call.span, { what: `\`${data.name}\` has ${data.rows} rows, fewer than the ${n} asked for` });
  const apart = flagArgument(call, 'apart');
  const { leaf, space } = data.template;
  return {
    ...dirac(constantNumber(0), call.span),
    family: 'draws',
    implicit: false,
    sample: (ctx: Context) => {
      const rows = ir.constant(data.leaves[leaf]);
      return tensor(ir.gather(rows, rowsAtRandom(rows, n, apart, ctx)), [], { ...space, shape: [n, ...space.shape] });
    },
    facts: new Map(),
    lacks: { density: { message: 'rows drawn from a data set have no density' } },
  };
};

/** `Bernoulli(p)` and `Bernoulli(logits = l)` are two ways to say one family. */
const eitherWay =
  (name: string, byP: string, byLogits: string): Intrinsic =>
  (call): Value => {
    const p = given(call, 'p');
    const logits = given(call, 'logits');
    if ((p === undefined) === (logits === undefined))
      return fail('L0303', call.span, {
        what: p ? 'both `p` and `logits` are given, one is enough' : '`p` or `logits` is missing',
        call: name,
      });
    const fn = lookup(call.ctx.shared.library, p ? byP : byLogits) as Value;
    const made = call.caller.shared.run.apply(
      fn,
      [{ value: (p ?? logits) as Value, span: call.span }],
      call.caller,
      call.span,
    );
    return made.kind === 'dist' ? { ...made, family: name } : made;
  };

/** Families of the library that are uniform on a space which is no finite one. */
const uniformFamily = (element: Element): { readonly name: string; readonly args: readonly number[] } | undefined => {
  switch (element.kind) {
    case 'Sphere':
      return { name: '_uniform_sphere', args: [element.dimension] };
    case 'Simplex':
      return { name: '_uniform_simplex', args: [element.size] };
    case 'Circle':
      return { name: '_uniform_circle', args: [] };
    case 'Interval':
      return { name: 'Uniform', args: [element.from, element.to] };
    default:
      return undefined;
  }
};

/** Every point of a finite space alike. */
const uniformPoints = (space: TensorSpace, count: number, v: Value): Dist => {
  const entry = elementCount(space.element) as number;
  const classes = space.element.kind === 'Class' ? [entry] : [];
  /** As numbers a truth value is 0 or 1, a class one-hot. */
  const spread = (x: number): Tensor =>
    tensor(ir.full(x, [...space.shape, ...classes]), [], R(...space.shape, ...classes));
  return {
    kind: 'dist',
    family: 'Uniform',
    args: new Map([['space', v]]),
    sample: (ctx) => {
      const shape = [...sizesOf(ctx.axes), ...space.shape];
      const u = ir.random('uniform', shape, ctx.shared.counters.site++, ctx.key);
      const place = ir.cast(ir.minimum(ir.floor(ir.mul(u, ir.scalar(entry))), ir.scalar(entry - 1)), 'int32');
      return tensor(space.element.kind === 'Bit' ? ir.cast(place, 'bool') : place, ctx.axes, space);
    },
    logDensity: () => constantNumber(-Math.log(count)),
    facts: new Map([
      ['entropy', () => constantNumber(Math.log(count))],
      ['mean', () => spread(1 / entry)],
      ['variance', () => spread((1 / entry) * (1 - 1 / entry))],
      ['std', () => spread(Math.sqrt((1 / entry) * (1 - 1 / entry)))],
    ]),
    reparameterised: false,
    event: space,
    lacks: {},
    implicit: false,
  };
};

/** Every point of a space alike; in an array of spaces every entry on its own. */
const uniformOn: Intrinsic = (call): Value => {
  const v = required(call, 'space');
  const space = v.kind === 'space' && v.space.kind === 'tensor' ? v.space : undefined;
  const count = space && countPoints(space);
  if (space && count !== undefined) return uniformPoints(space, count, v);
  const range = v.kind === 'range' && v.from >= 0 && v.from <= v.to ? v : undefined;
  const family = range
    ? { name: '_uniform_range', args: [range.from, range.to] }
    : space && uniformFamily(space.element);
  if (!family)
    return fail('L0302', call.span, {
      expected: 'two bounds, a range such as `1..6`, or a space of finite size such as `Class[6]` or `Sphere[2]`',
      seen: describe(v),
      where: '`Uniform`',
    });
  const fn = lookup(call.ctx.shared.library, family.name) as Value;
  const args = family.args.map((x) => ({ value: constantNumber(x) as Value, span: call.span }));
  const one = toDistribution(call.caller.shared.run.apply(fn, args, call.caller, call.span), call.caller, call.span);
  const dims = space?.shape ?? [];
  return arrayDist({ ...one, family: 'Uniform', args: new Map([['space', v]]) }, dims, call.caller);
};

export const randomIntrinsics: Readonly<Record<string, Intrinsic>> = {
  StandardUniform: source('uniform'),
  StandardNormal: source('normal'),
  distribution,
  mixture,
  draws: rowDraws,
  uniform_on: uniformOn,
  Bernoulli: eitherWay('Bernoulli', '_bernoulli_p', '_bernoulli_logits'),
  Categorical: eitherWay('Categorical', '_categorical_p', '_categorical_logits'),
};
