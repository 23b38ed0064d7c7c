/**
 * IDX, the format of MNIST -> one unnamed array with rows first: two zeros, a type, the number of dimensions,
 * the dimensions as big-endian int32, the numbers big-endian.
 */
import { readArray } from './numbers.ts';
import type { NumberFormat } from './numbers.ts';
import { count, indexPlace, mostEntries, shapeText } from './reader.ts';
import type { DataFile, Preview, Reading } from './reader.ts';

const types: Readonly<Record<number, NumberFormat>> = {
  0x08: { kind: 'uint', size: 1, little: false },
  0x09: { kind: 'int', size: 1, little: false },
  0x0b: { kind: 'int', size: 2, little: false },
  0x0c: { kind: 'int', size: 4, little: false },
  0x0d: { kind: 'float', size: 4, little: false },
  0x0e: { kind: 'float', size: 8, little: false },
};

/** `preview`: of a file whose bytes are better left packed for now. */
export const readIdx = (file: DataFile, preview?: Preview): Reading => {
  const { name } = file;
  const { head: bytes, length } = preview ?? { head: file.bytes, length: file.bytes.length };
  const again = 'copy the file again';
  const fail = (failed: string, help: string = again): Reading => ({ failed, help });
  if (bytes.length === 0) return fail(`\`${name}\` is empty`);
  const type = types[bytes[2]];
  const rank = bytes[3];
  if (bytes[0] !== 0 || bytes[1] !== 0 || !type || !rank)
    return fail(
      `\`${name}\` is not IDX: it should begin with two zeros, a type (8, 9, 11 to 14) and the number of dimensions`,
      `check the file; it begins with ${[...bytes.subarray(0, 4)].join(', ')}`,
    );
  const lead = 4 + 4 * rank;
  if (bytes.length < lead) return fail(`\`${name}\` is cut off in its header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const entries = shape.reduce((n, d) => n * d, 1);
  if (entries === 0) return fail(`\`${name}\` holds an empty array of shape ${shapeText(shape)}`);
  if (entries > mostEntries) return fail(`\`${name}\` is damaged or too large: its shape is ${shapeText(shape)}`);
  const left = length - lead;
  if (left !== entries * type.size)
    return fail(
      `\`${name}\` has ${count(left, 'byte')} of numbers where its shape ${shapeText(shape)} needs ${entries * type.size}`,
      left < entries * type.size ? 'it was cut off: copy the file again' : again,
    );
  const value = readArray(() => file.bytes.subarray(lead), type, shape);
  return { source: name, rows: shape[0], columns: new Map([['', { kind: 'array', value }]]), placeOf: indexPlace };
};
