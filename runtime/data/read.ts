/**
 * The bytes of a request -> a table: unpacked where they are packed by gzip, then handed to the reader of the format.
 * Whatever the bytes are, the answer is a table or a reason; nothing is thrown.
 */
import type { DataFailure, DataFormat } from '../../compiler/host.ts';
import { readCsv } from './csv.ts';
import { readIdx } from './idx.ts';
import { readJson } from './json.ts';
import { readNpy } from './npy.ts';
import { isFailure, reasonOf } from './reader.ts';
import type { Codecs, DataFile, Preview, Reader, Reading, Unpack } from './reader.ts';

export type FileFormat = Exclude<DataFormat, 'images'>;

/** Those that need a package of their own are loaded when they are called. */
const readers: { readonly [F in FileFormat]: Reader } = {
  csv: readCsv,
  json: readJson,
  npy: readNpy,
  idx: (file) => readIdx(file),
  parquet: async (file, codecs) => (await import('./parquet.ts')).readParquet(file, codecs),
};

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Told by its first bytes: a browser may have unpacked what is still called `.gz`. */
const unpacked = (file: DataFile, { gzip }: Codecs): DataFile | DataFailure => {
  if (!isGzip(file.bytes)) return file;
  if (!gzip) return { failed: `\`${file.name}\` is packed by gzip`, help: 'unpack it first' };
  try {
    return { name: file.name, bytes: gzip(file.bytes) };
  } catch (error) {
    const help = 'it was cut off or changed: copy the file again';
    return { failed: `\`${file.name}\` cannot be unpacked: ${reasonOf(error)}`, help };
  }
};

/** A whole file, its bytes unpacked when they are asked for; the last four of a packed one are its length. */
const later = ({ name, bytes }: DataFile, gzip: Unpack, gzipHead: Unpack): DataFile & { preview: Preview } => {
  let unpackedBytes: Uint8Array | undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(bytes.length - 4, true);
  return {
    name,
    preview: { head: gzipHead(bytes), length },
    get bytes() {
      return (unpackedBytes ??= gzip(bytes));
    },
  };
};

/** The last net: what a decoder throws that its reader did not foresee. */
const guarded = async (name: string, read: () => Reading | Promise<Reading>): Promise<Reading> => {
  try {
    return await read();
  } catch (error) {
    return { failed: `\`${name}\` cannot be read: ${reasonOf(error)}`, help: 'copy or write the file again' };
  }
};

/** What a file's name says that it is. */
const formats: readonly (readonly [FileFormat, RegExp])[] = [
  ['csv', /\.(csv|tsv)(\.gz)?$/i],
  ['json', /\.(jsonl?|ndjson)(\.gz)?$/i],
  ['npy', /\.npy(\.gz)?$/i],
  ['parquet', /\.parquet$/i],
  ['idx', /\.idx(\.gz)?$/i],
];

/** A file that another reader reads. */
const byItsName = (format: FileFormat, name: string, read: Reading): Reading => {
  const own = formats.find(([, ends]) => ends.test(name))?.[0];
  return isFailure(read) && own !== undefined && own !== format
    ? { ...read, help: `a file of this name is read by \`${own}("${name}")\`` }
    : read;
};

export const readFile = (format: FileFormat, packed: DataFile, codecs: Codecs): Promise<Reading> =>
  guarded(packed.name, async () => {
    const { gzip, gzipHead } = codecs;
    if (format === 'idx' && packed.intact && isGzip(packed.bytes) && gzip && gzipHead) {
      const file = later(packed, gzip, gzipHead);
      return readIdx(file, file.preview);
    }
    const file = unpacked(packed, codecs);
    return isFailure(file) ? file : byItsName(format, packed.name, await readers[format](file, codecs));
  });

export const readPictures = (name: string, packed: readonly DataFile[], codecs: Codecs): Promise<Reading> =>
  guarded(name, async () => {
    const files: DataFile[] = [];
    for (const one of packed) {
      const file = unpacked(one, codecs);
      if (isFailure(file)) return file;
      files.push(file);
    }
    return (await import('./images.ts')).readImages(name, files);
  });
