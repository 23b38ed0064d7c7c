/** Columns and fields: what may stand behind `r.`, from the printed space of `r`. */
import { compile } from '../compiler/compile.ts';
import type { Host } from '../compiler/host.ts';
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
  return space === undefined ? [] : fieldsOf(space);
};

/**
 * While a field is being typed the line does not compile: without the dot it does, and says what the object is.
 */
export const fieldsAt = async (view: View, dot: number, offset: number, host: Host): Promise<Field[]> => {
  const quick = known(view, dot);
  if (quick.length > 0) return quick;
  const text = view.text.slice(0, dot) + view.text.slice(offset);
  const { spaces } = await compile(view.file, text, host, { seed: 1 });
  const here = spaces.filter((s) => s.span.file === view.file);
  return known({ ...read(view.file, text, view.around), spaces: here }, dot);
};
