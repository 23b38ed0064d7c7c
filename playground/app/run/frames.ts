/** Pictures of a run as they come: the last frame of each, and all frames of a curve that is drawn over the steps. */
import type { Frame } from '../../../runtime/events.ts';
import type { PictureKind } from '../../../compiler/program.ts';
import { pictureOf } from '../../../runtime/report/frames.ts';
import type { Picture } from '../../../runtime/report/pictures.ts';

export interface Drawn {
  readonly name: string;
  readonly kind: PictureKind;
  readonly columns?: readonly string[];
  readonly frames: Frame[];
}

export type Pictures = Map<string, Drawn>;

type ShowEvent = Frame & { readonly name: string; readonly kind: PictureKind; readonly columns?: readonly string[] };

export const addFrame = (pictures: Pictures, { name, kind, columns, step, values, mask }: ShowEvent): void => {
  const frame: Frame = { step, values, ...(mask && { mask }) };
  const known = pictures.get(name);
  const before = known && kind === 'curve' ? known.frames.filter((f) => f.step < step) : [];
  pictures.set(name, { name, kind, ...(columns && { columns }), frames: [...before, frame] });
};

/** As the report draws them. */
export const picturesOf = (pictures: Pictures): Picture[] =>
  [...pictures.values()].map(({ name, kind, columns, frames }) =>
    pictureOf({ show: { name, kind, columns } as Parameters<typeof pictureOf>[0]['show'], frames }),
  );
