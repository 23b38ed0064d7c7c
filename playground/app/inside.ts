/** What the compiler made of the text: spaces of every name, and graphs pass by pass down to the plan. */
import type { Emitted } from '../workers/emit.ts';
import type { Understood } from '../workers/language.ts';
import { h, replace } from './dom.ts';
import type { Language } from './language.ts';

export const spacesPanel = (
  onChoose: (line: number, column: number) => void,
): { element: HTMLElement; show(u: Understood): void } => {
  const element = h('div', { class: 'panel-body' });
  return {
    element,
    show: ({ spaces }) => {
      const rows = spaces
        .filter((s) => !/^(?:the function|the model|the paradigm)/.test(s.space) && !/^[\d.e_-]+$/.test(s.text))
        .slice(0, 400)
        .map((s) =>
          h(
            'tr',
            {},
            h(
              'td',
              {},
              h(
                'button',
                {
                  type: 'button',
                  class: 'link',
                  onclick: () => onChoose(s.line, s.column),
                },
                `${s.line}:${s.column}`,
              ),
            ),
            h('th', { scope: 'row' }, h('code', {}, s.text)),
            h('td', {}, h('code', {}, s.space)),
          ),
        );
      replace(
        element,
        rows.length === 0
          ? h('p', { class: 'note' }, 'No spaces yet.')
          : h(
              'div',
              { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Spaces' },
              h(
                'table',
                {},
                h(
                  'thead',
                  {},
                  h('tr', {}, ...['place', 'expression', 'space'].map((t) => h('th', { scope: 'col' }, t))),
                ),
                h('tbody', {}, rows),
              ),
            ),
      );
    },
  };
};

const stepView = (e: Emitted): HTMLElement => {
  const text = h('pre', { class: 'code', tabindex: 0, 'aria-label': 'The graph as text' });
  const why = h('p', { class: 'note' });
  const choose = (i: number): void => {
    const step = e.steps[i];
    const isPlan = i === e.steps.length;
    text.textContent = isPlan ? e.plan : step.text;
    why.textContent = isPlan
      ? `The instructions of a step: ${e.summary}.`
      : `${step.why.replace(/\.$/, '')} (${step.nodes} nodes).`;
  };
  const names = [...e.steps.map((s, i) => `${i}. ${s.pass} (${s.nodes})`), 'plan'];
  const select = h(
    'select',
    { id: 'pass', onchange: () => choose(select.selectedIndex) },
    names.map((n) => h('option', {}, n)),
  );
  const move = (by: number): void => {
    select.selectedIndex = Math.max(0, Math.min(names.length - 1, select.selectedIndex + by));
    choose(select.selectedIndex);
  };
  select.selectedIndex = e.steps.length - 1;
  choose(e.steps.length - 1);
  return h(
    'div',
    {},
    h(
      'p',
      { class: 'row' },
      h('label', { for: 'pass' }, 'After pass '),
      select,
      h('button', { type: 'button', class: 'small', 'aria-label': 'Pass before', onclick: () => move(-1) }, '◀'),
      h('button', { type: 'button', class: 'small', 'aria-label': 'Next pass', onclick: () => move(1) }, '▶'),
    ),
    why,
    text,
  );
};

export const graphsPanel = (language: Language): { element: HTMLElement; show(u: Understood): void } => {
  const element = h('div', { class: 'panel-body' });
  let shown: string | undefined;
  const view = h('div', {});
  const load = async (index: number): Promise<void> => {
    replace(view, h('p', { class: 'note' }, 'Compiling ...'));
    const emitted = await language.ask('emit', index);
    replace(view, emitted ? stepView(emitted) : h('p', { class: 'note' }, 'There is no graph: the text has errors.'));
  };
  const draw = ({ text, graphs: titles }: Understood): void => {
    if (shown === text) return;
    shown = text;
    if (titles.length === 0)
      return replace(element, h('p', { class: 'note' }, 'No graphs: the text has errors, or asks for nothing.'));
    const select = h(
      'select',
      { id: 'graph', onchange: () => void load(select.selectedIndex) },
      titles.map((t) => h('option', {}, t)),
    );
    replace(element, h('p', { class: 'row' }, h('label', { for: 'graph' }, 'Graph '), select), view);
    void load(0);
  };
  return { element, show: draw };
};
