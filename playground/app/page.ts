/** Where everything is on the page: the bar above, the course, the spec with its problems and files, what is understood of it. */
import { h, replace } from './dom.ts';
import { linkTo } from './share.ts';

interface Parts {
  readonly title: HTMLElement;
  readonly note: HTMLElement;
  /** In the bar, in this order. */
  readonly bar: readonly HTMLElement[];
  readonly course: HTMLElement;
  /** Above the editor. */
  readonly toolbar: readonly HTMLElement[];
  readonly editor: HTMLElement;
  readonly problems: HTMLElement;
  readonly files: HTMLElement;
  readonly side: HTMLElement;
  readonly gallery: HTMLElement;
}

/** In another page there is only a link to this one, with the spec as it stands. */
const embeddedHeader = (text: () => string): HTMLElement => {
  const link = h('a', { href: './', target: '_blank', rel: 'noopener', class: 'embed-link' }, 'Open in Learn');
  link.addEventListener('click', () => void linkTo(text()).then((to) => (link.href = to)));
  return h('header', {}, h('h1', { class: 'hidden' }, 'Learn'), link);
};

const header = ({ title, bar, note }: Parts): HTMLElement =>
  h(
    'header',
    { class: 'top' },
    h('h1', {}, 'Learn'),
    title,
    note,
    h('nav', { 'aria-label': 'Open and share' }, ...bar),
  );

const main = ({ course, toolbar, editor, problems, files, side }: Parts): HTMLElement =>
  h(
    'main',
    { class: 'split' },
    course,
    h(
      'section',
      { class: 'editing', 'aria-label': 'The spec' },
      h('div', { class: 'toolbar' }, ...toolbar),
      editor,
      problems,
      files,
    ),
    h('section', { class: 'side', 'aria-label': 'Understanding and training' }, side),
  );

export const layOut = (parts: Parts): void => fill(header(parts), parts);

export const layOutEmbedded = (parts: Parts, text: () => string): void => {
  document.body.classList.add('embedded');
  fill(embeddedHeader(text), parts);
};

const fill = (top: HTMLElement, parts: Parts): void => {
  const app = document.getElementById('app');
  if (app) replace(app, top, main(parts), parts.gallery, h('div', { id: 'said', role: 'status', class: 'hidden' }));
};
