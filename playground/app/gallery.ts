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

/** The comment that a spec begins with: as many of its sentences as fit into three lines. */
const described = (text: string): string => {
  const comment = /^(?:-- .*\n?)+/.exec(text)?.[0].replace(/^-- /gm, '').replace(/\n/g, ' ').trim() ?? '';
  const sentences = comment.match(/.+?\.(?= [A-Z]|$)/g) ?? [comment];
  return sentences.reduce((said, next) => (said === '' || said.length + next.length < 150 ? said + next : said), '');
};

const written: Readonly<Record<string, string>> = {
  ...{ mnist: 'MNIST', vae: 'VAE', gan: 'GAN', simclr: 'SimCLR', dqn: 'DQN', maml: 'MAML', pca: 'PCA', mmd: 'MMD' },
  ...{ wgan: 'WGAN', gp: 'GP', vq: 'VQ', kmeans: 'k-means', hodgkin: 'Hodgkin', huxley: 'Huxley', cramer: 'Cramér' },
  ...{
    helmholtz: 'Helmholtz',
    markov: 'Markov',
    laplace: 'Laplace',
    bernoulli: 'Bernoulli',
    wasserstein: 'Wasserstein',
  },
};

/** `07-simclr`: SimCLR. */
const titleOf = (name: string): string => {
  const words = name.replace(/^\d+-/, '').split('-');
  const title = words.map((w) => written[w] ?? w).join(' ');
  return title[0].toUpperCase() + title.slice(1);
};

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
            h('strong', {}, titleOf(e.name)),
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
