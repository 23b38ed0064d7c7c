/** Columns and fields: what may stand behind `r.`, from the printed space of `r`. */
import { compile } from '../compiler/compile.ts';
import type { Host } from '../compiler/host.ts';
import type { Span } from '../grammar/span.ts';
import type { Definition, DefinitionKind } from '../compiler/names/definition.ts';
import { occurrenceAt, spaceOfDefinition, spaceOfSpan } from './places.ts';
import { read } from './view.ts';
import type { View } from './view.ts';

export interface Field {
  readonly name: string;
  readonly space: string;
}

/** `(x: R[2], y: (a: R, b: R))` -> x, y. Brackets inside are skipped. */
export const fieldsOf = (space: string): Field[] => {
  const inner = /^\[?\((.*)\)\]?$/s.exec(space.trim())?.[1];
  if (inner === undefined) return [];
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < inner.length; i++) {
    if ('([{'.includes(inner[i])) depth++;
    else if (')]}'.includes(inner[i])) depth--;
    else if (inner[i] === ',' && depth === 0) {
      parts.push(inner.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(inner.slice(from));
  return parts.flatMap((part) => {
    const found = /^\s*([\p{L}_][^\s:]*)\s*:\s*(.*)$/su.exec(part);
    return found ? [{ name: found[1], space: found[2].trim() }] : [];
  });
};

/** What stands before the dot, and where the field's name begins; not in a number or a range. */
export const fieldPlace = (
  text: string,
  offset: number,
): { readonly dot: number; readonly from: number } | undefined => {
  const found = /(?<![.\d])\.([\p{L}_][\p{L}\p{Nd}_]*)?$/u.exec(text.slice(0, offset));
  if (!found || found.index === 0 || !/[\p{L}\p{Nd}_'′)\]]/u.test(text[found.index - 1])) return undefined;
  return { dot: found.index, from: found.index + 1 };
};

const known = (view: View, end: number): Field[] => {
  const exact = view.spaces.filter((s) => s.span.end === end).flatMap((s) => fieldsOf(s.space));
  if (exact.length > 0) return exact;
  const occurrence = occurrenceAt(view, end - 1);
  const definition = occurrence?.definitions[0];
  const space =
    occurrence && (spaceOfSpan(view, occurrence.span) ?? (definition && spaceOfDefinition(view, definition)));
  return space ? fieldsOf(space.space) : [];
};

/** Parameters of a member whose model stands in this file; members of a problem that has a name. */
const trained = (view: View, end: number): Field[] => {
  const { definitions, occurrences } = view.names;
  const found = occurrenceAt(view, end - 1)?.definitions[0];
  const within = (kind: DefinitionKind, { start, end: to }: Span): Definition[] =>
    definitions.filter((d) => d.kind === kind && d.span.start >= start && d.span.end <= to);
  const modelOf = (member: Definition): Definition | undefined =>
    occurrences
      .filter((o) => o.span.start >= member.whole.start && o.span.end <= member.whole.end)
      .flatMap((o) => o.definitions)
      .find((d) => d.kind === 'model');
  const model = found?.kind === 'member' ? modelOf(found) : undefined;
  if (model && model.span.file === view.file)
    return within('trained parameter', model.whole).map((p) => ({
      name: p.name,
      space: /:\s*([^=~]*)/.exec(view.text.slice(p.whole.start, p.whole.end))?.[1].trim() ?? '',
    }));
  if (!found?.value || found.kind !== 'value') return [];
  return within('member', found.value).map((m) => ({ name: m.name, space: modelOf(m)?.name ?? 'member' }));
};

const openers = '([{';
const closers = ')]}';

/** Where brackets that are open at a place were opened, the outermost first. */
const openAt = (text: string, from: number, to: number): number[] => {
  const stack: number[] = [];
  for (let i = from; i < to; i++)
    if (openers.includes(text[i])) stack.push(i);
    else if (closers.includes(text[i])) stack.pop();
  return stack;
};

/** From the line that begins at the margin to the one before the next of them. */
const statementAround = (text: string, offset: number): { readonly from: number; readonly to: number } => {
  const before = [...text.slice(0, offset).matchAll(/^(?=\S)/gm)].at(-1)?.index ?? 0;
  const next = text.slice(offset).search(/\n(?=\S)/);
  return { from: before, to: next < 0 ? text.length : offset + next };
};

/**
 * An element of a comprehension that is half written, brackets open: `[([r.a, r.| for r in D]`. What stands before the binder does not
 * matter for the space of `r`, so the element becomes `r` itself, at each bracket in turn.
 */
const simplified = (text: string, dot: number, offset: number): { text: string; dot: number }[] => {
  const { from, to } = statementAround(text, offset);
  const object = /[\p{L}_][\p{L}\p{Nd}_'′.]*(?:\[[^[\]]*\]|\([^()]*\))*$/u.exec(text.slice(from, dot))?.[0];
  const binder = text.slice(offset, to).search(/\bfor\b/);
  if (object === undefined || binder < 0) return [];
  const rest = text.slice(offset + binder, to).trimEnd();
  return openAt(text, from, dot)
    .filter((at) => text[at] === '[')
    .reverse()
    .map((at) => {
      const head = text.slice(from, at + 1) + object;
      const open = openAt(`${head} ${rest}`, 0, head.length + 1 + rest.length);
      const closed = open.reverse().map((i) => closers[openers.indexOf(`${head} ${rest}`[i])]);
      return {
        text: `${text.slice(0, from)}${head} ${rest}${closed.join('')}${text.slice(to)}`,
        dot: from + head.length,
      };
    });
};

/**
 * While a field is being typed the line does not compile: without the dot it does, and says what the object is; where brackets are still
 * open, without what surrounds it, too.
 */
export const fieldsAt = async (view: View, dot: number, offset: number, host: Host): Promise<Field[]> => {
  const quick = known(view, dot);
  if (quick.length > 0) return quick;
  const without = { text: view.text.slice(0, dot) + view.text.slice(offset), dot };
  const members = trained(read(view.file, without.text, view.around), dot);
  if (members.length > 0) return members;
  for (const tried of [without, ...simplified(view.text, dot, offset)]) {
    const { spaces } = await compile(view.file, tried.text, host, { seed: 1 });
    const here = spaces.filter((s) => s.span.file === view.file);
    const found = known({ ...read(view.file, tried.text, view.around), spaces: here }, tried.dot);
    if (found.length > 0) return found;
  }
  return [];
};
