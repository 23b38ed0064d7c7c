/**
 * The playground's page: an editor, what the compiler understands of its text, and training, each in a module of its own; here they
 * are put together. The compiler and the training are in workers, so that typing is never waited for.
 */
import { acceptDrops, openFiles } from './app/files.ts';
import { announce, h, politely, throttled } from './app/dom.ts';
import { openCourse } from './app/course.ts';
import { openEditor } from './app/editor.ts';
import { formulaPanel } from './app/formula.ts';
import { galleryDialog } from './app/gallery.ts';
import { graphsPanel, spacesPanel } from './app/inside.ts';
import { openLanguage } from './app/language.ts';
import { problemList } from './app/problems.ts';
import { openRunPanel } from './app/run/panel.ts';
import { openTraining } from './app/run/training.ts';
import { sharedSpec } from './app/share.ts';
import { recall, remember } from './app/storage.ts';
import { tabs } from './app/tabs.ts';
import { openTheme } from './app/theme.ts';
import type { Understood } from './workers/language.ts';
import { opened, lessonAsked } from './app/opening.ts';
import { openMenu } from './app/menu.ts';
import { layOutEmbedded, layOut } from './app/page.ts';

const base = new URL('.', location.href).href;
const query = new URLSearchParams(location.search);
const embedded = query.has('embed');

const start = async (): Promise<void> => {
  const first = await opened(base, query);
  let name = first.name;
  let understood: Understood | undefined;
  const language = openLanguage();
  const training = openTraining();
  const files = openFiles(base, first.local, (line) => {
    editor.apply([{ span: { file: 'spec.learn', start: 0, end: 0 }, replacement: `${line}\n` }]);
    editor.focus();
  });

  const theme = openTheme();
  const editor = openEditor(first.text, language, theme.dark());
  editor.element.id = 'editor';
  theme.onChange(editor.setDark);

  const goTo = (line: number, column: number): void => {
    const lines = editor.text().split('\n');
    const offset = lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0) + column - 1;
    editor.reveal({ file: 'spec.learn', start: offset, end: offset });
  };
  const lightSource = async (of: string | undefined): Promise<void> => {
    formula.light(of);
    editor.light(of === undefined ? [] : ((await language.ask('places', of)) ?? []));
  };
  const formula = formulaPanel({
    onName: (of) => void lightSource(of),
    onChoose: (of) =>
      void language.ask('places', of).then((places) => {
        if (places?.[0]) editor.reveal(places[0]);
      }),
  });
  const problems = problemList({ onChoose: (p) => editor.reveal(p.span), onFix: (fix) => editor.apply([fix]) });
  const run = openRunPanel(training, { text: () => editor.text(), files: files.source, before: formula.brief });
  const spaces = spacesPanel(goTo);
  const graphs = graphsPanel(language);
  const side = tabs('What the compiler understands, and training', [
    { id: 'run', label: 'Run', content: run.element },
    { id: 'formula', label: 'Formula', content: formula.element, onOpen: () => showTab() },
    { id: 'spaces', label: 'Spaces', content: spaces.element, onOpen: () => showTab() },
    { id: 'graphs', label: 'Graphs', content: graphs.element, onOpen: () => showTab() },
  ]);
  /** What nobody looks at is not drawn. */
  const showTab = (): void => {
    if (!understood) return;
    const tab = { formula, spaces, graphs }[side.current()];
    if (tab) tab.show(understood);
    else if (!formula.brief.hidden) formula.showBrief(understood);
  };

  const showSoon = politely(showTab);

  const title = h('span', { class: 'name' }, name);
  const put = (text: string, called: string): void => {
    name = called;
    title.textContent = called;
    editor.setText(text);
    run.opened();
    side.open('run');
    announce(`${called} opened`);
  };
  const startRun = (): void => {
    side.open('run');
    run.start();
  };
  const course = openCourse({
    onSpec: put,
    onRun: startRun,
    onClose: () => {
      course.close();
      editor.focus();
    },
  });
  const gallery = galleryDialog((text, called) => {
    course.close();
    put(text, called);
  });

  // ------------------------------------------------------------- what follows from what
  const rememberText = throttled(400, () => {
    if (!first.local && !embedded) remember('document', { name, text: editor.text() });
  });
  const send = async (text: string): Promise<void> => {
    const found = await language.ask('change', text);
    if (editor.text() === text && found.length > 0) {
      editor.mark(found);
      problems.show(found, text);
    }
  };
  editor.onChange((text) => {
    rememberText();
    void send(text);
    run.ready(text, understood?.text === text ? understood.problems.filter((p) => p.severity === 'error').length : 0);
  });
  const onCursor = throttled(80, () => {
    void language.ask('nameAt', cursor).then((of) => formula.light(of));
  });
  let cursor = 0;
  editor.onCursor((offset) => {
    cursor = offset;
    onCursor();
  });
  language.onUnderstood((u) => {
    if (u.text !== editor.text()) return;
    understood = u;
    editor.mark(u.problems);
    editor.refresh();
    problems.show(u.problems, u.text);
    showSoon();
    run.ready(u.text, u.problems.filter((p) => p.severity === 'error').length);
    document.body.dataset.understood = String(Math.round(u.milliseconds));
  });
  files.onChange(() => void language.ask('files', files.source()));
  let ended = '';
  training.onChange((now) => {
    const key = `${now?.at} ${now?.status}`;
    if (now?.status === 'finished' && key !== ended && now.text === editor.text()) course.judge(now);
    ended = key;
  });

  // ------------------------------------------------------------- the page
  const menu = openMenu({
    name: () => name,
    text: () => editor.text(),
    understood: () => understood,
    files: files.source,
    training,
    savedAt: first.local ? base : undefined,
  });
  editor.onSave(() => void menu.save());
  const spelling = (to: 'ascii' | 'unicode' | 'keep', label: string): HTMLElement =>
    h(
      'button',
      {
        type: 'button',
        class: 'small',
        onclick: () => void language.ask('format', to).then((edits) => edits && editor.apply(edits)),
      },
      label,
    );
  const openLesson = (): void => void course.open(recall<string>('lesson') ?? course.ids[0]);
  const parts = {
    title,
    bar: [
      h('button', { type: 'button', id: 'examples', onclick: () => gallery.showModal() }, 'Examples'),
      h('button', { type: 'button', id: 'course', onclick: openLesson }, 'Course'),
      menu.share,
      menu.exports,
      theme.button,
    ],
    note: menu.note,
    course: course.element,
    toolbar: [spelling('keep', 'Format'), spelling('unicode', 'Write 𝔼 → ∈'), spelling('ascii', 'Write E -> in')],
    editor: editor.element,
    problems: problems.element,
    files: files.element,
    side: side.element,
    gallery,
  };
  if (embedded) layOutEmbedded(parts, () => editor.text());
  else layOut(parts);
  acceptDrops(files);
  document.addEventListener(
    'keydown',
    (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
        event.preventDefault();
        // To the editor it would be a new line.
        event.stopPropagation();
        startRun();
        run.look();
      }
    },
    { capture: true },
  );
  await language.ask('files', files.source());
  await send(first.text);
  window.addEventListener(
    'hashchange',
    () => void sharedSpec(location.hash).then((text) => text !== undefined && put(text, 'shared')),
  );
  const lesson = lessonAsked(query, first);
  if (lesson && course.ids.includes(lesson)) {
    const text = editor.text();
    const again = !query.has('lesson');
    await course.open(lesson);
    // What was written there before stays.
    if (again) put(text, lesson);
  }
  document.body.dataset.ready = 'true';
};

/** Kept by the service worker for the next visit, which needs no network then. */
const offline = async (): Promise<void> => {
  if (!('serviceWorker' in navigator) || !isSecureContext || query.has('local')) return;
  await navigator.serviceWorker.register('./service-worker.js');
  const ready = await navigator.serviceWorker.ready;
  setTimeout(() => ready.active?.postMessage('keep'), 1000);
};

void start().then(() => offline().catch(() => undefined));
