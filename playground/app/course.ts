/** The course: one lesson at a time beside the editor; its question is answered by changing the spec and running it. */
import { checkLesson, readLesson } from '../lessons/lesson.ts';
import type { Lesson } from '../lessons/lesson.ts';
import { announce, h, prose, replace } from './dom.ts';
import { markdown } from './markdown.ts';
import type { Run } from './run/training.ts';
import { recall, remember } from './storage.ts';

const texts = import.meta.glob<string>('../lessons/*.md', { query: '?raw', import: 'default' });

const ids = Object.keys(texts)
  .map((path) => path.replace(/^.*\/(.*)\.md$/, '$1'))
  .sort();

const load = async (id: string): Promise<Lesson> => readLesson(id, await texts[`../lessons/${id}.md`]());

export interface Course {
  readonly element: HTMLElement;
  readonly ids: readonly string[];
  open(id: string): Promise<void>;
  close(): void;
  /** A run has ended: perhaps it is the answer. */
  judge(run: Run): void;
  current(): string | undefined;
}

export interface CourseEvents {
  /** The lesson's spec is to be put into the editor. */
  readonly onSpec: (text: string, name: string) => void;
  readonly onRun: () => void;
  readonly onClose: () => void;
}

const solved = (): string[] => recall<string[]>('solved') ?? [];

export const openCourse = (on: CourseEvents): Course => {
  const element = h('aside', { class: 'lesson', id: 'lesson', 'aria-label': 'Lesson', hidden: true });
  let lesson: Lesson | undefined;
  const verdict = h('div', { class: 'checks', role: 'status' });

  const draw = (l: Lesson): void => {
    const index = ids.indexOf(l.id);
    const go = (to: string, label: string): HTMLElement =>
      h('button', { type: 'button', onclick: () => void course.open(to) }, label);
    const picker = h(
      'select',
      { 'aria-label': 'Lesson', onchange: () => void course.open(ids[picker.selectedIndex]) },
      ids.map((id, i) =>
        h('option', { selected: i === index }, `${i + 1}. ${titles.get(id) ?? id}${solved().includes(id) ? ' ✓' : ''}`),
      ),
    );
    replace(verdict);
    replace(
      element,
      h(
        'div',
        { class: 'row' },
        picker,
        h('button', { type: 'button', class: 'small', onclick: () => on.onClose() }, 'Close the course'),
      ),
      h('h2', { tabindex: -1 }, `${index + 1}. ${l.title}`),
      markdown(l.prose),
      h(
        'section',
        { class: 'question' },
        h('h3', {}, 'Question'),
        markdown(l.question),
        h(
          'p',
          { class: 'row' },
          h('button', { type: 'button', class: 'primary', onclick: () => on.onRun() }, 'Run to check'),
          h('button', { type: 'button', onclick: () => on.onSpec(l.spec, l.id) }, 'Start again'),
        ),
        verdict,
        l.hint !== '' && h('details', {}, h('summary', {}, 'A hint'), markdown(l.hint)),
        h(
          'details',
          {},
          h('summary', {}, 'An answer'),
          markdown(l.afterwards),
          h('pre', { class: 'code', tabindex: 0 }, l.answer),
          h(
            'button',
            { type: 'button', class: 'small', onclick: () => on.onSpec(l.answer, l.id) },
            'Put it into the editor',
          ),
        ),
      ),
      h(
        'p',
        { class: 'row' },
        index > 0 && go(ids[index - 1], '← Back'),
        index + 1 < ids.length && go(ids[index + 1], 'Next lesson →'),
      ),
    );
    element.scrollTop = 0;
  };

  const titles = new Map<string, string>();
  const learnTitles = async (): Promise<void> => {
    for (const id of ids) titles.set(id, (await load(id)).title);
  };

  const course: Course = {
    element,
    ids,
    open: async (id) => {
      await learnTitles();
      lesson = await load(id);
      element.hidden = false;
      draw(lesson);
      remember('lesson', id);
      on.onSpec(lesson.spec, lesson.id);
      element.querySelector('h2')?.focus();
    },
    close: () => {
      lesson = undefined;
      element.hidden = true;
      remember('lesson', null);
    },
    current: () => lesson?.id,
    judge: (run) => {
      if (!lesson) return;
      const checks = checkLesson(lesson, run.text, run.record);
      const right = checks.every((c) => c.right);
      replace(
        verdict,
        h('p', { class: right ? 'verdict met' : 'verdict missed' }, right ? '✓ That is right.' : '✗ Not yet.'),
        h(
          'ul',
          {},
          checks.map((c) => h('li', { class: c.right ? 'right' : 'wrong' }, c.right ? '✓ ' : '✗ ', prose(c.says))),
        ),
        right && markdown(lesson.afterwards),
      );
      announce(
        right
          ? 'The answer is right.'
          : `Not yet: ${checks
              .filter((c) => !c.right)
              .map((c) => c.says)
              .join('; ')}`,
      );
      if (right) remember('solved', [...new Set([...solved(), lesson.id])]);
    },
  };
  return course;
};
