/**
 * The linear operations that move and add numbers.
 */
import type { Shape, Window } from '../../../../compiler/ir/operations.ts';
import { outputSize } from '../../../../compiler/ir/shape.ts';
import type { Writer } from '../writer.ts';
import type { Lowering, Lowerings } from './rule.ts';

export const reshaped = (w: Writer, name: string, shape: Shape): string =>
  w.add('Reshape', [name, w.list(shape)], { allowzero: 1 });

export const transposed = (w: Writer, name: string, permutation: readonly number[]): string =>
  w.add('Transpose', [name], { perm: permutation });

/** Zeros before and after every axis (fewer than none: taken away). */
const padded = (w: Writer, name: string, before: readonly number[], after: readonly number[]): string =>
  [...before, ...after].every((n) => n === 0) ? name : w.add('Pad', [name, w.list([...before, ...after])]);

/** Zeros between neighbours too: [n] as [n, 1], padded to [n, 1 + k], is [n (1 + k)] with k too many at the end. */
const spread = (
  w: Writer,
  { name, shape }: { readonly name: string; readonly shape: Shape },
  before: readonly number[],
  after: readonly number[],
  interior: readonly number[],
): string => {
  if (interior.every((k, i) => k === 0 || shape[i] <= 1)) return padded(w, name, before, after);
  const open = reshaped(
    w,
    name,
    shape.flatMap((n) => [n, 1]),
  );
  const none = shape.flatMap(() => [0, 0]);
  const wide = padded(
    w,
    open,
    none,
    interior.flatMap((k) => [0, k]),
  );
  const flat = reshaped(
    w,
    wide,
    shape.map((n, i) => n * (1 + interior[i])),
  );
  return padded(
    w,
    flat,
    before,
    after.map((n, i) => n - interior[i]),
  );
};

const slice: Lowering<'slice'> = ({ begin, size, strides }, [x], _, w) => {
  const axes = x.shape.map((_, i) => i).filter((i) => size[i] !== x.shape[i]);
  if (axes.length === 0) return x.name;
  const pick = (list: readonly number[]): string => w.list(axes.map((i) => list[i]));
  const ends = begin.map((b, i) => b + (size[i] - 1) * strides[i] + 1);
  return w.add('Slice', [x.name, pick(begin), pick(ends), w.list(axes), pick(strides)]);
};

/** From the end, backwards; the end of the interval lies before every start. */
const reverse: Lowering<'reverse'> = ({ axes }, [x], _, w) => {
  const all = (n: number): string => w.list(axes.map(() => n));
  return axes.length === 0 ? x.name : w.add('Slice', [x.name, all(-1), all(-(2 ** 31)), w.list(axes), all(-1)]);
};

const scatterAdd: Lowering<'scatter_add'> = (_, [updates, index], { dtype, shape }, w) => {
  const places = w.add('Cast', [w.add('Unsqueeze', [index.name, w.list([-1])])], { to: 7 });
  const zeros = w.add('Expand', [w.number(0, dtype), w.list(shape)]);
  return w.add('ScatterND', [zeros, places, updates.name], { reduction: 'add' });
};

/** Where every element of every window lies in the padded image, row by row: [oh, ow, kh, kw]. */
const placesOf = (window: Window, [h, w]: readonly [number, number]): number[] => {
  const { kernel, strides, dilations, padding } = window;
  const [oh, ow] = outputSize(window, [h, w]);
  const width = w + padding[1][0] + padding[1][1];
  const places: number[] = [];
  for (let i = 0; i < oh; i++)
    for (let j = 0; j < ow; j++)
      for (let u = 0; u < kernel[0]; u++)
        for (let v = 0; v < kernel[1]; v++)
          places.push((i * strides[0] + u * dilations[0]) * width + j * strides[1] + v * dilations[1]);
  return places;
};

/** The padded image as a list of pixels, gathered. */
const unfolded = (w: Writer, name: string, [n, h, width, c]: Shape, window: Window): string => {
  const [[top, bottom], [left, right]] = window.padding;
  const image = padded(w, name, [0, top, left, 0], [0, bottom, right, 0]);
  const pixels = reshaped(w, image, [n, (h + top + bottom) * (width + left + right), c]);
  const places = placesOf(window, [h, width]);
  const shape = [...outputSize(window, [h, width]), ...window.kernel];
  return w.add('Gather', [pixels, w.tensor('int32', shape, places)], { axis: 1 });
};

/** One element of all windows at a time, spread to where it lies, and all added up. */
const folded = (
  w: Writer,
  name: string,
  [n, oh, ow, kh, kw, c]: Shape,
  { strides, dilations, padding }: Window,
  size: readonly [number, number],
): string => {
  const columns = reshaped(w, name, [n, oh, ow, kh * kw, c]);
  const layers = Array.from({ length: kh * kw }, (_, at) => {
    const one = w.add('Slice', [columns, w.list([at]), w.list([at + 1]), w.list([3])]);
    const [u, v] = [Math.floor(at / kw), at % kw];
    const start = [u * dilations[0] - padding[0][0], v * dilations[1] - padding[1][0]];
    const used = [(oh - 1) * strides[0] + 1, (ow - 1) * strides[1] + 1];
    return spread(
      w,
      { name: reshaped(w, one, [n, oh, ow, c]), shape: [n, oh, ow, c] },
      [0, ...start, 0],
      [0, size[0] - start[0] - used[0], size[1] - start[1] - used[1], 0],
      [0, strides[0] - 1, strides[1] - 1, 0],
    );
  });
  return layers.length === 1 ? layers[0] : w.add('Sum', layers);
};

export const rearranging = {
  reshape: (({ shape }, [x], _, w) => reshaped(w, x.name, shape)) as Lowerings['reshape'],
  transpose: (({ permutation }, [x], _, w) => transposed(w, x.name, permutation)) as Lowerings['transpose'],
  broadcast: (({ shape }, [x], _, w) => w.add('Expand', [x.name, w.list(shape)])) as Lowerings['broadcast'],
  slice,
  pad: (({ before, after, interior }, [x], _, w) => spread(w, x, before, after, interior)) as Lowerings['pad'],
  concat: (({ axis }, inputs, _, w) =>
    w.add(
      'Concat',
      inputs.map(({ name }) => name),
      { axis },
    )) as Lowerings['concat'],
  reverse,
  cumsum: (({ axis, exclusive, reverse: backwards }, [x], _, w) =>
    w.add('CumSum', [x.name, w.number(axis, 'int64')], {
      exclusive: Number(exclusive),
      reverse: Number(backwards),
    })) as Lowerings['cumsum'],
  gather: ((_, [x, index], __, w) => w.add('Gather', [x.name, index.name], { axis: 0 })) as Lowerings['gather'],
  scatter_add: scatterAdd,
  unfold: (({ window }, [x], _, w) => unfolded(w, x.name, x.shape, window)) as Lowerings['unfold'],
  fold: (({ window, size }, [x], _, w) => folded(w, x.name, x.shape, window, size)) as Lowerings['fold'],
};
