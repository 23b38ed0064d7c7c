/**
 * Arrays as PNG data URIs: grey and colour images, and heat maps (one hue for amounts, two for values around zero).
 */
import { encode } from 'fast-png';
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import { formatNumber } from './axes.ts';
import { columnsOf, rangeOf, rowOf } from './arrays.ts';
import { escapeHtml, table } from './html.ts';

const base64 = (bytes: Uint8Array): string => {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
};

const png = (width: number, height: number, channels: 1 | 3 | 4, data: Uint8Array): string =>
  `data:image/png;base64,${base64(encode({ width, height, channels, depth: 8, data }))}`;

/** How values become brightness: 0 to 1 as it is, 0 to 255 divided, anything else stretched over what there is. */
export const brightness = (data: ArrayLike<number>): ((v: number) => number) => {
  const { min, max } = rangeOf(data);
  const byte = (v: number): number => Math.round(255 * Math.min(1, Math.max(0, v)));
  if (min >= 0 && max <= 1) return byte;
  if (min >= 0 && max <= 255 && max > 2) return (v) => byte(v / 255);
  return (v) => byte((v - min) / (max - min || 1));
};

/** [h, w], [h, w, 1], [h, w, 3] or [h, w, 4]; undefined for another shape. */
const imageUri = (image: ArrayValue, light: (v: number) => number): string | undefined => {
  const [h, w, c = 1] = image.shape;
  if (image.shape.length < 2 || image.shape.length > 3 || (c !== 1 && c !== 3 && c !== 4) || h * w === 0)
    return undefined;
  return png(
    w,
    h,
    c,
    Uint8Array.from(image.data, (v) => light(v)),
  );
};

/** The images of [n, h, w], [n, h, w, c] (or one of [h, w]) in a grid; at most `most`. */
export const imageGrid = (name: string, value: ArrayValue, most = 64): string => {
  const single = value.shape.length === 2;
  const count = single ? 1 : Math.min(value.shape[0], most);
  const light = brightness(value.data);
  const images = Array.from({ length: count }, (_, i) => {
    const uri = imageUri(single ? value : rowOf(value, i), light);
    return uri ? `<img src="${uri}" alt="${escapeHtml(name)}, image ${i + 1} of ${count}"/>` : '';
  });
  if (images.some((i) => i === '')) return `<p>These are not images: their shape is ${value.shape.join(' × ')}.</p>`;
  const rest = single ? 0 : value.shape[0] - count;
  return `<div class="images">${images.join('')}</div>${rest > 0 ? `<p class="note">and ${rest} more</p>` : ''}`;
};

type Rgb = readonly [number, number, number];
const amounts: readonly Rgb[] = [
  [240, 246, 253],
  [158, 197, 244],
  [57, 135, 229],
  [24, 79, 149],
  [13, 54, 107],
];
const signed: readonly Rgb[] = [
  [24, 79, 149],
  [107, 165, 232],
  [236, 236, 234],
  [236, 131, 90],
  [163, 52, 20],
];

/** What is not a number. */
const grey: Rgb = [128, 128, 128];

const colourAt = (ramp: readonly Rgb[], t: number): Rgb => {
  if (Number.isNaN(t)) return grey;
  const at = Math.min(1, Math.max(0, t)) * (ramp.length - 1);
  const i = Math.min(ramp.length - 2, Math.floor(at));
  const mix = (k: 0 | 1 | 2): number => Math.round(ramp[i][k] + (at - i) * (ramp[i + 1][k] - ramp[i][k]));
  return [mix(0), mix(1), mix(2)];
};

export const heatmap = (name: string, value: ArrayValue): string => {
  const columns = columnsOf(value.shape.length === 1 ? { ...value, shape: [1, ...value.shape] } : value);
  const [width, height] = [columns.length, columns[0]?.length ?? 0];
  if (width * height === 0) return '<p>There is nothing to draw.</p>';
  const { min, max } = rangeOf(value.data);
  const around = min < 0 && max > 0;
  const ramp = around ? signed : amounts;
  const [low, high] = around ? [-Math.max(-min, max), Math.max(-min, max)] : [min, max];
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++)
      pixels.set(colourAt(ramp, (columns[j][i] - low) / (high - low || 1)), 3 * (i * width + j));
  const bar = new Uint8Array(64 * 3);
  for (let j = 0; j < 64; j++) bar.set(colourAt(ramp, j / 63), 3 * j);
  const unknown = columns.flat().filter(Number.isNaN).length;
  const gaps = unknown === 0 ? '' : `, ${unknown} of them not a number`;
  const alt = `${name}: ${height} × ${width} values from ${formatNumber(min)} to ${formatNumber(max)}${gaps}`;
  const small = width <= 12 && height <= 24;
  const rows = Array.from({ length: height }, (_, i) => [String(i), ...columns.map((c) => formatNumber(c[i]))]);
  return `<img class="heatmap" style="aspect-ratio:${width}/${height}" src="${png(width, height, 3, pixels)}" alt="${escapeHtml(alt)}"/>
<div class="ramp"><span>${formatNumber(low)}</span><img src="${png(64, 1, 3, bar)}" alt=""/><span>${formatNumber(high)}</span></div>
${unknown > 0 ? `<p class="note">Grey: not a number (${unknown} of ${width * height}).</p>` : ''}
${small ? `<details><summary>Numbers</summary>${table(['', ...columns.map((_, j) => String(j))], rows)}</details>` : ''}`;
};
