/**
 * Functions are checked where they are used. One that nobody uses is run here on placeholders of its annotated spaces; free dimensions
 * are different primes, so that nothing fits by accident. Where an annotation is missing or says too little, nothing is done.
 */
import type { Declaration, DefDeclaration, ModelDeclaration } from '../../grammar/tree/declarations.ts';
import type { Expr } from '../../grammar/tree/expressions.ts';
import type { SpaceExpr } from '../../grammar/tree/spaces.ts';
import type { Diagnostic } from '../../grammar/diagnostics.ts';
import * as ir from '../ir/build.ts';
import { nodes } from '../../grammar/walk.ts';
import { elementDType, storageShape } from '../spaces/space.ts';
import type { Space } from '../spaces/space.ts';
import { builtinSpaces } from '../spaces/names.ts';
import { boundDimension, resolveSpace } from './spaces/resolve.ts';
import { applyFunction, applyMember } from './functions/calls.ts';
import { bind, childScope, inScope, lookup, spanKey } from './context.ts';
import type { Context, Shared } from './context.ts';
import { closureOf, guarded } from './declarations.ts';
import { newStore } from './members/stores.ts';
import { inProblem, newProblem } from './problems/objectives.ts';
import { constantNumber, tensor } from './values/tensors.ts';
import type { Value } from './values/values.ts';

const primes = [11, 13, 17, 19, 23, 29, 31, 37, 41, 43];
/** Errors that do not hang on which numbers free dimensions happen to be. */
const certain = new Set(['L0201', 'L0301', 'L0303', 'L0304', 'L0308', 'L0309', 'L0310', 'L0311']);

/** The names that a header leaves open: each gets its own size; undefined where a space is open, too. */
const freeDimensions = (spaces: readonly SpaceExpr[], ctx: Context): readonly string[] | undefined => {
  const names = new Set<string>();
  for (const n of nodes(spaces)) {
    if (n.kind === 'function' || n.kind === 'data') return undefined;
    if (n.kind === 'named') {
      const name = (n.name as { text: string }).text;
      if (!builtinSpaces.has(name) && lookup(ctx.scope, name)?.kind !== 'space') return undefined;
    }
    if (n.kind === 'name' && typeof n.name === 'string' && boundDimension(n.name, ctx) === undefined) names.add(n.name);
  }
  return names.size <= primes.length ? [...names] : undefined;
};

const placeholder = (space: Space): Value | undefined => {
  switch (space.kind) {
    case 'tensor':
      return tensor(ir.input('placeholder', elementDType(space.element), storageShape(space)), [], space);
    case 'tuple': {
      const items = space.items.map(placeholder);
      return items.every((v) => v !== undefined) ? { kind: 'tuple', items } : undefined;
    }
    case 'record': {
      const fields = [...space.fields].map(([name, s]) => [name, placeholder(s)] as const);
      return fields.every(([, v]) => v !== undefined)
        ? { kind: 'record', fields: new Map(fields as [string, Value][]) }
        : undefined;
    }
    default:
      return undefined;
  }
};

/** Static parameters stand for numbers here: one that is called, or has members, is something else. */
const areNumbers = (names: ReadonlySet<string>, body: Expr): boolean => {
  for (const n of nodes(body)) {
    const head =
      n.kind === 'call' ? n.callee : n.kind === 'member' ? n.model : n.kind === 'index' ? n.object : undefined;
    if (head !== undefined && nodes(head).some((x) => x.kind === 'name' && names.has(String(x.name)))) return false;
  }
  return true;
};

type Callable = DefDeclaration | ModelDeclaration;

/** Runs it once. `known.sizes`: no size had to be made up. */
const check = (d: Callable, ctx: Context, known: { sizes: boolean }): void => {
  const params = d.params ?? [];
  const needed = params.filter((p) => !p.default);
  const spaces = needed.map((p) => p.space);
  const open = d.statics.filter((s) => !s.default);
  if (spaces.some((s) => s === undefined) || open.some((s) => s.space)) return;
  if (!areNumbers(new Set(open.map((s) => s.name.text)), d.body)) return;
  const scope = childScope(ctx.scope);
  const sizes = [...primes];
  const statics = new Map(open.map((s) => [s.name.text, constantNumber(sizes.shift() ?? 47)] as const));
  for (const [name, value] of statics) bind(scope, name, value);
  const free = freeDimensions(spaces as SpaceExpr[], inScope(ctx, scope));
  if (!free) return;
  for (const name of free) bind(scope, name, constantNumber(sizes.shift() ?? 53));
  const values = (spaces as SpaceExpr[]).map((s) => placeholder(resolveSpace(s, inScope(ctx, scope))));
  if (!values.every((v) => v !== undefined)) return;
  known.sizes = open.length === 0 && free.length === 0;
  const given = values.map((value, i) => ({ value, name: undefined, span: needed[i].span }));
  const inner: Context = { ...inProblem(ctx, newProblem('train')), member: newStore(d.name.text) };
  if (d.kind === 'model')
    applyMember(
      {
        kind: 'member',
        model: { kind: 'model', declaration: d, scope: ctx.scope, statics },
        store: newStore(d.name.text),
      },
      given,
      inner,
      d.body.span,
    );
  else
    applyFunction(
      { kind: 'function', name: d.name.text, overloads: [closureOf(d, ctx.scope)], boundNamed: statics },
      given,
      inner,
      d.body.span,
    );
};

/** What a trial makes is thrown away. */
const trial = (shared: Shared): Shared => ({
  ...shared,
  diagnostics: [],
  variables: new Map(shared.variables),
  data: new Map(),
  stages: [],
  shows: [],
  critics: new Map(),
  snapshots: new Map(),
  inputs: new Map(shared.inputs),
  counters: { ...shared.counters },
});

const isCallable = (d: Declaration): d is Callable =>
  d.kind === 'model' || (d.kind === 'def' && (d.params !== undefined || d.statics.length > 0));

/** The errors of functions and models that were declared and never run. */
export const checkUnused = (declarations: readonly Declaration[], ctx: Context): Diagnostic[] =>
  declarations.filter(isCallable).flatMap((d) => {
    if (ctx.shared.seen.has(spanKey(d.body.span))) return [];
    const known = ctx.shared.diagnostics.some(
      ({ span }) => span?.file === d.span.file && d.span.start <= span.start && span.start < d.span.end,
    );
    if (known || (d.body.kind === 'name' && d.body.name === 'intrinsic')) return [];
    const shared = trial(ctx.shared);
    const at: Context = { ...ctx, shared };
    const sizes = { sizes: false };
    guarded(at, undefined, () => check(d, at, sizes));
    return shared.diagnostics.filter((x) => certain.has(x.code) || (sizes.sizes && x.severity === 'error'));
  });
