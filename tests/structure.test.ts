/** The order of the files: imports go one way, and nothing comes back to where it began. (Which folder may import which: eslint.config.js.) */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path/posix';
import { describe, expect, it } from 'vitest';

const folders = ['grammar', 'compiler', 'runtime', 'editor', 'cli', 'playground'];
const files = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('dist/'))
    .map((name) => join(folder, name)),
);

type Imports = ReadonlyMap<string, readonly string[]>;

const statement = /^(?:import|export)\s+(type\s)?[^'";]*?from\s+'(\.[^'?]+)'/gm;

/** What each file imports; `types`: also what is gone when it runs. */
const importsOf = (types: boolean): Imports =>
  new Map(
    files.map((file) => {
      const found = [...readFileSync(file, 'utf8').matchAll(statement)].filter(([, type]) => types || !type);
      return [file, found.map(([, , path]) => join(file, '..', path))];
    }),
  );

/** All that a file comes to by its imports. */
const reach = (file: string, imports: Imports): ReadonlySet<string> => {
  const seen = new Set<string>();
  const open = [...(imports.get(file) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...(imports.get(next) ?? []));
  }
  return seen;
};

const inCircles = (imports: Imports): string[] => files.filter((file) => reach(file, imports).has(file)).sort();

describe('imports', () => {
  it('are found', () => {
    expect(importsOf(true).get('compiler/compile.ts')).toContain('compiler/host.ts');
    expect(importsOf(false).get('compiler/compile.ts')).not.toContain('compiler/host.ts');
    expect(reach('compiler/compile.ts', importsOf(false))).toContain('compiler/ir/graph.ts');
  });

  it('come back to no file when the program runs', () => expect(inCircles(importsOf(false))).toEqual([]));

  it('come back in types alone only where what is described contains itself', () =>
    expect(inCircles(importsOf(true))).toEqual([
      // A value holds the names around it, and names stand for values.
      'compiler/elaborate/context.ts',
      'compiler/elaborate/values/values.ts',
      // A loop is an operation on a graph.
      'compiler/ir/graph.ts',
      'compiler/ir/operations.ts',
      // A block is an expression.
      'grammar/tree/expressions.ts',
      'grammar/tree/patterns.ts',
      'grammar/tree/problems.ts',
      'grammar/tree/spaces.ts',
      'grammar/tree/statements.ts',
    ]));
});
