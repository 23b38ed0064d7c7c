/**
 * Many pictures of one size -> a table with the columns `image` (height, width, channels; 0..1), `file` and `folder`
 * (the name of the folder each lies in: where classes lie in folders, the label).
 */
import type { Column } from '../../compiler/host.ts';
import { readPicture } from './picture.ts';
import type { Picture } from './picture.ts';
import { mostEntries } from './reader.ts';
import type { DataFile, Reading } from './reader.ts';

const sizeText = ([height, width, channels]: Picture['shape']): string => {
  const colours = { 1: 'grey', 2: 'grey with alpha', 3: 'RGB', 4: 'RGBA' }[channels] ?? `${channels} channels`;
  return `${height} by ${width}, ${colours}`;
};

const folderOf = (file: string): string => file.split('/').at(-2) ?? '';

/** `name`: what was asked for (a glob); the pictures in their order. */
export const readImages = (name: string, files: readonly DataFile[]): Reading => {
  if (files.length === 0) return { failed: `there are no pictures \`${name}\`` };
  let all: Float32Array | undefined;
  let shape: Picture['shape'] = [0, 0, 0];
  for (const [i, file] of files.entries()) {
    const picture = readPicture(file.bytes);
    if ('fault' in picture) return { failed: `\`${file.name}\` ${picture.fault}`, help: picture.help };
    if (!all) {
      shape = picture.shape;
      const size = picture.data.length * files.length;
      if (picture.data.length === 0) return { failed: `\`${file.name}\` has no pixels` };
      if (size > mostEntries)
        return {
          failed: `${files.length} pictures of ${sizeText(shape)} are too many to be held`,
          help: 'make them smaller',
        };
      all = new Float32Array(size);
    }
    if (picture.shape.some((d, axis) => d !== shape[axis]))
      return {
        failed: `\`${file.name}\` is ${sizeText(picture.shape)} where \`${files[0].name}\` is ${sizeText(shape)}`,
        help: 'pictures of one data set have one size and one kind of colour: convert them first, or narrow the pattern',
      };
    all.set(picture.data, i * picture.data.length);
  }
  const value = { dtype: 'float32', shape: [files.length, ...shape], data: all ?? new Float32Array(0) } as const;
  const columns = new Map<string, Column>([
    ['image', { kind: 'array', value }],
    ['file', { kind: 'text', values: files.map((f) => f.name) }],
    ['folder', { kind: 'text', values: files.map((f) => folderOf(f.name)) }],
  ]);
  return { source: name, rows: files.length, columns, placeOf: (row) => `image ${files[row]?.name ?? row}` };
};
