/** The host of Node: modules, the library, data files and globs relative to who asks, and what is said when there are none. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import type { DataFormat, LibraryModule } from '../compiler/host.ts';
import { parse } from '../grammar/parse.ts';
import { byName, nameTest } from '../runtime/data/glob.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { isFailure } from '../runtime/data/reader.ts';
import type { Reading } from '../runtime/data/reader.ts';
import { columnsOf, failureText, fixture, tableOf, valuesOf } from './data-files.ts';

let folder: string;
const host = nodeHost();
const put = (name: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
};
const ask = (format: DataFormat, path: string, base = 'specs/a.learn'): Promise<Reading> =>
  host.readData({ format, path, base: join(folder, base) });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'learn-data-'));
  put('specs/birds.csv', 'a\n1\n');
  put('specs/packed.csv.gz', gzipSync('a\n2\n'));
  put('specs/deep/more/cells.csv', 'a\n3\n');
  put('shared/points.json', '[{"x": 1}]');
  put('specs/part.learn', '\uFEFFlet a = 1');
  const png = fixture('pictures/grey-8.png');
  for (const file of ['0/1.png', '0/2.png', '0/10.png', '1/3.png', '1/4.jpeg', '1/.5.png'])
    put(`specs/digits/${file}`, png);
  put('specs/digits/0/6.png.gz', gzipSync(png));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('data files lie relative to the spec; the user knows them as written', async () => {
  const table = tableOf(await ask('csv', 'birds.csv'));
  expect([table.source, columnsOf(table)]).toEqual(['birds.csv', { a: ['number', 1] }]);
  expect(columnsOf(await ask('csv', './packed.csv.gz'))).toEqual({ a: ['number', 2] });
  expect(columnsOf(await ask('json', '../shared/points.json'))).toEqual({ x: ['number', 1] });
  expect(columnsOf(await ask('csv', join(folder, 'specs/birds.csv'), 'elsewhere/b.learn'))).toEqual({
    a: ['number', 1],
  });
});

test('modules lie relative to the one that imports them', async () => {
  const base = join(folder, 'specs/a.learn');
  expect(await host.readModule('./part.learn', base)).toEqual({
    file: join(folder, 'specs/part.learn'),
    text: 'let a = 1',
  });
  expect(await host.readModule('../specs/part.learn', base)).toMatchObject({ file: join(folder, 'specs/part.learn') });
  expect(await host.readModule('./none.learn', base)).toBeUndefined();
  expect(await host.readModule('./deep', base)).toBeUndefined();
});

test('the library has its modules in order, and its data', async () => {
  const modules = await host.standardLibrary();
  expect(modules.map((m) => m.file)).toContain('stdlib/data.learn');
  expect(modules.every((m) => m.text.length > 0)).toBe(true);
  const table = tableOf(await host.readData({ format: 'csv', path: 'data/penguins.csv', base: 'stdlib/data.learn' }));
  expect([table.source, table.rows]).toEqual(['stdlib/data/penguins.csv', 342]);
  const failed = await host.readData({ format: 'csv', path: 'data/pengins.csv', base: 'stdlib/data.learn' });
  expect(isFailure(failed) && failed.meant).toBe('stdlib/data/penguins.csv');
  expect(await host.readModule('./data.learn', 'stdlib/other.learn')).toMatchObject({ file: 'stdlib/data.learn' });
});

test('the library as it was written down when it was built compiles to the same as its texts', async () => {
  const texts = (await host.standardLibrary()).map(({ file, text }) => ({ file, text }));
  const written = texts.map((m) => ({ ...m, parsed: parse(m.text, m.file) }));
  const read = JSON.parse(JSON.stringify(written)) as LibraryModule[];
  expect(read).toEqual(written);
  const spec = readFileSync('examples/04-vae.learn', 'utf8');
  // A line more, so that the trees that this process has already are not taken.
  const longer = (m: LibraryModule): LibraryModule => ({ ...m, text: `${m.text}\n` });
  const compiled = (modules: readonly LibraryModule[]) =>
    compile('spec.learn', spec, { ...host, standardLibrary: () => Promise.resolve(modules) }, { seed: 1 });
  const [fromText, fromTree] = [await compiled(texts), await compiled(read.map(longer))];
  expect([fromTree.diagnostics, fromTree.spaces]).toEqual([fromText.diagnostics, fromText.spaces]);
  expect(fromText.program?.stages.length).toBe(1);
});

test('a missing file says where it was looked for, and what is meant', async () => {
  const near = async (path: string): Promise<string | undefined> => {
    const failed = await ask('csv', path);
    return isFailure(failed) ? (failed.meant ?? failed.help) : 'found';
  };
  expect(failureText(await ask('csv', 'bird.csv'))).toBe(
    `there is no file \`bird.csv\` (looked for at ${join(folder, 'specs/bird.csv')}); a path is relative to the file that names it`,
  );
  expect(await near('deep/more/cell.csv')).toBe('deep/more/cells.csv');
  expect(await near('depe/more/cells.csv')).toBe('deep/more/cells.csv');
  expect(await near('../shared/point.json')).toBe('../shared/points.json');
  expect(await near('birds.csv/x')).toBe('birds.csv');
  expect(await near('nothing-like-it.parquet')).toBe('a path is relative to the file that names it');
  const failed = await ask('csv', 'bird.csv');
  expect(isFailure(failed) && failed.candidates).toContain('deep/more/cells.csv');
});

test('what is no file says what it is', async () => {
  expect(failureText(await ask('csv', 'deep'))).toBe(
    '`deep` is a folder; name a file in it, or read pictures with `images("deep/*.png")`',
  );
  expect(failureText(await ask('csv', 'https://example.org/x.csv'))).toBe(
    '`https://example.org/x.csv` is an address; data are read from files: download it and name the file',
  );
  expect(failureText(await ask('csv', 'a\0b.csv'))).toMatch(/^`a.b\.csv` cannot be read: /);
});

test('globs find pictures in order', async () => {
  const found = async (pattern: string): Promise<unknown[]> =>
    valuesOf(tableOf(await ask('images', pattern)).columns.get('file'));
  const zero = ['digits/0/1.png', 'digits/0/2.png', 'digits/0/10.png'];
  expect(await found('digits/0/*.png')).toEqual(zero);
  expect(await found('digits/*/*.png')).toEqual([...zero, 'digits/1/3.png']);
  expect(await found('digits/**/*.{png,jpeg}')).toEqual([...zero, 'digits/1/3.png', 'digits/1/4.jpeg']);
  expect(await found('**/[2-3].png')).toEqual(['digits/0/2.png', 'digits/1/3.png']);
  expect(await found('digits/0/?.png.gz')).toEqual(['digits/0/6.png.gz']);
  expect(await found('digits/1/3.png')).toEqual(['digits/1/3.png']);
  expect(await found(join(folder, 'specs/digits/1/*.png'))).toEqual([join(folder, 'specs/digits/1/3.png')]);
  const labels = tableOf(await ask('images', 'digits/*/*.png')).columns.get('folder');
  expect(valuesOf(labels)).toEqual(['0', '0', '0', '1']);
});

test('a glob that finds nothing says where it looked', async () => {
  const failed = await ask('images', 'digits/2/*.png');
  expect(failureText(failed)).toBe(
    `there are no files \`digits/2/*.png\` (looked for in ${join(folder, 'specs/digits/2')}); a pattern is relative to the file that names it; \`*\` stands for part of a name, \`**\` for any folders`,
  );
  expect(isFailure(failed) && failed.candidates).toContain('digits/0/1.png');
});

test('a folder that is named like a glob is no glob', async () => {
  put('odd[1]/s.learn', '');
  put('odd[1]/p.png', fixture('pictures/grey-8.png'));
  expect(tableOf(await ask('images', '*.png', 'odd[1]/s.learn')).rows).toBe(1);
});

test.each<[string, string[], string[]]>([
  ['*.png', ['a.png', '.png'.slice(0, 0) + 'x.y.png'], ['a.jpg', '.a.png', 'apng']],
  ['img?.{png,jpg}', ['img1.png', 'imgx.jpg'], ['img.png', 'img12.png', 'img1.gif']],
  ['[!a-c].png', ['d.png'], ['a.png', 'dd.png']],
  ['a[b.png', ['a[b.png'], ['ab.png']],
  ['a{b.png', ['a{b.png'], ['ab.png']],
  ['a+(1).png', ['a+(1).png'], ['aa1.png']],
  ['[z-a]', ['[z-a]'], ['z']],
])('the pattern %s', (pattern, yes, no) => {
  const test = nameTest(pattern);
  expect([yes.filter((n) => !test(n)), no.filter(test)]).toEqual([[], []]);
});

test('names are in the order of their numbers', () => {
  expect(['b1', 'a10', 'a2', 'a', 'a02', 'a2b'].sort(byName)).toEqual(['a', 'a02', 'a2', 'a2b', 'a10', 'b1']);
});

test('readers are pure: a browser can use them, only the host touches Node', () => {
  const readers = join(import.meta.dirname, '../runtime/data');
  const impure = readdirSync(readers).filter((f) =>
    /from 'node:|\bBuffer\b|\bprocess\./.test(readFileSync(join(readers, f), 'utf8')),
  );
  expect(impure).toEqual(['node-files.ts', 'node-host.ts', 'node-library.ts']);
});
