/** Names in spaces: spaces, and dimensions. In a header (`binds`) a name that nobody defines is a dimension or space to be inferred. */
import { builtinKinds, builtinSpaces } from '../../compiler/elaborate/annotations.ts';
import type { Name, SpaceArgument, SpaceExpr } from '../../grammar/tree.ts';
import { define, resolve, use } from './collector.ts';
import type { Collector, Scope } from './collector.ts';

export const isBuiltinSpace = (name: string): boolean => builtinSpaces.has(name) || builtinKinds.has(name);

const mention = (name: Name, scope: Scope, c: Collector, binds: boolean): void => {
  const known = resolve(name.text, scope, c).length > 0;
  if (known) use(name.text, name.span, scope, c);
  else if (binds && !isBuiltinSpace(name.text))
    define(name.text, 'dimension', name.span, scope, c, { whole: name.span });
  else use(name.text, name.span, scope, c);
};

const walkArgument = (a: SpaceArgument, scope: Scope, c: Collector, binds: boolean): void => {
  if (a.kind === 'space') return walkSpace(a.space, scope, c, binds);
  if (a.value.kind === 'name') mention({ text: a.value.name, span: a.value.span }, scope, c, binds);
  else c.walk(a.value, scope, c);
};

export const walkSpace = (s: SpaceExpr, scope: Scope, c: Collector, binds = false): void => {
  switch (s.kind) {
    case 'named':
      mention(s.name, scope, c, binds);
      for (const a of s.groups.flat()) walkArgument(a, scope, c, binds);
      return;
    case 'tuple':
      for (const item of s.items) walkSpace(item, scope, c, binds);
      return;
    case 'record':
      for (const f of s.fields) walkSpace(f.space, scope, c, binds);
      return;
    case 'function':
      walkSpace(s.from, scope, c, binds);
      return walkSpace(s.to, scope, c, binds);
    case 'data':
      return walkSpace(s.element, scope, c, binds);
    case 'array':
      walkSpace(s.element, scope, c, binds);
      for (const d of s.dims) walkArgument({ kind: 'dimension', value: d }, scope, c, binds);
      return;
  }
};
