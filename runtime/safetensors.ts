/**
 * Named arrays <-> bytes in the safetensors format (https://github.com/huggingface/safetensors#format):
 * eight bytes of length (little-endian), a header in JSON (name -> dtype, shape, offsets; `__metadata__`: text -> text), then the numbers.
 * float32 is F32, or F64 where the array holds doubles; int32 is I32; bool is BOOL. What cannot be read is a value, not a throw.
 */
import type { ArrayData, ArrayValue } from '../compiler/ir/operations.ts';

export interface Tensors {
  readonly tensors: ReadonlyMap<string, ArrayValue>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Unreadable {
  readonly failed: string;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const widths: Readonly<Record<string, number>> = { F64: 8, F32: 4, I32: 4, U8: 1, BOOL: 1 };

const dtypeOf = ({ dtype, data }: ArrayValue): string =>
  dtype === 'int32' ? 'I32' : dtype === 'bool' ? 'BOOL' : data instanceof Float64Array ? 'F64' : 'F32';

const bytesOf = (value: ArrayValue): Uint8Array => {
  const kind = dtypeOf(value);
  const { data } = value;
  const exact: ArrayData =
    kind === 'F64' || (kind === 'F32' && data instanceof Float32Array)
      ? data
      : kind === 'F32'
        ? Float32Array.from(data)
        : kind === 'I32'
          ? Int32Array.from(data)
          : Uint8Array.from(data);
  return new Uint8Array(exact.buffer, exact.byteOffset, exact.byteLength);
};

/** Wide types first, so that every array is aligned when the file is mapped into memory; otherwise in the order given. */
export const writeSafetensors = (
  tensors: ReadonlyMap<string, ArrayValue>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array => {
  const order = [...tensors].sort(([, a], [, b]) => widths[dtypeOf(b)] - widths[dtypeOf(a)]);
  const header: Record<string, Entry | Readonly<Record<string, string>>> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, value] of order) {
    const bytes = bytesOf(value);
    header[name] = { dtype: dtypeOf(value), shape: value.shape, data_offsets: [offset, offset + bytes.length] };
    parts.push(bytes);
    offset += bytes.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + length + offset).fill(0x20, 8, 8 + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(text, 8);
  let at = 8 + length;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
};

const arrayOf = (dtype: string, bytes: Uint8Array): Pick<ArrayValue, 'dtype' | 'data'> => {
  // A copy, which is aligned; `slice` of a buffer of Node makes none.
  const { buffer } = new Uint8Array(bytes);
  if (dtype === 'F64') return { dtype: 'float32', data: new Float64Array(buffer) };
  if (dtype === 'F32') return { dtype: 'float32', data: new Float32Array(buffer) };
  if (dtype === 'I32') return { dtype: 'int32', data: new Int32Array(buffer) };
  if (dtype === 'U8') return { dtype: 'int32', data: Int32Array.from(new Uint8Array(buffer)) };
  return { dtype: 'bool', data: new Uint8Array(buffer) };
};

const isEntry = (entry: unknown): entry is Entry => {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Entry>;
  const counts = (list: unknown): boolean =>
    Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);
  return typeof dtype === 'string' && counts(shape) && counts(offsets) && offsets?.length === 2;
};

export const readSafetensors = (file: Uint8Array): Tensors | Unreadable => {
  if (file.length < 8) return { failed: 'shorter than eight bytes' };
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (length > file.length - 8) return { failed: `cut off: the header should have ${length} bytes` };
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + length)),
    ) as typeof header;
  } catch {
    return { failed: 'the header is not JSON' };
  }
  const tensors = new Map<string, ArrayValue>();
  const body = file.subarray(8 + length);
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    if (!isEntry(entry)) return { failed: `the entry of \`${name}\` is malformed` };
    const [begin, end] = entry.data_offsets;
    const width = widths[entry.dtype];
    if (!width) return { failed: `\`${name}\` is ${entry.dtype}, which is not read here` };
    if (end - begin !== entry.shape.reduce((n, d) => n * d, width))
      return {
        failed: `\`${name}\` has ${end - begin} bytes, which is not ${entry.dtype} [${entry.shape.join(', ')}]`,
      };
    if (end > body.length) return { failed: `cut off: \`${name}\` ends at byte ${end} of ${body.length}` };
    tensors.set(name, { ...arrayOf(entry.dtype, body.subarray(begin, end)), shape: entry.shape });
  }
  return { tensors, metadata: (header.__metadata__ ?? {}) as Record<string, string> };
};
