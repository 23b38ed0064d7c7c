/**
 * Parquet -> a table, by hyparquet: a column at a time, so that a damaged one is named. Whole numbers become doubles,
 * dates texts (ISO 8601), lists of numbers arrays.
 */
import { parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet';
import type { Compressors, FileMetaData } from 'hyparquet';
import type { Column } from '../../compiler/host.ts';
import { cellsHelp, columnOfValues } from './columns.ts';
import { columnNames } from './names.ts';
import { indexPlace, isFailure, isMisfit, mostEntries, reasonOf } from './reader.ts';
import { isRecord } from './fields.ts';
import type { Codecs, DataFile, Misfit, Reading } from './reader.ts';

const again = 'copy or write the file again';

const strict = new TextDecoder('utf-8', { fatal: true });

/** What Parquet can hold and JSON cannot -> what `columnOfValues` knows; undefined: bytes that are no text. */
const plain = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number(value);
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) {
    try {
      return strict.decode(value);
    } catch {
      return undefined;
    }
  }
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<unknown>, plain);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
  return value;
};

const columnOf = (parts: readonly ArrayLike<unknown>[]): Column | Misfit => {
  const cells = parts.flatMap((part) => Array.from(part, plain));
  const bytes = cells.indexOf(undefined);
  return bytes < 0 ? columnOfValues(cells) : { row: bytes, what: 'bytes that are no text' };
};

const compressorsOf = ({ gzip, brotli, zstd }: Codecs): Compressors => ({
  ...(gzip && { GZIP: gzip }),
  ...(brotli && { BROTLI: brotli }),
  ...(zstd && { ZSTD: zstd }),
});

/** A column packed in a way for which there is no unpacker here. */
const unreadable = (
  metadata: FileMetaData,
  compressors: Compressors,
): { column: string; codec: string } | undefined => {
  for (const group of metadata.row_groups)
    for (const { meta_data: meta } of group.columns)
      if (meta && meta.codec !== 'UNCOMPRESSED' && meta.codec !== 'SNAPPY' && !compressors[meta.codec])
        return { column: meta.path_in_schema.join('.'), codec: meta.codec };
  return undefined;
};

const isMagic = (bytes: Uint8Array, at: number): boolean =>
  [0x50, 0x41, 0x52, 0x31].every((byte, i) => bytes[at + i] === byte);

/** More rows than a number a byte of the file could not be: counts in a damaged footer are not believed. */
const credible = (metadata: FileMetaData): boolean => {
  const groups = metadata.row_groups.reduce((n, g) => n + Number(g.num_rows), 0);
  return (
    Number(metadata.num_rows) === groups &&
    groups <= mostEntries &&
    metadata.row_groups.every(({ columns, num_rows: rows }) =>
      columns.every(({ meta_data: meta }) => !meta || (meta.num_values >= rows && meta.num_values <= mostEntries)),
    )
  );
};

export const readParquet = async ({ name, bytes }: DataFile, codecs: Codecs): Promise<Reading> => {
  if (bytes.length === 0) return { failed: `\`${name}\` is empty`, help: again };
  if (!isMagic(bytes, 0)) return { failed: `\`${name}\` is not Parquet: it does not begin with PAR1` };
  if (bytes.length < 12 || !isMagic(bytes, bytes.length - 4))
    return { failed: `\`${name}\` is cut off: it does not end with PAR1`, help: again };
  const file = {
    byteLength: bytes.length,
    slice: (from: number, to?: number) => new Uint8Array(bytes.subarray(from, to)).buffer,
  };
  const compressors = compressorsOf(codecs);
  let metadata: FileMetaData;
  let texts: string[];
  try {
    metadata = await parquetMetadataAsync(file, { geoparquet: false });
    texts = parquetSchema(metadata).children.map((child) => child.element.name);
    if (!credible(metadata)) throw new Error('its counts of rows do not agree');
  } catch (error) {
    return { failed: `\`${name}\` is damaged: ${reasonOf(error)}`, place: 'footer', help: again };
  }
  const rows = Number(metadata.num_rows);
  if (rows === 0 || texts.length === 0)
    return { failed: `\`${name}\` has no rows`, help: 'check how the file was made' };
  const packed = unreadable(metadata, compressors);
  if (packed)
    return {
      failed: `\`${name}\` is packed by ${packed.codec}, which is not read here`,
      place: `column ${packed.column}`,
      help: "write it with `compression='snappy'` or 'gzip'",
    };
  const names = columnNames(texts, name);
  if (isFailure(names)) return names;
  const columns = new Map<string, Column>();
  for (const [i, text] of texts.entries()) {
    let column: Column | Misfit;
    try {
      const scan = await parquetScan({ file, metadata, compressors, columns: [text], utf8: false, geoparquet: false });
      // One range a group of rows.
      const parts: ArrayLike<unknown>[] = [];
      for (const range of scan.ranges) parts.push(await scan.readColumn({ column: text, ...range }));
      const found = parts.reduce((n, part) => n + part.length, 0);
      if (found !== rows) throw new Error(`it has ${found} values for ${rows} rows`);
      column = columnOf(parts);
    } catch (error) {
      return { failed: `\`${name}\` is damaged: ${reasonOf(error)}`, place: `column ${text}`, help: again };
    }
    if (isMisfit(column))
      return {
        failed: `\`${names[i]}\` of \`${name}\` is ${column.what}`,
        place: indexPlace(column.row),
        help: cellsHelp,
      };
    columns.set(names[i], column);
  }
  return { source: name, rows, columns, placeOf: indexPlace };
};
