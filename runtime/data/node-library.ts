/**
 * The standard library's files, from the package's `stdlib/` folder, with their syntax trees where `npm run build` left them: a snapshot
 * counts as long as the texts are the same and the grammar is the one that made it. For Node only.
 */
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LibraryModule } from '../../compiler/host.ts';

/** Modules of the library are named so, wherever the package lies. */
export const library = 'stdlib/';

const here = dirname(fileURLToPath(import.meta.url));

/** From runtime/data/ of the sources or of dist/, or from dist/bundle/cli/. */
export const packageFolder = (): string => {
  const found = ['../..', '../../..']
    .map((up) => resolve(here, up))
    .find((f) => existsSync(resolve(f, 'stdlib', 'order.json')));
  if (!found) throw new Error(`internal: no standard library near ${here}`);
  return found;
};

/** Also what `scripts/start.js` makes the snapshot of. */
export const libraryTexts = async (): Promise<{ readonly file: string; readonly text: string }[]> => {
  const folder = resolve(packageFolder(), 'stdlib');
  const order = JSON.parse(await readFile(resolve(folder, 'order.json'), 'utf8')) as string[];
  return Promise.all(
    order.map(async (name) => ({ file: `${library}${name}`, text: await readFile(resolve(folder, name), 'utf8') })),
  );
};

/** Beside the compiled program; there is none beside the sources. */
const snapshot = resolve(here, '../../library.json');
const grammar = resolve(here, '../../grammar');

export const writeSnapshot = (modules: readonly LibraryModule[]): void =>
  writeFileSync(snapshot, JSON.stringify(modules));

/** Newer than every part of the grammar. */
const isCurrent = (): boolean => {
  const made = statSync(snapshot).mtimeMs;
  return readdirSync(grammar, { recursive: true, encoding: 'utf8' }).every(
    (name) => !name.endsWith('.js') || statSync(resolve(grammar, name)).mtimeMs <= made,
  );
};

export const readLibrary = async (): Promise<readonly LibraryModule[]> => {
  const texts = await libraryTexts();
  if (!existsSync(snapshot) || !isCurrent()) return texts;
  const made = new Map(
    (JSON.parse(await readFile(snapshot, 'utf8')) as LibraryModule[]).map((m) => [`${m.file}\n${m.text}`, m]),
  );
  return texts.map((m) => made.get(`${m.file}\n${m.text}`) ?? m);
};
