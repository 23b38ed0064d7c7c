// No file needs itself by way of others: what is imported has been run when a file begins. (Which folder may import from which is
// a lint rule; imports of types alone leave nothing behind.)
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '..');
const folders = ['grammar', 'compiler', 'runtime', 'editor', 'cli', 'playground'];

const importsOf = (file: string): string[] =>
  [
    ...readFileSync(path.join(root, file), 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*?from '(\.[^']*\.ts)'/gm),
  ].map(([, from]) => path.posix.normalize(path.posix.join(path.posix.dirname(file), from)));

/** The circles: files that are waited for while they wait. */
const circles = (imports: ReadonlyMap<string, readonly string[]>): string[] => {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) found.push([...way.slice(way.indexOf(file)), file].join(' -> '));
    else if (!done.has(file)) {
      for (const next of imports.get(file) ?? []) visit(next, [...way, file]);
      done.add(file);
    }
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
};

const files = folders.flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((f) => /\.ts$/.test(f) && !/node_modules|(?:^|\/)dist\//.test(f))
    .map((f) => path.posix.join(folder, f)),
);

test('imports go round in no circle', () => {
  const imports = new Map(files.map((f) => [f, importsOf(f)]));
  expect(files.length).toBeGreaterThan(400);
  expect([...imports.values()].flat().filter((f) => !imports.has(f))).toEqual([]);
  expect(circles(imports)).toEqual([]);
});

test('a circle would be found', () => {
  const imports = new Map([
    ['a.ts', ['b.ts', 'd.ts']],
    ['b.ts', ['c.ts', 'd.ts']],
    ['c.ts', ['a.ts']],
    ['d.ts', []],
  ]);
  expect(circles(imports)).toEqual(['a.ts -> b.ts -> c.ts -> a.ts']);
});
