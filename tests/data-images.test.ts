/** Pictures: every kind of PNG (written from the specification), JPEG (by libvips), sets of them, and what fails. */
import { expect, test } from 'vitest';
import { readPictures } from '../runtime/data/read.ts';
import { readPicture } from '../runtime/data/picture.ts';
import type { Picture } from '../runtime/data/picture.ts';
import type { DataFile, Reading } from '../runtime/data/reader.ts';
import { failureText, fixture, tableOf, valuesOf } from './data-files.ts';

const bytes = (name: string): Uint8Array => fixture(`pictures/${name}`);
const picture = (name: string): Picture => {
  const found = readPicture(bytes(name));
  if ('fault' in found) throw new Error(found.fault);
  return found;
};
const files = (...names: string[]): DataFile[] => names.map((n) => ({ name: `pictures/${n}`, bytes: bytes(n) }));
const images = (...names: string[]): Promise<Reading> => readPictures('pictures/*', files(...names), {});

test.each<[string, number, number, (i: number) => number]>([
  ['grey-1.png', 1, 1, (i) => i % 2],
  ['grey-2.png', 1, 3, (i) => i % 4],
  ['grey-4.png', 1, 15, (i) => i],
  ['grey-8.png', 1, 255, (i) => i],
  ['grey-16.png', 1, 65535, (i) => i],
  ['grey-alpha.png', 2, 255, (i) => i],
  ['rgb-8.png', 3, 255, (i) => i],
  ['rgb-16.png', 3, 65535, (i) => i * 1000],
  ['rgba-8.png', 4, 255, (i) => i],
  ['palette-2.png', 3, 1, (i) => Number(Math.floor(i / 3) % 4 === (i % 3) + 1)],
])('%s', (name, channels, top, sample) => {
  const { shape, data } = picture(name);
  expect(shape).toEqual([3, 5, channels]);
  expect(Array.from(data)).toEqual(Array.from({ length: 15 * channels }, (_, i) => Math.fround(sample(i) / top)));
});

test('a palette with transparency has four channels', () => {
  const { shape, data } = picture('palette-8.png');
  expect(shape).toEqual([3, 5, 4]);
  expect(Array.from(data.subarray(0, 16), (x) => Math.round(x * 255))).toEqual([
    0, 0, 0, 0, 255, 0, 0, 255, 0, 255, 0, 128, 0, 0, 255, 255,
  ]);
});

test('an interlaced PNG has its pixels in place', () => {
  const { shape, data } = picture('interlaced.png');
  expect(shape).toEqual([8, 16, 3]);
  expect(Array.from(data)).toEqual(
    Array.from({ length: 8 * 16 * 3 }, (_, i) => Number(i % 3 === (i % 48 < 24 ? 0 : 2))),
  );
});

test.each(['rgb.jpg', 'rgb-420.jpg', 'progressive.jpg'])('%s', (name) => {
  const { shape, data } = picture(name);
  expect(shape).toEqual([8, 16, 3]);
  const pixel = (y: number, x: number): number[] =>
    Array.from(data.subarray((y * 16 + x) * 3, (y * 16 + x) * 3 + 3), (v) => Math.round(v));
  expect([pixel(0, 0), pixel(7, 3), pixel(0, 15), pixel(7, 12)]).toEqual([
    [1, 0, 0],
    [1, 0, 0],
    [0, 0, 1],
    [0, 0, 1],
  ]);
});

test('a grey JPEG has one channel', () => {
  const { shape, data } = picture('grey.jpg');
  expect(shape).toEqual([8, 16, 1]);
  expect(Math.abs(data[0] * 255 - 64)).toBeLessThan(2);
  expect(Math.abs(data[15] * 255 - 192)).toBeLessThan(2);
});

test('pictures of one size are a table, with their files and folders', async () => {
  const table = tableOf(
    await readPictures(
      'digits/*/*.png',
      [
        { name: 'digits/0/a.png', bytes: bytes('grey-8.png') },
        { name: 'digits/1/b.png', bytes: bytes('grey-16.png') },
      ],
      {},
    ),
  );
  expect(table.columns.get('image')).toMatchObject({ value: { dtype: 'float32', shape: [2, 3, 5, 1] } });
  expect(valuesOf(table.columns.get('image')).slice(0, 2)).toEqual([0, Math.fround(1 / 255)]);
  expect(valuesOf(table.columns.get('file'))).toEqual(['digits/0/a.png', 'digits/1/b.png']);
  expect(valuesOf(table.columns.get('folder'))).toEqual(['0', '1']);
  expect(table.placeOf(1)).toBe('image digits/1/b.png');
});

const convert = 'convert it to PNG';
const again = 'copy or write the file again';
const png = bytes('grey-8.png');
const large = png.slice();
large.set([0, 1, 0, 0, 0, 1, 0, 0], 16);
test.each<[string, Uint8Array | readonly number[], string | RegExp]>([
  ['nothing', [], `\`x.png\` is empty; ${again}`],
  ['a text', [...Buffer.from('hello')], `\`x.png\` is neither PNG nor JPEG; ${convert}`],
  ['a GIF', bytes('x.gif'), `\`x.png\` is a GIF; PNG and JPEG are read; ${convert}`],
  ['a WebP', bytes('x.webp'), `\`x.png\` is a WebP; PNG and JPEG are read; ${convert}`],
  ['an SVG', [...Buffer.from('<svg xmlns="">')], `\`x.png\` is an SVG; PNG and JPEG are read; ${convert}`],
  ['a PNG cut off in its header', png.subarray(0, 20), `\`x.png\` is a PNG that is cut off; ${again}`],
  ['a PNG cut off', png.subarray(0, 50), /^`x\.png` is a damaged PNG: .*; copy or write the file again$/],
  [
    'a PNG with a changed byte',
    png.map((b, i) => (i === 45 ? b ^ 1 : b)),
    /^`x\.png` is a damaged PNG: .*; copy or write the file again$/,
  ],
  ['a PNG beyond all memory', large, '`x.png` is too large (65536 by 65536 pixels); make it smaller'],
  ['a JPEG without a frame', [0xff, 0xd8, 0xff, 0xd9], `\`x.png\` is a damaged JPEG: it has no frame; ${again}`],
  ['a JPEG cut off', bytes('rgb.jpg').subarray(0, 255), `\`x.png\` is a JPEG that is cut off; ${again}`],
  [
    'a JPEG with broken tables',
    bytes('rgb.jpg').map((b, i) => (i > 20 && i < 120 ? 0xff : b)),
    /^`x\.png` is a damaged JPEG: .*; copy or write the file again$/,
  ],
])('%s fails', async (_, content, text) => {
  const reading = await readPictures('*.png', [{ name: 'x.png', bytes: Uint8Array.from(content) }], {});
  if (typeof text === 'string') expect(failureText(reading)).toBe(text);
  else expect(failureText(reading)).toMatch(text);
});

test('pictures of another size, or another kind of colour, are named', async () => {
  const help =
    'pictures of one data set have one size and one kind of colour: convert them first, or narrow the pattern';
  expect(failureText(await images('rgb-8.png', 'rgb.jpg'))).toBe(
    `\`pictures/rgb.jpg\` is 8 by 16, RGB where \`pictures/rgb-8.png\` is 3 by 5, RGB; ${help}`,
  );
  expect(failureText(await images('grey-8.png', 'rgba-8.png'))).toBe(
    `\`pictures/rgba-8.png\` is 3 by 5, RGBA where \`pictures/grey-8.png\` is 3 by 5, grey; ${help}`,
  );
});
