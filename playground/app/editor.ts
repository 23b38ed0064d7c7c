/**
 * The editor: a plain text area that is there at once, and Monaco in its place as soon as it has loaded. Where it does not load, or a
 * touch keyboard or a reader's choice says so, the text area stays: everything but the comforts of Monaco works with it.
 */
import type { ShownProblem } from '../workers/language.ts';
import { h } from './dom.ts';
import type { Editor, Listeners, Surface } from './surface.ts';
import type { Language } from './language.ts';

const applied = (text: string, edits: Parameters<Editor['apply']>[0]): string =>
  [...edits]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce((t, { span, replacement }) => t.slice(0, span.start) + replacement + t.slice(span.end), text);

const plainSurface = (parent: HTMLElement, initial: string, on: Listeners): Surface => {
  const area = h('textarea', {
    class: 'plain-editor',
    'aria-label': 'The spec, in Learn',
    'aria-describedby': 'problems',
    spellcheck: 'false',
    autocapitalize: 'off',
    autocomplete: 'off',
    wrap: 'off',
    oninput: () => on.change(area.value),
    onselect: () => on.cursor(area.selectionStart),
    onkeyup: () => on.cursor(area.selectionStart),
    onclick: () => on.cursor(area.selectionStart),
    onkeydown: (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key === 's') {
        event.preventDefault();
        on.save();
      }
    },
  });
  area.value = initial;
  parent.replaceChildren(area);
  const set = (text: string): void => {
    if (area.value === text) return;
    const at = area.selectionStart;
    area.value = text;
    area.setSelectionRange(at, at);
    on.change(text);
  };
  return {
    text: () => area.value,
    setText: set,
    mark: () => undefined,
    light: () => undefined,
    reveal: ({ start, end }) => {
      area.focus();
      area.setSelectionRange(start, end);
    },
    apply: (edits) => set(applied(area.value, edits)),
    focus: () => area.focus(),
    setDark: () => undefined,
    refresh: () => undefined,
    dispose: () => area.remove(),
  };
};

const prefersPlain = (): boolean =>
  matchMedia('(pointer: coarse)').matches || new URLSearchParams(location.search).has('plain');

export const openEditor = (initial: string, language: Language, dark: boolean): Editor => {
  const element = h('div', { class: 'surface' });
  const changes: ((text: string) => void)[] = [];
  const cursors: ((offset: number) => void)[] = [];
  const saves: (() => void)[] = [];
  const on: Listeners = {
    change: (text) => changes.forEach((f) => f(text)),
    cursor: (offset) => cursors.forEach((f) => f(offset)),
    save: () => saves.forEach((f) => f()),
  };
  let surface = plainSurface(element, initial, on);
  let isDark = dark;
  let marks: readonly ShownProblem[] = [];

  const upgrade = async (): Promise<void> => {
    const { monacoSurface } = await import('./monaco/surface.ts');
    const text = surface.text();
    const focused = element.contains(document.activeElement);
    surface.dispose();
    surface = monacoSurface(element, text, on, language, isDark);
    surface.mark(marks);
    if (focused) surface.focus();
    element.dataset.editor = 'monaco';
  };
  if (!prefersPlain()) {
    // After the first paint: the page can be used before.
    const later = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 200));
    later(() => void upgrade().catch(() => (element.dataset.editor = 'plain')), { timeout: 1500 });
  } else element.dataset.editor = 'plain';

  return {
    element,
    text: () => surface.text(),
    setText: (text) => surface.setText(text),
    onChange: (listener) => void changes.push(listener),
    onCursor: (listener) => void cursors.push(listener),
    onSave: (listener) => void saves.push(listener),
    mark: (problems) => {
      marks = problems;
      surface.mark(problems);
    },
    light: (spans) => surface.light(spans),
    reveal: (span) => surface.reveal(span),
    apply: (edits) => surface.apply(edits),
    focus: () => surface.focus(),
    setDark: (value) => {
      isDark = value;
      surface.setDark(value);
    },
    refresh: () => surface.refresh(),
  };
};
