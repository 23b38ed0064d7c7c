/**
 * Line charts and scatter plots. The drawing is an SVG that stretches with the page; ticks are HTML placed in per cent, so
 * their letters keep their size on a telephone. Every chart has a text for those who do not see it and its numbers as a table.
 */
import { axisOf, formatNumber } from './axes.ts';
import type { Axis } from './axes.ts';
import { escapeHtml, table } from './html.ts';

export interface Series {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

const COLOURS = 8;
/** More points than this per curve are thinned: smallest and largest of every stretch stay, so peaks do not vanish. */
const POINTS = 700;

export const thin = (s: Series, most = POINTS): Series => {
  if (s.x.length <= most) return s;
  const stretches = Math.floor(most / 2);
  const keep = new Set([0, s.x.length - 1]);
  for (let k = 0; k < stretches; k++) {
    const from = Math.floor((k * s.x.length) / stretches);
    const to = Math.floor(((k + 1) * s.x.length) / stretches);
    let [low, high] = [from, from];
    for (let i = from; i < to; i++) {
      if (s.y[i] < s.y[low]) low = i;
      if (s.y[i] > s.y[high]) high = i;
    }
    keep.add(low).add(high);
  }
  const order = [...keep].sort((a, b) => a - b);
  return { name: s.name, x: order.map((i) => s.x[i]), y: order.map((i) => s.y[i]) };
};

const coordinate = (place: number): string => (place * 1000).toFixed(1).replace(/\.0$/, '');

/** `M x y L x y ...`; a gap where a value is not a number (or not positive on a logarithmic axis). */
const linePath = (s: Series, x: Axis, y: Axis): string => {
  let pen = 'M';
  return s.x
    .map((v, i) => {
      const [px, py] = [x.place(v), y.place(s.y[i])];
      if (!Number.isFinite(px) || !Number.isFinite(py)) {
        pen = 'M';
        return '';
      }
      const part = `${pen}${coordinate(px)} ${coordinate(1 - py)}`;
      pen = 'L';
      return part;
    })
    .join('');
};

/** Dots are lines of no length with round ends: they stay round however the drawing is stretched. */
const dotPath = (s: Series, x: Axis, y: Axis): string =>
  s.x
    .map((v, i) => [x.place(v), y.place(s.y[i])])
    .filter(([px, py]) => Number.isFinite(px) && Number.isFinite(py))
    .map(([px, py]) => `M${coordinate(px)} ${coordinate(1 - py)}h0`)
    .join('');

const grid = (y: Axis): string =>
  y.ticks.map((t) => `<path class="grid" d="M0 ${coordinate(1 - y.place(t.at))}H1000"/>`).join('');

const ticks = (axis: Axis, side: 'x' | 'y'): string => {
  const at = (t: { at: number }): string =>
    `${side === 'x' ? 'left' : 'bottom'}:${(axis.place(t.at) * 100).toFixed(2)}%`;
  const labels = axis.ticks.map((t) => `<span style="${at(t)}">${escapeHtml(t.label)}</span>`).join('');
  return `<div class="ticks-${side}" aria-hidden="true">${labels}</div>`;
};

const legend = (series: readonly Series[], mark: 'line' | 'dot'): string => {
  if (series.length < 2 || series.length > 24) return '';
  const item = (s: Series, i: number): string =>
    `<li><span class="key ${mark} c${i % COLOURS}"></span>${escapeHtml(s.name)}</li>`;
  return `<ul class="legend">${series.map(item).join('')}</ul>`;
};

/** At most 12 rows, evenly chosen, first and last among them. */
const numbers = (series: readonly Series[], xLabel: string): string => {
  const shown = series.slice(0, 8);
  const [longest] = [...shown].sort((a, b) => b.x.length - a.x.length);
  if (!longest || longest.x.length === 0) return '';
  const count = Math.min(12, longest.x.length);
  const xs = Array.from(
    { length: count },
    (_, k) => longest.x[Math.round((k * (longest.x.length - 1)) / Math.max(1, count - 1))],
  );
  const nearest = (s: Series, x: number): number => {
    let best = 0;
    for (let i = 1; i < s.x.length; i++) if (Math.abs(s.x[i] - x) < Math.abs(s.x[best] - x)) best = i;
    return s.y[best];
  };
  const rows = xs.map((x) => [formatNumber(x), ...shown.map((s) => formatNumber(nearest(s, x)))]);
  return `<details><summary>Numbers</summary>${table([xLabel, ...shown.map((s) => s.name)], rows)}</details>`;
};

const frame = (title: string, alt: string, plot: string, extra: string, kind: string): string =>
  `<figure class="chart ${kind}"><figcaption>${escapeHtml(title)}</figcaption>
<div class="plot" role="img" aria-label="${escapeHtml(alt)}">${plot}</div>${extra}</figure>`;

const drawing = (inside: string): string =>
  `<svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">${inside}</svg>`;

/** The mean over a window of a fiftieth of the curve, so that a noisy loss shows where it is going. */
const smooth = (s: Series): Series => {
  const half = Math.floor(s.x.length / 100);
  const sums = [0];
  for (const v of s.y) sums.push(sums[sums.length - 1] + v);
  const y = s.y.map((_, i) => {
    const [from, to] = [Math.max(0, i - half), Math.min(s.y.length, i + half + 1)];
    return (sums[to] - sums[from]) / (to - from);
  });
  return { ...s, y };
};

export interface LineOptions {
  readonly xLabel?: string;
  /** A threshold, drawn as a broken line. */
  readonly bound?: number;
  /** A loss: logarithmic where that shows more, and its running mean drawn over the noise. */
  readonly loss?: boolean;
}

export const lineChart = (title: string, all: readonly Series[], options: LineOptions = {}): string => {
  const { xLabel = 'step', bound, loss = false } = options;
  const series = all.map((s) => thin(s));
  const noisy = loss && all.every((s) => s.y.length > 300 && s.y.every(Number.isFinite));
  const x = axisOf(
    series.flatMap((s) => s.x),
    { tight: true, count: 5 },
  );
  const y = axisOf(
    series.flatMap((s) => (bound === undefined ? s.y : [...s.y, bound])),
    { log: loss },
  );
  const described = series.slice(0, 6).map((s) => {
    const [first, last] = [s.y[0], s.y[s.y.length - 1]];
    return s.y.length === 0 ? `${s.name}: no values` : `${s.name} from ${formatNumber(first)} to ${formatNumber(last)}`;
  });
  const alt = `${title} by ${xLabel}${y.log ? ', logarithmic scale' : ''}: ${described.join('; ')}`;
  const line = bound === undefined ? '' : `<path class="bound" d="M0 ${coordinate(1 - y.place(bound))}H1000"/>`;
  const path = (s: Series, i: number, extra: string): string =>
    `<path class="line c${i % COLOURS}${s.x.length === 1 ? ' dots' : ''}${extra}" d="${s.x.length === 1 ? dotPath(s, x, y) : linePath(s, x, y)}"/>`;
  const paths = [
    ...series.map((s, i) => path(s, i, noisy ? ' noise' : '')),
    ...(noisy ? all.map((s, i) => path(thin(smooth(s), 300), i, '')) : []),
  ];
  const plot = `${ticks(y, 'y')}${drawing(grid(y) + line + paths.join(''))}${ticks(x, 'x')}<span class="x-label" aria-hidden="true">${escapeHtml(xLabel)}</span>`;
  return frame(title, alt, plot, legend(series, 'line') + numbers(series, xLabel), 'wide');
};

/** Equal scales on both axes, so that distances are what they look like. */
export const scatterChart = (title: string, all: readonly Series[]): string => {
  const series = all.map((s) => ({ ...s, x: s.x.slice(0, 4000), y: s.y.slice(0, 4000) }));
  const xs = series.flatMap((s) => s.x);
  const ys = series.flatMap((s) => s.y);
  const [ax, ay] = [axisOf(xs), axisOf(ys)];
  const half = Math.max(ax.to - ax.from, ay.to - ay.from) / 2;
  const around = (a: Axis): Axis => axisOf([(a.from + a.to) / 2 - half, (a.from + a.to) / 2 + half], { tight: true });
  const [x, y] = [around(ax), around(ay)];
  const count = xs.length;
  const alt = `${title}: ${count} points, from ${formatNumber(ax.from)} to ${formatNumber(ax.to)} across and ${formatNumber(ay.from)} to ${formatNumber(ay.to)} up`;
  const paths = series.map(
    (s, i) => `<path class="dots c${i % COLOURS}${count > 300 ? ' small' : ''}" d="${dotPath(s, x, y)}"/>`,
  );
  const plot = `${ticks(y, 'y')}${drawing(grid(y) + paths.join(''))}${ticks(x, 'x')}`;
  return frame(title, alt, plot, legend(series, 'dot'), 'square');
};
