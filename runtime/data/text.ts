/**
 * Bytes -> text. Files are UTF-8, with or without a byte order mark; what is not is named with its line and column,
 * since a table that is read in the wrong encoding has wrong words in it and nobody notices.
 */
import type { DataFailure } from '../../compiler/host.ts';
import type { DataFile } from './reader.ts';

/** V8's longest string; other engines hold more. */
const longest = 2 ** 29 - 25;

/** How many bytes the character takes that starts at `i`, or 0 where the bytes are not UTF-8 (table 3-7 of the Unicode standard). */
const characterLength = (bytes: Uint8Array, i: number): number => {
  const first = bytes[i];
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first < 0xe0 ? 2 : (first & 0xf0) === 0xe0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (length === 0 || i + length > bytes.length || bytes[i + 1] < least || bytes[i + 1] > most) return 0;
  for (let k = 2; k < length; k++) if ((bytes[i + k] & 0xc0) !== 0x80) return 0;
  return length;
};

/** The first byte that `wrong` says is not text, with its place. */
const firstFault = (bytes: Uint8Array): { readonly byte: number; readonly place: string } | undefined => {
  let line = 1;
  let column = 1;
  for (let i = 0; i < bytes.length;) {
    const length = characterLength(bytes, i);
    if (length === 0 || bytes[i] === 0) return { byte: bytes[i], place: `line ${line}, column ${column}` };
    if (bytes[i] === 0x0a) [line, column] = [line + 1, 0];
    column++;
    i += length;
  }
  return undefined;
};

const convert = (from: string, name: string): string =>
  `save it as UTF-8, for example \`iconv -f ${from} -t UTF-8 ${name} > utf8-${name.split('/').at(-1)}\``;

export const decodeText = ({ name, bytes }: DataFile): string | DataFailure => {
  if (bytes.length === 0) return { failed: `\`${name}\` is empty`, help: 'check how the file was made or copied' };
  const mark = `${bytes[0]},${bytes[1]}`;
  if (mark === '255,254' || mark === '254,255')
    return { failed: `\`${name}\` is UTF-16, not UTF-8`, place: 'line 1, column 1', help: convert('UTF-16', name) };
  if (bytes.length > longest)
    return { failed: `\`${name}\` is too large to be read as text`, help: 'keep large tables as Parquet or npy' };
  let text: string | undefined;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    text = undefined;
  }
  if (text === undefined || text.includes('\0')) {
    const fault = firstFault(bytes);
    const zero = fault?.byte === 0;
    const byte = `0x${(fault?.byte ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
    return {
      failed: `\`${name}\` is not UTF-8 text: it holds the byte ${byte}`,
      place: fault?.place,
      help: zero ? 'it is a binary file, or UTF-16: save it as UTF-8 text' : convert('WINDOWS-1252', name),
    };
  }
  if (text.trim() === '') return { failed: `\`${name}\` is empty`, help: 'check how the file was made or copied' };
  return text;
};
