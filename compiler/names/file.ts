/** The names of a file: its declarations first, since they may be used before they are written; then every body. */
import type {
  Declaration,
  DefDeclaration,
  ModelDeclaration,
  Module,
  ParadigmDeclaration,
} from '../../grammar/tree/declarations.ts';
import { childOf, define, definePattern } from './collector.ts';
import type { Collector, Listener, Scope } from './collector.ts';
import type { Definition, DefinitionKind, FileNames } from './definition.ts';
import { walkExpr, walkParameters, walkStatics } from './expressions.ts';
import { walkProblem } from './problems.ts';
import { walkProtocol } from './protocols.ts';
import { walkSpace } from './spaces.ts';

/** What comes from elsewhere: `library` by name, and what an `import` path declares. */
export interface Outside {
  readonly library: (name: string) => readonly Definition[];
  readonly imported: (path: string, name: string) => readonly Definition[];
}

const kinds: Partial<Record<Declaration['kind'], DefinitionKind>> = {
  'space-declaration': 'space',
  data: 'data',
  def: 'function',
  model: 'model',
  paradigm: 'paradigm',
  show: 'picture',
};

const declare = (d: Declaration, scope: Scope, c: Collector, { imported }: Outside): void => {
  const details = { whole: d.span, docs: 'docs' in d ? d.docs : undefined, declaration: d };
  switch (d.kind) {
    case 'let':
      // Annotations are walked with the value.
      return definePattern(d.pattern, 'value', scope, c, { ...details, value: d.value.span }, () => undefined);
    case 'import':
      for (const { name, as } of d.names) {
        const found = imported(d.from.path, name.text);
        c.occurrences.push({ name: name.text, span: name.span, role: 'use', definitions: found });
        if (as || found.length === 0) {
          const written = as ?? name;
          const made = { whole: d.span, docs: found[0]?.docs, declaration: found[0]?.declaration };
          define(written.text, 'import', written.span, scope, c, { ...made, silent: !as });
        } else scope.names.set(name.text, [...found]);
      }
      return;
    case 'space-declaration':
    case 'data':
    case 'def':
    case 'model':
    case 'paradigm':
      return void define(d.name.text, kinds[d.kind] ?? 'value', d.name.span, scope, c, {
        ...details,
        overload: d.kind === 'def',
        ...(d.kind === 'data' && { value: d.value.span }),
      });
    default:
      return;
  }
};

const walkHeader = (d: DefDeclaration | ModelDeclaration | ParadigmDeclaration, scope: Scope, c: Collector): Scope => {
  const inner = childOf(scope, d.span);
  const statics = d.kind === 'paradigm' ? new Map<string, Definition>() : walkStatics(d.statics, inner, c);
  const params = walkParameters(d.params ?? [], inner, c);
  c.parameters.set(d, new Map([...statics, ...params]));
  if (d.kind !== 'paradigm' && d.result) walkSpace(d.result.space, inner, c, true);
  return inner;
};

const walkDeclaration = (d: Declaration, scope: Scope, shown: Scope, c: Collector): void => {
  switch (d.kind) {
    case 'space-declaration':
      return walkSpace(d.space, scope, c);
    case 'data':
    case 'let': {
      if (d.space) walkSpace(d.space, childOf(scope, d.span), c, true);
      if (d.value.kind !== 'problem') return walkExpr(d.value, scope, c);
      const inside = walkProblem(d.value, scope, c);
      for (const name of ['D_tr', 'D_eval']) publish(name, inside, shown);
      return;
    }
    case 'def':
    case 'model':
      return walkExpr(d.body, walkHeader(d, scope, c), c);
    case 'paradigm':
      return walkProtocol(d.body, walkHeader(d, scope, c), c);
    case 'problem-declaration': {
      const inside = walkProblem(d.problem, scope, c);
      for (const name of inside.names.keys()) publish(name, inside, shown);
      return;
    }
    case 'show':
      define(d.name.text, 'picture', d.name.span, childOf(scope, d.span), c, {
        whole: d.span,
        docs: d.docs,
        declaration: d,
      });
      return walkExpr(d.value, shown, c);
    default:
      return;
  }
};

/** After a problem its members and its data can be looked at. */
const publish = (name: string, inside: Scope, shown: Scope): void => {
  const found = inside.names.get(name);
  if (found && !shown.names.has(name)) shown.names.set(name, found);
};

/** What a named argument means: the parameter of that name of whatever the function may be. */
const settleArguments = (c: Collector, outside: FileNames['parameters'][]): void => {
  for (const { name, span, callee } of c.named) {
    const found = callee.flatMap(({ declaration }) => {
      if (!declaration) return [];
      for (const known of [c.parameters, ...outside]) {
        const parameter = known.get(declaration)?.get(name);
        if (parameter) return [parameter];
      }
      return [];
    });
    c.occurrences.push({ name, span, role: 'use', definitions: found });
  }
};

export const namesOf = (
  module: Module,
  text: string,
  outside: Outside,
  parameters: FileNames['parameters'][] = [],
  listener?: Listener,
): FileNames => {
  const c: Collector = {
    ...{ text, definitions: [], occurrences: [], parameters: new Map(), named: [] },
    walk: walkExpr,
    outside: outside.library,
    listener,
  };
  const scope: Scope = { names: new Map(), span: module.span };
  for (const d of module.declarations) declare(d, scope, c, outside);
  const shown = childOf(scope, module.span);
  for (const d of module.declarations) walkDeclaration(d, scope, shown, c);
  settleArguments(c, parameters);
  const occurrences = c.occurrences.toSorted((a, b) => a.span.start - b.span.start);
  return { definitions: c.definitions, occurrences, declared: new Map(scope.names), parameters: c.parameters };
};
