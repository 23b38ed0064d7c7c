/** What the page begins with: a shared link, the file of `learn play`, an example of the address, what was there before. */
import { exampleNamed } from './gallery.ts';
import { openLocal } from './local.ts';
import { sharedSpec } from './share.ts';
import { recall } from './storage.ts';
import firstSpec from '../lessons/first.learn?raw';

export interface Opened {
  readonly name: string;
  readonly text: string;
  /** A file on this machine, written back by `learn play`. */
  readonly local: boolean;
}

export const opened = async (base: string, query: URLSearchParams): Promise<Opened> => {
  const shared = await sharedSpec(location.hash);
  if (shared !== undefined) return { name: 'shared', text: shared, local: false };
  if (query.has('local')) {
    const file = await openLocal(base);
    if (file) return { ...file, local: true };
  }
  const example = exampleNamed(query.get('example') ?? '');
  if (example) return { name: example.name, text: await example.text(), local: false };
  const before = recall<{ name: string; text: string }>('document');
  return { ...(before ?? { name: 'spec', text: firstSpec }), local: false };
};

/** The lesson of the address, or the one that was open when nothing else is asked for. */
export const lessonAsked = (query: URLSearchParams, { local }: Opened): string | undefined => {
  const nothingElse = location.hash === '' && !local && !query.has('embed') && !query.has('example');
  return query.get('lesson') ?? (nothingElse ? recall<string>('lesson') : undefined);
};
