/** `Content-Length` frames: bytes from a stream -> messages, and back. */
import type { Message } from './server.ts';

const separator = '\r\n\r\n';
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const join = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
};

const indexOf = (bytes: Uint8Array, text: string): number => {
  const wanted = encoder.encode(text);
  for (let i = 0; i + wanted.length <= bytes.length; i++) if (wanted.every((b, k) => bytes[i + k] === b)) return i;
  return -1;
};

/** Hands on every whole message; what is not JSON is skipped. */
export const openReader = (receive: (message: Message) => void): ((chunk: Uint8Array) => void) => {
  let rest: Uint8Array = new Uint8Array();
  return (chunk) => {
    rest = join(rest, chunk);
    for (;;) {
      const end = indexOf(rest, separator);
      if (end < 0) return;
      const length = Number(/content-length:\s*(\d+)/i.exec(decoder.decode(rest.subarray(0, end)))?.[1] ?? 0);
      const from = end + separator.length;
      if (rest.length < from + length) return;
      const body = decoder.decode(rest.subarray(from, from + length));
      rest = rest.slice(from + length);
      try {
        receive(JSON.parse(body) as Message);
      } catch {
        continue;
      }
    }
  };
};

export const frame = (message: Message): string => {
  const body = JSON.stringify(message);
  return `Content-Length: ${encoder.encode(body).length}${separator}${body}`;
};
