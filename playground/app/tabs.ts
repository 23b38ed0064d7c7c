/** Tabs as the ARIA practices have them: arrows move, Home and End go to the ends, one panel is shown. */
import { h } from './dom.ts';

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly content: HTMLElement;
  readonly onOpen?: () => void;
}

export const tabs = (
  label: string,
  all: readonly Tab[],
): { element: HTMLElement; open(id: string): void; current(): string } => {
  let current = all[0].id;
  const buttons = all.map((t) =>
    h(
      'button',
      { type: 'button', role: 'tab', id: `tab-${t.id}`, 'aria-controls': `panel-${t.id}`, onclick: () => open(t.id) },
      t.label,
    ),
  );
  const panels = all.map((t) =>
    h(
      'div',
      { role: 'tabpanel', id: `panel-${t.id}`, 'aria-labelledby': `tab-${t.id}`, class: 'panel', tabindex: 0 },
      t.content,
    ),
  );
  const open = (id: string): void => {
    current = id;
    all.forEach((t, i) => {
      const chosen = t.id === id;
      buttons[i].setAttribute('aria-selected', String(chosen));
      buttons[i].tabIndex = chosen ? 0 : -1;
      panels[i].hidden = !chosen;
      if (chosen) t.onOpen?.();
    });
  };
  const list = h(
    'div',
    {
      role: 'tablist',
      'aria-label': label,
      class: 'tabs',
      onkeydown: (event: KeyboardEvent) => {
        const at = all.findIndex((t) => t.id === current);
        const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        const next = (to + all.length) % all.length;
        open(all[next].id);
        buttons[next].focus();
      },
    },
    buttons,
  );
  open(current);
  return { element: h('div', { class: 'tabbed' }, list, panels), open, current: () => current };
};
