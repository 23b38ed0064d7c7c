/** The spaces of declarations, at their names: as they were annotated, with the names of aliases kept, otherwise as they came out. */
import type { Span } from '../../grammar/span.ts';
import type { Module } from '../../grammar/tree/declarations.ts';
import type { Pattern } from '../../grammar/tree/patterns.ts';
import type { SpaceExpr } from '../../grammar/tree/spaces.ts';
import { mapOf, written } from '../../grammar/written.ts';
import type { Printed, PrintedAt } from '../spaces/printed.ts';
import type { Scope } from './context.ts';
import type { Value } from './values/values.ts';

const namesIn = (p: Pattern): { readonly name: string; readonly span: Span }[] =>
  p.kind === 'name'
    ? [{ name: p.name, span: { ...p.span, end: p.span.start + p.name.length } }]
    : p.kind === 'wildcard'
      ? []
      : p.items.flatMap(namesIn);

export const declaredSpaces = (
  module: Module,
  text: string,
  scope: Scope,
  print: (v: Value) => Printed,
): readonly PrintedAt[] => {
  const found = (name: string): Value | undefined => {
    const entry = scope.names.get(name);
    return entry && 'value' in entry && entry.value.kind !== 'poison' ? entry.value : undefined;
  };
  const named = (name: string, span: Span, space?: SpaceExpr): PrintedAt[] => {
    const value = found(name);
    if (!value) return [];
    return [{ span, ...(space ? { space: written(space.span, text) } : print(value)) }];
  };
  return module.declarations.flatMap((d): readonly PrintedAt[] => {
    switch (d.kind) {
      case 'let':
        return namesIn(d.pattern).flatMap(({ name, span }) => named(name, span, d.space));
      case 'data':
        return named(d.name.text, d.name.span, d.space);
      case 'space-declaration':
        return found(d.name.text) ? [{ span: d.name.span, space: written(d.space.span, text) }] : [];
      case 'def':
      case 'model': {
        const space = mapOf(d, text);
        return space === undefined ? [] : [{ span: d.name.span, space }];
      }
      default:
        return [];
    }
  });
};
