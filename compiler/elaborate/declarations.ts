/**
 * Declarations -> names. Values are computed at their first use, so that order matters only for what is done (problems, pictures);
 * a declaration that fails is reported once, and what uses it stays silent.
 */
import type { Span } from '../../grammar/span.ts';
import type { ComprehensionExpr } from '../../grammar/tree/expressions.ts';
import type {
  DataDeclaration,
  Declaration,
  DefDeclaration,
  LetDeclaration,
  Module,
} from '../../grammar/tree/declarations.ts';
import type { Pattern } from '../../grammar/tree/patterns.ts';
import { diagnose, fail } from '../messages.ts';
import { similar } from '../../grammar/similar.ts';
import { matchAnnotation } from './spaces/annotations.ts';
import { resolveSpace } from './spaces/resolve.ts';
import { bind, childScope, findEntry, inScope, noteSeen } from './context.ts';
import { Failure } from '../failure.ts';
import type { Context, Scope } from './context.ts';
import { computeNodes } from './data/computed.ts';
import { coerceData } from './spaces/coerce-rows.ts';
import { comprehension } from './expressions/binders.ts';
import { isComputable, ownRows, toData } from './data/materialise.ts';
import { mapTensors, noData, tensorsOf } from './values/describe.ts';
import { draws, toDistribution } from './distributions/distributions.ts';
import { isRandom } from './values/dependence.ts';
import { comprehendData, dataKey } from './data/comprehend.ts';
import { markStatistic, rootsOfNode } from './data/leakage.ts';
import { patternNames } from '../../grammar/walk.ts';
import { bindPattern } from './expressions/patterns.ts';
import { paradigmFunction } from './protocols/paradigms.ts';
import { openDraws } from './expressions/sources.ts';
import * as ir from '../ir/build.ts';
import { tensor } from './values/tensors.ts';
import type { Closure, FunctionValue, Value } from './values/values.ts';

const poison: Value = { kind: 'poison' };

/** Reports a failure; the declaration's names become poison. */
export const guarded = <T>(ctx: Context, otherwise: T, run: () => T): T => {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    ctx.shared.diagnostics.push(...error.diagnostics);
    return otherwise;
  }
};

/** A value that is computed once, at its first use; asking for it while it is being computed is an error. */
const lazily = (scope: Scope, name: string, span: Span, ctx: Context, compute: () => Value): void => {
  let state: 'new' | 'running' | 'done' = 'new';
  let value: Value = poison;
  scope.names.set(name, {
    lazy: () => {
      if (state === 'running') return fail('L0203', span, { name });
      if (state === 'new') {
        state = 'running';
        value = guarded(ctx, poison, compute);
        state = 'done';
        scope.names.set(name, { value });
      }
      return value;
    },
  });
};

/** Constants that were computed from rows or draws are stored as numbers, and remember the rows. */
const settleConstants = (v: Value, ctx: Context): Value => {
  if (!isComputable(v) || v.kind === 'along') return v;
  return mapTensors(v, (t) => {
    const roots = rootsOfNode(t.node, ctx.shared);
    if (t.node.operation.op === 'constant') {
      if (roots.size > 0) markStatistic(t.node, roots, ctx.shared);
      return t;
    }
    const [array] = computeNodes([t.node], isRandom(t.node) ? 'float32' : 'float64');
    const node = ir.constant(array);
    if (roots.size > 0) markStatistic(node, roots, ctx.shared);
    return tensor(node, t.axes, t.space);
  });
};

/** A `def` as it is called. */
export const closureOf = (d: DefDeclaration, scope: Scope): Closure => ({
  kind: d.body.kind === 'name' && d.body.name === 'intrinsic' ? 'intrinsic' : 'def',
  name: d.name.text,
  statics: d.statics,
  params: d.params ?? [],
  bare: d.params === undefined,
  result: d.result,
  body: d.body,
  scope,
  span: d.name.span,
});

const addOverload = (scope: Scope, d: DefDeclaration, ctx: Context): void => {
  const own = scope.names.get(d.name.text);
  const existing = own && 'value' in own && own.value.kind === 'function' ? own.value : undefined;
  if (own && !existing) {
    ctx.shared.diagnostics.push(diagnose('L0202', d.name.span, { name: d.name.text }));
    return;
  }
  const closure = closureOf(d, scope);
  // Overloads of a library function may be added; a function whose parameters say nothing of their spaces replaces it.
  const inherited = existing || !scope.parent ? undefined : findEntry(scope.parent, d.name.text)?.entry;
  const library =
    inherited && 'value' in inherited && inherited.value.kind === 'function' ? inherited.value : undefined;
  const extends_ = library && library.overloads.length > 1 && (d.params ?? []).every((p) => p.space || p.default);
  const before = existing?.overloads ?? [];
  const after = extends_ ? library.overloads : [];
  bind(scope, d.name.text, { kind: 'function', name: d.name.text, overloads: [...before, closure, ...after] });
};

const dataValue = (d: DataDeclaration, ctx: Context): Value => {
  const { run } = ctx.shared;
  const at = { ...ctx, key: ir.deriveKey(dataKey(ctx), ir.scalar(hashOf(d.name.text), 'int32')) };
  const value = d.value.kind === 'comprehension' ? rowsOf(d.value, at) : run.evaluate(d.value, at);
  noteSeen(d.value.span, value, at);
  const name = d.name.text;
  const drawn = value.kind === 'dist' && value.power ? fromDraws(value, at, d.value.span) : value;
  if (value.kind === 'dist' && !value.power)
    return noData(value, d.value.span, name, `draw so many rows: \`${name} = (...)^1000\``);
  if (drawn.kind === 'list' && drawn.items.every((x) => x.kind === 'data')) return drawn;
  const roots = new Set(tensorsOf(drawn).flatMap((t) => [...rootsOfNode(t.node, ctx.shared)]));
  const data = { ...toData(drawn, ownRows(name, d.value.span, roots), at), name };
  return d.space ? { ...coerceData(data, d.space, ctx, d.value.span), name } : data;
};

/** `[e for x ~ P^n]`: where `e` asks something trained, of draws that are rows of their own. */
const rowsOf = (e: ComprehensionExpr, ctx: Context): Value => {
  const value = comprehension(e, ctx, { rows: true });
  const [binder] = e.binders;
  const single = e.binders.length === 1 && binder.targets.length === 1 && binder.relation === '~';
  if (!single || value.kind === 'data' || isComputable(value)) return value;
  const source = ctx.shared.run.evaluate(binder.source, ctx);
  if (source.kind !== 'dist' || !source.power) return value;
  const drawn = fromDraws(source, ctx, binder.source.span);
  return isComputable(drawn) ? comprehendData(e, toData(drawn, ownRows('draws', binder.source.span), ctx), ctx) : value;
};

/** `P^n` in a declaration: n draws, made once. */
const fromDraws = (dist: Extract<Value, { kind: 'dist' }>, ctx: Context, span: Span): Value => {
  const opened = openDraws(dist, ctx, span, 'row');
  if (opened.kind !== 'axis') return poison;
  return { kind: 'along', axis: opened.axis, element: opened.value };
};

/** Different names draw different numbers. */
const hashOf = (text: string): number => {
  let h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  return h & 0x7fffffff;
};

const letValue = (d: LetDeclaration, name: string, ctx: Context): Value => {
  const { run } = ctx.shared;
  const at: Context = { ...ctx, naming: name, key: ir.deriveKey(dataKey(ctx), ir.scalar(hashOf(name), 'int32')) };
  const value = run.evaluate(d.value, at);
  const drawn = d.relation === '~' ? draws(toDistribution(value, at, d.value.span), at, d.value.span) : value;
  const settled = settleConstants(drawn, ctx);
  return d.space
    ? matchAnnotation(d.space, settled, inScope(ctx, childScope(ctx.scope)), { name, span: d.value.span })
    : settled;
};

const taken = (scope: Scope, name: string, span: Span, ctx: Context): boolean => {
  if (!scope.names.has(name)) return false;
  ctx.shared.diagnostics.push(diagnose('L0202', span, { name }));
  return true;
};

const nameOf = (p: Pattern): string => patternNames(p).join(', ');

/** Declares one name or several; nothing is computed yet. */
const declare = (d: Declaration, ctx: Context, imported: (path: string) => Scope | undefined): void => {
  const { scope } = ctx;
  switch (d.kind) {
    case 'space-declaration':
      if (!taken(scope, d.name.text, d.name.span, ctx))
        lazily(scope, d.name.text, d.name.span, ctx, () => ({ kind: 'space', space: resolveSpace(d.space, ctx) }));
      break;
    case 'data':
      if (!taken(scope, d.name.text, d.name.span, ctx))
        lazily(scope, d.name.text, d.name.span, ctx, () => dataValue(d, ctx));
      break;
    case 'let': {
      const names = patternNames(d.pattern);
      if (d.pattern.kind === 'name') {
        const { name, span } = d.pattern;
        if (!taken(scope, name, span, ctx)) lazily(scope, name, span, ctx, () => letValue(d, name, ctx));
        break;
      }
      const hidden = childScope(scope);
      const whole = `(${nameOf(d.pattern)})`;
      lazily(hidden, whole, d.span, ctx, () => {
        const value = letValue(d, whole, ctx);
        bindPattern(hidden, d.pattern, value, ctx, d.value.span);
        return value;
      });
      for (const name of names)
        if (!taken(scope, name, d.span, ctx))
          lazily(scope, name, d.span, ctx, () => {
            const entry = hidden.names.get(whole);
            if (entry && 'lazy' in entry) entry.lazy();
            const found = hidden.names.get(name);
            return found && 'value' in found ? found.value : poison;
          });
      break;
    }
    case 'def':
      if (d.params || d.statics.length > 0) addOverload(scope, d, ctx);
      else if (!taken(scope, d.name.text, d.name.span, ctx)) {
        const closure = closureOf(d, scope);
        const fn: FunctionValue = { kind: 'function', name: d.name.text, overloads: [closure] };
        lazily(scope, d.name.text, d.name.span, ctx, () => ctx.shared.run.apply(fn, [], ctx, d.name.span));
      }
      break;
    case 'model':
      if (!taken(scope, d.name.text, d.name.span, ctx))
        bind(scope, d.name.text, { kind: 'model', declaration: d, scope });
      break;
    case 'paradigm':
      if (!taken(scope, d.name.text, d.name.span, ctx)) bind(scope, d.name.text, paradigmFunction(d, scope));
      break;
    case 'import': {
      const from = imported(d.from.path);
      if (!from) {
        const { path, span } = d.from;
        const whole = /\.learn$/.test(path) ? undefined : `${path}.learn`;
        ctx.shared.diagnostics.push(diagnose('L0204', span, { name: path, what: 'there is no file', similar: whole }));
        for (const n of d.names) bind(scope, (n.as ?? n.name).text, poison);
        break;
      }
      for (const n of d.names) {
        const own = (n.as ?? n.name).text;
        if (taken(scope, own, n.name.span, ctx)) continue;
        const entry = from.names.get(n.name.text);
        if (entry) scope.names.set(own, entry);
        else {
          ctx.shared.diagnostics.push(
            diagnose('L0204', n.name.span, {
              name: n.name.text,
              what: `${d.from.path} does not declare`,
              similar: similar(n.name.text, from.names.keys()),
            }),
          );
          bind(scope, own, poison);
        }
      }
      break;
    }
    default:
      break;
  }
};

/** Declares all names of a module in the context's scope. */
export const declareAll = (module: Module, ctx: Context, imported: (path: string) => Scope | undefined): void => {
  for (const d of module.declarations) declare(d, ctx, imported);
};
