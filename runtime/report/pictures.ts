/**
 * `show` pictures: images, scatter, curve, heatmap, table, each from the arrays that the run computed.
 */
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import type { PictureKind } from '../../compiler/program.ts';
import { columnsOf, numbersOf, sizeOf } from './arrays.ts';
import { formatNumber } from './axes.ts';
import { heatmap, imageGrid } from './bitmaps.ts';
import { lineChart, scatterChart } from './charts.ts';
import type { Series } from './charts.ts';
import { escapeHtml, table } from './html.ts';

export interface Picture {
  readonly name: string;
  readonly kind: PictureKind;
  /** One array, or the parts of a tuple, or the columns of a table. */
  readonly values: readonly ArrayValue[];
  readonly columns?: readonly string[];
  /** With `every`: the steps at which it was drawn; then the arrays have one more axis in front, over these. */
  readonly steps?: readonly number[];
}

const figure = (p: Picture, inside: string): string =>
  `<figure><figcaption>${escapeHtml(p.name)}</figcaption>${inside}</figure>`;

/** The last of the pictures that were drawn during training. */
const final = (p: Picture): readonly ArrayValue[] => {
  const { steps } = p;
  if (!steps) return p.values;
  return p.values.map((v) => {
    const size = v.data.length / steps.length;
    return { dtype: v.dtype, shape: v.shape.slice(1), data: v.data.slice(v.data.length - size) };
  });
};

/** Points [n, 2]; with a second part (labels or classes), one series a label; one column is drawn over its index. */
const scatterSeries = (p: Picture): Series[] => {
  const [points, labels] = final(p);
  const columns = points ? columnsOf(points) : [];
  if (columns.length === 0) return [];
  const [x, y] = columns.length === 1 ? [columns[0].map((_, i) => i), columns[0]] : columns;
  if (!labels) return [{ name: p.name, x, y }];
  const classes = columnsOf(labels);
  const labelAt = (i: number): number =>
    classes.length === 1 ? classes[0][i] : classes.reduce((best, c, k) => (c[i] > classes[best][i] ? k : best), 0);
  const groups = new Map<number, { x: number[]; y: number[] }>();
  x.forEach((v, i) => {
    const group = groups.get(labelAt(i)) ?? { x: [], y: [] };
    group.x.push(v);
    group.y.push(y[i]);
    groups.set(labelAt(i), group);
  });
  return [...groups].sort((a, b) => a[0] - b[0]).map(([label, g]) => ({ name: formatNumber(label), ...g }));
};

/** A curve's rows are the steps (with `every`) or the index; (xs, ys) draws ys over xs. */
const curveSeries = (p: Picture): Series[] => {
  const [first, second] = p.values;
  if (!first) return [];
  const y = second && !p.steps ? second : first;
  const columns = columnsOf(y.shape.length === 0 ? { ...y, shape: [1] } : y);
  const length = columns[0]?.length ?? 0;
  const x = second && !p.steps ? numbersOf(first) : (p.steps ?? Array.from({ length }, (_, i) => i));
  const named = (j: number): string => p.columns?.[j] ?? (columns.length === 1 ? p.name : `${p.name}[${j}]`);
  return columns.slice(0, 64).map((c, j) => ({ name: named(j), x, y: c }));
};

const tableOf = (p: Picture): string => {
  const columns = final(p).flatMap((v) => (v.shape.length === 0 ? [numbersOf(v)] : columnsOf(v)));
  const count = Math.min(50, columns[0]?.length ?? 0);
  const head = ['', ...columns.map((_, j) => p.columns?.[j] ?? String(j))];
  const rows = Array.from({ length: count }, (_, i) => [String(i), ...columns.map((c) => formatNumber(c[i]))]);
  const rest = (columns[0]?.length ?? 0) - count;
  return table(head, rows) + (rest > 0 ? `<p class="note">and ${rest} more rows</p>` : '');
};

export const drawPicture = (p: Picture): string => {
  const [first] = final(p);
  if (!first || sizeOf(first.shape) === 0) return figure(p, '<p>There is nothing to draw.</p>');
  switch (p.kind) {
    case 'images':
      return figure(p, imageGrid(p.name, first));
    case 'heatmap':
      return figure(p, heatmap(p.name, first));
    case 'table':
      return figure(p, tableOf(p));
    case 'scatter':
      return scatterChart(p.name, scatterSeries(p));
    case 'curve':
      return lineChart(p.name, curveSeries(p), { xLabel: p.steps ? 'step' : 'index' });
  }
};
