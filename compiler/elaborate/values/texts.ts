/** A column of texts where numbers are meant: which of its entries makes it one, and what to write in the file. */
import type { TextColumn } from './values.ts';

const isNumber = (s: string): boolean => s.trim() !== '' && !Number.isNaN(Number(s));

/** Undefined where its texts are not known, or are texts most of them. */
export const aboutTextColumn = ({ values }: TextColumn): { readonly help: string } | undefined => {
  const there = values.filter((s) => s !== null);
  const odd = there.find((s) => !isNumber(s));
  if (odd === undefined) return undefined;
  const shown = `"${odd.length > 20 ? `${odd.slice(0, 20)}…` : odd}"`;
  if (there.every((s) => isNumber(s) || /^-?\d{1,3}(\.?\d{3})*,\d+$/.test(s)))
    return {
      help: `the column is read as text, since the decimal sign of ${shown} is a comma: write points in the file`,
    };
  const numbers = there.filter(isNumber).length;
  if (2 * numbers < there.length) return undefined;
  return {
    help: `the column is read as text, since ${shown} is no number: leave the field empty, or write \`NA\`, for a missing one`,
  };
};
