/** Inlay hints: the spaces that were inferred, behind the names that were written without one. */
import type { Definition } from '../compiler/names/definition.ts';
import type { Printed } from '../compiler/spaces/printed.ts';
import { spaceOfDefinition } from './places.ts';
import type { View } from './view.ts';

export interface Hint {
  /** Where it is shown. */
  readonly offset: number;
  readonly label: string;
  /** In full, where the label is cut. */
  readonly tooltip: string;
}

const longest = 28;

/** `: R[8]` says something; a function or a problem is seen anyway, and the columns of a file would fill the line. */
const worth = ({ space, instead }: Printed): boolean => instead === undefined && !/^\[?\(\p{L}\w*:/u.test(space);

/** Whether a space is written behind the name. */
const annotated = (view: View, d: Definition): boolean => /^\s*:(?!=)/.test(view.text.slice(d.span.end));

const spaceFor = (view: View, d: Definition): Printed | undefined => {
  if (d.kind === 'data' || d.kind === 'value' || d.kind === 'variable' || d.kind === 'parameter')
    return spaceOfDefinition(view, d);
  return undefined;
};

export const hints = (view: View, from = 0, to = view.text.length): Hint[] =>
  view.names.definitions
    .filter((d) => d.span.file === view.file && d.span.start >= from && d.span.end <= to && !annotated(view, d))
    .flatMap((d) => {
      const found = spaceFor(view, d);
      if (!found || !worth(found)) return [];
      const { space } = found;
      const label = space.length > longest ? `${space.slice(0, longest - 1)}…` : space;
      return [{ offset: d.span.end, label: `: ${label}`, tooltip: space }];
    })
    .toSorted((a, b) => a.offset - b.offset);
