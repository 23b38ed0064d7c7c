/**
 * Images and the patches under a window that moves over them: `unfold` copies patches out, `fold` adds them up, and the convolutions are
 * products with patches, a few images at a time, whose patches stay in the second cache.
 */
import type { Shape, Window } from '../../../compiler/ir/operations.ts';
import { sizeOf } from '../../../compiler/ir/shape.ts';
import type { Module, Writer } from './assembler.ts';
import type { Products } from './product.ts';

/** One image [h, w, c] and its patches [oh, ow, kh, kw, c]. */
interface Frame {
  readonly window: Window;
  readonly h: number;
  readonly w: number;
  readonly c: number;
  readonly oh: number;
  readonly ow: number;
}

/** `count` numbers between an image and its patches, from the address in `image` to the one in `patch`, or added the other way. */
export const transfer = (f: Writer, adds: boolean, image: number, patch: number, count: number): void => {
  const vectors = Math.ceil(count / 4);
  const one = (offset: number, mask: number | undefined): void => {
    if (!adds) {
      f.get(patch);
      f.get(image);
      f.simdAccess('load', offset);
      f.simdAccess('store', offset); // beyond the run: what the next run writes over
      return;
    }
    f.get(image);
    f.get(image);
    f.simdAccess('load', offset);
    f.get(patch);
    f.simdAccess('load', offset);
    if (mask !== undefined) {
      f.get(mask);
      f.simd('and');
    }
    f.simd('f32x4Add');
    f.simdAccess('store', offset);
  };
  const rest = count % 4;
  const mask = rest > 0 ? f.constant([-1, rest > 1 ? -1 : 0, rest > 2 ? -1 : 0, 0]) : undefined;
  if (vectors <= 8) {
    for (let u = 0; u < vectors; u++) one(16 * u, u === vectors - 1 ? mask : undefined);
    return;
  }
  const whole = Math.floor(count / 4);
  f.times(whole, 1, () => {
    one(0, undefined);
    f.advance(image, 16);
    f.advance(patch, 16);
  });
  if (rest > 0) one(0, mask);
  f.advance(image, -16 * whole);
  f.advance(patch, -16 * whole);
};

const zeros = (f: Writer, address: number, count: number): void => {
  const vectors = Math.ceil(count / 4);
  if (vectors > 8) {
    f.get(address);
    f.i32(0);
    f.i32(count * 4);
    return f.fill();
  }
  const zero = f.constant([0, 0, 0, 0]);
  for (let u = 0; u < vectors; u++) {
    f.get(address);
    f.get(zero);
    f.simdAccess('store', 16 * u);
  }
};

/** (image, patches): every patch in order, row by row of the window. */
const writePatches = (f: Writer, { window, h, w, c, oh, ow }: Frame, adds: boolean): void => {
  const [kh, kw] = window.kernel;
  const [[top], [left]] = window.padding;
  const [down, right] = window.strides;
  const [dy, dx] = window.dilations;
  const [x, y, source, patch] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')];
  f.get(1);
  f.set(patch);
  const line = kw * c;
  /** y and x are where the row of the window begins; source = image + (y w + x) c */
  const locate = (): void => {
    f.get(0);
    f.get(y);
    f.i32(w);
    f.op('i32Mul');
    f.get(x);
    f.op('i32Add');
    f.i32(c * 4);
    f.op('i32Mul');
    f.op('i32Add');
    f.set(source);
  };
  const inside = (local: number, from: number, size: number): void => {
    f.get(local);
    f.i32(from);
    f.op('i32Add');
    f.i32(size);
    f.op('i32LtU');
  };
  const pixels = (): void => {
    for (let kx = 0; kx < kw; kx++) {
      f.if(
        () => inside(x, kx * dx, w),
        () => {
          f.advance(source, kx * dx * c * 4);
          transfer(f, adds, source, patch, c);
          f.advance(source, -kx * dx * c * 4);
        },
        adds ? undefined : () => zeros(f, patch, c),
      );
      f.advance(patch, c * 4);
    }
    f.advance(patch, -line * 4);
  };
  f.times(oh, 1, (oy) => {
    f.times(ow, 1, (ox) => {
      f.get(ox);
      f.i32(right);
      f.op('i32Mul');
      f.i32(left);
      f.op('i32Sub');
      f.set(x);
      f.times(kh, 1, (ky) => {
        f.get(oy);
        f.i32(down);
        f.op('i32Mul');
        f.get(ky);
        f.i32(dy);
        f.op('i32Mul');
        f.op('i32Add');
        f.i32(top);
        f.op('i32Sub');
        f.set(y);
        f.if(
          () => inside(y, 0, h),
          () => {
            locate();
            if (dx !== 1 || w < kw) return pixels();
            f.if(
              () => inside(x, 0, w - kw + 1),
              () => transfer(f, adds, source, patch, line),
              pixels,
            );
          },
          adds ? undefined : () => zeros(f, patch, line),
        );
        f.advance(patch, line * 4);
      });
    });
  });
};

export interface Windows {
  /** A function of the addresses of the arguments, the result and memory for the patches of a few images. */
  windowed(op: string, window: Window, shapes: readonly Shape[], output: Shape): number;
}

/** What stays in the second cache beside the rest of a product. */
const cached = 1 << 19;

/** How many of `count` images are taken at a time, if the patches of one take so many bytes. */
const groupOf = (count: number, bytes: number): number => {
  let group = Math.max(1, Math.min(count, Math.floor(cached / bytes)));
  while (count % group !== 0) group--;
  return group;
};

/** Bytes for the patches of the images that are taken at a time. */
export const patchBytes = (op: string, window: Window, shapes: readonly Shape[], output: Shape): number => {
  if (op === 'unfold' || op === 'fold') return 0;
  const [image, g] = op === 'conv' ? [shapes[0], output] : op === 'conv_to_input' ? [output, shapes[0]] : shapes;
  const bytes = g[1] * g[2] * sizeOf(window.kernel) * image[3] * 4;
  return groupOf(g[0], bytes) * bytes;
};

const isPlain = ({ kernel, strides, padding }: Window): boolean =>
  [...kernel, ...strides].every((n) => n === 1) && padding.flat().every((n) => n === 0);

export const openWindows = (module: Module, { product }: Products): Windows => {
  const functions = new Map<string, number>();
  const once = (key: string, make: () => number): number => {
    const known = functions.get(key) ?? make();
    functions.set(key, known);
    return known;
  };
  const patchesOf = (frame: Frame, adds: boolean): number =>
    once(`patches ${adds} ${JSON.stringify(frame)}`, () =>
      module.func(['i32', 'i32'], [], (f) => writePatches(f, frame, adds)),
    );
  const frameOf = (window: Window, image: Shape, patches: readonly [number, number]): Frame => {
    const [, h, w, c] = image;
    return { window, h, w, c, oh: patches[0], ow: patches[1] };
  };
  const clear = (f: Writer, local: number, count: number): void => {
    f.get(local);
    f.i32(0);
    f.i32(count * 4);
    f.fill();
  };

  /** (from, to): images one after the other. */
  const moving = (window: Window, image: Shape, patches: Shape, folds: boolean): number =>
    module.func(['i32', 'i32', 'i32'], [], (f) => {
      const frame = frameOf(window, image, [patches[1], patches[2]]);
      const index = patchesOf(frame, folds);
      const [imageLocal, patchLocal] = folds ? [1, 0] : [0, 1];
      if (folds) clear(f, 1, sizeOf(image));
      f.times(image[0], 1, () => {
        f.get(imageLocal);
        f.get(patchLocal);
        f.call(index);
        f.advance(imageLocal, (sizeOf(image) / image[0]) * 4);
        f.advance(patchLocal, (sizeOf(patches) / patches[0]) * 4);
      });
    });

  /** (x, y, result, scratch): a product for every few images. Which of the three is the image says `op`. */
  const convolving = (op: string, window: Window, image: Shape, filter: Shape, g: Shape): number =>
    module.func(['i32', 'i32', 'i32', 'i32'], [], (f) => {
      const [count, oh, ow, k] = g;
      const width = sizeOf(filter) / k;
      const patch = oh * ow * width * 4;
      const frame = frameOf(window, image, [oh, ow]);
      const plain = isPlain(window);
      const group = plain ? count : groupOf(count, patch);
      const positions = oh * ow * group;
      const imageBytes = (sizeOf(image) / count) * 4;
      const gBytes = positions * k * 4;
      /** Patches of the images at the address in a local, written or added back; the local goes on to the next images. */
      const images = (local: number, adds: boolean): void => {
        if (plain) return f.advance(local, group * imageBytes);
        const index = patchesOf(frame, adds);
        f.times(group, 1, () => {
          f.get(local);
          f.get(3);
          f.call(index);
          f.advance(local, imageBytes);
          f.advance(3, patch);
        });
        f.advance(3, -group * patch);
      };
      const dense = (columns: number) => ({ rows: columns, columns: 1 });
      const turned = (columns: number) => ({ rows: 1, columns });
      /** The images themselves are their patches. */
      const patches = (local: number): void => {
        f.get(plain ? local : 3);
        if (!plain) return;
        f.i32(group * imageBytes);
        f.op('i32Sub');
      };
      if (op === 'conv') {
        const index = product({ m: positions, k: width, n: k, a: dense(width), b: dense(k), c: dense(k), adds: false });
        f.times(count / group, 1, () => {
          images(0, false);
          patches(0);
          f.get(1);
          f.get(2);
          f.call(index);
          f.advance(2, gBytes);
        });
      } else if (op === 'conv_to_filter') {
        const index = product({ m: width, k: positions, n: k, a: turned(width), b: dense(k), c: dense(k), adds: true });
        clear(f, 2, sizeOf(filter));
        f.times(count / group, 1, () => {
          images(0, false);
          patches(0);
          f.get(1);
          f.get(2);
          f.call(index);
          f.advance(1, gBytes);
        });
      } else {
        const index = product({
          m: positions,
          k,
          n: width,
          a: dense(k),
          b: turned(k),
          c: dense(width),
          adds: false,
        });
        if (!plain) clear(f, 2, sizeOf(image));
        f.times(count / group, 1, () => {
          f.get(0);
          f.get(1);
          f.get(plain ? 2 : 3);
          f.call(index);
          images(2, true);
          f.advance(0, gBytes);
        });
      }
    });

  return {
    windowed: (op, window, shapes, output) =>
      once(`${op} ${JSON.stringify([window, shapes, output])}`, () => {
        const [x, y] = shapes;
        // functions that a function calls are written before it
        if (op === 'unfold') {
          patchesOf(frameOf(window, x, [output[1], output[2]]), false);
          return moving(window, x, output, false);
        }
        if (op === 'fold') return moving(window, output, x, true);
        if (op === 'conv') return convolving(op, window, x, y, output);
        if (op === 'conv_to_input') return convolving(op, window, output, y, x);
        return convolving(op, window, x, output, y);
      }),
  };
};
