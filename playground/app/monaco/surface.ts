/** Monaco as the editor's surface. */
import type { Span } from '../../../grammar/span.ts';
import type { ShownProblem } from '../../workers/language.ts';
import type { Listeners, Surface } from '../surface.ts';
import type { Language } from '../language.ts';
import { monaco } from './load.ts';
import { defineLooks } from './look.ts';
import { rangeOf, registerProviders } from './providers.ts';

let registered = false;

const severity = { error: monaco.MarkerSeverity.Error, warning: monaco.MarkerSeverity.Warning };

export const monacoSurface = (
  parent: HTMLElement,
  initial: string,
  on: Listeners,
  language: Language,
  dark: boolean,
): Surface => {
  let problems: readonly ShownProblem[] = [];
  const hintsChanged = new monaco.Emitter<void>();
  const model = monaco.editor.createModel(initial, undefined, monaco.Uri.file('spec.learn'));
  model.setEOL(monaco.editor.EndOfLineSequence.LF);
  // Changes are sent as they happen, and messages keep their order: nothing is to be waited for.
  const sent = (): Promise<void> => Promise.resolve();
  if (!registered) {
    defineLooks();
    registerProviders(language, sent, () => problems, hintsChanged.event);
    registered = true;
  }
  monaco.editor.setModelLanguage(model, 'learn');
  const narrow = matchMedia('(max-width: 40rem)').matches;
  /** Where the hundred columns of a formatted line have no room they are wrapped, not cut. */
  const wrapAt = (width: number): 'on' | 'off' => (narrow || width < 920 ? 'on' : 'off');
  const editor = monaco.editor.create(parent, {
    model,
    theme: dark ? 'learn-dark' : 'learn-light',
    ariaLabel: 'The spec, in Learn. Press Alt+F1 for help, Ctrl+M to let Tab leave the editor.',
    automaticLayout: true,
    fontSize: 14,
    fontFamily: 'ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", Consolas, monospace',
    fontLigatures: false,
    minimap: { enabled: false },
    lineNumbersMinChars: 3,
    scrollBeyondLastLine: false,
    tabSize: 2,
    insertSpaces: true,
    wordBasedSuggestions: 'off',
    quickSuggestions: { other: true, comments: false, strings: false },
    unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: true },
    fixedOverflowWidgets: true,
    lineNumbers: narrow ? 'off' : 'on',
    folding: !narrow,
    wordWrap: wrapAt(parent.clientWidth),
    wrappingIndent: 'deepIndent',
    wordWrapBreakBeforeCharacters: '',
    wordWrapBreakAfterCharacters: ' \t,;',
    // A continued line stands under what it continues, which is no level of blocks.
    guides: { indentation: false },
    renderFinalNewline: 'on',
    padding: { top: 8, bottom: 8 },
    inlayHints: { enabled: narrow ? 'off' : 'on', fontSize: 12 },
    renderLineHighlight: 'line',
    overviewRulerLanes: 2,
    smoothScrolling: !matchMedia('(prefers-reduced-motion: reduce)').matches,
  });
  editor.onDidLayoutChange(({ width }) => editor.updateOptions({ wordWrap: wrapAt(width) }));
  const lit = editor.createDecorationsCollection();
  editor.onDidChangeModelContent(() => on.change(model.getValue()));
  editor.onDidChangeCursorPosition(({ position }) => on.cursor(model.getOffsetAt(position)));
  editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS, () => {
    // The text is saved as it is once it is formatted.
    void Promise.resolve(editor.getAction('editor.action.formatDocument')?.run()).then(on.save, on.save);
  });

  const edit = (edits: readonly { readonly span: Span; readonly replacement: string }[]): void => {
    editor.pushUndoStop();
    editor.executeEdits(
      'learn',
      edits.map(({ span, replacement }) => ({ range: rangeOf(model, span), text: replacement })),
    );
    editor.pushUndoStop();
  };

  return {
    text: () => model.getValue(),
    setText: (text) => {
      if (model.getValue() === text) return;
      edit([{ span: { file: '', start: 0, end: model.getValueLength() }, replacement: text }]);
      editor.setPosition({ lineNumber: 1, column: 1 });
      editor.setScrollTop(0);
    },
    mark: (found) => {
      problems = found;
      monaco.editor.setModelMarkers(
        model,
        'learn',
        found.map((p) => {
          const { startLineNumber, startColumn, endLineNumber, endColumn } = rangeOf(model, p.span);
          const place = { startLineNumber, startColumn, endLineNumber, endColumn };
          return { ...place, severity: severity[p.severity], code: p.code, source: 'learn', message: p.text };
        }),
      );
    },
    light: (spans) =>
      lit.set(spans.map((span) => ({ range: rangeOf(model, span), options: { inlineClassName: 'lit-source' } }))),
    reveal: (span) => {
      const range = rangeOf(model, span);
      editor.setSelection(range);
      editor.revealRangeInCenterIfOutsideViewport(range);
      editor.focus();
    },
    apply: edit,
    focus: () => editor.focus(),
    setDark: (value) => monaco.editor.setTheme(value ? 'learn-dark' : 'learn-light'),
    refresh: () => hintsChanged.fire(),
    dispose: () => {
      editor.dispose();
      model.dispose();
    },
  };
};
