/** The formula, set by KaTeX (which loads when there is something to set), linked with the source by the names in it. */
import type { Understood } from '../workers/language.ts';
import { h, prose, replace } from './dom.ts';

type Explanation = Understood['explanations'][number];

type Katex = typeof import('katex').default;
let katex: Promise<Katex> | undefined;

const loadKatex = (): Promise<Katex> =>
  (katex ??= Promise.all([import('katex'), import('katex/dist/katex.min.css')]).then(([module]) => module.default));

/** Only names are marked: nothing that a spec holds becomes a link, an image or a style. */
const trust = ({ command }: { readonly command: string }): boolean => command === '\\htmlData';

const setFormula = async (element: HTMLElement, e: Explanation): Promise<void> => {
  const set = await loadKatex();
  set.render(e.formula.linked, element, {
    displayMode: true,
    throwOnError: false,
    strict: false,
    trust,
    output: 'htmlAndMathml',
  });
};

const place = (label: string, p: { readonly place: string; readonly because: string }): HTMLElement[] => [
  h('dt', {}, label),
  h('dd', {}, prose(p.place), h('span', { class: 'because' }, ' — ', prose(p.because))),
];

const copyButton = (label: string, text: string): HTMLElement => {
  const button = h(
    'button',
    {
      type: 'button',
      class: 'small',
      onclick: () => {
        void navigator.clipboard.writeText(text).then(() => {
          button.textContent = 'Copied';
          setTimeout(() => (button.textContent = label), 1500);
        });
      },
    },
    label,
  );
  return button;
};

export interface FormulaEvents {
  /** The pointer, or the keyboard, is on a name of the formula; undefined: on none. */
  readonly onName: (name: string | undefined) => void;
  readonly onChoose: (name: string) => void;
}

const formulaView = (e: Explanation, on: FormulaEvents): HTMLElement => {
  const formula = h('div', {
    class: 'formula',
    tabindex: 0,
    role: 'group',
    'aria-label': `Formula: ${e.formula.unicode.replace(/\s+/g, ' ')}`,
  });
  formula.textContent = e.formula.unicode;
  void setFormula(formula, e);
  const nameOf = (event: Event): string | undefined =>
    (event.target as Element).closest<HTMLElement>('[data-name]')?.dataset.name;
  formula.addEventListener('pointerover', (event) => on.onName(nameOf(event)));
  formula.addEventListener('pointerleave', () => on.onName(undefined));
  formula.addEventListener('click', (event) => {
    const name = nameOf(event);
    if (name !== undefined) on.onChoose(name);
  });
  return h('div', { class: 'scroll' }, formula);
};

const explanationView = (e: Explanation, several: boolean, on: FormulaEvents): HTMLElement => {
  const omitted =
    e.formula.omitted.length > 0 &&
    h('p', { class: 'note' }, `Defined in the source: ${e.formula.omitted.join(', ')}.`);
  const { goal, models, paradigm } = e.map;
  return h(
    'section',
    { class: 'card' },
    h('h3', {}, several ? `The problem ${e.name}` : 'The problem'),
    formulaView(e, on),
    omitted,
    h('p', { class: 'row' }, copyButton('Copy LaTeX', e.formula.latex), copyButton('Copy Unicode', e.formula.unicode)),
    h('h4', {}, 'Its place in the field'),
    h(
      'dl',
      {},
      place('goal', goal),
      models.flatMap((m) => place(`model of ${m.member}`, m)),
      place('paradigm', paradigm),
    ),
    e.members.length > 0 &&
      h(
        'p',
        { class: 'note' },
        `Trained: ${e.members.map((m) => `${m.name} in ${m.model} (${m.parameters} parameters)`).join(', ')}.`,
      ),
    e.decisions.length > 0 && h('h4', {}, 'What was decided, and why'),
    e.decisions.length > 0 &&
      h(
        'dl',
        {},
        e.decisions.flatMap((d) => [
          h('dt', {}, prose(d.subject)),
          h('dd', {}, prose(d.choice), h('span', { class: 'because' }, ' — ', prose(d.reason))),
        ]),
      ),
  );
};

export interface FormulaPanel {
  readonly element: HTMLElement;
  /** The formulas alone. */
  readonly brief: HTMLElement;
  show(u: Understood): void;
  showBrief(u: Understood): void;
  /** Marks a name in all formulas. */
  light(name: string | undefined): void;
}

export const formulaPanel = (on: FormulaEvents): FormulaPanel => {
  const element = h('div', { class: 'panel-body' }, h('p', { class: 'note' }, 'The formula appears here.'));
  const brief = h('div', {});
  let before = '';
  let briefBefore = '';
  return {
    element,
    brief,
    showBrief: ({ explanations }) => {
      const key = explanations.map((e) => e.formula.linked).join('\n');
      if (key === briefBefore) return;
      briefBefore = key;
      replace(
        brief,
        explanations.map((e) => h('div', { class: 'card' }, formulaView(e, on))),
      );
    },
    show: ({ explanations }) => {
      const key = JSON.stringify(explanations);
      if (key === before) return;
      before = key;
      const several = explanations.length > 1;
      const views = explanations.map((e) => explanationView(e, several, on));
      replace(
        element,
        views.length > 0
          ? views
          : [
              h(
                'p',
                { class: 'note' },
                'This text poses no problem yet: it has no ',
                h('code', {}, 'minimize'),
                ' or ',
                h('code', {}, 'maximize'),
                '.',
              ),
            ],
      );
    },
    light: (name) => {
      for (const place of [element, brief]) {
        for (const marked of place.querySelectorAll('.lit')) marked.classList.remove('lit');
        if (name === undefined) continue;
        for (const found of place.querySelectorAll(`[data-name="${CSS.escape(name)}"]`)) found.classList.add('lit');
      }
    },
  };
};
