/**
 * What the compiler asks of its host, answered by Node: modules and data beside the file that asks, the standard library
 * from the package's `stdlib/` folder, whether this runs from the sources or from `dist/`.
 */
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, posix, resolve } from 'node:path';
import type { Host } from '../../compiler/host.ts';
import { library, packageFolder, readLibrary } from './node-library.ts';
import { filesBeside, findPictures, loadFile, nodeCodecs } from './node-files.ts';
import { isFailure } from './reader.ts';
import { readFile as readTable, readPictures } from './read.ts';

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

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** The library does not change while a host lives. */
export const nodeHost = (libraryOnce = once(readLibrary)): Host => ({
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

  files: (base, folder) => (inLibrary(base) ? Promise.resolve([]) : filesBeside(base, folder)),

  standardLibrary: libraryOnce,
});
