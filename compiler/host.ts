/**
 * What the compiler asks of the world: texts of modules, and tables of data. The compiler is pure; a host (Node, the browser,
 * a test) answers. Everything that is missing is asked for at once, then compilation starts again (see compile.ts).
 */
import type { Parsed } from '../grammar/parse.ts';
import type { ArrayValue } from './ir/operations.ts';

/** Is this the name of a module of the standard library? */
export const isLibraryFile = (file: string): boolean => file.startsWith('stdlib/');

/** Does this stand in the standard library? */
export const isLibrary = (span: { readonly file: string } | undefined): boolean =>
  span !== undefined && isLibraryFile(span.file);

export type DataFormat = 'csv' | 'json' | 'npy' | 'idx' | 'parquet' | 'images';

export interface DataRequest {
  readonly format: DataFormat;
  /** As written in the source: a file, a glob for images; relative to `base`. A `.gz` file is unpacked. */
  readonly path: string;
  /** The file of the spec (or library module) that asks; library modules are named `stdlib/...`. */
  readonly base: string;
}

/** One column of a table; missing numbers are NaN, missing texts null. */
export type Column =
  | { readonly kind: 'number'; readonly values: Float64Array }
  | { readonly kind: 'boolean'; readonly values: Uint8Array; readonly missing?: Uint8Array }
  | { readonly kind: 'text'; readonly values: readonly (string | null)[] }
  /** An array per row: `value.shape[0]` is the number of rows. `classes`: the entries are places in this list of texts, -1 where one is missing. */
  | { readonly kind: 'array'; readonly value: ArrayValue; readonly classes?: readonly string[] }
  /** Arrays of different lengths: padded to the longest, with entries that are there, `value.shape[1]`. */
  | {
      readonly kind: 'sequence';
      readonly value: ArrayValue;
      readonly lengths: ArrayLike<number>;
      readonly classes?: readonly string[];
    }
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, Column> }
  /** Lists of records, padded to `most`: columns of numbers, truth values and arrays with `most` entries for each row. */
  | {
      readonly kind: 'records';
      readonly fields: ReadonlyMap<string, Column>;
      readonly most: number;
      readonly lengths: ArrayLike<number>;
    };

/** A data file as read: named columns, or, for npy and idx, one unnamed array (`columns` has the single name ""). */
export interface Table {
  /** The file's name as the user knows it. */
  readonly source: string;
  readonly rows: number;
  readonly columns: ReadonlyMap<string, Column>;
  /** For messages: what the user should look for to find row i ("line 17", "image digits/3.png"). */
  readonly placeOf: (row: number) => string;
}

/** Why there is no table: a sentence, the place inside the file where known, and a way out. */
export interface DataFailure {
  readonly failed: string;
  readonly place?: string;
  readonly help?: string;
  /** The file that was meant, where there is one of nearly that name. */
  readonly meant?: string;
  /** Other files beside it. */
  readonly candidates?: readonly string[];
}

export interface LibraryModule {
  readonly file: string;
  readonly text: string;
  /** What the grammar makes of the text, where the host knows already. */
  readonly parsed?: Pick<Parsed, 'module' | 'diagnostics'>;
}

export interface Host {
  /** The text of a module, by its path relative to the file that imports it; undefined when there is none. */
  readModule(path: string, base: string): Promise<{ readonly file: string; readonly text: string } | undefined>;
  readData(request: DataRequest): Promise<Table | DataFailure>;
  /** Files in and under a folder (`''`: the spec's own), as a spec would name them: for completion. */
  files?(base: string, folder: string): Promise<readonly string[]>;
  /** The standard library's modules, in the order in which they build on each other. */
  standardLibrary(): Promise<readonly LibraryModule[]>;
}
