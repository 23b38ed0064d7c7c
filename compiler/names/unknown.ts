/**
 * Names that nobody declared, wherever they are written: also in functions, models and paradigms that nothing uses; and names that stand
 * twice in one list. The walk is that of the language service.
 */
import type { Diagnostic } from '../../grammar/diagnostics.ts';
import type { Module } from '../../grammar/tree/declarations.ts';
import type { CallExpr } from '../../grammar/tree/expressions.ts';
import { nodes } from '../../grammar/walk.ts';
import { builtinSpaces } from '../spaces/names.ts';
import { diagnose } from '../messages.ts';
import { similar } from '../../grammar/similar.ts';
import type { Listener, Scope } from './collector.ts';
import type { Definition } from './definition.ts';
import { namesOf } from './file.ts';

const visible = function* (scope: Scope, library: Iterable<string>): Generator<string> {
  for (let s: Scope | undefined = scope; s; s = s.parent) yield* s.names.keys();
  yield* library;
};

/** `E(f(x) - y)`: what it does not bind is not known inside. */
const isBareOperator = (n: object): boolean => {
  const { kind, callee } = n as Partial<CallExpr>;
  return kind === 'call' && callee?.kind === 'name' && ['E', 'P'].includes(callee.name);
};

const nothing = { file: '', start: 0, end: 0 };

/** `library`: the names that need no import. */
export const unknownNames = (module: Module, text: string, library: ReadonlySet<string>): Diagnostic[] => {
  const found: Diagnostic[] = [];
  const listener: Listener = {
    unknown: ({ text: name, span }, scope, kind) => {
      const near = kind === 'space' ? [...builtinSpaces.keys(), ...visible(scope, library)] : visible(scope, library);
      found.push(diagnose('L0201', span, { name, kind, similar: similar(name, near) }));
    },
    twice: ({ text: name, span }) => void found.push(diagnose('L0202', span, { name })),
  };
  // Where in the library does not matter here.
  const there = (name: string): Definition[] => [
    { name, kind: 'value', span: nothing, whole: nothing, visible: nothing },
  ];
  const outside = { library: (name: string) => (library.has(name) ? there(name) : []), imported: () => [] };
  namesOf(module, text, outside, [], listener);
  const unknownAt = new Set(found.map((d) => d.span?.start));
  const bare = ([...nodes(module)].filter(isBareOperator) as unknown as CallExpr[]).filter((c) =>
    unknownAt.has(c.callee.span.start),
  );
  return found.filter(
    ({ span }) => !bare.some((c) => span && c.callee.span.end <= span.start && span.end <= c.span.end),
  );
};
