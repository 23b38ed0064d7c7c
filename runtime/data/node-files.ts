/**
 * Bytes from the disk, with the reason in the user's terms where there are none, and the names near a missing file.
 * For Node only; of `runtime/data/`, only node-host.ts imports this file.
 */
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as zlib from 'node:zlib';
import type { DataFailure } from '../../compiler/host.ts';
import { similar } from '../../grammar/similar.ts';
import { byName, nameTest, splitPattern } from './glob.ts';
import type { Codecs, DataFile, Unpack } from './reader.ts';
import { isFailure } from './reader.ts';

/** A small file must not unpack to more than memory holds. */
const limit = { maxOutputLength: 2 ** 31 };

/** Node 20 has no Zstandard; later ones do. */
const zstd = (zlib as { readonly zstdDecompressSync?: (bytes: Uint8Array, options: typeof limit) => Buffer })
  .zstdDecompressSync;

/** A Buffer is a Uint8Array whose `slice` does not copy: readers get the plain kind. */
const plain = (b: Buffer): Uint8Array => new Uint8Array(b.buffer, b.byteOffset, b.byteLength);

export const nodeCodecs: Codecs = {
  gzip: (bytes) => plain(zlib.gunzipSync(bytes, limit)),
  gzipHead: (bytes) => plain(zlib.gunzipSync(bytes.subarray(0, 1024), { finishFlush: zlib.constants.Z_SYNC_FLUSH })),
  brotli: (bytes) => plain(zlib.brotliDecompressSync(bytes, limit)),
  ...(zstd && { zstd: ((bytes) => plain(zstd(bytes, limit))) satisfies Unpack }),
};

const mostCandidates = 200;

/** `a/b` and `c` -> `a/b/c`, in the words of the user. */
const joined = (folder: string, name: string): string =>
  folder === '' || folder === '.' ? name : `${folder.replace(/\/$/, '')}/${name}`;

interface Entries {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

const entriesOf = async (folder: string): Promise<Entries | undefined> => {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = (keep: (e: (typeof entries)[number]) => boolean): string[] =>
      entries
        .filter((e) => keep(e) && !e.name.startsWith('.') && e.name !== 'node_modules')
        .map((e) => e.name)
        .sort(byName);
    return { files: names((e) => !e.isDirectory()), folders: names((e) => e.isDirectory()) };
  } catch {
    return undefined;
  }
};

/** Files in and under the nearest folder that exists, as the user would write them; what lies nearest first. */
const candidatesNear = async (called: string, file: string, most = mostCandidates): Promise<string[]> => {
  let [folder, name] = [dirname(file), called.split('/').slice(0, -1).join('/')];
  let entries = await entriesOf(folder);
  while (!entries && name !== '') {
    folder = dirname(folder);
    name = name.split('/').slice(0, -1).join('/');
    entries = await entriesOf(folder);
  }
  const found: string[] = [];
  let level: (readonly [string, string])[] = entries ? [[folder, name]] : [];
  for (let depth = 0; depth < 3 && level.length > 0; depth++) {
    const next: (readonly [string, string])[] = [];
    for (const [at, written] of level) {
      const { files, folders } = (await entriesOf(at)) ?? { files: [], folders: [] };
      found.push(...files.map((f) => joined(written, f)));
      next.push(...folders.map((f) => [join(at, f), joined(written, f)] as const));
      if (found.length >= most) return found.slice(0, most);
    }
    level = next;
  }
  return found;
};

/** Files in and under a folder beside a spec, as it would name them. */
export const filesBeside = (spec: string, folder: string): Promise<string[]> =>
  candidatesNear(joined(folder, 'data'), join(dirname(spec), folder, 'data'), 20 * mostCandidates);

const missing = async (called: string, file: string): Promise<DataFailure> => {
  const candidates = await candidatesNear(called, file);
  const close = similar(called, candidates);
  return {
    failed: `there is no file \`${called}\``,
    place: `looked for at ${file}`,
    help: 'a path is relative to the file that names it',
    meant: close,
    candidates,
  };
};

/** `called`: the user's name for `file`. */
export const loadFile = async (called: string, file: string): Promise<DataFile | DataFailure> => {
  try {
    return { name: called, bytes: new Uint8Array(await readFile(file)) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return missing(called, file);
    if (code === 'EISDIR') {
      const help = `name a file in it, or read pictures with \`images("${called.replace(/\/$/, '')}/*.png")\``;
      return { failed: `\`${called}\` is a folder`, help };
    }
    if (code === 'EACCES' || code === 'EPERM')
      return { failed: `\`${called}\` may not be read`, help: 'check the permissions of the file' };
    if (code === 'ERR_FS_FILE_TOO_LARGE')
      return { failed: `\`${called}\` is larger than 2 GiB`, help: 'split it, or keep the columns that are needed' };
    return { failed: `\`${called}\` cannot be read: ${message}`, help: 'check the path' };
  }
};

/** Files whose path from `folder` matches the names of a pattern, in order; `written` is the folder in the user's words. */
const matches = async (folder: string, written: string, names: readonly string[]): Promise<[string, string][]> => {
  const [first, ...rest] = names;
  const entries = await entriesOf(folder);
  if (!entries || first === undefined) return [];
  const below = (f: string, left: readonly string[]): Promise<[string, string][]> =>
    matches(join(folder, f), joined(written, f), left);
  if (first === '**') {
    const here = rest.length > 0 ? await matches(folder, written, rest) : [];
    const deeper = await Promise.all(entries.folders.map((f) => below(f, names)));
    return [...here, ...deeper.flat()];
  }
  const test = nameTest(first);
  if (rest.length === 0)
    return entries.files.filter(test).map((f): [string, string] => [joined(written, f), join(folder, f)]);
  return (await Promise.all(entries.folders.filter(test).map((f) => below(f, rest)))).flat();
};

/** The pictures that a glob names, sorted by name with numbers in order. `resolve`: the user's path -> the disk's. */
export const findPictures = async (
  called: string,
  resolve: (path: string) => string,
): Promise<DataFile[] | DataFailure> => {
  const { root, names } = splitPattern(called);
  const folder = resolve(root);
  const found = (await matches(folder, root, names)).sort(([a], [b]) => byName(a, b));
  if (found.length === 0)
    return {
      failed: `there are no files \`${called}\``,
      place: `looked for in ${folder}`,
      help: 'a pattern is relative to the file that names it; `*` stands for part of a name, `**` for any folders',
      candidates: await candidatesNear(joined(root, 'x'), join(folder, 'x')),
    };
  const files: DataFile[] = [];
  for (const [name, path] of found) {
    const loaded = await loadFile(name, path);
    if (isFailure(loaded)) return loaded;
    files.push(loaded);
  }
  return files;
};
