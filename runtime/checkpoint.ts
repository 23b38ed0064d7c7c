/**
 * A checkpoint: where the run stands and what it has found (JSON), with every variable and the solver's memory, in one safetensors file.
 * The header travels in the file's metadata under `learn`. How bytes are kept is the store's affair: it must keep the last complete
 * checkpoint until the next one is complete (`files.ts` does for a disk).
 */
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { EngineName } from './engines/engine.ts';
import type { EvaluationResult, Solved } from './events.ts';
import type { Position } from './position.ts';
import { readSafetensors, writeSafetensors, type Unreadable } from './safetensors.ts';

export interface CheckpointStore {
  write(bytes: Uint8Array): Promise<void>;
  read(): Promise<Uint8Array | undefined>;
}

/** What a solver needs to go on besides the variables. */
export interface Carried {
  readonly numbers: Readonly<Record<string, number>>;
  readonly tensors: ReadonlyMap<string, ArrayValue>;
}

export interface Header {
  readonly format: 1;
  readonly program: string;
  readonly engine: EngineName;
  readonly seed: number;
  readonly position: Position;
  readonly evaluations: readonly EvaluationResult[];
  readonly solved: readonly Solved[];
  /** Pictures drawn so far, by index of the show: the arrays are `show:<show>:<frame>:<part>`. */
  readonly frames: readonly {
    readonly show: number;
    readonly step: number;
    readonly parts: number;
    readonly mask: boolean;
  }[];
  readonly solver: Readonly<Record<string, number>>;
  /** Lines of `metrics.jsonl` written so far: what is beyond belongs to steps that are done again. */
  readonly metrics: number;
}

export interface Checkpoint {
  readonly header: Header;
  /** `var:<id>`, `first:<id>` (of the first of several seeds), `solver:<name>`, `show:...` */
  readonly tensors: ReadonlyMap<string, ArrayValue>;
}

/** JSON has no NaN. */
const encode = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value;
const decode = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'number' in value && typeof value.number === 'string'
    ? Number(value.number)
    : value;

export const writeCheckpoint = ({ header, tensors }: Checkpoint): Uint8Array =>
  writeSafetensors(tensors, { learn: JSON.stringify(header, encode) });

export const readCheckpoint = (bytes: Uint8Array): Checkpoint | Unreadable => {
  const file = readSafetensors(bytes);
  if ('failed' in file) return file;
  const text = file.metadata.learn;
  if (text === undefined) return { failed: 'a safetensors file, but not a checkpoint' };
  try {
    const header = JSON.parse(text, decode) as Header;
    if (header.format !== 1) return { failed: `a checkpoint of format ${String(header.format)}; this version reads 1` };
    return { header, tensors: file.tensors };
  } catch {
    return { failed: 'the header of the checkpoint is not JSON' };
  }
};

/** The arrays whose names begin with the prefix, without it. */
export const under = (tensors: ReadonlyMap<string, ArrayValue>, prefix: string): Map<string, ArrayValue> =>
  new Map(
    [...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]),
  );

export const prefixed = (prefix: string, tensors: ReadonlyMap<string, ArrayValue>): [string, ArrayValue][] =>
  [...tensors].map(([name, value]) => [prefix + name, value]);
