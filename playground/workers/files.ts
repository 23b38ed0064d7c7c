/**
 * What the compiler asks of its host, answered in the browser: the library and its data from the page's own address, files dropped on the
 * page from memory, and with `learn play` the files beside the one that is open. Nothing is ever sent anywhere.
 */
import { gunzipSync } from 'fflate';
import type { DataFailure, Host, Table } from '../../compiler/host.ts';
import { similar } from '../../grammar/similar.ts';
import { nameTest, splitPattern } from '../../runtime/data/glob.ts';
import { readFile, readPictures } from '../../runtime/data/read.ts';
import type { Codecs, DataFile } from '../../runtime/data/reader.ts';
import order from '../../stdlib/order.json';

export interface FileSource {
  /** The page's address, with a slash at its end. */
  readonly base: string;
  /** Served by `learn play`: files beside the open one can be read. */
  readonly local: boolean;
  /** Dropped files by name. */
  readonly dropped: ReadonlyMap<string, Uint8Array>;
}

const texts = import.meta.glob<string>('../../stdlib/*.learn', { query: '?raw', import: 'default', eager: true });

const library = (order as string[]).map((name) => ({ file: `stdlib/${name}`, text: texts[`../../stdlib/${name}`] }));

/** Pieces inside of Parquet files; readers do not wait for them. */
const codecs: Codecs = { gzip: (bytes) => gunzipSync(bytes) };

/** Whole files are unpacked by the browser itself, which does it asynchronously. */
const unpacked = async (bytes: Uint8Array): Promise<Uint8Array> => {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

const fetched = async (url: string): Promise<Uint8Array | undefined> => {
  try {
    const answer = await fetch(url);
    return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : undefined;
  } catch {
    return undefined;
  }
};

/** A file that is dropped again under its name is another one. */
const ids = new WeakMap<Uint8Array, number>();
let nextId = 0;
const idOf = (bytes: Uint8Array): number => {
  const known = ids.get(bytes) ?? nextId++;
  ids.set(bytes, known);
  return known;
};

const plain = (path: string): string => path.replace(/^\.\//, '');

export const browserHost = (source: () => FileSource): Host => {
  const tables = new Map<string, Promise<Table | DataFailure>>();

  const bytesOf = async (path: string, inLibrary: boolean): Promise<Uint8Array | undefined> => {
    const { base, local, dropped } = source();
    if (inLibrary) return fetched(`${base}stdlib/${path}`);
    const own = dropped.get(plain(path));
    if (own) return own;
    return local
      ? fetched(`${base}local/beside/${plain(path).split('/').map(encodeURIComponent).join('/')}`)
      : undefined;
  };

  const missing = (path: string): DataFailure => {
    const names = [...source().dropped.keys()];
    const close = similar(path, names);
    return {
      failed: `there is no file \`${path}\``,
      help: 'drop the file on the page: it stays in this browser',
      meant: close,
      candidates: names,
    };
  };

  const pictures = async (path: string): Promise<Table | DataFailure> => {
    const { root, names } = splitPattern(plain(path));
    const test = nameTest(names[names.length - 1] ?? '*');
    const folder = root === '' || root === '.' ? '' : `${root}/`;
    const files: DataFile[] = [...source().dropped]
      .filter(([name]) => name.startsWith(folder) && test(name.slice(folder.length).split('/').at(-1) ?? ''))
      .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
      .map(([name, bytes]) => ({ name, bytes }));
    return files.length === 0 ? missing(path) : readPictures(path, files, codecs);
  };

  const table = async ({ format, path, base }: Parameters<Host['readData']>[0]): Promise<Table | DataFailure> => {
    if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path))
      return {
        failed: `\`${path}\` is an address`,
        help: 'data are read from files: download it and drop the file on the page',
      };
    const inLibrary = base.startsWith('stdlib/');
    if (format === 'images' && !inLibrary) return pictures(path);
    const bytes = await bytesOf(path, inLibrary);
    if (!bytes)
      return inLibrary
        ? { failed: `\`${path}\` could not be loaded`, help: 'open the page once while online' }
        : missing(path);
    return readFile(format as Exclude<typeof format, 'images'>, { name: path, bytes: await unpacked(bytes) }, codecs);
  };

  /** `learn play` names what lies beside the open file. */
  const beside = async (): Promise<readonly string[]> => {
    const { base, local } = source();
    const list = local ? await fetched(`${base}local/list`) : undefined;
    return list ? (JSON.parse(new TextDecoder().decode(list)) as string[]) : [];
  };

  return {
    files: async (file) =>
      file.startsWith('stdlib/') ? [] : [...new Set([...source().dropped.keys(), ...(await beside())])],
    standardLibrary: () => Promise.resolve(library),
    readModule: async (path, base) => {
      if (base.startsWith('stdlib/')) return undefined;
      const bytes = await bytesOf(path, false);
      return bytes && { file: plain(path), text: new TextDecoder().decode(bytes) };
    },
    readData: (request) => {
      const own = source().dropped.get(plain(request.path));
      const key = JSON.stringify([request.format, request.path, request.base, own && idOf(own)]);
      const known = tables.get(key) ?? table(request);
      tables.set(key, known);
      // What failed may be there the next time.
      void known.then((t) => 'failed' in t && tables.delete(key));
      return known;
    },
  };
};
