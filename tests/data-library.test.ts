/** stdlib/data.learn: every set and distribution in a spec, and whether the draws lie where they should. */
import { expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import type { DataSet } from '../compiler/program.ts';
import { render } from '../grammar/diagnostics.ts';
import { nodeHost } from '../runtime/data/node-host.ts';

/** The leaves of `data D = ...` as the program holds them, a row a list of numbers. */
const rowsOf = async (data: string): Promise<number[][][]> => {
  const text = `data D = ${data}\nmodel Point() -> R { param w : R; w }\nminimize E[d ~ D_tr] (f() - 1)^2 over f in Point on unsupervised(D, holdout = 0)`;
  const { program, diagnostics, sources } = await compile('/spec.learn', text, nodeHost(), { seed: 1 });
  expect(diagnostics.map((d) => render(d, sources)).join('\n')).toBe('');
  const [set] = [...(program?.data.values() ?? [])] as DataSet[];
  return set.leaves.map((leaf) => {
    const width = leaf.data.length / set.rows;
    return Array.from({ length: set.rows }, (_, i) => Array.from(leaf.data.subarray(i * width, (i + 1) * width)));
  });
};

test.each<[string, number, number[]]>([
  ['[[r.bill_length_mm, r.bill_depth_mm, r.flipper_length_mm, r.body_mass_g] for r in penguins()]', 342, [4]],
  ['[r.body_mass_g for r in penguins() if r.sex != missing]', 333, [1]],
  ['[([r.sepal_length, r.sepal_width], class(r.species)) for r in iris()]', 150, [2, 1]],
  ['[(r.alcohol, class[3](r.cultivar)) for r in wine()]', 178, [1, 1]],
  ['[(r.mean_radius, class(r.diagnosis == "malignant")) for r in breast_cancer()]', 569, [1, 1]],
  ['[(r.bmi, r.progression) for r in diabetes()]', 442, [1, 1]],
  ['[(r.horsepower, r.mpg) for r in cars() if r.mpg != missing and r.horsepower != missing]', 392, [1, 1]],
  ['[r.sunspots for r in sunspots()]', 309, [1]],
  ['mnist()', 60_000, [784, 1]],
  ['digits()', 1797, [64, 1]],
])('%s', async (data, rows, widths) => {
  const leaves = await rowsOf(data);
  expect(leaves.map((leaf) => [leaf.length, leaf[0].length])).toEqual(widths.map((w) => [rows, w]));
  expect(leaves.every((leaf) => leaf.every((row) => row.every(Number.isFinite)))).toBe(true);
});

const [n, precise] = [400, 1e-5];
const near = (a: number, b: number): boolean => Math.abs(a - b) < precise;
const share = (yes: readonly boolean[]): number => yes.filter(Boolean).length / yes.length;

const isUpper = ([x, y]: number[]): boolean => near(Math.hypot(x, y), 1) && y > -precise;
const isLower = ([x, y]: number[]): boolean => near(Math.hypot(1 - x, 0.5 - y), 1) && y < 0.5 + precise;
const isOuter = ([x, y]: number[]): boolean => near(Math.hypot(x, y), 1);
const isInner = ([x, y]: number[]): boolean => near(Math.hypot(x, y), 0.25);
/** On an arm the angle is the radius, in units of 1 / (3 pi). */
const onArm = ([x, y]: number[], sign: number): boolean => {
  const t = 3 * Math.PI * Math.hypot(x, y);
  return Math.hypot(sign * t * Math.cos(t) - 3 * Math.PI * x, sign * t * Math.sin(t) - 3 * Math.PI * y) < 1e-3;
};

test.each<[string, (p: number[]) => boolean, (p: number[]) => boolean]>([
  ['Moons', isUpper, isLower],
  ['Circles', isOuter, isInner],
  ['Spiral', (p) => onArm(p, 1), (p) => onArm(p, -1)],
])('%s: two parts, half the points on each, labels that agree', async (name, one, other) => {
  const options = name === 'Circles' ? 'noise = 0, factor = 0.25' : 'noise = 0';
  const [points] = await rowsOf(`${name === 'Moons' ? 'TwoMoons' : name}(${options})^${n}`);
  expect(points.filter((p) => !one(p) && !other(p))).toEqual([]);
  expect(Math.abs(share(points.map(one)) - 0.5)).toBeLessThan(0.1);
  const [xs, ys] = await rowsOf(`Labelled${name}(${options})^${n}`);
  expect(xs.filter((p, i) => !(ys[i][0] === 1 ? one : other)(p))).toEqual([]);
  expect(Math.abs(share(ys.map(([y]) => y === 1)) - 0.5)).toBeLessThan(0.1);
});

test('noise has the size that it says', async () => {
  const [points] = await rowsOf('Circles(noise = 0.1, factor = 1)^4000');
  const radii = points.map(([x, y]) => Math.hypot(x, y) - 1);
  const deviation = Math.sqrt(radii.reduce((s, r) => s + r * r, 0) / radii.length);
  expect(Math.abs(deviation - 0.1)).toBeLessThan(0.01);
});

test('blobs lie on a ring, evenly', async () => {
  const [points] = await rowsOf(`Blobs(8, spread = 0, radius = 2)^${n}`);
  const places = new Map<number, number>();
  for (const [x, y] of points) {
    expect(Math.abs(Math.hypot(x, y) - 2)).toBeLessThan(1e-4);
    const k = (Math.atan2(y, x) / (2 * Math.PI)) * 8;
    expect(Math.abs(k - Math.round(k))).toBeLessThan(1e-4);
    const place = (Math.round(k) + 8) % 8;
    places.set(place, (places.get(place) ?? 0) + 1);
  }
  expect(places.size).toBe(8);
  for (const count of places.values()) expect(Math.abs(count / n - 1 / 8)).toBeLessThan(0.06);
});

test('a board has its dark squares, all of them', async () => {
  const [points] = await rowsOf(`Checkerboard()^${n}`);
  const squares = new Set(points.map(([x, y]) => `${Math.floor(x)},${Math.floor(y)}`));
  expect([...squares].every((s) => s.split(',').reduce((a, b) => a + Number(b), 0) % 2 === 0)).toBe(true);
  expect(squares.size).toBe(8);
  expect(points.every((p) => p.every((v) => v >= -2 && v <= 2))).toBe(true);
});

test('Xor: the label is whether the signs differ', async () => {
  const [xs, ys] = await rowsOf(`Xor()^${n}`);
  expect(xs.every(([a, b], i) => ys[i][0] === Number(a * b < 0))).toBe(true);
  expect(Math.abs(share(ys.map(([y]) => y === 1)) - 0.5)).toBeLessThan(0.1);
});

test('sheets and curves', async () => {
  const [roll] = await rowsOf(`SwissRoll(noise = 0)^${n}`);
  for (const [x, height, z] of roll) {
    const t = Math.hypot(x, z);
    expect(t).toBeGreaterThan(1.5 * Math.PI - precise);
    expect(t).toBeLessThan(4.5 * Math.PI + 1e-4);
    expect(Math.hypot(x - t * Math.cos(t), z - t * Math.sin(t))).toBeLessThan(1e-3);
    expect(height >= 0 && height <= 21).toBe(true);
  }
  const [bent] = await rowsOf(`SCurve(noise = 0)^${n}`);
  // Two circles of radius 1 around heights -1 and 1 of the third coordinate.
  for (const [x, , z] of bent) expect(Math.abs(Math.hypot(x, Math.abs(z) - 1) - 1)).toBeLessThan(1e-4);
  const [xs, ys] = await rowsOf(`Sine(noise = 0)^${n}`);
  for (const [i, [x]] of xs.entries()) expect(Math.abs(ys[i][0] - Math.sin(x))).toBeLessThan(1e-5);
});
