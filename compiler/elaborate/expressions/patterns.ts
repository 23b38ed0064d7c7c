/** Patterns: `(x, y)`, `[a, b]`, `_` and names, bound to the parts of a value. */
import type { Span } from '../../../grammar/span.ts';
import type { Pattern } from '../../../grammar/tree/patterns.ts';
import { Failure } from '../../failure.ts';
import { isLibrary } from '../../host.ts';
import { fail } from '../../messages.ts';
import { matchAnnotation } from '../spaces/annotations.ts';
import { bind, noteSeen } from '../context.ts';
import type { Context, Scope } from '../context.ts';
import { describe } from '../values/describe.ts';
import { entryAt } from './indexing.ts';
import { shapeOf } from '../values/tensors.ts';
import type { Value } from '../values/values.ts';

export const bindPattern = (scope: Scope, pattern: Pattern, value: Value, ctx: Context, span: Span): void => {
  switch (pattern.kind) {
    case 'wildcard':
      return;
    case 'name': {
      const own = pattern.space
        ? matchAnnotation(pattern.space, value, { ...ctx, scope }, { name: pattern.name, span })
        : value;
      bind(scope, pattern.name, own);
      // For hover: also what nothing uses has a space.
      const at = { ...pattern.span, end: pattern.span.start + pattern.name.length };
      noteSeen(at, own, ctx);
      return;
    }
    case 'tuple':
    case 'array': {
      const parts = shownWith(pattern.span, span, ctx, () => split(value, pattern.items.length, span));
      pattern.items.forEach((item, i) => bindPattern(scope, item, parts[i], ctx, span));
    }
  }
};

/** What does not fit a pattern that is written elsewhere is shown with it. */
const shownWith = <T>(pattern: Span, span: Span, { shared }: Context, run: () => T): T => {
  try {
    return run();
  } catch (error) {
    const [from, to] = [Math.min(pattern.end, span.end), Math.max(pattern.start, span.start)];
    const apart = pattern.file !== span.file || (shared.sources.get(span.file) ?? '').slice(from, to).includes('\n');
    if (!(error instanceof Failure) || !apart || isLibrary(pattern)) throw error;
    const note = { message: 'the pattern', span: pattern };
    throw new Failure(error.diagnostics.map((d) => ({ ...d, notes: [...d.notes, note] })));
  }
};

/** The parts of a tuple, a record, a list or an array of `count`. */
export const split = (value: Value, count: number, span: Span): readonly Value[] => {
  if (value.kind === 'poison') return Array.from({ length: count }, () => value);
  if ((value.kind === 'tuple' || value.kind === 'list') && value.items.length === count) return value.items;
  if (value.kind === 'record' && value.fields.size === count) return [...value.fields.values()];
  if (value.kind === 'tensor' && shapeOf(value)[0] === count)
    return Array.from({ length: count }, (_, i) => entryAt(value, i, span));
  const fields = value.kind === 'record' ? [...value.fields.keys()] : [];
  return fail(
    'L0302',
    span,
    { expected: `${count} parts`, seen: describe(value), where: 'the pattern' },
    {
      help:
        fields.length > 0 ? `take all of them, \`_\` for what is not needed: \`(${fields.join(', ')})\`` : undefined,
    },
  );
};
