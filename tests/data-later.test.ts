/** Large sets are not made while a spec is checked: what is certain of their numbers suffices, and where it does not they are looked at. */
import { expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { certainBounds } from '../compiler/elaborate/values/bounds.ts';
import type { DataFailure, Host, Table } from '../compiler/host.ts';
import { lazyArray } from '../compiler/ir/arrays.ts';
import * as ir from '../compiler/ir/build.ts';
import { nodeHost } from '../runtime/data/node-host.ts';

const rows = 20_000;

/** Bytes of 20,000 rows of 4 by 4 in `pixels.npy`; `looked` counts how often somebody asked for all, and for how many where `some` are had. */
const opened = (byte: (i: number) => number, some = false) => {
  const looked = { times: 0, rows: 0 };
  const make = (): Int32Array => {
    looked.times++;
    return Int32Array.from({ length: rows * 16 }, (_, i) => byte(i));
  };
  const ofRows = (places: ArrayLike<number>): Int32Array => {
    looked.rows += places.length;
    return Int32Array.from({ length: places.length * 16 }, (_, i) => byte(places[i >> 4] * 16 + (i & 15)));
  };
  const value = lazyArray('int32', [rows, 4, 4], { low: 0, high: 255 }, make, some ? ofRows : undefined);
  const readData = (): Promise<Table | DataFailure> =>
    Promise.resolve({
      source: 'pixels.npy',
      rows,
      columns: new Map([['', { kind: 'array', value }]]),
      placeOf: (row) => `index ${row}`,
    });
  const host: Host = { ...nodeHost(), readData };
  return { looked, compiled: (text: string) => compile('spec.learn', text, host, { seed: 1 }) };
};

const train = (set: string): string =>
  [
    set,
    'model M(x: R[4, 4]) -> R[16] { param b : R[16]; reshape[16](x) + b }',
    'minimize E[x ~ D_tr] sum(f(x)^2) over f in M on supervised(D, holdout = 0.1) for 1 epochs batch 100',
  ].join('\n');

test.each([
  ['data D : [R[4, 4]] = [x / 255 for x in npy("pixels.npy")]'],
  ['data D : [R[4, 4]] = npy("pixels.npy")[0:10_000]'],
  ['data D : [Interval[0, 1][4, 4]] = [x / 255 for x in npy("pixels.npy")]'],
  ['data D : [Bit[4, 4]] = [x / 255 > 0.5 for x in npy("pixels.npy")]'],
])('%s is checked without a look at the pixels', async (set) => {
  const { looked, compiled } = opened((i) => i % 256);
  const { diagnostics, program } = await compiled(train(set));
  expect([diagnostics, looked.times]).toEqual([[], 0]);
  const [data] = [...(program?.data.values() ?? [])];
  const { data: numbers, shape } = data.leaves[0];
  expect([numbers.length, looked.times]).toEqual([shape.reduce((n, d) => n * d, 1), 1]);
});

test.each([
  ['data D : [R[4, 4]] = [x / 255 for x in npy("pixels.npy")]'],
  ['data D : [R[4, 4]] = [reshape[4, 4](reshape[16](x)) - 3 for x in npy("pixels.npy")][0:15_000]'],
  ['data D : [Bit[4, 4]] = [x > 128 for x in npy("pixels.npy")]'],
])('%s: the rows that are held out, and those that are not, are made without the others', async (set) => {
  const byte = (i: number): number => (i * 31) % 256;
  const text = train(set).replace(' on ', ' subject to eval E[x ~ D_eval] sum(f(x)^2) <= 99 on ');
  const whole = opened(byte);
  const wanted = (await whole.compiled(text)).program;
  const parts = opened(byte, true);
  const { diagnostics, program } = await parts.compiled(text);
  expect(diagnostics).toEqual([]);
  const sets = [...(program?.data.values() ?? [])];
  const before = [...(wanted?.data.values() ?? [])];
  expect(sets.length).toBe(2);
  for (const [i, { leaves }] of sets.entries()) expect(leaves[0].data).toEqual(before[i].leaves[0].data);
  expect([parts.looked.times, parts.looked.rows]).toEqual([0, sets[0].rows + sets[1].rows]);
});

test.each([
  ['data D : [Interval[0, 1][4, 4]] = npy("pixels.npy")', 'index 0'],
  ['data D : [Positive[4, 4]] = npy("pixels.npy")', 'index 16'],
  ['data D = [1 / x for x in npy("pixels.npy")]', 'index 16'],
  ['data D = [x / x for x in npy("pixels.npy")]', 'index 16'],
])('%s needs one, and its first bad row is named', async (set, place) => {
  const { looked, compiled } = opened((i) => (i === 16 * 16 ? 0 : 200));
  const { diagnostics } = await compiled(train(set));
  expect(looked.times).toBe(1);
  const found = diagnostics.map((d) => [d.code, /index \d+/.exec(`${d.message} ${d.label}`)?.[0]]);
  expect(found).toEqual([['L0502', place]]);
});

test('a constant that is computed from them is looked up once', async () => {
  const { looked, compiled } = opened((i) => i % 4);
  const { diagnostics, program } = await compiled(
    'let n = max[x in npy("pixels.npy")] max(x)\nminimize sum(z)^2 over z in R[n + 1] on supervised([[i] for i < 9])',
  );
  expect(diagnostics).toEqual([]);
  expect([...(program?.variables.values() ?? [])].map((v) => v.shape)).toEqual([[4]]);
  expect(looked.times).toBe(1);
});

test('bounds are certain only where no entry can be NaN', () => {
  const x = ir.constant(lazyArray('float32', [5000], { low: 0, high: 4 }, () => new Float32Array(5000)));
  const free = ir.input('x', 'float32', [5000]);
  expect(certainBounds(ir.div(x, ir.scalar(2)))).toEqual({ low: 0, high: 2 });
  expect(certainBounds(ir.gt(free, x))).toEqual({ low: 0, high: 1 });
  expect(certainBounds(ir.sqrt(x))).toEqual({ low: 0, high: 2 });
  for (const node of [
    ir.div(x, x),
    ir.log(x),
    ir.sin(free),
    ir.tanh(free),
    ir.minimum(free, x),
    ir.exp(ir.mul(x, ir.scalar(1e3))),
  ])
    expect(certainBounds(node)).toBeUndefined();
  const rowsOf = (last: number) =>
    ir.gather(x, ir.constant({ dtype: 'int32', shape: [5000], data: new Int32Array(5000).fill(last) }));
  expect(certainBounds(rowsOf(4999))).toEqual({ low: 0, high: 4 });
  expect(certainBounds(rowsOf(5000))).toBeUndefined();
});

test('a quick look puts off rows that are much work, and says so; a whole one finds what is wrong with them', async () => {
  const text =
    'data D : [R] = [sum[j < 90] sqrt(i - j) for i < 3000 if i > 40]\nminimize E[x ~ D_tr] (z - x)^2 over z in R on unsupervised(D)';
  const look = async (quick: boolean) => {
    const { diagnostics, postponed, spaces } = await compile('spec.learn', text, nodeHost(), { seed: 1, quick });
    return { codes: diagnostics.map((d) => d.code), postponed, space: spaces.find((s) => s.span.start === 5)?.space };
  };
  expect(await look(true)).toEqual({ codes: [], postponed: true, space: '[R]' });
  expect(await look(false)).toMatchObject({ codes: ['L0502'], postponed: false });
  expect(await look(true)).toEqual({ codes: [], postponed: true, space: '[R]' });
});

test('what was computed once is what is computed again', async () => {
  const text =
    'data D = [sum[j < 50] cos(e * j) + e for e ~ Normal(0, 1)^3000]\nminimize E[x ~ D_tr] (z - x)^2 over z in R on unsupervised(D)';
  const rowsOf = async (seed: number): Promise<string> => {
    const { program, diagnostics } = await compile('spec.learn', text, nodeHost(), { seed });
    expect(diagnostics).toEqual([]);
    return [...(program?.data.values() ?? [])].map((d) => d.leaves[0].data.join()).join();
  };
  const first = await rowsOf(1);
  expect(await rowsOf(2)).not.toBe(first);
  expect(await rowsOf(1)).toBe(first);
});
