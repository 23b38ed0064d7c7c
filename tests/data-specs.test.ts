/** Files in specs: each format through the language, and what a reader sees of a file that does not serve. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { render } from '../grammar/diagnostics.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { fixture } from './data-files.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'learn-specs-'));
  const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);
  put('birds.csv', 'age,weight,sex\n1,2.5,m\n2,3.5,f\n3,,m\n4,5.5,\n');
  put('birds.csv.gz', gzipSync('age\n7\n8\n'));
  put('ragged.csv', 'age,weight\n1,2\n\n3\n');
  put('latin.csv', Uint8Array.of(0x61, 10, 0xe9, 10));
  put('rows.json', '[{"x": [1, 2], "y": 1}, {"x": [3, 4], "y": 0}]');
  put(
    'wards.json',
    JSON.stringify([
      { patient: { age: 40, home: { town: 'A' } }, visits: [{ dose: 1 }, { dose: 2 }] },
      { patient: { age: 50, home: { town: 'B' } }, visits: [{ dose: 5 }] },
      { patient: { age: null, home: { town: 'A' } }, visits: [] },
    ]),
  );
  put('types.parquet', fixture('parquet/types-snappy.parquet'));
  put('grid.npy', fixture('npy/f4-big.npy'));
  put('cube.npy', fixture('npy/u1-fortran.npy'));
  put('labels.idx', Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 2, 0));
  for (const kind of ['cats', 'dogs']) {
    mkdirSync(join(folder, 'pets', kind), { recursive: true });
    put(`pets/${kind}/1.png`, fixture('pictures/grey-8.png'));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const compiled = (data: string): ReturnType<typeof compile> => {
  const rest =
    'model Point() -> R { param w : R; w }\nminimize E[d ~ D_tr] (f() - 1)^2 over f in Point on unsupervised(D, holdout = 0)';
  return compile(join(folder, 'spec.learn'), `data D = ${data}\n${rest}`, nodeHost(), {});
};

test.each<[string, number[][]]>([
  ['[r.age for r in csv("birds.csv")]', [[1, 2, 3, 4]]],
  ['[r.weight for r in csv("birds.csv") if r.weight != missing]', [[2.5, 3.5, 5.5]]],
  ['[r.age for r in csv("birds.csv") if r.sex == "m"]', [[1, 3]]],
  [
    '[(r.age, class(r.sex)) for r in csv("birds.csv") if r.sex != missing]',
    [
      [1, 2, 3],
      [1, 0, 1],
    ],
  ],
  ['[r.age for r in csv("./birds.csv.gz")]', [[7, 8]]],
  [
    '[(r.x, class[2](r.y)) for r in json("rows.json")]',
    [
      [1, 2, 3, 4],
      [1, 0],
    ],
  ],
  // records in records, and lists of records
  [
    '[(r.patient.age, class(r.patient.home.town)) for r in json("wards.json") if r.patient.age != missing]',
    [
      [40, 50],
      [0, 1],
    ],
  ],
  ['[sum[v in r.visits] v.dose for r in json("wards.json")]', [[3, 5, 0]]],
  [
    '[(r.small, r.pair) for r in parquet("types.parquet")]',
    [
      [1.5, 2.5, -1, 0],
      [1, 2, 3, 4, 5, 6, 7, 8],
    ],
  ],
  ['[x for x in npy("grid.npy")]', [[0.25, -0.5, 0.75, 1, 1.25, -1.5]]],
  [
    '[(sum(x) / 66, class[3](y)) for (x, y) in zip(npy("cube.npy"), idx("labels.idx"))]',
    [
      [1, 210 / 66],
      [2, 0],
    ],
  ],
  [
    '[(r.image[2, 4, 0] * 255, class(r.folder == "dogs")) for r in images("pets/*/*.png")]',
    [
      [14, 14],
      [0, 1],
    ],
  ],
])('%s', async (data, leaves) => {
  const { program, diagnostics, sources } = await compiled(data);
  expect(diagnostics.map((d) => render(d, sources)).join('\n')).toBe('');
  const [set] = [...(program?.data.values() ?? [])];
  expect(set.leaves.map((leaf) => Array.from(leaf.data, (x) => Math.round(x * 1e5) / 1e5))).toEqual(
    leaves.map((leaf) => leaf.map((x) => Math.round(x * 1e5) / 1e5)),
  );
});

test.each<[string, string[]]>([
  ['[r.age for r in csv("brids.csv")]', ['error[L0501]: there is no file `brids.csv`', 'did you mean `birds.csv`?']],
  [
    '[r.age for r in csv("ragged.csv")]',
    [
      'error[L0501]: a line of `ragged.csv` has 1 field where its header has 2 (line 4)',
      'csv("ragged.csv")',
      'a missing value still needs its separator',
    ],
  ],
  [
    '[r.a for r in csv("latin.csv")]',
    ['error[L0501]: `latin.csv` is not UTF-8 text: it holds the byte 0xE9 (line 2, column 1)', 'iconv'],
  ],
  [
    '[r.weigth for r in csv("birds.csv")]',
    ['error[L0503]: birds.csv has no column `weigth`', 'did you mean `weight`?'],
  ],
  ['[r.weight for r in csv("birds.csv")]', ['error[L0502]', 'line 4', '`weight` is missing', '!= missing']],
  ['[r.age for r in images("pets/*.png")]', ['error[L0501]: there are no files `pets/*.png`']],
])('%s is an error that names the place', async (data, parts) => {
  const { diagnostics, sources } = await compiled(data);
  const shown = diagnostics.map((d) => render(d, sources)).join('\n');
  for (const part of parts) expect(shown).toContain(part);
  expect(diagnostics).toHaveLength(1);
});
