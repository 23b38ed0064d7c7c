/**
 * What the compiler asks of its host, answered by Node: modules and data beside the file that asks, the standard library
 * from the package's `stdlib/` folder, whether this runs from the sources or from `dist/`.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host } from '../../compiler/host.ts';
import { findPictures, loadFile, nodeCodecs } from './node-files.ts';
import { isFailure } from './reader.ts';
import { readFile as readTable, readPictures } from './read.ts';

/** Modules of the library are named so, wherever the package lies. */
const library = 'stdlib/';

/** From runtime/data/ of the sources or of dist/. */
const packageFolder = (): string => {
  const here = dirname(fileURLToPath(import.meta.url));
  const found = ['../..', '../../..']
    .map((up) => resolve(here, up))
    .find((f) => existsSync(resolve(f, 'stdlib', 'order.json')));
  if (!found) throw new Error(`internal: no standard library near ${here}`);
  return found;
};

const inLibrary = (base: string): boolean => base.startsWith(library);

/** Where the file is that `path` means in a module called `base`, and what to call it: in the library, by its name there. */
const locate = (path: string, base: string): { readonly file: string; readonly name: string } => {
  if (isAbsolute(path)) return { file: path, name: path };
  if (!inLibrary(base)) {
    const file = resolve(dirname(base), path);
    return { file, name: file };
  }
  const name = posix.normalize(posix.join(posix.dirname(base), path));
  return { file: resolve(packageFolder(), name), name };
};

/** Where a module of the library lies on the disk; undefined for other files. */
export const libraryFile = (file: string): string | undefined =>
  inLibrary(file) ? resolve(packageFolder(), file) : undefined;

const textOf = async (file: string): Promise<string | undefined> => {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch {
    return undefined;
  }
};

export const nodeHost = (): Host => ({
  readModule: async (path, base) => {
    const { file, name } = locate(path, base);
    const text = await textOf(file);
    return text === undefined ? undefined : { file: name, text };
  },

  readData: async ({ format, path, base }) => {
    if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path))
      return { failed: `\`${path}\` is an address`, help: 'data are read from files: download it and name the file' };
    const { file, name } = locate(path, base);
    // Users know a file as they wrote it.
    const called = inLibrary(base) ? name : path.replaceAll('\\', '/');
    if (format === 'images') {
      const pictures = await findPictures(called, (folder) => locate(folder, base).file);
      return isFailure(pictures) ? pictures : readPictures(called, pictures, nodeCodecs);
    }
    const loaded = await loadFile(called, file);
    return isFailure(loaded) ? loaded : readTable(format, { ...loaded, intact: inLibrary(base) }, nodeCodecs);
  },

  standardLibrary: async () => {
    const folder = resolve(packageFolder(), 'stdlib');
    const order = JSON.parse(await readFile(resolve(folder, 'order.json'), 'utf8')) as string[];
    return Promise.all(
      order.map(async (name) => ({ file: `${library}${name}`, text: await readFile(resolve(folder, name), 'utf8') })),
    );
  },
});
