/** Running an expression symbolically: one case a construct, each with its home elsewhere. */
import type { Diagnostic } from '../../grammar/diagnostics.ts';
import type {
  Argument,
  BlockExpr,
  CallExpr,
  DensityExpr,
  Expr,
  FieldExpr,
  IndexExpr,
  LambdaExpr,
  NameExpr,
  Span,
  SpaceExpr,
  Statement,
} from '../../grammar/tree.ts';
import { patternNames } from '../../grammar/walk.ts';
import * as ir from '../ir/build.ts';
import { fail, similar } from '../messages.ts';
import { applyValue, densityOf, giveStatics } from './calls.ts';
import { builtinSpaces, isBuiltinSpace } from '../spaces/names.ts';
import { resolveSpace } from './spaces.ts';
import { bigOperator, comprehension } from './binders.ts';
import { inLibrary, isOfLibrary } from './blame.ts';
import { conditional, gradient, loopOver } from './control.ts';
import { bind, childScope, Failure, inScope, lookup, spanKey, visibleNames } from './context.ts';
import type { Context } from './context.ts';
import { asCount, asStatic, asTensor, asWhole, describe, knownTexts, poisoned } from './describe.ts';
import { arrayDist, draws, isLaw, toDistribution } from './distributions.ts';
import { entryOf } from './entries.ts';
import { subset } from './data.ts';
import { runFirst } from './first-run.ts';
import { indexTensor } from './indexing.ts';
import { summedUp } from './leakage.ts';
import { checkAlike, combine } from './lists.ts';
import { declareParameter, fieldsOf, instantiate, memberField, submember } from './members.ts';
import { applyBinary, applyUnary, settle } from './operators.ts';
import { bindPattern } from './patterns.ts';
import { program } from './programs.ts';
import { arrayOfData, fill, leafNode, rowsUnder } from './rows.ts';
import { memberAt } from './times.ts';
import { constantBoolean, constantNumber, known, mapUnary, tensor } from './tensors.ts';
import type { Given, Value } from './values.ts';
import { sequence } from './sequences.ts';
import { sliceAlong } from './slices.ts';
import { openEvery } from './sources.ts';

export const evaluate = (e: Expr, ctx: Context): Value => {
  let value: Value;
  try {
    value = run(e, ctx);
  } catch (error) {
    // What a distribution of the library does later, when it is drawn from, fails where it is used.
    throw isOfLibrary(error) ? inLibrary(error, 'stdlib/', '', e.span, ctx.shared.sources) : error;
  }
  if (e.span.file === ctx.shared.file) ctx.shared.seen.set(spanKey(e.span), { span: e.span, value });
  return value;
};

const run = (e: Expr, ctx: Context): Value => {
  switch (e.kind) {
    case 'name':
      return named(e, ctx);
    case 'number':
      return constantNumber(e.value);
    case 'string':
      return { kind: 'text', text: e.value };
    case 'boolean':
      return constantBoolean(e.value);
    case 'tuple':
      return { kind: 'tuple', items: e.items.map((x) => evaluate(x, ctx)) };
    case 'record':
      return { kind: 'record', fields: new Map(e.fields.map((f) => [f.name.text, evaluate(f.value, ctx)])) };
    case 'array': {
      const items = e.items.map((x) => settle(evaluate(x, ctx), ctx, x.span));
      checkAlike(items, e);
      return combine(items, ctx);
    }
    case 'comprehension':
      return comprehension(e, ctx);
    case 'call':
      return call(e, ctx);
    case 'index':
      return indexed(e, ctx);
    case 'field':
      return field(e, ctx);
    case 'unary':
      return applyUnary(e, evaluate(e.operand, ctx), ctx);
    case 'binary':
      return applyBinary(e.op, evaluate(e.left, ctx), evaluate(e.right, ctx), ctx, e);
    case 'big':
      return e.op === 'grad' ? gradient(e, ctx) : summedUp(bigOperator(e, ctx), ctx);
    case 'if':
      return conditional(e, ctx);
    case 'lambda':
      return lambda(e, ctx);
    case 'block':
      return block(e, ctx);
    case 'density':
      return density(e, ctx);
    case 'at':
      return memberAt(e, evaluate(e.object, ctx), ctx);
    case 'fold':
      return loopOver(e, ctx);
    case 'dist':
      return program('', e.body, ctx, e.span, false);
    case 'problem':
      return ctx.shared.run.solve(e, ctx, undefined);
    case 'space':
      return { kind: 'space', space: resolveSpace(e.space, ctx) };
    case 'error':
      return poisoned();
  }
};

// ---------------------------------------------------------------- names

const dataNames = new Set(['D_tr', 'D_eval']);

const named = (e: NameExpr, ctx: Context): Value => {
  const value = lookup(ctx.scope, e.name);
  if (value) return value.kind === 'poison' ? poisoned() : value;
  if (e.name === 'missing') return { kind: 'missing' };
  if (builtinSpaces.has(e.name)) return { kind: 'space', space: resolveSpace(asSpace(e), ctx) };
  if (dataNames.has(e.name)) return fail('L0405', e.span, { name: e.name });
  return fail('L0201', e.span, { name: e.name, similar: similar(e.name, visibleNames(ctx.scope)) });
};

/** A space written in the place of an expression: `Class[10]`, `R[2]`. */
const asSpace = (e: NameExpr | IndexExpr): SpaceExpr => {
  if (e.kind === 'name') return { kind: 'named', name: { text: e.name, span: e.span }, groups: [], span: e.span };
  const inner = e.object.kind === 'name' || e.object.kind === 'index' ? asSpace(e.object) : poisoned();
  if (inner.kind !== 'named') return poisoned();
  const group = e.items.map((item) =>
    item.kind === 'at'
      ? ({ kind: 'dimension', value: item.value } as const)
      : fail('L0302', item.span, { expected: 'a dimension', seen: 'a slice' }),
  );
  return { ...inner, groups: [...inner.groups, group], span: e.span };
};

const rootName = (e: Expr): string | undefined =>
  e.kind === 'name' ? e.name : e.kind === 'index' ? rootName(e.object) : undefined;

const isSpaceSyntax = (e: IndexExpr, ctx: Context): boolean => {
  const name = rootName(e);
  if (name === undefined) return false;
  const value = lookup(ctx.scope, name);
  return value ? value.kind === 'space' : isBuiltinSpace(name);
};

// ---------------------------------------------------------------- calls

const argumentsOf = (args: readonly Argument[], ctx: Context): Given[] =>
  args.map((a) => ({ name: a.name?.text, value: evaluate(a.value, ctx), span: a.span }));

/** P in `log (g # P)(x)`, which reads as the call of a logarithm. */
const logOf = ({ callee }: CallExpr, ctx: Context): Value | undefined => {
  if (callee.kind !== 'call' || callee.callee.kind !== 'name' || callee.callee.name !== 'log') return undefined;
  const [first, ...more] = callee.args;
  const inner = first && more.length === 0 && !first.name ? evaluate(first.value, ctx) : undefined;
  return inner && isLaw(inner) ? inner : undefined;
};

const call = (e: CallExpr, ctx: Context): Value => {
  const law = e.form === 'plain' ? logOf(e, ctx) : undefined;
  if (law) return densityOf(law, argumentsOf(e.args, ctx), undefined, ctx, e.span);
  const callee = evaluate(e.callee, ctx);
  if (e.form === 'given')
    return mapUnary('exp', densityOf(callee, argumentsOf(e.args, ctx), argumentsOf(e.given, ctx), ctx, e.span), e.span);
  return applyValue(callee, argumentsOf(e.args, ctx), ctx, e.span);
};

/** `log p(x | z)`, `log P(x)`; before a function it is the logarithm. */
const density = (e: DensityExpr, ctx: Context): Value => {
  const inner = e.call;
  const logarithm = (v: Value): Value =>
    mapUnary('log', asTensor(settle(v, ctx, inner.span), inner.span, '`log`'), e.span);
  if (inner.kind !== 'call') return logarithm(evaluate(inner, ctx));
  const callee = evaluate(inner.callee, ctx);
  if (inner.form === 'given')
    return densityOf(callee, argumentsOf(inner.args, ctx), argumentsOf(inner.given, ctx), ctx, e.span);
  const isDensity =
    isLaw(callee) ||
    callee.kind === 'data' ||
    ((callee.kind === 'member' || callee.kind === 'model') && isUnconditional(callee));
  if (isDensity) return densityOf(callee, argumentsOf(inner.args, ctx), undefined, ctx, e.span);
  return logarithm(applyValue(callee, argumentsOf(inner.args, ctx), ctx, inner.span));
};

const isUnconditional = (v: Extract<Value, { kind: 'member' | 'model' }>): boolean =>
  (v.kind === 'member' ? v.model.declaration : v.declaration).params.length === 0;

// ---------------------------------------------------------------- indexing

const indexed = (e: IndexExpr, ctx: Context): Value => {
  if (isSpaceSyntax(e, ctx)) return { kind: 'space', space: resolveSpace(asSpace(e), ctx) };
  const object = evaluate(e.object, ctx);
  const statics = (): Given[] =>
    e.items.map((item) => {
      if (item.kind === 'slice') return fail('L0302', item.span, { expected: 'a static argument', seen: 'a slice' });
      return {
        name: item.kind === 'named' ? item.name.text : undefined,
        value: evaluate(item.value, ctx),
        span: item.span,
      };
    });
  const only = (): Value => {
    const [item] = e.items;
    if (e.items.length !== 1 || item.kind !== 'at')
      return fail('L0302', e.span, { expected: 'one index', seen: `${e.items.length}` });
    return evaluate(item.value, ctx);
  };
  switch (object.kind) {
    case 'function': {
      const fn = giveStatics(object, statics(), e.span);
      return object.overloads[0]?.bare ? applyValue(fn, [], ctx, e.span) : fn;
    }
    case 'model':
      return instantiate(object, statics(), ctx, e.span);
    case 'dist':
      if (!object.implicit)
        return arrayDist(
          object,
          statics().map((s) => asCount(s.value, s.span, 'the size of an array of draws')),
          ctx,
        );
      return indexTensor(
        asTensor(draws(object, ctx, e.span), e.object.span),
        e.items,
        (x) => evaluate(x, ctx),
        e.span,
        ctx.filtered,
      );
    case 'tuple':
    case 'list': {
      const [item] = e.items;
      if (item?.kind === 'slice') {
        const at = (x: Expr | undefined, otherwise: number): number =>
          x ? asWhole(evaluate(x, ctx), x.span, 'the bound of a slice') : otherwise;
        return { ...object, items: object.items.slice(at(item.from, 0), at(item.to, object.items.length)) };
      }
      const i = asStatic(only(), e.span, 'the index into a list');
      const place = i < 0 ? i + object.items.length : i;
      return object.items[place] ?? fail('L0306', e.span, { index: String(i), size: object.items.length });
    }
    case 'along':
    case 'data': {
      const [item] = e.items;
      const array = object.kind === 'data' && needsArray(e, ctx) ? arrayOfData(object, ctx) : undefined;
      if (array) return indexTensor(array, e.items, (x) => evaluate(x, ctx), e.span, ctx.filtered);
      // The other indices are of each entry: `qs[i, a]`, `vs[:, a]`.
      if (object.kind === 'along' && object.mask && e.items.length > 1) {
        const rest = e.items.slice(1);
        const inside = (v: Value): Value =>
          indexTensor(asTensor(v, e.span), rest, (x) => evaluate(x, ctx), e.span, ctx.filtered);
        if (item.kind === 'at') return inside(entryOf(object, evaluate(item.value, ctx), e.span));
        const part = item.kind === 'slice' ? sliceAlong(object, item, ctx, e.span) : object;
        return part.kind === 'along' ? { ...part, element: inside(part.element) } : part;
      }
      if (item?.kind === 'slice') return sliceAlong(object, item, ctx, e.span);
      const index = only();
      if (object.kind === 'along') return entryOf(object, index, e.span);
      if (index.kind !== 'tensor' || known(index) !== undefined)
        return rowOf(object, asCount(index, e.span, 'the index of a row'), ctx, e.span);
      const { axis, row, mask } = rowsUnder(object, {}, ctx);
      if (mask) return fail('L0601', e.span, { what: 'one row of a set that depends on what is trained' });
      return entryOf({ kind: 'along', axis, element: row }, index, e.span);
    }
    case 'record': {
      const [item] = e.items;
      const key = item?.kind === 'at' && item.value.kind === 'string' ? item.value : undefined;
      if (!key)
        return indexTensor(asTensor(object, e.object.span, 'indexing'), e.items, (x) => evaluate(x, ctx), e.span);
      const names = [...object.fields.keys()];
      const near = similar(key.value.trim().replace(/\W+/g, '_'), names);
      return fail(
        'L0308',
        key.span,
        { field: key.value, of: describe(object), similar: near },
        { help: `fields are taken with a dot${near ? `: \`.${near}\`` : ''}` },
      );
    }
    case 'texts': {
      const i = asStatic(only(), e.span, 'the index');
      const text = knownTexts(object, e.span).values[i];
      return text === undefined
        ? fail('L0306', e.span, { index: String(i), size: object.values.length })
        : text === null
          ? { kind: 'missing' }
          : { kind: 'text', text };
    }
    default: {
      const sequence = varyingSlice(object, e, ctx);
      if (sequence) return sequence;
      return indexTensor(
        asTensor(object, e.object.span, 'indexing'),
        e.items,
        (x) => evaluate(x, ctx),
        e.span,
        ctx.filtered,
      );
    }
  }
};

/** `x[:t]` of an array, as long as `t` says: a sequence. A window of the same length everywhere stays an array. */
const varyingSlice = (object: Value, e: IndexExpr, ctx: Context): Value | undefined => {
  const [item] = e.items;
  if (e.items.length !== 1 || item.kind !== 'slice') return undefined;
  const [from, to] = [item.from, item.to].map((x) => (x ? evaluate(x, ctx) : undefined));
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
    const v = evaluate(bound, ctx);
    return v.kind === 'tensor' && known(v) === undefined;
  };
  return e.items.length > 1 || e.items.some((item) => item.kind === 'slice' && (moves(item.from) || moves(item.to)));
};

const rowOf = (data: Extract<Value, { kind: 'data' }>, i: number, ctx: Context, span: Span): Value => {
  if (i >= data.rows) return fail('L0306', span, { index: String(i), size: data.rows });
  if (data.view) return fail('L0601', span, { what: 'one row of a set that depends on what is trained' });
  const one = subset(data, [i], {}, ctx);
  const row = fillFirst(one, ctx);
  return row;
};

const fillFirst = (data: Extract<Value, { kind: 'data' }>, ctx: Context): Value =>
  fill(
    data.template,
    {
      ctx,
      leaf: (leaf, space, steps) => {
        const node = leafNode(data, leaf, ctx);
        return tensor(ir.reshape(node, node.shape.slice(1)), steps, space);
      },
      texts: ([text]) => (text === null ? { kind: 'missing' } : { kind: 'text', text }),
    },
    data.file,
  );

// ---------------------------------------------------------------- fields

const field = (e: FieldExpr, ctx: Context): Value => {
  const object = evaluate(e.object, ctx);
  const name = e.name.text;
  const missing = (names: readonly string[]): never =>
    fail('L0308', e.name.span, { field: name, of: describe(object), similar: similar(name, names) });
  switch (object.kind) {
    case 'record': {
      const value = object.fields.get(name);
      if (value) return value;
      if (object.set !== undefined) return noColumn(name, object.set, [...object.fields.keys()], e.name.span);
      return missing([...object.fields.keys()]);
    }
    case 'member':
      return (
        memberField(object, name, ctx) ??
        (runFirst(object, ctx, e.object.span) ? memberField(object, name, ctx) : undefined) ??
        missing(fieldsOf(object))
      );
    case 'stage':
      return object.members.get(name) ?? missing([...object.members.keys()]);
    case 'paradigm': {
      const kind = name === 'train' ? 'train' : name === 'eval' ? 'eval' : undefined;
      const step = object.steps.find((s) => s.kind === kind);
      return step && 'data' in step ? step.data : missing(['train', 'eval']);
    }
    case 'dist': {
      const arg = object.args.get(name);
      if (arg && arg.kind !== 'missing') return arg;
      const f = object.facts.get(name);
      if (f) return f(ctx);
      if (object.implicit && object.sample) {
        const drawn = draws(object, ctx, e.object.span);
        if (drawn.kind === 'record') return drawn.fields.get(name) ?? missing([...drawn.fields.keys()]);
      }
      return missing([...object.args.keys(), ...object.facts.keys()]);
    }
    case 'along': {
      const fact = object.facts?.get(name);
      if (fact) return fact;
      const element = fieldOf(object.element, name);
      return element ? { ...object, element, facts: undefined } : missing(fieldNamesOf(object.element));
    }
    case 'poison':
      return poisoned();
    default:
      return missing([]);
  }
};

/** Columns that are few are all named where none is close. */
const noColumn = (column: string, set: string, columns: readonly string[], span: Span): never => {
  const near = similar(column, columns);
  const shown = columns.length > 12 ? [...columns.slice(0, 12), '...'] : columns;
  return fail('L0503', span, { column, set, similar: near }, near ? {} : { help: `its columns: ${shown.join(', ')}` });
};

const fieldOf = (v: Value, name: string): Value | undefined => (v.kind === 'record' ? v.fields.get(name) : undefined);
const fieldNamesOf = (v: Value): string[] => (v.kind === 'record' ? [...v.fields.keys()] : []);

// ---------------------------------------------------------------- functions and blocks

const homeOf = (ctx: Context) => ({ member: ctx.member, path: ctx.path, reading: ctx.reading });

const lambda = (e: LambdaExpr, ctx: Context): Value => ({
  kind: 'function',
  name: '',
  overloads: [
    {
      kind: 'lambda',
      name: '',
      statics: [],
      params: e.params,
      result: e.stochastic ? { space: { kind: 'tuple', items: [], span: e.span }, stochastic: true } : undefined,
      body: e.body,
      scope: ctx.scope,
      home: homeOf(ctx),
      span: e.span,
    },
  ],
});

/** What a statement declares. */
const namesOf = (s: Statement): readonly string[] =>
  s.kind === 'assign' || s.kind === 'draw' ? patternNames(s.pattern) : 'name' in s ? [s.name.text] : [];

const block = (e: BlockExpr, ctx: Context): Value => {
  const scope = childScope(ctx.scope);
  const inner = inScope(ctx, scope);
  let last: Value | undefined;
  const found: Diagnostic[] = [];
  for (const s of e.statements)
    try {
      last = statement(s, inner);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // The statements behind it have errors of their own; what uses its names stays silent.
      found.push(...error.diagnostics);
      for (const name of namesOf(s)) bind(scope, name, { kind: 'poison' });
      last = { kind: 'poison' };
    }
  if (found.length > 0) throw new Failure(found);
  if (last?.kind === 'poison') return poisoned();
  return last ?? fail('L0302', e.span, { expected: 'an expression at the end of the block', seen: 'nothing' });
};

export const statement = (s: Statement, ctx: Context): Value | undefined => {
  const { scope } = ctx;
  switch (s.kind) {
    case 'assign': {
      const value = evaluate(s.value, ctx);
      bindPattern(scope, s.pattern, value, ctx, s.value.span);
      return undefined;
    }
    case 'draw': {
      const value = draws(
        toDistribution(evaluate(s.distribution, ctx), ctx, s.distribution.span),
        ctx,
        s.distribution.span,
      );
      bindPattern(scope, s.pattern, value, ctx, s.span);
      return undefined;
    }
    case 'param':
      bind(scope, s.name.text, declareParameter(s, ctx));
      return undefined;
    case 'member': {
      const model = evaluate(s.model, ctx);
      if (model.kind !== 'model') return fail('L0302', s.model.span, { expected: 'a model', seen: describe(model) });
      if (!ctx.member)
        return fail('L0602', s.span, {
          what: `\`${s.name.text} in ...\` picks a member inside the body of a model; in a problem write \`over ${s.name.text} in ...\``,
        });
      bind(scope, s.name.text, submember(model, ctx, s.span, s.name.text));
      return undefined;
    }
    case 'local-def':
      bind(scope, s.name.text, {
        kind: 'function',
        name: s.name.text,
        overloads: [
          {
            kind: 'def',
            name: s.name.text,
            statics: [],
            params: s.params,
            body: s.body,
            scope,
            home: homeOf(ctx),
            span: s.span,
          },
        ],
      });
      return undefined;
    case 'expr':
      return evaluate(s.value, ctx);
    case 'error':
      return poisoned();
  }
};
