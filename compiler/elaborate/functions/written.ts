/** A function of the spec as it is written, with everything in it that the spec declares: equal texts compute the same. */
import type { Span } from '../../../grammar/span.ts';
import { mentioned } from '../../../grammar/walk.ts';
import { findEntry, lookup } from '../context.ts';
import type { Context, Scope } from '../context.ts';
import type { FunctionValue } from '../values/values.ts';

/** The stretches of the spec that it is made of, in an order that depends on nothing else. */
export type Written = readonly Span[];

/** Undefined where something has no text of its own: arguments that were given already, names of a block or of another file. */
export const writtenAs = (fn: FunctionValue, { shared }: Context): Written | undefined => {
  const { declared, file, library } = shared;
  if (fn.run || fn.bound || fn.boundNamed) return undefined;
  const parts: Span[] = [];
  const known = new Set<string>();
  const addNames = (tree: unknown, scope: Scope): boolean => mentioned(tree).every((name) => addName(name, scope));
  const addName = (name: string, scope: Scope): boolean => {
    const found = findEntry(scope, name);
    if (!found || found.scope === library || known.has(name)) return true;
    const all = declared.get(name);
    if (!all || found.scope.parent !== library) return false;
    known.add(name);
    // Computed now, whoever asks first: what is numbered while it is computed has the same numbers then.
    lookup(found.scope, name);
    return all.every((d) => {
      parts.push(d.span);
      return d.kind !== 'import' && addNames(d, found.scope);
    });
  };
  const whole = fn.overloads.every((o) => {
    if (o.span.file !== file || o.home?.member) return false;
    if (o.kind !== 'lambda') return addName(o.name, o.scope);
    parts.push(o.span);
    return addNames([o.params, o.body], o.scope);
  });
  return whole ? parts : undefined;
};
