/** Names in expressions, binders and statements. Each construct says which names it binds, and where they can be seen. */
import type { Argument, CallExpr, Expr, IndexItem } from '../../grammar/tree/expressions.ts';
import type { Binder, Parameter, StaticParameter } from '../../grammar/tree/patterns.ts';
import type { SpaceExpr } from '../../grammar/tree/spaces.ts';
import type { Statement } from '../../grammar/tree/statements.ts';
import { patternNames } from '../../grammar/walk.ts';
import { childOf, define, definePattern, isKnown, once, resolve, use } from './collector.ts';
import type { Collector, Scope } from './collector.ts';
import type { Definition } from './definition.ts';
import { walkProblem } from './problems.ts';
import { walkSpace } from './spaces.ts';

const spacesIn =
  (scope: Scope, c: Collector) =>
  (space: SpaceExpr): void =>
    walkSpace(space, scope, c);

/** Later binders see the names of earlier ones. */
export const walkBinders = (binders: readonly Binder[], scope: Scope, c: Collector): void => {
  for (const b of binders) {
    walkExpr(b.source, scope, c);
    for (const t of b.targets) definePattern(t, 'variable', scope, c, { whole: b.span }, spacesIn(scope, c));
  }
};

export const walkParameters = (params: readonly Parameter[], scope: Scope, c: Collector): Map<string, Definition> => {
  once(
    params.flatMap(({ pattern }) => patternNames(pattern).map((text) => ({ text, span: pattern.span }))),
    c,
  );
  const found = new Map<string, Definition>();
  for (const p of params) {
    const spaces = (space: SpaceExpr): void => walkSpace(space, scope, c, true);
    if (p.space) spaces(p.space);
    if (p.default) walkExpr(p.default, scope, c);
    definePattern(p.pattern, 'parameter', scope, c, { whole: p.span, parameter: p }, spaces);
    if (p.pattern.kind === 'name') {
      const definition = scope.names.get(p.pattern.name)?.[0];
      if (definition) found.set(p.pattern.name, definition);
    }
  }
  return found;
};

export const walkStatics = (
  statics: readonly StaticParameter[],
  scope: Scope,
  c: Collector,
): Map<string, Definition> => {
  once(
    statics.map((s) => s.name),
    c,
  );
  const found = new Map<string, Definition>();
  for (const s of statics) {
    if (s.space) walkSpace(s.space, scope, c, true);
    if (s.default) walkExpr(s.default, scope, c);
    const details = { whole: s.span, parameter: s };
    found.set(s.name.text, define(s.name.text, 'static parameter', s.name.span, scope, c, details));
  }
  return found;
};

const calleeOf = (e: Expr, scope: Scope, c: Collector): readonly Definition[] => {
  if (e.kind === 'index') return calleeOf(e.object, scope, c);
  return e.kind === 'name' ? resolve(e.name, scope, c) : [];
};

const walkArguments = (args: readonly Argument[], callee: readonly Definition[], scope: Scope, c: Collector): void => {
  for (const a of args) {
    if (a.name) c.named.push({ name: a.name.text, span: a.name.span, callee });
    walkExpr(a.value, scope, c);
  }
};

const walkCall = (e: CallExpr, scope: Scope, c: Collector): void => {
  walkExpr(e.callee, scope, c);
  const callee = calleeOf(e.callee, scope, c);
  walkArguments(e.args, callee, scope, c);
  walkArguments(e.given, callee, scope, c);
};

const walkItem = (item: IndexItem, object: Expr, scope: Scope, c: Collector): void => {
  if (item.kind === 'slice') {
    if (item.from) walkExpr(item.from, scope, c);
    if (item.to) walkExpr(item.to, scope, c);
    return;
  }
  if (item.kind === 'named')
    c.named.push({ name: item.name.text, span: item.name.span, callee: calleeOf(object, scope, c) });
  walkExpr(item.value, scope, c);
};

/** A name is seen from its statement on. */
export const walkStatement = (s: Statement, scope: Scope, c: Collector): void => {
  const after = { whole: s.span, from: s.span.end };
  switch (s.kind) {
    case 'assign':
      walkExpr(s.value, scope, c);
      return definePattern(s.pattern, 'variable', scope, c, { ...after, value: s.value.span }, spacesIn(scope, c));
    case 'draw':
      walkExpr(s.distribution, scope, c);
      return definePattern(s.pattern, 'variable', scope, c, after, spacesIn(scope, c));
    case 'param':
      walkSpace(s.space, scope, c);
      if (s.init) walkExpr(s.init.value, scope, c);
      return void define(s.name.text, 'trained parameter', s.name.span, scope, c, after);
    case 'member':
      walkExpr(s.model, scope, c);
      return void define(s.name.text, 'member', s.name.span, scope, c, after);
    case 'local-def': {
      const inner = childOf(scope, s.span);
      define(s.name.text, 'function', s.name.span, scope, c, { ...after, from: s.span.start });
      walkParameters(s.params, inner, c);
      return walkExpr(s.body, inner, c);
    }
    case 'expr':
      return walkExpr(s.value, scope, c);
    case 'error':
      return;
  }
};

const all = (items: readonly (Expr | undefined)[], scope: Scope, c: Collector): void => {
  for (const e of items) if (e) walkExpr(e, scope, c);
};

/** An option may be a word of the language: `by = score`. */
const isWord = (option: Expr, scope: Scope, c: Collector): boolean =>
  option.kind === 'name' && !isKnown(option.name, scope, c);

export const walkExpr = (e: Expr, scope: Scope, c: Collector): void => {
  switch (e.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'error':
      return;
    case 'name':
      return use(e.name, e.span, scope, c);
    case 'tuple':
    case 'array':
      return all(e.items, scope, c);
    case 'record':
      once(
        e.fields.map((f) => f.name),
        c,
      );
      return all(
        e.fields.map((f) => f.value),
        scope,
        c,
      );
    case 'comprehension': {
      const inner = childOf(scope, e.span);
      walkBinders(e.binders, inner, c);
      return all([...e.conditions, e.body], inner, c);
    }
    case 'call':
      return walkCall(e, scope, c);
    case 'index':
      walkExpr(e.object, scope, c);
      for (const item of e.items) walkItem(item, e.object, scope, c);
      return;
    case 'field':
      return walkExpr(e.object, scope, c);
    case 'unary':
      return walkExpr(e.operand, scope, c);
    case 'binary':
      return all([e.left, e.right], scope, c);
    case 'big': {
      const inner = childOf(scope, e.span);
      all(e.targets, scope, c);
      walkBinders(e.binders, inner, c);
      return all(
        [...e.conditions, ...e.options.map((o) => o.value).filter((v) => !isWord(v, inner, c)), e.body],
        inner,
        c,
      );
    }
    case 'if':
      return all([e.condition, e.then, e.else], scope, c);
    case 'lambda': {
      const inner = childOf(scope, e.span);
      walkParameters(e.params, inner, c);
      return walkExpr(e.body, inner, c);
    }
    case 'block': {
      const inner = childOf(scope, e.span);
      for (const s of e.statements) walkStatement(s, inner, c);
      return;
    }
    case 'density':
      return walkExpr(e.call, scope, c);
    case 'at':
      return all([e.object, e.amount], scope, c);
    case 'fold': {
      walkExpr(e.init, scope, c);
      const inner = childOf(scope, e.span);
      walkBinders(e.binders, inner, c);
      definePattern(e.state, 'variable', inner, c, { whole: e.state.span }, spacesIn(inner, c));
      return walkExpr(e.body, inner, c);
    }
    case 'dist':
      return walkExpr(e.body, scope, c);
    case 'problem':
      return void walkProblem(e, scope, c);
    case 'space':
      return walkSpace(e.space, scope, c);
  }
};
