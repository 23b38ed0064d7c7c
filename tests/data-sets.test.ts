/** The sets that come with the language against what is published about them, and the rules they keep. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DataFormat, Table } from '../compiler/host.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { arrayOf, tableOf, valuesOf } from './data-files.ts';

const folder = join(import.meta.dirname, '../stdlib/data');
const load = async (format: DataFormat, file: string): Promise<Table> =>
  tableOf(await nodeHost().readData({ format, path: `data/${file}`, base: 'stdlib/data.learn' }));

const numbers = (table: Table, column: string): number[] =>
  valuesOf(table.columns.get(column)).filter((x) => typeof x === 'number');
const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
const counts = (values: readonly unknown[]): Record<string, number> => {
  const found: Record<string, number> = {};
  for (const v of values) found[String(v)] = (found[String(v)] ?? 0) + 1;
  return found;
};

/** Means and numbers of values as the papers, UCI, scikit-learn's and palmerpenguins' pages give them. */
test.each<[string, number, [string, number, number][]]>([
  [
    'penguins.csv',
    342,
    [
      ['bill_length_mm', 342, 43.92],
      ['bill_depth_mm', 342, 17.15],
      ['flipper_length_mm', 342, 200.92],
      ['body_mass_g', 342, 4201.75],
    ],
  ],
  [
    'iris.csv',
    150,
    [
      ['sepal_length', 150, 5.843],
      ['sepal_width', 150, 3.057],
      ['petal_length', 150, 3.758],
      ['petal_width', 150, 1.199],
    ],
  ],
  [
    'wine.csv',
    178,
    [
      ['alcohol', 178, 13],
      ['malic_acid', 178, 2.34],
      ['proline', 178, 746.9],
    ],
  ],
  [
    'breast-cancer.csv',
    569,
    [
      ['mean_radius', 569, 14.127],
      ['mean_area', 569, 654.9],
      ['worst_radius', 569, 16.27],
    ],
  ],
  [
    'diabetes.csv',
    442,
    [
      ['progression', 442, 152.13],
      ['bmi', 442, 26.38],
      ['age', 442, 48.52],
    ],
  ],
  [
    'cars.csv',
    406,
    [
      ['mpg', 398, 23.51],
      ['horsepower', 400, 105.08],
    ],
  ],
  [
    'sunspots.csv',
    309,
    [
      ['year', 309, 1854],
      ['sunspots', 309, 49.75],
    ],
  ],
])('%s', async (file, rows, columns) => {
  const table = await load('csv', file);
  expect(table.rows).toBe(rows);
  for (const [column, count, average] of columns) {
    const values = numbers(table, column);
    expect([column, values.length]).toEqual([column, count]);
    // As precise as it is published.
    const digits = (String(average).split('.')[1] ?? '').length;
    expect(Math.abs(mean(values) - average), column).toBeLessThanOrEqual(0.5001 * 10 ** -digits);
  }
});

test('words of the sets', async () => {
  const penguins = await load('csv', 'penguins.csv');
  expect(counts(valuesOf(penguins.columns.get('species')))).toEqual({ Adelie: 151, Chinstrap: 68, Gentoo: 123 });
  // 333 of the 344 birds are complete.
  expect(counts(valuesOf(penguins.columns.get('sex')))).toEqual({ male: 168, female: 165, null: 9 });
  const iris = await load('csv', 'iris.csv');
  expect(counts(valuesOf(iris.columns.get('species')))).toEqual({ setosa: 50, versicolor: 50, virginica: 50 });
  const cancer = await load('csv', 'breast-cancer.csv');
  expect(counts(valuesOf(cancer.columns.get('diagnosis')))).toEqual({ benign: 357, malignant: 212 });
  const wine = await load('csv', 'wine.csv');
  expect(counts(valuesOf(wine.columns.get('cultivar')))).toEqual({ 0: 59, 1: 71, 2: 48 });
});

test('MNIST: 60,000 digits, classes mixed, pictures that differ by class', async () => {
  const [images, labels] = [await load('idx', 'mnist-images.idx.gz'), await load('idx', 'mnist-labels.idx.gz')].map(
    arrayOf,
  );
  expect([images.shape, labels.shape]).toEqual([[60_000, 28, 28], [60_000]]);
  const pixels = images.data;
  expect([Math.min(...pixels.subarray(0, 7840)), Math.max(...pixels.subarray(0, 7840))]).toEqual([0, 255]);
  // The mean of MNIST's training pictures is 0.1307.
  let sum = 0;
  for (let i = 0; i < pixels.length; i++) sum += pixels[i];
  expect(Math.abs(sum / pixels.length / 255 - 0.1307)).toBeLessThan(0.0002);
  for (let part = 0; part < 10; part++) {
    const here = counts(Array.from(labels.data.subarray(part * 1000, (part + 1) * 1000)));
    expect(Object.keys(here)).toHaveLength(10);
    for (const n of Object.values(here)) expect(Math.abs(n - 100)).toBeLessThan(45);
  }
  // Labels belong to pictures: the nearest mean of a class, over the first half, tells the second half.
  const means = Array.from({ length: 10 }, () => new Float64Array(785));
  for (let i = 0; i < 5000; i++) {
    const m = means[labels.data[i]];
    for (let p = 0; p < 784; p++) m[p] += pixels[784 * i + p];
    m[784]++;
  }
  let right = 0;
  for (let i = 5000; i < 7000; i++) {
    const distances = means.map((m) => {
      let d = 0;
      for (let p = 0; p < 784; p++) d += (m[p] / m[784] - pixels[784 * i + p]) ** 2;
      return d;
    });
    right += Number(distances.indexOf(Math.min(...distances)) === labels.data[i]);
  }
  expect(right / 2000).toBeGreaterThan(0.78);
});

test('the small digits: 1,797 pictures of counts up to 16', async () => {
  const [images, labels] = [await load('idx', 'digits-images.idx.gz'), await load('idx', 'digits-labels.idx.gz')].map(
    arrayOf,
  );
  expect([images.shape, labels.shape]).toEqual([[1797, 8, 8], [1797]]);
  expect(Math.max(...images.data)).toBe(16);
  expect(Math.abs(mean(Array.from(images.data)) - 4.884)).toBeLessThan(0.001);
  expect(counts(Array.from(labels.data))).toEqual({
    0: 178,
    1: 182,
    2: 177,
    3: 183,
    4: 181,
    5: 182,
    6: 181,
    7: 179,
    8: 174,
    9: 180,
  });
});

test('every file has its source and licence, and every set its function', () => {
  const sources = readFileSync(join(folder, 'SOURCES.md'), 'utf8');
  const library = readFileSync(join(folder, '../data.learn'), 'utf8');
  for (const file of readdirSync(folder).filter((f) => f !== 'SOURCES.md')) {
    const section = sources.split(/^## /m).find((s) => s.split('\n')[0].includes(file));
    expect(section, file).toMatch(/\*\*From:\*\*[\s\S]*\*\*Licence:\*\*/);
    expect(library).toContain(`"data/${file}"`);
  }
});
