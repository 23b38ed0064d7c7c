/**
 * Names that nobody declared, wherever they are written: also in functions, models and paradigms that nothing uses. Scopes are those
 * of the language (a binder, a parameter, a statement is seen from there on); in a header a lower-case name is a free dimension.
 */
import type { Diagnostic } from '../../grammar/diagnostics.ts';
import type {
  Argument,
  Binder,
  Declaration,
  Expr,
  IndexItem,
  Module,
  Parameter,
  Pattern,
  ProblemExpr,
  ProtocolStatement,
  Span,
  SpaceExpr,
  Statement,
} from '../../grammar/tree.ts';
import { builtinKinds, builtinSpaces } from '../elaborate/annotations.ts';
import { declaredNames, freeNames, patternNames } from '../explain/walk.ts';
import { diagnose, similar } from '../messages.ts';

interface Scope {
  readonly names: Set<string>;
  readonly parent?: Scope;
}

interface Pass {
  readonly found: Diagnostic[];
  /** Names of the library. */
  readonly outside: (name: string) => boolean;
  readonly candidates: () => Iterable<string>;
}

/** What the language itself supplies, or a problem does. */
const supplied = new Set(['missing', 'D_tr', 'D_eval', 'intrinsic']);

const inside = (parent: Scope): Scope => ({ names: new Set(), parent });
const isSpace = (name: string): boolean => builtinSpaces.has(name) || builtinKinds.has(name);

const sees = (name: string, scope: Scope, { outside }: Pass): boolean => {
  for (let s: Scope | undefined = scope; s; s = s.parent) if (s.names.has(name)) return true;
  return supplied.has(name) || isSpace(name) || outside(name);
};

const visible = function* (scope: Scope, { candidates }: Pass): Generator<string> {
  for (let s: Scope | undefined = scope; s; s = s.parent) yield* s.names;
  yield* candidates();
};

const use = (name: string, span: Span, scope: Scope, pass: Pass, kind?: string): void => {
  if (sees(name, scope, pass)) return;
  const near = similar(
    name,
    kind === 'space' ? [...builtinSpaces.keys(), ...visible(scope, pass)] : visible(scope, pass),
  );
  pass.found.push(diagnose('L0201', span, { name, kind, similar: near }));
};

const bind = (p: Pattern, scope: Scope, pass: Pass, header = false): void => {
  if (p.kind === 'name') {
    if (p.space) inSpace(p.space, scope, pass, header);
    scope.names.add(p.name);
  } else if (p.kind !== 'wildcard') for (const item of p.items) bind(item, scope, pass, header);
};

/** The same name twice in one list of them. */
const once = (names: readonly { readonly text: string; readonly span: Span }[], pass: Pass): void => {
  const seen = new Set<string>();
  for (const { text, span } of names) {
    if (seen.has(text)) pass.found.push(diagnose('L0202', span, { name: text }));
    seen.add(text);
  }
};

// ---------------------------------------------------------------- spaces

/** With `header`, a name that is not known stands for what the value has: a dimension, a space. */
const inSpace = (s: SpaceExpr, scope: Scope, pass: Pass, header: boolean): void => {
  switch (s.kind) {
    case 'named':
      if (header && !sees(s.name.text, scope, pass)) {
        // A single capital stands for any space; a whole word is a slip.
        if (/^\p{Lu}['′\d]*$/u.test(s.name.text)) scope.names.add(s.name.text);
        else use(s.name.text, s.name.span, scope, pass, 'space');
      } else use(s.name.text, s.name.span, scope, pass, 'space');
      for (const a of s.groups.flat())
        if (a.kind === 'space') inSpace(a.space, scope, pass, header);
        else inDimension(a.value, scope, pass, header);
      return;
    case 'tuple':
      for (const x of s.items) inSpace(x, scope, pass, header);
      return;
    case 'record':
      for (const f of s.fields) inSpace(f.space, scope, pass, header);
      return;
    case 'function':
      inSpace(s.from, scope, pass, header);
      return inSpace(s.to, scope, pass, header);
    case 'data':
      return inSpace(s.element, scope, pass, header);
    case 'array':
      inSpace(s.element, scope, pass, header);
      for (const d of s.dims) inDimension(d, scope, pass, header);
      return;
  }
};

const inDimension = (e: Expr, scope: Scope, pass: Pass, header: boolean): void => {
  if (header && e.kind === 'name') scope.names.add(e.name);
  else inExpr(e, scope, pass);
};

const inParameters = (params: readonly Parameter[], scope: Scope, pass: Pass): void => {
  once(
    params.flatMap((p) => patternNames(p.pattern).map((text) => ({ text, span: p.pattern.span }))),
    pass,
  );
  for (const p of params) {
    if (p.space) inSpace(p.space, scope, pass, true);
    if (p.default) inExpr(p.default, scope, pass);
    bind(p.pattern, scope, pass, true);
  }
};

// ---------------------------------------------------------------- expressions

const inBinders = (binders: readonly Binder[], scope: Scope, pass: Pass): void => {
  for (const b of binders) {
    inExpr(b.source, scope, pass);
    for (const t of b.targets) bind(t, scope, pass);
  }
};

const inArguments = (args: readonly Argument[], scope: Scope, pass: Pass): void => {
  for (const a of args) inExpr(a.value, scope, pass);
};

const inItem = (item: IndexItem, scope: Scope, pass: Pass): void => {
  const parts = item.kind === 'slice' ? [item.from, item.to] : [item.value];
  for (const e of parts) if (e) inExpr(e, scope, pass);
};

const inStatement = (s: Statement, scope: Scope, pass: Pass): void => {
  switch (s.kind) {
    case 'assign':
      inExpr(s.value, scope, pass);
      return bind(s.pattern, scope, pass);
    case 'draw':
      inExpr(s.distribution, scope, pass);
      return bind(s.pattern, scope, pass);
    case 'param':
      inSpace(s.space, scope, pass, false);
      if (s.init) inExpr(s.init.value, scope, pass);
      return void scope.names.add(s.name.text);
    case 'member':
      inExpr(s.model, scope, pass);
      return void scope.names.add(s.name.text);
    case 'local-def': {
      scope.names.add(s.name.text);
      const own = inside(scope);
      inParameters(s.params, own, pass);
      return inExpr(s.body, own, pass);
    }
    case 'expr':
      return inExpr(s.value, scope, pass);
    case 'error':
      return;
  }
};

const all = (items: readonly (Expr | undefined)[], scope: Scope, pass: Pass): void => {
  for (const e of items) if (e) inExpr(e, scope, pass);
};

const inExpr = (e: Expr, scope: Scope, pass: Pass): void => {
  switch (e.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'error':
      return;
    case 'name':
      return use(e.name, e.span, scope, pass);
    case 'tuple':
    case 'array':
      return all(e.items, scope, pass);
    case 'record':
      once(
        e.fields.map((f) => f.name),
        pass,
      );
      return all(
        e.fields.map((f) => f.value),
        scope,
        pass,
      );
    case 'comprehension': {
      const own = inside(scope);
      inBinders(e.binders, own, pass);
      return all([...e.conditions, e.body], own, pass);
    }
    case 'call':
      inExpr(e.callee, scope, pass);
      inArguments(e.args, scope, pass);
      return inArguments(e.given, scope, pass);
    case 'index':
      inExpr(e.object, scope, pass);
      for (const item of e.items) inItem(item, scope, pass);
      return;
    case 'field':
      return inExpr(e.object, scope, pass);
    case 'unary':
      return inExpr(e.operand, scope, pass);
    case 'binary':
      return all([e.left, e.right], scope, pass);
    case 'big': {
      const own = inside(scope);
      all(e.targets, scope, pass);
      inBinders(e.binders, own, pass);
      // An option may be a word of the language: `by = score`.
      all(
        e.options.map((o) => o.value).filter((v) => v.kind !== 'name'),
        own,
        pass,
      );
      return all([...e.conditions, e.body], own, pass);
    }
    case 'if':
      return all([e.condition, e.then, e.else], scope, pass);
    case 'lambda': {
      const own = inside(scope);
      inParameters(e.params, own, pass);
      return inExpr(e.body, own, pass);
    }
    case 'block': {
      const own = inside(scope);
      for (const s of e.statements) inStatement(s, own, pass);
      return;
    }
    case 'density':
      return inExpr(e.call, scope, pass);
    case 'at':
      return all([e.object, e.amount], scope, pass);
    case 'fold': {
      inExpr(e.init, scope, pass);
      const own = inside(scope);
      inBinders(e.binders, own, pass);
      bind(e.state, own, pass);
      return inExpr(e.body, own, pass);
    }
    case 'dist':
      return inExpr(e.body, scope, pass);
    case 'problem':
      return void inProblem(e, scope, pass);
    case 'space':
      return inSpace(e.space, scope, pass, false);
  }
};

// ---------------------------------------------------------------- problems and protocols

const inProblem = (problem: ProblemExpr, outer: Scope, pass: Pass): Scope => {
  const scope = inside(outer);
  for (const p of problem.players) for (const o of p.over) if (o.name) scope.names.add(o.name.text);
  for (const p of problem.players) {
    all(
      p.over.flatMap((o) => [o.domain, o.from, o.tuning]),
      outer,
      pass,
    );
    const where = new Set(p.where.map((w) => w.name.text));
    // `over M` alone: its member takes the free name, and whether there is one is said elsewhere.
    if (p.over.some((o) => !o.name))
      for (const name of freeNames(p.objective, (n) => where.has(n) || sees(n, scope, pass))) scope.names.add(name);
  }
  for (const p of problem.players) {
    for (const w of p.where) {
      inExpr(w.value, scope, pass);
      scope.names.add(w.name.text);
    }
    all([p.objective, ...p.by, p.every], scope, pass);
  }
  for (const c of problem.conditions) {
    all([c.value, c.compare?.bound], scope, pass);
    if (c.as && c.as.kind !== 'name') inExpr(c.as, scope, pass);
  }
  const { on, by, duration, batch, seed, seeds } = problem;
  all([on, ...by, duration?.count, batch, seed, seeds], scope, pass);
  return scope;
};

const inProtocol = (body: readonly ProtocolStatement[], scope: Scope, pass: Pass): void => {
  for (const s of body)
    switch (s.kind) {
      case 'assign':
        inStatement(s, scope, pass);
        break;
      case 'for': {
        const own = inside(scope);
        inBinders(s.binders, own, pass);
        all(s.conditions, own, pass);
        inProtocol(s.body, own, pass);
        break;
      }
      case 'if-protocol':
        inExpr(s.condition, scope, pass);
        inProtocol(s.then, inside(scope), pass);
        inProtocol(s.else, inside(scope), pass);
        break;
      case 'train':
        all([s.data, s.duration?.count], scope, pass);
        break;
      case 'eval':
        inExpr(s.data, scope, pass);
        if (s.as && s.as.kind !== 'name') inExpr(s.as, scope, pass);
        break;
      case 'repeat':
        inProtocol(s.body, inside(scope), pass);
        break;
      case 'every':
        inExpr(s.duration.count, scope, pass);
        inProtocol(s.body, inside(scope), pass);
        break;
      case 'buffer':
        inExpr(s.capacity, scope, pass);
        scope.names.add(s.name.text);
        break;
      case 'collect':
        all([s.count, s.from, s.into], scope, pass);
        break;
      default:
        break;
    }
};

// ---------------------------------------------------------------- declarations

const inDeclaration = (d: Declaration, scope: Scope, shown: Scope, pass: Pass): void => {
  switch (d.kind) {
    case 'space-declaration':
      return inSpace(d.space, scope, pass, false);
    case 'data':
    case 'let':
      if (d.space) inSpace(d.space, inside(scope), pass, true);
      return inExpr(d.value, scope, pass);
    case 'def':
    case 'model': {
      const own = inside(scope);
      once([...d.statics.map((s) => s.name)], pass);
      for (const s of d.statics) {
        if (s.space) inSpace(s.space, own, pass, true);
        if (s.default) inExpr(s.default, own, pass);
        own.names.add(s.name.text);
      }
      inParameters(d.params ?? [], own, pass);
      if (d.result) inSpace(d.result.space, own, pass, true);
      return inExpr(d.body, own, pass);
    }
    case 'paradigm': {
      const own = inside(scope);
      inParameters(d.params, own, pass);
      return inProtocol(d.body, own, pass);
    }
    case 'problem-declaration':
      for (const name of inProblem(d.problem, scope, pass).names) shown.names.add(name);
      return;
    case 'show':
      return inExpr(d.value, shown, pass);
    default:
      return;
  }
};

/** Every name of the module that stands for nothing; `library`: the names that need no import. */
export const unknownNames = (module: Module, library: ReadonlySet<string>): Diagnostic[] => {
  const pass: Pass = { found: [], outside: (name) => library.has(name), candidates: () => library };
  const scope: Scope = { names: new Set(module.declarations.flatMap(declaredNames)) };
  const shown = inside(scope);
  for (const d of module.declarations) inDeclaration(d, scope, shown, pass);
  return pass.found;
};
