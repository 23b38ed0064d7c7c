/**
 * Protocol buffers, the part that models need: a field is a list of pieces, a message is the fields one after the other.
 * Pieces are put together once, at the end, so that numbers of a constant are copied once.
 */

/** The bytes of one field, in pieces. */
export type Field = readonly Uint8Array[];

const text = new TextEncoder();

/** Seven bits a byte, low ones first; negative numbers as 64 bits. */
const varint = (value: number): Uint8Array => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
};

const wire = { number: 0, bytes: 2, float: 5 } as const;
const tag = (id: number, kind: keyof typeof wire): Uint8Array => varint((id << 3) | wire[kind]);

export const numberField = (id: number, value: number): Field => [tag(id, 'number'), varint(value)];

export const floatField = (id: number, value: number): Field => [
  tag(id, 'float'),
  new Uint8Array(Float32Array.of(value).buffer),
];

export const bytesField = (id: number, pieces: Field): Field => {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return [tag(id, 'bytes'), varint(length), ...pieces];
};

export const textField = (id: number, value: string): Field => bytesField(id, [text.encode(value)]);

/** A message as a field of another. */
export const messageField = (id: number, fields: readonly Field[]): Field => bytesField(id, fields.flat());

export const assemble = (fields: readonly Field[]): Uint8Array => {
  const pieces = fields.flat();
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
};
