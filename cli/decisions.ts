/** Decisions as rows for people: each said once; where one subject was decided in several ways, by the line of the spec. */
import type { Decision } from '../compiler/program.ts';
import { position } from '../grammar/diagnostics.ts';
import type { Loaded } from './load.ts';

export interface DecisionRow {
  readonly subject: string;
  /** The choice, with its reason in brackets. */
  readonly text: string;
}

/** Backquotes are for those who can show code as code. */
export const plainText = (text: string): string => text.replaceAll('`', '');

export const decisionRows = (
  decisions: readonly Decision[],
  { compilation: { module, sources } }: Loaded,
): DecisionRow[] => {
  const { file } = module.span;
  const textOf = (d: Decision): string => plainText(`${d.choice} (${d.reason})`);
  const lineOf = ({ span }: Decision): string =>
    span?.file === file ? ` (line ${position(sources.get(file) ?? '', span.start).line})` : '';
  const rows = decisions.map((d): DecisionRow => {
    const several = decisions.some((o) => o.subject === d.subject && textOf(o) !== textOf(d));
    return { subject: plainText(d.subject) + (several ? lineOf(d) : ''), text: textOf(d) };
  });
  return rows.filter((r, i) => rows.findIndex((o) => o.subject === r.subject && o.text === r.text) === i);
};
