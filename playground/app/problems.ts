/** The list below the editor: every diagnostic with its reason, its help and its fix, for those who do not see squiggles. */
import type { ShownProblem } from '../workers/language.ts';
import { announce, h, prose, replace } from './dom.ts';

export interface ProblemList {
  readonly element: HTMLElement;
  show(problems: readonly ShownProblem[], text: string): void;
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

export const problemList = (on: {
  readonly onChoose: (problem: ShownProblem) => void;
  readonly onFix: (fix: ShownProblem['fixes'][number]) => void;
}): ProblemList => {
  const list = h('ul', {});
  const heading = h('h2', { class: 'problems-title' }, 'No problems');
  const element = h(
    'section',
    { class: 'problems', id: 'problems', 'aria-label': 'Problems in the spec' },
    heading,
    list,
  );
  let said = '';
  return {
    element,
    show: (problems, text) => {
      const wrong = problems.filter((p) => p.severity === 'error').length;
      const rest = problems.length - wrong;
      const count = (n: number, word: string): string => (n === 0 ? '' : `${n} ${word}${n === 1 ? '' : 's'}`);
      const title = [count(wrong, 'error'), count(rest, 'warning')].filter((t) => t !== '').join(', ') || 'No problems';
      heading.textContent = title;
      element.dataset.errors = String(wrong);
      replace(
        list,
        problems.slice(0, 50).map((p) =>
          h(
            'li',
            { class: p.severity },
            h(
              'button',
              { type: 'button', class: 'link', onclick: () => on.onChoose(p) },
              `line ${lineOf(text, p.span.start)}`,
            ),
            ' ',
            prose(p.message),
            p.notes.map((n) => h('span', { class: 'because' }, ' — ', prose(n.message))),
            p.help !== undefined && h('span', { class: 'help' }, ' ', prose(p.help)),
            ' ',
            p.fixes.map((fix) =>
              h('button', { type: 'button', class: 'small', onclick: () => on.onFix(fix) }, prose(fix.title)),
            ),
          ),
        ),
      );
      const key = `${title} ${problems[0]?.message ?? ''}`;
      if (said !== key) {
        said = key;
        if (problems.length > 0) announce(`${title}: ${problems[0].message.replaceAll('`', '')}`);
      }
    },
  };
};
