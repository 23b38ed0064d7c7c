/** Diagnostics of a text, and the edits that mend them. */
import type { Diagnostic, Fix } from '../grammar/diagnostics.ts';
import type { Span } from '../grammar/span.ts';
import type { View } from './view.ts';

/** A diagnostic where it is to be shown: one that lies in another file, or in none, stands at the beginning. */
export interface Problem extends Diagnostic {
  readonly span: Span;
}

/** Before the compiler has answered, what the parser found. */
export const problems = (view: View): Problem[] => {
  const found = view.compilation?.diagnostics ?? view.parsed.diagnostics;
  return found.map((d) => {
    if (d.span?.file === view.file) return { ...d, span: d.span };
    const inside = d.notes.find((n) => n.span?.file === view.file)?.span;
    const importing = view.parsed.module.declarations.find((x) => x.kind === 'import')?.span;
    const span = inside ?? importing ?? { file: view.file, start: 0, end: Math.min(1, view.text.length) };
    const place = d.span ? ` (in ${d.span.file})` : '';
    return { ...d, span, message: d.message + place };
  });
};

/** Those in the file itself. */
export const fixesOf = (view: View, problem: Problem): readonly Fix[] =>
  problem.fixes.filter((f) => f.span.file === view.file);

export interface ProblemFix extends Fix {
  readonly problem: Problem;
}

/** Fixes of the diagnostics that touch a stretch of the text; those of a diagnostic in an imported file lie there. */
export const fixesAt = (view: View, from: number, to = from): ProblemFix[] =>
  problems(view)
    .filter(({ span }) => span.start <= to && span.end >= from)
    .flatMap((problem) => problem.fixes.map((fix) => ({ ...fix, problem })));

/** One text: what is wrong, why, and the way out. */
export const problemText = (d: Diagnostic): string =>
  [d.message, d.label, ...d.notes.map((n) => n.message), d.help && `help: ${d.help}`].filter(Boolean).join('\n');
