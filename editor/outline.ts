/** The outline of a file, and what can be folded: declarations, blocks, runs of comments. */
import { nodes, patternNames } from '../grammar/walk.ts';
import type { Span } from '../grammar/span.ts';
import type { Declaration } from '../grammar/tree/declarations.ts';
import { headOf } from '../grammar/written.ts';
import type { DefinitionKind } from '../compiler/names/definition.ts';
import type { View } from './view.ts';

export interface Symbol {
  readonly name: string;
  readonly kind: DefinitionKind | 'problem';
  readonly detail: string;
  readonly span: Span;
  readonly nameSpan: Span;
  readonly children: readonly Symbol[];
}

const parametersOf = (view: View, d: Declaration): Symbol[] =>
  view.names.definitions
    .filter((x) => x.kind === 'trained parameter' && x.span.start >= d.span.start && x.span.end <= d.span.end)
    .map((x) => ({
      ...{ name: x.name, kind: x.kind, span: x.whole, nameSpan: x.span, children: [] },
      detail: view.text.slice(x.span.end, x.whole.end).replace(/^\s*:\s*/, ''),
    }));

const shortened = (line: string): string => (line.length > 60 ? `${line.slice(0, 59)}…` : line);

const symbolOf = (view: View, d: Declaration): Symbol[] => {
  const made = (name: string, kind: Symbol['kind'], nameSpan: Span): Symbol[] => [
    {
      name,
      kind,
      detail: shortened(headOf(d, view.text)),
      span: d.span,
      nameSpan,
      children: parametersOf(view, d),
    },
  ];
  switch (d.kind) {
    case 'space-declaration':
      return made(d.name.text, 'space', d.name.span);
    case 'data':
      return made(d.name.text, 'data', d.name.span);
    case 'let':
      return made(patternNames(d.pattern).join(', ') || '_', 'value', d.pattern.span);
    case 'def':
      return made(d.name.text, 'function', d.name.span);
    case 'model':
      return made(d.name.text, 'model', d.name.span);
    case 'paradigm':
      return made(d.name.text, 'paradigm', d.name.span);
    case 'show':
      return made(d.name.text, 'picture', d.name.span);
    case 'problem-declaration':
      return made(d.problem.players[0]?.sense ?? 'problem', 'problem', d.span);
    case 'import':
      return made(`import ${d.from.path}`, 'import', d.from.span);
    case 'error':
      return [];
  }
};

export const symbols = (view: View): Symbol[] => view.parsed.module.declarations.flatMap((d) => symbolOf(view, d));

export interface Fold {
  /** Lines from 0. */
  readonly from: number;
  readonly to: number;
  readonly comment: boolean;
}

const lineReader = (text: string): ((offset: number) => number) => {
  const starts = [0];
  for (let i = 0; i < text.length; i++) if (text[i] === '\n') starts.push(i + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
};

export const folds = (view: View): Fold[] => {
  const line = lineReader(view.text);
  const found = new Map<number, Fold>();
  const add = (span: Span, comment: boolean): void => {
    const fold = { from: line(span.start), to: line(Math.max(span.start, span.end - 1)), comment };
    const known = found.get(fold.from);
    if (fold.to > fold.from && (!known || known.to < fold.to)) found.set(fold.from, fold);
  };
  for (const d of view.parsed.module.declarations) {
    add(d.span, false);
    for (const n of nodes(d)) if (n.kind === 'block') add(n.span as Span, false);
  }
  let run: Span | undefined;
  for (const { span } of view.parsed.comments) {
    const joins = run && /^[ \t]*\r?\n[ \t]*$/.test(view.text.slice(run.end, span.start));
    if (run && joins) run = { ...run, end: span.end };
    else {
      if (run) add(run, true);
      run = span;
    }
  }
  if (run) add(run, true);
  return [...found.values()].sort((a, b) => a.from - b.from);
};
