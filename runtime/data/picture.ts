/**
 * The bytes of one picture (PNG, JPEG) -> height, width, channels and numbers in 0..1. What it is, its first bytes say, not its name.
 */
import { convertIndexedToRgb, decode as decodePng } from 'fast-png';
import jpeg from 'jpeg-js';
import { reasonOf } from './reader.ts';

export interface Picture {
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly data: Float32Array;
}

export interface PictureFault {
  readonly fault: string;
  readonly help: string;
}

/** Pictures with more pixels than this are refused before they are unpacked. */
const mostPixels = 2 ** 26;
const again = 'copy or write the file again';

const startsWith = (bytes: Uint8Array, text: string, at = 0): boolean =>
  [...text].every((c, i) => bytes[at + i] === c.charCodeAt(0));

/** Formats that are known and not read. */
const foreign = (bytes: Uint8Array): string | undefined => {
  if (startsWith(bytes, 'GIF8')) return 'a GIF';
  if (startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8)) return 'a WebP';
  if (startsWith(bytes, 'BM')) return 'a BMP';
  if (startsWith(bytes, 'II*\0') || startsWith(bytes, 'MM\0*')) return 'a TIFF';
  if (startsWith(bytes, 'ftyp', 4)) return 'an AVIF or HEIC';
  return /^\s*<(\?xml|svg)/.test(new TextDecoder().decode(bytes.subarray(0, 100))) ? 'an SVG' : undefined;
};

/** Samples of 1, 2 or 4 bits, each row beginning on a byte -> one a number. */
const unpackBits = (data: ArrayLike<number>, depth: number, width: number, height: number): Uint8Array => {
  const rowBytes = Math.ceil((width * depth) / 8);
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      out[y * width + x] = (data[y * rowBytes + (bit >> 3)] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
    }
  return out;
};

const scaled = (data: ArrayLike<number>, size: number, top: number): Float32Array => {
  if (data.length < size) throw new Error('pixels are missing');
  const out = new Float32Array(size);
  for (let i = 0; i < size; i++) out[i] = data[i] / top;
  return out;
};

const readPng = (bytes: Uint8Array): Picture => {
  const png = decodePng(bytes, { checkCrc: true });
  const { width, height, depth, palette } = png;
  if (palette) {
    const data = convertIndexedToRgb(png);
    const channels = palette[0].length;
    return { shape: [height, width, channels], data: scaled(data, height * width * channels, 255) };
  }
  const samples = depth < 8 ? unpackBits(png.data, depth, width, height) : png.data;
  return {
    shape: [height, width, png.channels],
    data: scaled(samples, height * width * png.channels, 2 ** depth - 1),
  };
};

interface JpegFrame {
  readonly height: number;
  readonly width: number;
  readonly components: number;
  readonly at: number;
}

/** From the frame header (SOF0 to SOF15 without the tables between them). */
const jpegFrame = (bytes: Uint8Array): JpegFrame | undefined => {
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1];
    if (marker === 0xff) at++;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const two = (i: number): number => bytes[at + i] * 256 + bytes[at + i + 1];
      return { height: two(5), width: two(7), components: bytes[at + 9], at };
    } else at += 2 + bytes[at + 2] * 256 + bytes[at + 3];
  }
  return undefined;
};

/** The decoder fills what was cut off with grey and says nothing: the marker of the end (which cannot occur in pixels) must be there. */
const hasEnd = (bytes: Uint8Array, from: number): boolean => {
  for (let at = bytes.length - 2; at > from; at--) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  return false;
};

/** The decoder gives three channels also for grey pictures; those keep one. */
const readJpeg = (bytes: Uint8Array, grey: boolean): Picture => {
  const options = { useTArray: true, formatAsRGBA: false, tolerantDecoding: false } as const;
  const { width, height, data } = jpeg.decode(bytes, options);
  const size = width * height;
  const samples = grey ? Uint8Array.from({ length: size }, (_, i) => data[3 * i]) : data;
  const channels = grey ? 1 : 3;
  return { shape: [height, width, channels], data: scaled(samples, size * channels, 255) };
};

const tooLarge = (width: number, height: number): PictureFault | undefined =>
  width * height > mostPixels
    ? { fault: `is too large (${width} by ${height} pixels)`, help: 'make it smaller' }
    : undefined;

export const readPicture = (bytes: Uint8Array): Picture | PictureFault => {
  if (bytes.length === 0) return { fault: 'is empty', help: again };
  try {
    if (startsWith(bytes, '\x89PNG\r\n\x1a\n')) {
      if (bytes.length < 33) return { fault: 'is a PNG that is cut off', help: again };
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return tooLarge(view.getUint32(16), view.getUint32(20)) ?? readPng(bytes);
    }
    if (startsWith(bytes, '\xff\xd8\xff')) {
      const frame = jpegFrame(bytes);
      if (!frame) return { fault: 'is a damaged JPEG: it has no frame', help: again };
      if (!hasEnd(bytes, frame.at)) return { fault: 'is a JPEG that is cut off', help: again };
      return tooLarge(frame.width, frame.height) ?? readJpeg(bytes, frame.components === 1);
    }
  } catch (error) {
    const kind = bytes[0] === 0x89 ? 'PNG' : 'JPEG';
    return { fault: `is a damaged ${kind}: ${reasonOf(error)}`, help: again };
  }
  const other = foreign(bytes);
  return { fault: other ? `is ${other}; PNG and JPEG are read` : 'is neither PNG nor JPEG', help: 'convert it to PNG' };
};
