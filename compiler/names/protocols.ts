/** Names in the body of a paradigm: loops bind, `x = ...` and `buffer B[...]` are seen from there on. */
import type { ProtocolStatement } from '../../grammar/tree/protocols.ts';
import { childOf, define } from './collector.ts';
import type { Collector, Scope } from './collector.ts';
import { walkBinders, walkExpr, walkStatement } from './expressions.ts';

const walkStep = (s: ProtocolStatement, scope: Scope, c: Collector): void => {
  switch (s.kind) {
    case 'assign':
    case 'error':
      return walkStatement(s, scope, c);
    case 'for': {
      const inner = childOf(scope, s.span);
      walkBinders(s.binders, inner, c);
      for (const e of s.conditions) walkExpr(e, inner, c);
      return walkProtocol(s.body, inner, c);
    }
    case 'if-protocol':
      walkExpr(s.condition, scope, c);
      walkProtocol(s.then, childOf(scope, s.span), c);
      return walkProtocol(s.else, childOf(scope, s.span), c);
    case 'train':
      walkExpr(s.data, scope, c);
      if (s.duration) walkExpr(s.duration.count, scope, c);
      return;
    case 'eval':
      walkExpr(s.data, scope, c);
      if (s.as && s.as.kind !== 'name') walkExpr(s.as, scope, c);
      return;
    case 'repeat':
      return walkProtocol(s.body, childOf(scope, s.span), c);
    case 'every':
      walkExpr(s.duration.count, scope, c);
      return walkProtocol(s.body, childOf(scope, s.span), c);
    case 'buffer':
      walkExpr(s.capacity, scope, c);
      return void define(s.name.text, 'buffer', s.name.span, scope, c, { whole: s.span, from: s.span.start });
    case 'collect':
      for (const e of [s.count, s.from, s.into]) walkExpr(e, scope, c);
      return;
    case 'restart':
      return;
  }
};

export const walkProtocol = (body: readonly ProtocolStatement[], scope: Scope, c: Collector): void => {
  for (const s of body) walkStep(s, scope, c);
};
