/** Answers of the language service in the words of the Language Server Protocol. */
import { complete } from '../completion.ts';
import type { CompletionKind } from '../completion.ts';
import { formatEdits } from '../format.ts';
import { hints } from '../hints.ts';
import { hover } from '../hover.ts';
import type { Host } from '../../compiler/host.ts';
import type { Fix } from '../../grammar/diagnostics.ts';
import type { Span } from '../../grammar/span.ts';
import { definitionsAt, referencesAt, rename, renameable } from '../navigation.ts';
import type { Edit } from '../navigation.ts';
import { folds, symbols } from '../outline.ts';
import type { Symbol } from '../outline.ts';
import { fixesAt, problems, problemText } from '../problems.ts';
import type { Problem } from '../problems.ts';
import { signatureHelp } from '../signatures.ts';
import { textOf } from '../places.ts';
import type { View } from '../view.ts';
import { linesOf } from './positions.ts';
import type { Position, Range } from './positions.ts';

/** File of the service <-> URI of the client. */
export interface Uris {
  readonly toUri: (file: string) => string;
  readonly toFile: (uri: string) => string;
}

const completionKinds: Readonly<Record<CompletionKind, number>> = {
  ...{ field: 5, argument: 10, word: 14, symbol: 1, snippet: 15, space: 22, data: 6, value: 6, function: 3, model: 7 },
  ...{ paradigm: 9, import: 9, picture: 6, parameter: 6, 'static parameter': 25, dimension: 25, variable: 6 },
  ...{ 'trained parameter': 10, member: 6, buffer: 6, supplied: 6, file: 17 },
};

const symbolKinds: Readonly<Record<Symbol['kind'], number>> = {
  ...{ space: 26, data: 18, value: 13, function: 12, model: 5, paradigm: 11, import: 2, picture: 20, parameter: 13 },
  ...{
    'static parameter': 26,
    dimension: 26,
    variable: 13,
    'trained parameter': 8,
    member: 13,
    buffer: 13,
    supplied: 13,
  },
  problem: 24,
};

const markdown = (value: string): object => ({ kind: 'markdown', value });
const textEdits = (text: string, edits: readonly Edit[]): object[] => {
  const lines = linesOf(text);
  return edits.map(({ span, replacement }) => ({ range: lines.range(span), newText: replacement }));
};

const location = (view: View, span: Span, { toUri }: Uris): object => ({
  uri: toUri(span.file),
  range: linesOf(textOf(view, span.file)).range(span),
});

const diagnostic = (view: View, p: Problem, uris: Uris): object => ({
  range: linesOf(view.text).range(p.span),
  severity: p.severity === 'error' ? 1 : 2,
  code: p.code,
  source: 'learn',
  message: problemText({ ...p, notes: p.notes.filter((n) => !n.span) }),
  relatedInformation: p.notes.flatMap((n) =>
    n.span ? [{ location: location(view, n.span, uris), message: n.message }] : [],
  ),
});

export const diagnostics = (view: View, uris: Uris): object[] => problems(view).map((p) => diagnostic(view, p, uris));

const symbolAnswer = (view: View, s: Symbol): object => {
  const lines = linesOf(view.text);
  return {
    name: s.name,
    detail: s.detail,
    kind: symbolKinds[s.kind],
    range: lines.range(s.span),
    selectionRange: lines.range(s.nameSpan),
    children: s.children.map((child) => symbolAnswer(view, child)),
  };
};

/** A refusal is an error of the request, with its reason. */
export interface Refused {
  readonly refused: string;
}

/** Requests at a place, by their method behind `textDocument/`. */
export const placeAnswers: Readonly<
  Record<
    string,
    (
      view: View,
      offset: number,
      context: { host: Host; uris: Uris; params: Readonly<Record<string, unknown>> },
    ) => unknown
  >
> = {
  hover: (view, offset) => {
    const found = hover(view, offset);
    return found ? { contents: markdown(found.markdown), range: linesOf(view.text).range(found.span) } : null;
  },
  completion: async (view, offset, { host }) => {
    const lines = linesOf(view.text);
    return (await complete(view, offset, host)).map((c) => ({
      label: c.label,
      kind: completionKinds[c.kind],
      detail: c.detail,
      documentation: markdown(c.docs),
      sortText: `${c.rank}${c.label}`,
      filterText: c.label,
      textEdit: { range: lines.range(c.span), newText: c.insert },
    }));
  },
  definition: (view, offset, { uris }) => definitionsAt(view, offset).map((d) => location(view, d.span, uris)),
  references: (view, offset, { uris, params }) => {
    const { includeDeclaration = true } = (params.context ?? {}) as { includeDeclaration?: boolean };
    return referencesAt(view, offset, includeDeclaration).map((span) => location(view, span, uris));
  },
  documentHighlight: (view, offset) =>
    referencesAt(view, offset).map((span) => ({ range: linesOf(view.text).range(span) })),
  prepareRename: (view, offset) => {
    const found = renameable(view, offset);
    return 'refused' in found ? found : { range: linesOf(view.text).range(found.span), placeholder: found.name };
  },
  rename: (view, offset, { uris, params }) => {
    const done = rename(view, offset, String(params.newName));
    return 'refused' in done ? done : { changes: { [uris.toUri(view.file)]: textEdits(view.text, done.edits) } };
  },
  signatureHelp: (view, offset) => {
    const help = signatureHelp(view, offset);
    if (!help) return null;
    return {
      signatures: help.signatures.map((s) => ({
        label: s.label,
        documentation: markdown(s.docs),
        parameters: s.parameters.map((label) => ({ label })),
      })),
      activeSignature: help.active,
      activeParameter: help.parameter,
    };
  },
};

/** Requests about a file, or a range of it. `open`: the text of a file that the client has open. */
export const fileAnswers: Readonly<
  Record<
    string,
    (
      view: View,
      params: Readonly<Record<string, unknown>>,
      uris: Uris,
      open: (file: string) => string | undefined,
    ) => unknown
  >
> = {
  documentSymbol: (view) => symbols(view).map((s) => symbolAnswer(view, s)),
  foldingRange: (view) =>
    folds(view).map((f) => ({ startLine: f.from, endLine: f.to, ...(f.comment && { kind: 'comment' }) })),
  formatting: async (view) => textEdits(view.text, await formatEdits(view)),
  inlayHint: (view, params) => {
    const lines = linesOf(view.text);
    const range = params.range as Range | undefined;
    const [from, to] = range ? [lines.offset(range.start), lines.offset(range.end)] : [0, view.text.length];
    return hints(view, from, to).map((h) => ({
      position: lines.position(h.offset),
      label: h.label,
      kind: 1,
      tooltip: h.tooltip,
    }));
  },
  codeAction: (view, params, uris, open) => {
    const lines = linesOf(view.text);
    const range = params.range as Range;
    const fixes = fixesAt(view, lines.offset(range.start), lines.offset(range.end));
    // A file that is open and differs from what was compiled has moved under the edit.
    const isAsCompiled = ({ span: { file } }: Fix): boolean =>
      (open(file) ?? textOf(view, file)) === textOf(view, file);
    return fixes.filter(isAsCompiled).map((fix) => ({
      title: fix.span.file === view.file ? fix.title : `${fix.title} in ${fix.span.file.replace(/^.*[\\/]/, '')}`,
      kind: 'quickfix',
      isPreferred: fix.guess !== true && fix.problem.fixes.length <= 1,
      diagnostics: [diagnostic(view, fix.problem, uris)],
      edit: { changes: { [uris.toUri(fix.span.file)]: textEdits(textOf(view, fix.span.file), [fix]) } },
    }));
  },
};

export const offsetIn = (view: View, position: Position): number => linesOf(view.text).offset(position);
