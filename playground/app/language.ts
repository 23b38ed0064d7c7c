/** The page's side of the language worker. */
import { askOf } from '../workers/calls.ts';
import type { Ask } from '../workers/calls.ts';
import type { LanguageOffers, Understood } from '../workers/language.ts';

export interface Language {
  readonly ask: Ask<LanguageOffers>;
  onUnderstood(listener: (understood: Understood) => void): void;
}

export const openLanguage = (): Language => {
  const worker = new Worker(new URL('../workers/language.ts', import.meta.url), { type: 'module', name: 'language' });
  const listeners: ((understood: Understood) => void)[] = [];
  const ask = askOf<LanguageOffers>(worker, ({ told, value }) => {
    if (told === 'understood') for (const listener of listeners) listener(value as Understood);
  });
  return { ask, onUnderstood: (listener) => void listeners.push(listener) };
};
