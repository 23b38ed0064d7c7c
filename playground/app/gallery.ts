/** Every example of the repository, by its first comment; one click opens it. */
import { h, replace } from './dom.ts';

const texts = import.meta.glob<string>('../../examples/*.learn', { query: '?raw', import: 'default' });

export interface Example {
  readonly name: string;
  readonly text: () => Promise<string>;
}

export const examples: readonly Example[] = Object.entries(texts).map(([path, load]) => ({
  name: path.replace(/^.*\/(.*)\.learn$/, '$1'),
  text: load,
}));

export const exampleNamed = (name: string): Example | undefined => examples.find((e) => e.name === name);

const described = (text: string): string => /^--+ ?(.*)$/m.exec(text)?.[1] ?? '';

export const galleryDialog = (onChoose: (text: string, name: string) => void): HTMLDialogElement => {
  const list = h('ul', { class: 'gallery' });
  const dialog = h(
    'dialog',
    {
      class: 'dialog',
      'aria-labelledby': 'gallery-title',
      onclick: (event: MouseEvent) => {
        if (event.target === dialog) dialog.close();
      },
    },
    h(
      'div',
      { class: 'row spread' },
      h('h2', { id: 'gallery-title' }, 'Examples'),
      h('button', { type: 'button', onclick: () => dialog.close() }, 'Close'),
    ),
    h('p', { class: 'note' }, 'Each opens in the editor; Run trains it here, in your browser.'),
    list,
  );
  const fill = async (): Promise<void> => {
    const items = await Promise.all(
      examples.map(async (e) => {
        const text = await e.text();
        const choose = (): void => {
          dialog.close();
          onChoose(text, e.name);
        };
        return h(
          'li',
          {},
          h(
            'button',
            { type: 'button', class: 'example', onclick: choose },
            h('strong', {}, e.name.replace(/^\d+-/, '').replaceAll('-', ' ')),
            h('span', {}, described(text)),
          ),
        );
      }),
    );
    replace(list, items);
  };
  dialog.addEventListener('toggle', () => void (dialog.open && list.childElementCount === 0 && fill()));
  return dialog;
};
