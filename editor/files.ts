/** Names of files inside the quotes of `csv("...")` and the like, and of modules behind `from`. */
import type { Host } from '../compiler/host.ts';
import type { View } from './view.ts';

const packed = (endings: string): RegExp => new RegExp(`\\.(?:${endings})(?:\\.gz)?$`, 'i');

/** What a reader reads, by the endings of names. */
const readers: Readonly<Record<string, RegExp>> = {
  csv: packed('csv|tsv|txt'),
  json: packed('json|jsonl|ndjson'),
  npy: packed('npy'),
  parquet: packed('parquet'),
  idx: /(?:\.idx|[.-](?:idx\d-)?ubyte)(?:\.gz)?$/i,
  images: /\.(?:png|jpe?g)$/i,
};

/** The quoted text that is being written, and what asks for it. */
const quoted = (
  before: string,
): { readonly asks: string; readonly from: number; readonly folder: string } | undefined => {
  const found = /(?:\b(csv|json|npy|parquet|idx|images)\(\s*|\b(from)\s+)"([^"\n]*)$/.exec(before);
  if (!found) return undefined;
  const [, reader, from, written] = found;
  return { asks: reader ?? from, from: before.length - written.length, folder: written.replace(/\/?[^/]*$/, '') };
};

/** One pattern for the pictures of a folder. */
const patterns = (files: readonly string[]): string[] => [
  ...new Set(files.map((f) => f.replace(/[^/]*(\.\w+)$/, '*$1'))),
];

export interface FilePlace {
  readonly from: number;
  readonly names: readonly string[];
}

/** Undefined where no file is being named. */
export const filesAt = async (view: View, offset: number, host: Host): Promise<FilePlace | undefined> => {
  const place = quoted(view.text.slice(0, offset));
  if (!place) return undefined;
  const { asks, from, folder } = place;
  const files = (await host.files?.(view.file, folder)) ?? [];
  if (asks === 'from') {
    const own = view.file.replace(/^.*\//, '');
    return {
      from,
      names: files.filter((f) => f.endsWith('.learn') && f !== own).map((f) => (f.startsWith('.') ? f : `./${f}`)),
    };
  }
  const fit = files.filter((f) => readers[asks].test(f));
  return { from, names: asks === 'images' ? patterns(fit) : fit };
};
