/** Names in spaces: spaces, and dimensions. In a header (`binds`) a name that nobody defines is a dimension or space to be inferred. */
import type { Name } from '../../grammar/tree/node.ts';
import type { SpaceArgument, SpaceExpr } from '../../grammar/tree/spaces.ts';
import { define, isKnown, use } from './collector.ts';
import type { Collector, Scope } from './collector.ts';

/** `inferred`: may it stand for what the value has? */
const mention = (name: Name, inferred: boolean, scope: Scope, c: Collector, kind?: 'space'): void => {
  if (inferred && !isKnown(name.text, scope, c))
    define(name.text, 'dimension', name.span, scope, c, { whole: name.span });
  else use(name.text, name.span, scope, c, kind);
};

/** A single capital stands for any space; a whole word that nobody defines is a slip. */
const isFreeSpace = (name: string): boolean => /^\p{Lu}['′\d]*$/u.test(name);

const walkArgument = (a: SpaceArgument, scope: Scope, c: Collector, binds: boolean): void => {
  if (a.kind === 'space') return walkSpace(a.space, scope, c, binds);
  if (a.value.kind === 'name') mention({ text: a.value.name, span: a.value.span }, binds, scope, c);
  else c.walk(a.value, scope, c);
};

export const walkSpace = (s: SpaceExpr, scope: Scope, c: Collector, binds = false): void => {
  switch (s.kind) {
    case 'named':
      mention(s.name, binds && isFreeSpace(s.name.text), scope, c, 'space');
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
