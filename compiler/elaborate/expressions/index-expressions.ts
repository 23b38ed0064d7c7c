/** `x[...]` by what x is: an array, a sequence, rows, a list, a record; a function or a model, which takes static arguments there. */
import type { Span } from '../../../grammar/span.ts';
import type { Expr, IndexExpr } from '../../../grammar/tree/expressions.ts';
import * as ir from '../../ir/build.ts';
import { fail } from '../../messages.ts';
import { similar } from '../../../grammar/similar.ts';
import { applyValue, giveStatics } from '../functions/calls.ts';
import type { Context } from '../context.ts';
import { subset } from '../data/sets.ts';
import { asCount, asStatic, asTensor, asWhole, describe, knownTexts } from '../values/describe.ts';
import { arrayDist } from '../distributions/independent.ts';
import { draws } from '../distributions/distributions.ts';
import { entryOf } from '../values/entries.ts';
import { indexTensor } from './indexing.ts';
import { instantiate } from '../members/members.ts';
import { arrayOfData, fill, leafNode, rowsUnder } from '../data/rows.ts';
import { sequence } from '../values/sequences.ts';
import { sliceAlong } from './slices.ts';
import { rowsOfBuffer } from '../data/buffer-rows.ts';
import { openEvery } from './sources.ts';
import { constantNumber, known, tensor } from '../values/tensors.ts';
import type { Along, Data, Given, Value } from '../values/values.ts';

/** `f[10, k = 2]` */
const staticsOf = ({ items }: IndexExpr, ctx: Context): Given[] =>
  items.map((item) => {
    if (item.kind === 'slice') return fail('L0302', item.span, { expected: 'a static argument', seen: 'a slice' });
    const name = item.kind === 'named' ? item.name.text : undefined;
    return { name, value: ctx.shared.run.evaluate(item.value, ctx), span: item.span };
  });

/** The index, where there can be one. */
const onlyIndex = ({ items, span }: IndexExpr, ctx: Context): Value => {
  const [item] = items;
  if (items.length !== 1 || item.kind !== 'at')
    return fail('L0302', span, { expected: 'one index', seen: `${items.length}` });
  return ctx.shared.run.evaluate(item.value, ctx);
};

/** `f(x)[y]` where `f(y | x)` is meant. */
const classProbability = ({ object, items: [item] }: IndexExpr) => {
  const y = item.kind === 'at' && item.value.kind === 'name' ? item.value.name : 'k';
  const args = object.kind === 'call' && object.callee.kind === 'name' ? object : undefined;
  const [x] = args?.args ?? [];
  const given = args?.callee.kind === 'name' && x?.value.kind === 'name' ? x.value.name : undefined;
  const probability = args?.callee.kind === 'name' && given ? `${args.callee.name}(${y} | ${given})` : `P(${y})`;
  return { help: `the probability of class \`${y}\` is \`${probability}\`` };
};

export const indexed = (e: IndexExpr, object: Value, ctx: Context): Value => {
  switch (object.kind) {
    case 'function': {
      const fn = giveStatics(object, staticsOf(e, ctx), e.span);
      return object.overloads[0]?.bare ? applyValue(fn, [], ctx, e.span) : fn;
    }
    case 'model':
      return instantiate(object, staticsOf(e, ctx), ctx, e.span);
    case 'dist': {
      if (object.buffer) return ofEntries(e, rowsOfBuffer(object.buffer, ctx, e.object.span), ctx);
      // A draw of a class is no array; what is meant is the probability of this class.
      if (object.implicit && object.event?.element.kind === 'Class' && object.event.shape.length === 0)
        return fail('L0302', e.span, { expected: 'an array', seen: describe(object) }, classProbability(e));
      if (object.implicit)
        return indexTensor(asTensor(draws(object, ctx, e.span), e.object.span), e.items, ctx, e.span);
      const sizes = staticsOf(e, ctx).map((s) => asCount(s.value, s.span, 'the size of an array of draws'));
      return arrayDist(object, sizes, ctx);
    }
    case 'tuple':
    case 'list':
      return ofList(e, object, ctx);
    case 'along':
      return ofEntries(e, object, ctx);
    case 'data':
      return ofRows(e, object, ctx);
    case 'record':
      return ofRecord(e, object, ctx);
    case 'texts': {
      const i = asStatic(onlyIndex(e, ctx), e.span, 'the index');
      const text = knownTexts(object, e.span).values[i];
      if (text === undefined) return fail('L0306', e.span, { index: String(i), size: object.values.length });
      return text === null ? { kind: 'missing' } : { kind: 'text', text };
    }
    default:
      return (
        varyingSlice(object, e, ctx) ?? indexTensor(asTensor(object, e.object.span, 'indexing'), e.items, ctx, e.span)
      );
  }
};

const ofList = (e: IndexExpr, object: Extract<Value, { kind: 'tuple' | 'list' }>, ctx: Context): Value => {
  const [item] = e.items;
  const size = object.items.length;
  if (item?.kind === 'slice') {
    const bound = (x: Expr | undefined, otherwise: number): number =>
      x ? asWhole(ctx.shared.run.evaluate(x, ctx), x.span, 'the bound of a slice') : otherwise;
    return { ...object, items: object.items.slice(bound(item.from, 0), bound(item.to, size)) };
  }
  const i = asStatic(onlyIndex(e, ctx), e.span, 'the index into a list');
  return object.items[i < 0 ? i + size : i] ?? fail('L0306', e.span, { index: String(i), size });
};

const ofEntries = (e: IndexExpr, object: Along, ctx: Context): Value => {
  const [item, ...rest] = e.items;
  if (rest.length === 0)
    return item?.kind === 'slice' ? sliceAlong(object, item, ctx, e.span) : entryOf(object, onlyIndex(e, ctx), e.span);
  // The other indices are of each entry: `qs[i, a]`, `vs[:, a]`.
  const inside = (v: Value): Value => indexTensor(asTensor(v, e.span), rest, ctx, e.span);
  if (item.kind === 'at') return inside(entryOf(object, ctx.shared.run.evaluate(item.value, ctx), e.span));
  const part = item.kind === 'slice' ? sliceAlong(object, item, ctx, e.span) : object;
  return part.kind === 'along' ? { ...part, element: inside(part.element) } : part;
};

const ofRows = (e: IndexExpr, object: Data, ctx: Context): Value => {
  const [item] = e.items;
  const array = needsArray(e, ctx) ? arrayOfData(object, ctx) : undefined;
  if (array) return indexTensor(array, e.items, ctx, e.span);
  if (item?.kind === 'slice') return sliceAlong(object, item, ctx, e.span);
  const index = onlyIndex(e, ctx);
  if (index.kind !== 'tensor' || known(index) !== undefined)
    return rowOf(object, asCount(index, e.span, 'the index of a row'), ctx, e.span);
  const { axis, row, mask } = rowsUnder(object, {}, ctx);
  if (mask) return fail('L0601', e.span, { what: 'one row of a set that depends on what is trained' });
  return entryOf({ kind: 'along', axis, element: row }, index, e.span);
};

/** Of numbers all alike it is an array. */
const ofRecord = (e: IndexExpr, object: Extract<Value, { kind: 'record' }>, ctx: Context): Value => {
  const [item] = e.items;
  const key = item?.kind === 'at' && item.value.kind === 'string' ? item.value : undefined;
  if (!key) return indexTensor(asTensor(object, e.object.span, 'indexing'), e.items, ctx, e.span);
  const near = similar(key.value.trim().replace(/\W+/g, '_'), [...object.fields.keys()]);
  return fail(
    'L0308',
    key.span,
    { field: key.value, of: describe(object), similar: near },
    { help: `fields are taken with a dot${near ? `: \`.${near}\`` : ''}` },
  );
};

/** `x[:t]` of an array, as long as `t` says: a sequence. A window of the same length everywhere stays an array. */
const varyingSlice = (object: Value, e: IndexExpr, ctx: Context): Value | undefined => {
  const [item] = e.items;
  if (e.items.length !== 1 || item.kind !== 'slice') return undefined;
  const [from, to] = [item.from, item.to].map((x) => (x ? ctx.shared.run.evaluate(x, ctx) : undefined));
  const varies = (v: Value | undefined): boolean => v?.kind === 'tensor' && known(v) === undefined;
  const window =
    from?.kind === 'tensor' && to?.kind === 'tensor' && from.counts && from.counts.axis === to.counts?.axis;
  if (window || (!varies(from) && !varies(to))) return undefined;
  const array = asTensor(object, e.object.span, 'indexing');
  const opened = openEvery(array, ctx, e.object.span, 'entry');
  if (opened.kind !== 'axis') return undefined;
  const whole = sequence(opened.axis, opened.value, constantNumber(opened.axis.size));
  return sliceAlong(whole, item, ctx, e.span);
};

/** Several indices, or a slice whose bounds move with a binder: rows of numbers are then an array like any other. */
const needsArray = (e: IndexExpr, ctx: Context): boolean => {
  const moves = (bound: Expr | undefined): boolean => {
    if (!bound) return false;
    const v = ctx.shared.run.evaluate(bound, ctx);
    return v.kind === 'tensor' && known(v) === undefined;
  };
  return e.items.length > 1 || e.items.some((item) => item.kind === 'slice' && (moves(item.from) || moves(item.to)));
};

const rowOf = (data: Data, i: number, ctx: Context, span: Span): Value => {
  if (i >= data.rows) return fail('L0306', span, { index: String(i), size: data.rows });
  if (data.view) return fail('L0601', span, { what: 'one row of a set that depends on what is trained' });
  const one = subset(data, [i], {}, ctx);
  return fill(
    one.template,
    {
      ctx,
      leaf: (leaf, space, steps) => {
        const node = leafNode(one, leaf, ctx);
        return tensor(ir.reshape(node, node.shape.slice(1)), steps, space);
      },
      texts: ([text]) => (text === null ? { kind: 'missing' } : { kind: 'text', text }),
    },
    one.file,
  );
};
