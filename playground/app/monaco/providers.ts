/** Monaco's questions, answered by the language worker: offsets there, positions here. */
import type { Span } from '../../../grammar/span.ts';
import type { CompletionKind } from '../../../editor/completion.ts';
import { monarch } from '../../../editor/highlight.ts';
import type { Symbol } from '../../../editor/outline.ts';
import type { ShownProblem } from '../../workers/language.ts';
import type { Language } from '../language.ts';
import { monaco } from './load.ts';

type Model = monaco.editor.ITextModel;
type Position = monaco.Position;

export const rangeOf = (
  model: Model,
  { start, end }: { readonly start: number; readonly end: number },
): monaco.Range => {
  const [a, b] = [model.getPositionAt(start), model.getPositionAt(end)];
  return new monaco.Range(a.lineNumber, a.column, b.lineNumber, b.column);
};

const { CompletionItemKind: C, SymbolKind: S } = monaco.languages;
const completionKinds: Readonly<Record<CompletionKind, monaco.languages.CompletionItemKind>> = {
  ...{
    file: C.File,
    field: C.Field,
    argument: C.Property,
    word: C.Keyword,
    symbol: C.Text,
    snippet: C.Snippet,
    space: C.Struct,
  },
  ...{
    data: C.Variable,
    value: C.Variable,
    function: C.Function,
    model: C.Class,
    paradigm: C.Module,
    import: C.Module,
  },
  ...{ picture: C.Variable, parameter: C.Variable, 'static parameter': C.TypeParameter, dimension: C.TypeParameter },
  ...{
    variable: C.Variable,
    'trained parameter': C.Property,
    member: C.Variable,
    buffer: C.Variable,
    supplied: C.Variable,
  },
};
const symbolKinds: Partial<Record<Symbol['kind'], monaco.languages.SymbolKind>> = {
  ...{ space: S.Struct, data: S.Array, function: S.Function, model: S.Class, paradigm: S.Interface },
  ...{ picture: S.Key, 'trained parameter': S.Field, problem: S.Event, import: S.Module },
};

const fence = (text: string): monaco.IMarkdownString => ({ value: text });

/** Files of the library are models of their own, read only. */
const libraryUri = (file: string): monaco.Uri => monaco.Uri.from({ scheme: 'learn', path: `/${file}` });

const modelFor = async (language: Language, file: string, spec: Model): Promise<Model | undefined> => {
  if (file === 'spec.learn') return spec;
  const uri = libraryUri(file);
  const known = monaco.editor.getModel(uri);
  if (known) return known;
  const text = await language.ask('source', file);
  return text === undefined ? undefined : monaco.editor.createModel(text, 'learn', uri);
};

const locations = async (
  language: Language,
  spec: Model,
  spans: readonly Span[],
): Promise<monaco.languages.Location[]> => {
  const found: monaco.languages.Location[] = [];
  for (const span of spans) {
    const model = await modelFor(language, span.file, spec);
    if (model) found.push({ uri: model.uri, range: rangeOf(model, span) });
  }
  return found;
};

const symbolTree = (model: Model, s: Symbol): monaco.languages.DocumentSymbol => ({
  name: s.name,
  detail: s.detail,
  kind: symbolKinds[s.kind] ?? S.Variable,
  tags: [],
  range: rangeOf(model, s.span),
  selectionRange: rangeOf(model, s.nameSpan),
  children: s.children.map((child) => symbolTree(model, child)),
});

/** `sent` waits until the worker has the text as it is now. */
export const registerProviders = (
  language: Language,
  sent: () => Promise<unknown>,
  problemsNow: () => readonly ShownProblem[],
  hintsChanged: monaco.IEvent<void>,
): void => {
  const { languages } = monaco;
  const { ask } = language;
  languages.register({ id: 'learn', extensions: ['.learn'] });
  languages.setMonarchTokensProvider('learn', monarch as unknown as monaco.languages.IMonarchLanguage);
  languages.setLanguageConfiguration('learn', {
    comments: { lineComment: '--' },
    brackets: [
      ['{', '}'],
      ['[', ']'],
      ['(', ')'],
    ],
    autoClosingPairs: ['{}', '[]', '()', '""'].map(([open, close]) => ({ open, close, notIn: ['string', 'comment'] })),
    wordPattern: /[\p{L}_][\p{L}\p{M}\p{Nd}\p{Pc}]*['′]*/u,
  });

  /** Only of the spec: the library's own text is shown, not edited. */
  const isSpec = (model: Model): boolean => model.uri.scheme !== 'learn';
  const at = async <T>(
    model: Model,
    position: Position,
    run: (offset: number) => Promise<T>,
  ): Promise<T | undefined> => {
    if (!isSpec(model)) return undefined;
    await sent();
    return run(model.getOffsetAt(position));
  };

  languages.registerHoverProvider('learn', {
    provideHover: (model, position) =>
      at(model, position, async (offset) => {
        const found = await ask('hover', offset);
        return found && { contents: [fence(found.markdown)], range: rangeOf(model, found.span) };
      }),
  });
  languages.registerCompletionItemProvider('learn', {
    triggerCharacters: ['.', '\\', '(', '>', '~', '=', '|', '"', '/'],
    provideCompletionItems: (model, position) =>
      at(model, position, async (offset) => {
        const items = (await ask('complete', offset)) ?? [];
        return {
          suggestions: items.map((c) => ({
            label: c.kind === 'symbol' ? c.label : { label: c.label, description: c.detail.slice(0, 40) },
            kind: completionKinds[c.kind],
            detail: c.detail,
            documentation: fence(c.docs),
            insertText: c.insert,
            // Of a symbol its abbreviation, not what is written: the answer may come when more has been typed.
            filterText: c.label,
            sortText: `${c.rank}${c.label}`,
            range: rangeOf(model, c.span),
          })),
        };
      }),
  });
  languages.registerSignatureHelpProvider('learn', {
    signatureHelpTriggerCharacters: ['(', ',', '[', ';'],
    provideSignatureHelp: (model, position) =>
      at(model, position, async (offset) => {
        const help = await ask('signature', offset);
        if (!help) return undefined;
        const signatures = help.signatures.map((s) => ({
          label: s.label,
          documentation: fence(s.docs),
          parameters: s.parameters.map((label) => ({ label })),
        }));
        return {
          value: { signatures, activeSignature: help.active, activeParameter: help.parameter },
          dispose: () => undefined,
        };
      }),
  });
  languages.registerDefinitionProvider('learn', {
    provideDefinition: (model, position) =>
      at(model, position, async (offset) => {
        const found = (await ask('definitions', offset)) ?? [];
        return locations(
          language,
          model,
          found.map((d) => d.span),
        );
      }),
  });
  languages.registerReferenceProvider('learn', {
    provideReferences: (model, position) =>
      at(model, position, async (offset) => locations(language, model, (await ask('references', offset)) ?? [])),
  });
  languages.registerDocumentHighlightProvider('learn', {
    provideDocumentHighlights: (model, position) =>
      at(model, position, async (offset) =>
        ((await ask('references', offset)) ?? []).map((span) => ({ range: rangeOf(model, span) })),
      ),
  });
  languages.registerRenameProvider('learn', {
    resolveRenameLocation: async (model, position) => {
      const found = await at(model, position, (offset) => ask('renameable', offset));
      if (found && 'name' in found) return { range: rangeOf(model, found.span), text: found.name };
      const range = new monaco.Range(position.lineNumber, position.column, position.lineNumber, position.column);
      return { range, text: '', rejectReason: found && 'refused' in found ? found.refused : 'there is no name here' };
    },
    provideRenameEdits: async (model, position, name) => {
      const done = await at(model, position, (offset) => ask('rename', { offset, name }));
      if (!done || 'refused' in done) return { edits: [], rejectReason: done && 'refused' in done ? done.refused : '' };
      const edits = done.edits.map(({ span, replacement }) => ({
        resource: model.uri,
        versionId: undefined,
        textEdit: { range: rangeOf(model, span), text: replacement },
      }));
      return { edits };
    },
  });
  languages.registerDocumentSymbolProvider('learn', {
    provideDocumentSymbols: async (model) => {
      if (!isSpec(model)) return [];
      await sent();
      return ((await ask('symbols', undefined as never)) ?? []).map((s) => symbolTree(model, s));
    },
  });
  languages.registerFoldingRangeProvider('learn', {
    provideFoldingRanges: async (model) => {
      if (!isSpec(model)) return [];
      await sent();
      const folds = (await ask('folds', undefined as never)) ?? [];
      const comment = languages.FoldingRangeKind.Comment;
      return folds.map((f) => ({ start: f.from + 1, end: f.to + 1, ...(f.comment && { kind: comment }) }));
    },
  });
  languages.registerDocumentFormattingEditProvider('learn', {
    provideDocumentFormattingEdits: async (model) => {
      if (!isSpec(model)) return [];
      await sent();
      return ((await ask('format', 'keep')) ?? []).map((e) => ({ range: rangeOf(model, e.span), text: e.replacement }));
    },
  });
  languages.registerInlayHintsProvider('learn', {
    onDidChangeInlayHints: hintsChanged,
    provideInlayHints: async (model) => {
      const hints = isSpec(model) ? ((await ask('hints', undefined as never)) ?? []) : [];
      return {
        hints: hints.map((h) => ({
          position: model.getPositionAt(h.offset),
          label: h.label,
          tooltip: h.tooltip,
          kind: 1,
        })),
        dispose: () => undefined,
      };
    },
  });
  languages.registerCodeActionProvider('learn', {
    provideCodeActions: (model, range) => {
      const actions = problemsNow().flatMap((p) => {
        const place = rangeOf(model, p.span);
        if (!monaco.Range.areIntersectingOrTouching(place, range)) return [];
        return p.fixes.map((fix) => ({
          title: fix.title,
          kind: 'quickfix',
          isPreferred: p.fixes.length === 1,
          diagnostics: [],
          edit: {
            edits: [
              {
                resource: model.uri,
                versionId: undefined,
                textEdit: { range: rangeOf(model, fix.span), text: fix.replacement },
              },
            ],
          },
        }));
      });
      return { actions, dispose: () => undefined };
    },
  });
};
