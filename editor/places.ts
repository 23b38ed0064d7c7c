/** Finding things by place: the name under the cursor, the smallest expression around it, the token before it. */
import type { Span } from '../grammar/span.ts';
import type { Definition, Occurrence } from '../compiler/names/definition.ts';
import type { Printed } from '../compiler/spaces/printed.ts';
import type { View } from './view.ts';

/** The cursor right behind a name is still on it. */
const holds = (span: Span, offset: number): boolean => span.start <= offset && offset <= span.end;

export const occurrenceAt = ({ names }: View, offset: number): Occurrence | undefined => {
  const here = names.occurrences.filter((o) => holds(o.span, offset));
  return here.find((o) => offset < o.span.end) ?? here[0];
};

const size = (span: Span): number => span.end - span.start;

/** The smallest of the items around a place; what ends right there counts only when nothing else does. */
export const smallestAt = <T extends { readonly span: Span }>(items: readonly T[], offset: number): T | undefined => {
  const inside = items.filter(({ span }) => span.start <= offset && offset < span.end);
  const around = inside.length > 0 ? inside : items.filter(({ span }) => holds(span, offset));
  return around.reduce<T | undefined>(
    (best, item) => (!best || size(item.span) < size(best.span) ? item : best),
    undefined,
  );
};

/** What the expression that is written exactly there is. */
export const spaceOfSpan = ({ spaces }: View, { start, end }: Span): Printed | undefined =>
  spaces.find((s) => s.span.start === start && s.span.end === end);

/** What has this definition is what it is given, or the first of its uses of which something is known. */
export const spaceOfDefinition = (view: View, definition: Definition): Printed | undefined => {
  const given = definition.value && spaceOfSpan(view, definition.value);
  if (given !== undefined) return given;
  for (const o of view.names.occurrences) {
    if (!o.definitions.includes(definition)) continue;
    const space = spaceOfSpan(view, o.span);
    if (space !== undefined) return space;
  }
  return undefined;
};

/** Definitions that can be seen from a place, the innermost of each name. */
export const visibleAt = ({ names }: View, offset: number): Definition[] => {
  const seen = new Map<string, Definition>();
  for (const d of names.definitions) {
    if (offset < d.visible.start || offset > d.visible.end) continue;
    const other = seen.get(d.name);
    if (!other || size(d.visible) <= size(other.visible)) seen.set(d.name, d);
  }
  return [...seen.values()];
};

/** What is being typed before the cursor. */
export const wordBefore = (text: string, offset: number): string =>
  /[\p{L}_][\p{L}\p{M}\p{Nd}\p{Pc}]*['′]*$/u.exec(text.slice(Math.max(0, offset - 200), offset))?.[0] ?? '';

export const textOf = (view: View, file: string): string =>
  file === view.file ? view.text : (view.around.sources.get(file) ?? '');
