/**
 * What every reader of data is: bytes with a name -> a table, or the reason why there is none.
 * Readers are pure: no files, no Node; what a platform must lend them (gunzip for Parquet) comes as `Codecs`.
 */
import type { Column, DataFailure, Table } from '../../compiler/host.ts';

export interface DataFile {
  /** As the user knows it; used in messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** It came with the language and is whole: it need not be unpacked before its numbers are looked at. */
  readonly intact?: boolean;
}

/** The first bytes of a file and how many there are; all of them may be unpacked later. */
export interface Preview {
  readonly head: Uint8Array;
  readonly length: number;
}

/** Packed bytes -> bytes; may throw on damaged input. `size`: what it should unpack to, where known. */
export type Unpack = (packed: Uint8Array, size?: number) => Uint8Array;

export interface Codecs {
  readonly gzip?: Unpack;
  /** As many of the first bytes as cost nothing. */
  readonly gzipHead?: Unpack;
  readonly brotli?: Unpack;
  readonly zstd?: Unpack;
}

export type Reading = Table | DataFailure;
export type Reader = (file: DataFile, codecs: Codecs) => Reading | Promise<Reading>;

export const isFailure = <T>(result: T | DataFailure): result is DataFailure =>
  typeof result === 'object' && result !== null && 'failed' in result;

/** `4 fields`, `1 row` */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

export const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** The same row's place in formats without lines: counted from 0, as indices are in the language. */
export const indexPlace = (row: number): string => `index ${row}`;

/** Arrays with more entries than this are refused before they are made. */
export const mostEntries = 2 ** 28;

/** Why a value cannot stand in a column, and in which row. */
export interface Misfit {
  readonly row: number;
  /** What is there, to follow "is": "a record". */
  readonly what: string;
}

export const isMisfit = (column: Column | Misfit): column is Misfit => 'what' in column;

/** What a decoder said when it gave up. Slips of its code on damaged bytes (TypeError, ...) are not for the user. */
export const reasonOf = (error: unknown): string => {
  const said = error instanceof Error && error.name === 'Error' ? error.message.split('\n')[0] : '';
  return said === '' || /undefined|\[object/.test(said) ? 'its bytes do not fit together' : said;
};
