/** What is done with the spec as a whole: saved, shared as a link, exported, written with other symbols. */
import { h } from './dom.ts';
import { download, reportOf } from './exports.ts';
import { saveLocal } from './local.ts';
import { linkTo } from './share.ts';
import type { Training } from './run/training.ts';
import type { FileSource } from '../workers/files.ts';
import type { Understood } from '../workers/language.ts';

interface Spec {
  readonly name: () => string;
  readonly text: () => string;
  readonly understood: () => Understood | undefined;
  readonly files: () => FileSource;
  readonly training: Training;
  /** Where `learn play` writes a file back; undefined for what is kept in the browser. */
  readonly savedAt: string | undefined;
}

export interface Menu {
  /** What has been done, for a few seconds. */
  readonly note: HTMLElement;
  readonly share: HTMLElement;
  readonly exports: HTMLElement;
  readonly save: () => Promise<void>;
}

const button = (label: string, onclick: () => void, more: { readonly id?: string } = {}): HTMLElement =>
  h('button', { type: 'button', ...more, onclick }, label);

/** A menu that closes behind its items, on Escape, and when the focus leaves it. */
const dropDown = (label: string, ...items: readonly HTMLElement[]): HTMLElement => {
  const menu = h(
    'details',
    {
      class: 'menu',
      onkeydown: (event: KeyboardEvent) => {
        if (event.key !== 'Escape') return;
        menu.open = false;
        menu.querySelector('summary')?.focus();
      },
      onfocusout: (event: FocusEvent) => {
        if (event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) menu.open = false;
      },
    },
    h('summary', {}, label),
    h('div', { class: 'menu-items', onclick: () => (menu.open = false) }, ...items),
  );
  return menu;
};

export const openMenu = (spec: Spec): Menu => {
  const note = h('span', { class: 'note', role: 'status' });
  const say = (text: string): void => {
    note.textContent = text;
    setTimeout(() => note.textContent === text && (note.textContent = ''), 4000);
  };
  const file = (extension: string): string => `${spec.name().replace(/[^\w-]+/g, '-')}${extension}`;

  const share = async (): Promise<void> => {
    const link = await linkTo(spec.text());
    history.replaceState(null, '', link);
    await navigator.clipboard.writeText(link).then(
      () => say('The link is copied'),
      () => say('The link is in the address bar'),
    );
  };
  const report = async (): Promise<void> => {
    const now = spec.training.run();
    if (!now) return say('There is no run yet');
    const parameters = await spec.training.safetensors(spec.files());
    download(file('.html'), reportOf(spec.name(), now, spec.understood(), parameters), 'text/html');
  };
  const parameters = async (): Promise<void> => {
    const bytes = await spec.training.safetensors(spec.files());
    if (bytes) download(file('.safetensors'), bytes, 'application/octet-stream');
    else say('Run it first: there are no parameters yet');
  };

  return {
    note,
    share: button('Share', () => void share(), { id: 'share' }),
    exports: dropDown(
      'Export',
      button('The spec', () => download(file('.learn'), spec.text(), 'text/plain')),
      button('The report (one HTML file)', () => void report()),
      button('The parameters (safetensors)', () => void parameters()),
    ),
    save: async () => {
      if (spec.savedAt === undefined) return say('Kept in this browser');
      const failed = await saveLocal(spec.savedAt, spec.text());
      say(failed === undefined ? 'Saved' : `Not saved: ${failed}`);
    },
  };
};
