/**
 * Host kernels that multiply: matmul, and convolutions as a matmul over unfolded patches (im2col), and the patches themselves.
 */
import type { Shape, Window } from '../../../compiler/ir/operations.ts';
import type { HostKernel, HostTable, Spec } from './kernel.ts';
import { broadcastStrides, sizeOf } from '../../../compiler/ir/shape.ts';
import { copier, eachRow, type Data } from './walk.ts';

/** out[m, n] = a[m, k] b[k, n]; four rows of b at a time, so that the output is read and written a quarter as often. */
const multiply = (m: number, k: number, n: number, a: Data, b: Data, out: Data, at: readonly number[]): void => {
  const [aAt, bAt, outAt] = at;
  for (let i = 0; i < m; i++) {
    const to = outAt + i * n;
    const from = aAt + i * k;
    for (let j = 0; j < n; j++) out[to + j] = 0;
    let p = 0;
    for (; p + 3 < k; p += 4) {
      const [x0, x1, x2, x3] = [a[from + p], a[from + p + 1], a[from + p + 2], a[from + p + 3]];
      const b0 = bAt + p * n;
      const b1 = b0 + n;
      const b2 = b1 + n;
      const b3 = b2 + n;
      for (let j = 0; j < n; j++) out[to + j] += x0 * b[b0 + j] + x1 * b[b1 + j] + x2 * b[b2 + j] + x3 * b[b3 + j];
    }
    for (; p < k; p++) {
      const x = a[from + p];
      const row = bAt + p * n;
      for (let j = 0; j < n; j++) out[to + j] += x * b[row + j];
    }
  }
};

/** Swaps the last two axes into a scratch array that is kept between runs. */
const swapped = (shape: Shape): ((x: Data) => Data) => {
  const rows = shape[shape.length - 2];
  const columns = shape[shape.length - 1];
  const batch = sizeOf(shape) / Math.max(1, rows * columns);
  const scratch = new Float32Array(sizeOf(shape));
  const copy = copier([batch, columns, rows], [rows * columns, 1, columns], 0, [rows * columns, rows, 1], 0);
  return (x) => {
    copy(x, scratch);
    return scratch;
  };
};

const matmul = (transposeA: boolean, transposeB: boolean, [a, b]: readonly Spec[], output: Spec): HostKernel => {
  const rank = output.shape.length;
  const [m, n] = output.shape.slice(-2);
  const k = a.shape[a.shape.length - (transposeA ? 2 : 1)];
  const left = transposeA ? swapped(a.shape) : (x: Data) => x;
  const right = transposeB ? swapped(b.shape) : (x: Data) => x;
  const batch = output.shape.slice(0, rank - 2);
  const strides = [
    broadcastStrides(a.shape.slice(0, -2), batch).map((stride) => stride * m * k),
    broadcastStrides(b.shape.slice(0, -2), batch).map((stride) => stride * k * n),
    broadcastStrides(batch, batch).map((stride) => stride * m * n),
  ];
  if (sizeOf(output.shape) === 0) return () => {};
  return (inputs, out) => {
    const x = left(inputs[0]);
    const y = right(inputs[1]);
    eachRow(batch, strides, (p, q, r) => multiply(m, k, n, x, y, out, [p, q, r]));
  };
};

/** Every patch element and its pixel, for each n, oh, ow, kh, kw: offsets where channels start; `pixel` is -1 in the padding. */
const eachPixel = (
  window: Window,
  image: Shape,
  patches: Shape,
  visit: (pixel: number, patch: number, run: number) => void,
): void => {
  const [n, h, w, c] = image;
  const [, oh, ow, kh, kw] = patches;
  const [[top], [left]] = window.padding;
  const solid = window.dilations[1] === 1;
  for (let b = 0, patch = 0; b < n; b++) {
    for (let oy = 0; oy < oh; oy++) {
      for (let ox = 0; ox < ow; ox++) {
        const x0 = ox * window.strides[1] - left;
        for (let ky = 0; ky < kh; ky++, patch += kw * c) {
          const y = oy * window.strides[0] - top + ky * window.dilations[0];
          const row = y < 0 || y >= h ? -1 : (b * h + y) * w;
          if (row < 0) visit(-1, patch, kw * c);
          else if (solid && x0 >= 0 && x0 + kw <= w) visit((row + x0) * c, patch, kw * c);
          else {
            for (let kx = 0; kx < kw; kx++) {
              const x = x0 + kx * window.dilations[1];
              visit(x < 0 || x >= w ? -1 : (row + x) * c, patch + kx * c, c);
            }
          }
        }
      }
    }
  }
};

const unfold =
  (window: Window, image: Shape, patches: Shape): HostKernel =>
  ([x], out) =>
    eachPixel(window, image, patches, (pixel, patch, run) => {
      if (pixel < 0) for (let i = patch; i < patch + run; i++) out[i] = 0;
      else for (let i = 0; i < run; i++) out[patch + i] = x[pixel + i];
    });

const fold =
  (window: Window, image: Shape, patches: Shape): HostKernel =>
  ([x], out) => {
    out.fill(0);
    eachPixel(window, image, patches, (pixel, patch, run) => {
      if (pixel >= 0) for (let i = 0; i < run; i++) out[pixel + i] += x[patch + i];
    });
  };

const flat = (rows: number, columns: number): Spec => ({ shape: [rows, columns], dtype: 'float32' });

/** Sizes of a convolution seen as a product: g [positions, k] = patches [positions, width] @ filter [width, k]. */
const sizes = (filter: Shape, g: Shape) => {
  const [kh, kw, c, k] = filter;
  return { positions: g[0] * g[1] * g[2], width: kh * kw * c, k, patches: [g[0], g[1], g[2], kh, kw, c] };
};

export const products = {
  matmul: ({ transposeA, transposeB }, inputs, output) => matmul(transposeA, transposeB, inputs, output),
  unfold: ({ window }, [input], output) => unfold(window, input.shape, output.shape),
  fold: ({ window }, [input], output) => fold(window, output.shape, input.shape),
  conv: ({ window }, [x, filter], output) => {
    const { positions, width, k, patches } = sizes(filter.shape, output.shape);
    const open = unfold(window, x.shape, patches);
    const product = matmul(false, false, [flat(positions, width), flat(width, k)], flat(positions, k));
    const scratch = new Float32Array(positions * width);
    return (inputs, out) => {
      open(inputs, scratch);
      product([scratch, inputs[1]], out);
    };
  },
  conv_to_input: ({ window }, [g, filter], output) => {
    const { positions, width, k, patches } = sizes(filter.shape, g.shape);
    const close = fold(window, output.shape, patches);
    const product = matmul(false, true, [flat(positions, k), flat(width, k)], flat(positions, width));
    const scratch = new Float32Array(positions * width);
    return (inputs, out) => {
      product(inputs, scratch);
      close([scratch], out);
    };
  },
  conv_to_filter: ({ window }, [x, g], output) => {
    const { positions, width, k, patches } = sizes(output.shape, g.shape);
    const open = unfold(window, x.shape, patches);
    const product = matmul(true, false, [flat(positions, width), flat(positions, k)], flat(width, k));
    const scratch = new Float32Array(positions * width);
    return (inputs, out) => {
      open([inputs[0]], scratch);
      product([scratch, inputs[1]], out);
    };
  },
} satisfies Partial<HostTable>;
